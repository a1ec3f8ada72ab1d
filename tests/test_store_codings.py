from dataclasses import replace

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import IntegrityError

from verbatim.domain import CodeMention, Coding, Excerpt, Intent, Stance, Turn, Verbatim
from verbatim.errors import NotFoundError, StoreError
from verbatim.store.codings import Judged, Noted, add_codings, codings_of, effective, register_model, uncoded
from verbatim.store.opening import reading, writing
from verbatim.store.schema import code_mentions, codings
from verbatim.store.verbatims import Received, add_verbatims, verbatim

REPLY = Verbatim("r1", "Too dear, but the engineer was great.", score=6.0)
CALL = Verbatim("c1", turns=(Turn("Wang", "us", 0.0, "价格呢？"), Turn("Li", "customer", 2.5, "太贵了。")))
CODES = (
    CodeMention("service", "positive", 0.7, (Excerpt(14, 36), Excerpt(0, 3))),
    CodeMention("price.level", "negative", 0.91449, (Excerpt(0, 8),)),
)
CODING = Coding(
    "r1",
    "en",
    CODES,
    Stance("critic", "score", 1.0, conflict=True),
    True,
    "b2b@1",
    trust=0.75,
    intents=(Intent("leaving", (Excerpt(0, 8),), conditional=True), Intent("competitor", (Excerpt(0, 3),), name="X")),
    frames={"bonds@2": (CodeMention("pride", "positive", 0.8, (Excerpt(14, 36),)),)},
)
CALL_CODING = Coding(
    "c1",
    "zh-Hans",
    (CodeMention("price", "negative", 0.9, (Excerpt(0, 3, 1),)),),
    Stance(None, "estimated", 0.4),
    True,
    "b2b@1",
)


@pytest.fixture
def numbers(store):
    """The numbers of the reply and the call, which no model has coded; "b2b@1" is older than "b2b@2"."""
    with writing(store) as connection:
        for label in ("b2b@1", "b2b@2"):
            register_model(connection, "north", label, "b2b@1", {"f1": 0.8})
        return [one.id for one in add_verbatims(connection, "north", "s", [Received(REPLY), Received(CALL)])]


def by(author, number, **changes):
    return Judged(number, replace(CODING, author=author, **changes), person="@" not in author)


def note(store, *judged):
    with writing(store) as connection:
        return add_codings(connection, "north", judged)


def author(store, number):
    with reading(store) as connection:
        found = effective(connection, "north", [number])
    return found[number].coding.author if found else None


def test_a_coding_comes_back_as_it_was_given(store, numbers):
    noted = note(store, Judged(numbers[0], CODING), Judged(numbers[1], CALL_CODING))
    assert [one.result for one in noted] == ["added", "added"]
    with reading(store) as connection:
        found = effective(connection, "north", numbers)
    assert [found[number].coding for number in numbers] == [CODING, CALL_CODING]
    assert not found[numbers[0]].person


def test_a_model_codes_a_verbatim_once(store, numbers):
    note(store, by("b2b@1", numbers[0]))
    again = note(store, by("b2b@1", numbers[0], codes=()), by("b2b@2", numbers[0]))
    assert [one.result for one in again] == ["there", "added"]
    with reading(store) as connection:
        assert [one.coding.codes for one in codings_of(connection, "north", numbers)] == [CODES, CODES]


def test_codings_of_many_authors_arrive_together_and_in_order(store, numbers):
    twice = by("b2b@1", numbers[0])
    mixed = [twice, by("Ann", numbers[0]), twice, by("b2b@2", numbers[0], review=False), by("Ann", numbers[0])]
    noted = note(store, *mixed)
    assert [one.result for one in noted] == ["added", "added", "there", "added", "added"]
    with reading(store) as connection:
        kept = {one.id: one.coding for one in codings_of(connection, "north", numbers)}
    assert all(kept[got.id] == given.coding for got, given in zip(noted, mixed, strict=True) if got.id)


@pytest.mark.parametrize(
    ("authors", "expected"),
    [
        ([], None),
        (["b2b@1"], "b2b@1"),
        (["b2b@2", "b2b@1"], "b2b@2"),
        (["Ann", "b2b@2"], "Ann"),
        (["Ann", "b2b@1", "Bo"], "Bo"),
        (["Ann", "Bo", "Ann"], "Ann"),
    ],
)
def test_the_latest_person_counts_else_the_newest_model(store, numbers, authors, expected):
    for name in authors:
        note(store, by(name, numbers[0]))
    assert author(store, numbers[0]) == expected


def test_words_that_change_are_to_be_coded_again_and_the_history_stays(store, numbers):
    note(store, by("b2b@1", numbers[0]), by("Ann", numbers[0]))
    with writing(store) as connection:
        add_verbatims(connection, "north", "s", [Received(replace(REPLY, text="Good value for the money."))])
        assert [one.id for one in uncoded(connection, "north", "b2b@1")] == numbers
    assert author(store, numbers[0]) is None
    short = (CodeMention("price.value", "positive", 0.9, (Excerpt(0, 10),)),)
    given = note(store, by("b2b@1", numbers[0], codes=short, intents=(), frames={}))
    assert given[0].result == "added"
    with reading(store) as connection:
        history = verbatim(connection, "north", numbers[0])
    assert [(one.revision, one.person) for one in history.codings] == [(1, False), (1, True), (2, False)]
    assert history.effective == history.codings[2]


def test_a_coding_of_words_that_have_changed_since_is_not_kept(store, numbers):
    with writing(store) as connection:
        add_verbatims(connection, "north", "s", [Received(replace(REPLY, text="Good."))])
    assert note(store, replace(by("b2b@1", numbers[0]), revision=1)) == (Noted("outdated"),)


def test_a_person_gives_a_reason(store, numbers):
    note(store, replace(by("Ann", numbers[0]), reason="价格 is meant"))
    with reading(store) as connection:
        coding = effective(connection, "north", numbers)[numbers[0]]
    assert (coding.person, coding.reason, coding.coding.author) == (True, "价格 is meant", "Ann")


def test_what_a_model_has_not_coded_is_told(store, numbers):
    note(store, by("b2b@1", numbers[0]))
    with reading(store) as connection:
        assert [one.verbatim for one in uncoded(connection, "north", "b2b@1")] == [CALL]
        assert [one.id for one in uncoded(connection, "north", "b2b@2", limit=1)] == numbers[:1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"codes": (CODES[0], CODES[0])}, "code 'service' comes 2 times; expected each code once"),
        ({"codes": (replace(CODES[0], excerpts=(Excerpt(30, 38),)),)}, "excerpt 30:38; expected a piece of 0:37"),
        ({"codes": (replace(CODES[0], excerpts=(Excerpt(3, 3),)),)}, "excerpt 3:3; expected"),
        ({"codes": (replace(CODES[0], excerpts=(Excerpt(0, 1, 0),)),)}, "turn 0: excerpt 0:1; expected a piece of 0:0"),
        ({"intents": (Intent("wish", (Excerpt(-1, 3),)),)}, "excerpt -1:3"),
        ({"author": "b2b@9"}, "model 'b2b@9': not registered in organisation 'north'; expected b2b@1, b2b@2"),
    ],
)
def test_a_coding_that_does_not_hold_together_is_refused(store, numbers, changes, message):
    with pytest.raises(StoreError, match=message):
        note(store, Judged(numbers[0], replace(CODING, **changes)))


def test_verbatims_and_models_of_another_organisation_are_not_found(store, numbers):
    with writing(store) as connection:
        with pytest.raises(NotFoundError, match=r"verbatim .* not in organisation 'south'"):
            add_codings(connection, "south", [by("Ann", numbers[0])])
        with pytest.raises(NotFoundError, match="model 'b2b@1': not registered in organisation 'south'"):
            add_codings(connection, "south", [by("b2b@1", numbers[0])])
        assert effective(connection, "south", numbers) == {}
        assert codings_of(connection, "south", numbers) == ()


def test_no_row_can_point_at_one_of_another_organisation(store, numbers):
    note(store, by("Ann", numbers[0]))
    with pytest.raises(IntegrityError), writing(store) as connection:
        connection.execute(update(codings).values(organisation="south"))


def test_codes_go_with_their_coding(store, numbers):
    note(store, by("Ann", numbers[0]))
    with writing(store) as connection:
        connection.execute(delete(codings))
        assert connection.execute(code_mentions.select()).all() == []


def test_a_model_is_registered_once(store, numbers):
    with writing(store) as connection:
        first = register_model(connection, "north", "b2b@1", "other@1")
        assert register_model(connection, "north", "b2b@1") == first
        assert register_model(connection, "south", "b2b@1") != first
        kept = connection.scalar(text("SELECT codebook FROM models WHERE organisation = 'north' AND label = 'b2b@1'"))
    assert kept == "b2b@1"
