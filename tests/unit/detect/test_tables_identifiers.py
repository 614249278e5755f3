"""Identifiers: what each table finds, and near misses beside it."""

import pytest

from accord.core.finding import Hit
from accord.core.reading import Reading
from accord.detect.patterns import PatternDetector

DETECTOR = PatternDetector()


def found(text: str) -> list[tuple[str, str]]:
    hits = DETECTOR.detect([Reading(text)], lambda: False)
    return [(hit.category.removeprefix("privacy."), text[hit.span.start : hit.span.end]) for hit in hits]


def checked(text: str) -> list[Hit]:
    return [hit for hit in DETECTOR.detect([Reading(text)], lambda: False) if hit.checked]


PROVEN = [
    ("IBAN DE89 3704 0044 0532 0130 00 please", "financial.iban", "DE89 3704 0044 0532 0130 00"),
    ("wire to GB82WEST12345698765432 today", "financial.iban", "GB82WEST12345698765432"),
    ("card 4111 1111 1111 1111 exp", "financial.card", "4111 1111 1111 1111"),
    ("amex 378282246310005", "financial.card", "378282246310005"),
    ("Insee 2 84 05 88 305 200 07", "id.social_security", None),
    ("AHV 756.9217.0769.85", "id.social_security", "756.9217.0769.85"),
    ("CPF 111.444.777-35", "id.national", "111.444.777-35"),
    ("CNPJ 11.222.333/0001-81", "id.company", "11.222.333/0001-81"),
    ("身份证 11010519491231002X", "id.national", "11010519491231002X"),
    ("codice RSSMRA85T10A562S", "id.tax", "RSSMRA85T10A562S"),
    ("hetu 131052-308T", "id.national", "131052-308T"),
    ("personnummer 811218-9876", "id.national", "811218-9876"),
    ("TCKN 10000000146", "id.national", "10000000146"),
    ("USt-IdNr. DE136695976", "id.vat", "DE136695976"),
    ("СНИЛС 112-233-445 95", "id.social_security", "112-233-445 95"),
    ("Emirates ID 784-1980-1234567-8", "id.national", None),
    ("btc 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "financial.crypto", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    (
        "segwit bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "financial.crypto",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    ),
    (
        "eth 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "financial.crypto",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    ),
    ("VIN 1M8GDM9AXKP042788", "id.vehicle", "1M8GDM9AXKP042788"),
    ("IMEI 490154203237518", "id.device", "490154203237518"),
    ("LEI 5493001KJTIIGC8Y1R12", "id.company", "5493001KJTIIGC8Y1R12"),
    ("NPI 1234567893", "id.medical", "1234567893"),
    ("DEA registration AB1234563", "id.medical", "AB1234563"),
    ("routing number 021000021", "financial.account", "021000021"),
    ("ABN 51 824 753 556", "id.company", "51 824 753 556"),
    ("PESEL 44051401359", "id.national", "44051401359"),
    ("SIN 046 454 286", "id.social_security", None),
    ("NHS number 943 476 5919", "id.medical", "943 476 5919"),
    ("DNI 12345678Z", "id.national", "12345678Z"),
    ("NIE X1234567L", "id.national", "X1234567L"),
    ("BSN 111222333", "id.national", "111222333"),
    ("RRN 960121-1021413", "id.national", "960121-1021413"),
    ("NRIC S1234567D", "id.national", "S1234567D"),
    ("HKID A123456(3)", "id.national", "A123456(3)"),
    ("統一 identity number A123456789", "id.national", "A123456789"),
    ("ID 8001015009087 on file, identity number", "id.national", "8001015009087"),
    ("GHA RF18 5390 0754 7034 reference", "financial.account", None),
]


@pytest.mark.parametrize(("text", "category", "value"), [row for row in PROVEN if row[2]])
def test_a_proven_identifier_is_found_whole(text: str, category: str, value: str) -> None:
    assert (category, value) in found(text)
    assert any(text[hit.span.start : hit.span.end] == value for hit in checked(text))


def _broken(value: str) -> str:
    """The value with its last digit but the check changed by one: near, and wrong."""
    place = max(index for index, c in enumerate(value) if c.isdigit())
    return value[:place] + str((int(value[place]) + 1) % 10) + value[place + 1 :]


@pytest.mark.parametrize(("text", "category", "value"), [row for row in PROVEN if row[2]])
def test_a_changed_digit_proves_nothing(text: str, category: str, value: str) -> None:
    wrong = text.replace(value, _broken(value))
    claims = [hit for hit in checked(wrong) if hit.category == f"privacy.{category}"]
    assert not claims


LABELLED = [
    ("My SSN is 567-43-1234.", "id.social_security", "567-43-1234"),
    ("national insurance AB123456C", "id.social_security", "AB123456C"),
    ("ITIN 911-70-1234", "id.tax", "911-70-1234"),
    ("passport number: J6932157", "id.passport", "J6932157"),
    ("Reisepass C01X00T47", "id.passport", "C01X00T47"),
    ("Führerschein B072RRE2I55", "id.driver", None),
    ("driving licence MORGA657054SM9IJ", "id.driver", "MORGA657054SM9IJ"),
    ("Medicare MBI 1EG4-TE5-MK73", "id.medical", "1EG4-TE5-MK73"),
    ("PAN ABCPE1234F", "id.tax", "ABCPE1234F"),
    ("GSTIN 27ABCDE1234F1Z5", "id.tax", "27ABCDE1234F1Z5"),
    ("the number plate AB51 ABC", "id.plate", "AB51 ABC"),
    ("Kennzeichen HH-AB 1234", "id.plate", "HH-AB 1234"),
    ("immatriculation AB-123-CD", "id.plate", "AB-123-CD"),
    ("employee number: 88213", "id.employee", "88213"),
    ("Matrikelnummer 1234567", "id.student", "1234567"),
    ("MRN 00123456", "id.medical", "00123456"),
    ("sort code 20-00-00", "financial.account", "20-00-00"),
    ("BIC DEUTDEFF500 of the bank", "financial.account", "DEUTDEFF500"),
    ("Steuernummer 123/456/78901", "id.tax", "123/456/78901"),
    ("Numéro fiscal (pays) : 99 88 777 665 55", "id.tax", "99 88 777 665 55"),
]


@pytest.mark.parametrize(("text", "category", "value"), [row for row in LABELLED if row[2]])
def test_a_label_makes_a_number_an_identifier(text: str, category: str, value: str) -> None:
    assert (category, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Order 123456789 has shipped.",
        "request_id=123e4567-e89b-12d3-a456-426614174000 done",
        "commit 8f953371d3e85eddb89b05ed6b9e680791055315",
        "epoch 1700000000 took 123456789 ns",
        "size 987654321 bytes",
        "pi is 3.14159265358979",
        "INV-2024-123456789-7",
        "$123456789 was spent",
        "lot 00000000000000000",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "v1.2.3.4 and version 10.15.7.1",
        "array([0.08703704, -0.81349206, 1.69312169])",
        "x[::2], std::vector, a::b",
        "999-12-3456 is not issued, nor 000-12-3456 nor 666-12-3456",
        "4111 1111 1111 1112 fails Luhn",
        "DE89370400440532013001 fails mod 97",
        "The Spring 2020 release, During 1990s, Editor 2",
    ],
)
def test_numbers_of_another_kind_are_left_alone(text: str) -> None:
    assert [hit for hit in found(text) if not hit[0].startswith("date.")] == []


MRZ = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"


def test_the_machine_readable_zone_of_a_passport_is_one_finding() -> None:
    assert found(f"scan:\n{MRZ}\nend")[0] == ("id.passport", MRZ)
    assert not [hit for hit in found(MRZ.replace("7408122", "7408123")) if hit[0] == "id.passport"]


def test_one_number_is_one_finding() -> None:
    assert len(found("social security 078-05-1121, call later")) == 1
    assert len(found("046454286")) <= 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Personalausweis L01X00T471", "L01X00T471"), ("Sozialversicherungsnummer 65070649C103", "65070649C103"), ("NIR 1570844109087", "1570844109087"),
        ("BDAY:1987-11-23", "1987-11-23"), ("Né(e) le 23/11/1987", "23/11/1987"), ("call me on 3/5", "3/5"),
    ],
)  # fmt: skip
def test_a_label_without_a_colon_speaks_for_its_value(text: str, value: str) -> None:
    hits = PatternDetector().detect([Reading(text)], lambda: False)
    assert value in [text[hit.span.start : hit.span.end] for hit in hits]


@pytest.mark.parametrize(
    "text", ['GET / HTTP/1.1" 200 120 call', "phone status 200 120", "retry 3/5 on Monday", "on average 4/5 stars"]
)
def test_what_counts_or_reports_is_no_number_to_call_and_no_day(text: str) -> None:
    assert list(PatternDetector().detect([Reading(text)], lambda: False)) == []


def test_the_driver_of_a_device_has_no_licence() -> None:
    detector = PatternDetector()

    def kinds(text: str) -> list[str]:
        return [hit.category for hit in detector.detect([Reading(text)], lambda: False)]

    assert kinds("driver's licence A1234567") == ["privacy.id.driver"]
    assert kinds("[INFO] nvidia driver A1234567 loaded") == []
    assert kinds("level=info driver: sda1 B12345678") == []
