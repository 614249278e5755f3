"""The playground in a real browser: its own policy holds, it works by keyboard, and nothing in content is markup."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from tests.browser import BROWSER, Page, browser
from tests.engines.running import accord_server

pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium here to look at the page with"),
]

FAST = "version: 1\nextends: default\nreaders: [structure, encoded, codes]\ndetectors: [patterns, fields]\n"
Look = Callable[[Callable[[Page], Awaitable[None]]], None]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("console")
    (folder / "fast.yaml").write_text(FAST)
    with accord_server(folder / "state", config=folder / "fast.yaml") as made:
        yield made.url


@pytest.fixture
def look(url: str, tmp_path: Path) -> Look:
    """Opens the page, lets a test look at it, and sees that it broke no policy and asked nobody else."""

    def run(looks: Callable[[Page], Awaitable[None]]) -> None:
        async def opened() -> None:
            async with browser(tmp_path / "profile") as page:
                await page.go(f"{url}/console")
                await looks(page)
                assert page.violations == []
                elsewhere = [one for one in page.requested if not one.startswith((url, "data:", "about:"))]
                assert elsewhere == []

        asyncio.run(opened())

    return run


def test_text_is_inspected_by_keyboard_alone(look: Look) -> None:
    async def looks(page: Page) -> None:
        await page.key("Tab")
        assert await page.js("document.activeElement.className") == "skip"
        await page.key("Tab")
        assert await page.js("document.activeElement.id") == "text"
        await page.do("Input.insertText", text="Write to jane@example.org")
        await page.key("Enter", ctrl=True)
        await page.until("document.querySelectorAll('#result mark').length")
        assert await page.js("document.querySelector('#result mark').firstChild.data") == "jane@example.org"
        assert await page.js("document.getElementById('status').textContent") == "1 finding"
        assert await page.js("document.activeElement.id") == "result"
        texts = await page.js("[...document.querySelectorAll('#result article')].map(a => a.textContent)")
        assert len(texts) == 6 and "jane@example.org" not in texts[0] and "EMAIL_" in texts[0]

    look(looks)


def test_nothing_in_content_is_markup(look: Look) -> None:
    async def looks(page: Page) -> None:
        evil = "<img src=x onerror=document.title='!'><script>document.title='!'</script></textarea> a@b.example"
        await page.js("document.getElementById('text').focus()")
        await page.do("Input.insertText", text=evil)
        await page.js("document.getElementById('go').click()")
        await page.until("document.querySelectorAll('#result article').length === 6")
        assert await page.js("document.querySelectorAll('#result img, #result script, #result textarea').length") == 0
        assert await page.js("document.title") == "accord: playground"
        assert evil.partition(" a@")[0] in await page.js("document.querySelector('#result .text').textContent")

    look(looks)


def test_the_policy_stops_what_is_not_the_page_s_own(url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with browser(tmp_path / "profile") as page:
            await page.go(f"{url}/console")
            await page.js("document.body.insertAdjacentHTML('beforeend', '<img src=\"http://127.0.0.1:9/x\">')")
            await page.js(
                "document.body.insertAdjacentHTML('beforeend', '<b onclick=\"1\" style=\"color:red\">x</b>')"
            )
            await page.until("true")
            await asyncio.sleep(0.3)
            assert any("Content Security Policy" in one for one in page.violations)

    asyncio.run(run())


def test_a_picture_is_chosen_and_another_dropped(look: Look, tmp_path: Path) -> None:
    from PIL import Image

    picture = tmp_path / "a.png"
    Image.new("RGB", (60, 40), "navy").save(picture)
    data = base64.b64encode(picture.read_bytes()).decode()

    async def looks(page: Page) -> None:
        await page.upload("#files", picture)
        await page.js(
            f"""{{ const raw = Uint8Array.from(atob("{data}"), c => c.charCodeAt(0));
            const moved = new DataTransfer();
            moved.items.add(new File([raw], "<b>dropped.png"));
            document.body.dispatchEvent(new DragEvent("drop", {{ dataTransfer: moved, bubbles: true }})); }}"""
        )
        assert await page.js("document.getElementById('dropped').textContent") == "<b>dropped.png"
        await page.js("document.getElementById('go').click()")
        await page.until("document.querySelectorAll('#result svg image').length === 2")
        shown = "[...document.querySelectorAll('#result svg')].map(s => s.getAttribute('viewBox'))"
        assert await page.js(shown) == ["0 0 60 40"] * 2
        loaded = (
            "Promise.all([...document.querySelectorAll('#result article img')].map(i => i.decode())).then(() => 1)"
        )
        assert await page.js(loaded) == 1
        await page.js("document.getElementById('clear').click()")
        assert await page.js("document.getElementById('result').childElementCount") == 0

    look(looks)


def test_what_is_refused_is_said_aloud(look: Look) -> None:
    async def looks(page: Page) -> None:
        await page.js("document.getElementById('key').value = 'accord_wrong'")
        await page.js("document.getElementById('go').click()")
        await page.until("document.getElementById('status').className === 'warn'")
        assert "API key" in await page.js("document.getElementById('status').textContent")
        assert await page.js("document.getElementById('go').disabled") is False
        page.violations.clear()  # the browser itself notes that an answer was 401

    look(looks)


def test_everything_that_can_be_reached_has_a_name(look: Look) -> None:
    async def looks(page: Page) -> None:
        await page.js("document.getElementById('text').value = 'to jane@example.org and 4111 1111 1111 1111'")
        await page.js("document.getElementById('go').click()")
        await page.until("document.querySelectorAll('#result article').length === 6")
        tree = await page.do("Accessibility.getFullAXTree")
        nameless = [
            node["role"]["value"]
            for node in tree["nodes"]
            if not node["ignored"]
            and any(p["name"] == "focusable" and p["value"]["value"] for p in node.get("properties", []))
            and not node.get("name", {}).get("value")
        ]
        assert nameless == []
        headings = await page.js("[...document.querySelectorAll('h1,h2,h3')].map(h => +h.tagName[1])")
        assert headings[0] == 1 and all(later - before <= 1 for before, later in pairwise(headings))

    look(looks)


CONTRAST = """(() => {
  const light = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)$/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const low = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || element.closest("script, style, noscript, title, svg, .skip")) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(behind(element))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) low.push(element.tagName + "." + element.className);
  }
  return low;
})()"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_told_apart(look: Look, scheme: str) -> None:
    async def looks(page: Page) -> None:
        await page.do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        await page.js("document.getElementById('text').value = 'to jane@example.org, AKIAIOSFODNN7EXAMPLE'")
        await page.js("document.getElementById('go').click()")
        await page.until("document.querySelectorAll('#result article').length === 6")
        assert await page.js(CONTRAST) == []
        dark = await page.js("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 26)"
        assert dark == (scheme == "dark")

    look(looks)


@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits(look: Look, width: int) -> None:
    async def looks(page: Page) -> None:
        await page.do(
            "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 500
        )
        await page.js("document.getElementById('text').value = 'to jane@example.org ' + 'x'.repeat(300)")
        await page.js("document.getElementById('go').click()")
        await page.until("document.querySelectorAll('#result article').length === 6")
        assert await page.js("document.documentElement.scrollWidth") <= width

    look(looks)
