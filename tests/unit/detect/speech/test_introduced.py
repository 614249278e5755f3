"""What is announced in speech is found however it was written down; what only looks like an announcement is not."""

from __future__ import annotations

import pytest

from accord.core.reading import Reading
from accord.detect.speech.echoes import echoes, known_names
from accord.detect.speech.introduced import MAIL, NAME, addresses, introduced, names
from accord.testing import never


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hello, this is Godofeng speaking. How can I help?", "Godofeng"),
        ("This is hanna press cot speaking.", "hanna press cot"),
        ("You are speaking with Al-Azandro County from the billing department.", "Al-Azandro County"),
        ("Could you put me through to Young Choi, please?", "Young Choi"),
        ("Please ask for Kofi Asanti at the front desk.", "Kofi Asanti"),
        ("My name is pearl man dream and I am calling about a delivery.", "pearl man dream"),
        ("Je m'appelle Solange Petit.", "Solange Petit"),
    ],
)
def test_what_follows_an_announcement_is_the_name(text: str, name: str) -> None:
    assert name in [text[span.start : span.end] for span, _ in names(text)]


@pytest.mark.parametrize(
    "text",
    [
        "This is a test. This is Monday.",
        "Please ask for help at the desk.",
        "My name is on the list.",
        "I spoke to the manager about it.",
        "You are speaking with customer support.",
        "I am looking for my keys.",
        "Could you put me through to someone else, please?",
        "This is your captain speaking.",
    ],
)
def test_what_only_looks_like_an_announcement_is_none(text: str) -> None:
    assert list(names(text)) == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("You can write to Clara.Humet and Lemple.com whenever you like.", "Clara.Humet and Lemple.com"),
        ("Please send the invoice to david.stoneatexample.org by Friday.", "david.stoneatexample.org"),
        ("Write to me at clara dot hughes at example dot com.", "clara dot hughes at example dot com"),
        ("My e-mail is bob@example.com, thanks.", "bob@example.com"),
        ("It went to maria.costuetexample.net in May.", "maria.costuetexample.net"),
        ("You can write to Peter underscore lang a depth, whenever.", "Peter underscore lang a depth"),
    ],
)
def test_an_address_is_found_as_recognisers_write_it(text: str, address: str) -> None:
    assert [text[span.start : span.end] for span in addresses(text)] == [address]


@pytest.mark.parametrize(
    "text",
    ["Visit example.com for more.", "Go to www.shop.example.com.", "It costs 3.5 dollars. I saw it.", "Contact us."],
)
def test_sites_and_numbers_are_no_addresses(text: str) -> None:
    assert addresses(text) == []


def test_only_what_was_said_is_looked_at() -> None:
    text = "Hello, this is Godofeng speaking. Write to sales dash off for satexample.com."
    said, written = Reading(text, reader="speech"), Reading(text)
    found = introduced([written, said], never)
    assert [(hit.reading, hit.category) for hit in found] == [(1, NAME), (1, MAIL)]
    assert introduced([said], lambda: True) == []


def test_a_name_that_was_announced_is_known_from_then_on() -> None:
    speech = Reading("This is godofeng marlowe speaking. So I told Godofen Marlow to wait.", reader="speech")
    known = known_names([speech], [], ())
    assert known == ("godofeng marlowe",)
    found = sorted({(hit.span.start, hit.span.end) for hit in echoes([speech], known, never)})
    assert [speech.text[start:end] for start, end in found] == ["godofeng marlowe", "Godofen Marlow"]
