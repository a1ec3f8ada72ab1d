"""The OpenAPI document says everything, with examples that hold; the pages for people are made from it."""

import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from verbatim.api import (
    agreement,
    books,
    given,
    labels,
    office,
    queued,
    shown,
    shown_accounts,
    shown_agreement,
    shown_models,
    shown_office,
    shown_themes,
    verdicts,
)
from verbatim.api.application import described
from verbatim.api.reference import markdown, type_of

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = described()
OPERATIONS = [
    pytest.param(path, method, operation, id=f"{method} {path}")
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]
SHAPES = {
    name: one
    for module in (
        given,
        shown,
        books,
        verdicts,
        queued,
        shown_models,
        shown_agreement,
        shown_themes,
        agreement,
        labels,
        office,
        shown_office,
        shown_accounts,
    )
    for name, one in vars(module).items()
    if isinstance(one, type) and issubclass(one, BaseModel) and one is not BaseModel
}


def refs(value):
    if isinstance(value, dict):
        yield from [value["$ref"]] if "$ref" in value else []
        for one in value.values():
            yield from refs(one)
    elif isinstance(value, list):
        for one in value:
            yield from refs(one)


def test_every_reference_leads_somewhere():
    schemas = DOCUMENT["components"]["schemas"]
    assert DOCUMENT["openapi"] == "3.1.0"
    assert {ref.rpartition("/")[2] for ref in refs(DOCUMENT)} <= set(schemas)
    assert json.dumps(DOCUMENT)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_an_operation_is_complete(path, method, operation):
    assert operation["operationId"].isidentifier()
    assert operation["summary"]
    assert operation["tags"][0] in {tag["name"] for tag in DOCUMENT["tags"]}
    problems = {status: one for status, one in operation["responses"].items() if status >= "400"}
    assert all("application/problem+json" in one["content"] for one in problems.values())
    assert ({"401", "403", "429"} <= set(problems)) == bool(operation["security"])
    if "requestBody" in operation:
        assert {"400", "413", "415", "422"} <= set(problems)


def test_no_two_operations_share_an_id():
    ids = [operation.values[2]["operationId"] for operation in OPERATIONS]
    assert len(ids) == len(set(ids))


def test_no_parameter_is_null():
    parameters = [one for operation in OPERATIONS for one in operation.values[2].get("parameters", ())]
    assert parameters
    assert "null" not in json.dumps(parameters)


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_an_example_fits_its_shape(name):
    for example in SHAPES[name].model_json_schema().get("examples", ()):
        SHAPES[name].model_validate_json(json.dumps(example))


def test_every_body_of_json_has_an_example():
    given_shapes = {name for name in DOCUMENT["components"]["schemas"] if name.startswith("Given")}
    without = {name for name in given_shapes if "examples" not in DOCUMENT["components"]["schemas"][name]}
    assert without == {"GivenTurn", "GivenContact"}


def test_the_reference_is_up_to_date():
    assert (ROOT / "docs" / "http.md").read_text(encoding="utf-8") == markdown(DOCUMENT), "run make http"


def test_the_page_names_every_route_and_fetches_nothing(service):
    answer = service.client(None).get("/docs")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert all(path in answer.text for path in DOCUMENT["paths"])
    assert not any(word in answer.text for word in ("<script", "src=", 'href="http', "@import", "url("))
    assert service.client(None).get("/openapi.json").json() == json.loads(json.dumps(DOCUMENT))


def test_what_a_client_cannot_guess_is_said_of_dates_cursors_and_kinds():
    def schema(path, name):
        return next(one["schema"] for one in DOCUMENT["paths"][path]["get"]["parameters"] if one["name"] == name)

    assert [one["format"] for one in schema("/v1/verbatims", "since")["anyOf"]] == ["date", "date-time"]
    assert schema("/v1/audit", "cursor")["pattern"] == "^[1-9][0-9]{0,17}$"
    assert "email" in str(DOCUMENT["components"]["schemas"]["GivenSource"]["properties"]["redaction"])


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"anyOf": [{"type": "string", "maxLength": 9}, {"type": "null"}]}, "string up to 9 characters or null"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Given"}}, "list of Given"),
        ({"enum": ["a", "b"]}, '"a" | "b"'),
        ({"const": 1}, "1"),
        ({}, "anything"),
    ],
)
def test_a_type_is_told_in_a_few_words(schema, words):
    assert type_of(schema) == words
