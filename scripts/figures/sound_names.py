"""Names, numbers and addresses planted in sentences that synthesisers speak: how much of their time is muted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from accord.detect.speech.echoes import SHORTEST, sounds_like
from accord.evaluate.metrics import proportion
from figures.pictures import Figure
from figures.sound_ears import OTHER, Ears, Kept, digits, distance, encoded, rate_of, transcript, words
from figures.sound_synth import RATE, Voice, joined

ANNOUNCED, KNOWN, PART, UNANNOUNCED = "announced", "known", "known, a part of it", "neither"
MAIL, PHONE = "e-mail address", "telephone number"
NAMED = (ANNOUNCED, KNOWN, PART, UNANNOUNCED)

PEOPLE = {
    "Arabic": "Fatima Benali, Omar Haddad, Leila Mansour, Youssef Karam, Nadia Saleh, Tariq Aziz, Samira Khoury",
    "Chinese": "Wei Zhang, Mei Lin Chen, Xiu Huang, Jun Zhao, Li Na Wang, Bao Liu, Ying Tsai",
    "Dutch, German": "Johanna Krüger, Dieter Vogel, Anneke de Vries, Sven Lindemann, Ursula Becker, Pieter Jansen",
    "English": "Eleanor Whitfield, George Hartley, Abigail Thornton, Simon Fairbanks, Harriet Dawson, Colin Mercer",
    "French": "Camille Lefèvre, Antoine Moreau, Solène Girard, Mathieu Rousseau, Élodie Chevalier, Benoît Fournier",
    "Greek, Turkish": "Eleni Papadakis, Nikos Stavros, Ayse Yilmaz, Mehmet Demir, Kostas Georgiou, Zeynep Kaya",
    "Indian": "Anjali Deshmukh, Rajesh Iyer, Priyanka Chatterjee, Vikram Malhotra, Sunita Reddy, Arjun Banerjee",
    "Irish, Welsh": "Siobhan Gallagher, Declan Murphy, Rhys Llewellyn, Aoife Brennan, Gareth Morgan, Fiona Docherty",
    "Italian": "Giulia Romano, Lorenzo Bianchi, Chiara Esposito, Matteo Ferrara, Valentina Greco, Paolo Marchetti",
    "Japanese, Korean": "Haruka Tanaka, Kenji Yamamoto, Min Jun Park, Sakura Ito, Ji Woo Kim, Hiroshi Nakamura",
    "Nordic, Finnish": "Astrid Lundgren, Mikko Virtanen, Ingrid Halvorsen, Lars Bergström, Kaisa Niemi, Soren Dahl",
    "Slavic": "Katarzyna Nowak, Dmitri Volkov, Jana Novotna, Milan Petrovic, Olena Shevchenko, Tomasz Wisniewski",
    "Spanish, Portuguese": "Lucía Fernández, Diego Morales, Beatriz Carvalho, Rafael Sousa, Pilar Navarro",
    "West African": "Chinedu Okafor, Amara Nwosu, Kwame Mensah, Abena Boateng, Oluwaseun Adeyemi, Aminata Diallo",
    "East African": "Wanjiru Kamau, Abebe Tesfaye, Achieng Odhiambo, Juma Mwangi, Hodan Abdi, Neema Kimani",
}  # fmt: skip
"""Made up from common given names and surnames."""

ANNOUNCEMENTS = (
    ("Hi there. My name is", "and I would like to cancel my appointment on Tuesday."),
    ("Good afternoon, this is", "speaking, from the library."),
    ("When you arrive, just ask for", "and we will come down to meet you."),
    ("I was told I could speak to", "about the repair of my car."),
    ("Please transfer me to", "if that is possible today."),
    ("You have reached the right person. I am", "and I look after your contract."),
)
SENTENCES = (
    ("The book was returned by", "two days before the holidays."),
    ("Last week", "bought a new bicycle and sold the old one."),
    ("Nobody knew why", "had left the party so early."),
    ("Tickets for the concert are waiting for", "at the main entrance."),
    ("In the morning", "made coffee, and everybody sat down at the table."),
    ("The dog belongs to", "and it barks at every train."),
)
MAILS = tuple(
    (f"{one} {joint} {two} at {host} dot {end}", f"{one}{sign}{two}@{host}.{end}")
    for one, joint, sign, two, host, end in (
        ("clara", "dot", ".", "hughes", "example", "com"), ("peter", "underscore", "_", "lang", "example", "org"),
        ("maria", "dot", ".", "costa", "example", "net"), ("sales", "dash", "-", "office", "example", "com"),
        ("david", "dot", ".", "stone", "example", "org"), ("anna", "underscore", "_", "weber", "example", "net"),
    )
)  # fmt: skip
PHONES = (
    ("two oh two, five five five, oh one four three", "2025550143"),
    ("four one five, five five five, zero one nine eight", "4155550198"),
    ("oh two oh, seven nine four six, oh eight one two", "02079460812"),
    ("six one seven, triple five, oh one six five", "6175550165"),
    ("one eight hundred, five five five, oh one double nine", "18005550199"),
    ("oh one six one, four nine six, oh three seven two", "01614960372"),
)
ASKED = {
    MAIL: (("You can write to", "whenever you like."), ("Please send the invoice to", "by the end of the week.")),
    PHONE: (("You can call me back on", "at any time before six."), ("The office has the number", "and it is open."))
}  # fmt: skip

_AROUND_S = 0.25
_WHOLE = 0.9
_SPOKEN_EACH = 2


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with something private in it.

    Attributes:
        kind: how it can be found.
        voice: who says it.
        pieces: what is said before it, it, and after it.
        value: what is private.
        beside: a text that comes with the recording.
    """

    kind: str
    voice: Voice
    pieces: tuple[str, str, str]
    value: str
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence before and after.

    Attributes:
        sentence: what was said.
        muted: seconds of the private piece that are muted, and that there are.
        around: likewise for what is said around it; None where nothing was released.
        read: what the guard understood.
        before: what the judge heard before.
        after: what it heard in what was released.
    """

    sentence: Sentence
    muted: tuple[float, float]
    around: tuple[float, float] | None
    read: str
    before: str
    after: str

    def heard(self, said: str) -> bool:
        """Whether a part of the value can be made out in what was heard."""
        value = self.sentence.value
        if self.sentence.kind == PHONE:
            return any(value[at : at + 3] in digits(said) for at in range(len(value) - 2))
        parts = [part.title() for part in re.findall(r"[^\W\d_]+", value.split("@")[0]) if len(part) >= SHORTEST]
        return any(sounds_like(word.title(), parts) for word in words(said) if len(word) >= SHORTEST)


def people() -> list[str]:
    """All planted names, one of each origin after another."""
    rows = [each.split(", ") for each in PEOPLE.values()]
    most = max(map(len, rows))
    return [row[at] for at in range(most) for row in rows if at < len(row)]


def sentences(voices: Sequence[Voice], names: Sequence[str]) -> list[Sentence]:
    """Every name in every kind of sentence, with another voice in each; numbers and addresses in every voice."""
    made: list[Sentence] = []
    for number, kind in enumerate(NAMED):
        frames = ANNOUNCEMENTS if kind == ANNOUNCED else SENTENCES
        for at, name in enumerate(names if kind in (ANNOUNCED, KNOWN) else names[::2]):
            # Each kind with another voice for the same name, each voice with all frames.
            voice = voices[(at + 3 * number + at // len(voices)) % len(voices)]
            before, after = frames[(at + at // len(frames) + number) % len(frames)]
            said = _part(name) if kind == PART else name
            beside = f"Order 11. Contact: {name}. Two lamps, one chair." if kind in (KNOWN, PART) else ""
            made.append(Sentence(kind, voice, (before, said, after), said, beside))
    for kind, given in ((MAIL, MAILS), (PHONE, PHONES)):
        for at, voice in enumerate(chain.from_iterable([voices] * _SPOKEN_EACH)):
            said, value = given[(at + at // len(voices)) % len(given)]
            before, after = ASKED[kind][at % 2]
            made.append(Sentence(kind, voice, (before, said, after), value))
    return made


def _part(name: str) -> str:
    """The surname, or the given name where that is longer."""
    return max(name.split(), key=len)


def told(made: Sequence[Sentence], ears: Ears, say: Callable[[str], None] = lambda _: None) -> list[Told]:
    """Speak the sentences, release them to a data set, and listen to what is left."""
    found = []
    judge = OTHER[ears.model]
    for voice in dict.fromkeys(one.voice for one in made):
        mine = [one for one in made if one.voice == voice]
        spoken = voice.speak([piece.strip(" ,") for one in mine for piece in one.pieces])
        for at, one in enumerate(mine):
            samples, times = joined(spoken[3 * at : 3 * at + 3], at)
            kept = ears.release(encoded(samples, RATE), beside=one.beside)
            before = transcript(kept.before, RATE, judge)
            after = "" if kept.after is None else transcript(kept.after, RATE, judge)
            around = None if kept.after is None else _around(kept, times[1])
            found.append(Told(one, kept.muted(*times[1]), around, kept.text, before, after))
        say(str(voice))
    return found


def by(said: Iterable[Told], kinds: Sequence[str], label: Callable[[Told], str]) -> list[Figure]:
    """Figures by label, then for all."""
    kept = [one for one in said if one.sentence.kind in kinds]
    groups: dict[str, list[Told]] = {}
    for one in kept:
        groups.setdefault(label(one), []).append(one)
    made = [_hidden(name, group) for name, group in sorted(groups.items())]
    return [*made, _hidden("**all**", kept)] if len(groups) > 1 else made


def kind_of(one: Told) -> str:
    """How its value can be found."""
    return one.sentence.kind


def voice_of(one: Told) -> str:
    """Who speaks it, with the accent."""
    return str(one.sentence.voice)


def origin_of(one: Told) -> str:
    """Where the name comes from."""
    return next((origin for origin, names in PEOPLE.items() if one.sentence.value in names), "")


def _hidden(name: str, said: Sequence[Told]) -> Figure:
    parts = [one.muted for one in said]
    due = [one for one in said if one.heard(one.before)]
    around = [one.around for one in said if one.around is not None]
    whole = sum(part >= _WHOLE * all_of for part, all_of in parts)
    return Figure(
        name,
        {
            "time of it muted": rate_of("muted", [p for p, _ in parts], [w for _, w in parts]),
            "muted whole": proportion("whole", whole, len(said)),
            "heard in what was released": proportion("left", sum(one.heard(one.after) for one in due), len(due)),
            "muted around it": rate_of("around", [p for p, _ in around], [w for _, w in around]),
            "held back": proportion("held", len(said) - len(around), len(said)),
        },
    )


def _around(kept: Kept, times: tuple[float, float]) -> tuple[float, float]:
    """Seconds muted away from the value, and seconds there are."""
    each = kept.muted(0, times[0] - _AROUND_S), kept.muted(times[1] + _AROUND_S)
    return sum(part for part, _ in each), sum(whole for _, whole in each)


def misheard(said: Sequence[Told]) -> list[Figure]:
    """Words wrong of whole sentences, by voice, where the recogniser was told nothing."""
    kept = [one for one in said if one.sentence.kind in (ANNOUNCED, UNANNOUNCED)]
    accents: dict[str, list[Told]] = {}
    for one in kept:
        accents.setdefault(voice_of(one), []).append(one)
    return [_wrong(name, group) for name, group in [*sorted(accents.items()), ("**all**", kept)]]


def _wrong(name: str, said: Sequence[Told]) -> Figure:
    scores = {}
    for model in OTHER:
        errors, wholes = [], []
        for one in said:
            due = words(" ".join(one.sentence.pieces))
            heard = one.before if model == "tiny.en" else one.read
            errors.append(distance(due, words(heard)))
            wholes.append(len(due))
        scores[f"wrong, {model}"] = rate_of("wrong", errors, wholes)
    return Figure(name, scores)
