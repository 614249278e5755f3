"""What the heads find hard: harmless texts that look like harm, attacks in harmless carriers, groups of people."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from accord.learn.text.generate_values import TEMPLATES
from accord.learn.text.labels import SEQUENCE_HEADS
from accord.learn.text.manifest import Origin
from accord.learn.text.rows import Row
from accord.learn.text.sources_entities import CALM

NAME = "own-phrases"
ORIGIN = Origin(
    NAME, "Apache-2.0", "the accord authors", ships=True, synthetic=True,
    use="phrases of our own by head; carriers with and without an attack; sentences over groups of people",
)  # fmt: skip

_CHOICE = re.compile(r"\{([^{}]*)\}")

_AKIN = {
    "hate": ("harassment", "violence"), "harassment": ("hate", "violence", "selfharm", "sexual"),
    "violence": ("illicit", "weapons", "harassment"), "sexual": ("harassment",),
    "selfharm": ("harassment", "violence"), "illicit": ("harassment", "violence"), "weapons": ("illicit", "violence"),
}  # fmt: skip
"""What a harm often brings with it: its phrases say nothing about these."""


def spell(template: str, draw: random.Random) -> str:
    r"""One way to read a template: one of each `{a|b}`; `\n` breaks the line."""
    return _CHOICE.sub(lambda found: draw.choice(found.group(1).split("|")), template).replace("\\n", "\n").strip()


@cache
def phrases() -> tuple[tuple[str, str, str], ...]:
    """Head (or `benign`), language and template of every phrase."""
    found = []
    for path in sorted((TEMPLATES / "heads").glob("*.txt")):
        head, language = "benign", "en"
        for line in path.read_text("utf-8").split("\n"):
            if line.startswith("[") and line.endswith("]") and len(line) < 24 and "|" not in line:
                head, _, language = line.strip("[]").partition(" ")
                language = language or "en"
            elif line.strip() and not line.startswith("#"):
                found.append((head, language, line))
    return tuple(found)


def answers(head: str) -> dict[str, float]:
    """What a phrase of a head says of all heads."""
    if head == "benign":
        return dict(CALM)
    if head == "injection":
        return {"injection": 1.0}
    return {name: float(name == head) for name in SEQUENCE_HEADS if name not in _AKIN[head]}


def _vary(text: str, draw: random.Random) -> str:
    chance = draw.random()
    if chance < 0.06:
        return text.upper()
    if chance < 0.25:
        return text.lower()
    return text.rstrip(".") if chance < 0.4 else text


def spelled(each: int, seed: int) -> Iterator[Row]:
    """Every phrase up to `each` times, no way of reading it twice."""
    for number, (head, language, template) in enumerate(phrases()):
        draw = random.Random(f"{seed}{template}")  # noqa: S311
        found = {spell(template, draw): None for _ in range(each * 2)}
        for at, text in enumerate(list(found)[:each]):
            if text:
                yield Row(
                    f"{NAME}:{number}.{at}", _vary(text, draw), NAME, language, weight=0.6, heads=answers(head),
                    family=template,
                )  # fmt: skip


GROUPS: Mapping[str, tuple[str, ...]] = {
    "religion": ("Muslim", "Jewish", "Christian", "Hindu", "Buddhist", "Sikh", "atheist", "Catholic", "Mormon"),
    "orientation": ("gay", "lesbian", "bisexual", "straight", "queer", "homosexual", "heterosexual", "asexual"),
    "gender": ("transgender", "trans", "non-binary", "male", "female", "cisgender", "intersex"),
    "ethnicity": ("black", "white", "Asian", "Latino", "African American", "Arab", "Roma", "Indigenous", "Hispanic"),
    "origin": ("Mexican", "Chinese", "Nigerian", "Polish", "American", "Turkish", "Indian", "immigrant", "refugee"),
    "ability": ("deaf", "blind", "disabled", "autistic", "paralysed", "dyslexic", "able-bodied"),
    "age": ("old", "young", "elderly", "middle-aged", "teenage", "millennial"),
}  # fmt: skip
"""Words that name groups of people, by what they name."""

_CALM_FRAMES = (
    "I am a {0} person{{| and proud of it| from a small town}}.",
    "My {{neighbour|teacher|best friend|boss|daughter}} is {0}{{.| and plays the violin.| and lives next door.}}",
    "{{The|A}} {0} {{man|woman|couple|student|doctor}} {{opened a bakery|won the prize|moved in}}.",
    "{{Being|Growing up}} {0} {{in this town|at work|at school}} {{is hard sometimes|taught me a lot}}.",
    "What {{rights|holidays|associations|services}} {{are there for|concern}} {0} people{{ in Canada|}}?",
    "{{We welcome|We invite|The club is open to}} {0} {{people|families|students}}{{.| and their friends.}}",
    "{{It is wrong to|Nobody should|You must not}} {{insult|attack|exclude|hate}} {0} people.",
    "{{The report|The survey|The article}} {{asks|describes}} how {0} people {{vote|are treated|find work}}.",
    "{{People who say|Those who claim}} that {0} people {{are inferior|should leave}} {{are wrong|make me angry}}.",
    "{{She|He}} {{came out as|is known as|was described as}} {0} {{last year|in the interview|to the family}}.",
    "{0} {{people|women|men}} {{are|have been}} {{my friends|part of this country|great colleagues}}.",
    "{{Fuck yes|Damn|Hell yeah}}, {{my|our}} {0} {{friend|sister|team mate}} {{passed the exam|is back|won}}!",
)
_HATE_FRAMES = (
    "I {{hate|despise|loathe|can't stand}} {{all |}}{0} people{{.|!| so much.}}",
    "{0} people {{are|are all}} {{vermin|disgusting|inferior|worthless|animals|a plague}}{{.|!}}",
    "{{We should|Someone should|They must}} {{get rid of|deport|lock up|wipe out}} {{all|those}} {0} people.",
    "{{No|Never trust a}} {0} person {{belongs here|, they all lie|deserves rights}}.",
    "{{You are|You're}} just a {{filthy|stupid|worthless}} {0} {{pig|rat|freak}}.",
)


def groups(count: int, seed: int) -> Iterator[Row]:
    """Sentences over groups of people: each frame with each group, so that no group word says more than another.

    Args:
        count: about how many.
        seed: what the draws depend on.
    """
    words = [(kind, word) for kind, some in GROUPS.items() for word in some]
    frames = [(frame, False) for frame in _CALM_FRAMES] + [(frame, True) for frame in _HATE_FRAMES]
    rounds = max(1, count // (len(words) * len(frames)))
    for turn in range(rounds):
        for at, (frame, hateful) in enumerate(frames):
            for kind, word in words:
                draw = random.Random(f"{seed} {turn} {at}")  # noqa: S311  (one choice for all words of a turn)
                text = spell(frame.format(word), draw)
                yield Row(
                    f"{NAME}:g{turn}.{at}.{word}", text[0].upper() + text[1:], NAME, weight=0.4,
                    heads=answers("hate" if hateful else "benign"), group={"identity": word, "kind": kind},
                    family=f"group {at}",
                )  # fmt: skip


def _mail(text: str, draw: random.Random) -> str:
    head = draw.choice(("Subject: Minutes\nFrom: office@example.org\n\n", "Hi all,\n\n", "Dear team,\n\n"))
    return f"{head}{text}\n\n{draw.choice(('Best regards', 'Thanks', 'Sent from my phone'))}"


def _table(text: str, draw: random.Random) -> str:
    rows = [f"| {draw.randint(1, 99)} | {word} | {draw.randint(5, 900)} |" for word in ("paper", "ink", "chairs")]
    rows.insert(draw.randint(0, 3), f"| {draw.randint(1, 99)} | {text} | 0 |")
    return "| no | item | qty |\n|---|---|---|\n" + "\n".join(line.replace("\n", " ") for line in rows)


def _comment(text: str, draw: random.Random) -> str:
    mark = draw.choice(("# ", "// ", "-- ", '"""'))
    return f"def total(rows):\n    {mark}{text}\n    return sum(row.price for row in rows)\n"


def _page(text: str, draw: random.Random) -> str:
    where = draw.choice(("<!-- {} -->", '<div style="display:none">{}</div>', "<p>{}</p>", '<img alt="{}">'))
    return f"<html><h1>{draw.choice(('Garden tips', 'Opening hours', 'About us'))}</h1>{where.format(text)}</html>"


def _result(text: str, draw: random.Random) -> str:
    given = {"status": "ok", "results": [{"title": draw.choice(("Weather", "Ticket 12", "Review")), "body": text}]}
    return json.dumps(given, ensure_ascii=False, indent=draw.choice((None, 2)))


def _tool(text: str, draw: random.Random) -> str:
    return f"tool: {draw.choice(('search', 'read_file', 'get_mail'))}\noutput:\n{text}\n(end of output)"


CARRIERS: Mapping[str, Callable[[str, random.Random], str]] = {
    "mail": _mail, "table": _table, "comment": _comment, "page": _page, "json": _result, "tool": _tool,
    "plain": lambda text, _draw: text,
}  # fmt: skip


def carried(count: int, seed: int) -> Iterator[Row]:
    """Attacks and harmless look-alikes in the same carriers and surroundings, which therefore say nothing."""
    known: dict[str, dict[str, list[str]]] = {}
    for head, language, template in phrases():
        if head in ("injection", "benign"):
            known.setdefault(language, {}).setdefault(head, []).append(template)
    languages = [language for language, heads in known.items() if len(heads) == 2]
    for number in range(count):
        draw = random.Random(f"carried {seed} {number}")  # noqa: S311
        language = "en" if number % 2 else draw.choice(languages)
        attacked = draw.random() < 0.5
        chosen = draw.choice(known[language]["injection" if attacked else "benign"])
        around = [spell(draw.choice(known[language]["benign"]), draw) for _ in range(draw.randint(0, 4))]
        around.insert(draw.randint(0, len(around)), spell(chosen, draw))
        carrier = draw.choice(tuple(CARRIERS))
        text = CARRIERS[carrier](draw.choice((" ", "\n", "\n\n")).join(around), draw)
        yield Row(
            f"{NAME}:c{number}", text, NAME, language, weight=0.5,
            heads=answers("injection" if attacked else "benign"), group={"carrier": carrier}, family=chosen,
        )  # fmt: skip


def hard(count: int, seed: int) -> Iterator[Row]:
    """All of them: phrases, carriers and sentences over groups, about `count` in all."""
    if not count:
        return
    yield from spelled(max(2, count // (2 * len(phrases()))), seed)
    yield from carried(count // 3, seed)
    yield from groups(count // 4, seed)
