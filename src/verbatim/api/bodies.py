"""What a request carries: counted as it comes, in memory up to a mebibyte, beyond that in a file."""

import asyncio
import hashlib
import json
import tempfile
from pathlib import Path
from typing import IO, NoReturn

from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive

from verbatim.api.problems import Fault, ProblemError

HELD = 1 << 20
"""Bytes of a body that are in memory; more of them go into a temporary file."""

PATIENCE = 30.0
"""Seconds to wait for the next bytes."""


class Gone(Exception):  # noqa: N818 - it is no error: there is nobody left to tell
    """The client has gone away before its request was read."""


class Body:
    """The bytes of a request, their number, and their SHA-256."""

    def __init__(self) -> None:
        self.size = 0
        self._held = bytearray()
        self._file: IO[bytes] | None = None
        self._digest = hashlib.sha256()

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes, in hexadecimal."""
        return self._digest.hexdigest()

    @property
    def is_full(self) -> bool:
        """Whether so much is in memory that it should go into the file."""
        return len(self._held) >= HELD

    def add(self, chunk: bytes) -> None:
        """Append some bytes."""
        self.size += len(chunk)
        self._digest.update(chunk)
        self._held += chunk

    def flush(self) -> None:
        """Write what is in memory to the file."""
        if self._file is None:
            self._file = tempfile.NamedTemporaryFile(prefix="verbatim-")  # noqa: SIM115 - lives as long as the request
        self._file.write(self._held)
        self._file.flush()
        self._held.clear()

    def bytes(self) -> bytes:
        """All of it."""
        return bytes(self._held) if self._file is None else self.path().read_bytes()

    def path(self) -> Path:
        """The file that holds all of it, until the request ends."""
        self.flush()
        assert self._file is not None
        return Path(self._file.name)

    def json(self) -> object:
        """What the JSON says. Raises ProblemError (400) where it is none, is not UTF-8, or goes too deep."""
        try:
            return json.loads(self.bytes().decode("utf-8"), parse_constant=_no_number)
        except UnicodeDecodeError as error:
            raise _malformed(f"byte 0x{error.object[error.start]:02x} at {error.start} is not UTF-8") from None
        except json.JSONDecodeError as error:
            raise _malformed(f"line {error.lineno}, column {error.colno}: no JSON from here on") from None
        except RecursionError:
            raise _malformed("it goes too deep") from None
        except ValueError:
            raise _malformed("a number that is none, or has too many digits") from None

    def close(self) -> None:
        """Let go of the bytes, and of the file."""
        self._held.clear()
        if self._file is not None:
            self._file.close()
            self._file = None


async def take_in(receive: Receive, body: Body, cap: int) -> None:
    """Read what the request carries into the body.

    Raises ProblemError as soon as more than `cap` bytes have come (413) or none come any more (408), Gone where the
    client is gone.
    """
    more = True
    while more:
        message = await _next(receive)
        if message["type"] == "http.disconnect":
            raise Gone
        body.add(message.get("body", b""))
        if body.size > cap:
            raise too_large(body.size, cap)
        if body.is_full:
            await run_in_threadpool(body.flush)
        more = message.get("more_body", False)


def too_large(size: int, cap: int) -> ProblemError:
    """The refusal of a body that is larger than it may be."""
    fault = Fault("body", f"{size} bytes or more", f"at most {cap} bytes")
    return ProblemError(413, f"a body of {size} bytes or more; expected at most {cap}", fault)


async def _next(receive: Receive) -> Message:
    try:
        return await asyncio.wait_for(receive(), PATIENCE)
    except TimeoutError:
        seconds = round(PATIENCE)
        detail = f"no byte of the body came in {seconds} seconds; expected the rest of it"
        raise ProblemError(408, detail, headers={"Connection": "close"}) from None


def _malformed(why: str) -> ProblemError:
    return ProblemError(
        400, f"the body cannot be read: {why}; expected JSON in UTF-8", Fault("body", why, "JSON in UTF-8")
    )


def _no_number(_name: str) -> NoReturn:
    raise ValueError
