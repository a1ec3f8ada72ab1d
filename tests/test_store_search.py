from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from verbatim.domain import Turn, Verbatim
from verbatim.errors import StoreError
from verbatim.store.listing import Filters, count, list_verbatims
from verbatim.store.opening import reading, writing
from verbatim.store.schema import verbatims
from verbatim.store.search import folded, sought, tokens
from verbatim.store.verbatims import Received, add_verbatims

TEXTS = {
    "price": "价格太高了，但服务态度好。",
    "traditional": "價格偏高，服務態度很好，軟體難用",
    "apart": "服务的态度",
    "mixed": "這個 Dashboard 真的 hard to use，API v2 也慢",
    "english": "The engineer didn't call back; Customer-Service was slow.",
    "wide": "ＡＰＩ　ｄｏｃｓ are poor. Café, na\u00efve",
    "rare": "𠮷野家的服務",
    "nothing": "...",
}


@pytest.fixture
def filled(store):
    said = [Verbatim(name, text) for name, text in TEXTS.items()]
    said.append(
        Verbatim("call", turns=(Turn("Wang", "us", None, "合同几年？"), Turn("Li", "customer", None, "續約兩年")))
    )
    with writing(store) as connection:
        add_verbatims(connection, "north", "s", [Received(one) for one in said])
        add_verbatims(connection, "south", "s", [Received(one) for one in said[:1]])
    return store


def find(engine, query, organisation="north"):
    with reading(engine) as connection:
        page = list_verbatims(connection, organisation, Filters(search=query))
    return {one.stored.verbatim.id for one in page.items}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("价", {"price", "traditional"}),
        ("價", {"price", "traditional"}),
        ("价格", {"price", "traditional"}),
        ("價格", {"price", "traditional"}),
        ("服务态", {"price", "traditional"}),
        ("服務態度", {"price", "traditional"}),
        ("态度", {"price", "traditional", "apart"}),
        ("格太高", {"price"}),
        ("软体", {"traditional"}),
        ("格高", set()),
        ("续约", {"call"}),
        ("合同", {"call"}),
        ("𠮷", {"rare"}),
        ("𠮷野", {"rare"}),
        ("dashboard", {"mixed"}),
        ("DASHBOARD 慢", {"mixed"}),
        ("api", {"mixed", "wide"}),
        ("v2", {"mixed"}),
        ("didn't", {"english"}),
        ("didn’t", {"english"}),
        ("service customer", {"english"}),
        ("servic", set()),
        ("cafe\u0301", {"wide"}),
        ("价格 服务", {"price", "traditional"}),
        ("服务, 价格!", {"price", "traditional"}),
        ("价格 api", set()),
        ('"api" OR docs', set()),
        ("api NEAR*", set()),
        ("100%", set()),
    ],
)
def test_words_are_found_whatever_their_script_and_length(filled, query, expected):
    assert find(filled, query) == expected


def test_a_search_stays_in_its_organisation(filled):
    assert find(filled, "价格", "south") == {"price"}


@pytest.mark.parametrize("query", ["", "  ", "!?", "_", "……"])
def test_a_search_without_a_word_is_refused(filled, query):
    with pytest.raises(StoreError, match="expected at least one word or Chinese character"):
        find(filled, query)


def test_former_words_are_not_found(filled):
    with writing(filled) as connection:
        add_verbatims(connection, "north", "s", [Received(Verbatim("price", "便宜"))])
    assert find(filled, "价格") == {"traditional"}
    assert find(filled, "便宜") == {"price"}


def test_the_index_of_sqlite_keeps_up_with_every_change(filled):
    if filled.dialect.name == "postgresql":
        return
    with writing(filled) as connection:
        add_verbatims(connection, "north", "s", [Received(Verbatim("price", "便宜 cheap"))])
        connection.execute(delete(verbatims).where(verbatims.c.external_id == "traditional"))
        connection.exec_driver_sql("INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)")
        assert connection.exec_driver_sql("SELECT count(*) FROM search_index").scalar() == len(TEXTS) + 1
        found = connection.exec_driver_sql("SELECT count(*) FROM search_index WHERE search_index MATCH '\"价格\"'")
        assert found.scalar() == 1  # that of the other organisation


def test_counts_take_a_search_too(filled):
    with reading(filled) as connection:
        assert count(connection, "north", Filters(search="服务")).verbatims == 4


def test_a_long_word_is_not_found_where_only_its_pairs_are(store):
    with writing(store) as connection:
        add_verbatims(
            connection, "north", "s", [Received(Verbatim("pairs", "甲乙，乙丙")), Received(Verbatim("word", "甲乙丙"))]
        )
    assert find(store, "甲乙丙") == {"word"}


def test_a_long_call_is_kept_and_found(store):
    call = "".join(chr(0x4E00 + (number * 7919) % 20000) for number in range(60_000)) + " end"
    with writing(store) as connection:
        add_verbatims(connection, "north", "s", [Received(Verbatim("call", call))])
    assert find(store, call[-7:-4]) == find(store, "end") == {"call"}


@given(text=st.text(), start=st.integers(0, 20), length=st.integers(1, 6))
def test_a_piece_of_a_text_folds_to_the_same_piece_of_the_folded_text(text, start, length):
    form = folded(text)
    assert folded(form[start : start + length]) in form


@given(text=st.text(st.sampled_from("价價格服務 ab，软體1")))
def test_every_token_of_a_query_is_a_token_of_the_text_it_was_taken_from(text):
    if tokens(folded(text)):
        assert set(sought(text).tokens) <= set(tokens(folded(text)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(text=st.text(min_size=1, max_size=30))
def test_any_query_is_answered_or_refused(filled, text):
    if tokens(folded(text)):
        find(filled, text)
    else:
        with pytest.raises(StoreError, match="expected at least one word"):
            find(filled, text)


def test_a_word_longer_than_an_index_holds_is_kept_and_found_by_its_beginning(store):
    letters = "".join(Random(1).choices("abcdefghijklmnopqrstuvwxyz", k=20_000))
    with writing(store, "north") as connection:
        kept = add_verbatims(connection, "north", "survey", [Received(Verbatim("r1", letters))])
        page = list_verbatims(connection, "north", Filters(search=letters))
    assert [one.stored.id for one in page.items] == [kept[0].id]
