"""Values for texts of our own: names of many origins, addresses as in their country, numbers with checksums."""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import phonenumbers
import yaml

TEMPLATES = Path(__file__).parent / "templates"

Piece = tuple[str, str | None]
"""Text, and its type where it is a value."""


@cache
def _table(name: str) -> Any:
    return yaml.safe_load((TEMPLATES / name).read_text("utf-8"))


def _words(given: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in given.split())


@dataclass(frozen=True, slots=True)
class Culture:
    """Names of one origin, and the country whose addresses and telephone numbers go with them."""

    name: str
    country: str
    given: tuple[str, ...]
    surname: tuple[str, ...]
    joined: bool


@cache
def cultures() -> tuple[Culture, ...]:
    """Every origin of names, in the order of the file."""
    return tuple(
        Culture(name, one["country"], _words(one["given"]), _words(one["surname"]), bool(one.get("joined")))
        for name, one in _table("names.yaml").items()
    )


@cache
def _places(kind: str, country: str = "") -> tuple[str, ...]:
    found = _table("places.yaml")[kind]
    return _words(found.get(country) or found["GB"] if isinstance(found, dict) else found)


class Person:
    """Somebody made up: what belongs to one person agrees with itself."""

    def __init__(self, draw: random.Random, culture: Culture) -> None:
        """Draw names.

        Args:
            draw: where chance comes from.
            culture: origin of the names.
        """
        self.draw, self.culture = draw, culture
        self.country = culture.country
        self.given = draw.choice(culture.given)
        self.surname = draw.choice(culture.surname)

    def full(self) -> str:
        """Given name and family name in one of the ways they are written."""
        draw, culture = self.draw, self.culture
        if culture.joined:
            return self.surname + self.given
        family_first = culture.country in ("CN", "KR", "JP", "VN", "HU") and draw.random() < 0.6
        chance = draw.random()
        if family_first:
            return f"{self.surname} {self.given}"
        if culture.country in ("ES", "MX", "PT", "BR") and chance < 0.4:
            return f"{self.given} {self.surname} {draw.choice(culture.surname)}"
        if chance < 0.07:
            return f"{self.given} {draw.choice(string.ascii_uppercase)}. {self.surname}"
        if chance < 0.12:
            return f"{self.given[0]}. {self.surname}"
        if chance < 0.17:
            return f"{self.surname}, {self.given}"
        if chance < 0.21:
            return f"{self.given} {draw.choice(culture.given)} {self.surname}"
        return f"{self.given} {self.surname}"

    def handle(self) -> str:
        """A user name after the name, or another one."""
        parts = [_ascii(self.given), _ascii(self.surname)]
        draw = self.draw
        return draw.choice((
            f"{parts[0]}.{parts[1]}", f"{parts[0]}{parts[1][:1]}{draw.randint(1, 99)}", f"{parts[0][:1]}{parts[1]}",
            f"{parts[1]}_{draw.randint(1950, 2010)}",
            f"{draw.choice(_NICK)}{draw.choice(_NICK)}{draw.randint(1, 999)}",
            f"{parts[0]}_{draw.choice(_NICK)}", f"x{draw.choice(_NICK)}-{parts[0]}x",
        ))  # fmt: skip


_NICK = (
    "sky", "wolf", "pixel", "moon", "dragon", "ninja", "coffee", "runner", "tiger", "cloud", "rider", "panda",
    "storm",
    "gamer", "star", "fox", "river", "neo", "lucky", "shadow",
)  # fmt: skip


def _ascii(name: str) -> str:
    import unicodedata

    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "".join(c for c in plain.casefold() if c.isalpha()) or "user"


def digits(draw: random.Random, pattern: str) -> str:
    """A pattern with `#` as a digit, `%` as one from 1 to 9, `@` as a capital letter."""
    made = {"#": string.digits, "%": "123456789", "@": string.ascii_uppercase}
    return "".join(draw.choice(made[c]) if c in made else c for c in pattern)


_DOMAINS = (
    "gmail.com", "yahoo.com", "outlook.com", "hotmail.com", "gmx.de", "web.de", "orange.fr", "libero.it", "wp.pl",
    "mail.ru", "proton.me", "icloud.com", "qq.com", "naver.com", "uol.com.br", "terra.es", "example.com",
    "example.org",
    "btinternet.com", "mail.example.net",
)  # fmt: skip


def email(who: Person) -> str:
    """An address after the name or a company."""
    draw = who.draw
    host = draw.choice(_DOMAINS) if draw.random() < 0.6 else _host(draw)
    local = draw.choice((who.handle(), who.handle() + "+news", _ascii(who.given), "info", "office", "sales"))
    return f"{local}@{host}"


def _host(draw: random.Random) -> str:
    ending = draw.choice(
        ("com", "org", "net", "de", "fr", "es", "co.uk", "io", "eu", "it", "pl", "com.tr", "in", "ng")
    )
    return f"{draw.choice(_places('company_stem')).casefold()}{draw.choice(('', '-group', 'online'))}.{ending}"


def url(who: Person) -> str:
    """A web address, some with a path or parameters."""
    draw = who.draw
    start = draw.choice(("https://", "http://", "https://www.", "www.", "https://app."))
    path = draw.choice(("", "/", f"/u/{who.handle()}", "/about/team", f"/orders/{digits(draw, '#####')}?tab=2",
                        "/docs/setup.html#step-3", f"/reset?token={digits(draw, '@#@#@###')}"))  # fmt: skip
    return start + _host(draw) + path


@cache
def _example(country: str, kind: int) -> phonenumbers.PhoneNumber | None:
    return phonenumbers.example_number_for_type(country, kind)


def phone(who: Person) -> str:
    """A number that is possible in the country, in one of the ways people write it."""
    draw = who.draw
    kind = draw.choice((phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE))
    example = _example(who.country, kind) or _example("GB", kind)
    if example is None:
        return digits(draw, "+44 20 7%## ####")
    national = str(example.national_number)
    keep = min(3, len(national) - 4)
    number = phonenumbers.PhoneNumber(
        country_code=example.country_code,
        national_number=int(national[:keep] + digits(draw, "#" * (len(national) - keep))),
        italian_leading_zero=example.italian_leading_zero,
    )
    forms = phonenumbers.PhoneNumberFormat
    text = phonenumbers.format_number(
        number, draw.choice((forms.INTERNATIONAL, forms.NATIONAL, forms.E164, forms.NATIONAL, forms.INTERNATIONAL))
    )
    chance = draw.random()
    if chance < 0.15:
        return text.replace(" ", "-")
    if chance < 0.25:
        return text.replace(" ", ".")
    if chance < 0.35:
        return "".join(c for c in text if c.isdigit() or c == "+")
    return f"{text} ext. {draw.randint(1, 999)}" if chance < 0.4 else text


def address(who: Person) -> list[Piece]:
    """A postal address; the city and the country in it are places of their own, as annotators mark them."""
    draw, country = who.draw, who.country
    street, number = draw.choice(_places("street", country)), str(draw.randint(1, 240))
    city: Piece = (draw.choice(_places("city", country)), "location")
    if country in ("GB", "US", "AE", "IN", "PK", "NG", "KE", "NZ", "IL", "ID", "IR", "CN", "KR", "JP"):
        line = f"{number} {street}"
        if draw.random() < 0.3:
            line = draw.choice((f"Flat {draw.randint(1, 40)}, {line}", f"{line}, Apt {draw.randint(1, 40)}B",
                                f"{line}, Suite {draw.randint(100, 900)}"))  # fmt: skip
        code = digits(draw, {"GB": "@#% #@@", "US": "#####", "IN": "%#####", "NG": "%#####"}.get(country, "#####"))
        gap = draw.choice((", ", "\n", ", "))
        tail: list[Piece] = [(draw.choice((" ", ", ")), None), (code, "address")] if draw.random() < 0.7 else []
        return [(line, "address"), (gap, None), city, *tail]
    joint = ", " if country in ("ES", "MX", "IT", "PT", "BR") else " "
    line = f"{number}{draw.choice((' ', ', '))}{street}" if country == "FR" else f"{street}{joint}{number}"
    if draw.random() < 0.25:
        line += draw.choice((" bis", "a", ", 3º B", "/12", ", 2. OG"))
    code = digits(draw, {"PT": "####-###", "NL": "%### @@", "SE": "%## ##", "PL": "##-###", "BR": "#####-###"}.get(
        country, "#####"))  # fmt: skip
    if draw.random() < 0.25:
        return [(line, "address"), (", ", None), city]
    return [(line, "address"), (draw.choice((", ", "\n", ", ")), None), (code, "address"), (" ", None), city]


_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "tr": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
}


def date(draw: random.Random, language: str, first: int = 1990, last: int = 2026) -> str:
    """A date in the ways of a language."""
    year, month, day = draw.randint(first, last), draw.randint(1, 12), draw.randint(1, 28)
    name = _MONTHS.get(language, _MONTHS["en"]).split()[month - 1]
    numeric = draw.choice((f"{year}-{month:02}-{day:02}", f"{day:02}/{month:02}/{year}", f"{day}.{month}.{year}",
                           f"{month}/{day}/{year}", f"{day:02}.{month:02}.{year % 100:02}"))  # fmt: skip
    if draw.random() < 0.45:
        return numeric
    if language in ("es", "pt"):
        return f"{day} de {name} de {year}"
    if language == "de":
        return f"{day}. {name} {year}"
    if language == "en":
        return draw.choice((f"{name} {day}, {year}", f"{day} {name} {year}", f"{day} {name[:3]} {year}",
                            f"{name} {year}", f"{name} {day}"))  # fmt: skip
    return f"{day} {name} {year}"


def _luhn(body: str) -> str:
    from stdnum import luhn

    return body + str(luhn.calc_check_digit(body))


def account(who: Person) -> str:
    """A card number or bank account with right check digits, or a plain account number."""
    from stdnum import iban

    draw, chance = who.draw, who.draw.random()
    if chance < 0.45:
        body = _luhn(digits(draw, draw.choice(("4##############", "5%#############", "37############"))))
        gap = draw.choice(("", " ", "-"))
        return gap.join(body[at : at + 4] for at in range(0, len(body), 4))
    if chance < 0.8:
        country, form = draw.choice((("DE", "#" * 18), ("GB", "@@@@" + "#" * 14), ("NL", "@@@@##########"),
                                     ("FR", "#" * 23), ("ES", "#" * 20), ("PL", "#" * 24)))  # fmt: skip
        bare = digits(draw, form)
        code = country + iban.calc_check_digits(country + "00" + bare) + bare
        return " ".join(code[at : at + 4] for at in range(0, len(code), 4)) if draw.random() < 0.6 else code
    return digits(draw, draw.choice(("########", "##-##-## ########", "##########", "000#-####-##-##########")))


def _nif(draw: random.Random) -> str:
    from stdnum.es import dni

    body = digits(draw, "########")
    return body + draw.choice(("", "-")) + dni.calc_check_digit(body)


def _cpf(draw: random.Random) -> str:
    from stdnum.br import cpf

    body = digits(draw, "%########")
    return str(cpf.format(body + cpf._calc_check_digits(body)))


def _aadhaar(draw: random.Random) -> str:
    from stdnum import verhoeff

    body = digits(draw, "%##########")
    whole = body + str(verhoeff.calc_check_digit(body))
    return f"{whole[:4]} {whole[4:8]} {whole[8:]}"


_PLAIN_IDS = (
    "###-##-####", "@@ ## ## ## @", "@@######@", "@########", "##-#######", "@@@@@####@", "%############",
    "%##########",
    "@@#######", "@#######", "MRN ########", "NHS ### ### ####", "P#######", "C-#####", "@@@-######", "######/####",
    "##.###.###-#", "%-####-#####-##-#", "#############", "@##-##-####", "KD-######", "#### #### ####", "########@",
)  # fmt: skip


def identifier(who: Person) -> str:
    """A number that a state, an insurer or a company gives to a person."""
    draw = who.draw
    makers: tuple[Callable[[random.Random], str], ...] = (_nif, _cpf, _aadhaar)
    if draw.random() < 0.3:
        return draw.choice(makers)(draw)
    return digits(draw, draw.choice(_PLAIN_IDS)).removeprefix("MRN ").removeprefix("NHS ")


def credential(who: Person) -> str:
    """A password or a key, of nobody."""
    draw = who.draw
    letters = string.ascii_letters + string.digits
    if draw.random() < 0.5:
        word = draw.choice(_NICK).capitalize()
        return draw.choice((f"{word}{draw.randint(10, 9999)}!", f"{word}#{draw.choice(_NICK)}{draw.randint(1, 99)}",
                            "".join(draw.choices(letters + "!#%&*?", k=draw.randint(9,
                            16))).strip("!#%&*?") + "9"))  # fmt: skip
    body = "".join(draw.choices(letters, k=draw.randint(20, 36)))
    return draw.choice((f"sk_test_{body}", f"tok-{body}", base64.b64encode(body.encode()).decode().rstrip("="), body))


def organisation(who: Person) -> str:
    """A company, or an institution of a place."""
    draw = who.draw
    if draw.random() < 0.25:
        return f"{draw.choice(_places('institution'))} {draw.choice(_places('city', who.country))}"
    stem = draw.choice(_places("company_stem"))
    chance = draw.random()
    if chance < 0.2:
        return f"{who.surname} {draw.choice(('& Sons', '& Partners', 'GmbH', 'Ltd', 'Consulting', 'Group'))}"
    return stem if chance < 0.35 else f"{stem} {draw.choice(_places('company_kind'))}"


def place(who: Person) -> str:
    """A city or a country."""
    if who.draw.random() < 0.3:
        return who.draw.choice(_places("country"))
    return who.draw.choice(_places("city", who.country))
