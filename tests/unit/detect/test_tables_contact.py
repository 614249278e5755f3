"""Contacts, machines, places and dates: hits beside near misses."""

import pytest

from accord.core.reading import Reading
from accord.detect.patterns import PatternDetector

DETECTOR = PatternDetector()


def found(text: str) -> list[tuple[str, str]]:
    hits = DETECTOR.detect([Reading(text)], lambda: False)
    return [(hit.category.removeprefix("privacy."), text[hit.span.start : hit.span.end]) for hit in hits]


@pytest.mark.parametrize(
    ("text", "category", "value"),
    [
        ("write to ann.lee+tag@example.co.uk.", "contact.email", "ann.lee+tag@example.co.uk"),
        ("an jürgen.12@example.com heute", "contact.email", "jürgen.12@example.com"),
        ("用户@例子.广告 です", "contact.email", "用户@例子.广告"),
        ("mail <user@xn--80ak6aa92e.com>", "contact.email", "user@xn--80ak6aa92e.com"),
        ("ann [at] example [dot] com", "contact.email", "ann [at] example [dot] com"),
        ("ann at example dot com", "contact.email", "ann at example dot com"),
        ("call +44 20 7946 0958 now", "contact.phone", "+44 20 7946 0958"),
        ("call +1 212-555-0143", "contact.phone", "+1 212-555-0143"),
        ("(415) 555-0132 is mine", "contact.phone", "(415) 555-0132"),
        ("Fax: 463-612-6138x036", "contact.phone", "463-612-6138x036"),
        ("Tel. 030 901820", "contact.phone", "030 901820"),
        ("téléphone 01 42 68 53 00", "contact.phone", "01 42 68 53 00"),
        ("Telepono: 09171234567", "contact.phone", "09171234567"),
        ("電話03-3210-1234です", "contact.phone", "03-3210-1234"),
        ("host 203.0.113.9 down", "network.ip", "203.0.113.9"),
        ("net 192.168.1.0/24", "network.ip", "192.168.1.0/24"),
        ("at 2001:db8::1 now", "network.ip", "2001:db8::1"),
        ("fe80::1%eth0", "network.ip", "fe80::1%eth0"),
        ("mac 00:1A:2B:3C:4D:5E", "network.mac", "00:1A:2B:3C:4D:5E"),
        ("at 52.52000, 13.40500 exactly", "location.gps", "52.52000, 13.40500"),
        ("40°26'46\"N 79°58'56\"W", "location.gps", "40°26'46\"N 79°58'56\"W"),
        ("born on 12 March 1980 in Cork", "date.birth", "12 March 1980"),
        ("Geburtsdatum: 24.12.1975", "date.birth", "24.12.1975"),
        ("née le 3 août 1991", "date.birth", "3 août 1991"),
        ("nacido el 5 de mayo de 1960", "date.birth", "5 de mayo de 1960"),
        ("due 2024-02-29", "date.date", "2024-02-29"),
        ("the 1st of June 2023", "date.date", "1st of June 2023"),
        ("am 3. Oktober 1990", "date.date", "3. Oktober 1990"),
        ("visit 12 Maple Street, Leeds", "contact.address", "12 Maple Street"),
        ("Hauptstraße 5, 10115 Berlin", "contact.address", "Hauptstraße 5, 10115 Berlin"),
        ("12 rue de la Paix, 75002 Paris", "contact.address", "12 rue de la Paix, 75002 Paris"),
        ("Via Roma 12, 00184 Roma", "contact.address", "Via Roma 12, 00184 Roma"),
        ("Calle de Alcalá 45", "contact.address", "Calle de Alcalá 45"),
        ("Keizersgracht 174", "contact.address", "Keizersgracht 174"),
        ("P.O. Box 1234", "contact.address", "P.O. Box 1234"),
        ("London SW1A 1AA", "contact.address", "SW1A 1AA"),
        ("thanks @ada_lovelace for it", "person.username", "@ada_lovelace"),
        ("see https://www.linkedin.com/in/ada-lovelace/", "contact.url", "https://www.linkedin.com/in/ada-lovelace/"),
        ("https://example.org/~ada", "contact.url", "https://example.org/~ada"),
        (
            "https://example.org/reset?token=abcdef123456",
            "contact.url",
            "https://example.org/reset?token=abcdef123456",
        ),
    ],
)
def test_found_whole(text: str, category: str, value: str) -> None:
    assert (category, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "user@localhost and a@b and foo@bar.123",
        "icon@2x.png is an image",
        "127.0.0.1 and 0.0.0.0 and ::1 are everyone's",
        "300.168.1.1 or 192.168.1.1.1 or 1.2.3",
        "::ffff:192.168.1 and 12345:db8::1",
        "FF:FF:FF:FF:FF:FF and 00:00:00:00:00:00 and 10:2F:33-AC-29-C3",
        "2023-02-30 and 31.04.2020 and 13/13/2020",
        "https://www.example.com/products/shoes?size=42",
        "https://github.com/features and https://example.com/docs/util/index.html",
        "@media print { } @import url",
        "pip install left@1.2.3",
        "look at the point in question",
        "In 12 Different Ways we tried",
        "FPO, 1600x1200, 3:15",
        "2019-2023 saw 100-200 of them, 12-34",
    ],
)
def test_near_misses_are_left_alone(text: str) -> None:
    kinds = ("contact.", "network.", "person.", "date.birth", "location.")
    assert [hit for hit in found(text) if hit[0].startswith(kinds)] == []


def test_a_day_that_is_none_is_no_date() -> None:
    assert not [hit for hit in found("on 2023-02-30 or 31.04.2020") if hit[0] == "date.date"]
