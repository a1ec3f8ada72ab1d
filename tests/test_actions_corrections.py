"""A person's coding: corrected, accepted, taken back; in effect at once, and never over another's unseen."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from verbatim.actions.corrections import Analyst, ChosenCode, Correction, accept, correct, undo
from verbatim.domain import Excerpt, Turn, Verbatim
from verbatim.errors import CodebookError, NotFoundError, StaleError, StoreError
from verbatim.store import audit
from verbatim.store.codings import codings_of, effective
from verbatim.store.listing import Filters, list_verbatims
from verbatim.store.opening import reading, writing
from verbatim.store.schema import deliveries
from verbatim.store.verbatims import Received, add_verbatims
from verbatim.store.webhooks import add_webhook

TEXT = "Too dear, but the engineer was great."
DEAR = ChosenCode("price.level", "negative", (Excerpt(0, 8),))
GREAT = ChosenCode("service.competence", "positive", (Excerpt(14, 36),))
BOTH = Correction((DEAR, GREAT), "passive", "read twice")


def standing(analyst: Analyst, number: int):
    with reading(analyst.engine, analyst.organisation) as connection:
        return effective(connection, analyst.organisation, [number]).get(number)


def history(analyst: Analyst, number: int):
    with reading(analyst.engine, analyst.organisation) as connection:
        return codings_of(connection, analyst.organisation, [number])


@pytest.fixture
def ann(shelf):
    return shelf.analyst("ann")


@pytest.fixture
def number(shelf):
    return shelf.add(TEXT)[0]


def seen(analyst, number):
    return standing(analyst, number).id


def test_a_correction_is_in_effect_at_once_and_keeps_what_was_before(ann, number):
    before = standing(ann, number)
    done = correct(ann, number, BOTH, before.id)
    assert done.coding == standing(ann, number)
    assert done.before == before
    assert [one.coding.author for one in history(ann, number)] == ["b2b@1", "ann"]
    assert (done.coding.person, done.coding.reason, done.coding.coding.review) == (True, "read twice", False)
    assert [(one.id, one.polarity, one.excerpts) for one in done.coding.coding.codes] == [
        ("price.level", "negative", (Excerpt(0, 8),)),
        ("service.competence", "positive", (Excerpt(14, 36),)),
    ]


def test_a_correction_is_found_by_its_code(ann, number):
    correct(ann, number, BOTH, seen(ann, number))
    with reading(ann.engine, "north") as connection:
        found = list_verbatims(connection, "north", Filters(code="service.competence")).items
        assert [one.stored.id for one in found] == [number]
        assert list_verbatims(connection, "north", Filters(review=True)).items == ()


def test_a_stale_correction_is_refused_with_both_versions(ann, number, shelf):
    first = standing(ann, number)
    now = correct(shelf.analyst("ben"), number, BOTH, first.id).coding
    with pytest.raises(
        StaleError, match=rf"verbatim {number}: coding {now.id} is in effect; expected coding {first.id}"
    ) as told:
        correct(ann, number, Correction((GREAT,)), first.id)
    assert (told.value.seen, told.value.current) == (first, now)
    assert standing(ann, number) == now


def test_who_saw_no_coding_is_told_of_one(ann, number):
    with pytest.raises(StaleError, match="expected no coding, which was seen") as told:
        correct(ann, number, BOTH, None)
    assert told.value.seen is None


def test_of_many_corrections_at_once_one_is_kept(ann, number, shelf):
    base = seen(ann, number)

    def attempt(name: str) -> bool:
        try:
            correct(shelf.analyst(name), number, Correction((GREAT,)), base)
        except StaleError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(attempt, [f"coder {n}" for n in range(8)]))
    assert done.count(True) == 1
    assert len(history(ann, number)) == 2


def test_the_same_correction_sent_again_changes_nothing(ann, number):
    base = seen(ann, number)
    first = correct(ann, number, BOTH, base)
    assert correct(ann, number, BOTH, base).coding == first.coding
    assert len(history(ann, number)) == 2


def test_what_nobody_has_coded_can_be_coded(ann):
    with writing(ann.engine, "north") as connection:
        number = add_verbatims(connection, "north", "s", [Received(Verbatim("x", "太贵了。", score=9.0))])[0].id
    coding = correct(ann, number, Correction((ChosenCode("price.level", "negative", (Excerpt(0, 3),)),)), None).coding
    assert (coding.coding.language, coding.coding.stance.label, coding.coding.stance.source) == (
        "zh-Hans",
        "promoter",
        "score",
    )


@pytest.mark.parametrize(
    ("correction", "error", "told"),
    [
        (Correction((ChosenCode("price.levle", "negative"),)), CodebookError, "'price.levle'.*closest: price.level"),
        (Correction((ChosenCode("price", "bad"),)), StoreError, "polarity 'bad'; expected one of negative"),
        (Correction((DEAR, DEAR)), StoreError, "'price.level' comes 2 times"),
        (Correction((DEAR, ChosenCode("no_content", "neutral"))), StoreError, "'no_content' beside 1 others"),
        (Correction((ChosenCode("price", "negative", (Excerpt(30, 99),)),)), StoreError, "30:99; expected a piece"),
        (Correction((ChosenCode("price", "negative", (Excerpt(9, 10),)),)), StoreError, "excerpt 9:10; .* not blank"),
        (Correction((ChosenCode("price", "negative", (Excerpt(0, 3, 0),)),)), StoreError, "0:3 of turn 0"),
        (Correction((DEAR,), "fan"), StoreError, "stance 'fan'"),
        (Correction((DEAR,), None, "x" * 2001), StoreError, "a reason of 2001 characters; expected at most 2000"),
        (Correction((DEAR,), None, "a\0b"), StoreError, r"reason: U\+0000"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_line_without_the_words(ann, number, correction, error, told):
    with pytest.raises(error, match=told) as refused:
        correct(ann, number, correction, seen(ann, number))
    assert "engineer" not in str(refused.value)
    assert len(history(ann, number)) == 1


def test_an_excerpt_may_stand_in_a_turn(ann, shelf):
    call = Verbatim("c", turns=(Turn("Wang", "us", 0.0, "价格呢？"), Turn("Li", "customer", 2.5, "太贵了。")))
    number = shelf.add(call, codes=())[0]
    chosen = ChosenCode("price.level", "negative", (Excerpt(0, 3, 1),))
    assert (
        correct(ann, number, Correction((chosen,)), seen(ann, number)).coding.coding.codes[0].excerpts
        == chosen.excerpts
    )


def test_a_verbatim_of_another_organisation_is_not_there(ann, number, shelf):
    for wrong in (number + 1, 2**70, -1):
        with pytest.raises(NotFoundError):
            correct(ann, wrong, BOTH, None)
    with pytest.raises(NotFoundError):
        correct(shelf.analyst("eve", "south"), number, BOTH, seen(ann, number))


def test_accepting_is_a_coding_of_ones_own_that_says_the_same(ann, number):
    before = standing(ann, number)
    done = accept(ann, number, before.id).coding
    assert (done.coding.author, done.person, done.coding.trust) == ("ann", True, 1.0)
    assert [(one.id, one.polarity, one.excerpts) for one in done.coding.codes] == [
        (one.id, one.polarity, one.excerpts) for one in before.coding.codes
    ]
    assert accept(ann, number, done.id).coding == done


def test_another_person_may_accept_too_but_nobody_what_is_there_no_more(ann, number, shelf):
    base = seen(ann, number)
    mine = accept(ann, number, base).coding
    assert accept(shelf.analyst("ben"), number, mine.id).coding.coding.author == "ben"
    with pytest.raises(StaleError):
        accept(shelf.analyst("cat"), number, base)


def test_what_is_taken_back_is_in_effect_no_more_and_stays_in_the_history(ann, number):
    before = standing(ann, number)
    mine = correct(ann, number, BOTH, before.id).coding
    done = undo(ann, number)
    assert (done.before, done.coding) == (mine, before)
    assert [(one.id, one.withdrawn) for one in history(ann, number)] == [(before.id, False), (mine.id, True)]


def test_each_step_is_taken_back_in_turn(ann, number):
    base = standing(ann, number)
    first = correct(ann, number, Correction((GREAT,)), base.id).coding
    correct(ann, number, BOTH, first.id)
    assert undo(ann, number).coding == first
    assert undo(ann, number).coding == base
    with pytest.raises(NotFoundError, match="no coding by 'ann'"):
        undo(ann, number)


def test_what_another_has_built_upon_is_not_taken_back(ann, number, shelf):
    mine = correct(ann, number, BOTH, seen(ann, number)).coding
    theirs = correct(shelf.analyst("ben"), number, Correction((GREAT,)), mine.id).coding
    with pytest.raises(StaleError, match="coded by another person since") as told:
        undo(ann, number)
    assert (told.value.seen, told.value.current) == (mine, theirs)


def test_after_taking_back_the_newest_model_stands(ann, number, shelf):
    correct(ann, number, BOTH, seen(ann, number))
    with reading(ann.engine, "north") as connection:
        said = list_verbatims(connection, "north").items[0].stored.verbatim
    shelf.add(said, codes=("product",), model="b2b@2")
    assert standing(ann, number).coding.author == "ann"
    assert undo(ann, number).coding.coding.author == "b2b@2"


def test_corrections_are_noted_and_announced_by_numbers_only(ann, number):
    with writing(ann.engine, "north") as connection:
        add_webhook(connection, "north", "https://crm.example.com/hook", ["verbatim.corrected"])
    coding = correct(ann, number, BOTH, seen(ann, number)).coding
    undo(ann, number)
    with reading(ann.engine, "north") as connection:
        events = [one.event for one in audit.events(connection, "north", f"verbatim:{number}")]
        payloads = connection.execute(deliveries.select()).all()
    assert [(one.actor, one.action, one.details) for one in events] == [
        ("ann", "correct", {"coding": coding.id}),
        ("ann", "undo", {"coding": coding.id}),
    ]
    assert [one.payload["verbatims"][0]["id"] for one in payloads] == [number, number]
    assert "engineer" not in str(payloads)
