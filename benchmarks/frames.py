"""A public set as `verbatim train` wants it: a codebook written from its labels, a corpus, and a recipe."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from labelled import LabelledSet, Text

RECIPE = Path(__file__).resolve().parents[1] / "training" / "recipes" / "own.toml"
PLACES = {"corpus": "corpus", "codebook": "codebook.yaml"}
ROLES = {"Labelling not possible": "no_content", "Not assigned": "other"}
"""Labels that mean what a role of a codebook means."""

EXAMPLES = 3


def ids_of(labels: Sequence[str]) -> dict[str, str]:
    """Return the id of each label: its letters in small, else its number; ENTITY#ATTRIBUTE becomes entity.attribute."""
    named = {label: ".".join(map(_slug, label.split("#"))) for label in labels}
    usable = all(re.fullmatch(r"\w+(\.\w+)?", id, re.ASCII) for id in named.values())
    if usable and len(set(named.values())) == len(labels):
        return named
    return {label: f"label_{number}" for number, label in enumerate(labels, 1)}


def codebook_of(task: LabelledSet, ids: Mapping[str, str]) -> str:
    """Return the codebook in YAML: the labels as they are called, with examples out of the texts to learn from."""
    parents = {id.partition(".")[0] for id in ids.values() if "." in id} - set(ids.values())
    texts: dict[str, list[str]] = {}
    for text in task.learnt:
        for id in {part for label in text.labels for part in (ids[label], ids[label].partition(".")[0])}:
            texts.setdefault(id, []).append(text.words)
    codes = [{"id": parent, task.language: _words(parent, texts[parent])} for parent in sorted(parents)]
    for label, id in ids.items():
        role = {"role": ROLES[label]} if label in ROLES else {}
        codes.append({"id": id, **role, task.language: _words(label, texts.get(id, []))})
    frame = {"name": task.name, "version": 1, "languages": [task.language], "codes": codes}
    return yaml.safe_dump(frame, allow_unicode=True, sort_keys=False)


def corpus_of(task: LabelledSet, ids: Mapping[str, str]) -> str:
    """Return the texts to learn from in JSON lines, each with one segment, the whole."""
    return "".join(json.dumps(_row(number, text, ids)) + "\n" for number, text in enumerate(task.learnt))


def recipe_of() -> str:
    """Return the recipe for frames of one's own in TOML, with corpus and codebook of a set."""
    own: dict[str, Any] = {**tomllib.loads(RECIPE.read_text(encoding="utf-8")), **PLACES}
    tables = {key: own.pop(key) for key in list(own) if isinstance(own[key], dict)}
    return "".join([_lines(own), *(f"\n[{key}]\n{_lines(table)}" for key, table in tables.items())])


def _lines(values: Mapping[str, object]) -> str:
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


def _slug(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")


def _words(name: str, texts: Sequence[str]) -> dict[str, object]:
    """Return the words of a code; where a label has less than three texts, its name stands in for examples."""
    stand_ins = (f"{name} ({number})" for number in range(1, EXAMPLES + 1))
    examples = list(dict.fromkeys([*texts[:20], *stand_ins]))
    return {"name": name, "definition": f"{name}.", "examples": [each for each in examples if each.strip()][:EXAMPLES]}


def _row(number: int, text: Text, ids: Mapping[str, str]) -> dict[str, object]:
    codes = [{"id": ids[label], "polarity": side} for label, side in zip(text.labels, text.polarities, strict=True)]
    return {"id": f"t{number}", "text": text.words, "segments": [{"text": text.words, "codes": codes}]}
