"""Where every test must run (`VERBATIM_NO_SKIP=1`), a skipped one fails; nowhere does a test reach for a model hub."""

import os
from collections.abc import Generator
from typing import TypeVar

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"


Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def _refused(report: Report) -> Report:
    """The report, failed where it was skipped and nothing may be; an expected failure is not a skip."""
    if os.environ.get("VERBATIM_NO_SKIP") == "1" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"{report.nodeid}: no test may be skipped here. {reason}"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _refused((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _refused((yield))
