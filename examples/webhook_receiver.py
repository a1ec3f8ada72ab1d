"""A receiver of webhooks in plain Python: believes what is signed with the secret, and acts on each message once.

WEBHOOK_SECRET=whsec_... python webhook_receiver.py 8080
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
seen: set[str] = set()  # a receiver that matters keeps these in its database, in the transaction of what it does


def is_genuine(message: str, timestamp: str, signatures: str, body: bytes) -> bool:
    """Whether the body was signed with the secret, at most five minutes ago."""
    signed = hmac.new(KEY, f"{message}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(signed).decode()
    recent = timestamp.isdigit() and abs(time.time() - float(timestamp)) < 300
    return recent and any(hmac.compare_digest(expected, one) for one in signatures.split())


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to what it believes, 401 to the rest."""

    def do_POST(self) -> None:
        """Look at the body as it came, before anything reads it."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        message, timestamp, signatures = (
            self.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")
        )
        genuine = is_genuine(message, timestamp, signatures, body)
        if genuine and message not in seen:
            seen.add(message)
            told = json.loads(body)
            print(told["event"], *(verbatim["id"] for verbatim in told["verbatims"]), flush=True)
        self.send_response(204 if genuine else 401)
        self.end_headers()


if __name__ == "__main__":
    with HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
