"""Which verbatims a figure of the office counts: the part of a query that all of them have in common."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from verbatim.actions.figures import Narrowed
from verbatim.api.given import Name

Names = Annotated[list[Name], Field(max_length=50)]


def day(value: object) -> date:
    """A day in a query. Raises ValueError for whatever else could be taken for one, such as a number of seconds."""
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError("a day such as 2026-03-25") from None


Day = Annotated[date, BeforeValidator(day, json_schema_input_type=str), Field(json_schema_extra={"format": "date"})]


class WantedFacts(BaseModel):
    """Which verbatims are counted; what is left out leaves nothing out, what is named twice stands for either."""

    model_config = ConfigDict(protected_namespaces=())

    since: Annotated[Day | None, Field(description="Dated on this day or later.", examples=["2026-01-01"])] = None
    until: Annotated[Day | None, Field(description="Dated before this day.", examples=["2026-04-01"])] = None
    account: Annotated[Names, Field(description="Of these accounts, by name.")] = []
    tier: Annotated[Names, Field(description="Of accounts of these tiers.", examples=[["1"]])] = []
    customer_type: Annotated[Names, Field(description="Of accounts of these types.")] = []
    region: Annotated[Names, Field(description="Of accounts of these regions.")] = []
    team: Annotated[Names, Field(description="Of accounts of these teams of ours.")] = []
    source: Annotated[Names, Field(description="Of these sources.")] = []
    question: Annotated[Names, Field(description="Answers to these questions.")] = []
    channel: Annotated[Names, Field(description="That came by these channels.")] = []
    language: Annotated[Names, Field(description="In these languages.")] = []
    role: Annotated[Names, Field(description="Of contacts in these roles.")] = []
    influence: Annotated[Names, Field(description="Of contacts with this influence.", examples=[["decider"]])] = []
    product: Annotated[Names, Field(description="About these products.")] = []

    def narrowed(self) -> Narrowed:
        """The same as actions take it."""
        lists = {
            name: tuple(getattr(self, name)) for name in WantedFacts.model_fields if name not in ("since", "until")
        }
        return Narrowed(since=self.since, until=self.until, **lists)
