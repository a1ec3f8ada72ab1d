"""Which verbatims are counted: the filters of every route that counts."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from verbatim.actions.figures import Narrowed
from verbatim.api.given import Name


def _day(value: object) -> date:
    """A day, read from text as ISO 8601 writes it."""
    try:
        found = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        found = None
    if found is None or not date(1901, 1, 1) <= found <= date(2200, 1, 1):
        raise ValueError("a day, as ISO 8601 writes it: 2026-03-25")
    return found


Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=str), Field(json_schema_extra={"format": "date"})]
Names = Annotated[list[Name], Field(max_length=200)]


class WantedCount(BaseModel):
    """Which verbatims are counted; what is left out leaves nothing out, and of what is repeated any one will do."""

    model_config = ConfigDict(protected_namespaces=())

    since: Annotated[Day | None, Field(description="Dated on this day or later.", examples=["2026-01-01"])] = None
    until: Annotated[Day | None, Field(description="Dated before this day.", examples=["2026-07-01"])] = None
    account: Annotated[Names, Field(description="Of these accounts, by name.")] = []
    tier: Annotated[Names, Field(description="Of accounts of these tiers.")] = []
    customer_type: Annotated[Names, Field(description="Of accounts of these customer types.")] = []
    region: Annotated[Names, Field(description="Of accounts of these regions.")] = []
    team: Annotated[Names, Field(description="Of accounts of these teams.")] = []
    source: Annotated[Names, Field(description="From these sources.")] = []
    question: Annotated[Names, Field(description="Answers to these questions.")] = []
    channel: Annotated[Names, Field(description="By these channels.")] = []
    language: Annotated[Names, Field(description="In these languages.")] = []
    role: Annotated[Names, Field(description="Of persons in these roles.")] = []
    influence: Annotated[Names, Field(description="Of persons of this influence.")] = []
    product: Annotated[Names, Field(description="About these products.")] = []

    def narrowed(self) -> Narrowed:
        """The same as the actions take it."""
        names = [name for name in WantedCount.model_fields if name not in ("since", "until")]
        return Narrowed(self.since, self.until, **{name: tuple(getattr(self, name)) for name in names})
