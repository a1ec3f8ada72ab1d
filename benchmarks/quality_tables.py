"""The figures of quality.json as tables in docs/peers.md, each between a mark with its name and an end mark."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from peers import PEERS

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "peers.md"

Result = Mapping[str, Any]
Results = Mapping[str, Mapping[str, Result]]

_BLOCK = re.compile(r"(<!-- (?P<name>[\w-]+) -->\n).*?(\n<!-- end -->)", re.DOTALL)
_KINDS = ("weighted", "micro", "macro")
LEVELS = {"l1": "Level 1", "l2": "Level 2", "labels": "F1"}
COSTS = ("Learnt from", "Learning, s", "MiB", "Texts a second", "MiB")


def update_document(results: Results) -> None:
    """Write the tables of the document again."""
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text(encoding="utf-8"), quality_tables(results)), encoding="utf-8")


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


def as_table(heads: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    return "\n".join("| " + " | ".join(row) + " |" for row in [heads, ["---"] * len(heads), *rows])


def _title(name: str) -> str:
    return PEERS[name].title if name in PEERS else name


def _shown(result: Result, keys: list[str], best: Mapping[str, float]) -> list[str]:
    mark: Callable[[bool], str] = lambda highest: "**" if highest else ""  # noqa: E731
    figures = result["figures"]
    return [f"{mark(figures[key] == best[key])}{figures[key]:.3f}{mark(figures[key] == best[key])}" for key in keys]
