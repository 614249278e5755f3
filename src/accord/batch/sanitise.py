"""`accord sanitise`: inspect every file, write what may leave, say what may not.

A file is released first, so that the decision is on record, then written whole, then recorded as delivered. What is
held, blocked or cannot be read is listed and never written. Nothing that a job reports shows the name of an input
before the policy has rewritten it; the number of a file is its position in the sorted input.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from accord.batch.inputs import Input, open_input
from accord.batch.kinds import written_as
from accord.batch.names import Names
from accord.batch.plan import MANIFEST, Item, plan, refuse_overlap
from accord.batch.write import sweep, write_whole
from accord.core.content import Context, Part, Text
from accord.core.decision import Decision, Destination, Outcome
from accord.errors import ContentError
from accord.guard import Guard

Progress = Callable[[int, int], None]
"""Told how many files are done, of how many."""

_BESIDE = ".txt"  # what the name of a transcript has more than that of its recording

ERROR = "error"
"""The outcome of a file that could not be read or written."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file.

    Attributes:
        number: position in the sorted input, from 1.
        name: its path, as the policy lets it be shown.
        outcome: allow, transform, hold, block or error.
        written: whether it is in the output.
        decision_id: names the decision in the audit log; empty where none was made.
        rules: ids of the rules that were met.
        note: why not, in fixed words.
        findings: how many of each category.
        coverage: by modality, what was inspected of what there was.
        sha256: of the file that was written.
        bytes: of the file that was written.
        transcript: the path of the transcript that was written beside it; empty where there is none.
    """

    number: int
    name: str
    outcome: str
    written: bool = False
    decision_id: str = ""
    rules: tuple[str, ...] = ()
    note: str = ""
    findings: Mapping[str, int] = field(default_factory=dict)
    coverage: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    sha256: str = ""
    bytes: int = 0
    transcript: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a job."""

    to: str
    policy_digest: str
    started: str
    finished: str
    dry_run: bool
    results: tuple[Result, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many files had each outcome."""
        return dict(sorted(Counter(result.outcome for result in self.results).items()))

    @property
    def exit_code(self) -> int:
        """0 when everything was (or would be) written, 1 when something was refused, 2 when something failed."""
        outcomes = {result.outcome for result in self.results}
        if ERROR in outcomes:
            return 2
        return 1 if outcomes & {Outcome.HOLD.value, Outcome.BLOCK.value} else 0

    def manifest(self) -> dict[str, object]:
        """The report as it is written down."""
        whole = {name: getattr(self, name) for name in ("to", "policy_digest", "started", "finished", "dry_run")}
        return {"version": 1, **whole, "counts": self.counts, "files": [asdict(result) for result in self.results]}


class Job:
    """One run over a file or a folder.

    Args:
        guard: inspects and decides.
        source: a file or a folder.
        target: the file or folder to be written; a file goes into a folder that is there.
        to: where the output goes.
        context: on whose behalf; give it a session, so that one value has one pseudonym throughout the job.
        force: replace what is there.
        dry_run: decide and record previews, write nothing.
        transcripts: write what is said in a recording, as it may leave, into a text beside it.

    Raises:
        ContentError: the input cannot be read, or the output is in the way.
    """

    def __init__(
        self,
        guard: Guard,
        source: Path,
        target: Path,
        to: Destination,
        *,
        context: Context,
        force: bool = False,
        dry_run: bool = False,
        transcripts: bool = False,
    ) -> None:
        self._guard, self._to, self._context = guard, to, context
        self._force, self._dry, self._transcripts = force, dry_run, transcripts
        refuse_overlap(source, target)
        self._items: Sequence[Item] = plan(source)
        self._whole_folder = source.is_dir()
        self._root, self._single = self._place(target)
        self._names = Names(guard, to, context, reserved=frozenset({MANIFEST} if self._whole_folder else ()))
        self._refuse_to_overwrite()

    def run(self, progress: Progress | None = None) -> Report:
        """Do it.

        Raises:
            AuditError: a decision could not be recorded; nothing more was written.
            ContentError: the output cannot be written at all.
        """
        started = _now()
        if not self._dry:
            self._prepare()
        results = []
        for done, item in enumerate(self._items):
            if progress is not None:
                progress(done, len(self._items))
            results.append(self._one(item))
        digest = self._guard.policy.digest
        report = Report(self._to.value, digest, started, _now(), self._dry, tuple(results))
        if not self._dry:
            self._finish(report)
        if progress is not None:
            progress(len(self._items), len(self._items))
        return report

    def _place(self, target: Path) -> tuple[Path, str]:
        """The folder that is written to, and the name of a single file, where the caller gave one."""
        if self._whole_folder:
            if target.exists() and not target.is_dir():
                raise ContentError("the output is a file, the input a folder")
            return target, ""
        return (target, "") if target.is_dir() else (target.parent, target.name)

    def _refuse_to_overwrite(self) -> None:
        if self._force or self._dry:
            return
        hint = "name another output, or replace it with --force"
        try:
            filled = self._whole_folder and self._root.is_dir() and any(self._root.iterdir())
        except OSError as error:
            raise ContentError(f"cannot list the output folder: {_why(error)}") from None
        if filled:
            raise ContentError("the output folder is not empty", hint=hint)
        taken = [self._single] if self._single else []
        if self._transcripts and taken:
            taken.append(f"{self._single}{_BESIDE}")
        if any((self._root / name).exists() for name in taken):
            raise ContentError("the output is there already", hint=hint)

    def _prepare(self) -> None:
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            if self._whole_folder:
                sweep(self._root)
        except OSError as error:
            raise ContentError(f"cannot write the output: {_why(error)}") from None

    def _one(self, item: Item) -> Result:
        shown = PurePosixPath(self._single) if self._single else self._names.name(item.relative)
        try:
            if item.problem:
                raise ContentError(item.problem)
            given = open_input(item.path, self._guard.limits)
        except ContentError as error:
            return Result(item.number, str(shown), ERROR, note=str(error))
        decision = self._decide(given)
        result = _result(item, shown, decision, given)
        if decision.content is None or self._dry:
            return result
        return self._write(result, shown, given, decision)

    def _decide(self, given: Input) -> Decision:
        inspection = self._guard.inspect(given.part, self._context)
        if not (self._dry or given.cut):
            return inspection.release(self._to)
        decision = inspection.preview(self._to)
        self._guard.recorder.record(decision, self._context, "preview")
        return decision

    def _write(self, result: Result, shown: PurePosixPath, given: Input, decision: Decision) -> Result:
        part = (decision.content or ())[0]
        value = part.reveal()
        data = value.encode("utf-8") if isinstance(value, str) else value
        fitting = self._fitting(shown, part, given.part)
        if self._single and fitting != shown:
            result = replace(result, note=f"written as {fitting.suffix.lstrip('.').upper()}, whatever its name says")
        shown = shown if self._single else fitting
        said = self._said(decision)
        beside = self._names.free(shown.parent, f"{shown.name}{_BESIDE}") if said else None
        try:
            self._write_all([(beside, said.encode("utf-8"))] if beside else [], (shown, data))
        except BaseException as error:
            self._guard.delivered(decision, "failed")
            if not isinstance(error, OSError):
                raise
            return replace(result, outcome=ERROR, note=f"cannot write the file: {_why(error)}")
        self._guard.delivered(decision, "delivered")
        return replace(
            result,
            name=str(shown),
            written=True,
            sha256=hashlib.sha256(data).hexdigest(),
            bytes=len(data),
            transcript=str(beside or ""),
        )

    def _write_all(self, first: Sequence[tuple[PurePosixPath, bytes]], last: tuple[PurePosixPath, bytes]) -> None:
        """Write the file that a result is about, after what stands beside it, which does not stay without it."""
        done: list[Path] = []
        try:
            for name, data in (*first, last):
                path = self._root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                write_whole(path, data, replace=self._force)
                done.append(path)
        except BaseException:
            for path in done:
                path.unlink(missing_ok=True)
            raise

    def _said(self, decision: Decision) -> str:
        """What is said in the recording that leaves, a line for each stretch; empty where that is not wanted."""
        lines = [transcript.text.strip() for transcript in decision.transcripts] if self._transcripts else []
        return "".join(f"{line}\n" for line in lines if line)

    def _fitting(self, shown: PurePosixPath, part: Part, given: Part) -> PurePosixPath:
        """The name for what a part has become: a picture may be written as another kind than it was."""
        if isinstance(part, Text):
            name = shown.name if isinstance(given, Text) else f"{shown.name}.txt"  # a notice in its place is text
        else:
            name = written_as(shown.name, part.media_type)
        return shown if name == shown.name else self._names.free(shown.parent, name)

    def _finish(self, report: Report) -> None:
        written = {name for result in report.results if result.written for name in (result.name, result.transcript)}
        if self._force:
            # What an earlier run let out under a name that this one refuses must not stay.
            for result in report.results:
                if not result.written and result.name not in written:
                    _unlink(self._root, result.name)
        if not self._whole_folder:
            return
        if self._force:
            for name in _listed(self._root / MANIFEST) - written:
                _unlink(self._root, name)
        data = json.dumps(report.manifest(), indent=2, ensure_ascii=False).encode() + b"\n"
        try:
            write_whole(self._root / MANIFEST, data, replace=self._force)
        except OSError as error:
            raise ContentError(f"cannot write the manifest: {_why(error)}") from None


def _result(item: Item, shown: PurePosixPath, decision: Decision, given: Input) -> Result:
    outcome = decision.outcome.value
    if given.cut and decision.outcome.releases:
        outcome = ERROR  # a policy may let faults pass, but what was not read cannot be written
    counts = Counter(finding.category for finding in decision.findings)
    reasons = [given.note, *decision.reasons, *dict.fromkeys(f.reason for f in decision.findings if f.reason)]
    refused = not decision.outcome.releases or outcome == ERROR
    return Result(
        item.number,
        str(shown),
        outcome,
        decision_id=decision.id,
        rules=decision.rules,
        note="; ".join(reason.rstrip(".") for reason in reasons if reason) if refused else given.note,
        findings=dict(sorted(counts.items())),
        coverage={m.value: asdict(covered) for m, covered in sorted(decision.coverage.items())},
    )


def _listed(manifest: Path) -> set[str]:
    """The files that the manifest of an earlier run says it wrote; none where it is not understood."""
    try:
        files = json.loads(manifest.read_bytes())["files"]
        written = [entry for entry in files if entry["written"]]
        names = {str(name) for entry in written for name in (entry["name"], entry.get("transcript", ""))}
        return names - {""}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _unlink(root: Path, name: str) -> None:
    path = root / name
    if path.parent.resolve().is_relative_to(root.resolve()) and (path.is_file() or path.is_symlink()):
        path.unlink()
        for folder in path.parents:
            if folder == root or any(folder.iterdir()):
                break
            folder.rmdir()


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
