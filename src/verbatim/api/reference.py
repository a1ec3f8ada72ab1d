"""The document for people: routes by what they are about, as values, and as Markdown for `docs/http.md`.

`python -m verbatim.api.reference` prints the Markdown.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verbatim.api.document import Document


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a route: where it stands, its type, what it means."""

    name: str
    place: str
    required: bool
    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Route:
    """A route as people read of it: an example of its body, its answers by status, the statuses of its problems."""

    method: str
    path: str
    summary: str
    text: str
    parameters: tuple[Parameter, ...]
    body: tuple[str, ...]
    example: str | None
    answers: tuple[tuple[str, str], ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Routes that are about one thing."""

    name: str
    text: str
    routes: tuple[Route, ...]


def sections(told: Document) -> list[Section]:
    """The routes of a document, by what they are about."""
    routes: dict[str, list[Route]] = {tag["name"]: [] for tag in told["tags"]}
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            routes[operation["tags"][0]].append(_route(told, method.upper(), path, operation))
    return [Section(tag["name"], tag["description"], tuple(routes[tag["name"]])) for tag in told["tags"]]


def markdown(told: Document) -> str:
    """The whole document in Markdown."""
    lines = [
        "# HTTP",
        "",
        "Made from the OpenAPI document (`make http`); do not edit.",
        "",
        told["info"]["description"],
    ]
    for section in sections(told):
        lines += [f"## {section.name.capitalize()}", "", section.text, ""]
        for route in section.routes:
            lines += [*_lines(route), ""]
    lines += ["## Shapes", ""]
    for name, schema in told["components"]["schemas"].items():
        lines += [*_shape_lines(name, schema), ""]
    return "\n".join(lines).rstrip() + "\n"


def _route(told: Document, method: str, path: str, operation: Mapping[str, Any]) -> Route:
    content = operation.get("requestBody", {}).get("content", {})
    parameters = tuple(_parameter(one) for one in operation.get("parameters", ()))
    bodies = tuple(f"{kind}: {type_of(one['schema'])}" for kind, one in content.items())
    return Route(
        method,
        path,
        operation["summary"],
        operation.get("description", ""),
        parameters,
        bodies,
        _example(told, content),
        tuple((status, _answer(one)) for status, one in operation["responses"].items() if status < "400"),
        tuple(status for status in operation["responses"] if status >= "400"),
    )


def _parameter(one: Mapping[str, Any]) -> Parameter:
    text = one.get("description") or one["schema"].get("description", "")
    return Parameter(one["name"], one["in"], one.get("required", False), type_of(one["schema"]), text)


def _answer(response: Mapping[str, Any]) -> str:
    shapes = [type_of(one["schema"]) for one in response.get("content", {}).values() if "schema" in one]
    return ", ".join([response["description"], *shapes])


def _example(told: Document, content: Mapping[str, Any]) -> str | None:
    """The first example of the shape of a body, or of one inside it."""
    schema = content.get("application/json", {}).get("schema", {})
    names = [one["$ref"].rpartition("/")[2] for one in (schema, *schema.get("anyOf", ())) if "$ref" in one]
    examples = [one for name in names for one in told["components"]["schemas"][name].get("examples", ())]
    return json.dumps(examples[0], ensure_ascii=False, indent=2) if examples else None


def type_of(schema: Mapping[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(type_of(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(json.dumps(one) for one in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if schema.get("type") == "array":
        return f"list of {type_of(schema.get('items', {}))}"
    return " ".join(filter(None, (schema.get("type", "anything"), _format(schema))))


def _format(schema: Mapping[str, Any]) -> str:
    names = {"minimum": "from {}", "maximum": "to {}", "maxLength": "up to {} characters", "format": "({})"}
    return " ".join(text.format(schema[name]) for name, text in names.items() if name in schema)


def _lines(route: Route) -> Iterator[str]:
    yield f"### `{route.method} {route.path}`"
    yield from ("", f"{route.summary}. {route.text}")
    if route.parameters:
        yield from ("", "| Parameter | | Type | |", "|---|---|---|---|")
        for one in route.parameters:
            place = f"{one.place}, required" if one.required else one.place
            yield f"| `{one.name}` | {place} | {_cell(one.type)} | {_cell(one.text)} |"
    if route.body:
        yield from ("", f"Body: {'; '.join(f'`{one}`' for one in route.body)}")
    if route.example:
        yield from ("", "```json", route.example, "```")
    yield ""
    answers = "; ".join(f"{status} {text}" for status, text in route.answers)
    yield f"Answers: {answers}. Problems: {', '.join(route.problems)}."


def _shape_lines(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {name}"
    if "description" in schema:
        yield from ("", schema["description"])
    if schema.get("properties"):
        yield from ("", "| Field | Type | |", "|---|---|---|")
        required = schema.get("required", ())
        for field, one in schema["properties"].items():
            mark = "" if field in required else ", optional"
            yield f"| `{field}` | {_cell(type_of(one))}{mark} | {_cell(one.get('description', ''))} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Print the Markdown."""
    from verbatim.api.application import described  # noqa: PLC0415

    print(markdown(described()), end="")


if __name__ == "__main__":
    main()
