"""Passports, cards, licences and payloads, as they are read from pixels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.reading import Reading
from accord.detect.vision.documents import DocumentDetector

# The specimens of ICAO Doc 9303, parts 4 and 5.
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"

NAME = "privacy.person.name"
CARD = "privacy.financial.card"
BORN = "privacy.date.birth"
DRIVER = "privacy.id.driver"
ADDRESS = "privacy.contact.address"
PASSPORT = "privacy.id.passport"
NATIONAL = "privacy.id.national"


def found(text: str, reader: str = "ocr") -> list[tuple[str, str]]:
    detector = DocumentDetector()
    hits = list(detector.detect([Reading(text, reader=reader)], lambda: False))
    assert all(hit.category in detector.categories for hit in hits)
    assert all(hit.score >= detector.floor for hit in hits)
    return [(hit.category, text[hit.span.start : hit.span.end]) for hit in hits]


@pytest.mark.parametrize(
    ("zone", "kind"),
    [
        (TD3, PASSPORT),
        (TD1, NATIONAL),
        ("IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<<\n8806923102858CORINNE<<<<<<<6512068F6", NATIONAL),
        ("D1NLD11234567890ABCDEF<<<<<<<<5", DRIVER),
    ],
)
def test_every_line_of_a_zone_is_found(zone: str, kind: str) -> None:
    assert found(f"PASSPORT\nUTOPIA\n{zone}\nbelow") == [(kind, line) for line in zone.split("\n")]


@pytest.mark.parametrize(
    "damaged",
    [
        TD3.replace("<<", "«"),
        TD3.replace("<", "("),
        TD3.replace("UTO74", "UT074").replace("1204159", "12O4I59"),
        TD3.replace("ERIKSSON", "ERIKSS0N"),
        TD3.replace("<<<<<<<<<<", "KKK<<"),
        TD3.replace("\n", "\n\n"),
        TD3.replace("UTO7408", "UTO 7408"),
        TD1.replace("I<UTO", "|<UTO"),
    ],
)
def test_damage_by_an_ocr_engine_is_tolerated(damaged: str) -> None:
    lines = [line for line in damaged.split("\n") if line]
    assert [value for _, value in found(damaged)] == lines


def test_dates_that_do_not_hold_still_leave_a_name_with_fillers() -> None:
    text = TD3.replace("7408122F", "7408123F")
    scores = {hit.score for hit in DocumentDetector().detect([Reading(text, reader="ocr")], lambda: False)}
    assert scores == {0.75}


@pytest.mark.parametrize(
    "text",
    [
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "cout << x << endl; // PRINT", "A<B<C", "<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
        "THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG", "1234567890123456789012345678901234567890",
    ],
)  # fmt: skip
def test_other_capitals_are_no_zone(text: str) -> None:
    assert found(text) == []


def test_the_face_of_a_payment_card() -> None:
    text = "BANK OF EXAMPLE\nDEBIT\n4111 1111 1111 1111\nVALID THRU 12/27\nJANE M DOE\nVISA\nCVV 123"
    assert found(text) == [
        (CARD, "4111 1111 1111 1111"), (CARD, "12/27"), (CARD, "123"), (NAME, "JANE M DOE"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "number", ["4111 1111 1111 l111".upper(), "41l1 1111 1111 1111".upper(), "3782 822463 10O05"]
)
def test_a_card_number_with_confused_letters(number: str) -> None:
    assert (CARD, number) in found(f"{number}\nMR JOHN O'NEIL")
    assert (NAME, "MR JOHN O'NEIL") in found(f"{number}\nMR JOHN O'NEIL")


def test_a_card_number_in_four_lines() -> None:
    assert found("5555\n5555\n5555\n4444") == [(CARD, "5555\n5555\n5555\n4444")]


def test_no_number_that_holds_no_card() -> None:
    assert found("4111 1111 1111 1112\nVALID THRU 12/27\nJANE M DOE") == []
    assert found("0000 0000 0000 0000\nJANE DOE") == []


def test_on_a_page_of_text_only_the_number_is_taken() -> None:
    page = "\n".join(["PAYMENT DETAILS AND MANY WORDS ON A PAGE THAT IS NO CARD"] * 20)
    assert found(f"{page}\n4111 1111 1111 1111\nTERMS APPLY\n{page}") == [(CARD, "4111 1111 1111 1111")]


def test_a_european_driving_licence() -> None:
    text = (
        "DRIVING LICENCE UK\n1. MORGAN\n2. SARAH MEREDYTH\n3. 11.03.1976 UNITED KINGDOM\n4a. 19.01.2013 4c. DVLA\n"
        "4b. 18.01.2023\n5. MORGA753116SM9IJ 35\n8. 122 BURNS CRESCENT, EDINBURGH"
    )
    assert found(text) == [
        (NAME, "MORGAN"), (NAME, "SARAH MEREDYTH"), (BORN, "11.03.1976 UNITED KINGDOM"),
        (DRIVER, "MORGA753116SM9IJ 35"), (ADDRESS, "122 BURNS CRESCENT, EDINBURGH"),
    ]  # fmt: skip


def test_an_american_driver_licence() -> None:
    text = "CALIFORNIA DRIVER LICENSE\nDL I1234568 CLASS C\nLN CARDHOLDER\nFN IMA\nDOB 08/31/1977"
    assert found(text) == [(DRIVER, "I1234568"), (NAME, "CARDHOLDER"), (NAME, "IMA"), (BORN, "08/31/1977")]


def test_a_numbered_list_is_no_licence() -> None:
    assert found("Steps:\n1. Take water\n2. Boil it\n3. Add 5 g of salt\n5. Serve\n8. Enjoy") == []


@pytest.mark.parametrize(
    ("payload", "values"),
    [
        ("WIFI:T:WPA;S:net;P:secret;;", ["secret"]),
        (r"WIFI:S:My\;Net;T:WPA;P:a\;b\:c;H:true;;", [r"a\;b\:c"]),
        ("wifi:t:wpa;s:net;p:secret", ["secret"]),
        ("WIFI:T:nopass;S:guest;;", []),
        ("MECARD:N:Doe,Jane;TEL:+12025550175;ADR:12 Elm St;;", ["Doe,Jane", "+12025550175", "12 Elm St"]),
        ("BEGIN:VCARD\r\nN:Doe;Jane;;;\r\nADR;TYPE=HOME:;;12 Elm St;Springfield\r\nEND:VCARD", ["Doe;Jane", "12 Elm St;Springfield"]),
        ("@\n\x1e\rANSI 636000100002DL00410278ZV03190008DLDAQT64235789\nDCSSAMPLE\nDADNONE\nDBB06061986", ["T64235789", "SAMPLE", "06061986"]),
        ("M1DESMARAIS/LUC       EABC123 YULFRAAC 0834 226F001A0025 100", ["DESMARAIS/LUC", "ABC123"]),
        ("https://example.org/WIFI:P:x;", []),
        ("plain words", []),
    ],
)  # fmt: skip
def test_payloads_with_a_grammar(payload: str, values: list[str]) -> None:
    assert [value for _, value in found(payload, "code")] == values


def test_each_kind_of_reading_has_its_own_grammar() -> None:
    assert found("WIFI:T:WPA;S:net;P:secret;;", "ocr") == []
    assert found(TD3, "code") == []
    assert found(TD3, "text") == []


@given(st.text(alphabet="P<«ABO019 \n.:;/", max_size=120))
def test_nothing_breaks_it(text: str) -> None:
    for reader in ("ocr", "code"):
        for hit in DocumentDetector().detect([Reading(text, reader=reader)], lambda: False):
            assert 0 <= hit.span.start < hit.span.end <= len(text)
