"""The code frame that an organisation reads its codes by: that of the model, in the words that it put last."""

from verbatim import taxonomy
from verbatim.actions.desk import Desk
from verbatim.actions.kept_codings import introduce
from verbatim.errors import CodebookError, ConflictError
from verbatim.store import audit
from verbatim.store.codebook_versions import keep_codebook, kept_codebook, newest_codebook
from verbatim.store.opening import reading, writing
from verbatim.taxonomy import Codebook


def frame_of(desk: Desk, organisation: str) -> Codebook:
    """The newest version with the ids of the model; the model's own where none was put."""
    with reading(desk.engine, organisation) as connection:
        kept = newest_codebook(connection, organisation, desk.codebook.fingerprint)
    return taxonomy.parse(kept.content, kept.label) if kept else desk.codebook


def put_frame(desk: Desk, organisation: str, text: str, actor: str) -> Codebook:
    """The frame of a YAML text, kept as the newest version.

    Raises CodebookError for a text that is no frame, or has other ids than the model, ConflictError where the
    organisation has a version of that label that reads otherwise.
    """
    frame = taxonomy.parse(text)
    if frame.fingerprint != desk.codebook.fingerprint:
        expected = f"the ids of {desk.codebook.label}, which model {desk.model} codes by"
        raise CodebookError(f"codebook {frame.label} has other ids; expected {expected}")
    content = taxonomy.written(frame)
    with writing(desk.engine, organisation) as connection:
        introduce(connection, desk, organisation)
        if keep_codebook(connection, organisation, frame.label, frame.fingerprint, content):
            audit.record(connection, organisation, audit.Event(actor, "codebook changed", f"codebook:{frame.label}"))
            return frame
        kept = kept_codebook(connection, organisation, frame.label)
    if kept is None or kept.content != content:
        raise ConflictError(f"codebook {frame.label}: kept already with other words; expected a new version")
    return frame
