"""A code that an organisation added is learnt once persons have coded enough by it, and not before."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from frames import add, merge, move, retire, split

from verbatim import taxonomy
from verbatim.actions.codebooks import Editor
from verbatim.actions.coding import codebook_of
from verbatim.actions.drafts import edit_draft, publish_draft, seen_draft
from verbatim.actions.model_life import Keeper, compare, known_models, promote_model, roll_back_model
from verbatim.coder import Coder
from verbatim.crosswalk import Learner, walk_of
from verbatim.learning.growth import FEWEST_OF_NEW, Soil, base_of
from verbatim.operations import Operation
from verbatim.registry import load, read_manifest
from verbatim.store.codings import list_models
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
