"""What became of codes from version to version, and of what was coded by them."""

from dataclasses import replace

import pytest
from drafted_frames import add, merge, move, retire, split

from verbatim import taxonomy
from verbatim.crosswalk import Break, Entry, Learner, Passed, breaks, compared, composed, used_ids, walk_of
from verbatim.domain import CodeMention, Coding, Excerpt, Stance
from verbatim.revision import revised

FRAME = taxonomy.default()


def after(*drafts):
    """The crosswalks of several drafts, one published after the other, and the last frame."""
    frame, steps, used = FRAME, [], set(FRAME.ids)
    for operations in drafts:
        done = revised(frame, operations, used)
        frame, used = done.codebook, used | set(done.codebook.ids)
        steps.append(done.entries)
    return walk_of(steps, frame.ids), steps


def coding(*mentions):
    codes = tuple(CodeMention(id, polarity, 0.8, (Excerpt(at, at + 3),)) for at, (id, polarity) in enumerate(mentions))
    return Coding("r1", "en", codes, Stance("critic", "estimated", 0.9), False, "m@1", 0.8)


def ids(found):
    return [(one.id, one.polarity) for one in found.coding.codes]


def test_what_is_merged_or_moved_is_coded_by_the_new_id_and_needs_no_look():
    walk, _ = after([merge("service.attitude", "service.competence"), move("price.terms", "service")])
    found = walk.applied(coding(("service.attitude", "negative"), ("price.terms", "positive")))
    assert ids(found) == [("service.competence", "negative"), ("service.terms", "positive")]
    assert (found.reason, found.coding.review, found.coding.trust) == (None, False, 0.8)


def test_two_that_become_one_are_joined_with_all_their_evidence():
    walk, _ = after([merge("service.attitude", "service.competence")])
    found = walk.applied(coding(("service.attitude", "negative"), ("service.competence", "positive")))
    assert ids(found) == [("service.competence", "neutral")]
    assert len(found.coding.codes[0].excerpts) == 2


def test_what_was_split_keeps_its_id_and_is_for_review_with_the_reason():
    walk, _ = after([split("service.attitude", "service.tone", "service.effort")])
    found = walk.applied(coding(("service.attitude", "negative"), ("price.level", "negative")))
    assert [id for id, _ in ids(found)] == ["service.attitude", "price.level"]
    assert found.reason == "service.attitude was split into service.tone, service.effort"
    assert (found.coding.review, found.coding.trust) == (True, 0.4)


def test_what_was_retired_is_given_no_more_and_is_for_review_where_nothing_is_left():
    walk, _ = after([retire("price.terms")])
    found = walk.applied(coding(("price.terms", "negative"), ("price.level", "negative")))
    assert (ids(found), found.reason) == ([("price.level", "negative")], None)
    empty = walk.applied(coding(("price.terms", "negative")))
    assert (empty.coding.codes, empty.coding.review, empty.reason) == ((), True, "price.terms was retired")


def test_where_all_ids_stand_the_coding_is_the_very_same():
    walk, _ = after([retire("price.terms")])
    given = coding(("price.level", "negative"))
    assert walk.applied(given).coding is given


def test_an_id_that_no_version_had_is_never_given():
    walk, _ = after([retire("price.terms")])
    assert walk.of("harbour.crane") == Entry("harbour.crane", (), "retired")


def test_fates_go_over_several_versions_whenever_the_id_was_used():
    walk, steps = after(
        [move("price.terms", "service")],
        [merge("service.terms", "service.account")],
        [split("service.account", "service.people", "service.reviews")],
    )
    assert walk.of("price.terms").new == ("service.people", "service.reviews")
    assert walk.of("price.terms").kind == walk.of("service.account").kind == "split"
    between = {one.old: one for one in composed(steps[:2])}
    assert between["price.terms"] == Entry("price.terms", ("service.account",), "merged")
    assert composed([]) == ()


def test_the_crosswalk_over_versions_says_what_is_new():
    _, steps = after([add("service.tone")], [merge("service.attitude", "service.tone")])
    entries = composed(steps)
    assert Entry(None, ("service.tone",), "added") not in entries  # something became it
    assert Entry("service.attitude", ("service.tone",), "merged") in entries
    _, steps = after([add("service.tone")], [retire("price.terms")])
    assert Entry(None, ("service.tone",), "added") in composed(steps)


def test_what_is_asked_for_by_an_old_id_is_looked_for_by_all_that_it_is_now_and_was():
    walk, _ = after([merge("service.attitude", "service.competence")])
    both = ("service.attitude", "service.competence")
    assert walk.found_as("service.attitude") == walk.found_as("service.competence") == both
    walk, _ = after([split("service.attitude", "service.tone", "service.effort")])
    assert walk.found_as("service.attitude") == ("service.attitude", "service.effort", "service.tone")
    assert walk.found_as("service.tone") == ("service.tone",)
    assert walk.found_as("unknown") == ("unknown",)


def test_a_series_breaks_where_a_code_was_split_and_nowhere_else():
    _, steps = after(
        [merge("service.attitude", "service.competence")],
        [split("service.competence", "service.skill", "service.manner")],
        [retire("price.terms")],
    )
    versions = [Passed(f"b2b@{number}", None, entries) for number, entries in enumerate(steps, 2)]
    cut = Entry("service.competence", ("service.skill", "service.manner"), "split")
    for code in ("service.attitude", "service.competence", "service.skill"):
        assert breaks(versions, code) == (Break("b2b@3", None, cut),)
    assert [one.entry.kind for one in breaks(versions, "price.terms")] == ["retired"]
    assert breaks(versions, "price.level") == ()
    assert breaks([], "price.level") == ()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"names": {"en": "x", "zh-Hans": "x", "zh-Hant": "x"}}, "renamed"),
        ({"definitions": {"en": "x", "zh-Hans": "x", "zh-Hant": "x"}}, "redefined"),
        ({}, "kept"),
    ],
)
def test_two_frames_are_compared_id_by_id(change, kind):
    first, *rest = FRAME.codes
    other = taxonomy.Codebook("b2b", 2, FRAME.languages, (replace(first, **change), *rest[1:]))
    entries = compared(FRAME, other)
    assert entries[0] == Entry(first.id, (first.id,), kind)
    assert entries[1] == Entry(rest[0].id, (), "retired")
    assert used_ids([entries]) == frozenset(FRAME.ids)


def test_a_model_is_told_of_today_s_codes_by_the_ids_that_it_knows():
    walk, _ = after(
        [move("price.terms", "service"), merge("service.attitude", "service.competence"), add("service.tone")],
    )
    learner = Learner(walk, FRAME.ids)
    codes = (("service.terms", "negative"), ("service.competence", "positive"), ("service.tone", "neutral"))
    assert learner.codes(codes) == (("price.terms", "negative"), *codes[1:])
    answered = learner.coding(coding(("price.terms", "negative"), ("service.attitude", "positive")))
    assert [one.id for one in answered.codes] == ["price.terms", "service.competence"]
