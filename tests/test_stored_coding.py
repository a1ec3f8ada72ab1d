"""Jobs code what is stored: once by each model, all of it, whatever changes meanwhile."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from verbatim.actions.desk import Desk
from verbatim.actions.intake import receive
from verbatim.actions.stored_coding import STEP, code_stored, run_coding, run_recoding, steps
from verbatim.coder import Coder
from verbatim.domain import Verbatim
from verbatim.errors import InternalError, NotFoundError
from verbatim.registry import Manifest
from verbatim.store.codings import count_uncoded, effective, uncoded
from verbatim.store.erasure import erase
from verbatim.store.jobs import Lease, claim, enqueue, finish, job
from verbatim.store.opening import reading, writing
from verbatim.store.people import list_contacts
from verbatim.store.schema import codings, verbatims
from verbatim.store.verbatims import Received, add_verbatims

TEXT = "Your prices are far too high."


def stored(desk: Desk, count: int, organisation: str = "north", **values: object) -> list[int]:
    rows = [Received(Verbatim(f"r{number}", f"{TEXT} {number}", **values)) for number in range(count)]
    with writing(desk.engine, organisation) as connection:
        return [one.id for one in add_verbatims(connection, organisation, "survey", rows)]


def leased(desk: Desk, kind: str, payload: dict[str, object], now: datetime | None = None) -> Lease:
    with writing(desk.engine, "north") as connection:
        enqueue(connection, "north", kind, payload, "key:1")
    return taken(desk, now)


def taken(desk: Desk, now: datetime | None = None) -> Lease:
    with writing(desk.engine) as connection:
        found = claim(connection, f"w/{now}", now or datetime.now(UTC))
    assert found
    return Lease(desk.engine, found, f"w/{now}")


def counted(desk: Desk) -> int:
    with reading(desk.engine) as connection:
        return connection.scalar(select(func.count()).select_from(codings)) or 0


class Meddled:
    """A block in which something happens each time before verbatims are coded."""

    def __init__(self, desk: Desk, meddle: Callable[[], None]) -> None:
        self._coder, self._meddle = desk.coder, meddle

    def __enter__(self) -> None:
        code = Coder.code.__get__(self._coder)

        def meddled(rows: Iterable[Verbatim]) -> object:
            rows = list(rows)
            self._meddle()
            return code(rows)

        self._coder.code = meddled

    def __exit__(self, *_: object) -> None:
        del self._coder.code


def test_the_verbatims_of_a_job_are_coded_and_no_others(desk: Desk) -> None:
    numbers = stored(desk, STEP + 10)
    lease = leased(desk, "code", {"verbatims": numbers[:-3]})
    run_coding(desk, lease)
    with reading(desk.engine, "north") as connection:
        assert sorted(effective(connection, "north", numbers)) == numbers[:-3]
        ended = job(connection, "north", lease.job.id)
    assert (ended.done, ended.total, ended.result) == (STEP + 7, STEP + 7, {"coded": STEP + 7})


def test_what_arrives_in_numbers_is_coded_by_the_job_that_is_kept_with_it(desk: Desk) -> None:
    rows = [Received(Verbatim(f"r{number}", TEXT)) for number in range(30)]
    receipt = receive(desk, "north", "survey", rows, "key:1")
    run_coding(desk, taken(desk))
    with reading(desk.engine, "north") as connection:
        assert len(effective(connection, "north", [one.kept.id for one in receipt.taken])) == 30


def test_a_job_without_a_list_codes_everything_that_is_not_coded(desk: Desk) -> None:
    stored(desk, 5)
    run_coding(desk, leased(desk, "code", {}))
    assert counted(desk) == 5


def test_a_second_run_codes_nothing_twice(desk: Desk) -> None:
    numbers = stored(desk, 5)
    for _ in range(2):
        run_coding(desk, leased(desk, "code", {"verbatims": numbers}, datetime.now(UTC) + timedelta(hours=1)))
    assert counted(desk) == 5


def test_a_new_model_codes_everything_again_and_goes_on_where_a_worker_died(
    desk: Desk, small_coder: tuple[Coder, Manifest]
) -> None:
    stored(desk, STEP * 2)
    stored(desk, 3, "south")
    first = leased(desk, "recode", {})
    run_recoding(desk, first)
    with writing(desk.engine, "north") as connection:
        finish(connection, first)
    newer = Desk(desk.engine, Dying(replace(small_coder[0].model, label="small@2")), small_coder[1], desk.codebook)
    lease = leased(newer, "recode", {}, datetime.now(UTC) + timedelta(minutes=5))
    newer.coder.dying_at = 2
    with pytest.raises(DiedError):
        run_recoding(newer, lease)
    run_recoding(newer, taken(newer, datetime.now(UTC) + timedelta(minutes=20)))
    with reading(desk.engine, "north") as connection:
        ended = job(connection, "north", lease.job.id)
        assert count_uncoded(connection, "north", "small@2") == 0
    assert (ended.done, ended.total) == (STEP * 2, STEP * 2)
    assert counted(desk) == STEP * 4


class DiedError(Exception):
    """What ends a worker in the middle."""


class Dying(Coder):
    """A coder that takes its worker with it when it is told to."""

    dying_at = 0

    def code(self, rows: Iterable[Verbatim]) -> object:
        self.dying_at -= 1
        if self.dying_at == 0:
            raise DiedError
        return super().code(rows)


def test_what_changes_while_it_is_coded_is_coded_as_it_is_then(desk: Desk) -> None:
    (number,) = stored(desk, 1)
    texts = iter(["Support is slow.", "Delivery is late."])

    def change() -> None:
        for text in texts:
            with writing(desk.engine, "north") as connection:
                add_verbatims(connection, "north", "survey", [Received(Verbatim("r0", text))])
            return

    with Meddled(desk, change):
        run_coding(desk, leased(desk, "code", {"verbatims": [number]}))
    with reading(desk.engine, "north") as connection:
        coding = effective(connection, "north", [number])[number].coding
    assert [mention.id for mention in coding.codes] == ["service.delivery"]


def test_what_is_erased_while_it_is_coded_is_left_out(desk: Desk) -> None:
    numbers = [*stored(desk, 1, contact="Dana Whitfield"), *stored(desk, 3)[1:]]

    def forget() -> None:
        with writing(desk.engine, "north") as connection:
            for one in list_contacts(connection, "north"):
                erase(connection, "north", one.id, "key:1")

    with writing(desk.engine, "north") as connection:
        connection.execute(verbatims.update().where(verbatims.c.id == numbers[0]).values(contact_id=1))
    with Meddled(desk, forget):
        run_coding(desk, leased(desk, "code", {"verbatims": numbers}))
    with reading(desk.engine, "north") as connection:
        assert sorted(effective(connection, "north", numbers)) == numbers[1:]


def test_what_never_rests_is_an_error_and_not_an_endless_loop(desk: Desk) -> None:
    (number,) = stored(desk, 1)
    scores = iter(range(1000))

    def change() -> None:
        with writing(desk.engine, "north") as connection:
            add_verbatims(connection, "north", "survey", [Received(Verbatim("r0", TEXT, score=next(scores) % 10))])

    with Meddled(desk, change), pytest.raises(InternalError, match="changed 10 times while they were coded"):
        code_stored(desk, "north", [number], lambda _: None)


def test_another_organisation_has_no_part_in_it(desk: Desk) -> None:
    numbers = stored(desk, 2, "south")
    code_stored(desk, "north", numbers, lambda _: None)
    assert counted(desk) == 0
    with pytest.raises(NotFoundError, match="organisation 'west'"):
        code_stored(desk, "west", numbers, lambda _: None)


def test_uncoded_ones_are_found_after_a_number_and_in_a_list(desk: Desk) -> None:
    numbers = stored(desk, 5)
    code_stored(desk, "north", numbers[:1], lambda _: None)
    with reading(desk.engine, "north") as connection:
        assert count_uncoded(connection, "north", "small@1") == 4
        after = uncoded(connection, "north", "small@1", 2, after=numbers[1])
        listed = uncoded(connection, "north", "small@1", numbers=[numbers[0], numbers[4]])
    assert [one.id for one in after] == numbers[2:4]
    assert [one.id for one in listed] == [numbers[4]]


def test_long_ones_are_coded_a_few_at_a_time(desk: Desk) -> None:
    with writing(desk.engine, "north") as connection:
        rows = [Received(Verbatim(f"r{number}", "x" * 90_000)) for number in range(7)]
        add_verbatims(connection, "north", "survey", rows)
    code_stored(desk, "north", [], lambda _: None)
    with reading(desk.engine, "north") as connection:
        waiting = uncoded(connection, "north", "small@1")
    assert [len(step) for step in steps(waiting)] == [3, 3, 1]
