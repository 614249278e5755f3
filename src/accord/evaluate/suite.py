"""Suites: cases that say what should be found and what should be decided.

A suite is a JSONL file (one case a line; the first line may be the header) or a YAML file (the header's keys and
`cases`). A case says only what it knows: a key left out is not measured, an empty list says "nothing".

    {"suite": "smoke", "about": "…", "licence": "Apache-2.0"}
    {"id": "mail", "text": "Write to jane@example.org", "spans": [{"value": "jane@example.org", "category": "privacy.contact.email"}], "outcomes": {"model": "transform"}}
    {"id": "calm", "text": "Good morning", "absent": ["*"], "group": "greeting", "language": "en"}

Errors name the file, the line or case and the key, and never quote a text.
"""  # noqa: E501 - an example of a line is a line

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from accord.core.content import Role
from accord.core.decision import Destination, Outcome
from accord.core.place import Span
from accord.core.taxonomy import CATEGORIES, expand
from accord.errors import ConfigError

MAX_BYTES = 256 << 20
SHIPPED = ("smoke",)
"""The suites that come with accord, by name."""


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """One text and what is known about it; None means not labelled.

    Attributes:
        id: names the case within its suite.
        text: what is inspected.
        role: who speaks.
        spans: all that is to be found, with its category.
        categories: categories that are to be found somewhere.
        absent: categories that must not be found.
        outcomes: what is to be decided, by destination.
        group: for breakdowns, such as the group of people a text is about.
        language: BCP 47 tag.
    """

    id: str
    text: str
    role: Role = Role.USER
    spans: tuple[tuple[Span, str], ...] | None = None
    categories: frozenset[str] | None = None
    absent: frozenset[str] | None = None
    outcomes: Mapping[Destination, Outcome] = field(default_factory=dict)
    group: str = ""
    language: str = ""

    def __repr__(self) -> str:
        return f"<Case {self.id}, {len(self.text)} characters>"


@dataclass(frozen=True, slots=True, repr=False)
class Suite:
    """Cases under one name.

    Attributes:
        name: names the suite.
        cases: in the order of the file.
        about: what it measures.
        licence: of the texts, as SPDX expression.
        attribution: whom the licence asks to name.
        digest: SHA-256 of the cases, whatever their order.
    """

    name: str
    cases: tuple[Case, ...]
    about: str = ""
    licence: str = ""
    attribution: str = ""
    digest: str = field(init=False, default="")

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for case in self.cases:
            if case.id in seen:
                raise ConfigError(f"suite {self.name}: the case id {case.id!r} stands twice")
            seen.add(case.id)
        object.__setattr__(self, "digest", _digest(self.cases))

    def __repr__(self) -> str:
        return f"<Suite {self.name}, {len(self.cases)} cases>"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _SpanModel(_Model):
    category: str
    start: Annotated[int, Field(ge=0)] | None = None
    end: Annotated[int, Field(ge=1)] | None = None
    value: Annotated[str, Field(min_length=1)] | None = None
    occurrence: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _one_way(self) -> _SpanModel:
        placed = self.start is not None and self.end is not None
        if placed == (self.value is not None) or (self.start is None) != (self.end is None):
            raise ValueError("a span has `start` and `end`, or a `value` that stands in the text")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError("a span ends after it starts")
        return self

    def resolve(self, text: str) -> Span:
        if self.start is not None and self.end is not None:
            if self.end > len(text):
                raise ConfigError(f"ends at {self.end}, beyond the {len(text)} characters of the text")
            return Span(self.start, self.end)
        at, value = -1, self.value or ""
        for _ in range(self.occurrence):
            at = text.find(value, at + 1)
            if at < 0:
                raise ConfigError(f"the value does not stand in the text {self.occurrence} time(s)")
        return Span(at, at + len(value))


class _CaseModel(_Model):
    id: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[\w.:/-]+$")]
    text: str
    role: Role = Role.USER
    spans: tuple[_SpanModel, ...] | None = None
    categories: tuple[str, ...] | None = None
    absent: tuple[str, ...] | None = None
    outcomes: dict[Destination, Outcome] = {}
    group: Annotated[str, Field(max_length=128)] = ""
    language: Annotated[str, Field(pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*)?$")] = ""

    def case(self) -> Case:
        spans = None if self.spans is None else tuple(self._span(n, span) for n, span in enumerate(self.spans))
        for category in self.categories or ():
            _known(category, "categories")
        categories = None if self.categories is None else frozenset(self.categories)
        absent = None if self.absent is None else frozenset[str]().union(*map(expand, self.absent))
        if categories and absent and categories & absent:
            raise ConfigError("`categories` and `absent` contradict each other")
        return Case(
            self.id, self.text, self.role, spans, categories, absent, self.outcomes, self.group, self.language
        )

    def _span(self, number: int, span: _SpanModel) -> tuple[Span, str]:
        _known(span.category, f"spans[{number}].category")
        try:
            return span.resolve(self.text), span.category
        except ConfigError as error:
            raise ConfigError(f"spans[{number}]: {error}") from None


M = TypeVar("M", bound=BaseModel)


class _Header(_Model):
    suite: Annotated[str, Field(pattern=r"^[\w.-]+$")]
    about: str = ""
    licence: str = ""
    attribution: str = ""


def _known(category: str, where: str) -> None:
    if category not in CATEGORIES:
        raise ConfigError(f"{where}: no category is named {category!r}", hint="see docs/reference/categories.md")


def load(source: str | Path) -> Suite:
    """Read a suite: a file, or the name of a shipped one.

    Raises:
        ConfigError: it cannot be read, or says something a suite cannot say.
    """
    if str(source) in SHIPPED:
        text = resources.files("accord.evaluate").joinpath("suites", f"{source}.jsonl").read_text(encoding="utf-8")
        return parse(text, f"{source}.jsonl")
    file = Path(source)
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{file.name} is larger than {MAX_BYTES} bytes", hint="split the suite")
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{file.name} is not UTF-8") from None
    except OSError as error:
        raise ConfigError(f"cannot read {file.name}: {error.strerror}") from None
    return parse(text, file.name)


def parse(text: str, name: str) -> Suite:
    """Read a suite from text; `name` is what errors call it, and its ending says how it is written.

    Raises:
        ConfigError: it is not one.
    """
    written = _yaml_rows if name.endswith((".yaml", ".yml")) else _jsonl_rows
    rows = list(written(text, name))
    header = _Header(suite=_stem(name))
    if rows and "suite" in rows[0][1]:
        header = _read(_Header, *rows.pop(0))
    cases = []
    for where, row in rows:
        try:
            cases.append(_read(_CaseModel, where, row).case())
        except ConfigError as error:
            message = str(error)
            raise ConfigError(
                message if message.startswith(name) else f"{where}: {message}", hint=error.hint
            ) from None
    if not cases:
        raise ConfigError(f"{name}: a suite has at least one case")
    return Suite(header.suite, tuple(cases), header.about, header.licence, header.attribution)


def _stem(name: str) -> str:
    return "".join(c if c.isalnum() or c in "._-" else "-" for c in Path(name).stem) or "suite"


def _jsonl_rows(text: str, name: str) -> Iterable[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):  # a text may hold U+2028, so splitlines() is wrong
        if not line.strip():
            continue
        where = f"{name}:{number}"
        try:
            row = json.loads(line, object_pairs_hook=_once)
        except json.JSONDecodeError as error:
            raise ConfigError(f"{where}: not JSON at column {error.colno}") from None
        except (_Repeated, RecursionError):
            raise ConfigError(f"{where}: a key stands twice, or the nesting is too deep") from None
        if not isinstance(row, dict):
            raise ConfigError(f"{where}: expected an object")
        yield where, row


class _Repeated(ValueError):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Repeated
    return made


def _yaml_rows(text: str, name: str) -> list[tuple[str, dict[str, Any]]]:
    try:
        raw = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ConfigError(f"{name}:{mark.line + 1 if mark else 1}: {error.problem or 'not YAML'}") from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise ConfigError(f"{name} is not YAML that accord can read") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("cases"), list):
        raise ConfigError(f"{name}: expected `suite` and a list of `cases`")
    header = {key: value for key, value in raw.items() if key != "cases"}
    rows: list[tuple[str, dict[str, Any]]] = [(name, {"suite": _stem(name), **header})]
    for number, row in enumerate(raw["cases"]):
        if not isinstance(row, dict):
            raise ConfigError(f"{name}: cases[{number}]: expected keys and values")
        rows.append((f"{name}: cases[{number}]", row))
    return rows


def _read(model: type[M], where: str, row: dict[str, Any]) -> M:
    try:
        return model.model_validate(row)
    except ValidationError as error:
        raise ConfigError("\n".join(_explain(where, item) for item in error.errors(include_input=False))) from None


def _explain(where: str, item: Any) -> str:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in item["loc"]).lstrip(".")
    message = "unknown key" if item["type"] == "extra_forbidden" else item["msg"][0].lower() + item["msg"][1:]
    return f"{where}: {path}: {message}" if path else f"{where}: {message}"


def _digest(cases: Sequence[Case]) -> str:
    rows = [
        [
            case.id,
            case.text,
            case.role.value,
            None if case.spans is None else sorted([s.start, s.end, category] for s, category in case.spans),
            None if case.categories is None else sorted(case.categories),
            None if case.absent is None else sorted(case.absent),
            sorted([to.value, outcome.value] for to, outcome in case.outcomes.items()),
            case.group,
            case.language,
        ]
        for case in sorted(cases, key=lambda c: c.id)
    ]
    written = json.dumps(rows, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(written.encode()).hexdigest()
