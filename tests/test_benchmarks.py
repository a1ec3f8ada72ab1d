"""The benchmarks beside other tools: one rule for all, no text on both sides, a document that shows what was kept."""

import importlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from verbatim import taxonomy
from verbatim.learning.recipes import read_recipe

ROOT = Path(__file__).resolve().parents[1]
BENCHMARKS = ROOT / "benchmarks"

Module = Callable[[str], ModuleType]


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Module:
    """A module of the benchmarks by its name, as their own scripts import it."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


@pytest.fixture
def public(tmp_path: Path) -> Path:
    """A public set of 40 texts, one of them twice, with two labels and a text that has none."""
    words = [f"the {thing} is {state} {number}" for number in range(10) for thing, state in PAIRS]
    rows = [row(text, ["BODY#DOOR"] if "door" in text else ["ENGINE"]) for text in words] + [row(words[0], ["ENGINE"])]
    file = tmp_path / "cars.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in [*rows, row("hello there", [])]), encoding="utf-8")
    return file


PAIRS = [("door", "loose"), ("door", "fine"), ("motor", "loud"), ("motor", "weak")]


def row(text: str, labels: list[str], split: str | None = None) -> dict:
    sides = [None for _ in labels]
    return {"text": text, "labels": labels, "sentiment": sides, "lang": "en", "split": split}


def test_the_document_shows_the_figures_that_were_kept(module: Module) -> None:
    tables = module("peer_tables")
    files = {name: BENCHMARKS / f"{name}.json" for name in ("quality", "speed")}
    kept = {name: json.loads(file.read_text(encoding="utf-8")) for name, file in files.items() if file.is_file()}
    shown = dict(tables.quality_tables(kept["quality"]))
    shown |= {"speed": tables.speed_table(kept["speed"])} if "speed" in kept else {}
    text = tables.DOCUMENT.read_text(encoding="utf-8")
    assert all(f"<!-- {name} -->" in text for name in shown)
    assert tables.with_tables(text, shown) == text


def test_no_text_is_both_learnt_and_judged(module: Module, public: Path) -> None:
    task = module("labelled").public_set(public)
    learnt, judged = ({text.words for text in side} for side in (task.learnt, task.judged))
    assert (len(learnt), len(judged)) == (33, 8)
    assert not learnt & judged


def test_a_set_with_a_split_of_its_own_keeps_it(module: Module, tmp_path: Path) -> None:
    rows = [row("a", ["x"], "train"), row("b", ["x"], "test"), row("c", ["y"], "train")]
    (tmp_path / "own.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    task = module("labelled").public_set(tmp_path / "own.jsonl")
    assert [text.words for text in task.judged] == ["b"]


def test_no_excerpt_of_a_held_out_text_is_taught(module: Module) -> None:
    task = module("labelled").seed_set(ROOT / "tests" / "files" / "corpora" / "small", None)
    taught, held = task.part()
    assert held
    assert not [text for text in taught if text.owner is not None and task.learnt[text.owner] in held]


def test_a_sample_has_every_label(module: Module) -> None:
    labels = [["common"]] * 500 + [["rare"]] * 3
    drawn = module("labelled").drawn(labels, 20)
    assert len(drawn) == 20
    assert drawn[-3:] == [500, 501, 502]


def test_the_rule_is_the_best_on_held_out_texts(module: Module) -> None:
    judging = module("judging")
    scores = np.array([[0.9, 0.2], [0.6, 0.7], [0.3, 0.1]], dtype=np.float32)
    gold = np.array([[True, False], [True, True], [True, False]])
    rule = judging.chosen_rule(scores, gold)
    assert judging.micro_f1(rule.given(scores), gold) == 1


def test_a_codebook_written_from_labels_holds_together(module: Module, public: Path) -> None:
    frames, task = module("frames"), module("labelled").public_set(public)
    ids = frames.ids_of(task.labels)
    frame = taxonomy.parse(frames.codebook_of(task, ids))
    assert ids == {"BODY#DOOR": "body.door", "ENGINE": "engine"}
    assert set(frame.ids) == {"body", "body.door", "engine"}


def test_labels_in_chinese_become_numbered_ids(module: Module) -> None:
    assert module("frames").ids_of(["价格", "油耗"]) == {"价格": "label_1", "油耗": "label_2"}


def test_other_sets_are_learnt_by_the_recipe_for_frames_of_ones_own(module: Module, tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text(module("frames").recipe_of(), encoding="utf-8")
    shipped, found = read_recipe(module("frames").RECIPE), read_recipe(tmp_path / "recipe.toml")
    assert found == replace(shipped, corpus=tmp_path / "corpus", codebook=tmp_path / "codebook.yaml")


def test_a_peer_learns_what_its_texts_say(module: Module, public: Path, tmp_path: Path) -> None:
    task, process = module("labelled").public_set(public), module("peer_process")
    taught = [(text.words, list(text.labels)) for text in task.learnt]
    peer = process.taught("tfidf", taught, task.labels)
    peer.save(tmp_path)
    again = module("peers").PEERS["tfidf"].peer()
    again.load(tmp_path)
    assert again.scores(["my door is loose", "a loud motor"]).argmax(axis=1).tolist() == [0, 1]


def test_the_encoder_gets_the_clauses_that_the_command_hands_to_it(module: Module) -> None:
    assert module("corpus").clause_batches(["Too dear. The pump is fine", "贵"]) == [
        ["Too dear", "The pump is fine", "贵"]
    ]


def test_what_a_command_used_is_measured(module: Module) -> None:
    used = module("command").used_by(["python3", "-c", "bytearray(50_000_000)"])
    assert used.peak > 50
    assert used.cpu > 0
