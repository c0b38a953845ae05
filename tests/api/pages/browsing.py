"""The service on a free port, a real Chromium that visits it, and axe-core that judges its pages."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "conference-planner"
SECONDS = 300
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTH, HEIGHT = 1280, 900


class MissingBrowserError(Exception):
    """Chromium or axe-core is not there, and can't be installed."""


def chromium() -> str:
    """Return the path of Debian's Chromium. Raise MissingBrowserError if it is not installed."""
    found = shutil.which("chromium")
    if found is None:
        raise MissingBrowserError("Chromium is not installed: install Debian's chromium.")
    return found


def axe_source() -> str:
    """Return the script of axe-core, and install it if necessary. Raise MissingBrowserError if that fails."""
    pins = hashlib.sha256((HERE / "package.json").read_bytes()).hexdigest()[:16]
    folder = CACHE / f"axe-{pins}"
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not script.exists():
            shutil.copy(HERE / "package.json", folder)
            command = [
                "npm",
                "install",
                "--no-package-lock",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--prefix",
                str(folder),
            ]
            try:
                subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=SECONDS)
            except (OSError, subprocess.SubprocessError) as error:
                raise MissingBrowserError(f"axe-core can't be installed here, with npm: {error}") from None
    return script.read_text()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve an app in a thread, and yield its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def browser() -> Iterator[Browser]:
    """Yield a headless Chromium."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield opened
        opened.close()


@dataclass
class Visitor:
    """Somebody with a browser: a page, its address, and what went wrong on the pages that they met."""

    page: Page
    address: str
    axe: str = ""
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(f"{self.address}{path}")
        self.judge()

    def press(self, name: str) -> None:
        """Press a button, and judge the page that follows."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).first.click()
        self.judge()

    def follow(self, name: str) -> None:
        """Follow a link, and judge the page that follows."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name, exact=True).first.click()
        self.judge()

    def judge(self) -> None:
        """Note each breach of WCAG 2.2 (A and AA) on the page, if axe-core was given."""
        if not self.axe:
            return
        self.page.evaluate(self.axe)
        result: Any = self.page.evaluate("rules => axe.run({runOnly: rules})", RULES)
        for one in result["violations"]:
            targets = [" ".join(node["target"]) for node in one["nodes"]]
            self.faults.append(f"{self.page.url.removeprefix(self.address)}: {one['id']}: {one['help']}: {targets}")


def is_fault(message: ConsoleMessage) -> bool:
    """True if a message on the console is an error other than a refused form, which is a page with status 422."""
    return message.type == "error" and "status of 422" not in message.text


@contextmanager
def visitor(opened: Browser, address: str, *, axe: str = "", scripts: bool = True, width: int = WIDTH) -> Iterator[Visitor]:
    """Yield somebody who visits the service, with or without scripts. Errors on the console count as faults."""
    context = opened.new_context(java_script_enabled=scripts, viewport={"width": width, "height": HEIGHT}, bypass_csp=bool(axe))
    page = context.new_page()
    one = Visitor(page, address, axe)
    page.on("console", lambda message: one.faults.append(message.text) if is_fault(message) else None)
    page.on("pageerror", lambda error: one.faults.append(str(error)))
    yield one
    context.close()
