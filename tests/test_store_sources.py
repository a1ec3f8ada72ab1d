import pytest

from verbatim.errors import NotFoundError, StoreError
from verbatim.store.audit import events
from verbatim.store.opening import reading, writing
from verbatim.store.sources import Source, list_sources, put_source, source
from verbatim.text.redaction import ALL_KINDS


def test_everything_is_taken_out_of_a_source_that_nobody_has_put(store):
    with reading(store, "north") as connection:
        assert source(connection, "north", "survey") == Source("survey", None)
        assert source(connection, "north", "survey").kinds == ALL_KINDS


@pytest.mark.parametrize("kinds", [None, frozenset(), frozenset({"email", "phone"}), ALL_KINDS])
def test_what_was_put_comes_back(store, kinds):
    with writing(store, "north") as connection:
        put_source(connection, "north", Source("survey", frozenset({"card"})))
        put_source(connection, "north", Source("survey", kinds))
        assert source(connection, "north", "survey") == Source("survey", kinds)
        assert source(connection, "north", "other").redaction is None
        assert list_sources(connection, "north") == (Source("survey", kinds),)


def test_sources_are_listed_by_name_and_none_of_another_organisation(store):
    with writing(store) as connection:
        for name in ("b", "a"):
            put_source(connection, "north", Source(name, frozenset()))
        put_source(connection, "south", Source("c", frozenset()))
        assert [one.name for one in list_sources(connection, "north")] == ["a", "b"]
        assert source(connection, "north", "c").kinds == ALL_KINDS


@pytest.mark.parametrize(
    ("put", "told"),
    [
        (Source(" "), "source ' ': expected a name"),
        (Source("x", frozenset({"email", "shoe size"})), "redaction 'shoe size': expected some of url, email"),
        (Source("\ud800"), r"U\+D800"),
    ],
)
def test_a_source_that_cannot_be_is_refused(store, put, told):
    with writing(store) as connection:
        with pytest.raises(StoreError, match=told):
            put_source(connection, "north", put)
        with pytest.raises(NotFoundError, match="organisation 'west'"):
            put_source(connection, "west", Source("x"))


def test_what_is_changed_is_an_event(store):
    with writing(store) as connection:
        put_source(connection, "north", Source("survey", frozenset({"phone", "card"})), "key:7")
        kept = events(connection, "north", "source:survey")
    assert [(one.event.actor, one.event.details) for one in kept] == [("key:7", {"redaction": ["card", "phone"]})]
