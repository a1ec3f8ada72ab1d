"""A visit: one request at the pages, who is signed in, in which language; and what a page function answers with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from verbatim import __version__
from verbatim.access import Role
from verbatim.actions.desk import Desk
from verbatim.errors import InputError
from verbatim.store.access_keys import Holder
from verbatim.store.sessions import Session
from verbatim.web.static_files import address_of
from verbatim.web.throttle import Throttle
from verbatim.web.words import NAMES, Words

HOME = "/"
SIGN_IN = "/sign-in"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the navigation: the name of its section, its path, and the roles that see it."""

    name: str
    path: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Site:
    """What all visits have in common. `address`: what browsers call this site, where a proxy stands before it."""

    desk: Desk
    entries: tuple[Entry, ...]
    address: str | None = None
    throttle: Throttle = field(default_factory=Throttle)

    @property
    def secure(self) -> bool:
        """Whether browsers come by https: cookies then go no other way."""
        return self.address is not None and self.address.startswith("https://")


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: its path, query, form fields and cookies; where it comes from; who is signed in; the language.

    `query` has the last value of each name, `many` all of them.
    """

    site: Site
    path: str
    query: Mapping[str, str]
    fields: Mapping[str, str]
    cookies: Mapping[str, str]
    origin: str
    session: Session | None
    say: Words
    many: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def here(self) -> str:
        """The path with its query, to come back to."""
        pairs = [(name, value) for name, values in self.many.items() for value in values]
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    @property
    def holder(self) -> Holder:
        """Whoever is signed in. Raises InputError where nobody is."""
        if self.session is None:
            raise InputError("nobody is signed in; expected a session")
        return self.session.holder

    def entries(self) -> list[Entry]:
        """The navigation of whoever is signed in."""
        role = self.session.holder.role if self.session else None
        return [one for one in self.site.entries if role in one.roles]


def page(visit: Visit, template: str, section: str, *more: str, status: int = 200, **values: Any) -> Response:
    """A page of a section, from a template with these values; its script may say the texts of it, and of `more`."""
    session, say = visit.session, visit.say
    script = {
        "words": say.sections("frame", section, *more),
        "language": say.language,
        "csrf": session.csrf if session else "",
        "actor": session.holder.actor if session else "",
        "organisation": session.holder.organisation if session else "",
        "role": session.holder.role if session else "",
    }
    shared = {"visit": visit, "say": say, "section": section, "languages": NAMES, "script": script}
    return HTMLResponse(_templates().get_template(template).render(**shared, **values), status)


def go_to(path: str) -> Response:
    """The answer that sends a browser to another path, to be fetched."""
    return RedirectResponse(path, 303)


def own_path(path: str) -> str:
    """The path itself where it stays on this site, else that of the first page."""
    local = path.startswith("/") and not path.startswith("//") and path.isprintable() and "\\" not in path
    return path if local else HOME


@cache
def _templates() -> Environment:
    loader = PackageLoader("verbatim.web", "templates")
    found = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    found.globals |= {"static": address_of, "version": __version__}
    return found
