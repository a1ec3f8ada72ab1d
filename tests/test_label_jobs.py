"""The labels of an organisation looked through by a job: planted errors found, what was settled left out."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from verbatim import taxonomy
from verbatim.actions.label_jobs import label_review, request_labels, run_labels
from verbatim.domain import CodeMention, Coding, Stance, Verbatim
from verbatim.errors import ConflictError
from verbatim.learning.examples import read_corpus
from verbatim.store.codings import Judged, add_codings
from verbatim.store.jobs import Lease, claim, finish
from verbatim.store.opening import writing
from verbatim.store.verbatims import Received, add_verbatims

SMALL = Path(__file__).parent / "files" / "corpora" / "small"


def coding(code):
    return Coding("x", "en", (CodeMention(code, "negative", 1.0, ()),), Stance(None, "estimated", 1.0), False, "ann")


def judged(engine, numbers, code):
    """Let a person code some verbatims."""
    with writing(engine, "north") as connection:
        add_codings(connection, "north", [Judged(number, coding(code), person=True) for number in numbers])


def looked(desk):
    """What a look at the labels finds."""
    request_labels(desk.engine, "north", "key:1")
    with writing(desk.engine) as connection:
        lease = Lease(desk.engine, claim(connection, "w", datetime.now(UTC)), "w")
    run_labels(desk, lease)
    with writing(desk.engine, "north") as connection:
        finish(connection, lease)
    return label_review(desk.engine, "north")


def test_planted_errors_are_found_first_and_no_words_are_kept(desk, analysts):
    numbers = analysts.review(100)
    planted = [number for place, number in enumerate(numbers) if place in (5, 50)]
    judged(desk.engine, planted, "service.attitude")
    found = looked(desk).result
    assert (found["examples"], found["model"]) == (100, "small@1")
    assert {one["verbatim"] for one in found["problems"][:4]} == set(planted)
    assert ("product.safety", False) in {(one["code"], one["given"]) for one in found["problems"][:4]}
    assert not [word for word in ("harness", "Berth", "Person") if word in str(found)]


def test_what_was_coded_anew_is_settled(desk, analysts):
    numbers = analysts.review(100)
    judged(desk.engine, numbers[5:6], "service.attitude")
    before = looked(desk)
    judged(desk.engine, numbers[5:6], "product.safety")
    after = label_review(desk.engine, "north")
    assert (before.settled, after.settled) == (0, len(before.result["problems"]) - len(after.result["problems"]))
    assert numbers[5] not in {one["verbatim"] for one in after.result["problems"]}


def test_seed_examples_that_analysts_contradict_are_found(desk, analysts, monkeypatch):
    monkeypatch.setenv("VERBATIM_CORPUS", str(SMALL))
    seed = read_corpus(SMALL, taxonomy.default())
    custom = {one.id for one in seed if one.ids == {"price.level"}}
    said = [one for one in seed if len(one.ids) == 1 for _ in range(4)]
    rows = [Received(Verbatim(f"{one.id}-{place}", f"{one.text} {place}")) for place, one in enumerate(said)]
    with writing(desk.engine, "north") as connection:
        numbers = [one.id for one in add_verbatims(connection, "north", "s", rows)]
    for code in {id for one in said for id in one.ids}:
        own = [number for number, one in zip(numbers, said, strict=True) if code in one.ids]
        judged(desk.engine, own, "price.value" if code == "price.level" else code)
    found = looked(desk).result["seed"]
    contradicted = {one["example"] for one in found["found"] if (one["code"], one["given"]) == ("price.level", True)}
    assert len(contradicted & custom) > len(custom) / 2
    assert set(found["found"][0]["nearest"]) <= set(numbers)
    assert found["examples"] > len(seed)


def test_of_few_codings_nothing_is_told(desk, analysts):
    analysts.review(9)
    found = looked(desk).result
    assert (found["examples"], found["problems"], found["seed"]["found"]) == (9, [], [])


def test_one_look_at_a_time(desk, analysts):
    number = request_labels(desk.engine, "north", "key:1")
    with pytest.raises(ConflictError, match=f"job {number}: a labels is queued"):
        request_labels(desk.engine, "north", "key:2")
    assert label_review(desk.engine, "north") is None
