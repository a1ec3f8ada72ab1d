"""A frame is revised by operations, each of which is checked against what those before it come to."""

import json
from dataclasses import replace

import pytest
from drafted_frames import add, merge, move, retire, split, words

from verbatim import taxonomy
from verbatim.crosswalk import Entry
from verbatim.domain import Excerpt
from verbatim.errors import CodebookError
from verbatim.operations import Example, Operation, Theme, operation_of
from verbatim.revision import revised

FRAME = taxonomy.default()


def entry(done, old):
    return next(one for one in done.entries if one.old == old)


def test_no_operation_keeps_every_code():
    done = revised(FRAME, [])
    assert (done.codebook.ids, done.codebook.label) == (FRAME.ids, "b2b@2")
    assert {one.kind for one in done.entries} == {"kept"}


def test_a_code_is_added_behind_those_of_its_category():
    done = revised(FRAME, [add("price.tone")])
    assert done.codebook.children("price")[-1] == "price.tone"
    assert done.codebook["price.tone"].names["zh-Hans"] == "Tone"
    assert done.entries[-1] == Entry(None, ("price.tone",), "added")
    assert taxonomy.parse(taxonomy.written(done.codebook)).ids == done.codebook.ids


def test_a_category_is_added_and_codes_under_it():
    done = revised(FRAME, [add("brand", "Brand"), add("brand.fame", "Fame")])
    assert "brand" in done.codebook.categories
    assert done.codebook.children("brand") == ("brand.fame",)


def test_words_change_and_ids_stay():
    name = Operation("rename", "price.level", names={"en": "How dear"})
    text = Operation("redefine", "price.level", words={"en": {"definition": "Dear or cheap.", "include": ["fees"]}})
    done = revised(FRAME, [name, text])
    code = done.codebook["price.level"]
    assert (code.names["en"], code.definitions["en"], code.include["en"]) == ("How dear", "Dear or cheap.", ("fees",))
    assert code.definitions["zh-Hans"] == FRAME["price.level"].definitions["zh-Hans"]
    assert entry(done, "price.level") == Entry("price.level", ("price.level",), "redefined")
    assert done.codebook.fingerprint == FRAME.fingerprint


def test_a_code_is_moved_and_gets_an_id_there():
    done = revised(FRAME, [move("price.terms", "service"), move("price.billing", "service.invoices")])
    assert entry(done, "price.terms") == Entry("price.terms", ("service.terms",), "moved")
    assert entry(done, "price.billing").new == ("service.invoices",)
    assert done.codebook["service.invoices"].names == FRAME["price.billing"].names
    assert "price.terms" not in done.codebook


def test_operations_build_on_each_other():
    operations = [
        split("service.attitude", "service.tone", "service.competence*"),
        merge("service.tone", "service.account"),
    ]
    done = revised(FRAME, operations)
    assert entry(done, "service.attitude") == Entry(
        "service.attitude", ("service.account", "service.competence"), "split"
    )
    assert done.done[1].touches == ("service.attitude",)
    gone = revised(FRAME, [*operations, retire("service.account")])
    assert entry(gone, "service.attitude") == Entry("service.attitude", ("service.competence",), "split")
    assert entry(gone, "service.account") == Entry("service.account", (), "retired")


REFUSED = [
    (add("price.level"), "operation 1, add 'price.level': id 'price.level': taken"),
    (add("prize.level"), "category 'prize': expected one of price, sales_process, product, service"),
    (add("Price.x"), "id 'Price.x': expected `category` or"),
    (add("price.gone"), "id 'price.gone': an earlier version had it; expected one that was never used"),
    (add("price.tone", FRAME["price.level"].names["en"]), "that of price.level; expected another one"),
    (Operation("add", "price.tone", words={"en": words("T")["en"]}), "no words in zh-Hans"),
    (Operation("add", "price.tone", words={**words("T"), "fr": {"name": "T"}}), "fr: definition is missing"),
    (
        Operation("add", "price.tone", words={**words("T"), "en": {**words("T")["en"], "examples": ["a", "a", "b"]}}),
        "en: 2 examples; expected at least 3 different",
    ),
    (Operation("rename", "price.level", names={"en": " "}), "en: name ' '; expected text that is not blank"),
    (Operation("rename", "price.level", names={"fr": "Prix"}), "language 'fr': expected one of en, zh-Hans, zh-Hant"),
    (Operation("rename", "price.level"), "no names; expected some of en"),
    (Operation("rename", "price.lebel", names={"en": "x"}), "no code 'price.lebel'; closest: price.level"),
    (Operation("redefine", "price.level"), "no words"),
    (Operation("redefine", "price.level", words={"en": {"name": "x"}}), "expected the operation rename"),
    (Operation("redefine", "price.level", words={"en": {"colour": "x"}}), "en: no field 'colour'"),
    (move("price.level", "price"), "taken"),
    (move("price.level", "price.other"), "the category that it has"),
    (move("price", "service"), "9 codes under it|6 codes under it"),
    (move("price.level", "nowhere"), "category 'nowhere'"),
    (merge("price.level", "price.level"), "the code itself"),
    (merge("price.level", "no_content"), "stands alone"),
    (merge("general", "other"), "has the role general"),
    (split("price.level", "price.high"), "into 1 codes; expected two different ones at least"),
    (split("price.level", "price.level*", "price.high"), "the code itself"),
    (split("price.level", "price.high", "no_content*"), "stands alone"),
    (retire("price"), "codes under it, such as price.level"),
    (retire("no_content"), "has the role no_content"),
]


@pytest.mark.parametrize(("operation", "message"), REFUSED)
def test_what_cannot_be_done_is_told_with_the_value(operation, message):
    with pytest.raises(CodebookError, match=message) as told:
        revised(FRAME, [operation], used=[*FRAME.ids, "price.gone"])
    assert "\n" not in str(told.value)


def test_an_id_that_an_operation_freed_is_not_given_again():
    with pytest.raises(CodebookError, match=r"operation 2, add 'price.terms': id 'price.terms': an earlier version"):
        revised(FRAME, [retire("price.terms"), add("price.terms")])


def test_too_many_operations_are_refused():
    with pytest.raises(CodebookError, match="201 operations: expected at most 200"):
        revised(FRAME, [retire("price.terms")] * 201)


THEME = Theme("t1", "Chatbots", (Example(12, (Excerpt(0, 4), Excerpt(1, 3, 2)), "negative"), Example(13)))


@pytest.mark.parametrize(
    "operation",
    [
        split("price.level", "price.high", "price.value*"),
        move("price.level", "service"),
        Operation("rename", "price.level", names={"en": "x"}),
        replace(add("price.tone"), from_theme=THEME),
        retire("price.level"),
    ],
)
def test_an_operation_is_read_back_as_it_was_kept(operation):
    assert operation_of(json.loads(json.dumps(operation.as_json()))) == operation


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"act": "delete", "code": "x"}, "operation 'delete': expected one of add, rename"),
        ({"code": "x"}, "operation None"),
        ({"act": "retire"}, "retire: KeyError 'code'"),
        ({"act": "retire", "code": "x", "why": "y"}, "retire: no field 'why'"),
        ({"act": "split", "code": "x", "into": 3}, "split: TypeError"),
    ],
)
def test_what_is_no_operation_is_refused(value, message):
    with pytest.raises(CodebookError, match=message):
        operation_of(value)
