"""A real Chromium, driven over its DevTools protocol; started here and ended by whoever started it."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

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
    "--remote-debugging-port=0",
]


class Page:
    """One page of a browser.

    Attributes:
        violations: what the page's own security policy stopped, and what its console complained of.
        requested: the addresses it asked for.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket, self._last = socket, 0
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self.violations: list[str] = []
        self.requested: list[str] = []
        self._reader = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        async for message in self._socket:
            said = json.loads(message.data)
            if "id" in said:
                self._waiting.pop(said["id"]).set_result(said)
            elif said["method"] == "Network.requestWillBeSent":
                self.requested.append(said["params"]["request"]["url"])
            elif said["method"] == "Log.entryAdded" and said["params"]["entry"]["level"] == "error":
                self.violations.append(said["params"]["entry"]["text"])
            elif said["method"] == "Runtime.exceptionThrown":
                self.violations.append(str(said["params"]["exceptionDetails"].get("text")))

    async def do(self, method: str, **params: Any) -> Any:
        """Ask the browser for something."""
        self._last += 1
        self._waiting[self._last] = made = asyncio.get_running_loop().create_future()
        await self._socket.send_str(json.dumps({"id": self._last, "method": method, "params": params}))
        said = await asyncio.wait_for(made, 30)
        assert "error" not in said, said
        return said["result"]

    async def js(self, expression: str) -> Any:
        """The value of an expression in the page."""
        said = await self.do("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in said, said
        return said["result"].get("value")

    async def until(self, expression: str, seconds: float = 30.0) -> Any:
        """The value of an expression once it is true."""
        end = time.monotonic() + seconds
        while not (value := await self.js(expression)):
            assert time.monotonic() < end, f"never true: {expression}"
            await asyncio.sleep(0.05)
        return value

    async def go(self, url: str) -> None:
        """Open an address."""
        await self.do("Page.navigate", url=url)
        await self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    async def key(self, key: str, *, ctrl: bool = False, text: str = "") -> None:
        """Press a key."""
        more = {"key": key, "code": key, "modifiers": 2 if ctrl else 0}
        codes = {"Enter": 13, "Tab": 9}
        more |= {"windowsVirtualKeyCode": codes[key]} if key in codes else {}
        await self.do("Input.dispatchKeyEvent", type="keyDown", **more, **({"text": text} if text else {}))
        await self.do("Input.dispatchKeyEvent", type="keyUp", **more)

    async def upload(self, selector: str, *files: Path) -> None:
        """Choose files in an input."""
        root = await self.do("DOM.getDocument")
        node = await self.do("DOM.querySelector", nodeId=root["root"]["nodeId"], selector=selector)
        await self.do("DOM.setFileInputFiles", nodeId=node["nodeId"], files=[str(file) for file in files])

    async def close(self) -> None:
        """Stop listening."""
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
        await self._socket.close()


@asynccontextmanager
async def browser(profile: Path) -> AsyncIterator[Page]:
    """A browser with one empty page."""
    command = [str(BROWSER), *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port = await _port(profile / "DevToolsActivePort", process)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as listed:
                targets = await listed.json()
            url = next(one["webSocketDebuggerUrl"] for one in targets if one["type"] == "page")
            async with session.ws_connect(url, max_msg_size=0) as socket:
                page = Page(socket)
                for domain in ("Page", "Runtime", "Network", "Log", "DOM"):
                    await page.do(f"{domain}.enable")
                yield page
                await page.close()
    finally:
        process.terminate()
        process.wait(20)


async def _port(file: Path, process: subprocess.Popen[bytes]) -> int:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, "the browser ended"
        if file.exists() and (lines := file.read_text().splitlines()):
            return int(lines[0])
        await asyncio.sleep(0.1)
    raise AssertionError("the browser did not start")
