"""What a model judged is kept, and told to those who asked to be told, in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection

from verbatim import taxonomy
from verbatim.actions.desk import Desk
from verbatim.actions.frame_in_use import frame_in_use
from verbatim.store.codebook_versions import keep_codebook, kept_codebook
from verbatim.store.codings import Judged, Noted, add_codings, register_model
from verbatim.store.opening import writing
from verbatim.store.webhooks import announce

CODED = "verbatim.coded"
"""The event of codings that were added."""


@contextmanager
def writing_codings(desk: Desk, organisation: str) -> Iterator[Connection]:
    """A block that writes, in which the organisation knows the desk's model and its code frame.

    Raises NotFoundError for an unknown organisation.
    """
    with writing(desk.engine, organisation) as connection:
        if organisation not in desk.introduced:
            introduce(connection, desk, organisation)
        yield connection
    desk.introduced.add(organisation)


def ensure_introduced(desk: Desk, organisation: str) -> None:
    """Make the model and its code frame known to an organisation, if they are not. Raises NotFoundError."""
    if organisation not in desk.introduced:
        with writing_codings(desk, organisation):
            pass


def introduce(connection: Connection, desk: Desk, organisation: str) -> None:
    """Make the model and its code frame known to an organisation; nothing changes where they are. NotFoundError."""
    frame = desk.codebook
    facts = {name: desk.manifest.values.get(name) for name in ("quality", "training")}
    register_model(connection, organisation, desk.model, frame.label, facts)
    if kept_codebook(connection, organisation, frame.label) is None:
        keep_codebook(connection, organisation, frame.label, frame.fingerprint, taxonomy.written(frame))


def keep_codings(
    connection: Connection, desk: Desk, organisation: str, judged: Sequence[Judged], sources: Mapping[int, str]
) -> tuple[tuple[Judged, Noted], ...]:
    """What is kept of each coding of the desk's model, by the frame in use, and what became of it, in order.

    Those that were added are announced. `sources` are those of the verbatims, by number. Raises as `add_codings`.
    """
    frame = frame_in_use(connection, desk, organisation, held=True)
    judged = frame.judged(judged) if frame else judged
    noted = add_codings(connection, organisation, judged, codebook=frame.id if frame else None)
    added = [one for one, note in zip(judged, noted, strict=True) if note.result == "added"]
    if added:
        told = [
            {"id": one.verbatim, "external_id": one.coding.verbatim_id, "source": sources[one.verbatim]}
            for one in added
        ]
        announce(connection, organisation, CODED, {"verbatims": told, "model": desk.model})
    return tuple(zip(judged, noted, strict=True))
