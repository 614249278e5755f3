"""Sets that say whether a text is an attack or harmful: their labels as answers of the heads."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from accord.errors import ConfigError
from accord.learn.text.labels import SEQUENCE_HEADS
from accord.learn.text.rows import Row, key
from accord.learn.text.sources_entities import CALM, jsonl

HARM = tuple(head for head in SEQUENCE_HEADS if head != "injection")

ATTACK = {"injection": 1.0}


def _row(
    source: str, at: int | str, text: str, heads: Mapping[str, float], weight: float = 1.0, family: str = "",
    language: str = "en",
) -> Row:  # fmt: skip
    return Row(f"{source}:{at}", text, source, language, weight=weight, heads=heads, family=family)


def self_instruct(folder: Path) -> Iterator[Row]:
    """Everyday instructions."""
    for at, row in enumerate(jsonl(folder)):
        yield _row("self_instruct_benign", at, row["text"], CALM)


_WEAPON = re.compile(r"\b(bomb|explosive|dynamite|weapon|firearm|gun|grenade|nerve agent|poison gas|pathogen)", re.I)
_SELF = re.compile(
    r"\b(suicid|self-?harm|self harm|anorexi|bulimi|eating disorder|cut(ting)? (my|your|them)sel)", re.I
)
_HATE = re.compile(
    r"\b(racis|sexis|homophob|transphob|antisemit|xenophob|neo-?nazi|white suprem|islamophob|bigot|hate speech"
    r"|discriminat|stereotyp|ethnic|minority group|against (women|immigrants|muslims|jews))",
    re.I,
)
_VIOLENT = re.compile(r"\b(kill|murder|violen|attack|assassin|tortur|shoot|terror|assault|kidnap|bomb)", re.I)
_INSULT = re.compile(r"harass|bully|stalk|threat|intimid", re.I)


def advbench(folder: Path) -> Iterator[Row]:
    """Requests for harm. A category that a model gave counts where the wording bears it out."""
    for at, row in enumerate(jsonl(folder)):
        text, kinds = row["text"], set(row["harm_categories"])
        heads = {"injection": 0.0, "illicit": 1.0, "sexual": 0.0}
        for head, rule in (("weapons", _WEAPON), ("selfharm", _SELF), ("hate", _HATE)):
            heads[head] = float(bool(rule.search(text)))
        if heads["selfharm"] or heads["hate"]:
            del heads["illicit"]
        if not kinds & {"Loss of life", "Bodily injury", "Violence/armed conflict"}:
            heads["violence"] = 0.0
        elif _VIOLENT.search(text):
            heads["violence"] = 1.0
        if "Harassment/abuse/intimidation" in kinds and _INSULT.search(text):
            heads["harassment"] = 1.0
        elif not kinds & {"Harassment/abuse/intimidation", "Defamation/libel/slander"}:
            heads["harassment"] = 0.0
        yield _row("advbench", at, text, heads)


_HAZARDS = {
    "vcr": "violence", "ncr": "illicit", "prv": "illicit", "src": "sexual", "sxc_prn": "sexual", "ssh": "selfharm",
    "iwp": "weapons", "hte": "hate", "dfm": "harassment",
}  # fmt: skip
_CAREFUL = re.compile(
    r"\b(prevent|protect|detect|avoid|support|help someone|warning signs|signs of|impact of|effects? of|law|legal|"
    r"history|risk|ethic|understand|cultural|pr[ée]ven|prot[ée]g|d[ée]tect|[ée]vit|aider|loi|l[ée]ga|histoire|risque|"
    r"[ée]thi|comprendre|signes|effets?)",
    re.I,
)


def ailuminate(folder: Path) -> Iterator[Row]:
    """Prompts about a hazard. Not each asks for harm: those with words of care are left out of their own head."""
    for at, row in enumerate(jsonl(folder)):
        head = _HAZARDS.get(row["hazard"])
        heads = {other: 0.0 for other in ("hate", "sexual", "selfharm", "weapons") if other != head}
        if row["hazard"].startswith("spc"):
            heads = dict.fromkeys(HARM, 0.0)
        elif head and not _CAREFUL.search(row["text"]):
            heads[head] = 1.0
        yield _row("ailuminate", at, row["text"], heads, 0.5, str(row["id"]), row["locale"][:2])


_AT_YOU = re.compile(r"@user\b.*\b(you|your|u|ur|yo)\b|\b(you|u) (a|are|r) ", re.I)


def davidson(folder: Path) -> Iterator[Row]:
    """Tweets. Offensive words alone are neither hate nor harassment here, which keeps dialect out of the heads.

    Rated offensive by all and hateful by none, a tweet is an example of what is not hate; the words and spellings of
    African American English, which raters call offensive too often, thus stand on both sides.
    """
    for at, row in enumerate(jsonl(folder)):
        votes = row["votes_hate"]
        total = votes + row["votes_offensive"] + row["votes_neither"]
        heads = {"injection": 0.0, "weapons": 0.0, "selfharm": 0.0, "illicit": 0.0}
        weight = 0.5
        if row["label"] == "hate" and votes / total > 0.6:
            heads["hate"], weight = 1.0, 1.0
        elif row["label"] == "hate":
            heads["hate"] = votes / total
        elif votes == 0:
            heads["hate"] = 0.0
        if row["label"] == "neither":
            heads |= dict.fromkeys(HARM, 0.0)
        elif row["label"] == "hate" and _AT_YOU.search(row["text"]):
            heads["harassment"] = 1.0
        yield _row("davidson_tweets", at, row["text"], heads, weight)


_RATED = {
    "hate_speech": "hate", "violence": "violence", "SEXUAL_CONTENT": "sexual", "self_harm": "selfharm",
    "exploits": "illicit", "privacy": "illicit",
}  # fmt: skip


def pyrit(folder: Path) -> Iterator[Row]:
    """Answers of models, rated by people: the mean rating is what the head should say."""
    for at, row in enumerate(jsonl(folder)):
        head = _RATED.get(row["category"])
        heads = {"injection": 0.0}
        if head:
            heads[head] = float(row["human_score"])
        elif row["category"] == "information_integrity":
            heads |= dict.fromkeys(HARM, 0.0)
        yield _row("pyrit_harm_scores", at, row["text"], heads, 0.7, row["request"])


def red_team(folder: Path) -> Iterator[Row]:
    """Opening turns and talks of red teams. Nobody labelled them for harm; they are no injections."""
    for at, row in enumerate(jsonl(folder)):
        yield _row("hh_red_team", at, row["text"].strip(), {"injection": 0.0}, 0.5, row["text"])
        if row["n_turns"] > 1:
            yield _row("hh_red_team", f"{at}t", row["conversation"], {"injection": 0.0}, 0.4, row["text"])


def jailbreaks(folder: Path) -> Iterator[Row]:
    """Jailbreaks from the wild: attacks, all of them."""
    for at, row in enumerate(jsonl(folder)):
        yield _row("jailbreak_templates", at, row["text"], ATTACK)


_LANGUAGES = {
    "Hindi": "hi", "English": "en", "Turkish": "tr", "Portuguese": "pt", "Bengali": "bn", "Arabic": "ar",
    "Vietnamese": "vi", "French": "fr", "Italian": "it", "Filipino/Tagalog": "tl", "Spanish": "es", "Russian": "ru",
    "Japanese": "ja", "Korean": "ko", "Thai": "th", "German": "de", "Chinese": "zh", "Indonesian": "id",
}  # fmt: skip
_WITH_PROMPT = ("indirect_reference", "persuasion", "few_shot_attack", "many_shot_attack")


def cyberseceval(folder: Path) -> Iterator[Row]:
    """Attacks in eighteen languages; some attack only together with a system prompt, hence their lower weight."""
    for at, row in enumerate(jsonl(folder)):
        weight = 0.3 if row["variant"] in _WITH_PROMPT else 0.8
        language = _LANGUAGES.get(row["lang"], "und")
        yield _row("cyberseceval_injection", at, row["text"], ATTACK, weight, str(row["prompt_id"]), language)


_STEERS = re.compile(
    r"\b(your|the) (response|answer|reply|replies|message|output|text|sentences?|code|solution|implementation)\b",
    re.I,
)


def bipia(folder: Path) -> Iterator[Row]:
    """E-mails, clean and attacked, and attacks alone; contexts that are share-alike are never read into a row."""
    seen: set[str] = set()
    for at, row in enumerate(jsonl(folder)):
        text, attack = row["text"], row["attack"] or ""
        steers = bool(_STEERS.search(attack.split("```")[0]))
        if attack and steers and attack not in seen:
            seen.add(attack)
            yield _row("bipia_indirect", f"{at}a", attack, ATTACK, 0.7, attack)
        if row["task"] != "email":
            continue
        around = text.find(attack) if attack else -1
        if not row["label"]:
            yield _row("bipia_indirect", at, text, CALM)
        elif steers and around >= 0:
            cut = text[max(0, around - 300) : around + len(attack) + 300]
            yield _row("bipia_indirect", at, cut, ATTACK, 0.7, attack)


def s_labs(folder: Path) -> Iterator[Row]:
    """Short attacks and everyday questions."""
    for name in ("train", "validation", "test"):
        for at, row in enumerate(_table(_file(folder, "s-labs", f"{name}.csv"))):
            yield _row("s-labs", f"{name}{at}", row["text"], ATTACK if row["label"] == "1" else CALM)


def yanismiraoui(folder: Path) -> Iterator[Row]:
    """Attacks in seven languages."""
    for at, row in enumerate(_table(_file(folder, "yanismiraoui", "prompt_injections.csv"))):
        yield _row("yanismiraoui", at, row["prompt_injections"], ATTACK, language="und")


_FROM_EVALUATION = ("wildguard_judgecomp", "harmbench", "harmbench_benign")
_DOUBTFUL = ("adversarial", "encoding", "edge_case", "control")


def neuralchemy(folder: Path) -> Iterator[Row]:
    """Attacks and benign prompts, without the parts that repeat evaluation sets; a contest's entries weigh half."""
    paths = [_file(folder, "neuralchemy", f"core-{part}.parquet") for part in ("test", "train", "validation")]
    for at, row in enumerate(_parquet(paths)):
        if row["source"] in _FROM_EVALUATION:
            continue
        half = row["category"] in _DOUBTFUL or row["source"] == "hackaprompt"
        heads = ATTACK if int(row["label"]) == 1 else CALM
        family = str(row["group_id"] or key(row["text"]))
        yield _row("neuralchemy", at, row["text"], heads, 0.5 if half else 1.0, family)


def _file(folder: Path, corpus: str, name: str) -> Path:
    """A file as the package holds it, in the folder of its corpus, or as the cache does, under one name."""
    flat = folder / f"{corpus}.{name}"
    return flat if flat.exists() else folder / corpus / name


def _table(path: Path) -> Iterator[dict[str, str]]:
    csv.field_size_limit(1 << 24)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)
    except OSError as error:
        raise ConfigError(f"{path.name} cannot be read") from error


def _parquet(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise ConfigError("this source is parquet", hint="install pyarrow to learn from it") from error
    for path in paths:
        if not path.is_file():
            raise ConfigError(f"{path.name} cannot be read")
        yield from parquet.read_table(path).to_pylist()
