"""Reports of the office, made when they are asked for, and schedules by which they go out by themselves."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from verbatim.actions.briefing_parts import Wish
from verbatim.actions.briefings import KINDS, period_asked, rendered, scope_of, seen_by, wish_of
from verbatim.actions.schedules import add, mail_is_set, remove, send
from verbatim.api.answers import answered, keyed, nothing, takes
from verbatim.api.call import Asked, asked
from verbatim.api.feedback import Number
from verbatim.api.given import Name, read
from verbatim.api.once import once
from verbatim.api.problems import Fault, ProblemError, told
from verbatim.api.report_shapes import (
    GivenSchedule,
    GivenSending,
    Language,
    PeriodName,
    ShownIssue,
    ShownMail,
    ShownSchedule,
)
from verbatim.api.shown import Page
from verbatim.briefing import Scope
from verbatim.errors import InputError, NotFoundError
from verbatim.periods import WANTED, Period
from verbatim.store import audit, mails, schedules
from verbatim.store.keys import Answer
from verbatim.store.opening import reading, writing
from verbatim.store.schedules import Issued, Plan, ReportForm, Schedule

router = APIRouter(tags=["reports"])

_FILES = {kind: {"schema": {"type": "string"}} for kind in KINDS.values()}


class WantedReport(BaseModel):
    """Which report, and in which form."""

    model_config = ConfigDict(protected_namespaces=())

    period: PeriodName
    account: Annotated[Name | None, Field(description="Only what this account said.")] = None
    team: Annotated[Name | None, Field(description="Only what the accounts of this team said.")] = None
    format: ReportForm = "html"
    language: Language = "en"


@router.get(
    "/v1/reports",
    operation_id="make_report",
    summary="The report of a period, of all accounts, one account or one team",
    response_class=Response,
    responses={200: {"content": _FILES}},
)
def make_report(request: Request, wanted: Annotated[WantedReport, Query()]) -> Response:
    """Made from what is known at this moment: HTML that needs nothing else, PDF, or a workbook. A manager's is of its
    accounts.
    """
    ask = asked(request)
    period = _period(wanted.period)
    wish = Wish(ask.organisation, period, _scope(wanted), seen_by(ask.holder), wanted.language)
    return _file(ask, wish, wanted.format)


@router.get(
    "/v1/schedules",
    operation_id="list_schedules",
    summary="Reports that go out by themselves",
    response_model=Page[ShownSchedule],
)
def list_schedules(request: Request) -> Response:
    """By number."""
    ask = asked(request)
    with reading(ask.desk.engine, ask.organisation) as connection:
        found = schedules.list_schedules(connection, ask.organisation)
    return answered(Page[ShownSchedule](items=[_shown(one) for one in found]))


@router.post(
    "/v1/schedules",
    operation_id="add_schedule",
    summary="Let a report go out by itself",
    status_code=201,
    response_model=ShownSchedule,
    openapi_extra=takes(GivenSchedule, once=True),
)
def add_schedule(request: Request) -> Response:
    """When a month or a quarter is over its report goes out by mail, or a webhook is told where to fetch it."""
    ask = asked(request)
    given = read(GivenSchedule, ask.body.json())
    if given.recipients and not mail_is_set():
        expected = "a webhook: this installation has no mail server (VERBATIM_SMTP_HOST)"
        raise ProblemError(
            422, f"recipients: expected {expected}", Fault("recipients", len(given.recipients), expected)
        )
    plan = Plan(
        every=given.every,
        scope=_scope(given),
        language=given.language,
        form=given.format,
        webhook=given.webhook,
        recipients=tuple(given.recipients or ()),
    )

    def make() -> Answer:
        made = add(ask.desk.engine, ask.organisation, plan, ask.actor)
        return Answer(201, _shown(made).model_dump(mode="json"))

    return once(ask, make)


@router.delete(
    "/v1/schedules/{id}", operation_id="remove_schedule", summary="Let a report go out no more", status_code=204
)
def remove_schedule(request: Request, id: Number) -> Response:
    """What of it was still to be sent is gone as well."""
    ask = asked(request)
    remove(ask.desk.engine, ask.organisation, id, ask.actor)
    return nothing()


@router.get(
    "/v1/schedules/{id}/sendings",
    operation_id="list_sendings",
    summary="What went out of a schedule, and its mails",
    response_model=Page[ShownIssue],
)
def list_sendings(request: Request, id: Number) -> Response:
    """The latest first. What a webhook was told stands at the webhook."""
    ask = asked(request)
    with reading(ask.desk.engine, ask.organisation) as connection:
        found = schedules.issued(connection, ask.organisation, id)
        posted = mails.mails_of(connection, ask.organisation, id)
    return answered(Page[ShownIssue](items=[_shown_issue(one, posted) for one in found]))


@router.post(
    "/v1/schedules/{id}/sendings",
    operation_id="send_report",
    summary="Let the report of a period that is over go out now",
    status_code=202,
    response_model=ShownIssue,
    openapi_extra=takes(GivenSending, once=True),
)
def send_report(request: Request, id: Number) -> Response:
    """One that went out before does not go out again."""
    ask = asked(request)
    given = read(GivenSending, ask.body.json())
    period = _period(given.period)

    def go() -> Answer:
        number = send(ask.desk.engine, ask.organisation, id, period, ask.actor)
        with reading(ask.desk.engine, ask.organisation) as connection:
            one = next(
                each for each in schedules.issued(connection, ask.organisation, id) if each.period == period.label
            )
            posted = mails.mails_of(connection, ask.organisation, id)
        return Answer(202 if number is not None else 200, _shown_issue(one, posted).model_dump(mode="json"))

    return once(ask, go)


@router.post(
    "/v1/schedules/{id}/mails/{mail}/replay",
    operation_id="replay_mail",
    summary="Send a mail again that failed or is in doubt",
    status_code=202,
    response_model=ShownMail,
    openapi_extra=keyed(),
)
def replay_mail(request: Request, id: Number, mail: Number) -> Response:
    """It is the same message, with the same Message-ID. One in doubt may have arrived already."""
    ask = asked(request)

    def again() -> Answer:
        with writing(ask.desk.engine, ask.organisation) as connection:
            mails.replay_mail(connection, ask.organisation, id, mail, datetime.now(UTC))
            event = audit.Event(ask.actor, "mail replayed", f"schedule:{id}", {"mail": mail})
            audit.record(connection, ask.organisation, event)
            found = next(one for one in mails.mails_of(connection, ask.organisation, id) if one.id == mail)
        return Answer(202, _shown_mail(found).model_dump(mode="json"))

    return once(ask, again)


@router.get(
    "/v1/schedules/{id}/reports/{period}",
    operation_id="fetch_report",
    summary="The report that a schedule is about",
    response_class=Response,
    responses={200: {"content": _FILES}},
)
def fetch_report(request: Request, id: Number, period: Annotated[PeriodName, Path()]) -> Response:
    """What a webhook is told to fetch. A manager fetches those of its own accounts."""
    ask = asked(request)
    wanted = _period(period)
    with reading(ask.desk.engine, ask.organisation) as connection:
        one = schedules.schedule(connection, ask.organisation, id)
    own = seen_by(ask.holder)
    if own is not None and (one.plan.scope.reach != "account" or one.plan.scope.name not in own):
        raise NotFoundError(f"schedule {id}: not in organisation {ask.organisation!r}; expected the number of one")
    return _file(ask, wish_of(one, wanted, own), one.plan.form)


def _file(ask: Asked, wish: Wish, form: ReportForm) -> Response:
    content = rendered(ask.desk, wish, form)
    event = audit.Event(ask.actor, "report", f"report:{wish.period.label}", {"format": form, "scope": wish.scope.reach})
    with writing(ask.desk.engine, ask.organisation) as connection:
        audit.record(connection, ask.organisation, event)
    headers = {"Content-Disposition": f'attachment; filename="report-{wish.period.label}.{form}"'}
    kind = f"{KINDS[form]}; charset=utf-8" if form == "html" else KINDS[form]
    return Response(content, headers=headers, media_type=kind)


def _period(label: str) -> Period:
    try:
        return period_asked(label)
    except InputError as error:
        expected = f"{WANTED.removeprefix('expected ')} that has begun"
        raise ProblemError(422, str(error), Fault("period", told("period", label), expected)) from None


def _scope(given: WantedReport | GivenSchedule) -> Scope:
    try:
        return scope_of(given.account, given.team)
    except InputError as error:
        raise ProblemError(422, str(error), Fault("team", told("team", given.team), "an account or a team")) from None


def _shown(one: Schedule) -> ShownSchedule:
    plan, scope = one.plan, one.plan.scope
    return ShownSchedule(
        id=one.id,
        every=plan.every,
        account=scope.name if scope.reach == "account" else None,
        team=scope.name if scope.reach == "team" else None,
        language=plan.language,
        format=plan.form,
        webhook=plan.webhook,
        recipients=list(plan.recipients) or None,
        active=one.active,
        begins=one.begins,
    )


def _shown_issue(one: Issued, posted: Sequence[mails.Mail]) -> ShownIssue:
    own = [_shown_mail(mail) for mail in posted if mail.issue == one.id]
    return ShownIssue(id=one.id, period=one.period, created=one.created, mails=own)


def _shown_mail(one: mails.Mail) -> ShownMail:
    return ShownMail(**{name: getattr(one, name) for name in ShownMail.model_fields})
