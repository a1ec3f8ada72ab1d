"""A code that an organisation added is learnt once persons have coded enough by it, and not before."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from drafted_frames import add, merge, move, retire, split

from verbatim import taxonomy
from verbatim.actions.champions import champion_desk
from verbatim.actions.codebooks import Editor
from verbatim.actions.coding import codebook_of
from verbatim.actions.drafts import edit_draft, publish_draft, seen_draft
from verbatim.actions.model_life import Keeper, compare, known_models, promote_model, roll_back_model
from verbatim.actions.stored_coding import code_stored
from verbatim.coder import Coder
from verbatim.crosswalk import Learner, walk_of
from verbatim.learning.adapt import adapted
from verbatim.learning.examples import Example
from verbatim.learning.growth import FEWEST_OF_NEW, Soil, base_of, excess, shown
from verbatim.registry import load, save
from verbatim.revision import revised
from verbatim.store.codings import effective
from verbatim.store.opening import reading
from verbatim.taxonomy import default, written

POST = ("Invoice {} came by post again", "service.paper")
HELD = [f"Invoice {number} came by post again" for number in range(900, 920)]


def publish(analysts, *operations):
    editor = Editor(analysts.engine, "north", "key:1", default())
    edit_draft(editor, operations, seen := seen_draft(editor).draft.revision)
    return publish_draft(editor, seen + 1, "why").codebook


@pytest.fixture
def paper(analysts):
    """Analysts whose frame has a new code, by which they code one in six."""
    analysts.frame = publish(analysts, add("service.paper"))
    analysts.SAID = (*analysts.SAID, POST)
    return analysts


def own(analysts, label):
    return load(analysts.folder / label)


def ids(model, texts):
    return [{code.id for code in coding.codes} for coding in Coder(model).code_texts(texts)]


def test_a_new_code_is_found_on_texts_that_nothing_was_learnt_from_and_promoted(paper):
    paper.review(120)
    paper.review(60, gold=True)
    found = paper.retrain()
    assert (found.promoted, found.new_codes, found.left_out) == (True, {"service.paper": 20}, {})
    change = found.contest.codes["service.paper"]
    assert (change.before, change.after > 0.9, change.n) == (0.0, True, 10)
    model, manifest = own(paper, "small-own@1")
    assert sum("service.paper" in one for one in ids(model, HELD)) >= 18
    assert manifest.values["report"]["new_codes"] == {"service.paper": 20}


def test_a_grown_model_names_the_frame_of_today_and_knows_its_ids(paper):
    paper.review(120)
    paper.retrain()
    model, manifest = own(paper, "small-own@1")
    frame = codebook_of(manifest)
    assert (model.codebook, model.codebook_fingerprint) == (paper.frame.label, paper.frame.fingerprint)
    assert (model.frame.ids, frame) == (paper.frame.ids, taxonomy.parse(written(paper.frame)))
    assert load(paper.folder / "small-own@1", frame)[0].label == "small-own@1"


def test_of_too_few_examples_the_frame_stays_as_it_was_and_their_number_is_told(paper):
    paper.review(6 * (FEWEST_OF_NEW - 1))
    paper.review(40, gold=True)
    found = paper.retrain()
    assert (found.new_codes, found.scarce) == ({}, {"service.paper": FEWEST_OF_NEW - 1})
    assert found.left_out["codes that the model does not know"] == FEWEST_OF_NEW - 1 + 6
    model, manifest = own(paper, "small-own@1")
    assert (model.codebook, "service.paper" in model.frame.ids) == ("b2b@1", False)
    assert manifest.values["report"]["scarce"] == {"service.paper": FEWEST_OF_NEW - 1}


def test_the_same_words_over_and_over_are_one_example(paper):
    paper.SAID = (*paper.SAID[:-1], ("Invoices come by post", "service.paper"))
    paper.review(120)
    assert paper.retrain().scarce == {"service.paper": 1}


def test_a_grown_model_is_grown_again_by_the_codes_that_came_later(paper):
    paper.review(120)
    paper.review(60, gold=True)
    assert paper.retrain().promoted
    publish(paper, add("product.colour"), move("service.paper", "sales_process"))
    paper.SAID = (("Paint on pump {} is too green", "product.colour"), (POST[0], "sales_process.paper"))
    paper.review(40)
    found = paper.retrain()
    assert found.new_codes == {"product.colour": 20, "sales_process.paper": 20}
    assert (found.champion, found.challenger) == ("small-own@1", "small-own@2")
    model, manifest = own(paper, "small-own@2")
    assert (model.codebook, manifest.training["origin"]) == ("b2b@3", "small@1")
    assert ids(model, ["Paint on pump 99 is too green"]) == [{"product.colour"}]


def test_what_the_champion_was_taught_is_not_forgotten_where_few_examples_are_left(paper):
    paper.review(120)
    assert paper.retrain(override="it learnt").promoted
    publish(paper, add("product.colour"))
    with_paper = paper.review(12)
    champion = own(paper, "small-own@1")[0].frame.ids
    soil = Soil(load(paper.installed)[0], default(), paper.frame, walk_of([], paper.frame.ids))
    assert len(with_paper) == 12
    assert base_of(soil, lambda _learner, _ids: {"service.paper": 1}, champion).new == {"service.paper": 1}
    assert base_of(soil, lambda _learner, _ids: {"service.paper": 1}).scarce == {"service.paper": 1}


def test_a_grown_model_is_rolled_back_and_comes_back_by_hand(paper):
    paper.review(120)
    paper.review(60, gold=True)
    paper.retrain()
    keeper = Keeper(paper.engine, "north", "key:1", paper.installed)
    assert roll_back_model(keeper, "as it was").promotion.model == "small@1"
    assert promote_model(keeper, "small-own@1", "after all").promotion.model == "small-own@1"
    assert [one.codebook for one in known_models(keeper)] == ["b2b@1", "b2b@2"]
    found = compare(keeper, "small@1", "small-own@1").codes["service.paper"]
    assert (found.before, found.after > 0.9) == (0.0, True)


def test_where_no_code_is_new_a_model_is_the_same_byte_for_byte(analysts):
    analysts.review(60)
    south = analysts.of("south")
    south.review(60)
    publish(analysts, add("service.paper"))
    for one in (analysts, south):
        one.retrain()
    files = [(one.folder / "small-own@1" / "model.safetensors").read_bytes() for one in (analysts, south)]
    assert hashlib.sha256(files[0]).digest() == hashlib.sha256(files[1]).digest()


@pytest.fixture
def soil(trained):
    """A model, and a frame in which much became of what it knows."""
    origin, former = load(trained / "small@1")[0], default()
    operations = (
        add("service.paper"),
        merge("service.attitude", "service.competence"),
        move("service.delivery", "product"),
        split("price.level", "price.list", "price.rise"),
        retire("price.terms"),
    )
    found = revised(former, operations, frozenset(), 2)
    return Soil(origin, former, found.codebook, walk_of([found.entries], found.codebook.ids))


def test_a_grown_model_keeps_what_it_knew_under_the_ids_of_today(soil):
    base = base_of(soil, lambda _learner, ids: dict.fromkeys(ids, 9))
    frame, before = base.model.frame, soil.origin.frame
    assert {"service.paper", "price.list", "price.rise", "product.delivery"} <= {*frame.ids}
    assert not {"service.delivery", "price.terms", "price.level"} & {*frame.ids}
    moved, old = frame.ids.index("product.delivery"), before.ids.index("service.delivery")
    assert np.array_equal(base.model.heads.vectors[:, moved], soil.origin.heads.vectors[:, old])
    assert frame.ids[-1] == "service.attitude"
    assert taxonomy.parse(written(base.codebook)).fingerprint == base.model.codebook_fingerprint
    assert {frame.ids[at] for at in base.fresh} == {"service.paper", "price.list", "price.rise"}


def test_a_split_of_which_one_part_is_learnt_is_answered_by_the_whole_still(soil):
    base = base_of(soil, lambda _learner, ids: {"price.list": 9})
    assert {"price.list", "price.level"} <= {*base.model.frame.ids}
    assert "price.rise" not in base.model.frame.ids


def test_the_answers_of_an_older_model_follow_the_crosswalk_into_the_ids_of_a_grown_one(soil):
    base = base_of(soil, lambda _learner, ids: dict.fromkeys(ids, 9))
    coding = Coder(soil.origin).code_texts(["Delivery was late again"])[0]
    assert [one.id for one in coding.codes] == ["service.delivery"]
    assert [one.id for one in base.learner.coding(coding).codes] == ["product.delivery"]
    assert Learner(soil.walk, soil.origin.frame.ids).known() == {"product.delivery": "service.delivery"}


def test_a_fresh_code_has_the_polarity_of_its_category(soil):
    base = base_of(soil, lambda _learner, ids: dict.fromkeys(ids, 9))
    paper, service = (base.model.frame.ids.index(id) for id in ("service.paper", "service"))
    coded = len(base.model.frame.ids) + len(base.model.frame.categories)
    sides = [base.model.heads.vectors[:, coded + 3 * at : coded + 3 * at + 3] for at in (paper, service)]
    assert np.array_equal(*sides)


def test_a_code_that_was_looked_for_is_not_taken_to_be_as_common_as_its_examples():
    gold = np.array([[True, True]] * 50 + [[False, True]] * 50)
    scores = np.tile(np.float32([0.01, 0.9]), (100, 1))
    over = excess(scores, gold, np.ones(100), (0, 1))
    assert over == pytest.approx([np.log(0.95 / 0.05), np.log(0.9999 / 0.0001) - np.log(9)], abs=0.01)
    assert excess(scores[50:], gold[50:], np.ones(50), (0,)) == [0]


def test_excerpts_of_a_new_code_are_the_clauses_nearest_to_what_was_learnt(soil, tmp_path):
    apart = replace(soil, origin=replace(soil.origin, wholes=replace(soil.origin.heads)))
    base = base_of(apart, lambda _learner, ids: dict.fromkeys(ids, 9))
    texts = [f"Invoice {n} came by post again" for n in range(30)] + [f"The pump of line {n} leaks" for n in range(90)]
    codes = [(("service.paper", "negative"),)] * 30 + [(("product.reliability", "negative"),)] * 90
    rows = enumerate(zip(texts, codes, strict=True))
    taught = [Example(str(n), text, (), own, None, None, "en") for n, (text, own) in rows]
    learnt = adapted(base.model, Coder(base.model).encoder, taught, "own@1", None, base.fresh).model
    model = shown(learnt, base.fresh)
    save(model, tmp_path, {})
    text = "Nothing more. Invoice 12 came by post again"
    for one in (model, load(tmp_path / "own@1")[0]):
        found = {code.id: code for code in Coder(one).code_texts([text])[0].codes}["service.paper"]
        assert [text[at.start : at.end] for at in found.excerpts] == ["Invoice 12 came by post again"]


def test_history_is_coded_by_the_new_code_and_no_longer_after_a_roll_back(paper, desk):
    paper.review(120)
    paper.review(60, gold=True)
    said = paper.review(6, person=False)
    paper.retrain()
    grown = champion_desk(desk, "north")
    code_stored(grown, "north", said, lambda _: None)
    assert "service.paper" in in_effect(paper, said[-1])
    assert (grown.codebook, grown.coder.model.codebook) == (codebook_of(grown.manifest), "b2b@2")
    roll_back_model(Keeper(paper.engine, "north", "key:1", paper.installed), "as it was")
    code_stored(champion_desk(desk, "north"), "north", said, lambda _: None)
    assert "service.paper" not in in_effect(paper, said[-1])


def in_effect(analysts, number):
    with reading(analysts.engine, "north") as connection:
        return {code.id for code in effective(connection, "north", [number])[number].coding.codes}


def test_of_a_code_that_was_split_the_new_part_starts_from_it_and_the_old_one_stays_as_it_is(trained):
    origin, former = load(trained / "small@1")[0], default()
    found = revised(former, (split("price.level", "price.terms*", "price.rise"),), frozenset(), 2)
    soil = Soil(origin, former, found.codebook, walk_of([found.entries], found.codebook.ids))
    model = base_of(soil, lambda _learner, _ids: {"price.rise": 9}).model
    assert "price.level" not in model.frame.ids
    for part, whole in (("price.rise", "price.level"), ("price.terms", "price.terms")):
        own, old = model.frame.ids.index(part), origin.frame.ids.index(whole)
        assert np.array_equal(model.heads.vectors[:, own], origin.heads.vectors[:, old])
