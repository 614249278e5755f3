"""Documents that a picture shows: passports, cards, licences, and what their codes hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from accord.core.finding import Hit
from accord.core.reading import Reading
from accord.core.roles import Stop
from accord.detect.vision import cards, payloads, zones


class DocumentDetector:
    """Finds what stands at fixed places of identity documents, payment cards and codes.

    It reads what was read from pixels, and tolerates what an OCR engine makes of it; text that came as text is the
    business of the other detectors.
    """

    name = "documents"
    joins = False
    floor = 0.5
    categories = frozenset(
        {
            zones.PASSPORT, zones.NATIONAL, zones.DRIVER, cards.CARD, cards.NAME, cards.BORN, cards.ADDRESS,
            payloads.PHONE, payloads.EMAIL, payloads.OTHER, payloads.ORGANISATION, payloads.PASSWORD,
            "privacy.person.username",
        }
    )  # fmt: skip
    reference = "ICAO Doc 9303; ISO/IEC 7812-1; Directive 2006/126/EC; AAMVA card design standard; RFC 6350"

    def detect(self, readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
        """Yield what documents say; asks `stop()` before each reading."""
        for index, reading in enumerate(readings):
            if stop():
                return
            if reading.source is not None or reading.reader not in ("ocr", "code"):
                continue
            ways = (
                (payloads.payload,)
                if reading.reader == "code"
                else (zones.zones, cards.payment_card, cards.driving_licence)
            )
            for way in ways:
                for span, category, score in way(reading.text):
                    yield Hit(index, span, category, score)
