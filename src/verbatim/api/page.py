"""The page for people at /docs: the document as plain HTML, with nothing to fetch from elsewhere."""

from typing import Any

from verbatim.api.reference import sections


def render(told: dict[str, Any]) -> str:
    """The page of a document."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - once, at the start of a server

    loader = PackageLoader("verbatim.api", "templates")
    page = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return page.get_template("docs.html").render(info=told["info"], sections=sections(told))
