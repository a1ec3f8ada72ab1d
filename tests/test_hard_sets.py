"""Hard answers, written for the purpose: short Chinese, code-switched and negated, coded by every shipped model."""

import re
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import pytest

from verbatim.coder import Coder
from verbatim.domain import STANCES
from verbatim.learning.duplicates import same_texts, shared_runs
from verbatim.learning.evaluate import evaluate
from verbatim.learning.examples import Example, read_corpus, read_gold
from verbatim.learning.limits import Limits
from verbatim.registry import find, labels, load, models_folder
from verbatim.taxonomy import default

ROOT = Path(__file__).resolve().parents[1]
HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Shares:
    """The share right: micro F1 of both levels, polarity of the ids found, stances off by one at most."""

    l1: float
    l2: float
    polarity: float
    stance: float


# the name of a model, and a set: the least share right
FLOORS = {
    ("b2b", "short_chinese"): Shares(l1=0.96, l2=0.93, polarity=0.96, stance=0.98),
    ("b2b", "code_switched"): Shares(l1=0.90, l2=0.81, polarity=0.97, stance=0.97),
    ("b2b", "negated"): Shares(l1=0.90, l2=0.82, polarity=0.78, stance=0.92),
    ("accurate", "short_chinese"): Shares(l1=0.98, l2=0.95, polarity=0.97, stance=0.99),
    ("accurate", "code_switched"): Shares(l1=0.93, l2=0.86, polarity=0.98, stance=0.97),
    ("accurate", "negated"): Shares(l1=0.92, l2=0.87, polarity=0.92, stance=0.96),
}
SETS = sorted({name for _, name in FLOORS})
SHIPPED = [label for label in labels(models_folder()) if label == find(label.partition("@")[0]).name]
"""The newest model of each name."""


@cache
def hard(name: str) -> list[Example]:
    return read_gold(Path(__file__).parent / "files" / "gold" / f"{name}.jsonl", default())


def shares_right(label: str, name: str) -> Shares:
    """How much of a set a model codes right, without scores."""
    gold = hard(name)
    codings = Coder(load(models_folder() / label)[0]).code_texts([example.text for example in gold])
    found = evaluate(gold, codings, default())
    pairs = [(example.stance, coding.stance.label) for example, coding in zip(gold, codings, strict=True)]
    steps = [abs(STANCES.index(want) - STANCES.index(got)) for want, got in pairs if want and got]
    near = sum(step <= 1 for step in steps) / len(steps)
    told = [found.values[name] for name in ("l1_micro", "l2_micro", "polarity")]
    return Shares(*(round(share, 3) for share in (*told, near)))


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("label", [label for label in SHIPPED if (label.partition("@")[0], SETS[0]) in FLOORS])
def test_a_shipped_model_codes_at_least_the_share_right_that_it_is_known_for(label: str, name: str) -> None:
    if label.startswith("accurate@"):
        pytest.importorskip("onnxruntime", reason="needs the extra verbatim[accurate]")
    floors, right = asdict(FLOORS[label.partition("@")[0], name]), asdict(shares_right(label, name))
    below = {figure: share for figure, share in right.items() if share < floors[figure]}
    assert not below, f"{label} on {name}, n {len(hard(name))}: {right}; expected at least {floors}"


@pytest.mark.parametrize("name", SETS)
def test_a_hard_set_is_large_and_knows_every_stance(name: str) -> None:
    assert len(hard(name)) >= 110
    assert {example.stance for example in hard(name)} == set(STANCES)
    assert all(example.codes for example in hard(name))


def test_each_set_is_what_its_name_says() -> None:
    assert all(2 <= len(example.text) <= 12 for example in hard("short_chinese"))
    assert {example.language for example in hard("short_chinese")} == {"zh-Hans", "zh-Hant"}
    assert {example.language for example in hard("negated")} == {"en", "zh-Hans", "zh-Hant"}
    assert all(HAN.search(row.text) and re.search("[A-Za-z]{2}", row.text) for row in hard("code_switched"))


def test_no_hard_answer_stands_in_the_training_corpus_or_in_another_set() -> None:
    seed = read_corpus(ROOT / "training" / "seed", default())
    texts = [example.text for example in (*seed, *(row for name in SETS for row in hard(name)))]
    pairs = [*same_texts(texts), *shared_runs(texts, Limits())]
    assert [(texts[pair.later], texts[pair.earlier]) for pair in pairs if pair.later >= len(seed)] == []
