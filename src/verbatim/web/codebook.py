"""The page of the section *codebook*: codes with their words, changes in a draft, its effect, versions."""

from starlette.responses import Response

from verbatim.web.visit import Visit, page


def show(visit: Visit) -> Response:
    """The page; its scripts fetch what they show."""
    return page(visit, "codebook.html", "codebook")
