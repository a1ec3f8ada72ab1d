"""The code frame that an organisation reads its codes by: that of the model, in the words that were put last."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from verbatim import taxonomy
from verbatim.actions.desk import Desk
from verbatim.actions.kept_codings import writing_codings
from verbatim.errors import CodebookError, ConflictError
from verbatim.store import audit
from verbatim.store.codebook_versions import keep_codebook, kept_codebook, newest_codebook
from verbatim.store.opening import reading
from verbatim.taxonomy import Code, Codebook

LONGEST = 1_000_000
"""Characters of a frame."""

TOLD = 10
"""How many problems, or ids, a message names."""


def codebook(desk: Desk, organisation: str) -> Codebook:
    """The version kept last of those with the ids of the model; the model's own frame where there is none."""
    with reading(desk.engine, organisation) as connection:
        kept = newest_codebook(connection, organisation, desk.codebook.fingerprint)
    return _read(kept.content, kept.label) if kept else desk.codebook


def put_codebook(desk: Desk, organisation: str, yaml_text: str, actor: str) -> Codebook:
    """The frame of a YAML text, kept as the newest version; nothing changes where it is kept already.

    Names, definitions, examples and languages may differ from the model's frame, its ids, their parents and roles may
    not. Raises CodebookError, by line, for a text that is no frame, and naming the ids for one with others;
    ConflictError where the organisation has another frame of that name and version.
    """
    frame = _parsed(yaml_text)
    _check_ids(desk, frame)
    with writing_codings(desk, organisation) as connection:
        if keep_codebook(connection, organisation, frame.label, frame.fingerprint, yaml_text):
            subject = f"codebook:{frame.label}"
            audit.record(connection, organisation, audit.Event(actor, "codebook changed", subject))
            return frame
        kept = kept_codebook(connection, organisation, frame.label)
    if kept is None or taxonomy.written(taxonomy.parse(kept.content)) != taxonomy.written(frame):
        raise ConflictError(f"codebook {frame.label}: kept already with other words; expected a new version")
    return frame


@lru_cache(maxsize=16)
def _read(content: str, label: str) -> Codebook:
    """A kept frame; reading one takes longer than all the rest of a request that needs it."""
    return taxonomy.parse(content, label)


def _parsed(text: str) -> Codebook:
    if len(text) > LONGEST:
        raise CodebookError(f"codebook: {len(text):,} characters; expected at most {LONGEST:,}")
    found = taxonomy.problems(text)
    if found:
        more = f"; and {len(found) - TOLD} more" if len(found) > TOLD else ""
        raise CodebookError("; ".join(problem.told("codebook") for problem in found[:TOLD]) + more)
    return taxonomy.parse(text)


def _check_ids(desk: Desk, frame: Codebook) -> None:
    model = desk.codebook
    if frame.fingerprint == model.fingerprint:
        return
    moved = [code.id for code in frame.codes if code.id in model and _place(code) != _place(model[code.id])]
    differences = {
        "missing": [id for id in model.ids if id not in frame],
        "too many": [id for id in frame.ids if id not in model],
        "with another role": moved,
    }
    told = "; ".join(f"{what}: {_listed(ids)}" for what, ids in differences.items() if ids)
    raise CodebookError(f"codebook {frame.label}: {told}; expected the ids that model {desk.model} codes by")


def _place(code: Code) -> Sequence[str | None]:
    return code.parent, code.role


def _listed(ids: Iterable[str]) -> str:
    first, rest = list(ids)[:TOLD], list(ids)[TOLD:]
    return ", ".join(first) + (f" and {len(rest)} more" if rest else "")
