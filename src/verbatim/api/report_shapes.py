"""The shapes of schedules and of what went out by them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from verbatim.api.given import Name, Number, Shape
from verbatim.api.shown import Shown
from verbatim.store.mails import MailState
from verbatim.store.schedules import MOST_RECIPIENTS, Every, ReportForm

NAMED = r"^(19(0[1-9]|[1-9][0-9])|2[01][0-9]{2})(Q[1-4]|-(0[1-9]|1[0-2]))?$"
PeriodName = Annotated[
    str, Field(max_length=7, description="2026-09, 2026Q3 or 2026.", json_schema_extra={"pattern": NAMED})
]
Language = Literal["en", "zh-Hans", "zh-Hant"]
Address = Annotated[str, Field(min_length=3, max_length=254)]


class GivenSchedule(Shape):
    """A report that goes out by itself: to mail addresses, or to a webhook that is told where to fetch it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "every": "quarter",
                    "format": "pdf",
                    "language": "en",
                    "recipients": ["service@example.com"],
                }
            ]
        }
    )

    every: Every
    account: Name | None = None
    team: Name | None = None
    language: Language = "en"
    format: ReportForm = "html"
    webhook: Annotated[Number | None, Field(description="The number of a webhook; it need not listen to events.")] = (
        None
    )
    recipients: Annotated[list[Address] | None, Field(min_length=1, max_length=MOST_RECIPIENTS)] = None


class GivenSending(Shape):
    """The period whose report is to go out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"period": "2026Q3"}]})

    period: PeriodName


class ShownSchedule(Shown):
    """A report that goes out by itself; `begins`: what was over before is not sent by itself."""

    id: int
    every: Every
    account: str | None
    team: str | None
    language: str
    format: ReportForm
    webhook: int | None
    recipients: list[str] | None
    active: bool
    begins: datetime


class ShownMail(Shown):
    """A mail to one address. In doubt: its sender ended while it was handed over, so it may have arrived."""

    id: int
    recipient: str
    state: MailState
    attempts: int
    due: datetime
    error: str | None
    created: datetime
    sent: datetime | None


class ShownIssue(Shown):
    """What went out of a schedule: the period, and the mails."""

    id: int
    period: str
    created: datetime
    mails: list[ShownMail]
