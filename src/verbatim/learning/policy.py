"""When a challenger takes the champion's place: a recipe in TOML, and what it decides on a contest.

min_gold = 100                verbatims of the share kept apart that a person must have coded
min_gain = 0.005              how much the F1 at level 2 must rise at least
confidence = 0.95             of the limits that decide what chance explains
protected = ["product.safety"]
min_coherence = 4.0           how far held-out corrections must be told from shuffled ones, in standard deviations
worse = 0.0                   how much the F1 of a protected code may fall, though chance does not explain it

[weights]
changed = 1.0                 of a verbatim whose codes a person changed
agreed = 1.0                  of one whose codes a person let stand
half_life = 0                 days after which a correction counts half; 0 for never
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from verbatim.errors import CorpusError
from verbatim.learning.contest import SIDED, Change, Contest
from verbatim.learning.toml_keys import TEXTS, Rule, checked, number

LEVELS = {"l2_weighted": "F1 at level 2", "l1_weighted": "F1 at level 1", SIDED: "F1 of codes with their polarity"}

RULES: Mapping[str, Rule] = {
    "min_gold": number(10, 1_000_000, whole=True),
    "min_gain": number(0, 1),
    "confidence": number(0.5, 0.999),
    "protected": TEXTS,
    "worse": number(0, 1),
    "min_coherence": number(0, 100),
    "weights": Rule("a table", lambda value: isinstance(value, dict)),
}
WEIGHT_RULES: Mapping[str, Rule] = {
    "changed": number(0.01, 100),
    "agreed": number(0.01, 100),
    "half_life": number(0, 100_000),
}


@dataclass(frozen=True, slots=True)
class CorrectionWeights:
    """How much a correction counts: one that changed codes, one that let them stand; half after so many days."""

    changed: float = 1.0
    agreed: float = 1.0
    half_life: float = 0.0

    def of(self, changed: bool, days: float) -> float:
        """Return the weight of a correction of that age."""
        weight = self.changed if changed else self.agreed
        return weight * 0.5 ** (max(0.0, days) / self.half_life) if self.half_life else weight


@dataclass(frozen=True, slots=True)
class Policy:
    """What a challenger must show on gold to take the champion's place, and how corrections are weighed."""

    min_gold: int = 100
    min_gain: float = 0.005
    confidence: float = 0.95
    protected: tuple[str, ...] = ("product.safety", "price.billing", "sales_process.honesty")
    worse: float = 0.0
    min_coherence: float = 4.0
    weights: CorrectionWeights = field(default_factory=CorrectionWeights)

    def as_json(self) -> dict[str, Any]:
        """Return the policy as JSON takes it."""
        return asdict(self)

    def as_table(self) -> dict[str, Any]:
        """Return the policy as a recipe's table."""
        return {**asdict(self), "protected": list(self.protected)}


GroundKind = Literal[
    "few", "little_gold", "incoherent", "no_codes", "worse", "no_better", "chance", "protected", "better"
]
"""Why a challenger is promoted, or is not: for a page to say in a reader's language."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason, in English, and what it stands on: numbers, the id of a code or the name of a figure."""

    kind: GroundKind
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return what it stands on, as JSON takes it, fractions rounded."""
        values = {name: round(one, 4) if isinstance(one, float) else one for name, one in self.values.items()}
        return {"kind": self.kind, **values}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a challenger is to be promoted, and why."""

    promoted: bool
    grounds: tuple[Ground, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, in words."""
        return tuple(one.text for one in self.grounds)


def read_policy(path: Path) -> Policy:
    """Return the policy in a TOML file; CorpusError names an unknown key, or a value that cannot be."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise CorpusError(f"{path}: not a recipe in TOML ({problem})") from problem
    return policy_of(given, str(path))


def policy_of(given: Mapping[str, Any], place: str) -> Policy:
    """Return the policy that a table says, with the defaults of what it leaves out; raises CorpusError."""
    table = dict(cast("Mapping[str, Any]", checked(given, RULES, (), place)))
    weights = cast("Mapping[str, Any]", checked(table.pop("weights", {}), WEIGHT_RULES, (), f"{place}: [weights]"))
    if "protected" in table:
        table["protected"] = tuple(table["protected"])
    return Policy(**table, weights=CorrectionWeights(**weights))


def judge(found: Contest, policy: Policy, coherence: float) -> Verdict:
    """Return what the policy decides on a contest: promoted if better and no protected code got worse.

    `coherence` is that of the corrections: a model that learnt from shuffled codes may still be better, by how often
    each of them is right, and is not to be trusted.
    """
    if found.n < policy.min_gold:
        text = f"not enough gold to judge: {found.n} of {policy.min_gold}"
        return Verdict(False, (Ground("little_gold", text, {"n": found.n, "wanted": policy.min_gold}),))
    against = tuple(_against(found, policy))
    if coherence < policy.min_coherence:
        told = f"held-out ones are told {coherence:.1f} deviations better than shuffled ones"
        text = f"corrections that do not fit their words: {told}; expected {policy.min_coherence:g}"
        ground = Ground("incoherent", text, {"coherence": coherence, "wanted": policy.min_coherence})
        against = (ground, *against)
    return Verdict(False, against) if against else Verdict(True, (_better(found, policy),))


def too_few(count: int, wanted: int) -> Ground:
    """Return the reason that there is nothing to learn from."""
    text = f"too few corrections to learn from: {count} of {wanted} that say something"
    return Ground("few", text, {"n": count, "wanted": wanted})


def unjudged(found: Contest, policy: Policy) -> tuple[str, ...]:
    """Return the protected codes that gold never has."""
    return tuple(id for id in policy.protected if id not in found.codes)


def _better(found: Contest, policy: Policy) -> Ground:
    kept = [id for id in policy.protected if id in found.codes]
    told = f"; no protected code got worse ({', '.join(kept)})" if kept else ""
    change = found.figures["l2_weighted"]
    text = f"better: {_told('l2_weighted', change)}{told}"
    return Ground("better", text, {**_values("l2_weighted", change), "kept": kept})


def _against(found: Contest, policy: Policy) -> Iterator[Ground]:
    """Yield every reason not to promote."""
    overall = found.figures.get("l2_weighted")
    if overall is None:
        yield Ground("no_codes", "gold has no code; expected verbatims that a person has coded")
        return
    told, values = _told("l2_weighted", overall), _values("l2_weighted", overall)
    if overall.worse:
        yield Ground("worse", f"worse: {told}", values)
    elif overall.gain.value < policy.min_gain:
        text = f"no better: {told}; expected {policy.min_gain:+.3f} at least"
        yield Ground("no_better", text, {**values, "wanted": policy.min_gain})
    elif not overall.better:
        yield Ground("chance", f"perhaps by chance: {told}; expected limits above 0", values)
    for name in ("l1_weighted", SIDED):
        if name in found.figures and found.figures[name].worse:
            change = found.figures[name]
            yield Ground("worse", f"worse: {_told(name, change)}", _values(name, change))
    for id in policy.protected:
        if id in found.codes and found.codes[id].worse and found.codes[id].gain.value < -policy.worse:
            change = found.codes[id]
            text = f"a protected code got worse: {_told(id, change)}, n = {change.n}"
            yield Ground("protected", text, _values(id, change))


def _values(name: str, change: Change) -> dict[str, Any]:
    gain = change.gain
    both = {"before": change.before, "after": change.after}
    return {"figure": name, **both, "gain": gain.value, "low": gain.low, "high": gain.high, "n": change.n}


def _told(name: str, change: Change) -> str:
    gain = change.gain
    what = LEVELS.get(name, f"F1 of {name}")
    return f"{what} {change.before:.3f} → {change.after:.3f} ({gain.value:+.3f}, {gain.low:+.3f} to {gain.high:+.3f})"
