"""A repository may name programs that git runs: none of them sees a secret of ours."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.audit_parts import Opened, preview

from accord.audit.anchors import GitAnchor


def test_programs_that_a_repository_names_see_no_secret(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, seen = tmp_path / "outside", tmp_path / "seen"
    folder.mkdir()
    git = ["git", "-C", str(folder)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "config", "filter.spy.clean", f"sh -c 'env >> {seen}; cat'"], check=True)
    (folder / ".gitattributes").write_text("* filter=spy\n")
    hook = folder / ".git" / "hooks" / "post-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path / 'hooked'}\n")
    hook.chmod(0o755)
    monkeypatch.setenv("ACCORD_MASTER_KEY", "a-secret-of-ours")
    log = opened(anchors=(GitAnchor(folder),))
    log.append(preview(0))
    log.close()
    assert "PATH=" in seen.read_text(), "the program ran"
    assert "a-secret-of-ours" not in seen.read_text()
    assert not (tmp_path / "hooked").exists()
