"""What the command of themes prints."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from verbatim.actions.theme_shelf import SeenExcerpt, SeenTheme, Shelf

LANGUAGE = "en"
RECENT = 6
"""So many months of a series are printed."""


def show_themes(found: Shelf) -> None:
    """Print the themes of a scope, those with the most verbatims first."""
    console = _console()
    if found.run is None:
        console.print(f"{found.scope}: nobody has looked for themes yet; expected --find")
        return
    run = found.run
    console.print(
        f"{found.scope}: {run.placed} of {run.segments} segments of {run.verbatims} verbatims belong to a theme, "
        f"{run.segments - run.placed} to none"
    )
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("id", "theme", "state", "verbatims", "persons", "accounts", "share"):
        table.add_column(name, justify="right" if name in ("verbatims", "persons", "accounts", "share") else "left")
    for one in found.themes:
        size = one.size
        counts = size.verbatims, size.respondents, size.accounts
        table.add_row(
            str(one.stored.id), one.name(LANGUAGE), _state(one), *map(str, counts), f"{100 * size.share:.1f} %"
        )
    console.print(table)


def show_theme(one: SeenTheme, central: Sequence[SeenExcerpt]) -> None:
    """Print one theme: its words, how it fares, and excerpts."""
    console = _console()
    console.print(f"{one.stored.id}  {one.name(LANGUAGE)}  {_state(one)}", markup=False)
    for language, words in one.words.items():
        console.print(f"  {language}: {', '.join(words)}", markup=False)
    change = one.stored.change
    if change:
        console.print(
            f"  latest quarter {change['latest']['k']} of {change['latest']['n']}, the one before "
            f"{change['earlier']['k']} of {change['earlier']['n']}: {100 * change['difference']:+.1f} points "
            f"({100 * change['low']:+.1f} to {100 * change['high']:+.1f}, Newcombe 95 %, by accounts)"
        )
    for point in one.series[-RECENT:]:
        console.print(f"  {point.month}  {point.n} of {point.base}  {100 * point.share:.1f} %")
    for excerpt in central:
        console.print(f"  {excerpt.verbatim}: {excerpt.text}", markup=False)


def as_json(found: Shelf | SeenTheme, central: Sequence[SeenExcerpt] = ()) -> dict[str, Any]:
    """The same as values."""
    if isinstance(found, Shelf):
        run = asdict(found.run) if found.run else None
        themes = [as_json(one) for one in found.themes]
        return {"scope": found.scope, "scopes": found.scopes, "run": run, "base": found.base, "themes": themes}
    stored = {name: value for name, value in asdict(found.stored).items() if name not in ("centroid", "words")}
    told = {**stored, "size": asdict(found.size), "words": found.words, "series": [asdict(one) for one in found.series]}
    return {**told, "excerpts": [asdict(one) for one in central]} if central else told


def _state(one: SeenTheme) -> str:
    stored = one.stored
    if stored.state == "merged":
        return f"merged into {stored.into}"
    return f"promoted to {stored.code}" if stored.state == "promoted" else stored.state


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)
