"""The page of the section *review*: what the model doubts, to be looked at."""

from starlette.responses import Response

from verbatim.web.visit import Visit, page


def show(visit: Visit) -> Response:
    """The page; its script fetches what it shows."""
    return page(visit, "review.html", "review")
