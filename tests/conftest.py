"""Where every test must run (`VERBATIM_NO_SKIP=1`), a skipped one fails; no test reaches for a model hub.

Property tests have no deadline, since machines are shared; where every test must run they draw the same examples
each time.
"""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import httpx
    from analysts import Analysts
    from fastapi import FastAPI
    from sqlalchemy import Engine

    from verbatim.access import Role
    from verbatim.actions.corrections import Analyst
    from verbatim.actions.desk import Desk
    from verbatim.api.limits import Limits
    from verbatim.coder import Coder
    from verbatim.domain import Verbatim
    from verbatim.registry import Manifest

pytest_plugins = ["browser", "stores"]

FILES = Path(__file__).parent / "files"
STRICT = os.environ.get("VERBATIM_NO_SKIP") == "1"

NOBODY = 65534

os.environ["HF_HUB_OFFLINE"] = "1"
settings.register_profile("steady", deadline=None, derandomize=STRICT, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def _refused(report: Report) -> Report:
    """The report, failed where it was skipped and nothing may be; an expected failure is not a skip."""
    if STRICT and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"{report.nodeid}: no test may be skipped here. {reason}"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _refused((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _refused((yield))


@pytest.fixture
def ordinary_rights() -> Callable[[], AbstractContextManager[None]]:
    """A block in which the superuser, who may read and write everywhere, is nobody."""

    @contextmanager
    def block() -> Iterator[None]:
        user = os.geteuid()
        os.seteuid(user or NOBODY)
        try:
            yield
        finally:
            os.seteuid(user)

    return block


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models in one folder, trained on the corpora in tests/files: small@1, the current one, and harbour@3."""
    from verbatim.actions.training import train

    models = tmp_path_factory.mktemp("models")
    train(FILES / "models" / "harbour.toml", models, say=lambda _: None)
    train(FILES / "models" / "small.toml", models, gold=FILES / "corpora" / "gold.jsonl", say=lambda _: None)
    return models


class Shelf:
    """Verbatims of "north" in a store, coded by the model b2b@1, and whoever reviews them."""

    def __init__(self, engine: "Engine") -> None:
        self.engine = engine

    def analyst(self, name: str = "ann", organisation: str = "north") -> "Analyst":
        """Somebody who codes by the default frame."""
        from verbatim import taxonomy
        from verbatim.actions.corrections import Analyst

        return Analyst(self.engine, taxonomy.default(), organisation, name)

    def add(
        self, *said: "Verbatim | str", codes: tuple[str, ...] = ("price",), trust: float = 0.5, model: str = "b2b@1"
    ) -> list[int]:
        """The numbers of verbatims that a model has coded with these codes, all negative."""
        from verbatim.domain import CodeMention, Coding, Excerpt, Stance, Verbatim
        from verbatim.store.codings import Judged, add_codings, register_model
        from verbatim.store.opening import writing
        from verbatim.store.verbatims import Received, add_verbatims

        rows = [one if isinstance(one, Verbatim) else Verbatim(uuid4().hex, one) for one in said]
        mentions = tuple(CodeMention(code, "negative", 0.8, (Excerpt(0, 3),)) for code in codes)
        with writing(self.engine, "north") as connection:
            register_model(connection, "north", model)
            kept = add_verbatims(connection, "north", "s", [Received(one) for one in rows])
            stance = Stance("critic", "estimated", 0.9)
            judged = [
                Judged(one.id, Coding(row.id, "en", mentions, stance, True, model, trust))
                for one, row in zip(kept, rows, strict=True)
            ]
            add_codings(connection, "north", judged)
        return [one.id for one in kept]


@pytest.fixture
def shelf(store: "Engine") -> Shelf:
    """An empty shelf in a store."""
    return Shelf(store)


@pytest.fixture
def analysts(store: "Engine", trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Analysts":
    """The analysts of "north", whose installation has the model small@1."""
    from analysts import Analysts

    monkeypatch.setenv("VERBATIM_MODELS", str(tmp_path / "own"))
    return Analysts(store, trained / "small@1")


@pytest.fixture(scope="session")
def small_coder(trained: Path) -> "tuple[Coder, Manifest]":
    """A coder with the model small@1, and the manifest of that."""
    from verbatim.coder import Coder
    from verbatim.registry import load

    model, manifest = load(trained / "small@1")
    return Coder(model), manifest


@pytest.fixture
def desk(store: "Engine", small_coder: "tuple[Coder, Manifest]") -> "Iterator[Desk]":
    """A desk of the store, with the model small@1."""
    from verbatim import taxonomy
    from verbatim.actions.desk import Desk

    desk = Desk(store, *small_coder, taxonomy.default())
    yield desk
    desk.close()


@pytest.fixture
def command_on(
    tmp_path: Path, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> "Callable[[Callable[[Engine, str], object]], Callable[..., str]]":
    """What fills a store of the organisation "default"; it gives what runs a command on that and tells what it says."""
    from typer.testing import CliRunner

    from verbatim.cli import app
    from verbatim.store.migrations import upgrade
    from verbatim.store.opening import open_store, writing
    from verbatim.store.people import add_organisation

    def filled(fill: "Callable[[Engine, str], object]") -> Callable[..., str]:
        engine = open_store(f"sqlite:///{tmp_path / 'verbatim.db'}")
        upgrade(engine)
        with writing(engine) as connection:
            add_organisation(connection, "default")
        fill(engine, "default")
        engine.dispose()
        monkeypatch.setenv("VERBATIM_DATA", str(tmp_path))
        monkeypatch.setenv("VERBATIM_MODEL", str(trained / "small@1"))
        return command

    def command(*words: str) -> str:
        done = CliRunner().invoke(app, [*words], env={"COLUMNS": "200"})
        assert done.exit_code == 0, done.output + repr(done.exception)
        return done.output

    return filled


class Service:
    """A server of a desk on a port of its own, with a key of each role in each organisation."""

    def __init__(self, desk: "Desk", url: str) -> None:
        from verbatim.access import ROLES

        self.desk, self.url = desk, url
        self.keys = {
            (organisation, role): self.key(organisation, role) for organisation in ("north", "south") for role in ROLES
        }
        self._clients: list[httpx.Client] = []

    def key(self, organisation: str, role: "Role", accounts: tuple[str, ...] = ("Acme",)) -> str:
        from verbatim.store.access_keys import create_key
        from verbatim.store.opening import writing

        with writing(self.desk.engine, organisation) as connection:
            own = accounts if role == "manager" else None
            return create_key(connection, organisation, role, role, own)[1]

    def client(
        self, role: str | None = "admin", organisation: str = "north", secret: str | None = None
    ) -> "httpx.Client":
        import httpx
        from servers import NO_CERTIFICATES

        secret = secret or (self.keys[organisation, role] if role else None)
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        client = httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False, verify=NO_CERTIFICATES)
        self._clients.append(client)
        return self._clients[-1]

    def close(self) -> None:
        for client in self._clients:
            client.close()


@pytest.fixture
def serving() -> "Callable[[FastAPI], AbstractContextManager[str]]":
    """What serves an application for as long as a block, and gives its URL."""
    from servers import serving

    return serving


@pytest.fixture
def serve_desk(desk: "Desk") -> "Iterator[Callable[..., Service]]":
    """What serves the desk, with limits."""
    from contextlib import ExitStack

    from servers import serving

    from verbatim.api.application import create_app

    with ExitStack() as stack:

        def serve(limits: "Limits | None" = None) -> Service:
            service = Service(desk, stack.enter_context(serving(create_app(desk, limits))))
            stack.callback(service.close)
            return service

        yield serve


@pytest.fixture
def service(serve_desk: "Callable[..., Service]") -> Service:
    """A service of the desk."""
    return serve_desk()
