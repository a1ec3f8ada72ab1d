"""Where a store is: a data folder or a URL, of the command line or of the environment."""

from pathlib import Path

import pytest

from verbatim.actions.stores import open_data, opened, store_url
from verbatim.errors import InputError, StoreError
from verbatim.store.migrations import current, head


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    for name in ("DATA", "DATABASE"):
        monkeypatch.delenv(f"VERBATIM_{name}", raising=False)


def test_a_folder_holds_the_store_in_one_file():
    assert store_url(Path("/srv/data")) == "sqlite:////srv/data/verbatim.db"
    assert store_url(database="postgresql://app@host/v") == "postgresql://app@host/v"


def test_the_environment_tells_where_it_is(monkeypatch):
    monkeypatch.setenv("VERBATIM_DATABASE", "postgresql://app@host/v")
    assert store_url() == "postgresql://app@host/v"
    assert store_url(Path("/srv/data")) == "sqlite:////srv/data/verbatim.db"
    monkeypatch.setenv("VERBATIM_DATA", "/srv/data")
    with pytest.raises(InputError, match="a data folder and a database: expected"):
        store_url()


def test_where_nothing_or_both_are_named_the_ways_to_name_one_are_told():
    with pytest.raises(InputError, match="no store: expected --data or --database"):
        store_url()
    with pytest.raises(InputError, match="a data folder and a database: expected --data or --database"):
        store_url(Path("x"), "postgresql://app@host/v")


@pytest.mark.parametrize("name", ["data", "a b", "a?b#c", "50%20", "数据"])
def test_an_empty_folder_becomes_a_store_of_the_newest_layout(name, tmp_path):
    with opened(tmp_path / "srv" / name, make=True) as engine:
        assert current(engine) == head()
    assert (tmp_path / "srv" / name / "verbatim.db").is_file()
    with opened(tmp_path / "srv" / name) as engine:
        assert current(engine) == head()


def test_a_store_that_is_not_there_is_not_made_by_the_way(tmp_path):
    with pytest.raises(StoreError, match=r"verbatim\.db: no such file; expected a store that verbatim serve"):
        open_data(tmp_path / "srv")
    assert not (tmp_path / "srv").exists()


def test_a_database_is_brought_to_the_newest_layout(empty_store):
    engine = empty_store("postgresql")
    with opened(database=engine.url.render_as_string(hide_password=False)) as found:
        assert current(found) == head()
