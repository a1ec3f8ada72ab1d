"""What a reviewer looks at next: taken from the queue onto the reviewer's desk, where nobody else gets it.

A batch holds, in this order: what lies on the desk already; what is to be coded a second time, without sight of the
first coding; the share that is drawn at random; what was assigned to the reviewer; what persons coded by ids that were
split or retired since; and the rest by worth (`review`).
What lies on a desk is the reviewer's for ten minutes from the last sign of life.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from math import ceil

from sqlalchemy import Connection

from verbatim import review
from verbatim.actions.corrections import Analyst
from verbatim.errors import InputError
from verbatim.review import Candidate, Known, Reason
from verbatim.store import audit, double_coding
from verbatim.store import review as shelf
from verbatim.store.codings import effective
from verbatim.store.listing import NOTHING_LEFT_OUT, Filters, Listed, numbers_of, of_facts
from verbatim.store.opening import reading, writing
from verbatim.store.records import StoredCoding, StoredVerbatim
from verbatim.store.review import HELD
from verbatim.store.statements import hold_organisation, require_storable
from verbatim.store.verbatims import said_before, stored_verbatims

LARGEST_BATCH = 100
DOUBTFUL, SCATTERED = 1500, 500
"""So many candidates are weighed: of the least trusted, and of any."""

PAIRS = 500
"""So many pairs of judgements tell which codes are disputed."""

SPARE = 40
"""So many more are looked for than are needed, since others take at the same time."""

ROUNDS = 20
"""How often it is looked for more where others were faster."""

LARGEST_ASSIGNMENT = 10_000
EARLIER = 3
"""So many verbatims of the same contact or account are shown beside one."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a batch should hold: how many; of which verbatims; the share drawn at random, and the seed that names it.

    The seed is one and the same for an organisation as long as the share is to be a fair sample. `weights` are those of
    accounts, by name, 1 for any other. `second` is the greatest share of second codings.
    """

    size: int = 10
    filters: Filters = NOTHING_LEFT_OUT
    gold: float = 0.1
    seed: int = 0
    weights: Mapping[str, float] = field(default_factory=dict)
    second: float = 0.5


@dataclass(frozen=True, slots=True)
class Item:
    """A verbatim to look at, and the coding in effect; none where it is to be coded `blind`.

    `gold`: drawn at random, to measure by. It lies on the desk until a moment, unless there is a sign of life.
    `reasons` and `worth` tell why it is there; `earlier` what the same contact or account said before, without codings
    where it is to be coded blind.
    """

    verbatim: StoredVerbatim
    coding: StoredCoding | None
    gold: bool
    blind: bool
    until: datetime
    reasons: tuple[Reason, ...] = ()
    worth: float | None = None
    earlier: tuple[Listed, ...] = ()


@dataclass(frozen=True, slots=True)
class _Plan:
    """What to take, best first, which of it was drawn at random, and what is known of codes, if that was asked."""

    numbers: tuple[int, ...] = ()
    gold: frozenset[int] = frozenset()
    known: Known | None = None


def next_batch(analyst: Analyst, order: Order = Order(), now: datetime | None = None) -> tuple[Item, ...]:
    """What a reviewer looks at next, on the reviewer's desk from now on; fewer where there are no more.

    To ask again gives what was not done yet. Raises InputError for a size or a share that cannot be.
    """
    _check(order)
    moment = now or datetime.now(UTC)
    wanted = _wanted(analyst, order, moment)
    with writing(analyst.engine, analyst.organisation) as connection:
        found = _on_desk(connection, wanted)[: order.size]
        shelf.renew(connection, wanted.organisation, wanted.reviewer, moment)
    known = None
    for _ in range(ROUNDS):
        need = order.size - len(found)
        if not need:
            break
        with reading(analyst.engine, analyst.organisation) as connection:
            plan = _planned(connection, wanted, order, need, found)
        known = plan.known or known
        if not plan.numbers:
            break
        found += _taken(analyst, wanted, order, plan, need)
    return _items(analyst, order, found, moment + HELD, known)


def blind_batch(analyst: Analyst, size: int = 10, now: datetime | None = None) -> tuple[Item, ...]:
    """What a reviewer is to code a second time, without sight of the first coding, on the reviewer's desk from now on.

    To ask again gives what was not done yet. Raises InputError for a size that cannot be.
    """
    _check(Order(size))
    wanted = shelf.Wanted(analyst.organisation, analyst.actor, now or datetime.now(UTC))
    with writing(analyst.engine, analyst.organisation) as connection:
        hold_organisation(connection, wanted.organisation)
        numbers = double_coding.wanted_from(connection, wanted.organisation, wanted.reviewer, wanted.now, size)
        got = shelf.take(connection, wanted, numbers)
    return _items(analyst, Order(size), [number for number in numbers if number in got], wanted.now + HELD)


def stay(analyst: Analyst, now: datetime | None = None) -> int:
    """How many verbatims lie on the reviewer's desk, ten minutes more from now: a sign of life."""
    moment = now or datetime.now(UTC)
    with writing(analyst.engine, analyst.organisation) as connection:
        return shelf.renew(connection, analyst.organisation, analyst.actor, moment)


def put_back(analyst: Analyst, verbatims: Sequence[int] | None = None) -> int:
    """How many verbatims were taken off the reviewer's desk, these or all, for anybody to take."""
    with writing(analyst.engine, analyst.organisation) as connection:
        return shelf.release(connection, analyst.organisation, analyst.actor, verbatims)


def assign(analyst: Analyst, assignee: str, chosen: Sequence[int] | Filters) -> int:
    """How many of the verbatims that were chosen are somebody's to review from now on, whosever they were before.

    What a person has coded is not assigned. Raises InputError for a blank name, or for too many.
    """
    if not require_storable(assignee, "assignee").strip():
        raise InputError(f"assignee {assignee!r}: expected a name that is not blank")
    wanted = shelf.Wanted(analyst.organisation, assignee, datetime.now(UTC))
    with writing(analyst.engine, analyst.organisation) as connection:
        if isinstance(chosen, Filters):
            chosen = numbers_of(connection, analyst.organisation, chosen, LARGEST_ASSIGNMENT + 1)
        if len(chosen) > LARGEST_ASSIGNMENT:
            raise InputError(f"more than {LARGEST_ASSIGNMENT} verbatims were chosen; expected at most so many at once")
        count = shelf.assign(connection, wanted, chosen, analyst.actor)
        event = audit.Event(analyst.actor, "assign", assignee, {"verbatims": count})
        audit.record(connection, analyst.organisation, event)
    return count


def _check(order: Order) -> None:
    if not 1 <= order.size <= LARGEST_BATCH:
        raise InputError(f"size {order.size}: expected 1 to {LARGEST_BATCH}")
    for name in ("gold", "second"):
        share = getattr(order, name)
        if not 0 <= share < 1:
            raise InputError(f"{name} {share}: expected a share from 0 to below 1")
    if not -(2**31) <= order.seed < 2**31:
        raise InputError(f"seed {order.seed}: expected a whole number of 32 bits")
    for name, weight in order.weights.items():
        if not 0 <= weight < float("inf"):
            raise InputError(f"weight {weight} of an account of {len(name)} characters: expected 0 or more")


def _wanted(analyst: Analyst, order: Order, now: datetime) -> shelf.Wanted:
    reserve = review.reserve(order.seed, order.gold)
    return shelf.Wanted(analyst.organisation, analyst.actor, now, order.filters, reserve)


def _on_desk(connection: Connection, wanted: shelf.Wanted) -> list[int]:
    """What lies on the desk and is still to be done."""
    numbers = shelf.on_desk(connection, wanted.organisation, wanted.reviewer, wanted.now)
    still = _still(connection, wanted, numbers)
    return [number for number in numbers if number in still]


def _still(connection: Connection, wanted: shelf.Wanted, numbers: Sequence[int]) -> set[int]:
    """Those that no person has coded, or that the reviewer is to code a second time."""
    second = double_coding.wanted_of(connection, wanted.organisation, wanted.reviewer, numbers)
    return shelf.free_ones(connection, wanted, numbers) | set(second)


def _planned(connection: Connection, wanted: shelf.Wanted, order: Order, need: int, found: Sequence[int]) -> _Plan:
    """What to take so that a batch is full, and some more, since others take too."""
    limit = need + len(found) + SPARE
    asked = wanted.organisation, wanted.reviewer, wanted.now, limit
    second = double_coding.wanted_from(connection, *asked)[: ceil(order.size * order.second)]
    drawn = len(shelf.sampled(connection, wanted.organisation))
    share = review.quota(need, order.gold, order.seed, drawn)
    gold = _drawn(connection, wanted, share, found)
    assigned = shelf.assigned_to(connection, wanted, limit)
    unclear = shelf.unclear(connection, wanted, limit)
    first = [number for number in dict.fromkeys((*second, *gold, *assigned, *unclear)) if number not in found]
    known = None
    if len(first) < need:
        known = _known(connection, wanted.organisation)
        first += _by_worth(connection, wanted, order, limit, {*first, *found}, known)
    if len(first) < need:
        gold = _drawn(connection, wanted, need - len(first) + len(gold), found)
        first = list(dict.fromkeys((*first, *gold)))
    return _Plan(tuple(first), frozenset(gold), known)


def _drawn(connection: Connection, wanted: shelf.Wanted, count: int, without: Sequence[int]) -> list[int]:
    """The numbers of what is drawn at random next; a sample chosen by what was judged would not be fair."""
    fair = replace(wanted, filters=of_facts(wanted.filters))
    reserved = shelf.next_of_reserve(connection, fair, count + len(without)) if count else []
    return [number for number in reserved if number not in without][:count]


def _by_worth(
    connection: Connection, wanted: shelf.Wanted, order: Order, limit: int, without: set[int], known: Known
) -> list[int]:
    """The numbers of what is most worth a look, the most worth first."""
    pool = shelf.doubtful(connection, wanted, DOUBTFUL)
    if len(pool) == DOUBTFUL:  # else there are no others
        start = sha256(f"scattered {order.seed} {wanted.reviewer} {known.codings}".encode()).hexdigest()
        pool += shelf.scattered(connection, wanted, start, SCATTERED)
    rows = list({one.candidate.id: one for one in pool if one.candidate.id not in without}.values())
    candidates = [one.candidate for one in rows]
    if order.weights:
        candidates = [replace(one.candidate, weight=order.weights.get(one.account or "", 1.0)) for one in rows]
    return review.ranked(candidates, review.rows_of([one.text for one in rows]), known, limit)


def _known(connection: Connection, organisation: str) -> Known:
    """What the codings so far tell of each code."""
    pairs = double_coding.latest_pairs(connection, organisation, PAIRS)
    pairs += shelf.corrected_pairs(connection, organisation, PAIRS)
    codes = shelf.codes_of(connection, organisation, list({number for pair in pairs for number in pair}))
    disputes = review.disputes((codes[one], codes[other]) for one, other in pairs)
    count = shelf.count_codings(connection, organisation)
    return Known(count, shelf.counts_of_codes(connection, organisation), disputes)


def _taken(analyst: Analyst, wanted: shelf.Wanted, order: Order, plan: _Plan, need: int) -> list[int]:
    """Those of the plan, at most so many, that lie on the reviewer's desk now; others may have taken some since."""
    with writing(analyst.engine, analyst.organisation) as connection:
        hold_organisation(connection, wanted.organisation)  # two who take the same in parts would wait for each other
        still = _still(connection, wanted, plan.numbers)
        got = shelf.take(connection, wanted, [n for n in plan.numbers if n in still][:need])
        # On PostgreSQL others write at the same time: what was coded just before it was taken is given back.
        still = _still(connection, wanted, sorted(got))
        if got - still:
            shelf.release(connection, wanted.organisation, wanted.reviewer, sorted(got - still))
        shelf.add_sample(connection, wanted.organisation, sorted(plan.gold & still), order.seed, wanted.now)
    return [number for number in plan.numbers if number in still]


def _items(
    analyst: Analyst, order: Order, numbers: Sequence[int], until: datetime, known: Known | None = None
) -> tuple[Item, ...]:
    organisation = analyst.organisation
    with reading(analyst.engine, organisation) as connection:
        stored = stored_verbatims(connection, organisation, numbers)
        second = double_coding.wanted_of(connection, organisation, analyst.actor, numbers)
        codings = effective(connection, organisation, [number for number in numbers if number not in second])
        marks: dict[Reason, Container[int]] = {
            "second": second,
            "drawn": shelf.sampled(connection, organisation, numbers),
            "assigned": shelf.assigned_of(connection, organisation, analyst.actor, numbers),
            "unmapped": {number for number, one in codings.items() if one.coding.review and one.reason},
        }
        if codings and known is None:
            known = _known(connection, organisation)
        before = _before(connection, organisation, stored.values(), second)
    found = []
    for number in numbers:
        if number in stored:
            own = tuple(reason for reason, those in marks.items() if number in those)
            item = Item(stored[number], codings.get(number), "drawn" in own, number in second, until, own)
            found.append(replace(_weighed(order, item, known or Known()), earlier=before.get(number, ())))
    return tuple(found)


def _weighed(order: Order, item: Item, known: Known) -> Item:
    """The item with what makes it worth a look, where it has a coding to look at."""
    if item.coding is None:
        return item
    coding, weight = item.coding.coding, order.weights.get(item.verbatim.verbatim.account or "", 1.0)
    codes = tuple(one.id for one in coding.codes)
    one = Candidate(item.verbatim.id, coding.trust, coding.stance.conflict, codes, "", weight)
    reasons = (*item.reasons, *review.reasons(one, known, doubted=coding.review))
    return replace(item, reasons=reasons, worth=review.worth(one, known))


def _before(
    connection: Connection, organisation: str, those: Iterable[StoredVerbatim], blind: Container[int]
) -> dict[int, tuple[Listed, ...]]:
    """What was said before each of those, with its codings unless that is to be coded blind which it stands beside."""
    known = [one.id for one in those if one.verbatim.account or one.verbatim.contact]
    before = {number: said_before(connection, organisation, number, EARLIER) for number in known}
    numbers = list({number for earlier in before.values() for number in earlier})
    stored = stored_verbatims(connection, organisation, numbers)
    codings = effective(connection, organisation, numbers) if numbers else {}
    return {
        number: tuple(Listed(stored[one], None if number in blind else codings.get(one)) for one in earlier)
        for number, earlier in before.items()
    }
