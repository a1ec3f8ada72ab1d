"""The verbatims behind a figure: not in the navigation, but at the end of every link from a number."""

from typing import cast, get_args

from starlette.responses import Response

from verbatim.actions.behind import Behind, behind
from verbatim.actions.codebooks import codebook
from verbatim.actions.office import Office
from verbatim.domain import Polarity, StanceLabel
from verbatim.web.models import name_of
from verbatim.web.narrowing import link, narrowed_of
from verbatim.web.visit import Visit, page

MOST_NUMBERS = 200


def show(visit: Visit) -> Response:
    """The verbatims that the query means, a page of them."""
    desk, query = visit.site.desk, visit.query
    wanted = Behind(
        narrowed=narrowed_of(query),
        code=query.get("code") or None,
        polarity=cast("Polarity", query["polarity"]) if query.get("polarity") in get_args(Polarity) else None,
        stance=cast("StanceLabel", query["stance"]) if query.get("stance") in get_args(StanceLabel) else None,
        effort=query.get("effort") == "1",
        numbers=_numbers(query.get("ids", "")),
        scored=query.get("scored") == "1",
        conflict=query.get("conflict") == "1",
        theme=int(query["theme"]) if query.get("theme", "").isdecimal() and len(query["theme"]) < 18 else None,
    )
    number = int(query["page"]) if query.get("page", "").isdecimal() and len(query["page"]) < 7 else 1
    shelf = behind(Office.of(desk, visit.holder), visit.holder.role, wanted, max(1, number))
    frame = codebook(desk, visit.holder.organisation)
    more = {
        name: query.get(name) for name in ("code", "polarity", "stance", "effort", "ids", "scored", "conflict", "theme")
    }
    return page(
        visit,
        "said.html",
        "said",
        "office",
        shelf=shelf,
        wanted=wanted,
        told=wanted.narrowed.told(),
        name_of=lambda id: name_of(visit.say, frame, id),
        link=lambda number: link("/said", wanted.narrowed, **more, page=number),
    )


def _numbers(given: str) -> tuple[int, ...] | None:
    if not given:
        return None
    parts = given[:4000].split(",")[:MOST_NUMBERS]
    return tuple(int(one) for one in parts if one.isdecimal() and len(one) < 19)
