"""Processes that code side by side."""

import os
import signal
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from verbatim import taxonomy
from verbatim.coder import Coder
from verbatim.domain import Verbatim
from verbatim.errors import InternalError
from verbatim.registry import find, load
from verbatim.side_by_side import FIRST, code_all


@pytest.fixture(scope="module")
def coder() -> Coder:
    model, _ = load(find(None), taxonomy.default())
    return Coder(model)


@pytest.fixture(autouse=True)
def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests of the same process may have loaded it."""
    monkeypatch.delitem(sys.modules, "torch", raising=False)


def rows(count: int) -> Iterator[Verbatim]:
    said = ("Too expensive for what it does.", "客服很耐心，不過回覆慢", "The installer came on time.")
    return (Verbatim(str(place), f"{said[place % 3]} ({place})") for place in range(count))


def children() -> list[int]:
    found = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
    return [int(pid) for pid in found.split()]


def test_processes_code_as_threads_do_and_keep_the_order(coder: Coder) -> None:
    count = FIRST + 300
    assert list(code_all(coder, rows(count), 2)) == list(coder.code(rows(count)))


def test_few_rows_start_no_process(coder: Coder) -> None:
    before = children()
    coded = code_all(coder, rows(3), 2)
    assert next(coded)[0].id == "0"
    assert children() == before


def test_nothing_is_forked_beside_threads_of_pytorch(coder: Coder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", os)
    before = children()
    coded = code_all(coder, rows(FIRST + 300), 2)
    list(islice(coded, FIRST + 10))
    assert children() == before


def test_nothing_gives_nothing(coder: Coder) -> None:
    assert not list(code_all(coder, (), 2))


def test_a_reader_that_fails_fails_as_it_would_with_threads(coder: Coder) -> None:
    def broken() -> Iterator[Verbatim]:
        yield from rows(FIRST + 200)
        raise InternalError("row 1,225: unreadable; expected text")

    with pytest.raises(InternalError, match="row 1,225"):
        list(code_all(coder, broken(), 2))


def test_whoever_stops_listening_leaves_no_process_behind(coder: Coder) -> None:
    before = children()
    coded = code_all(coder, rows(FIRST + 2000), 2)
    assert len(list(islice(coded, FIRST + 10))) == FIRST + 10
    assert len(children()) == len(before) + 2
    coded.close()  # type: ignore[attr-defined]  # an iterator of a generator
    assert children() == before


def test_a_process_that_is_killed_is_told(coder: Coder) -> None:
    before = children()
    coded = code_all(coder, rows(FIRST + 4000), 2)
    list(islice(coded, FIRST + 10))
    os.kill(next(pid for pid in children() if pid not in before), signal.SIGKILL)
    with pytest.raises(InternalError, match="ended from outside"):
        list(coded)
