"""The same words in answer to the same question: corrected together, and told where they are coded apart."""

import pytest

from verbatim.actions.bulk_corrections import Seen
from verbatim.actions.corrections import ChosenCode, Correction, correct
from verbatim.actions.twins import apply_to_twins, inconsistent_twins, twins
from verbatim.domain import Excerpt, Verbatim
from verbatim.errors import StoreError
from verbatim.store.codings import effective
from verbatim.store.opening import reading

QUESTION = "What could we do better?"
DEAR = (Excerpt(0, 8),)


@pytest.fixture
def ann(shelf):
    return shelf.analyst("ann")


def said(*texts: str, question: str | None = QUESTION) -> list[Verbatim]:
    return [Verbatim(f"{text}-{place}-{question}", text, question=question) for place, text in enumerate(texts)]


def standing(analyst, number):
    with reading(analyst.engine, "north") as connection:
        return effective(connection, "north", [number])[number]


def fix(analyst, number, code="price.level", polarity="negative", excerpts=DEAR):
    correction = Correction((ChosenCode(code, polarity, excerpts),))
    return correct(analyst, number, correction, standing(analyst, number).id).coding


def test_twins_have_the_same_words_and_question_whatever_case_script_and_spaces(ann, shelf):
    one, two, three = shelf.add(*said("Too dear", "  TOO   dear", "Ｔoo dear"))
    shelf.add(*said("Too dear", question="Anything else?"), *said("Too dear", question=None), *said("Too cheap"))
    assert [one.verbatim for one in twins(ann.engine, "north", one)] == [two, three]
    assert twins(ann.engine, "south", one) == twins(ann.engine, "north", 2**70) == ()


def test_twins_without_a_question_are_twins(ann, shelf):
    one, two = shelf.add(*said("价格太贵", "價格太貴", question=None))
    assert [each.verbatim for each in twins(ann.engine, "north", one)] == [two]


def test_a_correction_is_taken_over_by_the_twins_with_its_excerpts(ann, shelf):
    numbers = shelf.add(*said("Too dear", "Well:  too dear", "Too dear", "TOO DEAR", "Too dear"), codes=("product",))
    fix(ann, numbers[0])
    found = apply_to_twins(ann, numbers[0])
    assert [(one.verbatim, one.result) for one in found] == [
        (number, "changed") for number in (numbers[2], numbers[3], numbers[4])
    ]
    codes = [standing(ann, number).coding.codes for number in numbers[2:4]]
    assert [[(one.id, one.excerpts) for one in each] for each in codes] == [
        [("price.level", (Excerpt(0, 8),))],
        [("price.level", ())],
    ]


def test_what_a_person_has_coded_is_left_alone_unless_it_is_chosen(ann, shelf):
    one, two = shelf.add(*said("Too dear", "Too dear"))
    theirs = fix(shelf.analyst("ben"), two, "price.value")
    fix(ann, one)
    assert [each.result for each in apply_to_twins(ann, one)] == ["unchanged"]
    assert [each.result for each in apply_to_twins(ann, one, [Seen(two, theirs.id - 1)])] == ["stale"]
    assert [each.result for each in apply_to_twins(ann, one, [Seen(two, theirs.id), Seen(99)])] == ["changed"]
    assert standing(ann, two).coding.codes[0].id == "price.level"
    assert [each.result for each in apply_to_twins(ann, one, [Seen(two)])] == ["unchanged"]


def test_only_a_persons_coding_is_taken_over(ann, shelf):
    one, _ = shelf.add(*said("Too dear", "Too dear"))
    with pytest.raises(StoreError, match=f"verbatim {one}: not coded by a person"):
        apply_to_twins(ann, one)


def test_twins_that_are_coded_apart_are_listed_in_groups(ann, shelf):
    dear = shelf.add(*said("Too dear", "Too dear", "too dear"))
    slow = shelf.add(*said("Slow", "Slow"), codes=("service",))
    shelf.add(*said("Fine", "Fine"))
    assert inconsistent_twins(ann.engine, "north") == ()
    fix(ann, dear[1])
    fix(ann, slow[0], "service", "positive", ())
    groups = inconsistent_twins(ann.engine, "north")
    assert [[one.verbatim for one in group] for group in groups] == [dear, slow]
    assert [(one.codes, one.person) for one in groups[0]][:2] == [
        ((("price", "negative"),), False),
        ((("price.level", "negative"),), True),
    ]
    assert inconsistent_twins(ann.engine, "north", limit=1, after=dear[0]) == groups[1:]
    assert inconsistent_twins(ann.engine, "south") == ()


def test_twins_taken_over_are_coded_apart_no_more(ann, shelf):
    numbers = shelf.add(*said("Too dear", "Too dear", "Too dear"))
    fix(ann, numbers[0])
    assert len(inconsistent_twins(ann.engine, "north")) == 1
    apply_to_twins(ann, numbers[0])
    assert inconsistent_twins(ann.engine, "north") == ()
