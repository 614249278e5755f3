"""Every detector over everything that was read, under a deadline; one that fails is a finding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout

from accord.core.content import Content, Part, Text
from accord.core.finding import Finding, Hit
from accord.core.place import Meta, Place, Span
from accord.core.reading import Reading
from accord.core.roles import Detector
from accord.errors import ModelError
from accord.guard.breaking import REASON, Turn
from accord.guard.findings import Claim, claims
from accord.guard.media import Clock, fault
from accord.guard.read import Reads

SHORT = 4096
"""Up to how many characters all detectors share one thread: passing them around would cost more than they do."""


def detect(
    reads: Reads, detectors: Sequence[Detector], pool: ThreadPoolExecutor, clock: Clock, turn: Turn
) -> tuple[list[Claim], list[Finding]]:
    """What detectors claim, and the faults of those that failed, did not finish in time, or are left alone."""
    made: list[Claim] = []
    faults: list[Finding] = []
    running, missing = turn.split(detectors)
    for name in missing:
        faults += whole_faults(reads.tape.content, "fault.detector", name, REASON)
    for detector, future in _started(reads, running, pool, clock):
        try:
            claimed = future.result(timeout=clock.left)
            if clock():
                raise FutureTimeout
            made += claimed
            turn.did(detector.name, well=True)
        except FutureTimeout:
            # Long content is slow for everyone; who is slow with a short one is ill, if it ran at all.
            if not future.cancel() and _size(reads) <= SHORT:
                turn.did(detector.name, well=False)
            faults += whole_faults(reads.tape.content, "fault.deadline", detector.name, "it did not finish in time")
        except ModelError as error:
            faults += _failed(reads, detector, turn, "fault.uninspected", error.hint or "no model")
        except (Exception, SystemExit) as error:
            # A broken detector is a finding, not an excuse; its message may quote content, so it is dropped.
            faults += _failed(reads, detector, turn, "fault.detector", type(error).__name__)
    return made, faults


def _failed(reads: Reads, detector: Detector, turn: Turn, category: str, reason: str) -> list[Finding]:
    turn.did(detector.name, well=False)
    if turn.excused(detector.name):
        return []
    return whole_faults(reads.tape.content, category, detector.name, reason)


def _size(reads: Reads) -> int:
    return sum(len(reading.text) for reading in reads.readings)


def _started(
    reads: Reads, detectors: Sequence[Detector], pool: ThreadPoolExecutor, clock: Clock
) -> list[tuple[Detector, Future[list[Claim]]]]:
    jobs = [(detector, _job(detector, reads, clock)) for detector in detectors]
    if _size(reads) > SHORT:
        return [(detector, pool.submit(job)) for detector, job in jobs]
    started: list[tuple[Detector, Future[list[Claim]]]] = [(detector, Future()) for detector, _ in jobs]

    def run() -> None:
        for (_, future), (_, job) in zip(started, jobs, strict=True):
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(job())
            except BaseException as error:
                future.set_exception(error)

    pool.submit(run)
    return started


def _job(detector: Detector, reads: Reads, clock: Clock) -> Callable[[], list[Claim]]:
    indices = [i for i, r in enumerate(reads.readings) if detector.joins or not _bare_seam(r)]
    given = [reads.readings[i] for i in indices]

    def run() -> list[Claim]:
        hits = (_at(hit, indices) for hit in detector.detect(given, clock))
        return claims(reads, detector, hits)

    return run


def _at(hit: Hit, indices: Sequence[int]) -> Hit:
    return Hit(indices[hit.reading], hit.span, hit.category, hit.score, hit.checked)


def _bare_seam(reading: Reading) -> bool:
    return reading.is_seam and not reading.is_decoded


def whole_faults(content: Content, category: str, detector: str, reason: str) -> list[Finding]:
    """The same fault on every part: none of them was inspected as it should have been."""
    return [fault(content, index, _whole(part), category, detector, reason) for index, part in enumerate(content)]


def _whole(part: Part) -> Place:
    return Span(0, len(part)) if isinstance(part, Text) else Meta("content")
