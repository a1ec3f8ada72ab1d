"""What schemathesis is told beside the document: which key not to revoke, and which rules no schema can tell.

A failure that such a rule explains is no finding; it is counted by its rule in the file that FUZZ_RULES names.
"""

import json
import os
import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies as st

OWN = os.environ["FUZZ_OWN_KEY"]
NOBODY = 2**62
"""A number that no key has."""

KEY = "Idempotency-Key"
LONGEST = 255
REJECTED, ACCEPTED, STILL_THERE = "ST202", "ST201", "ST301"
"""What schemathesis calls a request refused that fits the schema, one taken that does not, and one deleted in vain."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A failure that is none: its code, what the detail of the answer, or the path, looks like, and why."""

    code: str
    told: str
    why: str


RULES = (
    Rule(REJECTED, "all blank|not blank", "a name or an id is not all blank"),
    Rule(REJECTED, r"date.*(future|after the year|after tomorrow)", "nothing is dated before 1901 or in the future"),
    Rule(REJECTED, "^cursor", "a cursor is one that a page gave"),
    Rule(REJECTED, r"fields: .*(U\+0000|UTF-8|levels)", "what stands under `fields` can be kept, and is not too deep"),
    Rule(REJECTED, "different one for each arrival", "rows of a batch have different ids"),
    Rule(REJECTED, "^search", "a search holds a word at least"),
    Rule(REJECTED, "^codebook", "a code frame has a grammar of its own"),
    Rule(
        REJECTED,
        "this (is|JSON)|known encoding|UTF-16|table|JSON|transcript|workbook|header|no column|no turn",
        "a file is of a known form",
    ),
    Rule(REJECTED, "unknown encoding", "an encoding has one of many names"),
    Rule(REJECTED, "speak nowhere", "who is named as a customer speaks"),
    Rule(REJECTED, "^url|address|host", "a webhook has an address that can be told something"),
    Rule(REJECTED, "an id of codebook|^no id ", "a code is one of the frame in use"),
    Rule(REJECTED, "^operation [0-9]+,", "an operation fits the frame that it changes"),
    Rule(REJECTED, "^id: a text of 4 characters; expected a valid integer", "an id that is null leads nowhere"),
    Rule(REJECTED, "somebody who codes", "work is given to somebody that there is"),
    Rule(REJECTED, "a day after|that has begun|that is over", "what is counted begins before it ends, and has begun"),
    Rule(REJECTED, "an account or a team", "a report is of an account, of a team, or of everything"),
    Rule(REJECTED, "mail server", "mail needs a server, which this one does not have"),
    Rule(REJECTED, "each code once", "a verbatim has each code once"),
    Rule(REJECTED, "not on the roster", "who was asked is on the roster"),
    Rule(REJECTED, "not coded by a person", "what is taken over was coded by a person"),
    Rule(
        REJECTED,
        "expected (promote|merge|name|dismiss|[a-z]+) with",
        "each thing done to a theme has fields of its own",
    ),
    Rule(REJECTED, "^[a-z_]+ '.*': expected one of", "who is looked for has said something"),
    Rule(REJECTED, "(points|periods|2,000) at most", "an answer has so many points at most"),
    Rule(ACCEPTED, r"^a body of \d+ bytes", "413 refuses what is too large as well as 422 would"),
    Rule(STILL_THERE, "^/v1/jobs", "DELETE cancels a job, which can be looked at on"),
)
"""Each is told in the document, or in the answer."""

DATES = st.datetimes(datetime(1901, 1, 1), datetime(2026, 1, 1)).map(lambda one: f"{one.isoformat()}Z")
"""Most dates that schemathesis would make up lie in the future."""

schemathesis.openapi.format("date-time", DATES)


@schemathesis.hook
def before_call(_context: object, case: Any, _kwargs: object) -> None:
    """Ask for another key where the own one is to be revoked; send each request under an idempotency key of its own.

    That one sent twice has its effect once, benchmarks/race.py shows; here it would hide what else there is to find.
    """
    revoked = case.path_parameters.get("id") if case.path == "/v1/keys/{id}" and case.path_parameters else None
    if str(revoked) == OWN:
        case.path_parameters["id"] = NOBODY
    given = (case.headers or {}).get(KEY)
    if isinstance(given, str) and given.strip() and len(given) <= LONGEST:
        fresh = uuid.uuid4().hex
        case.headers[KEY] = given[: LONGEST - len(fresh)] + fresh


@schemathesis.hook
def filter_failure(_context: object, failure: Any, case: Any, response: Any) -> bool:
    """Whether a failure is a finding: no rule explains it, or some of what was wrong."""
    told = [case.path] if failure.code == STILL_THERE else reasons(response)
    found = [
        next((one for one in RULES if one.code == failure.code and re.search(one.told, why)), None) for why in told
    ]
    if not found or None in found:
        return True
    line = {
        "why": sorted({one.why for one in found if one}),
        "operation": f"{case.method} {case.path}",
        "told": told[:3],
    }
    with Path(os.environ["FUZZ_RULES"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    return False


def reasons(response: Any) -> list[str]:
    """What was wrong, as the problem says it: field by field where it names some, else the detail."""
    try:
        problem = response.json()
    except ValueError:
        return []
    fields = [f"{one['field']}: {one['value']}; expected {one['expected']}" for one in problem.get("errors", ())]
    return fields if response.status_code != 413 and fields else [str(problem.get("detail", ""))]
