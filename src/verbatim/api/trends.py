"""What is said over time, and what goes with the score."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from verbatim.actions.trends import DriversWanted, Looked, TrendsWanted, drivers_of, trends_of
from verbatim.api.answers import answered
from verbatim.api.call import asked
from verbatim.api.given import Name, Number
from verbatim.api.narrowing import WantedFacts
from verbatim.api.shown_drivers import ShownDrivers, shown_drivers
from verbatim.api.shown_trends import ShownTrends, shown_trends
from verbatim.domain import Polarity, StanceLabel
from verbatim.drivers import DriverQuestion, Metric
from verbatim.facts import Attribute
from verbatim.store.access_keys import scope
from verbatim.trends import Base, Least, Question, Span, Unit

router = APIRouter(tags=["office"])


class WantedTrends(WantedFacts):
    """What is looked at over which periods; every category and the score where nothing is named."""

    code: Annotated[
        list[Name], Field(max_length=200, description="Codes; `all` for every one.", examples=[["price.level"]])
    ] = []  # noqa: RUF012 - pydantic copies it
    category: Annotated[list[Name], Field(max_length=50, description="Categories; `all` for every one.")] = []  # noqa: RUF012 - pydantic copies it
    theme: Annotated[list[Number], Field(max_length=50, description="Themes, by number.")] = []  # noqa: RUF012 - pydantic copies it
    stance: Annotated[list[StanceLabel], Field(max_length=3, description="Shares of these stances.")] = []  # noqa: RUF012 - pydantic copies it
    nps: Annotated[bool, Field(description="The Net Promoter Score; everybody once, by the latest score.")] = False
    conflict: Annotated[bool, Field(description="The share whose words disagree with their score.")] = False
    polarity: Annotated[Polarity | None, Field(description="Codes and categories of this polarity only.")] = None
    period: Annotated[Unit, Field(description="How long a period is; weeks are those of ISO 8601.")] = "month"
    window: Annotated[int, Field(ge=1, le=1100, description="Days of a rolling window.")] = 90
    every: Annotated[int, Field(ge=1, le=1100, description="Days from one rolling window to the next.")] = 30
    split: Annotated[Attribute | None, Field(description="A series for each value of this attribute.")] = None
    value: Annotated[
        list[Name], Field(max_length=50, description="Values of the split; the most frequent if left out.")
    ] = []  # noqa: RUF012 - pydantic copies it
    most: Annotated[int, Field(ge=1, le=50, description="So many values of the split at most.")] = 8
    against: Annotated[
        Name | None,
        Field(description="Compare each value with `all`, with the `rest`, or with this value of the split."),
    ] = None
    base: Annotated[Base, Field(description="Shares of verbatims that say something, or of all that were coded.")] = (
        "meaningful"
    )
    year_ago: Annotated[bool, Field(description="Compare with the same period a year before too.")] = False
    population: Annotated[
        Literal["endless", "roster"],
        Field(description="Correct intervals for the number of persons on the roster, or for none."),
    ] = "endless"
    least_answers: Annotated[int, Field(ge=2, le=100_000, description="Verbatims that a side of a change needs.")] = 30
    least_accounts: Annotated[int, Field(ge=2, le=10_000, description="Accounts that a side of a change needs.")] = 5

    def wanted(self, organisation: str, accounts: tuple[str, ...] | None) -> TrendsWanted:
        """The same as the action takes it, within what may be seen."""
        question = Question(
            (),
            span=Span(self.period, self.window, self.every),
            split=self.split,
            values=tuple(self.value),
            most=self.most,
            against=self.against,
            base=self.base,
            year_ago=self.year_ago,
            least=Least(self.least_answers, self.least_accounts),
        )
        looked = Looked(
            codes=tuple(self.code),
            categories=tuple(self.category),
            stances=tuple(self.stance),
            nps=self.nps,
            conflict=self.conflict,
            polarity=self.polarity,
            themes=tuple(self.theme),
        )
        roster = self.population == "roster"
        return TrendsWanted(organisation, looked, self.narrowed(), question, accounts, roster)


class WantedDrivers(WantedFacts):
    """Which score is explained, and by what."""

    metric: Annotated[Metric, Field(description="The Net Promoter Score, or the mean score from 0 to 10.")] = "nps"
    by: Annotated[Literal["code", "category"], Field(description="Explained by codes, or by categories.")] = "code"
    polarity: Annotated[Polarity | None, Field(description="Mentions of this polarity only.")] = None
    least: Annotated[int, Field(ge=2, le=100_000, description="Verbatims with and without a code that it needs.")] = 30


@router.get(
    "/v1/trends",
    operation_id="show_trends",
    summary="What is said over time",
    response_model=ShownTrends,
)
def show_trends(request: Request, wanted: Annotated[WantedTrends, Query()]) -> Response:
    """Shares and scores by period with 95% limits, the changes that hold up, and where they cannot be compared.

    Answers of one account resemble each other: limits and tests take accounts as clusters. A change is told where its
    q-value, over everything in this answer, is at most 0.05; it is durable where it holds in two periods in a row.
    Shares of codes are told without the coder's own error too, as far as that was measured. A manager's are of its
    own accounts.
    """
    ask = asked(request)
    order = wanted.wanted(ask.organisation, scope(ask.holder).accounts)
    return answered(shown_trends(trends_of(ask.desk, ask.desk.manifest, order)))


@router.get(
    "/v1/drivers",
    operation_id="show_drivers",
    summary="What goes with the score",
    response_model=ShownDrivers,
)
def show_drivers(request: Request, wanted: Annotated[WantedDrivers, Query()]) -> Response:
    """Leave-one-code-out impact, gap and Johnson's relative weight of each code with limits: association, no cause."""
    ask = asked(request)
    question = DriverQuestion(wanted.metric, wanted.by, wanted.polarity, wanted.least)
    order = DriversWanted(ask.organisation, question, wanted.narrowed(), scope(ask.holder).accounts)
    return answered(shown_drivers(drivers_of(ask.desk, order)))
