"""What models do to pseudonyms, and what must not come of it."""

from __future__ import annotations

import json

import pytest

from accord import Context
from accord.transform.pseudonyms import Pseudonyms
from accord.transform.restore import Source
from accord.transform.surroundings import Links, carried

HERE, THERE = Context(session="here"), Context(session="there")
EMAIL, NAME = "privacy.contact.email", "privacy.person.name"
SOCIAL = "privacy.id.social_security"


@pytest.fixture
def names() -> Pseudonyms:
    return Pseudonyms(b"k" * 32)


def core(tag: str) -> tuple[str, str]:
    """The label and the letters of a tag."""
    word, _, letters = tag[1:-1].rpartition("_")
    return word, letters


# What is written, and what becomes of it: {} is the value. L is the label, K the letters.
TOLERATED = {
    "[L_K]": "{}",
    "L_K": "{}",
    "**L_K**": "**{}**",
    "`L_K`": "`{}`",
    "__L_K__": "__{}__",
    '"L_K"': '"{}"',
    "‘L_K’": "‘{}’",
    "(L_K)": "({})",
    "（L_K）": "（{}）",
    "【L_K】": "{}",
    "［L_K］": "{}",
    "<L_K>": "{}",
    "{L_K}": "{}",
    "{{L_K}}": "{}",
    "\\[L\\_K\\]": "{}",
    "L\\_K": "{}",
    "[**L_K**]": "{}",
    "[ L_K ]": "{}",
    "[L K]": "{}",
    "[L\nK]": "{}",
    "[L-K]": "{}",
    "[L‑K]": "{}",
    "L-K": "{}",
    "[L_K]'s": "{}'s",
    "[L_K]’s": "{}’s",
    "[L_K's]": "{}'s",
    "L_K's": "{}'s",
    "L_Ks Haus": "{}s Haus",
    "\\u005bL_K\\u005d": "{}",
    "&#91;L_K&#93;": "{}",
    "&lbrack;L&lowbar;K&rbrack;": "{}",
    "[\u200bL_\u200bK]": "{}",
    "L\u2060_K": "{}",
    "[L_K].": "{}.",
    "请联系L_K先生": "请联系{}先生",
    "L_K님께": "{}님께",
    "L_K'in evi": "{}'in evi",
    '["L_K"]': '["{}"]',
    "[L_K, L_K]": "[{}, {}]",
    "x[L_K]y": "x{}y",
    "Hello\\nL_K": "Hello\\n{}",
}


@pytest.mark.parametrize("category", [NAME, EMAIL, SOCIAL])
@pytest.mark.parametrize("written", TOLERATED)
def test_a_tag_is_known_as_models_write_it(names: Pseudonyms, written: str, category: str) -> None:
    tag = names.tag(HERE, category, "VALUE")
    word, letters = core(tag)
    text = f"so {written} then".replace("L", word).replace("K", letters)
    wanted = f"so {TOLERATED[written]} then".replace("{}", "VALUE")
    assert names.restore(HERE, text) == wanted
    assert names.restore(THERE, text) == text
    assert names.escape(HERE, text) == text, "what was issued is left as it is"


@pytest.mark.parametrize("change", [str.lower, str.title, str.upper])
@pytest.mark.parametrize("written", ["[{}]", "{}", "**{}**", "({})"])
def test_case_does_not_matter(names: Pseudonyms, written: str, change) -> None:
    tag = names.tag(HERE, SOCIAL, "VALUE")
    outer = "{}" if written == "[{}]" else written
    assert names.restore(HERE, f"a {written.format(change(tag[1:-1]))} b") == f"a {outer.format('VALUE')} b"


def test_fullwidth_letters(names: Pseudonyms) -> None:
    tag = names.tag(HERE, NAME, "VALUE")
    wide = "".join(chr(ord(c) + 0xFEE0) for c in tag)
    assert names.restore(HERE, f"a{wide}b") == "aVALUEb"


def test_near_misses_stay(names: Pseudonyms) -> None:
    tag = names.tag(HERE, NAME, "Jane Doe")
    word, letters = core(tag)
    for at in range(len(letters)):
        for other in "AZ27":
            if other != letters[at]:
                text = f"[{word}_{letters[:at]}{other}{letters[at + 1 :]}]"
                assert names.restore(HERE, text) == text
    for text in (
        f"[{word}_{letters}A]",
        f"[{word}_{letters[:-1]}]",
        f"[USER_{letters}]",
        f"X{word}_{letters}",
        f"{word}_{letters}X",
        f"MY_{word}_{letters}",
        f"{word}_{letters}_ID",
        f"{word}{letters}",
        f"[{letters}]",
        f"{word.lower()} {letters.lower()}",
    ):
        assert names.restore(HERE, f"a {text} b") == f"a {text} b"


@pytest.mark.parametrize("written", TOLERATED)
def test_what_was_not_issued_can_never_be_restored(written: str) -> None:
    ours, theirs = Pseudonyms(b"k" * 32), Pseudonyms(b"k" * 32)
    word, letters = core(ours.tag(HERE, NAME, "Jane Doe"))
    text = f"so {written} then".replace("L", word).replace("K", letters)
    escaped = theirs.escape(HERE, text)
    assert escaped != text
    assert theirs.escape(HERE, escaped) == escaped
    theirs.tag(HERE, NAME, "Jane Doe")
    assert theirs.restore(HERE, escaped) == escaped


@pytest.mark.parametrize(
    "text",
    [
        "address_line2 = user_name2; EMAIL_HOST=x USER_TEST2 url_path2",
        "on the date 22nd of May, place 3rd, the person with the phone 4pro",
        "[1] (date from) [email that] {user} <email> `id_list`",
        "H264 is a codec; token_oauth2; user_id = 5",
        "https://shop.example/user_k7qx/orders",
    ],
)
def test_ordinary_text_is_not_escaped(names: Pseudonyms, text: str) -> None:
    assert names.escape(HERE, text) == text


@pytest.mark.parametrize("form", ["{}", "**{}**", "%s", "{}s", "\\_"])
@pytest.mark.parametrize(
    "around",
    [
        "https://evil.example/?q={}",
        "https://evil.example/ü/{}",
        "https:\\/\\/evil.example\\/{}",
        "https&#58;&#47;&#47;evil.example/{}",
        "h\u200bttps:/\u200b/evil.example/{}",
        "![x](https://evil.example/?q={})",
        "[x](</a b {}>)",
        "[{}](https://evil.example)",
        '<img alt="<b>" src="x {}">',
        '\\u003cimg src=\\"x {}\\">',
        "&lt;img src='x {}'&gt;",
        "www.evil.example/{}",
        "{}.evil.example",
        "{}-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.evil.example",
        "mailto:{}",
    ],
)
def test_no_form_is_restored_in_an_address_or_markup(names: Pseudonyms, around: str, form: str) -> None:
    bare = names.tag(HERE, NAME, "VALUE")[1:-1]
    written = {"%s": f"%5B{bare}%5D", "\\_": bare.replace("_", "\\_")}.get(form) or form.format(bare)
    assert "VALUE" not in names.restore(HERE, f"see {around.format(written)} .")


def test_values_are_written_as_json_needs_them(names: Pseudonyms) -> None:
    bare = names.tag(HERE, NAME, 'Jane "J" Doe\n')[1:-1].lower()
    answer = names.restore(HERE, json.dumps({"to": bare, "n": [f"{bare}'s"]}))
    assert json.loads(answer) == {"to": 'Jane "J" Doe\n', "n": ['Jane "J" Doe\n\'s']}


@pytest.mark.parametrize(
    "hostile",
    [
        "[",
        "<",
        "<a ",
        "](",
        "\\",
        "&amp;",
        "\u200b",
        "person_",
        "[PERSON_",
        '<a "',
        "//",
        "a.",
        "[a]:",
        "`*_ ",
        "ＰＥ",
    ],
)
def test_work_grows_with_the_text(names: Pseudonyms, hostile: str) -> None:
    tag = names.tag(HERE, NAME, "Jane Doe")
    text = (hostile * (200_000 // len(hostile))) + f" {tag} "
    assert names.restore(HERE, text) is not None
    source = Source(text * 2)
    assert len(source.tags) <= len(text) // 10
    links = Links(text)
    assert len(links._inside) + len(links._marks) + len(links._blanks) <= 3 * len(text)


PHONE, CARD, BORN = "privacy.contact.phone", "privacy.financial.card", "privacy.date.birth"


@pytest.fixture
def standing() -> Pseudonyms:
    return Pseudonyms(b"k" * 32, style="stand-ins")


# What is written: G is the given name of the stand-in, F its family name. What becomes of it: g and f are the real ones.
NAMED = {
    "G F": "g f",
    "**G F**": "**g f**",
    "G **F**": "g f",
    "_G F_": "_g f_",
    "`G F`": "`g f`",
    '"G F"': '"g f"',
    "G\nF": "g f",
    "G\u00a0F": "g f",
    "G\u200b F": "g f",
    "G F's": "g f's",
    "G F’s": "g f’s",
    "G Fs Haus": "g fs Haus",
    "F, G": "f, g",
    "Mr. F": "Mr. f",
    "Dear G,": "Dear g,",
    "G's": "g's",
    "G and F": "g and f",
    "G. F": "g. f",
    "G F.": "g f.",
    '{"a": "G F"}': '{"a": "g f"}',
    "G&nbsp;F": "g f",
    "\\u0022G F\\u0022": "\\u0022g f\\u0022",
}


@pytest.mark.parametrize("written", NAMED)
def test_a_name_is_known_as_models_write_it(standing: Pseudonyms, written: str) -> None:
    given, family = standing.tag(HERE, NAME, "Jane Doe").split()
    text = f"so {written} then".replace("G", given).replace("F", family)
    wanted = f"so {NAMED[written]} then".replace("g", "\x00").replace("f", "Doe").replace("\x00", "Jane")
    assert standing.restore(HERE, text) == wanted
    assert standing.restore(THERE, text) == text


@pytest.mark.parametrize("change", [str.upper, str.lower])
def test_a_whole_name_is_known_in_any_case(standing: Pseudonyms, change) -> None:
    made = standing.tag(HERE, NAME, "Jane Doe")
    assert standing.restore(HERE, f"hi {change(made)}!") == "hi Jane Doe!"


def test_what_is_nearly_a_stand_in_stays(standing: Pseudonyms) -> None:
    given, family = standing.tag(HERE, NAME, "Jane Doe").split()
    phone = standing.tag(HERE, PHONE, "+1 (212) 736-5000")
    email = standing.tag(HERE, EMAIL, "bob@corp.com")
    for text in (
        f"{given}x {family}x",
        f"x{given}",
        f"{given.lower()} is a word",
        f"{given[:-1]}",
        f"Rupert {family}",
        f"{given} Rosalind",
        f"{given}-Rosalind",
        f"{given} {family}-Ashworth",
        f"{given.lower()}.{family.lower()}@x.org",
        f"@{given.lower()}{family.lower()}",
        f"{phone}9",
        f"9{phone[1:]}",
        f"{phone}-77",
        f"{phone[:-1]}",
        f"a{email}",
        f"{email}.org",
        f"{email}x",
    ):
        assert "Jane" not in standing.restore(HERE, f"so {text} then").replace("Rosalind", ""), text
        assert "736" not in standing.restore(HERE, f"so {text} then"), text
        assert "bob" not in standing.restore(HERE, f"so {text} then"), text
        assert "Doe" not in standing.restore(HERE, f"so {text} then") or family in text.split()[0:1], text


def test_numbers_are_known_however_they_are_spaced(standing: Pseudonyms) -> None:
    card = standing.tag(HERE, CARD, "4111 1111 1111 1111").replace(" ", "")
    phone = standing.tag(HERE, PHONE, "+1 (212) 736-5000")
    digits = "".join(c for c in phone if c.isdigit())
    for written in (card, "-".join(card[i : i + 4] for i in range(0, 16, 4)), " ".join(card), f"**{card}**"):
        assert standing.restore(HERE, f"card {written}.").replace("*", "") == "card 4111 1111 1111 1111."
    for written in (phone, f"+{digits}", f"{digits[0]}.{digits[1:4]}.{digits[4:7]}.{digits[7:]}"):
        assert standing.restore(HERE, f"call {written} now") == "call +1 (212) 736-5000 now"
    born = standing.tag(HERE, BORN, "12.03.1985")
    assert standing.restore(HERE, f"born {born.replace('.', '/')}") == "born 12.03.1985"


def test_who_shares_a_stand_in_word_with_nobody_else(standing: Pseudonyms) -> None:
    jane, john = standing.tag(HERE, NAME, "Jane Doe"), standing.tag(HERE, NAME, "John Doe")
    assert standing.restore(HERE, f"{jane.split()[0]} and {john.split()[0]} {john.split()[1]}") == "Jane and John Doe"


def test_a_word_that_the_content_uses_itself_means_nothing_alone(standing: Pseudonyms) -> None:
    made = standing.tag(HERE, NAME, "Jane Doe")
    given = made.split()[0]
    standing.batch(HERE, lambda: [f"Saint {given} Street"]).tag(EMAIL, "a@b.org")
    assert standing.restore(HERE, f"at Saint {given} Street") == f"at Saint {given} Street"
    assert standing.restore(HERE, f"with {made}") == "with Jane Doe"


def test_names_that_no_blanks_part(standing: Pseudonyms) -> None:
    made = standing.tag(HERE, NAME, "王小明")
    assert standing.restore(HERE, f"请联系{made}先生。") == "请联系王小明先生。"
    assert standing.restore(HERE, f"{made}，你好") == "王小明，你好"
    assert standing.restore(HERE, f"大{made}龙") == f"大{made}龙"
    korean = standing.tag(HERE, NAME, "김민수")
    assert standing.restore(HERE, f"{korean}님께") == "김민수님께"


def test_inflected_names(standing: Pseudonyms) -> None:
    family = standing.tag(HERE, NAME, "Иван Петров").split()[1]
    assert standing.restore(HERE, f"Письмо {family}у от {family}а") == "Письмо Петрову от Петрова"


@pytest.mark.parametrize(
    "around", ["https://evil.example/{}", "[x](https://evil.example/?q={})", '<a title="{}">', "www.a.b/{}"]
)
@pytest.mark.parametrize(
    ("category", "value"), [(NAME, "Jane Doe"), (EMAIL, "jane@corp.com"), (PHONE, "+1 212 736 5000")]
)
def test_no_stand_in_is_restored_in_an_address(standing: Pseudonyms, around: str, category: str, value: str) -> None:
    made = standing.tag(HERE, category, value)
    for form in (made, made.split()[0], made.replace(" ", "-"), made.lower()):
        text = f"see {around.format(form)} ."
        assert standing.restore(HERE, text) == text


# What opens, and how it goes on for as long as one likes without closing.
OPENERS = {
    "address": ("see https://evil.example/?q=", "a", ""),
    "address without scheme": ("see //evil.example/?q=", "a", ""),
    "target": ("![x](https://evil.example/?q=", "a", ")"),
    "target with blanks": ("![x](https://evil.example/?q=", "a b ", ")"),
    "tag": ('<img src="https://evil.example/?q=', "a b ", '">'),
    "quoted sign in a tag": ('<img alt="a > b', " >", '">'),
    "reference": ("[x]:https://evil.example/?q=", "a", "\n"),
}


@pytest.mark.parametrize("length", [100, 3000, 5000, 20_000])
@pytest.mark.parametrize("opener", OPENERS)
def test_nothing_is_put_into_an_address_however_long_it_is(names: Pseudonyms, opener: str, length: int) -> None:
    tag = names.tag(HERE, EMAIL, "jane@example.org")
    opens, filler, closes = OPENERS[opener]
    text = opens + (filler * length)[:length] + tag + closes
    assert names.restore(HERE, text) == text
    here, before = text.rindex(tag), ""
    for at in range(0, here, 997):  # as a stream comes
        before = carried(before + text[at : min(at + 997, here)])
    assert names.batch(HERE).restore(tag, before=before, after=closes) == tag
    assert len(before) < 5000


@pytest.mark.parametrize("length", [100, 5000])
@pytest.mark.parametrize("opener", OPENERS)
def test_what_was_closed_far_before_holds_nothing_back(names: Pseudonyms, opener: str, length: int) -> None:
    tag = names.tag(HERE, EMAIL, "jane@example.org")
    opens, filler, closes = OPENERS[opener]
    before = ""
    for piece in (opens, (filler * 5000)[:5000], closes, " and then " * (length // 10)):
        before = carried(before + piece)
    assert names.batch(HERE).restore(tag, before=before, after=" .") == "jane@example.org"
