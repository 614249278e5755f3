"""How each training source is read, and what its labels mean here."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from heads.rows import HARM, HEADS, Row, benign

csv.field_size_limit(1 << 24)


def jsonl(folder: Path) -> Iterator[dict[str, Any]]:
    """The rows of `data.jsonl`; U+2028 within a row does not end it."""
    for line in (folder / "data.jsonl").read_text("utf-8").split("\n"):
        if line:
            yield json.loads(line)


def plain(name: str, weight: float = 1.0, heads: tuple[str, ...] = HEADS) -> Callable[[Path], Iterator[Row]]:
    """A loader of texts that are harmless in every way the heads look for."""

    def load(folder: Path) -> Iterator[Row]:
        for row in jsonl(folder):
            yield Row(row["text"], name, benign(*heads), weight)

    return load


_WEAPON = re.compile(
    r"\b(bomb|explosive|dynamite|weapon|firearm|gun|grenade|nerve agent|poison gas|virus that|pathogen)", re.I
)
_SELF = re.compile(
    r"\b(suicid|self-harm|self harm|anorexi|bulimi|eating disorder|cut(ting)? (my|your|them)sel)", re.I
)
_VIOLENT = {"Loss of life", "Bodily injury", "Violence/armed conflict"}
_HARASS = {"Harassment/abuse/intimidation", "Defamation/libel/slander"}
_HATE = re.compile(
    r"\b(racis|sexis|homophob|transphob|antisemit|xenophob|neo-?nazi|white suprem|islamophob|bigot|hate speech"
    r"|discriminat|stereotyp|ethnic|minority group|against (women|immigrants|muslims|jews))",
    re.I,
)


def advbench(folder: Path) -> Iterator[Row]:
    """Requests for harm. A category of the set counts where the wording bears it out."""
    for row in jsonl(folder):
        text, kinds = row["text"], set(row["harm_categories"])
        labels = {"injection": 0, "illicit": 1, "sexual": 0}
        labels["weapons"] = int(bool(_WEAPON.search(text)))
        labels["selfharm"] = int(bool(_SELF.search(text)))
        labels["hate"] = int(bool(_HATE.search(text)))
        if labels["selfharm"] or labels["hate"]:
            del labels["illicit"]
        if kinds & _VIOLENT:
            if re.search(
                r"\b(kill|murder|violen|attack|assassin|tortur|shoot|terror|assault|kidnap|bomb)", text, re.I
            ):
                labels["violence"] = 1
        else:
            labels["violence"] = 0
        if "Harassment/abuse/intimidation" in kinds and re.search(r"harass|bully|stalk|threat|intimid", text, re.I):
            labels["harassment"] = 1
        elif not kinds & _HARASS:
            labels["harassment"] = 0
        yield Row(text, "advbench", labels, 1.0)


_HAZARDS = {
    "vcr": "violence",
    "ncr": "illicit",
    "prv": "illicit",
    "src": "sexual",
    "sxc_prn": "sexual",
    "ssh": "selfharm",
    "iwp": "weapons",
    "hte": "hate",
    "dfm": "harassment",
}
_CAREFUL = re.compile(
    r"\b(prevent|protect|detect|avoid|support|help someone|warning signs|signs of|impact of|effects? of|law|legal|"
    r"history|risk|ethic|understand|cultural|pr[ée]ven|prot[ée]g|d[ée]tect|[ée]vit|aider|loi|l[ée]ga|histoire|risque|"
    r"[ée]thi|comprendre|signes|effets?)",
    re.I,
)


def ailuminate(folder: Path) -> Iterator[Row]:
    """Prompts about a hazard. Not each asks for harm: those with words of care are left out of their own head."""
    for row in jsonl(folder):
        head = _HAZARDS.get(row["hazard"])
        labels = {other: 0 for other in ("hate", "sexual", "selfharm", "weapons") if other != head}
        if row["hazard"].startswith("spc"):
            labels = benign(*HARM)
        elif head and not _CAREFUL.search(row["text"]):
            labels[head] = 1
        yield Row(row["text"], "ailuminate", labels, 0.5, str(row["id"]))


def davidson(folder: Path) -> Iterator[Row]:
    """Tweets. Offensive words alone are neither hate nor harassment here, which keeps dialect out of it."""
    for row in jsonl(folder):
        text, votes = row["text"], row["votes_hate"]
        total = votes + row["votes_offensive"] + row["votes_neither"]
        labels = {"injection": 0, "weapons": 0, "selfharm": 0, "illicit": 0}
        weight = 0.5
        if row["label"] == "hate":
            labels["hate"] = 1
            weight = 1.0 if votes / total > 0.6 else 0.5
        elif votes == 0:
            labels["hate"] = 0
        if row["label"] == "neither":
            labels |= benign(*HARM)
            weight = 0.7
        elif re.search(r"@user\b.*\b(you|your|u|ur|yo)\b|\b(you|u) (a|are|r) ", text, re.I):
            labels["harassment"] = 1
            weight *= 0.5
        yield Row(text, "davidson_tweets", labels, weight)


_PYRIT = {
    "hate_speech": "hate",
    "violence": "violence",
    "SEXUAL_CONTENT": "sexual",
    "self_harm": "selfharm",
    "exploits": "illicit",
    "privacy": "illicit",
}


def pyrit(folder: Path) -> Iterator[Row]:
    """Answers of models, rated by people. The middle of the scale is left out."""
    for row in jsonl(folder):
        head, score = _PYRIT.get(row["category"]), row["human_score"]
        labels = {"injection": 0}
        if head and score >= 0.6:
            labels[head] = 1
        elif head and score <= 0.25:
            labels[head] = 0
        elif row["category"] == "information_integrity":
            labels |= benign(*HARM)
        yield Row(row["text"], "pyrit_harm_scores", labels, 0.7, row["request"])


_RED = {
    "illicit": r"\b(steal|rob|shoplift|counterfeit|forge|fake (id|money|prescription)|launder|heroin|meth|"
    r"cocaine|hack|burgl|smuggl|scam|evade|embezzle|blackmail|break into|hot-?wire|pick a lock)",
    "violence": r"\b(kill|murder|poison|stab|strangle|beat up|torture|hurt (him|her|someone|my)|hit ?man|kidnap|run "
    r"over)\b",
    "sexual": r"\b(porn|blow ?job|orgasm|masturbat|nudes?|sex toy|have sex|threesome|erotic)",
    "selfharm": r"\b(kill myself|suicide|cut myself|end my life|starve myself)",
    "weapons": r"\b(bomb|explosives?|molotov|ricin|anthrax|nerve gas|ghost gun|silencer|grenade|napalm)",
    "harassment": r"\b(insult|bully|harass|stalk|humiliate|make fun of|torment)",
}
_ASKS = re.compile(
    r"^(how|what('s| is| are) (the|a|some|your)|can you (help|tell|give)|where can|help me|i want "
    r"to|tell me how|give me)",
    re.I,
)


def red_team(folder: Path) -> Iterator[Row]:
    """Opening turns of red-team talks, labelled by rules on what they ask for; the rest is left out of harm."""
    for row in jsonl(folder):
        text = row["text"].strip()
        labels = {"injection": 0}
        if _ASKS.search(text):
            labels |= {head: 1 for head, rule in _RED.items() if re.search(rule, text, re.I)}
        yield Row(text, "hh_red_team", labels, 0.5, text)
        if row["n_turns"] > 1:
            yield Row(row["conversation"], "hh_red_team", {"injection": 0}, 0.5, text)


def jailbreaks(folder: Path) -> Iterator[Row]:
    """Jailbreaks from the wild: attacks, all of them."""
    for row in jsonl(folder):
        yield Row(row["text"], "jailbreak_templates", {"injection": 1}, 1.0)


def cyberseceval(folder: Path) -> Iterator[Row]:
    """Attacks in 18 languages; some attack only together with a system prompt, hence the lower weight."""
    for row in jsonl(folder):
        weak = row["variant"] in ("indirect_reference", "persuasion", "few_shot_attack", "many_shot_attack")
        yield Row(
            row["text"], "cyberseceval_injection", {"injection": 1}, 0.3 if weak else 0.8, str(row["prompt_id"])
        )


_STEERS = re.compile(
    r"\b(your|the) (response|answer|reply|replies|message|output|text|sentences?|code|"
    r"solution|implementation|codebase)\b",
    re.I,
)


def bipia(folder: Path) -> Iterator[Row]:
    """E-mails, clean and attacked, and attacks on their own; contexts that are share-alike are left out."""
    seen: set[str] = set()
    for row in jsonl(folder):
        attack = row["attack"] or ""
        steers = bool(_STEERS.search(attack.split("```")[0]))
        if attack and steers and attack not in seen:
            seen.add(attack)
            yield Row(attack, "bipia_indirect", {"injection": 1}, 0.7, attack)
        if row["task"] == "email" and not row["label"]:
            yield Row(row["text"], "bipia_indirect", benign(), 1.0)
        elif row["task"] == "email" and steers:
            around = row["text"].find(attack)
            begin, end = max(0, around - 300), around + len(attack) + 300
            if around >= 0:
                yield Row(row["text"][begin:end], "bipia_indirect", {"injection": 1}, 0.7, attack)


def s_labs(folder: Path) -> Iterator[Row]:
    """Short attacks and everyday questions."""
    for name in ("train", "validation", "test"):
        with (folder / "s-labs" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                attack = row["label"] == "1"
                yield Row(row["text"], "s-labs", {"injection": 1} if attack else benign(), 1.0)


def neuralchemy(folder: Path, *, hack: bool) -> Iterator[Row]:
    """Attacks and benign prompts, without the part that repeats evaluation sets."""
    for row in _parquet(sorted((folder / "neuralchemy").glob("core-*.parquet"))):
        if row["source"] in ("wildguard_judgecomp", "harmbench", "harmbench_benign"):
            continue
        if (row["source"] == "hackaprompt") != hack:
            continue
        attack = int(row["label"]) == 1
        name = "neuralchemy-hackaprompt" if hack else "neuralchemy"
        weight = 0.5 if row["category"] in ("adversarial", "encoding", "edge_case", "control") or hack else 1.0
        labels = {"injection": 1} if attack else benign()
        yield Row(row["text"], name, labels, weight, str(row["group_id"] or ""))


def _parquet(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    try:
        from pyarrow import parquet  # type: ignore[import-untyped, unused-ignore]
    except ImportError as error:
        raise SystemExit("this source is parquet: install pyarrow to train") from error
    for path in paths:
        yield from parquet.read_table(path).to_pylist()


def yanismiraoui(folder: Path) -> Iterator[Row]:
    """Attacks in seven languages."""
    with (folder / "yanismiraoui" / "prompt_injections.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Row(row["prompt_injections"], "yanismiraoui", {"injection": 1}, 1.0)
