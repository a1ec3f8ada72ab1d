"""A server of an application, in a thread."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI


NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients of what goes without TLS: reading the certificates of the world takes longer than most requests."""


@contextmanager
def serving(app: "FastAPI") -> Iterator[str]:
    """The URL of a server of this application, which runs in a thread for as long as the block."""
    from verbatim.app import listening, server

    one = server(app)
    with listening("127.0.0.1", 0) as line:
        thread = threading.Thread(target=one.run, args=([line],))
        thread.start()
        while not one.started:
            assert thread.is_alive()
            time.sleep(0.005)
        yield f"http://127.0.0.1:{line.getsockname()[1]}"
        one.should_exit = True
        thread.join()
