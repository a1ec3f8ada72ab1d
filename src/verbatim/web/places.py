"""The table of sections: what the navigation shows, in its order, and which function answers."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from verbatim.access import RULES, Role
from verbatim.web import (
    accounts,
    agreement,
    codebook,
    coverage,
    importing,
    jobs,
    models,
    overview,
    reports,
    review,
    said,
    served,
    themes,
    trends,
)
from verbatim.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its name, as in `frame.nav_<name>` of the words; its path; its page; the roles that may see it.

    One that is not `listed` stands at the end of links only.
    """

    name: str
    path: str
    show: Callable[[Visit], Response]
    roles: frozenset[Role]
    listed: bool = True


_ANALYSING: frozenset[Role] = frozenset({"analyst", "admin"})

SECTIONS = (
    Section("overview", "/overview", overview.show, RULES["GET", "/v1/priorities"]),
    Section("trends", "/trends", trends.show, RULES["GET", "/v1/trends"]),
    Section("served", "/served", served.show, RULES["GET", "/v1/served"]),
    Section("accounts", "/accounts", accounts.show, RULES["GET", "/v1/ratings"]),
    Section("said", "/said", said.show, RULES["GET", "/v1/served"], listed=False),
    Section("review", "/review", review.show, _ANALYSING),
    Section("themes", "/themes", themes.show, RULES["GET", "/v1/themes"]),
    Section("codebook", "/codebook", codebook.show, RULES["GET", "/v1/codebook/draft"]),
    Section("coverage", "/coverage", coverage.show, RULES["GET", "/v1/coverage"]),
    Section("import", "/import", importing.show, RULES["POST", "/v1/imports"]),
    Section("models", "/models", models.show, RULES["GET", "/v1/models/{version}"]),
    Section("agreement", "/agreement", agreement.show, RULES["GET", "/v1/agreement"]),
    Section("reports", "/reports", reports.show, RULES["GET", "/v1/reports"]),
    Section("jobs", "/jobs", jobs.show, RULES["GET", "/v1/jobs"]),
)
"""Every section; a new page is a function in a module beside this one, and a line here."""
