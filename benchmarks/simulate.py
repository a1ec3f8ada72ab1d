"""What the statistics are worth where the truth is known: 2,000 accounts, answers that cluster, a coder that errs.

    python benchmarks/simulate.py [--quick] [--json FILE]

Everything is drawn from a seed, so that the same table comes out. It prints how often intervals hold the truth, how
often something is told where nothing changed, how often planted shifts of a known size are found, and how far raw and
corrected shares are from the truth; `docs/statistics.md` keeps it. `--quick` draws a tenth.

An account has a share of its own, drawn from a beta distribution with the mean p and an intraclass correlation ρ: its
answers are beta-binomial. How many answers an account gives is geometric: most give one or two, a few give many.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from simulated_accounts import (
    CODES,
    answers,
    cells_of_draws,
    cells_of_pairs,
    drawn_facts,
    one_period,
    own_shares,
    two_periods,
)

from verbatim.estimates import (
    Cells,
    Gold,
    Pairs,
    benjamini_hochberg,
    corrected,
    difference_limits,
    finite,
    likeness,
    limits,
    means_of_groups,
    nps_of_groups,
    shrunk,
)
from verbatim.trends import Measure, Question, Span, trends

SEED = 20261130


@dataclass(frozen=True)
class Row:
    """A line of the table: what was drawn, what was measured, how often, what is aimed at."""

    part: str
    case: str
    figure: str
    value: float
    draws: int
    aim: str = ""
    naive: float | None = None


# --- intervals --------------------------------------------------------------------------------------------------------


def coverage_of_shares(chance, draws) -> Iterator[Row]:
    """How often the interval of a share holds the truth, beside Wilson's without regard to accounts."""
    for accounts in (20, 60, 300, 2000):
        for share in (0.03, 0.1, 0.3):
            for rho in (0.0, 0.1, 0.3):
                if accounts * 2 * share < 5:
                    continue
                some = max(200, min(draws, 4_000_000 // accounts))
                k, n = one_period(chance, some, accounts, share, rho)
                cells = cells_of_draws(n)
                tops = k.ravel().astype(float)
                found = cells.ratios(tops)
                # In use the likeness is that of the whole series; here every draw is a series of one period.
                low, high = found.limits(cells.kish(likeness(cells, tops)))
                plain = limits(found.value, found.base)
                yield Row(
                    "share",
                    f"{accounts} accounts, p = {share}, rho = {rho}",
                    "coverage",
                    inside(share, low, high),
                    some,
                    "0.93-0.97",
                    inside(share, *plain),
                )


def coverage_of_populations(chance, draws) -> Iterator[Row]:
    """The same where 120 of 150 persons answered: the share among the 150 is the truth."""
    persons, asked, accounts = 150, 120, 50
    for rho in (0.0, 0.2):
        own = own_shares(chance, 0.3, rho, (draws, accounts))
        of = np.arange(persons) % accounts
        says = chance.random((draws, persons)) < own[:, of]
        drawn = chance.random((draws, persons)).argsort(axis=1)[:, :asked]
        truth = says.mean(axis=1)
        k, n = (np.zeros((draws, accounts)) for _ in range(2))
        rows = np.repeat(np.arange(draws), asked)
        np.add.at(n, (rows, of[drawn].ravel()), 1)
        np.add.at(k, (rows, of[drawn].ravel()), np.take_along_axis(says, drawn, 1).ravel())
        cells = cells_of_draws(n)
        found = cells.ratios(k.ravel())
        kish = cells.kish(likeness(cells, k.ravel()))
        low, high = found.limits(kish, finite(asked, persons))
        wide = found.limits(kish)
        case = f"120 of 150 persons, p = 0.3, rho = {rho}"
        yield Row(
            "population", case, "coverage", inside(truth, low, high), draws, "at least 0.93", inside(truth, *wide)
        )
        width = float(np.mean(high - low) / np.mean(wide[1] - wide[0]))
        yield Row("population", case, "width beside an endless one", width, draws, "below 1")


def coverage_of_scores(chance, draws) -> Iterator[Row]:
    """How often the interval of a Net Promoter Score holds the truth, by respondent and by account."""
    for accounts in (20, 60, 300):
        n = answers(chance, (draws, accounts))
        shares = chance.dirichlet((2.0, 1.2, 0.8), (draws, accounts))
        drawn = chance.multinomial(n, shares)
        cells = cells_of_draws(n)
        up, down = (drawn[..., at].ravel().astype(float) for at in (0, 2))
        truth = (2.0 - 0.8) / 4.0
        _, low, high = nps_of_groups(cells, up, down)
        plain = nps_of_groups(
            Cells(np.zeros(draws, int), np.arange(draws), cells.totals, draws), cells.sums(up), cells.sums(down)
        )
        p_up, p_down = cells.sums(up) / cells.totals, cells.sums(down) / cells.totals
        half = 1.96 * np.sqrt((p_up + p_down - (p_up - p_down) ** 2) / cells.totals)
        naive = inside(truth, plain[0].value - half, plain[0].value + half)
        case = f"{accounts} accounts, NPS = {100 * truth:.0f}"
        yield Row("score", case, "coverage", inside(truth, low, high), draws, "0.93-0.97", naive)
        _, low, high = means_of_groups(cells, (up - down) / cells.base, np.ones(len(up)))
        yield Row("score", f"{case}, by account", "coverage", inside(truth, low, high), draws, "0.93-0.97")


def coverage_of_differences(chance, draws) -> Iterator[Row]:
    """How often the interval of a difference holds the truth, and how often the test speaks where nothing changed.

    Half of the accounts of a period are in the other one too, with the same share of their own.
    """
    for accounts, share, rho in ((30, 0.2, 0.2), (60, 0.1, 0.1), (60, 0.3, 0.3), (300, 0.05, 0.2), (300, 0.2, 0.3)):
        for shift in (0.0, 0.08):
            some = max(200, min(draws, 2_000_000 // accounts))
            later, earlier = two_periods(chance, some, accounts, share, rho, shift)
            pairs = Pairs.of(*(cells_of_pairs(n) for _, n in (later, earlier)))
            tops = [k.ravel()[n.ravel() > 0].astype(float) for k, n in (later, earlier)]
            found = pairs.differences(*tops)
            low, high = limits_of_difference(found, [cells_of_pairs(n) for _, n in (later, earlier)], tops)
            case = f"{accounts} accounts, p = {share}, rho = {rho}, shift {shift}"
            yield Row("difference", case, "coverage", inside(shift, low, high), some, "0.93-0.97")
            if not shift:
                rate = float(np.mean(found.p <= 0.05))
                yield Row(
                    "difference", case, "told at p <= 0.05", rate, some, "at most 0.06", naive_rate(later, earlier)
                )


def limits_of_difference(found, sides, tops):
    ends = []
    for cells, values in zip(sides, tops, strict=True):
        ratios = cells.ratios(values)
        ends.append((ratios.value, *ratios.limits(cells.kish(likeness(cells, values)))))
    return difference_limits(*ends, found.correlation)


def naive_rate(later, earlier):
    """How often the two-proportion z-test speaks, which takes answers for independent."""
    (k1, n1), (k0, n0) = ((k.sum(1), n.sum(1)) for k, n in (later, earlier))
    whole = (k1 + k0) / (n1 + n0)
    error = np.sqrt(np.maximum(1e-12, whole * (1 - whole) * (1 / n1 + 1 / n0)))
    return float(np.mean(np.abs(k1 / n1 - k0 / n0) / error > 1.96))


def inside(truth, low, high) -> float:
    return float(np.mean((low <= truth) & (truth <= high)))


# --- coder errors -----------------------------------------------------------------------------------------------------


def shares_of_a_coder_that_errs(chance, draws) -> Iterator[Row]:
    """How far raw and corrected shares are from the truth, and how often the corrected interval holds it."""
    for share, hits, spared in ((0.05, 0.75, 0.97), (0.15, 0.8, 0.95), (0.4, 0.7, 0.92), (0.15, 0.6, 0.99)):
        for gold in (500, 2000):
            rows = [_coded_once(chance, share, hits, spared, gold) for _ in range(draws)]
            told = [one for one in rows if one[1].share is not None]
            case = f"p = {share}, finds {hits}, spares {spared}, gold {gold}"
            raw = float(np.mean([one[0] for one in rows]) - share)
            if not told:
                yield Row("coder", case, "refused", 1.0, draws)
                continue
            bias = float(np.mean([one[1].share for one in told]) - share)
            held = float(np.mean([one[1].low <= share <= one[1].high for one in told]))
            yield Row("coder", case, "bias", bias, len(told), "at most 0.01", raw)
            yield Row("coder", case, "coverage", held, len(told), "0.93-0.97")
            if len(told) < draws:
                yield Row("coder", case, "refused", 1 - len(told) / draws, draws)


def _coded_once(chance, share, hits, spared, gold):
    """A period of 300 accounts coded with errors, and what gold of so many verbatims says of the coder."""
    k, n = one_period(chance, 1, 300, share, 0.1)
    coded = chance.binomial(k, hits) + chance.binomial(n - k, 1 - spared)
    positives = int(chance.binomial(gold, share))
    made = Gold(
        int(chance.binomial(positives, hits)),
        positives,
        int(chance.binomial(gold - positives, spared)),
        gold - positives,
    )
    cells = cells_of_draws(n)
    tops = coded.ravel().astype(float)
    size = cells.ratios(tops).sizes(cells.kish(likeness(cells, tops)))[0]
    raw = float(coded.sum() / n.sum())
    return raw, corrected(raw, float(size), made)


# --- whole answers ----------------------------------------------------------------------------------------------------


def whole_answers(chance, draws) -> Iterator[Row]:
    """What is told of 30 codes over 12 months of 2,000 accounts, where nothing changes and where some codes shift."""
    question = Question(tuple(Measure("code", f"c.{at:02d}") for at in range(CODES)), Span("month"))
    nothing = [trends(drawn_facts(chance, 0, 0.0), question) for _ in range(draws)]
    changes = [[told(found) for found in answer.series] for answer in nothing]
    looked = int(np.mean([answer.looked for answer in nothing]))
    any_told = float(np.mean([any(one["changes"] for one in answer) for answer in changes]))
    any_step = float(np.mean([any(one["steps"] for one in answer) for answer in changes]))
    any_durable = float(np.mean([any(one["durable"] for one in answer) for answer in changes]))
    case = f"nothing changes; 30 codes x 12 months, {looked} looks"
    any_ = float(np.mean([any(one["changes"] or one["steps"] for one in answer) for answer in changes]))
    yield Row("answer", case, "answers that tell anything", any_, draws, "at most 0.05", _unadjusted(nothing))
    yield Row("answer", case, "answers that tell a change", any_told, draws, "at most 0.05")
    yield Row("answer", case, "answers that tell a change point", any_step, draws, "at most 0.05")
    yield Row("answer", case, "answers that tell a durable change", any_durable, draws, "at most 0.05")
    for shift in (0.02, 0.04, 0.06, 0.10):
        yield from _shifted(chance, max(10, draws // 10), question, shift)


def _shifted(chance, draws, question, shift) -> Iterator[Row]:
    """Five of the thirty codes rise by the shift from the seventh month on, and stay there."""
    found, false, all_told, steps, durable, near = 0, 0, 0, 0, 0, 0
    rates = []
    for _ in range(draws):
        answer = trends(drawn_facts(chance, 5, shift), question)
        wrong = right = 0
        for place, series in enumerate(answer.series):
            for change in series.changes:
                if change.verdict not in ("rose", "fell"):
                    continue
                true = place < 5 and change.period.name == "2025-07" and change.verdict == "rose"
                right, wrong = right + true, wrong + (not true)
                durable += true and change.durable == "yes"
            if place < 5:
                told_steps = [one for one in series.steps if one.verdict == "rose"]
                steps += bool(told_steps)
                near += any(one.period.name in ("2025-06", "2025-07", "2025-08") for one in told_steps)
        found, false, all_told = found + right, false + wrong, all_told + right + wrong
        rates.append(wrong / max(1, right + wrong))
    case = f"5 of 30 codes rise by {100 * shift:.0f} points"
    yield Row("answer", case, "found (power), month on month", found / (5 * draws), 5 * draws)
    yield Row("answer", case, "of them told as durable", durable / max(1, found), found)
    yield Row("answer", case, "found as change point", steps / (5 * draws), 5 * draws)
    yield Row("answer", case, "change point within a month", near / max(1, steps), steps)
    yield Row("answer", case, "false discovery rate", float(np.mean(rates)), draws, "at most 0.05")


def told(series) -> dict[str, bool]:
    said = [one for one in series.changes if one.verdict in ("rose", "fell")]
    return {
        "changes": bool(said),
        "durable": any(one.durable == "yes" for one in said),
        "steps": any(one.verdict in ("rose", "fell") for one in series.steps),
    }


def _unadjusted(answers_) -> float:
    """How many answers would tell a change if each p stood alone."""
    return float(np.mean([any((c.p or 1) <= 0.05 for s in one.series for c in s.changes) for one in answers_]))


# --- groups -----------------------------------------------------------------------------------------------------------


def shares_of_small_groups(chance, draws) -> Iterator[Row]:
    """How often the interval of a shrunken share holds the group's own, and how much nearer it is than plain."""
    held, near, far = [], [], []
    for _ in range(draws):
        own = own_shares(chance, 0.15, 0.03, 25)
        n = chance.integers(8, 120, 25)
        k = chance.binomial(n, own)
        found = shrunk(k, n)
        held.append(inside(own, found.low, found.high))
        near.append(np.mean((found.share - own) ** 2))
        far.append(np.mean((k / n - own) ** 2))
    case = "25 groups of 8 to 120 answers"
    yield Row("shrinkage", case, "coverage", float(np.mean(held)), draws, "0.93-0.97")
    yield Row(
        "shrinkage",
        case,
        "mean squared error beside the plain share",
        float(np.mean(near) / np.mean(far)),
        draws,
        "below 1",
    )


def false_discoveries(chance, draws) -> Iterator[Row]:
    """The false discovery rate of the q-values by themselves: 100 looks, ten of which are true."""
    rates = []
    for _ in range(draws):
        z = chance.normal(size=100)
        z[:10] += 3.5
        p = 2 * 0.5 * _erfc(np.abs(z) / np.sqrt(2))
        chosen = benjamini_hochberg(p) <= 0.05
        rates.append(chosen[10:].sum() / max(1, chosen.sum()))
    yield Row(
        "q-values", "100 looks, 10 of them true", "false discovery rate", float(np.mean(rates)), draws, "at most 0.05"
    )


def _erfc(values):
    from scipy.special import erfc

    return erfc(values)


# --- the table --------------------------------------------------------------------------------------------------------


def simulated(quick: bool) -> list[Row]:
    """Every line of the table."""
    few = 10 if quick else 1
    parts = (
        (coverage_of_shares, 4000),
        (coverage_of_populations, 3000),
        (coverage_of_scores, 4000),
        (coverage_of_differences, 4000),
        (shares_of_a_coder_that_errs, 1500),
        (shares_of_small_groups, 300),
        (false_discoveries, 2000),
        (whole_answers, 1000),
    )
    chances = np.random.default_rng(SEED).spawn(len(parts))
    rows: list[Row] = []
    for (part, draws), chance in zip(parts, chances, strict=True):
        start = time.perf_counter()
        for row in part(chance, max(20, draws // few)):
            rows.append(
                replace(row, value=round(row.value, 4), naive=None if row.naive is None else round(row.naive, 4))
            )
            print(line(rows[-1]), flush=True)
        print(f"# {part.__name__}: {time.perf_counter() - start:.0f} s", flush=True)
    return rows


def line(row: Row) -> str:
    beside = "" if row.naive is None else f"{row.naive:.4f}"
    return f"| {row.part} | {row.case} | {row.figure} | {row.value:.4f} | {beside} | {row.aim} | {row.draws:,} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    print(
        "| part | case | figure | measured | without regard to it | aim | draws |\n"
        "| --- | --- | --- | ---: | ---: | --- | ---: |"
    )
    rows = simulated(chosen.quick)
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
