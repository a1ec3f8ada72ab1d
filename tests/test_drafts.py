"""Drafts of the code frame: begun, changed by several, looked at, published."""

from dataclasses import replace

import pytest
from drafted_frames import add, merge, retire, split

from verbatim.actions.codebooks import Editor, codebook, put_codebook
from verbatim.actions.drafts import edit_draft, extend_draft, publish_draft, seen_draft
from verbatim.actions.frame_effect import counts, crossed, effect, versions
from verbatim.actions.intake import receive
from verbatim.domain import Excerpt, Verbatim
from verbatim.errors import CodebookError, NotFoundError, StaleError, StoreError
from verbatim.learning.growth import FEWEST_OF_NEW
from verbatim.operations import Example, Operation, Theme
from verbatim.store.audit import events
from verbatim.store.codings import effective
from verbatim.store.jobs import job
from verbatim.store.opening import reading
from verbatim.store.publications import history
from verbatim.store.verbatims import Received
from verbatim.taxonomy import written

MERGE, RETIRE = merge("service.attitude", "service.competence"), retire("price.terms")
TEXTS = ("Your prices are far too high.", "Support is slow.", "Delivery is late.")


@pytest.fixture
def editor(desk):
    return Editor(desk.engine, "north", "key:1", desk.codebook)


def said(desk, *texts):
    rows = [Received(Verbatim(f"r{number}", text)) for number, text in enumerate(texts)]
    return [one.kept.id for one in receive(desk, "north", "survey", rows, "key:1").taken]


def test_a_draft_that_nobody_began_is_the_version_in_use(editor):
    found = seen_draft(editor)
    assert (found.draft.revision, found.draft.operations, found.base.label) == (0, (), "b2b@1")


def test_a_draft_grows_and_says_what_it_comes_to(editor):
    edit_draft(editor, [MERGE], 0)
    found = extend_draft(editor, [RETIRE], 1)
    assert (found.draft.revision, found.draft.operations) == (2, (MERGE, RETIRE))
    assert found == replace(seen_draft(editor))
    assert "price.terms" not in found.revised.codebook
    assert edit_draft(editor, (), 2).draft.revision == 3
    assert seen_draft(replace(editor, organisation="south")).draft.operations == ()


def test_of_two_who_change_it_the_second_is_told_what_is_there(editor):
    edit_draft(editor, [MERGE], 0)
    for change in (edit_draft, extend_draft):
        with pytest.raises(StaleError, match="draft 1 by key:1 is there; expected revision 0") as told:
            change(replace(editor, actor="key:2"), [RETIRE], 0)
        assert told.value.current.operations == (MERGE,)
    with pytest.raises(StaleError):
        publish_draft(editor, 0, "why")


def test_what_cannot_be_done_is_not_kept(editor):
    with pytest.raises(CodebookError, match=r"operation 2, retire 'price.nothing'"):
        edit_draft(editor, [MERGE, retire("price.nothing")], 0)
    assert seen_draft(editor).draft.revision == 0
    with pytest.raises(CodebookError, match="no operations"):
        publish_draft(editor, 0, "why")
    with pytest.raises(NotFoundError, match="'west'"):
        edit_draft(replace(editor, organisation="west"), [MERGE], 0)


def test_a_draft_is_published_once_and_begins_anew(desk, editor):
    edit_draft(editor, [MERGE], 0)
    with pytest.raises(StoreError, match="reason of 0 characters"):
        publish_draft(editor, 1, "  ")
    done = publish_draft(editor, 1, "never used")
    assert (done.codebook.label, codebook(desk, "north").label) == ("b2b@2", "b2b@2")
    assert "service.attitude" not in codebook(desk, "north")
    assert codebook(desk, "south").label == "b2b@1"
    with reading(desk.engine, "north") as connection:
        (past,) = history(connection, "north")
        (event,) = events(connection, "north", "codebook:b2b@2")
        queued = job(connection, "north", done.job)
    assert (past.former, past.reason, past.actor, past.job) == ("b2b@1", "never used", "key:1", done.job)
    assert (queued.kind, queued.state, event.event.actor) == ("crosswalk", "queued", "key:1")
    with pytest.raises(StaleError):
        publish_draft(editor, 1, "again")
    assert seen_draft(editor).draft.operations == ()
    with pytest.raises(CodebookError, match="an earlier version had it"):
        edit_draft(editor, [add("service.attitude")], 2)


def test_other_words_alone_bring_no_job(editor):
    edit_draft(editor, [Operation("rename", "price.level", names={"en": "How dear"})], 0)
    assert publish_draft(editor, 1, "clearer").job is None


def test_a_draft_on_a_version_that_is_no_longer_in_use_is_put_anew(desk, editor):
    edit_draft(editor, [RETIRE], 0)
    text = written(desk.codebook).replace("version: 1\n", "version: 7\n", 1)
    put_codebook(desk, "north", text, "key:2")
    assert seen_draft(editor).outdated
    for change in (lambda: publish_draft(editor, 1, "why"), lambda: extend_draft(editor, [MERGE], 1)):
        with pytest.raises(StaleError, match=r"starts from b2b@1, and b2b@7 is in use"):
            change()
    assert edit_draft(editor, [RETIRE], 1).draft.base == "b2b@7"
    assert publish_draft(editor, 2, "why").codebook.label == "b2b@8"


def test_the_effect_counts_what_changes_by_whom_and_what_a_person_must_decide(desk, editor):
    numbers = said(desk, *TEXTS)
    operations = [split("price.level", "price.high", "price.low"), retire("service.delivery")]
    operations.insert(1, Operation("rename", "service.delivery", names={"en": "Lateness"}))
    edit_draft(editor, operations, 0)
    found = effect(editor)
    first, third, second = found.operations
    assert (first.coded.verbatims, first.coded.models, first.ambiguous, first.coded.samples) == (1, 1, 1, (numbers[0],))
    assert (second.coded.samples, second.ambiguous, second.models) == ((numbers[2],), 0, "never")
    assert (third.coded.verbatims, third.changes, third.models) == (1, False, "unchanged")
    assert (found.changed.verbatims, found.changed.persons, found.ambiguous, found.label) == (2, 0, 1, "b2b@2")
    assert counts(editor).codes["service.delivery"] == counts(editor).categories["service"] == 1


def test_a_new_code_comes_with_its_first_corrections(desk, editor):
    numbers = said(desk, *TEXTS)
    examples = (Example(numbers[0], (Excerpt(0, 11),), "negative"),)
    theme = Theme("hand-1", "Dear", examples)
    edit_draft(editor, [replace(add("price.dear"), from_theme=theme)], 0)
    found = effect(editor).operations[0]
    assert (found.models, found.learns, found.missing) == ("persons_only", 1, FEWEST_OF_NEW - 1)
    publish_draft(editor, 1, "a theme of spring")
    with reading(desk.engine, "north") as connection:
        coding = effective(connection, "north", numbers)[numbers[0]]
    assert {one.id for one in coding.coding.codes} == {"price.level", "price.dear"}
    assert (coding.person, coding.coding.author, coding.codebook) == (True, "key:1", "b2b@2")
    assert coding.reason == "example of the theme hand-1"


@pytest.mark.parametrize(
    ("example", "message"),
    [(Example(10**6), "example 1000000: expected the id"), (Example(1, (Excerpt(5, 900),)), "expected a piece")],
)
def test_an_example_that_is_not_there_is_refused(desk, editor, example, message):
    said(desk, *TEXTS)
    operation = replace(add("price.dear"), from_theme=Theme("t", "t", (example,)))
    with pytest.raises(CodebookError, match=message):
        edit_draft(editor, [operation], 0)


def test_versions_and_crosswalks_are_told(editor):
    edit_draft(editor, [MERGE], 0)
    publish_draft(editor, 1, "first")
    edit_draft(editor, [split("service.competence", "service.skill", "service.manner")], 2)
    publish_draft(editor, 3, "second")
    told = versions(editor)
    assert [(one.label, one.current) for one in told] == [("b2b@1", False), ("b2b@2", False), ("b2b@3", True)]
    assert [one.publication and one.publication.reason for one in told] == [None, "first", "second"]
    found = crossed(editor, code="service.attitude")
    assert [(one.kind, one.new) for one in found.entries] == [("split", ("service.skill", "service.manner"))]
    assert [one.version for one in found.breaks] == ["b2b@3"]
    assert len(crossed(editor, "b2b@1", "b2b@2").entries) == len(editor.frame.ids)
    assert {one.kind for one in crossed(editor, "b2b@2", "b2b@2").entries} == {"kept"}
    with pytest.raises(StoreError, match="earlier than 'b2b@3'"):
        crossed(editor, "b2b@3", "b2b@1")
    with pytest.raises(NotFoundError, match="codebook 'b2b@9'"):
        crossed(editor, "b2b@9")
