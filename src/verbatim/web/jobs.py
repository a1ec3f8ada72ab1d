"""The page of the section *jobs*: how far jobs are."""

from starlette.responses import Response

from verbatim.web.visit import Visit, page


def show(visit: Visit) -> Response:
    """The page; its script fetches what it shows."""
    return page(visit, "jobs.html", "jobs")
