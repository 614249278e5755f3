"""One test for each way around the tables of identifiers and secrets."""

import pytest

from accord.core.reading import Reading
from accord.detect.patterns import PatternDetector

DETECTOR = PatternDetector()


def covered(text: str, value: str) -> bool:
    """Whether every character of `value` is inside some hit."""
    start = text.index(value)
    hidden = {
        place
        for hit in DETECTOR.detect([Reading(text)], lambda: False)
        for place in range(hit.span.start, hit.span.end)
    }
    return all(place in hidden for place in range(start, start + len(value)))


@pytest.mark.parametrize("separator", [" ", "-", ".", "  ", "/", " - "[:2], "–"])
def test_a_card_written_with_other_separators(separator: str) -> None:
    number = separator.join(["4111", "1111", "1111", "1111"])
    assert covered(f"charge {number} now", number)


def test_a_card_written_digit_by_digit() -> None:
    number = "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"
    assert covered(f"card {number} ok", number)


def test_an_iban_in_lower_case_and_in_groups() -> None:
    assert covered("to gb82 west 1234 5698 7654 32 please", "gb82 west 1234 5698 7654 32")


def test_letters_of_another_script_beside_a_number_do_not_hide_it() -> None:
    assert covered("私の番号は567-43-1234です", "567-43-1234")
    assert covered("여권번호는M12345678입니다", "M12345678")


def test_a_local_part_with_accents_is_covered_to_its_first_letter() -> None:
    assert covered("an jürgen.müller@example.com", "jürgen.müller@example.com")


def test_an_address_in_words() -> None:
    for text in (
        "ann (at) example (dot) org",
        "ann[at]example[.]org",
        "ann at example dot org",
        "ann AT example DOT org",
        "ann{at}example.org",
    ):
        assert covered(f"reach me: {text}", text), text


def test_an_address_in_a_link_and_percent_encoded() -> None:
    assert covered("<a href='mailto:ann@example.org?subject=x'>", "ann@example.org")
    assert covered("?u=ann%40example.org&x=1", "ann%40example.org")


def test_a_number_across_a_window_is_found() -> None:
    for shift in range(-24, 4):
        text = "a" * (1536 + shift) + " 567-43-1234 " + "social security " * 60
        assert covered(text, "567-43-1234"), shift


def test_a_value_far_into_a_long_text_is_found() -> None:
    text = "lorem ipsum dolor " * 20_000 + "ann@example.org" + " sit amet" * 1000
    assert covered(text, "ann@example.org")


def test_a_key_in_quotes_in_a_url_and_in_an_escaped_string() -> None:
    key = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
    for text in (f'"{key}"', f"https://x.example/?t={key}&y=1", f"\\n{key}\\n", f"({key})", f"key={key};"):
        assert covered(text, key), text


def test_a_private_key_on_one_line_with_escaped_newlines() -> None:
    block = "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\\n-----END PRIVATE KEY-----"
    assert covered(f'{{"private_key": "{block}"}}', block)


def test_a_password_behind_another_language_and_a_full_width_colon() -> None:
    assert covered("密码：Zx9!kfQ2", "Zx9!kfQ2")
    assert covered("le mot de passe: Zx9!kfQ2", "Zx9!kfQ2")


def test_a_label_on_the_line_above_counts() -> None:
    assert covered("Passport number:\n  912803456", "912803456")


def test_lone_surrogates_do_not_blind_the_detector() -> None:
    assert covered("\udc80 ann@example.org", "ann@example.org")


def test_many_near_misses_do_not_crowd_out_the_hit() -> None:
    text = "a@ b@ @c 1.2.3 " * 400 + "ann@example.org"
    assert covered(text, "ann@example.org")


@pytest.mark.parametrize(
    "frame",
    [
        "x,{},12",
        "[{},5425233430109903]",
        "{}/12/27",
        "{}:123",
        "€{}",
        "$ {}",
        "{}.5",
        "12,{}",
        "7;{};8",
        "1/{}",
        "10:{}",
    ],
)
@pytest.mark.parametrize("value", ["4539655921760834", "DE44424746106753628999", "4111 1111 1111 1111"])
def test_a_mark_and_a_digit_beside_a_proven_number_do_not_hide_it(frame: str, value: str) -> None:
    assert covered(frame.format(value), value)


@pytest.mark.parametrize("value", ["+4915123456789", "567-43-1234", "0345 6789012"])
@pytest.mark.parametrize("frame", ["Bao,{},1985", "12,{},1985-03-04", "3;{};9"])
def test_a_table_without_a_header_does_not_hide_a_long_number(frame: str, value: str) -> None:
    assert covered(frame.format(value), value)


@pytest.mark.parametrize(
    "text",
    [
        "a total of $4,539,655,921,760,834.00 was moved", "0.4539655921760834", "phone 1700000000.123", "version 1.2.3.4539655921760834",
        "account 12345678-1234-1234-abcd-123456789012", "passport 4111d6f2-1111-4111-8111-123456789012", "tax 12.345.678.901,50",
        "routing number 12:30:45.021",
    ],
)  # fmt: skip
def test_amounts_decimals_times_versions_and_uuids_stay(text: str) -> None:
    assert [hit.category for hit in DETECTOR.detect([Reading(text)], lambda: False)] == []


@pytest.mark.parametrize(
    "before", ["The SSN on the form is 539-40-6154. Wire it to", "No 12 of 3 to", "at 10 or 11 on"]
)
def test_what_looks_like_its_beginning_does_not_hide_an_account(before: str) -> None:
    text = f"{before} DE89370400440532013000 by Friday."
    assert covered(text, "DE89370400440532013000")


@pytest.mark.parametrize("around", ["abc{}xyz", "ref{}", "{}EUR", "id_{}_x", "карта{}", "Karte{}и"])
def test_a_card_glued_to_letters(around: str) -> None:
    for number in ("4111111111111111", "5555555555554444", "378282246310005"):
        assert covered(around.format(number), number)


@pytest.mark.parametrize(
    "text", ["ORD4111111111111112", "x41111111111111111111y", "a411111111111111b", "v1234567890123452z"]
)
def test_ids_that_only_look_like_it(text: str) -> None:
    assert not [hit for hit in DETECTOR.detect([Reading(text)], lambda: False) if hit.category.endswith(".card")]
