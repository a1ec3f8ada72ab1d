"""What a day played in a browser needs: a server of its own, Chromium, people who sign in, a clock, and pictures."""

import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page, sync_playwright
from served import Served, served

CHROMIUM = "/usr/bin/chromium"
PASSWORD = "four plain words here"
PATIENCE = 60
WIDTHS = (1440, 375)
LANGUAGES = ("en", "zh-Hans")
SCHEMES = ("light", "dark")


class Play:
    """The clock, and the pictures; `heard` is what pages say on the console, which should be nothing."""

    def __init__(self, url: str, browser: Any, pictures: Path) -> None:
        self.url, self.browser, self.pictures = url, browser, pictures
        self.seconds: dict[str, float] = {}
        self.heard: list[str] = []

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """A part of the day, timed."""
        began = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - began, 1)
        print(f"{name}: {self.seconds[name]} s", file=sys.stderr)

    def sign_in(self, login: str) -> Page:
        """The first page of somebody who signed in with a password."""
        page = self.browser.new_context(viewport={"width": 1440, "height": 900}, base_url=self.url).new_page()
        page.set_default_timeout(120_000)
        page.on("console", lambda message: self.heard.append(message.text))
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        page.goto("/sign-in")
        page.fill("#login", login)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/overview")
        return page

    def picture(self, page: Page, name: str) -> None:
        """Pictures of what the page shows, in both widths, light and dark."""
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                page.screenshot(path=self.pictures / f"{name}-{width}-{scheme}.png", full_page=True)
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (name, width)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1440, "height": 900})

    def pictures_of(self, page: Page, path: str, ready: str, name: str) -> None:
        """Pictures of a page in every language."""
        for language in LANGUAGES:
            page.goto(path)
            if page.evaluate("document.documentElement.lang") != language:
                page.click(f"button[name=language][value={language}]")
            page.wait_for_selector(ready)
            self.picture(page, f"{name}-{language}")
        page.click("button[name=language][value=en]")
        page.wait_for_selector(ready)


def wanted(doc: str | None) -> Namespace:
    """What a command that plays a day was asked for: `pictures`, a folder, and `database`."""
    parser = ArgumentParser(description=doc, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql, or the URL of an empty store")
    return parser.parse_args()


@contextmanager
def played(pictures: Path, database: str) -> Iterator[tuple[Play, Served]]:
    """A day to be played on a server with an empty store; the pictures go into a folder, which is made."""
    pictures.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="verbatim-day-"))
        server = stack.enter_context(served(Path(folder), database))
        chromium = stack.enter_context(sync_playwright()).chromium
        browser = stack.enter_context(chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]))
        yield Play(server.url, browser, pictures), server


def until(page: Page, true: str, value: str) -> None:
    """Wait until a function is true; the pages allow no script that Playwright could wait by."""
    end = time.perf_counter() + PATIENCE
    while not _is_true(page, true, value):
        assert time.perf_counter() < end, f"never true: {true}"
        time.sleep(0.02)


def _is_true(page: Page, true: str, value: str) -> bool:
    try:
        return bool(page.evaluate(true, value))
    except Error:  # the page is on its way to another one
        return False
