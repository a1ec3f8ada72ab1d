"""What the commands of the code frame's life print: drafts, effects, versions, crosswalks."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from verbatim.actions.drafts import Drafted
from verbatim.actions.frame_effect import Crossed, Effect, OfModels, Version
from verbatim.crosswalk import Entry

OF_MODELS: dict[OfModels, str] = {
    "unchanged": "as before",
    "at_once": "by the new id at once",
    "never": "not any more",
    "persons_only": "by persons only, until a model is retrained",
}


def show_draft(found: Drafted) -> None:
    """Print the operations of a draft."""
    draft, console = found.draft, _console()
    if not draft.operations:
        console.print(f"no draft; {draft.base} is in use")
        return
    console.print(f"draft {draft.revision} of {found.revised.codebook.label}, on {draft.base}, by {draft.actor}")
    for place, one in enumerate(found.revised.done, 1):
        console.print(f"  {place}. {_told(one.operation.act, one.operation.code, one.leads_to)}")
    if found.outdated:
        console.print("another version came into use since: put the operations anew")


def show_effect(found: Effect) -> None:
    """Print what publishing a draft would change."""
    console = _console()
    table = Table(box=None, pad_edge=False)
    for name in ("operation", "verbatims", "by persons", "by models", "to decide", "models code it"):
        table.add_column(name, justify="right" if name in ("verbatims", "by persons", "by models") else "left")
    for one in found.operations:
        counts = one.coded.verbatims, one.coded.persons, one.coded.models, one.ambiguous
        operation = _told(one.act, one.code, one.leads_to)
        more = f" with {one.missing} more examples" if one.missing else ""
        table.add_row(operation, *map(str, counts), OF_MODELS[one.models] + more)
    console.print(f"{found.label}, after {found.drafted.draft.base}")
    console.print(table)
    console.print(
        f"in all {found.changed.verbatims} verbatims change, {found.ambiguous} of them go to the review queue"
    )


def show_versions(found: Sequence[Version]) -> None:
    """Print the versions, from the first to the latest."""
    console = _console()
    for one in found:
        past = one.publication
        how = f"by {past.actor}: {past.reason}" if past else "as it came with the model"
        mark = "*" if one.current else " "
        console.print(f"{mark} {one.label}  {one.created:%Y-%m-%d %H:%M}  {one.codes} ids  {how}")
        for entry in past.entries if past else ():
            if entry.kind != "kept":
                console.print(f"    {_entry(entry)}")


def show_crossed(found: Crossed) -> None:
    """Print what became of each code, those that stand as they were left out."""
    console = _console()
    changed = [one for one in found.entries if one.kind != "kept"]
    console.print(f"{found.former} to {found.label}: {len(found.entries) - len(changed)} codes as they were")
    for one in changed:
        console.print(f"  {_entry(one)}")
    for cut in found.breaks:
        console.print(f"  break at {cut.version}: {_entry(cut.entry)}")


def _entry(entry: Entry) -> str:
    return _told(entry.kind, entry.old or "", entry.new)


def _told(what: str, code: str, leads_to: Iterable[str]) -> str:
    new = ", ".join(one for one in leads_to if one != code)
    return " ".join(filter(None, (what, code, f"→ {new}" if new else "")))


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)
