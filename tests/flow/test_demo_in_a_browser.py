"""The page of the demo in a real browser: its style holds under its own security policy, and it fits a phone."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium here to look at the page with"),
]

FAST = "version: 1\nextends: default\nreaders: [structure, encoded, codes]\ndetectors: [patterns, fields]\n"

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
]

# Words that the browser's console says when a page breaks its own policy.
BROKEN = "Content Security Policy"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a demo without models."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "fast.yaml").write_text(FAST)
    command = [sys.executable, "-m", "accord", "demo", "--config", "fast.yaml", "--out", "out"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "out" / "index.html"


def browse(page: Path, profile: Path, *flags: str) -> tuple[str, str]:
    """What the browser made of the page, and what its console said."""
    command = [str(BROWSER), *FLAGS, f"--user-data-dir={profile}", *flags, page.as_uri()]
    ran = subprocess.run(command, capture_output=True, timeout=90, check=True)
    return ran.stdout.decode(), ran.stderr.decode(errors="replace")


def test_the_page_is_drawn_as_written_and_breaks_no_policy(page: Path, tmp_path: Path) -> None:
    tree, console = browse(page, tmp_path, "--dump-dom")
    assert BROKEN not in console
    assert tree.count("<mark") == page.read_text().count("<mark")


def test_a_changed_style_would_be_noticed(page: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.html"
    changed.write_text(page.read_text().replace("<style>", "<style> ", 1))
    _, console = browse(changed, tmp_path / "profile", "--dump-dom")
    assert BROKEN in console


@pytest.mark.parametrize("width", [360, 768, 1400])
def test_the_page_fits_its_window(page: Path, tmp_path: Path, width: int) -> None:
    # Scripts do not run on the page itself, so it is looked at from a frame of the wanted width.
    probe = tmp_path / "probe.html"
    probe.write_text(
        f'<iframe id="f" src="{page.as_uri()}" style="width:{width}px;height:900px;border:0"></iframe>'
        "<script>f.onload = () => { const e = f.contentDocument.documentElement;"
        " document.title = `wide ${e.scrollWidth} in ${e.clientWidth}`; }</script>"
    )
    tree, _ = browse(probe, tmp_path / "profile", "--dump-dom", "--allow-file-access-from-files")
    found = re.search(r"wide (\d+) in (\d+)", tree)
    assert found
    assert int(found[1]) <= int(found[2]) == width


def test_dark_and_light_differ(page: Path, tmp_path: Path) -> None:
    shots = []
    for scheme in ("0", "1"):
        shot = tmp_path / f"{scheme}.png"
        flags = (f"--blink-settings=preferredColorScheme={scheme}", "--window-size=800,600", f"--screenshot={shot}")
        browse(page, tmp_path / f"profile-{scheme}", *flags)
        shots.append(shot.read_bytes())
    assert shots[0] != shots[1]
