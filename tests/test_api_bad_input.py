"""Whatever is put into a body or a query, the answer is clear: no mistake of ours, and every refusal is a problem."""

import json

import pytest

from verbatim.api.application import described

DOCUMENT = described()
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}
VALUES = [
    "\0",
    "\ud800",
    "",
    " ",
    "x" * 500,
    "٣",
    None,
    [],
    {},
    [None],
    -1,
    0,
    2**70,
    1e308,
    True,
    "2026-02-30T00:00:00Z",
]
REACHING = ["\0", "\ud800", "x" * 500, -1, 2**70, "2026-02-30T00:00:00Z"]
"""Those that might pass for what they are not until a store has them: the others are refused before any is asked."""

WORDS = [
    "%00",
    "",
    "%20",
    "x" * 500,
    "-1",
    "NaN",
    "%F0%9F%9A%80",
    "%ED%A0%80",
    "2026-02-30",
    "null",
    "a&limit=2&limit=3",
]
REACHING_WORDS = ["%00", "x" * 500, "%F0%9F%9A%80", "%ED%A0%80"]


def bodies(values):
    """A body for each operation that takes JSON, with each of its parts changed to each value, and a field too many."""
    for name, (_, _, operation) in OPERATIONS.items():
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        for ref in [one["$ref"] for one in (schema, *schema.get("anyOf", ())) if "$ref" in one]:
            (example, *_) = DOCUMENT["components"]["schemas"][ref.rpartition("/")[2]]["examples"]
            yield from ((name, changed) for changed in changes(example, values))


def changes(value, values):
    """The value with each part of it changed to each of these, one at a time."""
    yield from values
    if isinstance(value, dict):
        yield {**value, "more": 1}
        for key, part in value.items():
            yield {name: one for name, one in value.items() if name != key}
            yield from ({**value, key: changed} for changed in changes(part, values))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from ([*value[:place], changed, *value[place + 1 :]] for changed in changes(part, values))


def place_of(path):
    return path.replace("{id}", "1").replace("{delivery}", "1").replace("{name}", "s")


def check(answer, sent):
    assert answer.status_code < 500, (answer.status_code, sent, answer.text[:300])
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", sent
        assert {"type", "title", "status", "detail"} <= set(answer.json()), sent


def test_no_body_makes_a_mistake_of_ours(service):
    send_bodies(service.client(), REACHING if service.desk.engine.dialect.name == "postgresql" else VALUES)


@pytest.mark.parametrize(
    "store", ["sqlite"], indirect=True
)  # what a key may not do is refused before any store is asked
def test_no_body_of_who_may_less_makes_a_mistake_of_ours(service):
    send_bodies(service.client("submitter"), REACHING)


def send_bodies(client, values):
    for name, body in bodies(values):
        method, path, operation = OPERATIONS[name]
        needed = {"source": "s"} if any(one["name"] == "source" for one in operation.get("parameters", ())) else {}
        headers = {"Content-Type": "application/json"}
        answer = client.request(method, place_of(path), params=needed, content=json.dumps(body), headers=headers)
        check(answer, (name, body))


def test_no_query_makes_a_mistake_of_ours(service):
    client, on_server = service.client(), service.desk.engine.dialect.name == "postgresql"
    asked = set()
    for method, path, operation in OPERATIONS.values():
        parameters = operation.get("parameters", ())
        needed = "source=s&" if any(one["name"] == "source" for one in parameters) else ""
        body = {"content": b"A: hi\nB: hello\n", "headers": {"Content-Type": "application/octet-stream"}}
        for one in (one for one in parameters if one["in"] == "query"):
            same = json.dumps([one["name"], one["schema"]])
            if same in asked and on_server:  # one reader reads it everywhere
                continue
            asked.add(same)
            for word in REACHING_WORDS if on_server else WORDS:
                sent = f"{place_of(path)}?{needed}{one['name']}={word}"
                check(client.request(method, sent, **(body if method == "POST" else {})), sent)


@pytest.mark.parametrize("part", ["%00", "%2F", "..", "x" * 3000, "%ED%A0%80", "-1", "1.5", "9" * 40])
def test_no_path_makes_a_mistake_of_ours(service, part):
    client = service.client()
    for method, path, _ in OPERATIONS.values():
        if "{" in path:
            filled = path.replace("{id}", part).replace("{delivery}", part).replace("{name}", part)
            headers = {"Content-Type": "application/json"}
            check(client.request(method, filled, content=b'{"redaction": null}', headers=headers), (method, filled))
