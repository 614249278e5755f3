"""The one table of categories, with its maps to the vocabularies other systems speak."""

from __future__ import annotations

from accord.errors import ConfigError

_ID_KINDS = (
    "national", "tax", "passport", "driver", "medical", "social_security", "voter", "residence", "vat",
    "company", "vehicle", "plate", "device", "employee", "student", "other",
)  # fmt: skip

CATEGORIES: dict[str, str] = {
    "privacy.person.name": "a person's name",
    "privacy.person.username": "a user name or handle",
    "privacy.contact.email": "an e-mail address",
    "privacy.contact.phone": "a telephone number",
    "privacy.contact.address": "a postal address",
    "privacy.contact.url": "a web address that leads to a person",
    **{f"privacy.id.{kind}": f"an identifier: {kind.replace('_', ' ')}" for kind in _ID_KINDS},
    "privacy.financial.card": "a payment card number",
    "privacy.financial.iban": "an IBAN",
    "privacy.financial.account": "a bank account or routing number",
    "privacy.financial.crypto": "a crypto-currency address",
    "privacy.credential.api_key": "an API key",
    "privacy.credential.password": "a password",
    "privacy.credential.private_key": "a private key",
    "privacy.credential.token": "an access or session token",
    "privacy.network.ip": "an IP address",
    "privacy.network.mac": "a MAC address",
    "privacy.location.place": "a place",
    "privacy.location.gps": "coordinates",
    "privacy.date.birth": "a date of birth",
    "privacy.date.date": "a date",
    "privacy.group.organisation": "an organisation",
    "privacy.group.nationality": "a nationality, religion or political group",
    "privacy.health.condition": "a health condition",
    "privacy.biometric.face": "a face",
    "privacy.biometric.voice": "a voice",
    "privacy.metadata.exif": "metadata of a file",
    "privacy.metadata.author": "an author named in metadata",
    "safety.injection": "instructions hidden in content",
    "safety.hate": "hate against a group",
    "safety.harassment": "harassment of a person",
    "safety.violence": "violence",
    "safety.gore": "gore",
    "safety.sexual": "sexual content",
    "safety.selfharm": "self-harm",
    "safety.illicit": "help with crime",
    "safety.weapons": "help with weapons of mass harm",
    "fault.detector": "a detector failed",
    "fault.deadline": "inspection ran out of time",
    "fault.undecodable": "content that cannot be decoded",
    "fault.uninspected": "content that nothing inspected",
}
"""Every category and what it means."""

CHECKED_FAMILIES = ("privacy.id.", "privacy.financial.", "privacy.contact.phone", "privacy.network.")
"""Families whose members look alike (runs of digits): where a checksum proves one, weaker claims yield."""

PRESIDIO: dict[str, str] = {
    "PERSON": "privacy.person.name",
    "EMAIL_ADDRESS": "privacy.contact.email",
    "PHONE_NUMBER": "privacy.contact.phone",
    "LOCATION": "privacy.location.place",
    "STREET_ADDRESS": "privacy.contact.address",
    "URL": "privacy.contact.url",
    "CREDIT_CARD": "privacy.financial.card",
    "IBAN_CODE": "privacy.financial.iban",
    "US_BANK_NUMBER": "privacy.financial.account",
    "CRYPTO": "privacy.financial.crypto",
    "IP_ADDRESS": "privacy.network.ip",
    "MAC_ADDRESS": "privacy.network.mac",
    "DATE_TIME": "privacy.date.date",
    "ORGANIZATION": "privacy.group.organisation",
    "NRP": "privacy.group.nationality",
    "US_SSN": "privacy.id.social_security",
    "US_ITIN": "privacy.id.tax",
    "US_PASSPORT": "privacy.id.passport",
    "US_DRIVER_LICENSE": "privacy.id.driver",
    "MEDICAL_LICENSE": "privacy.id.medical",
    "UK_NHS": "privacy.id.medical",
}
"""Presidio entity names (presidio-analyzer 2.2.366) and the category each means."""

OPENAI_MODERATION: dict[str, str] = {
    "hate": "safety.hate",
    "hate/threatening": "safety.hate",
    "harassment": "safety.harassment",
    "harassment/threatening": "safety.harassment",
    "self-harm": "safety.selfharm",
    "self-harm/intent": "safety.selfharm",
    "self-harm/instructions": "safety.selfharm",
    "sexual": "safety.sexual",
    "violence": "safety.violence",
    "violence/graphic": "safety.gore",
    "illicit": "safety.illicit",
    "illicit/violent": "safety.weapons",
}
"""OpenAI moderation categories (omni-moderation) and the category each means."""

AILUMINATE: dict[str, str] = {
    "vcr": "safety.violence",
    "ncr": "safety.illicit",
    "src": "safety.sexual",
    "sxc": "safety.sexual",
    "ssh": "safety.selfharm",
    "iwp": "safety.weapons",
    "hte": "safety.hate",
}
"""MLCommons AILuminate 1.0 hazards that accord judges, and the category each means."""


def matches(pattern: str, category: str) -> bool:
    """Whether a pattern names a category: the name itself, or a prefix that ends in `.*`; `*` names all."""
    if pattern == "*":
        return True
    if pattern.endswith(".*"):
        return category.startswith(pattern[:-1])
    return pattern == category


def expand(pattern: str) -> frozenset[str]:
    """The categories a pattern names.

    Raises:
        ConfigError: it names none.
    """
    found = frozenset(category for category in CATEGORIES if matches(pattern, category))
    if not found:
        raise ConfigError(f"no category is named {pattern!r}", hint="see docs/reference/categories.md")
    return found
