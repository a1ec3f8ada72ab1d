"""What schemathesis is told beside the document: the key that it works with is not to be revoked."""

import os
from typing import Any

import schemathesis

OWN = os.environ["FUZZ_OWN_KEY"]
NOBODY = 2**62
"""A number that no key has."""


@schemathesis.hook
def before_call(_context: object, case: Any, _kwargs: object) -> None:
    """Ask for another key where the own one is to be revoked."""
    if case.method.upper() == "DELETE" and case.path == "/v1/keys/{id}":
        parameters = case.path_parameters or {}
        if str(parameters.get("id")) == OWN:
            case.path_parameters["id"] = NOBODY
