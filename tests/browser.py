"""The pages in a real Chromium, over a real server: one of each for a module, on SQLite, for looks and for working.

    def test_…(visit):
        page = visit("/review")                     # signed in as ann, an analyst of "north"
        page = visit("/review", user="bob", language="zh-Hans", width=375, scheme="dark")

`visit.desk` is the desk, whose store keeps what former tests of the module have done. `violations(page)` are the
serious findings of axe-core. What a page says on its console fails the test, if the test asks `page.heard`.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
USERS = {"ann": "analyst", "bob": "analyst", "mia": "manager", "sue": "submitter", "root": "admin"}
PASSWORD = "four plain words here"


class Office:
    """A served desk of "north" and "south", its users, and a browser."""

    def __init__(self, desk: Any, url: str, browser: Any) -> None:
        self.desk, self.url, self.browser = desk, url, browser
        self._contexts: list[Any] = []

    def __call__(
        self, path: str = "/", user: str | None = "ann", language: str = "en", width: int = 1440, scheme: str = "light"
    ) -> Any:
        """A page at this path, opened by a user who is signed in already, or by nobody."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale=language, base_url=self.url
        )
        self._contexts.append(context)
        if user is not None:
            context.add_cookies(
                [{"name": "verbatim_session", "value": token_of(self.desk.engine, user), "url": self.url}]
            )
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.heard = []
        page.on("console", lambda message: page.heard.append(message.text))
        page.on("pageerror", lambda error: page.heard.append(str(error)))
        page.goto(path)
        return page

    def close_pages(self) -> None:
        while self._contexts:
            self._contexts.pop().close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def office(
    chromium: Any, small_coder: Any, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """A desk of a store of the module's own, served with its pages; the browser; users, each with PASSWORD."""
    import shutil

    from servers import serving

    from verbatim import taxonomy
    from verbatim.actions.desk import Desk
    from verbatim.api.application import create_app
    from verbatim.store.opening import open_store
    from verbatim.web.application import pages

    path = tmp_path_factory.mktemp("office") / "verbatim.db"
    shutil.copy(sqlite_template, path)
    desk = Desk(open_store(f"sqlite:///{path}"), *small_coder, taxonomy.default())
    add_users(desk.engine)
    with ExitStack() as stack:
        stack.callback(desk.close)
        made = Office(desk, stack.enter_context(serving(create_app(desk, pages=pages(desk)))), chromium)
        yield made


@pytest.fixture
def visit(office: Office) -> Iterator[Office]:
    """The office; pages are closed after the test."""
    yield office
    office.close_pages()


@pytest.fixture
def opened(chromium: Any, pages: Path) -> Iterator[Any]:
    """What opens a file of the module's folder `pages` by its language; `heard` is what it says and asks for."""
    contexts = []

    def visit(language: str = "en", width: int = 1440, scheme: str = "light") -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.heard = []
        page.on("console", lambda message: page.heard.append(message.text))
        page.on("pageerror", lambda error: page.heard.append(str(error)))
        page.on("request", lambda request: page.heard.append(request.url))
        page.goto((pages / f"{language}.html").as_uri())
        return page

    yield visit
    for context in contexts:
        context.close()


def add_users(engine: Any) -> None:
    """Users of "north", and one of "south", all with PASSWORD."""
    from verbatim.store.opening import writing
    from verbatim.store.people import add_organisation
    from verbatim.store.users import NewUser, add_user

    kept = password_hash()
    for organisation, people in (("north", USERS), ("south", {"sam": "analyst"})):
        with writing(engine, organisation) as connection:
            add_organisation(connection, organisation)
            for login, role in people.items():
                accounts = ("Acme",) if role == "manager" else None
                add_user(connection, organisation, NewUser(login, login.title(), role, accounts), kept)


@cache
def password_hash() -> str:
    """The hash of PASSWORD, made once: it is slow on purpose."""
    from verbatim.actions.passwords import hashed

    return hashed(PASSWORD, "")


def token_of(engine: Any, login: str) -> str:
    """The token of a new session of a user."""
    from verbatim.store import sessions
    from verbatim.store.access_keys import Holder
    from verbatim.store.opening import reading, writing
    from verbatim.store.users import user_of

    with reading(engine) as connection:
        user = user_of(connection, login)
    holder = Holder(user.id, user.organisation, user.name, user.role, user.accounts, login=user.login)
    with writing(engine, user.organisation) as connection:
        return sessions.begin(connection, holder, datetime.now(UTC))


def violations(page: Any) -> list[str]:
    """What axe-core finds serious on a page, as rule and place."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {node['target']}" for one in serious for node in one["nodes"]]


def fits(page: Any) -> bool:
    """Whether nothing runs out of the side of a page."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def until(page: Any, expression: str) -> None:
    """Wait until an expression is true in a page: `wait_for_function` would need a page that lets strings run."""
    for _ in range(1000):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(10)
    raise AssertionError(f"never true: {expression}")
