"""Where every test must run (`VERBATIM_NO_SKIP=1`), a skipped one fails; no test reaches for a model hub.

Property tests have no deadline, since machines are shared; where every test must run they draw the same examples
each time.
"""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

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
