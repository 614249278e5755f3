"""Values that stand for values: like them, and nobody's."""

from __future__ import annotations

import json
import re
from datetime import date
from ipaddress import ip_address, ip_network

import phonenumbers
import pytest
from stdnum import iban, luhn
from stdnum.es import dni
from stdnum.pl import pesel

from accord import Context
from accord.core.content import Origin
from accord.transform.pseudonyms import MemoryMap, Pseudonyms, Style
from accord.transform.restore_tags import STRICT
from accord.transform.standins_names import gender_of, locale_of
from accord.transform.standins_tables import LOCALES, names

HERE, THERE = Context(session="here"), Context(session="there")
NAME, EMAIL, PHONE = "privacy.person.name", "privacy.contact.email", "privacy.contact.phone"
DATE, CARD, IP = "privacy.date.birth", "privacy.financial.card", "privacy.network.ip"

VALUES = {
    NAME: ["Jane Doe", "Dr. Max Müller", "Мария Петрова", "王小明", "김민수", "田中 花子", "محمد علي", "राजेश कुमार"],
    EMAIL: ["jane.doe@example.org", "jdoe77@gmail.com", "info@acme.de"],
    PHONE: ["+1 (212) 736-5000", "07911 123456", "+49 30 901820", "+34 612 345 678", "555-1234"],
    DATE: ["12.03.1985", "1985-03-12", "03/04/1985", "March 12, 1985", "12. März 1985", "1985年3月12日"],
    CARD: ["4111 1111 1111 1111", "378282246310005"],
    IP: ["10.1.2.3", "2001:4860:4860::8888"],
    "privacy.financial.iban": ["DE89 3704 0044 0532 0130 00"],
    "privacy.financial.account": ["021000021"],
    "privacy.id.national": ["12345678Z", "85073003328"],
    "privacy.id.social_security": ["536-90-4399"],
    "privacy.id.passport": ["C01X00T47"],
    "privacy.id.plate": ["B-MW 1234"],
    "privacy.network.mac": ["00:1A:2B:3C:4D:5E"],
    "privacy.contact.address": ["12 High Street, Leeds LS1 4AB", "Musterstraße 12, 10115 Berlin"],
    "privacy.location.gps": ["52.5200, 13.4050"],
    "privacy.group.organisation": ["Siemens AG"],
    "privacy.location.place": ["Leeds"],
    "privacy.person.username": ["jdoe85", "@cool_cat"],
    "privacy.financial.crypto": ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"],
}
ALL = [(category, value) for category, values in VALUES.items() for value in values]


@pytest.fixture
def names_() -> Pseudonyms:
    return Pseudonyms(b"k" * 32, style="stand-ins")


def shape(text: str) -> str:
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "0", text))


@pytest.mark.parametrize(("category", "value"), ALL)
def test_a_stand_in_is_another_value_that_leads_back(names_: Pseudonyms, category: str, value: str) -> None:
    made = names_.tag(HERE, category, value)
    assert STRICT.fullmatch(made) is None
    assert made != value
    assert names_.tag(HERE, category, value) == made
    assert names_.tag(HERE, category, made) == made, "what was released is released as it is"
    assert names_.restore(HERE, f"So {made}, then") == f"So {value}, then"
    assert names_.restore(THERE, f"So {made}, then") == f"So {made}, then"
    assert names_.escape(HERE, f"So {made}, then") == f"So {made}, then"
    assert Pseudonyms(b"k" * 32, style="stand-ins").tag(HERE, category, value) == made
    if value.isascii():
        assert made.isascii(), "the language stays"


@pytest.mark.parametrize(
    "category", ["privacy.id.passport", "privacy.id.plate", CARD, "privacy.financial.iban", PHONE, DATE]
)
def test_the_format_stays(names_: Pseudonyms, category: str) -> None:
    for value in VALUES[category]:
        if not re.search(r"M", value):
            assert shape(names_.tag(HERE, category, value)) == shape(value)


@pytest.mark.parametrize(
    "category", ["privacy.health.condition", "privacy.credential.password", "privacy.contact.url"]
)
def test_where_a_likeness_would_be_wrong_there_is_a_tag(names_: Pseudonyms, category: str) -> None:
    made = names_.tag(HERE, category, "diabetes")
    assert STRICT.fullmatch(made)
    assert names_.restore(HERE, made.lower()) == "diabetes"


def test_nobody_has_the_number(names_: Pseudonyms) -> None:
    for i in range(40):
        card = names_.tag(HERE, CARD, f"4111 1111 1111 {i:04}")
        assert not luhn.is_valid(card.replace(" ", ""))
        assert not iban.is_valid(names_.tag(HERE, "privacy.financial.iban", f"DE89 3704 0044 0532 01{i:02} 00"))
        social = names_.tag(HERE, "privacy.id.social_security", f"536-90-{i + 1000}")
        assert social.startswith("666-")
    assert not dni.is_valid(names_.tag(HERE, "privacy.id.national", "12345678Z"))
    assert not pesel.is_valid(names_.tag(HERE, "privacy.id.national", "85073003328"))


@pytest.mark.parametrize(
    ("value", "fiction"),
    [
        ("+1 (212) 736-5000", r"\+1 \(\d{3}\) 555-01\d\d"),
        ("212-736-5000", r"\d{3}-555-01\d\d"),
        ("555-1234", r"555-01\d\d"),
        ("07911 123456", r"07700 900\d{3}"),
        ("+44 20 7946 0018", r"\+44 20 7946 0\d{3}|\+44 \d\d \d{4} \d{4}"),
        ("+33 6 12 34 56 78", r"\+33 6 39 98 \d\d \d\d"),
        ("01 42 68 53 00", r"01 99 00 \d\d \d\d"),
        ("0171 2345678", r"0171 3920\d{3}"),
    ],
)
def test_telephones_are_those_of_fiction(names_: Pseudonyms, value: str, fiction: str) -> None:
    assert re.fullmatch(fiction, names_.tag(HERE, PHONE, value))


@pytest.mark.parametrize("value", ["+34 612 345 678", "+48 601 123 456", "+86 138 1234 5678", "+49 30 901820"])
def test_or_of_nobody(names_: Pseudonyms, value: str) -> None:
    made = names_.tag(HERE, PHONE, value)
    assert made[:3] == value[:3]
    assert not phonenumbers.is_valid_number(phonenumbers.parse(made))


def test_addresses_of_the_net_are_reserved_ones(names_: Pseudonyms) -> None:
    four = ip_address(names_.tag(HERE, IP, "8.8.8.8"))
    assert any(four in ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"))
    assert ip_address(names_.tag(HERE, IP, "2a00:1450::1")) in ip_network("2001:db8::/32")
    hardware = names_.tag(HERE, "privacy.network.mac", "00:1A:2B:3C:4D:5E")
    assert int(hardware[:2], 16) & 0b11 == 0b10, "locally administered, for one station"
    for value in VALUES[EMAIL]:
        domain = names_.tag(HERE, EMAIL, value).partition("@")[2]
        assert domain.endswith(".example") or domain in ("example.com", "example.org", "example.net")


def test_documentation_addresses_that_run_out_become_tags(names_: Pseudonyms) -> None:
    made = [names_.tag(HERE, IP, f"10.{i // 250}.{i % 250}.1") for i in range(900)]
    assert len(set(made)) == 900
    assert any(STRICT.fullmatch(one) for one in made)
    assert names_.restore(HERE, ", ".join(made)).count("10.") >= 900


def test_families_stay_together(names_: Pseudonyms) -> None:
    jane, john = names_.tag(HERE, NAME, "Jane Doe"), names_.tag(HERE, NAME, "John Doe")
    ivan, maria = names_.tag(HERE, NAME, "Иван Петров"), names_.tag(HERE, NAME, "Мария Петрова")
    assert jane.split()[1] == john.split()[1]
    assert jane.split()[0] != john.split()[0]
    assert maria.split()[1] == ivan.split()[1] + "а"
    assert names_.tag(HERE, NAME, "Mr. Doe") == f"Mr. {jane.split()[1]}"
    assert names_.tag(HERE, NAME, "Doe, Jane") == f"{jane.split()[1]}, {jane.split()[0]}"
    email = names_.tag(HERE, EMAIL, "jane.doe@corp.com")
    assert email.startswith(f"{jane.split()[0]}.{jane.split()[1]}@".lower())
    assert names_.tag(HERE, EMAIL, "bob@corp.com").endswith(email.partition("@")[2])


@pytest.mark.parametrize(
    ("value", "locale", "gender"),
    [
        ("Jane Doe", "en", "women"),
        ("Herr Müller", "de", "men"),
        ("Frau Müller", "de", "women"),
        ("Katarzyna Nowak", "pl", "women"),
        ("Kowalska", "pl", "women"),
        ("Jean Dupont", "fr", "men"),
        ("María García", "es", "women"),
        ("Giulia Rossi", "it", "women"),
        ("João Silva", "pt", "men"),
        ("Ayşe Yılmaz", "tr", "women"),
        ("Иван Петров", "ru", "men"),
        ("Петрова", "ru", "women"),
        ("Γιώργος Παππάς", "el", "men"),
        ("فاطمة علي", "ar", "women"),
        ("सुनीता शर्मा", "hi", "women"),
        ("王伟", "zh", "men"),
        ("田中花子", "ja", "women"),
        ("김지은", "ko", "women"),
    ],
)
def test_language_and_gender_are_kept(names_: Pseudonyms, value: str, locale: str, gender: str) -> None:
    assert locale_of(value) == locale
    assert gender_of(value, locale) == gender or locale in ("zh", "ja", "ko")
    made = names_.tag(HERE, NAME, value)
    assert len(made.split()) == len(value.split())
    assert locale_of(made) == locale


def test_tables_are_tables() -> None:
    for locale in LOCALES:
        table = names(locale)
        assert min(len(table.men), len(table.women), len(table.family)) >= 30
        for role in (table.men, table.women, table.family):
            assert len(set(role)) == len(role), locale
        assert not set(table.men) & set(table.women), locale
        assert not set(table.family) & {*table.men, *table.women}, locale


def test_form_and_titles_are_kept(names_: Pseudonyms) -> None:
    assert re.fullmatch(r"Dr\. \w+ [A-Z]\. \w+ Jr\.", names_.tag(HERE, NAME, "Dr. Jane A. Doe Jr."))
    assert names_.tag(HERE, NAME, "BOB MILLER").isupper()
    assert re.fullmatch(r"\w+ van der \w+", names_.tag(HERE, NAME, "Piet van der Berg"))
    assert re.fullmatch(r"\w+-\w+ \w+-\w+", names_.tag(HERE, NAME, "Anna-Lena Koch-Schulz"))


def test_different_values_never_share_a_stand_in(names_: Pseudonyms) -> None:
    people = [
        f"{first} {last}"
        for first in ("Jane", "John", "Ann")
        for last in (f"Fam{a}{b}" for a in "abcdefgh" for b in "xyzuvw")
    ]
    made = [names_.tag(HERE, NAME, person) for person in people]
    assert len(set(made)) == len(people)
    for person, other in zip(people, made, strict=True):
        assert names_.restore(HERE, f"x {other} y") == f"x {person} y"
    mails = [names_.tag(HERE, EMAIL, f"{person.replace(' ', '.')}@a.org") for person in people]
    assert len(set(mails)) == len(mails)


def test_what_occurs_in_the_content_stands_for_nothing(names_: Pseudonyms) -> None:
    made = names_.tag(HERE, NAME, "Jane Doe")
    first, last = made.split()
    other = Pseudonyms(b"k" * 32, style="stand-ins")
    batch = other.batch(HERE, lambda: [f"{first} and a {last.upper()} met 666-23-4762"])
    again = batch.tag(NAME, "Jane Doe")
    assert not set(again.split()) & {first, last}
    phone = names_.tag(HERE, PHONE, "+1 (212) 736-5000")
    batch = Pseudonyms(b"k" * 32, style="stand-ins").batch(HERE, lambda: [f"call {phone[3:]}"])
    assert batch.tag(PHONE, "+1 (212) 736-5000")[-4:] != phone[-4:]


def test_dates_of_a_scope_move_together(names_: Pseudonyms) -> None:
    days = set()
    for value in (date(1985, 3, 12), date(1999, 12, 31), date(2024, 2, 29)):
        days.add((value - date.fromisoformat(names_.tag(HERE, DATE, value.isoformat()))).days)
        german = names_.tag(HERE, DATE, value.strftime("%d.%m.%Y")).split(".")
        days.add((value - date(int(german[2]), int(german[1]), int(german[0]))).days)
    assert len(days) == 1
    assert next(iter(days)) > 0, "nobody is born in the future"
    assert re.fullmatch(r"\d\d/\d\d/\d{4}", names_.tag(HERE, DATE, "03/04/1985"))
    assert STRICT.fullmatch(names_.tag(HERE, DATE, "31.02.1985")), "no date has no stand-in"


def test_stand_ins_and_tags_live_side_by_side() -> None:
    kept = MemoryMap(b"k" * 32)
    tags, standing = Pseudonyms(keeper=kept), Pseudonyms(keeper=kept, style=Style.STAND_INS)
    tag = tags.tag(HERE, NAME, "Jane Doe")
    tags.flush(HERE)
    assert standing.tag(HERE, NAME, "Jane Doe") == tag, "one value, one pseudonym"
    made = standing.tag(HERE, NAME, "Bob Miller")
    standing.flush(HERE)
    assert tags.restore(HERE, f"{made} and {tag}") == "Bob Miller and Jane Doe"
    assert Pseudonyms(keeper=kept).restore(HERE, f"{made.split()[0]}'s") == "Bob's", "what was learned is loaded"


def test_what_the_caller_brought_is_known_by_its_stand_in(names_: Pseudonyms) -> None:
    made = names_.tag(HERE, EMAIL, "jane@corp.com")
    other = names_.tag(HERE, EMAIL, "bob@corp.com", Origin.TOOL)
    assert names_.knows(HERE, EMAIL, made)
    assert not names_.knows(HERE, EMAIL, other)


def test_authors_and_persons_are_one(names_: Pseudonyms) -> None:
    made = names_.tag(HERE, NAME, "Jane Doe")
    assert names_.tag(HERE, "privacy.metadata.author", "Jane Doe") == made


def test_json_stays_json(names_: Pseudonyms) -> None:
    made = names_.tag(HERE, NAME, 'Jane "J" Doe')
    text = json.dumps({"to": made}, ensure_ascii=False)
    assert json.loads(names_.restore(HERE, text)) == {"to": 'Jane "J" Doe'}
