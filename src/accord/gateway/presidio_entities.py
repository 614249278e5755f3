"""Presidio's entities, and the categories they mean.

Many of its entities are of one country; a category holds those of all. Where a value has the shape of one of them it
gets that name. An entity without a shape takes whatever is of its category, if somebody asks for it by name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

_PUNCTUATION = re.compile(r"[\s.\-/]+")


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity.

    Attributes:
        name: Presidio's name for it, or one of ours in its manner.
        categories: what it may be here.
        shape: what its values look like, without blanks, points, hyphens and slashes, in capitals.
        asked: it is only used where somebody asks for it by name.
    """

    name: str
    categories: tuple[str, ...]
    shape: re.Pattern[str] | None = None
    asked: bool = False

    def fits(self, value: str) -> bool:
        """Whether a value may be one of these."""
        return self.shape is None or self.shape.fullmatch(_PUNCTUATION.sub("", value).upper()) is not None


def _id(name: str, kinds: str, shape: str = "", *, asked: bool = False) -> Entity:
    categories = tuple(f"privacy.id.{kind}" for kind in kinds.split())
    return Entity(name, categories, re.compile(shape) if shape else None, asked or (name[2:3] == "_" and not shape))


def _one(name: str, *categories: str, asked: bool = False) -> Entity:
    return Entity(name, tuple(f"privacy.{category}" for category in categories), None, asked)


ENTITIES: tuple[Entity, ...] = (
    _one("PERSON", "person.name"),
    _one("USERNAME", "person.username"),
    _one("EMAIL_ADDRESS", "contact.email"),
    _one("PHONE_NUMBER", "contact.phone"),
    _one("STREET_ADDRESS", "contact.address"),
    _one("LOCATION", "location.place"),
    _one("GPS_COORDINATES", "location.gps"),
    _one("LOCATION", "contact.address", "location.gps", asked=True),
    _one("URL", "contact.url"),
    _one("CREDIT_CARD", "financial.card"),
    _one("IBAN_CODE", "financial.iban"),
    _one("US_BANK_NUMBER", "financial.account"),
    _one("CRYPTO", "financial.crypto"),
    _one("IP_ADDRESS", "network.ip"),
    _one("MAC_ADDRESS", "network.mac"),
    _one("DATE_TIME", "date.date", "date.birth"),
    _one("DATE_OF_BIRTH", "date.birth", asked=True),
    _one("ORGANIZATION", "group.organisation"),
    _one("NRP", "group.nationality"),
    _one("MEDICAL_CONDITION", "health.condition"),
    _one("API_KEY", "credential.api_key"),
    _one("PASSWORD", "credential.password"),
    _one("PRIVATE_KEY", "credential.private_key"),
    _one("ACCESS_TOKEN", "credential.token"),
    _id("US_SSN", "social_security", r"\d{9}"),
    _id("UK_NINO", "social_security national", r"[A-Z]{2}\d{6}[A-D]"),
    _id("SOCIAL_SECURITY_NUMBER", "social_security"),
    _id("US_ITIN", "tax", r"9\d{8}"),
    _id("IN_PAN", "tax", r"[A-Z]{5}\d{4}[A-Z]"),
    _id("IT_FISCAL_CODE", "tax national", r"[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]"),
    _id("ES_NIF", "tax national", r"\d{8}[A-Z]"),
    _id("AU_TFN", "tax", r"\d{8,9}", asked=True),
    _id("TAX_ID", "tax"),
    _id("ES_NIE", "residence national tax", r"[XYZ]\d{7}[A-Z]"),
    _id("RESIDENCE_PERMIT", "residence"),
    _id("SG_NRIC_FIN", "national residence", r"[STFGM]\d{7}[A-Z]"),
    _id("FI_PERSONAL_IDENTITY_CODE", "national", r"\d{6}[+A-FU-Y]?\d{3}[0-9A-Y]"),
    _id("PL_PESEL", "national", r"\d{11}"),
    _id("IN_AADHAAR", "national", r"[2-9]\d{11}"),
    _id("KR_RRN", "national", r"\d{13}"),
    _id("TH_TNIN", "national", r"[1-9]\d{12}", asked=True),
    _id("IT_IDENTITY_CARD", "national", r"[A-Z]{2}\d{5}[A-Z]{2}|[A-Z]{2}\d{7}", asked=True),
    _id("NATIONAL_ID", "national"),
    _id("US_PASSPORT", "passport", r"[A-Z]?\d{8}|\d{9}"),
    _id("IN_PASSPORT", "passport", r"[A-Z]\d{7}", asked=True),
    _id("IT_PASSPORT", "passport", r"[A-Z]{2}\d{7}", asked=True),
    _id("PASSPORT", "passport"),
    _id("US_DRIVER_LICENSE", "driver"),
    _id("IT_DRIVER_LICENSE", "driver", r"U1.{8}|[A-Z]{2}\d{7}[A-Z]"),
    _id("DRIVER_LICENSE", "driver"),
    _id("UK_NHS", "medical", r"\d{10}"),
    _id("AU_MEDICARE", "medical", r"\d{10}", asked=True),
    _id("MEDICAL_LICENSE", "medical"),
    _id("IN_VOTER", "voter", r"[A-Z]{3}\d{7}"),
    _id("VOTER_ID", "voter"),
    _id("IT_VAT_CODE", "vat", r"(?:IT)?\d{11}"),
    _id("VAT_NUMBER", "vat"),
    _id("AU_ABN", "company tax", r"\d{11}"),
    _id("AU_ACN", "company", r"\d{9}"),
    _id("SG_UEN", "company", r"\d{8,9}[A-Z]|[TSR]\d{2}[A-Z]{2}\d{4}[A-Z]"),
    _id("COMPANY_ID", "company"),
    _id("IN_VEHICLE_REGISTRATION", "plate", r"[A-Z]{2}\d{1,2}[A-Z]{0,3}\d{4}"),
    _id("LICENSE_PLATE", "plate"),
    _id("VEHICLE_ID", "vehicle"),
    _id("DEVICE_ID", "device"),
    _id("EMPLOYEE_ID", "employee"),
    _id("STUDENT_ID", "student"),
    _id("ID", "other"),
)
"""In order: of several that fit, the first one gives the name."""


def _by_category() -> dict[str, tuple[Entity, ...]]:
    found: dict[str, list[Entity]] = {}
    for entity in ENTITIES:
        for category in entity.categories:
            found.setdefault(category, []).append(entity)
    return {category: tuple(entities) for category, entities in found.items()}


_OF = _by_category()

NAMES = frozenset(entity.name for entity in ENTITIES)
"""Every name there is."""


def named(category: str, value: str, wanted: Collection[str] = ()) -> str:
    """The entity that a value of a category is; "" where it is none, or none that is wanted.

    Args:
        category: what was found.
        value: the value.
        wanted: the names that are asked for; all where there are none.
    """
    for entity in _OF.get(category, ()):
        if (entity.name in wanted if wanted else not entity.asked) and entity.fits(value):
            return entity.name
    return ""


def supported(categories: Iterable[str]) -> list[str]:
    """The entities that can be found where these categories can."""
    return sorted({entity.name for category in categories for entity in _OF.get(category, ())})


LANGUAGES = frozenset(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee "
    "el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is "
    "it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms "
    "mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk "
    "sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi "
    "yo za zh zu xx".split()
)
"""ISO 639-1, and `xx` for several; what is found does not depend on the language that is said."""


def known_language(code: str) -> bool:
    """Whether a code names a language; a region may follow it (BCP 47)."""
    return code.lower().replace("_", "-").partition("-")[0] in LANGUAGES
