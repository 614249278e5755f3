"""What models do to pseudonyms, and what must not come of it."""

from __future__ import annotations

import json

import pytest

from accord import Context
from accord.transform.pseudonyms import Pseudonyms
from accord.transform.restore import Source
from accord.transform.surroundings import Links

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
