"""What is in effect is decided twice, by the view and over columns: both must say the same."""

import random
from datetime import UTC, datetime
from itertools import count

import numpy as np
import pytest
from sqlalchemy import func, select, update

from verbatim.domain import Verbatim
from verbatim.facts import NOBODY, UNDATED
from verbatim.store.coded_columns import LABELS, merged
from verbatim.store.coded_rows import read_all, read_some
from verbatim.store.codings import register_model
from verbatim.store.opening import reading, writing
from verbatim.store.promotions import promotions
from verbatim.store.review_tables import withdrawals
from verbatim.store.schema import code_mentions, codings, effective_codings, verbatims
from verbatim.store.statements import insert_into
from verbatim.store.verbatims import Received, add_verbatims

OWN = {"organisation": "north"}


@pytest.fixture
def awkward(store):
    """Verbatims that models and persons coded in every order: blind, taken back, of former words, by old frames.

    Each coding has a code of its own, so that a mention tells which coding it is of.
    """
    chance, numbers = random.Random(7), count(1)
    with writing(store, "north") as connection:
        models = [register_model(connection, "north", f"m@{number}") for number in (1, 2, 3)]
        said = [Received(Verbatim(f"v{number}", "words", account="Hill")) for number in range(80)]
        kept = [one.id for one in add_verbatims(connection, "north", "s", said)]
        for model in (models[2], models[0]):
            values = {**OWN, "model_id": model, "former": "x", "act": "promote", "actor": "x", "reason": "x"}
            connection.execute(insert_into(connection, promotions), values)
        for number in kept:
            for _ in range(chance.randrange(6)):
                add(connection, chance, number, chance.choice([*models, None]), next(numbers))
        connection.execute(update(verbatims).where(verbatims.c.id.in_(kept[::3])).values(revision=2))
    return store


def add(connection, chance, number, model, mark):
    values = {
        **OWN,
        "verbatim_id": number,
        "revision": chance.choice([1, 2]),
        "model_id": model,
        "author": "x",
        "language": chance.choice(["en", "zh-Hans"]),
        "stance": chance.choice(["critic", "passive", "promoter", None]),
        "stance_source": chance.choice(["score", "estimated"]),
        "stance_confidence": 0.5,
        "conflict": chance.random() < 0.5,
        "review": chance.random() < 0.5,
        "trust": 0.5,
        "blind": chance.random() < 0.2,
        "codebook_id": chance.choice([0, 1, 2]),
    }
    insert = insert_into(connection, codings).on_conflict_do_nothing().returning(codings.c.id)
    coding = connection.scalar(insert, values)
    if coding is None:
        return
    said = {**OWN, "coding_id": coding, "code": f"c{mark}", "category": "c", "polarity": "neutral", "confidence": 1}
    connection.execute(insert_into(connection, code_mentions), {**said, "position": 0, "excerpts": []})
    if chance.random() < 0.2:
        connection.execute(insert_into(connection, withdrawals), {**OWN, "coding_id": coding, "actor": "x"})


def by_view(connection):
    view, mentions = effective_codings.c, code_mentions.c
    chosen = select(view.verbatim_id, view.stance, view.stance_source, view.conflict, view.review, view.model_id)
    chosen = chosen.add_columns(view.codebook_id, view.language, mentions.code)
    rows = connection.execute(chosen.join(code_mentions, mentions.coding_id == view.id))
    return {row.verbatim_id: tuple(row)[1:] for row in rows}


def by_columns(rows):
    of = dict(zip(rows.mention_row.tolist(), range(len(rows.mention_row)), strict=True))
    return {
        int(rows.number[row]): (
            (None, "critic", "passive", "promoter")[rows.stance[row] + 1],
            "estimated" if rows.estimated[row] else "score",
            bool(rows.conflict[row]),
            bool(rows.review[row]),
            bool(rows.by_person[row]),
            int(rows.book[row]),
            name(rows.labels["language"], row),
            name(rows.mention_code, of[row]),
        )
        for row in np.flatnonzero(rows.coded).tolist()
    }


def name(labels, row):
    place = labels.places[row]
    return None if place == NOBODY else labels.names[place]


def test_the_codings_in_effect_are_those_of_the_view(awkward):
    with reading(awkward, "north") as connection:
        expected = {key: (*row[:4], row[4] is None, *row[5:]) for key, row in by_view(connection).items()}
        assert by_columns(read_all(connection, "north")) == expected
        some = sorted(expected)[::5]
        assert by_columns(read_some(connection, "north", some)) == {key: expected[key] for key in some}
    assert 30 < len(expected) < 80


def test_rows_read_anew_and_merged_are_those_read_whole(awkward):
    with writing(awkward, "north") as connection:
        former = read_all(connection, "north")
        first, second, *_, gone = former.number.tolist()
        chance = random.Random(1)
        for number, mark in ((first, 901), (second, 902)):
            add(connection, chance, number, None, mark)
        connection.execute(verbatims.delete().where(verbatims.c.id == gone))
        new = add_verbatims(connection, "north", "late", [Received(Verbatim("n", "new", role="buyer"))])[0].id
        changed = [first, second, gone, new]
        joined = merged(former, read_some(connection, "north", changed), changed)
        assert same(joined, read_all(connection, "north"))


def same(one, other):
    alike = [np.array_equal(getattr(one, part), getattr(other, part)) for part in ("number", "stance", "book", "coded")]
    mentions = np.array_equal(one.mention_row, other.mention_row)
    labels = [(one.mention_code, other.mention_code), *((one.labels[name], other.labels[name]) for name in LABELS)]
    named = [a.names == b.names and np.array_equal(a.places, b.places) for a, b in labels]
    return all(alike) and mentions and all(named)


def test_an_empty_store_gives_empty_columns(store):
    with reading(store, "north") as connection:
        rows = read_all(connection, "north")
        assert (rows.n, len(rows.mention_row), rows.labels["source"].names) == (0, 0, ())
        assert merged(rows, read_some(connection, "north", [5]), [5]).n == 0


def test_days_are_those_of_utc_and_products_those_of_the_import(store):
    moments = [datetime(1969, 12, 31, 23, 59, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC), None]
    kept = [{"Product": "lathe"}, {"product": 7}, {"product": ["x"], "产品": "车床"}]
    said = [
        Received(Verbatim(str(at), "x", date=date, fields=fields), channel="mail", language="en")
        for at, (date, fields) in enumerate(zip(moments, kept, strict=True))
    ]
    with writing(store, "north") as connection:
        add_verbatims(connection, "north", "s", said)
        rows = read_all(connection, "north")
    assert rows.day.tolist() == [-1, 20513, UNDATED]
    assert [name(rows.labels["product"], row) for row in range(3)] == ["lathe", None, "车床"]
    assert rows.labels["channel"].names == ("mail",)


def test_answers_out_of_one_row_of_a_survey_are_one_persons(store):
    def of(id, row, contact=None, question="Why?"):
        return Received(Verbatim(id, "x", row=row, question=question, account="Hill", contact=contact))

    said = [of("f:row-2:Q1", 2), of("f:row-2:Q2", 2), of("f:row-3:Q1", 3), of("f:row-3:Q2", 3, "Ann"), of("9", 0)]
    with writing(store, "north") as connection:
        add_verbatims(connection, "north", "s", [*said, of("10", 0, "Ann")])
        person = read_all(connection, "north").person.tolist()
    assert person[0] == person[1]
    assert person[3] == person[5]
    assert len(set(person)) == 4
    with reading(store, "north") as connection:
        assert connection.scalar(select(func.count()).select_from(verbatims)) == 6
