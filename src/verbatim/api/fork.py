"""The fork: what is a path of the API goes on to the gate, anything else to the pages for people."""

from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from verbatim.api.call import call_of
from verbatim.api.gate import Way

API = "/v1/"
PAGES = "pages"
"""What every page is called in log and figures."""


class Fork:
    """Stands before the gate; the pages see to their own doors."""

    def __init__(self, app: ASGIApp, ways: Sequence[Way], pages: ASGIApp) -> None:
        self.app = app
        self._own = frozenset(way.template for way in ways if not way.template.startswith(API))
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to where it belongs."""
        if scope["type"] != "http" or scope["path"].startswith(API) or scope["path"] in self._own:
            await self.app(scope, receive, send)
            return
        call_of(scope).template = PAGES
        await self._pages(scope, receive, send)
