"""Which model codes for an organisation, in every way that something is coded."""

from pathlib import Path

import pytest

from verbatim.actions.champions import champion_desk, champion_folder, folder_of
from verbatim.actions.intake import code_texts, receive
from verbatim.actions.stores import models_folder_of
from verbatim.domain import Verbatim
from verbatim.errors import ModelError
from verbatim.store.verbatims import Received


@pytest.fixture
def promoted(analysts):
    analysts.review(60)
    analysts.retrain(override="a trial")
    return analysts


def test_without_a_promotion_it_is_the_installations(desk):
    assert champion_desk(desk, "north") is desk


def test_a_promotion_holds_for_one_organisation_at_once(desk, promoted):
    assert champion_desk(desk, "north").model == "small-own@1"
    assert champion_desk(desk, "south") is desk


def test_it_is_opened_once_and_shares_the_encoder(desk, promoted):
    found = champion_desk(desk, "north")
    assert champion_desk(desk, "north") is found
    assert found.coder.encoder is desk.coder.encoder


def test_what_arrives_is_coded_by_it(desk, promoted):
    said = Received(Verbatim("new", "The harness frayed on trip 77"))
    (taken,) = receive(desk, "north", "s", [said], "key:1").taken
    assert (taken.coding.author, [code.id for code in taken.coding.codes]) == ("small-own@1", ["product.safety"])
    (other,) = receive(desk, "south", "s", [said], "key:1").taken
    assert other.coding.author == "small@1"


def test_a_text_that_is_not_kept_is_coded_by_it_too(desk, promoted):
    said = [Verbatim("", "slow")]
    assert [code_texts(desk, said, one)[0].author for one in ("north", "south", None)] == [
        "small-own@1",
        "small@1",
        "small@1",
    ]


def test_a_model_that_is_away_is_told(desk, promoted):
    folder = promoted.folder / "small-own@1"
    folder.rename(folder.with_name("gone"))
    (promoted.folder / "gone" / "manifest.json").unlink()
    with pytest.raises(ModelError, match=r"no model 'small-own@1' in .*, nor among those that ship"):
        champion_desk(desk, "north")


def test_a_model_is_found_where_it_is(promoted, store):
    assert folder_of(store, "north", "small@1", promoted.installed) == promoted.installed
    assert folder_of(store, "north", "b2b@7", promoted.installed).name == "b2b@7"
    assert champion_folder(store, "north", promoted.installed) == promoted.folder / "small-own@1"
    assert champion_folder(store, "south", promoted.installed) == promoted.installed


@pytest.mark.parametrize("name", ["..", ".", "a/b", "a\\b", "北方", "con"])
def test_no_name_of_an_organisation_leads_out_of_the_folder(store, tmp_path, monkeypatch, name):
    monkeypatch.setenv("VERBATIM_MODELS", str(tmp_path))
    found = models_folder_of(store, name)
    assert found.parent == tmp_path
    assert found.resolve() == found


def test_a_store_in_a_file_has_them_beside_it_and_one_on_a_server_where_it_is_told(store, monkeypatch):
    monkeypatch.delenv("VERBATIM_MODELS", raising=False)
    if store.dialect.name == "sqlite":
        assert models_folder_of(store, "north") == Path(store.url.database).parent / "models" / "north"
    else:
        with pytest.raises(ModelError, match="expected VERBATIM_MODELS to name one"):
            models_folder_of(store, "north")
