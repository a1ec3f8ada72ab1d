"""Servers of applications, in threads.

A server takes a tenth of a second to see that it should end, and one more to do so: more than most tests take. So they
run as long as the process, and lend themselves to one application after another.
"""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients of what goes without TLS: reading the certificates of the world takes longer than most requests."""

GRACE = 10
"""Seconds that whatever still runs has to end before another application takes its server."""


class _Server:
    """A running server of whatever `app` is."""

    def __init__(self) -> None:
        from verbatim.app import listening, server

        self.app: Any = None
        self._line = listening("127.0.0.1", 0)
        line = self._line.__enter__()
        self.url = f"http://127.0.0.1:{line.getsockname()[1]}"
        self._uvicorn = server(self)
        thread = threading.Thread(target=self._uvicorn.run, args=([line],), daemon=True)
        thread.start()
        while not self._uvicorn.started:
            assert thread.is_alive()
            time.sleep(0.005)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)

    def rest(self) -> None:
        """Wait until nobody is connected and nothing runs."""
        state, until = self._uvicorn.server_state, time.monotonic() + GRACE
        for connection in list(state.connections):
            connection.loop.call_soon_threadsafe(connection.shutdown)
        while state.connections or state.tasks:
            assert time.monotonic() < until, (state.connections, state.tasks)
            time.sleep(0.005)


_IDLE: list[_Server] = []


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The URL of a server of this application, for as long as the block."""
    one = _IDLE.pop() if _IDLE else _Server()
    one.app = app
    yield one.url
    one.rest()
    _IDLE.append(one)
