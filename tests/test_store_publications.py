"""Drafts and publications are kept; a store of the layout before keeps all its codings, and they name their version."""

from datetime import UTC, datetime

import pytest
from alembic import command
from drafted_frames import merge, retire
from sqlalchemy import text

from verbatim.crosswalk import Entry
from verbatim.errors import NotFoundError, StaleError
from verbatim.store.codebook_versions import keep_codebook, kept_codebook
from verbatim.store.migrations import _config, upgrade
from verbatim.store.opening import reading, rebuilding, writing
from verbatim.store.publications import Draft, draft, history, hold_frame, in_use, publish, put_draft

MERGE, RETIRE = merge("service.attitude", "service.competence"), retire("price.terms")


def test_a_draft_is_kept_with_its_revision_and_belongs_to_its_organisation(store):
    with writing(store) as connection:
        assert draft(connection, "north") is None
        put_draft(connection, "north", 0, Draft("b2b@1", 0, (MERGE,), "key:1"))
        kept = put_draft(connection, "north", 1, Draft("b2b@1", 1, (MERGE, RETIRE), "key:2"))
    with reading(store) as connection:
        found = draft(connection, "north")
        assert draft(connection, "south") is None
    assert (found.revision, found.operations, found.actor) == (kept.revision, (MERGE, RETIRE), "key:2")
    with pytest.raises(StaleError, match="draft 2 by key:2"), writing(store) as connection:
        put_draft(connection, "north", 1, Draft("b2b@1", 1, (), "key:1"))
    with pytest.raises(NotFoundError), writing(store) as connection:
        hold_frame(connection, "west")


def test_the_version_published_last_is_in_use(store):
    with writing(store) as connection:
        for number in (1, 2, 3):
            keep_codebook(connection, "north", f"b2b@{number}", f"print{number}", "text")
        assert in_use(connection, "north").label == "b2b@3"
        assert in_use(connection, "north", "print1").label == "b2b@1"
        second = kept_codebook(connection, "north", "b2b@2").id
        entries = (Entry("a", ("b",), "merged"), Entry(None, ("c",), "added"))
        values = {"former": "b2b@1", "entries": entries, "operations": None, "actor": "x", "reason": "y", "job": None}
        publish(connection, "north", second, values)
        assert in_use(connection, "north", "print1").label == "b2b@2"
        (past,) = history(connection, "north")
        assert in_use(connection, "south") is None
    assert (past.label, past.former, past.entries, past.operations) == ("b2b@2", "b2b@1", entries, None)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_codings_of_a_store_of_the_layout_before_stay_with_their_numbers_and_name_a_version(kind, empty_store):
    store = empty_store(kind)
    with rebuilding(store) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
    with writing(store) as connection:
        for statement in FORMER:
            connection.execute(text(statement), {"now": datetime(2026, 1, 1, tzinfo=UTC)})
    upgrade(store)
    with reading(store) as connection:
        rows = connection.execute(text("SELECT id, author, codebook_id FROM codings ORDER BY id")).all()
        assert [tuple(row) for row in rows] == [(7, "m@1", 1), (8, "ann", 1)]
        assert connection.scalar(text("SELECT count(*) FROM code_mentions")) == 2
        assert connection.scalar(text("SELECT count(*) FROM withdrawals")) == 1
        assert connection.scalar(text("SELECT id FROM effective_codings")) == 7
    with writing(store) as connection:
        connection.execute(text(CODING.format(id="", given="", model="NULL", author="bob")), {"now": NOW})
        if kind == "sqlite":  # number 9 was given, and is not given again
            assert connection.scalar(text("SELECT max(id) FROM codings")) == 10
        connection.execute(text("DELETE FROM verbatims"))
        assert connection.scalar(text("SELECT count(*) FROM code_mentions")) == 0


NOW = datetime(2026, 1, 2, tzinfo=UTC)
CODING = (
    "INSERT INTO codings ({id} organisation, verbatim_id, revision, model_id, author, language, stance_source, "
    "stance_confidence, conflict, review, trust, created) "
    "VALUES ({given} 'north', 1, 1, {model}, '{author}', 'en', 'estimated', 1, false, false, 1, :now)"
)
MENTION = (
    "INSERT INTO code_mentions (organisation, coding_id, code, category, position, polarity, confidence, excerpts) "
    "VALUES ('north', {id}, 'price', 'price', 0, 'negative', 1, '[]')"
)
FORMER = (
    "INSERT INTO organisations (id, created) VALUES ('north', :now)",
    "INSERT INTO codebook_versions (organisation, label, fingerprint, content, created) "
    "VALUES ('north', 'b2b@1', 'print', 'text', :now)",
    "INSERT INTO models (organisation, label, codebook, created) VALUES ('north', 'm@1', 'b2b@1', :now)",
    "INSERT INTO verbatims (organisation, source, external_id, revision, text, text_hash, at, row, created) "
    "VALUES ('north', 's', 'r1', 1, 'dear', 'hash', :now, 0, :now)",
    CODING.format(id="id,", given="7,", model="1", author="m@1"),
    CODING.format(id="id,", given="8,", model="NULL", author="ann"),
    CODING.format(id="id,", given="9,", model="NULL", author="gone"),
    "DELETE FROM codings WHERE id = 9",
    MENTION.format(id=7),
    MENTION.format(id=8),
    "INSERT INTO withdrawals (organisation, coding_id, actor, created) VALUES ('north', 8, 'ann', :now)",
)
