"""The page for people at /docs: the document as plain HTML, with nothing to fetch from elsewhere."""

from typing import Any

from markupsafe import Markup, escape

from verbatim.api.reference import sections


def render(told: dict[str, Any]) -> str:
    """The page of a document."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - once, at the start of a server

    loader = PackageLoader("verbatim.api", "templates")
    page = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page.filters["marked"] = _marked
    return page.get_template("docs.html").render(info=told["info"], sections=sections(told))


def _marked(text: str) -> Markup:
    """The text with what stands between backticks as code."""
    parts = (
        escape(part) if place % 2 == 0 else Markup("<code>{}</code>").format(part)
        for place, part in enumerate(text.split("`"))
    )
    return Markup("").join(parts)
