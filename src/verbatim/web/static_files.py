"""Style sheets and scripts, as they are in the package, under addresses that change with what is in them."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from starlette.responses import Response

from verbatim.errors import InternalError

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
SHARED = ("briefing.css",)
"""What pages and reports that stand alone have in common."""

FOR_GOOD = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Shelf:
    """All files by name, and what they are called together: a script finds its neighbours under the same address."""

    version: str
    contents: dict[str, bytes]


@cache
def shelf() -> Shelf:
    """The files, read once."""
    folder = files("verbatim.web").joinpath("static")
    found = {one.name: one.read_bytes() for one in sorted(folder.iterdir(), key=lambda one: one.name)}
    found |= {name: files("verbatim.formats").joinpath("templates", name).read_bytes() for name in SHARED}
    contents = {name: content for name, content in found.items() if _type(name)}
    digest = sha256(b"\0".join(name.encode() + b"\0" + content for name, content in contents.items()))
    return Shelf(digest.hexdigest()[:16], contents)


def address_of(name: str) -> str:
    """The path of a file. Raises InternalError for one that there is not."""
    if name not in shelf().contents:
        raise InternalError(f"static file {name!r}: expected one of {sorted(shelf().contents)}")
    return f"/static/{shelf().version}/{name}"


def serve(version: str, name: str) -> Response | None:
    """A file, to be kept by browsers for good where the address is of now; None where there is none."""
    content = shelf().contents.get(name)
    if content is None:
        return None
    kept = FOR_GOOD if version == shelf().version else "no-cache"
    return Response(content, headers={"Cache-Control": kept, "Content-Type": TYPES[_type(name) or ""]})


def _type(name: str) -> str | None:
    return next((ending for ending in TYPES if name.endswith(ending)), None)
