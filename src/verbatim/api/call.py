"""What is known of a request on its way through the door."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, cast

from starlette.requests import Request
from starlette.types import Scope

from verbatim.access import Role
from verbatim.actions.intake import Desk
from verbatim.api.bodies import Body
from verbatim.api.limits import Limits
from verbatim.api.problems import ProblemError
from verbatim.store.access_keys import Holder

_CALL = "verbatim.call"


@dataclass(slots=True)
class Call:
    """A request: its id, the template of its path, who asks, and what it carries, as far as the way has come."""

    id: str = field(default_factory=lambda: token_hex(8))
    template: str | None = None
    holder: Holder | None = None
    body: Body = field(default_factory=Body)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a handler works with: id, desk, limits, who asks, what a request carries; `wake` tells of a new job."""

    id: str
    desk: Desk
    limits: Limits
    holder: Holder
    body: Body
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    wake: Callable[[], None]

    @property
    def organisation(self) -> str:
        """The organisation whose rows there are for this request, and no others."""
        return self.holder.organisation

    @property
    def actor(self) -> str:
        """What the holder of the key is called where something is kept of it."""
        return self.holder.actor

    @property
    def role(self) -> Role:
        """The role of the key."""
        return self.holder.role


def call_of(scope: Scope) -> Call:
    """The call of this scope, begun where there is none yet."""
    if _CALL not in scope:
        scope[_CALL] = Call()
    return cast("Call", scope[_CALL])


def asked(request: Request) -> Asked:
    """What a handler works with. Raises ProblemError where nobody was let in."""
    call, state = call_of(request.scope), cast("Any", request.app.state)
    if call.holder is None:
        raise ProblemError(401, "no key was sent; expected the header Authorization: Bearer vk_…")
    about = request.method, request.url.path, request.url.query, request.headers
    return Asked(call.id, state.desk, state.limits, call.holder, call.body, *about, state.wake)
