"""An organisation puts a whole code frame in place of the one in use: other words, and other ids too."""

import pytest

from verbatim import taxonomy
from verbatim.actions.codebooks import codebook, put_codebook
from verbatim.actions.desk import Desk
from verbatim.actions.intake import receive
from verbatim.crosswalk import Entry
from verbatim.domain import Verbatim
from verbatim.errors import CodebookError, ConflictError, NotFoundError
from verbatim.store.audit import events
from verbatim.store.codebook_versions import (
    keep_codebook,
    kept_codebook,
    list_codebooks,
    newest_codebook,
)
from verbatim.store.jobs import list_jobs
from verbatim.store.opening import reading, writing
from verbatim.store.publications import history
from verbatim.store.verbatims import Received


def worded(desk: Desk, version: int = 2, name: str = "How dear") -> str:
    text = taxonomy.written(desk.codebook)
    former = desk.codebook["price.level"].names["en"]
    return text.replace("version: 1\n", f"version: {version}\n", 1).replace(f"name: {former}", f"name: {name}", 1)


def test_a_frame_reads_back_as_it_was_written() -> None:
    frame = taxonomy.default()
    again = taxonomy.parse(taxonomy.written(frame))
    assert taxonomy.written(again) == taxonomy.written(frame)
    assert (again.ids, again.fingerprint, again.languages) == (frame.ids, frame.fingerprint, frame.languages)
    for code in frame.codes:
        other = again[code.id]
        assert (other.names, other.definitions, other.examples) == (code.names, code.definitions, code.examples)
        assert (other.include, other.exclude, other.role) == (code.include, code.exclude, code.role)


def test_the_model_s_own_frame_stands_until_another_is_put(desk: Desk) -> None:
    assert codebook(desk, "north") == desk.codebook
    receive(desk, "north", "survey", [Received(Verbatim("r1", "too dear"))], "key:1")
    assert codebook(desk, "north").label == "b2b@1"


def test_other_words_are_kept_as_a_new_version_and_audited(desk: Desk) -> None:
    put_codebook(desk, "north", worded(desk), "key:1")
    assert codebook(desk, "north").name_of("price.level", "en") == "How dear"
    assert codebook(desk, "south").label == "b2b@1"
    with reading(desk.engine, "north") as connection:
        (told,) = events(connection, "north", "codebook:b2b@2")
        assert [one.label for one in list_codebooks(connection, "north")] == ["b2b@1", "b2b@2"]
    assert (told.event.actor, told.event.action) == ("key:1", "codebook changed")


def test_the_version_that_was_put_last_stands(desk: Desk) -> None:
    for version, name in ((3, "How dear"), (2, "How cheap")):
        put_codebook(desk, "north", worded(desk, version, name), "key:1")
    assert codebook(desk, "north").name_of("price.level", "en") == "How cheap"


def test_the_same_frame_again_changes_nothing_and_another_of_that_version_is_refused(desk: Desk) -> None:
    put_codebook(desk, "north", worded(desk), "key:1")
    put_codebook(desk, "north", "# a remark\n" + worded(desk), "key:1")
    with pytest.raises(ConflictError, match="codebook b2b@2: kept already with other words; expected a new version"):
        put_codebook(desk, "north", worded(desk, name="How cheap"), "key:1")
    with pytest.raises(ConflictError, match="codebook b2b@1"):
        put_codebook(desk, "north", worded(desk, version=1), "key:1")
    with reading(desk.engine, "north") as connection:
        assert len(events(connection, "north", "codebook:b2b@2")) == 1


def test_an_id_that_is_missing_is_retired_a_new_one_added_and_a_job_brings_history_over(desk: Desk) -> None:
    put_codebook(desk, "north", worded(desk).replace("id: price.level\n", "id: price.height\n", 1), "key:1")
    with reading(desk.engine, "north") as connection:
        (past,) = history(connection, "north")
        assert [one.kind for one in list_jobs(connection, "north")] == ["crosswalk"]
    changed = [one for one in past.entries if one.kind not in ("kept", "renamed")]
    assert changed == [Entry("price.level", (), "retired"), Entry(None, ("price.height",), "added")]
    assert (past.former, past.operations) == ("b2b@1", None)


def test_other_words_alone_bring_no_job(desk: Desk) -> None:
    put_codebook(desk, "north", worded(desk), "key:1")
    with reading(desk.engine, "north") as connection:
        assert list_jobs(connection, "north") == ()


def test_an_id_that_an_earlier_version_had_and_a_frame_of_other_ids_are_refused(desk: Desk) -> None:
    put_codebook(desk, "north", worded(desk).replace("id: price.level\n", "id: price.height\n", 1), "key:1")
    with pytest.raises(CodebookError, match=r"b2b@3: used by an earlier version: price.level; expected ids"):
        put_codebook(desk, "north", worded(desk, 3), "key:1")
    other = worded(desk, 4)
    for category in desk.codebook.categories:
        other = other.replace(f"id: {category}", f"id: x_{category}")
    for role in ("general", "other", "no_content"):
        other = other.replace(f"id: {role}\n", f"id: x_{role}\n")
    with pytest.raises(CodebookError, match="no id of b2b@2 in it"):
        put_codebook(desk, "north", other, "key:1")


def test_an_id_with_another_role_is_named(desk: Desk) -> None:
    text = worded(desk).replace("role: general\n", "role: none\n", 1)
    with pytest.raises(CodebookError, match="with another role: general; expected the roles of b2b@1"):
        put_codebook(desk, "north", text, "key:1")


def test_what_is_wrong_is_told_by_line(desk: Desk) -> None:
    text = "name: b2b\nversion: two\nlanguages: [en]\ncodes:\n  - id: Price\n"
    with pytest.raises(CodebookError) as told:
        put_codebook(desk, "north", text, "key:1")
    assert "codebook, line 2: version: expected a whole number from 1" in str(told.value)
    assert "codebook, line 5: Price: id: expected" in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "line 1: expected a mapping"),
        ("[" * 100_000, "nested more than 50 deep"),
        ("a\0b", "not YAML"),
        ("name: \ud800", "lone surrogate"),
        ("x" * 1_000_001, "codebook: 1,000,001 characters; expected at most 1,000,000"),
    ],
)
def test_what_is_no_frame_is_refused(desk: Desk, text: str, reason: str) -> None:
    with pytest.raises(CodebookError, match=reason):
        put_codebook(desk, "north", text, "key:1")


def test_an_unknown_organisation_is_an_error(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="organisation 'west'"):
        put_codebook(desk, "west", worded(desk), "key:1")


def test_a_frame_of_other_ids_is_passed_over(desk: Desk) -> None:
    with writing(desk.engine, "north") as connection:
        assert keep_codebook(connection, "north", "harbour@3", "other", "text")
        assert not keep_codebook(connection, "north", "harbour@3", "other", "other text")
        assert kept_codebook(connection, "north", "harbour@3").content == "text"
        assert kept_codebook(connection, "south", "harbour@3") is None
        assert newest_codebook(connection, "north", "none") is None
    assert codebook(desk, "north") == desk.codebook
