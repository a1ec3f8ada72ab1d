"""The figures of quality.json and speed.json as tables in docs/peers.md, each between two marks."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from peers import PEERS

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "peers.md"

Result = Mapping[str, Any]
Results = Mapping[str, Mapping[str, Result]]

_BLOCK = re.compile(r"(<!-- (?P<name>[\w-]+) -->\n).*?(\n<!-- end -->)", re.DOTALL)
_KINDS = ("weighted", "micro", "macro")
LEVELS = {"l1": "Level 1", "l2": "Level 2", "labels": "F1"}
PACES = ("Verbatims a second", "Clauses a second", "Ours to this", "Verbatims a core-second", "Ours to this")
COSTS = ("Learnt from", "Learning, s", "MiB", "Texts a second", "MiB")


def update_document(tables: Mapping[str, str]) -> None:
    """Put tables into the document, each between its marks."""
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text(encoding="utf-8"), tables), encoding="utf-8")


def with_tables(text: str, tables: Mapping[str, str]) -> str:
    """Return the text with each table between its marks; what stands between other marks is left."""

    def block(found: re.Match[str]) -> str:
        return f"{found[1]}{tables[found['name']]}{found[3]}" if found["name"] in tables else found[0]

    return _BLOCK.sub(block, text)


def quality_tables(results: Results) -> dict[str, str]:
    """Return the table of each set by its name, and what was done with each peer under "done"."""
    done = [f"| {offer.title} | {offer.done} |" for offer in PEERS.values()]
    tables = {name: quality_table(of_set) for name, of_set in results.items()}
    return {**tables, "done": "\n".join(["| Peer | What was done |", "| --- | --- |", *done])}


def quality_table(of_set: Mapping[str, Result]) -> str:
    """Return one row a coder, ours first, then the peers in the order of their table."""
    order = [*(name for name in of_set if name not in PEERS), *(name for name in PEERS if name in of_set)]
    levels = [level for level in LEVELS if f"{level}_micro" in of_set[order[0]]["figures"]]
    heads = [f"{LEVELS[level]} {kind}" for level in levels for kind in _KINDS]
    keys = [f"{level}_{kind}" for level in levels for kind in _KINDS]
    best = {key: max(of_set[name]["figures"][key] for name in order) for key in keys}
    rows = [[_title(name), *_shown(of_set[name], keys, best), *costs(of_set[name])] for name in order]
    return as_table(["Coder", *heads, *COSTS], rows)


def costs(result: Result) -> list[str]:
    """Return how much was learnt from, the seconds and memory of learning, the texts a second and memory of coding.

    Seconds are the processor's, all cores together; those of coding one text, the start, are taken off.
    """
    learning, coding, start = result["learning"], result["coding"], result["start"]
    rate = (result["judged"] - 1) / max(0.01, coding["cpu"] - start["cpu"])
    learnt = [f"{learning['cpu']:,.0f}", f"{learning['peak']:,.0f}"] if learning else ["shipped", ""]
    return [f"{result['learnt']:,}", *learnt, f"{rate:,.0f}", f"{coding['peak']:,.0f}"]


def speed_table(results: Result) -> str:
    """Return one row a coder: rows a second, ours in proportion to that, rows a second of the processor, peak memory.

    The seconds of coding one row, the start, are taken off. Rows are cut into clauses by our coder alone.
    """
    paces, few, many = results["paces"], results["few"], results["many"]
    rates = {name: tuple(_rate(pace, many, clock) for clock in ("wall", "cpu")) for name, pace in paces.items()}
    ours = next(iter(rates.values()))
    rows = []
    for name, (wall, cpu) in rates.items():
        clauses = "" if name in PEERS else f"{wall * results['clauses'] / many:,.0f}"
        ratios = [f"{mine / own:.2f}" for mine, own in zip(ours, (wall, cpu), strict=True)]
        peaks = [f"{paces[name][size]['peak']:,.0f}" for size in ("few", "many")]
        rows.append([_title(name), f"{wall:,.0f}", clauses, ratios[0], f"{cpu:,.0f}", ratios[1], *peaks])
    return as_table(["Coder", *PACES, f"MiB, {few:,} rows", f"MiB, {many:,} rows"], rows)


def _rate(pace: Mapping[str, Mapping[str, float]], rows: int, clock: str) -> float:
    return (rows - 1) / max(0.01, pace["many"][clock] - pace["one"][clock])


def as_table(heads: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    return "\n".join("| " + " | ".join(row) + " |" for row in [heads, ["---"] * len(heads), *rows])


def _title(name: str) -> str:
    return PEERS[name].title if name in PEERS else name


def _shown(result: Result, keys: list[str], best: Mapping[str, float]) -> list[str]:
    """Return the figures under the keys, the best of all coders in bold."""
    shown = ((f"{result['figures'][key]:.3f}", result["figures"][key] == best[key]) for key in keys)
    return [f"**{figure}**" if highest else figure for figure, highest in shown]
