"""The report of the office for a period: from what the store knows at this moment, as a value and as a file."""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine

from verbatim.actions.briefing_parts import Wish, counted, coverage_of
from verbatim.actions.citations import Permissions, citations, hidden, permissions
from verbatim.actions.coder_error import coder_error
from verbatim.actions.desk import Desk, desk_of
from verbatim.actions.figures import facts_of
from verbatim.actions.frame_in_use import codebook
from verbatim.actions.lenient_frame import LenientFrame
from verbatim.briefing import Briefing, Cited, CodeName, Part, Phrase, Scope, Statement
from verbatim.composing.coverage import beside, coverage_figure, coverage_part
from verbatim.composing.heads import figures, findings, received, too_few
from verbatim.composing.stance import score_sentences
from verbatim.composing.subjects import Wanted, subjects, wanted
from verbatim.composing.unknown import Coder, unknown_part
from verbatim.composing.view import View, base, said, score, view_of
from verbatim.errors import InputError, OutputError
from verbatim.estimates import Accuracy
from verbatim.formats.coded import partial_file
from verbatim.formats.frame import Frame
from verbatim.periods import Period, period_of
from verbatim.store.access_keys import Holder
from verbatim.store.opening import reading
from verbatim.store.schedules import ReportForm, Schedule

KINDS: Mapping[ReportForm, str] = {
    "html": "text/html",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What a file of each form is."""

LEADING = ("coverage", "changes", "served", "subjects", "priorities", "accounts", "teams")
"""The parts whose sentences are among the findings, in this order."""


def scope_of(account: str | None, team: str | None) -> Scope:
    """The scope that is asked for. Raises InputError for both at once, and for a blank name."""
    if account is not None and team is not None:
        raise InputError("an account and a team: expected one of them, or neither for everything")
    for reach, name in (("account", account), ("team", team)):
        if name is not None and not name.strip():
            raise InputError(f"{reach} {name!r}: expected a name that is not blank")
    if account is not None:
        return Scope("account", account)
    return Scope("team", team) if team is not None else Scope()


def period_asked(label: str, today: date | None = None) -> Period:
    """The period of this name, as far as it has begun. Raises InputError for any other."""
    period, now = period_of(label), today or datetime.now(UTC).date()
    if period.first > now:
        raise InputError(f"period {label!r}: begins on {period.first}; expected one that has begun by {now}")
    return period


def seen_by(holder: Holder) -> tuple[str, ...] | None:
    """The accounts that a holder's reports are of; None for all."""
    return (holder.accounts or ()) if holder.role == "manager" else None


def form_of(path: Path) -> ReportForm:
    """The form that a file's name asks for. Raises OutputError for an ending that there is not."""
    ending = path.suffix.removeprefix(".").lower()
    for form in KINDS:
        if ending == form:
            return form
    raise OutputError(f"{path.name}: ends in {path.suffix or 'nothing'!r}; expected .{', .'.join(KINDS)}")


def brief(desk: Desk, wish: Wish, made: date | None = None) -> Briefing:
    """The report as a value. Raises NotFoundError for an account or a team that there is not, or is not to be seen."""
    view = view_of(facts_of(desk, wish.organisation, wish.accounts), wish.scope, wish.period)
    cited = _cited(desk, wish, view)
    enough = base(view.now, said(view.now)).enough
    found, allowed = coverage_of(desk, wish), _permissions(desk, wish)
    own = counted(desk, wish, view, cited, allowed) if enough else _quotes_only(cited)
    parts = [coverage_part(found), *own]
    told = tuple(dict.fromkeys(id for id, _ in cited)) if enough else ()
    parts.append(unknown_part(view, _coder(desk, wish), hidden(view.now, allowed), told))
    rate = coverage_figure(found)
    first = [received(view), *(_scored(view) if enough else [too_few()] if view.now.n else [])]
    return Briefing(
        period=wish.period,
        scope=wish.scope,
        made=made or datetime.now(UTC).date(),
        figures=(*((rate,) if rate else ()), *figures(view)),
        findings=findings(first, parts, LEADING if enough else ("coverage",)),
        parts=tuple(parts),
        beside=beside(found),
    )


def rendered(desk: Desk, wish: Wish, form: ReportForm, *, apart: bool = True) -> bytes:
    """The report as a file; a PDF is printed by a process of its own unless told otherwise.

    Raises as `brief`; OutputError where a PDF cannot be made here, UnavailableError where it takes too long.
    """
    frame = LenientFrame(codebook(desk, wish.organisation))
    return RENDERERS[form](brief(desk, wish), frame, wish.language, apart)


def _as_page(briefing: Briefing, frame: Frame, language: str, _apart: bool) -> bytes:
    from verbatim.formats.briefing_page import render  # noqa: PLC0415 - only what renders pays

    return render(briefing, frame, language).encode("utf-8", "xmlcharrefreplace")


def _as_pdf(briefing: Briefing, frame: Frame, language: str, apart: bool) -> bytes:
    from verbatim.formats.briefing_page import ON_PAPER, render  # noqa: PLC0415
    from verbatim.formats.pdf import printed, printed_apart, require_pdf  # noqa: PLC0415

    require_pdf()
    page = render(briefing, frame, language, ON_PAPER)
    return printed_apart(page) if apart else printed(page)


def _as_book(briefing: Briefing, frame: Frame, language: str, _apart: bool) -> bytes:
    from verbatim.formats.briefing_book import workbook  # noqa: PLC0415

    return workbook(briefing, frame, language)


RENDERERS: Mapping[ReportForm, Callable[[Briefing, Frame, str, bool], bytes]] = {
    "html": _as_page,
    "pdf": _as_pdf,
    "xlsx": _as_book,
}
"""What makes a file of each form."""


def _scored(view: View) -> list[Statement]:
    """The sentences on the score, where there is one."""
    return [] if score(view.now) is None else list(score_sentences(view))


def _cited(desk: Desk, wish: Wish, view: View) -> dict[Wanted, tuple[Cited, ...]]:
    found = subjects(view.now)
    with reading(desk.engine, wish.organisation) as connection:
        one = wish.scope.reach == "account"
        return citations(connection, wish.organisation, view.now, wanted(found), one_account=one)


def _quotes_only(cited: Mapping[Wanted, tuple[Cited, ...]]) -> list[Part]:
    """What is left where too few people said something: their words, as far as they permit."""
    shown = [
        Statement(Phrase("briefing.about", {"name": CodeName(id)}), cited=some)
        for (id, _), some in cited.items()
        if some
    ]
    return [Part("subjects", cited=tuple(shown))] if shown else []


def _coder(desk: Desk, wish: Wish) -> Coder:
    """Whoever codes now, and how well."""
    found = coder_error(desk.engine, wish.organisation, desk.manifest)
    f1 = desk.manifest.quality.get("l2_weighted") if found.model == desk.model else None
    by_code = {id: Accuracy.of(gold) for id, gold in found.codes.items() if gold.positives and gold.negatives}
    return Coder(found.model, float(f1) if isinstance(f1, int | float) else None, found.source, found.n, by_code)


def _permissions(desk: Desk, wish: Wish) -> Permissions:
    with reading(desk.engine, wish.organisation) as connection:
        return permissions(connection, wish.organisation)


@dataclass(frozen=True, slots=True)
class ReportOrder:
    """What the command is asked for: the period, the scope, the file to write."""

    organisation: str
    period: str
    account: str | None
    team: str | None
    language: str
    out: Path
    model: str | None = None


def report_file(engine: Engine, order: ReportOrder) -> Path:
    """The file that was written, whole or not at all. Raises InputError for what cannot be asked for."""
    form = form_of(order.out)
    wish = Wish(
        order.organisation, period_asked(order.period), scope_of(order.account, order.team), None, order.language
    )
    with closing(desk_of(lambda: engine, order.model)) as desk:
        content = rendered(desk, wish, form, apart=False)
    with partial_file(order.out.parent, order.out.name) as partial:
        partial.write_bytes(content)
    return order.out


@dataclass(frozen=True, slots=True)
class Letter:
    """A report on its way by mail: what the mail is called, its text, and the file that it carries."""

    subject: str
    text: str
    name: str
    kind: str
    content: bytes = field(repr=False)


def wish_of(one: Schedule, period: Period, accounts: tuple[str, ...] | None = None) -> Wish:
    """The report of a period as a schedule asks for it."""
    return Wish(one.organisation, period, one.plan.scope, accounts, one.plan.language)


def letter(desk: Desk, one: Schedule, period: Period) -> Letter:
    """The mail of a schedule: its findings as text, without anybody's words, and the report. Raises as `rendered`."""
    from verbatim.formats.briefing_page import summary  # noqa: PLC0415 - only what renders pays

    wish, form = wish_of(one, period), one.plan.form
    frame = LenientFrame(codebook(desk, wish.organisation))
    briefing = brief(desk, wish)
    subject, text = summary(briefing, frame, wish.language)
    content = RENDERERS[form](briefing, frame, wish.language, True)
    return Letter(subject, text, f"report-{period.label}.{form}", KINDS[form], content)
