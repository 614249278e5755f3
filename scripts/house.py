"""The limits of the house: files of at most 400 lines, functions of at most 80, files explained."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

MAX_FILE = 400
MAX_FUNCTION = 80
SOURCE = Path(__file__).parents[1] / "src" / "accord"


def problems(file: Path) -> list[str]:
    """What in one file is over a limit."""
    text = file.read_text(encoding="utf-8")
    name = file.relative_to(SOURCE.parent)
    lines = text.count("\n")
    found = [f"{name}: {lines} lines, more than {MAX_FILE}"] if lines > MAX_FILE else []
    tree = ast.parse(text)
    if text.strip() and ast.get_docstring(tree) is None:
        found.append(f"{name}: no docstring says what question the file answers")
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION:
                found.append(f"{name}:{node.lineno}: {node.name} has {length} lines, more than {MAX_FUNCTION}")
    return found


def main() -> int:
    """Print every problem; 1 when there is one."""
    found = [problem for file in sorted(SOURCE.rglob("*.py")) for problem in problems(file)]
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
