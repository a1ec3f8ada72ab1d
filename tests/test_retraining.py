"""Corrections make a challenger; it is judged on gold that nothing was learnt from, and promoted only where better."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from verbatim import taxonomy
from verbatim.actions.codebooks import Editor
from verbatim.actions.drafts import edit_draft, publish_draft
from verbatim.actions.erasure import ErasureOrder, erase_person
from verbatim.actions.retraining import retrain
from verbatim.domain import CodeMention, Coding, Stance, Verbatim
from verbatim.errors import ConflictError, ModelError, StoreError
from verbatim.learning.examples import read_corpus
from verbatim.learning.policy import CorrectionWeights, Policy
from verbatim.operations import Operation
from verbatim.registry import find, load, read_manifest
from verbatim.store.audit import events
from verbatim.store.codings import Judged, add_codings, list_models
from verbatim.store.jobs import list_jobs
from verbatim.store.opening import reading, writing
from verbatim.store.person_codings import person_codings
from verbatim.store.promotions import Step, promote
from verbatim.store.review import add_sample
from verbatim.store.schema import code_mentions
from verbatim.store.verbatims import Received, add_verbatims

POLICY = Policy(min_gold=40, protected=("product.safety",))
ROOT = Path(__file__).resolve().parents[1]
DRAWN = datetime(2026, 3, 4, tzinfo=UTC)


def coded(*codes):
    mentions = tuple(CodeMention(id, side, 1.0, ()) for id, side in codes)
    return Coding("x", "en", mentions, Stance(None, "estimated", 1.0), False, "ann")


@pytest.fixture
def codes(analysts):
    return [code for _, code in analysts.SAID]


def test_a_challenger_that_is_better_takes_the_champions_place(analysts):
    analysts.review(100)
    analysts.review(60, gold=True)
    found = analysts.retrain()
    assert (found.champion, found.challenger, found.promoted) == ("small@1", "small-own@1", True)
    assert (found.corrections, found.gold, found.left_out) == (100, 60, {})
    assert found.contest.figures["l2_weighted"].gain.low > 0.2
    assert found.reasons[0].startswith("better: F1 at level 2 0.")
    assert analysts.now() == "small-own@1"


def test_poisoned_corrections_are_not_promoted_and_the_report_says_why(analysts):
    analysts.review(200, shuffled=True)
    analysts.review(60, gold=True)
    found = analysts.retrain()
    assert (found.promoted, analysts.now()) == (False, None)
    report = read_manifest(analysts.folder / found.challenger).values["report"]
    assert report["reasons"] == list(found.reasons)
    assert found.reasons[0].startswith("corrections that do not fit their words: held-out ones are told ")


def test_a_poisoned_batch_does_not_take_the_place_of_what_was_learnt_rightly(analysts, codes):
    good = analysts.review(100)
    analysts.review(60, gold=True)
    assert analysts.retrain().promoted
    with writing(analysts.engine, "north") as connection:
        wrong = [coded((codes[(place + 1) % len(codes)], "negative")) for place in range(len(good))]
        judged = [Judged(id, coding, person=True) for id, coding in zip(good, wrong, strict=True)]
        add_codings(connection, "north", judged)
    found = analysts.retrain()
    assert not found.promoted
    assert found.reasons[0].startswith("worse: F1 at level 2 1.000 → 0.")
    assert any(reason.startswith("a protected code got worse: F1 of product.safety") for reason in found.reasons)
    assert analysts.now() == "small-own@1"


def test_twenty_corrections_do_no_harm(analysts):
    analysts.review(20)
    analysts.review(60, gold=True)
    found = analysts.retrain()
    assert found.contest.figures["l2_weighted"].gain.high >= 0
    assert not [id for id, change in found.contest.codes.items() if change.worse]


def test_fewer_than_ten_teach_nothing(analysts):
    analysts.review(9)
    analysts.review(60, gold=True)
    found = analysts.retrain()
    assert (found.challenger, found.promoted) == (None, False)
    assert found.reasons == ("too few corrections to learn from: 9 of 10 that say something",)
    assert not analysts.folder.exists()


def test_too_little_gold_is_told_and_nothing_is_promoted(analysts):
    analysts.review(100)
    analysts.review(39, gold=True)
    found = analysts.retrain()
    assert found.reasons == ("not enough gold to judge: 39 of 40",)
    assert (found.challenger, found.promoted, analysts.now()) == ("small-own@1", False, None)


def test_without_any_gold_a_challenger_is_kept_all_the_same(analysts):
    analysts.review(40)
    assert analysts.retrain().reasons == ("not enough gold to judge: 0 of 40",)
    assert load(analysts.folder / "small-own@1")[0].correction is not None


def test_an_override_promotes_with_its_reason(analysts):
    analysts.review(40)
    found = analysts.retrain(override=" the auditors asked for it ")
    assert (found.promoted, found.overridden) == (True, True)
    assert analysts.history()[0].reason == "the auditors asked for it"


def test_an_override_without_a_reason_keeps_nothing(analysts):
    analysts.review(40)
    with pytest.raises(StoreError, match="reason of 0 characters: expected 1 to 1000"):
        analysts.retrain(override="  ")
    assert not analysts.folder.exists()
    assert analysts.now() is None


def test_gold_is_never_learnt_from_nor_whoever_said_it(analysts):
    gold = analysts.review(60, gold=True)
    with reading(analysts.engine, "north") as connection:
        from verbatim.store.records import chosen_verbatims

        contact = connection.execute(chosen_verbatims("north")).all()[0].contact
    same_person = analysts.review(1, contact=contact)
    others = analysts.review(30)
    found = analysts.retrain()
    taught = read_manifest(analysts.folder / "small-own@1").taught
    assert taught == frozenset(others)
    assert not taught & {*gold, *same_person}
    assert found.left_out == {"respondents of the gold share": 1}


def test_the_second_challenger_learns_everything_anew_and_reads_nothing_twice(analysts):
    analysts.review(60)
    analysts.review(60, gold=True)
    first = analysts.retrain()
    analysts.review(5)
    second = analysts.retrain()
    assert (first.encoded, second.encoded) == (120, 5)
    assert (second.champion, second.challenger, second.corrections) == ("small-own@1", "small-own@2", 65)
    facts = read_manifest(analysts.folder / "small-own@2").training
    assert (facts["parent"], facts["origin"]) == ("small-own@1", "small@1")


def test_a_challenger_that_is_no_better_is_kept_with_its_report(analysts):
    analysts.review(60)
    analysts.review(60, gold=True)
    analysts.retrain()
    found = analysts.retrain()
    assert found.reasons[0].startswith("no better: F1 at level 2 ")
    assert found.reasons[0].endswith("(+0.000, +0.000 to +0.000); expected +0.005 at least")
    with reading(analysts.engine, "north") as connection:
        report = {one.label: one.facts.get("report") for one in list_models(connection, "north")}
    assert report["small-own@2"]["promoted"] is False
    assert report["small-own@2"]["reasons"] == list(found.reasons)
    assert report["small@1"] is None


def test_a_promotion_has_all_history_coded_again(analysts):
    analysts.review(60)
    analysts.review(60, gold=True)
    found = analysts.retrain()
    with reading(analysts.engine, "north") as connection:
        (job,) = list_jobs(connection, "north")
    assert (job.id, job.kind, job.state, job.actor) == (found.recode, "recode", "queued", "key:1")


def test_the_models_that_ship_are_not_written_to(analysts):
    def hashes():
        files = sorted(one for one in analysts.installed.parent.rglob("*") if one.is_file())
        return {one: hashlib.sha256(one.read_bytes()).hexdigest() for one in files}

    before = hashes()
    analysts.review(60)
    analysts.retrain(override="a trial")
    assert hashes() == before


def test_a_retraining_needs_the_installations_model_no_longer(analysts, tmp_path):
    analysts.review(60)
    analysts.retrain(override="a trial")
    analysts.installed = analysts.installed.parent / "harbour@3"
    assert analysts.retrain().champion == "small-own@1"


def test_a_champion_that_was_changed_is_refused(analysts):
    analysts.review(60)
    analysts.retrain(override="a trial")
    file = analysts.folder / "small-own@1" / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match="damaged or exchanged"):
        analysts.retrain()


def test_a_model_that_another_one_was_exchanged_for_is_refused(analysts):
    analysts.review(60)
    analysts.retrain(override="a trial")
    file = analysts.folder / "small-own@1" / "manifest.json"
    values = json.loads(file.read_text(encoding="utf-8"))
    values["training"]["origin_sha256"] = "0" * 64
    file.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(ModelError, match="model small@1 is another one than small-own@1 came from"):
        analysts.retrain()


def test_where_another_model_was_promoted_meanwhile_none_is(analysts):
    analysts.review(60)
    analysts.retrain()

    def meanwhile(connection, done, result):
        if done == 1:
            promote(connection, "north", Step("small-own@1", "small@1", "key:2", "at once"))

    with pytest.raises(ConflictError, match="'small-own@1' is the current one; expected 'small@1'"):
        retrain(analysts.engine, analysts.order(override="me too"), meanwhile)
    assert len(analysts.history()) == 1


def test_what_is_told_of_a_challenger_says_how_it_was_made(analysts):
    analysts.review(60)
    analysts.review(60, gold=True)
    analysts.retrain(policy=replace(POLICY, weights=CorrectionWeights(agreed=0.5)))
    manifest = read_manifest(analysts.folder / "small-own@1")
    assert manifest.quality["measured_on"] == "60 verbatims of 60 respondents, of the share kept apart"
    assert manifest.training["recipe"]["weights"] == {"changed": 1.0, "agreed": 0.5, "half_life": 0.0}
    assert len(manifest.training["corpus_sha256"]) == 64
    assert manifest.values["report"]["contest"]["codes"]["product.safety"]["n"] == 12


def test_no_word_of_a_customer_is_told(analysts):
    analysts.review(60)
    analysts.review(60, gold=True)
    analysts.retrain()
    with reading(analysts.engine, "north") as connection:
        told = [*list_jobs(connection, "north"), *events(connection, "north"), *list_models(connection, "north")]
    kept = "".join(file.read_text(encoding="utf-8") for file in analysts.folder.rglob("*.json"))
    assert not [word for word in ("harness", "Berth", "Person") if word in f"{told}{kept}"]


def test_organisations_teach_models_of_their_own(analysts):
    analysts.review(60)
    other = analysts.of("south")
    other.review(12)
    assert other.retrain().corrections == 12
    assert not analysts.folder.exists()
    assert other.folder != analysts.folder


def test_with_the_model_that_ships_a_poisoned_batch_is_not_promoted(analysts, store):
    analysts.installed = find("b2b@7")
    corpus = read_corpus(ROOT / "training" / "seed", taxonomy.default())
    examples = corpus[:: len(corpus) // 300][:300]
    codes = [example.codes for example in examples]
    np.random.default_rng(5).shuffle(shuffled := codes[100:])
    with writing(store, "north") as connection:
        rows = [Received(Verbatim(one.id, one.text)) for one in examples]
        ids = [one.id for one in add_verbatims(connection, "north", "s", rows)]
        judged = [Judged(id, coded(*own), person=True) for id, own in zip(ids, codes[:100] + shuffled, strict=True)]
        add_codings(connection, "north", judged)
        add_sample(connection, "north", ids[:100], 1, DRAWN)
    found = analysts.retrain(policy=Policy())
    assert (found.corrections, found.gold, found.promoted) == (200, 100, False)
    assert found.reasons[0].startswith("corrections that do not fit their words")
    assert found.reasons[1].startswith("worse: F1 at level 2 0.")


def test_an_erasure_drops_the_vectors_of_texts_and_blanks_the_name_in_reasons(analysts):
    analysts.review(20)
    analysts.review(1, contact="Ann Lee")
    analysts.retrain(override="Ann Lee asked for it")
    assert [*analysts.folder.glob("*.vectors.safetensors")]
    erase_person(analysts.engine, ErasureOrder("Ann Lee", organisation="north"))
    assert not [*analysts.folder.glob("*.vectors.safetensors")]
    assert analysts.history()[0].reason == "███████ asked for it"
    assert analysts.retrain(override="without that").corrections == 20


def test_what_is_coded_by_a_moved_code_is_learnt_by_the_id_that_the_model_knows(analysts):
    analysts.review(60)
    frame = taxonomy.default()
    editor = Editor(analysts.engine, "north", "key:1", frame)
    used = {one for coding in codings(analysts) for one in coding}
    code = next(one for one in sorted(used) if "." in one)
    category = next(one for one in frame.categories if not code.startswith(one))
    edit_draft(editor, [Operation("move", code, to=f"{category}.moved")], 0)
    publish_draft(editor, 1, "why")
    with writing(analysts.engine, "north") as connection:
        connection.execute(code_mentions.update().where(code_mentions.c.code == code).values(code=f"{category}.moved"))
    found = analysts.retrain()
    assert "codes that the model does not know" not in found.left_out
    assert found.corrections == 60


def codings(analysts):
    with reading(analysts.engine, "north") as connection:
        for one in person_codings(connection, "north"):
            yield [code.id for code in one.coding.coding.codes]
