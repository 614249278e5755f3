"""Values beside telling keys, and keys that only sound like it."""

import pytest

from accord.core.place import Span
from accord.core.reading import Field, Reading
from accord.core.roles import Detector
from accord.core.taxonomy import CATEGORIES
from accord.detect.fields import FieldDetector, category_of

DETECTOR = FieldDetector()


def record(**values: str) -> Reading:
    text, fields = "", []
    for name, value in values.items():
        text += f"{name}: "
        fields.append(Field(Span(len(text), len(text) + len(value)), name.replace("__", ".")))
        text += value + "\n"
    return Reading(text, fields=tuple(fields))


def found(reading: Reading) -> list[tuple[str, str]]:
    hits = DETECTOR.detect([reading], lambda: False)
    return [(hit.category.removeprefix("privacy."), reading.text[hit.span.start : hit.span.end]) for hit in hits]


def test_it_is_a_detector_of_known_categories() -> None:
    assert isinstance(DETECTOR, Detector)
    assert DETECTOR.categories <= CATEGORIES.keys()


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("customer.email", "contact.email"),
        ("customeremail", "contact.email"),
        ("first_name", "person.name"),
        ("lastname", "person.name"),
        ("vorname", "person.name"),
        ("prénom", "person.name"),
        ("apellidos", "person.name"),
        ("cognome", "person.name"),
        ("sobrenome", "person.name"),
        ("achternaam", "person.name"),
        ("customer.name", "person.name"),
        ("users.0.name", "person.name"),
        ("geburtsdatum", "date.birth"),
        ("fecha_de_nacimiento", "date.birth"),
        ("numéro de téléphone", "contact.phone"),
        ("phone_2", "contact.phone"),
        ("home-phone", "contact.phone"),
        ("billing.address.street", "contact.address"),
        ("straße", "contact.address"),
        ("ssn", "id.social_security"),
        ("codice_fiscale", "id.tax"),
        ("passport.number", "id.passport"),
        ("card.number", "financial.card"),
        ("kontonummer", "financial.account"),
        ("contraseña", "credential.password"),
        ("x-api-key", "credential.api_key"),
        ("clientsecret", "credential.api_key"),
        ("refresh_token", "credential.token"),
        ("patient.diagnosis", "health.condition"),
        ("client_ip", "network.ip"),
        ("geo.latitude", "location.gps"),
        ("username", "person.username"),
    ],
)
def test_keys_that_tell(name: str, category: str) -> None:
    assert category_of(name)[0] == f"privacy.{category}"


@pytest.mark.parametrize(
    "name",
    [
        "name", "product.name", "filename", "hostname", "class_name", "company_name", "email_template", "password_hash", "token_count", "max_tokens",
        "email_verified", "phone_type", "created_at", "state", "status", "order.number", "id", "", "0", "description", "access_token_expires_at", "zip_file",
    ],
)  # fmt: skip
def test_keys_that_only_sound_like_it(name: str) -> None:
    assert category_of(name) == ("", 0.0)


def test_a_bare_name_is_a_person_only_beside_other_data_of_one() -> None:
    assert ("person.name", "Ada Lovelace") in found(record(name="Ada Lovelace", email="ada@example.org"))
    assert ("person.name", "Ada Lovelace") in found(record(name="Ada Lovelace", age="36"))
    assert found(record(name="Blue Widget", price="12.00", sku="BW-1")) == []
    assert found(record(product__name="Blue Widget", user__email="ada@example.org")) == [
        ("contact.email", "ada@example.org")
    ]


@pytest.mark.parametrize(
    "value",
    ["", "null", "None", "true", "N/A", "unknown", "-", "${NAME}", "{{ name }}", "<name>", "***", "[REDACTED]"],
)
def test_values_that_say_nothing(value: str) -> None:
    assert found(record(first_name=value, password=value, email=value)) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("first_name", "12345"), ("surname", "https://example.org/x"), ("email", "see below"), ("phone", "none given"), ("date_of_birth", "spring"),
        ("client_ip", "eth0"), ("client_ip", "127.0.0.1"), ("mac_address", "apple"), ("latitude", "north"), ("ssn", "pending"), ("api_key", "test"),
        ("password", "changeme"), ("iban", "to follow"),
    ],
)  # fmt: skip
def test_values_that_cannot_be_what_the_key_says(name: str, value: str) -> None:
    assert found(record(**{name: value})) == []


def test_the_span_is_the_value_without_quotes_and_blanks() -> None:
    text = 'email = " ada@example.org "'
    reading = Reading(text, fields=(Field(Span(8, len(text)), "email"),))
    assert found(reading) == [("contact.email", "ada@example.org")]


def test_scores_say_how_telling_the_key_is() -> None:
    def score(name: str) -> float:
        return category_of(name)[1]

    assert score("email") >= 0.85
    assert score("email") >= score("old_email") >= score("phone_number_backup") > DETECTOR.floor


def test_it_stops_when_told() -> None:
    reading = record(**{f"email{n}": "ada@example.org" for n in range(1000)})
    assert len(list(DETECTOR.detect([reading], lambda: True))) == 0


@pytest.mark.parametrize(
    ("name", "value", "rest"),
    [
        ("fname", "mkstemp", "("), ("username", "username", ""), ("pwd", "/home/ci/build", ""), ("api_key", "str", ") -> dict[str, Any]"),
        ("password", "str | None", ""), ("password", "string", ";"), ("password", "os.environ", "['X']"), ("user", "get_user(1)", ""),
    ],
)  # fmt: skip
def test_code_beside_a_key_is_no_value(name: str, value: str, rest: str) -> None:
    text = f"{name} = {value}{rest}"
    start = len(name) + 3
    assert found(Reading(text, fields=(Field(Span(start, start + len(value)), name, "value"),))) == []


def test_a_password_in_running_text_ends_at_a_blank() -> None:
    text = "password: Sommer2024. More text follows"
    field = Field(Span(10, len(text)), "password", "value")
    assert found(Reading(text, fields=(field,))) == [("credential.password", "Sommer2024")]
    quoted = Field(Span(10, len(text)), "password", "code.string")
    assert found(Reading("password: two words", fields=(Field(Span(10, 19), "password", quoted.syntax),))) == [
        ("credential.password", "two words")
    ]


@pytest.mark.parametrize(
    ("value", "syntax"), [("str", "value"), ("its file name.", "value"), ("password", "code.string"), ("email", "")]
)
def test_a_type_a_key_and_words_are_nobodys_name(value: str, syntax: str) -> None:
    text = f"name: {value}\nemail: ada@example.org"
    fields = (Field(Span(6, 6 + len(value)), "name", syntax), Field(Span(len(text) - 15, len(text)), "email"))
    assert found(Reading(text, fields=fields)) == [("contact.email", "ada@example.org")]
