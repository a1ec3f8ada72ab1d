"""The one family of errors.

    VerbatimError
    ├── InputError            what was handed in cannot be used: exit code 2
    │   ├── FileError         a file that cannot be read, or is not what its name says
    │   ├── ColumnError       a column that is missing, or one of several candidates
    │   ├── TranscriptError   a transcript without turns
    │   ├── CodebookError     a code frame that breaks its own rules
    │   ├── CueError          a table of cues or a list of competitors that does not hold together
    │   ├── CorpusError       training data or a gold file that does not hold together
    │   ├── ModelError        a model that is damaged, foreign, or newer than this software
    │   ├── ReceiverError     an address that nothing is sent to
    │   ├── OutputError       a place that cannot be written
    │   └── StoreError        a store that cannot be opened, or a value that it cannot keep
    │       ├── NotFoundError     nothing of that name or number in this organisation
    │       ├── UnavailableError  a store that does not answer now, or has no room: the same may work later
    │       ├── FieldError        a field of what was judged that cannot be
    │       └── ConflictError     what another request is doing, or did with other content
    │           ├── LeaseLostError  a job that was cancelled, or that another worker has now
    │           ├── StaleError      what was changed by another since it was looked at
    │           └── KeyReusedError  an idempotency key that another request used
    └── InternalError         our own mistake: exit code 1

A message is one line. It holds the value that was wrong and what was expected. Rows that cannot be read are not errors
but `verbatim.domain.Rejection` values: the rest of the file goes on.
"""

from typing import Any


class VerbatimError(Exception):
    """Anything this package raises on purpose."""


class InputError(VerbatimError):
    """What was handed in cannot be used."""


class FileError(InputError):
    """A file that cannot be read, or is not what its name says."""


class ColumnError(InputError):
    """A column that is missing, or one of several candidates."""


class TranscriptError(InputError):
    """A transcript in which no turn can be found."""


class CodebookError(InputError):
    """A code frame that breaks its own rules."""


class CueError(InputError):
    """A table of cues or a list of competitors that does not hold together."""


class CorpusError(InputError):
    """Training data or a gold file that does not hold together."""


class ModelError(InputError):
    """A model that is damaged, foreign, or newer than this software."""


class ReceiverError(InputError):
    """An address that nothing is sent to."""


class OutputError(InputError):
    """A place that cannot be written."""


class StoreError(InputError):
    """A store that cannot be opened, or a value that it cannot keep."""


class NotFoundError(StoreError):
    """Nothing of that name or number in this organisation."""


class UnavailableError(StoreError):
    """A store that does not answer at this moment, or has no room; nothing was kept, and the same may work later."""


class FieldError(StoreError):
    """A field of what was judged that cannot be: where it stands, such as codes.0.id, its value, what was expected."""

    def __init__(self, message: str, field: str = "", value: object = None, expected: str = "") -> None:
        super().__init__(message)
        self.field = field
        self.value = value
        self.expected = expected


class ConflictError(StoreError):
    """What another request is doing at this moment, or did with other content."""


class LeaseLostError(ConflictError):
    """A job that was cancelled, or that another worker has now."""


class KeyReusedError(ConflictError):
    """An idempotency key that another request used before."""


class StaleError(ConflictError):
    """What was changed by another since it was looked at; `seen` and `current` are both versions, None for none."""

    def __init__(self, message: str, seen: Any = None, current: Any = None) -> None:
        super().__init__(message)
        self.seen = seen
        self.current = current


class InternalError(VerbatimError):
    """Our own mistake."""
