"""Themes found in a store by a job, on both engines: kept from run to run, decided on by analysts, seen by whom may."""

from datetime import UTC, datetime, timedelta

import pytest
from emerging import CHATBOT, MARCH, MATTERS, NEWSLETTER, PARKING, said

from verbatim.actions.codebooks import Editor
from verbatim.actions.drafts import seen_draft
from verbatim.actions.theme_acts import (
    Promotion,
    dismiss_theme,
    merge_theme,
    name_theme,
    promote_theme,
    restore_theme,
)
from verbatim.actions.theme_segments import Scope
from verbatim.actions.theme_shelf import Reader, excerpts, seen_theme, shelf, verbatims_of
from verbatim.actions.theming import ThemeOrder, find_themes, request_themes, run_themes
from verbatim.domain import CodeMention, Coding, Excerpt, Stance
from verbatim.errors import CodebookError, ConflictError, LeaseLostError, NotFoundError
from verbatim.store import jobs
from verbatim.store.codings import Judged, add_codings, register_model
from verbatim.store.opening import reading, writing

ALL = Reader("north")


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("VERBATIM_MODELS", str(tmp_path / "own"))


def find(desk, **scope):
    """The themes of the scope after a run, by their best word."""
    order = ThemeOrder("north", "key:1", Scope(**scope))
    find_themes(desk, order)
    return found(desk, order.scope.name)


def found(desk, scope="residual", reader=ALL):
    return {one.name("en").split(" ")[0]: one for one in shelf(desk, reader, scope).themes}


def by_word(desk, word, **about):
    return next(one for one in shelf(desk, ALL, **about).themes if word in str(one.words))


def editor(desk):
    return Editor(desk.engine, "north", "key:1", desk.codebook)


def code(engine, numbers, *codes, review=False):
    """Let a model code some verbatims by their first words."""
    mentions = tuple(CodeMention(one, "negative", 0.9, (Excerpt(0, 11),)) for one in codes)
    coding = Coding("x", "en", mentions, Stance(None, "estimated", 0.5), review, "b2b@1", 0.9)
    with writing(engine, "north") as connection:
        register_model(connection, "north", "b2b@1")
        add_codings(connection, "north", [Judged(number, coding) for number in numbers])


def test_what_nobody_coded_becomes_themes_and_keeps_them_when_more_is_said(desk):
    said(desk.engine)
    find(desk)
    first = {one.stored.id: one for one in shelf(desk, ALL).themes}
    assert len(first) == 3
    assert {one.stored.state for one in first.values()} == {"new"}
    assert [one.size.verbatims for one in first.values()] == [12, 12, 12]
    said(desk.engine, first=300, day=MARCH + timedelta(days=31))
    find(desk)
    again = shelf(desk, ALL).themes
    assert {one.stored.id for one in again} == set(first)
    assert {one.size.verbatims for one in again} == {24}
    assert all(one.stored.match["score"] > 0.9 and one.stored.state == "stable" for one in again)
    assert [point.month for point in again[0].series] == ["2026-03", "2026-04"]


def test_what_a_sure_code_stands_on_is_no_residual_and_what_is_doubtful_or_other_is(desk):
    chatbot, parking, newsletter = (said(desk.engine, [matter]) for matter in MATTERS)
    said(desk.engine, ["Lift number {} smells of burnt rubber"])
    code(desk.engine, chatbot, "service.attitude")
    code(desk.engine, parking, "other")
    code(desk.engine, newsletter, "price.level", review=True)
    find(desk)
    words = [str(one.words) for one in shelf(desk, ALL).themes]
    assert len(words) == 3
    assert not any("chatbot" in one for one in words)


def test_inside_a_code_only_what_it_stands_on_is_looked_through(desk):
    numbers = said(desk.engine, [CHATBOT, PARKING])
    code(desk.engine, numbers, "service.attitude")
    said(desk.engine, [NEWSLETTER])
    find(desk, name="service.attitude")
    inside = shelf(desk, ALL, "service.attitude")
    assert len(inside.themes) == 2
    assert inside.scopes == ("service.attitude",)
    find(desk, name="service")
    assert len(shelf(desk, ALL, "service").themes) == 2
    with pytest.raises(CodebookError, match=r"no id 'price\.free'"):
        find_themes(desk, ThemeOrder("north", "key:1", Scope("price.free")))


def test_a_period_is_looked_at_alone_and_counted_alone(desk):
    said(desk.engine, day=datetime(2026, 1, 1, tzinfo=UTC))
    said(desk.engine, first=300)
    find(desk, since=MARCH)
    seen = shelf(desk, ALL)
    assert (seen.run.segments, seen.run.since, seen.base) == (36, MARCH, 36)
    assert {one.size.verbatims for one in seen.themes} == {12}


def test_a_merged_theme_stays_merged_a_dismissed_one_dismissed_a_named_one_named(desk):
    said(desk.engine)
    find(desk)
    chatbot, parking, newsletter = (by_word(desk, word).stored.id for word in ("chatbot", "gate", "inbox"))
    assert merge_theme(editor(desk), chatbot, parking).id == parking
    dismiss_theme(editor(desk), newsletter)
    name_theme(editor(desk), parking, "Around the house")
    said(desk.engine, first=300)
    find(desk)
    themes = {one.stored.id: one for one in shelf(desk, ALL).themes}
    assert set(themes) == {chatbot, parking, newsletter}
    assert (themes[parking].name("zh-Hans"), themes[parking].size.verbatims) == ("Around the house", 48)
    assert (themes[chatbot].stored.state, themes[chatbot].stored.into) == ("merged", parking)
    assert (themes[newsletter].stored.state, themes[newsletter].size.verbatims) == ("dismissed", 24)
    with pytest.raises(ConflictError, match=f"theme {chatbot}: merged into {parking}"):
        name_theme(editor(desk), chatbot, "Again")
    restore_theme(editor(desk), chatbot)
    find(desk)
    assert by_word(desk, "chatbot").stored.id == chatbot


def test_a_promoted_theme_is_a_code_of_the_draft_with_excerpts_to_learn_from(desk):
    said(desk.engine)
    find(desk)
    theme = by_word(desk, "chatbot").stored
    central = excerpts(desk, ALL, theme.id)
    order = Promotion("service.chatbot", 0, {})
    kept, drafted = promote_theme(editor(desk), theme.id, order, desk.codebook, central)
    assert (kept.state, kept.code) == ("promoted", "service.chatbot")
    (operation,) = seen_draft(editor(desk)).draft.operations
    assert (operation.act, operation.code, operation.from_theme.id) == ("add", "service.chatbot", f"theme:{theme.id}")
    assert [one.verbatim for one in operation.from_theme.examples] == [one.verbatim for one in central]
    assert "chatbot" in operation.words["en"]["definition"]
    assert drafted.draft.revision == 1
    find(desk)
    assert by_word(desk, "chatbot").stored.state == "promoted"
    assert by_word(desk, "chatbot").size.segments == 12


def test_excerpts_are_pieces_of_their_verbatims_from_whom_may_be_quoted(desk):
    said(desk.engine, size=8)
    said(desk.engine, size=4, first=200, contact="Ann Lee")
    with writing(desk.engine, "north") as connection:
        connection.exec_driver_sql("UPDATE contacts SET permission = 'aggregate'")
    find(desk)
    theme = by_word(desk, "chatbot").stored.id
    manager = Reader("north", ("Acme",), sees_all=False)
    assert len(excerpts(desk, ALL, theme, 20)) == 12
    seen = excerpts(desk, manager, theme, 20)
    assert len(seen) == 8
    assert all(one.text.startswith("The chatbot") and one.permission is None for one in seen)
    assert {one.account for one in seen} == {"Acme"}
    with writing(desk.engine, "north") as connection:
        connection.exec_driver_sql("UPDATE contacts SET permission = 'anonymous'")
    nameless = [one for one in excerpts(desk, manager, theme, 20) if one.permission == "anonymous"]
    assert [(one.account, one.role) for one in nameless] == [(None, None)] * 4


def test_who_sees_some_accounts_sees_no_theme_and_no_word_of_others(desk):
    said(desk.engine, [CHATBOT])
    said(desk.engine, [CHATBOT], size=2, first=300, account="Hill")
    said(desk.engine, [PARKING, NEWSLETTER], account="Hill")
    find(desk)
    assert len(shelf(desk, ALL).themes) == 3
    (only,) = shelf(desk, Reader("north", ("Acme",), sees_all=False)).themes
    assert (only.size.verbatims, only.size.accounts) == (12, 1)
    parking = by_word(desk, "gate").stored.id
    with pytest.raises(NotFoundError, match=f"theme {parking}: not in organisation"):
        seen_theme(desk, Reader("north", ("Acme",), sees_all=False), parking)


def test_the_verbatims_of_a_theme_are_there_for_other_figures(desk):
    numbers = said(desk.engine)
    find(desk)
    theme = by_word(desk, "chatbot").stored.id
    assert verbatims_of(desk, "north", theme).tolist() == numbers[:12]


def claimed(desk, **scope):
    request_themes(desk, ThemeOrder("north", "key:1", Scope(**scope)))
    with writing(desk.engine) as connection:
        return jobs.Lease(desk.engine, jobs.claim(connection, "w/1", datetime.now(UTC)), "w/1")


def test_a_job_keeps_numbers_only_and_a_second_one_is_told_of_the_first(desk):
    said(desk.engine)
    lease = claimed(desk)
    with pytest.raises(ConflictError, match=f"job {lease.job.id}: a themes is running"):
        request_themes(desk, ThemeOrder("north", "key:1"))
    run_themes(desk, lease)
    with reading(desk.engine, "north") as connection:
        job = jobs.job(connection, "north", lease.job.id)
    assert job.result == {"run": 1, "segments": 36, "placed": 36, "themes": 3, "new": 3}
    assert (job.done, job.total) == (39, 39)


def test_a_cancelled_job_leaves_everything_as_it_was(desk):
    said(desk.engine)
    lease = claimed(desk)
    with writing(desk.engine, "north") as connection:
        jobs.cancel(connection, "north", lease.job.id, datetime.now(UTC))
    with pytest.raises(LeaseLostError):
        run_themes(desk, lease)
    assert shelf(desk, ALL).run is None
