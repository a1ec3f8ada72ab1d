"""The page of the section *import*: a file to import."""

from starlette.responses import Response

from verbatim.web.visit import Visit, page


def show(visit: Visit) -> Response:
    """The page; its script fetches what it shows."""
    return page(visit, "import.html", "import", "jobs")
