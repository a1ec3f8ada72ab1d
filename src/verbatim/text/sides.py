"""Which side each speaker of a transcript is on: the customer's, ours, or unknown."""

import re
from collections.abc import Collection, Iterable, Sequence

from verbatim.domain import Side, Turn
from verbatim.text.turns import RawTurn

_AFFILIATIONS: dict[str, Side] = {"internal": "us", "external": "customer"}
_ENGLISH_ROLES: dict[Side, str] = {
    "us": "interviewer moderator researcher facilitator host agent rep sales salesperson support csm operator advisor"
    " consultant q account-manager account-executive sales-rep customer-success customer-support customer-service"
    " customer-care customer-success-manager customer-service-agent support-agent support-engineer",
    "customer": "customer client interviewee respondent participant caller buyer user a",
}
_CHINESE_ROLES: dict[Side, str] = {
    "us": "访谈员 訪談員 访谈者 訪談者 采访者 採訪者 采访人 採訪人 主持人 客服 销售 銷售 业务员 業務員 坐席 座席"
    " 顾问 顧問 客户经理 客戶經理 客户成功 客戶成功 问 問",
    "customer": "受访者 受訪者 受访人 受訪人 被访者 被訪者 客户 客戶 顾客 顧客 用户 用戶 来电人 來電人 答",
}
_ROLE = """(?:{english})(?:\\s*\\d{{1,3}})?(?:\\s*[(（\\[-].*)?\\Z|.{{0,4}}(?:{chinese}).{{0,6}}\\Z"""
_SIDES: tuple[Side, ...] = ("us", "customer")  # in this order: a customer service agent is ours
_ROLES = {
    side: re.compile(
        _ROLE.format(
            english="|".join(_ENGLISH_ROLES[side].split()).replace("-", "[ -]"),
            chinese="|".join(_CHINESE_ROLES[side].split()),
        )
    )
    for side in _SIDES
}
_BRACKETED = re.compile(r"\s*[(（\[|].*\Z")


def assign_sides(turns: Sequence[RawTurn], customers: Iterable[str] = (), ours: Iterable[str] = ()) -> tuple[Turn, ...]:
    """The turns with a side for every speaker.

    `customers` and `ours` hold names, or e-mail domains written `@domain`, and decide first; then the affiliation that
    the file gives, then role words. Once a customer of this talk is named, every named speaker who is left is ours, or
    by domain, every one with an address; a customer of another talk says nothing here. Else who is left stays unknown.
    """
    here = [entry for entry in customers if any(turn.speaker and _matches(turn, entry) for turn in turns)]
    ours = tuple(ours)
    asking = any(_folded(turn.speaker) in ("q", "问", "問") for turn in turns)
    sides: dict[tuple[str, str | None], Side] = {}
    for turn in turns:
        key = (turn.speaker, turn.email)
        if key not in sides:
            sides[key] = _listed(turn, here, ours) or _implied(turn, asking) or _left(turn, here)
    return tuple(Turn(turn.speaker, sides[turn.speaker, turn.email], turn.time, turn.text) for turn in turns)


def is_role(speaker: str) -> bool:
    """Whether a speaker's name is a word for a side: Interviewer, 受访者, Q."""
    return _by_role(speaker, asking=True) is not None


def without_speaker(customers: Iterable[str], speakers: Iterable[str]) -> list[str]:
    """The customers' names that none of the speakers has; e-mail domains are no names."""
    known = {form for speaker in speakers if speaker for form in _forms(speaker)}
    return [entry for entry in customers if not entry.startswith("@") and _folded(entry) not in known]


def _listed(turn: RawTurn, customers: Collection[str], ours: Collection[str]) -> Side | None:
    """The side that the user's own lists give a speaker; None: they say nothing."""
    if not turn.speaker:
        return None
    if any(_matches(turn, entry) for entry in customers):
        return "customer"
    return "us" if any(_matches(turn, entry) for entry in ours) else None


def _left(turn: RawTurn, customers: Collection[str]) -> Side:
    """The side of a speaker of whom nothing is said, beside the named customers of this talk."""
    named = any(not entry.startswith("@") for entry in customers)
    return "us" if turn.speaker and (named or (customers and turn.email)) else "unknown"


def _matches(turn: RawTurn, entry: str) -> bool:
    if not entry.startswith("@"):
        return _folded(entry) in _forms(turn.speaker)
    host = (turn.email or "").rpartition("@")[2].casefold()
    domain = entry[1:].strip().casefold()
    return host == domain or host.endswith(f".{domain}")


def _implied(turn: RawTurn, asking: bool) -> Side | None:
    """The side that the file itself gives a speaker, by affiliation or else by a role word; None: it says nothing."""
    known = _AFFILIATIONS.get((turn.affiliation or "").casefold())
    return known or _by_role(turn.speaker, asking)


def _by_role(speaker: str, asking: bool) -> Side | None:
    """The side of a role word; a bare "A" is a customer only beside a "Q"."""
    name = _folded(speaker)
    if name == "a" and not asking:
        return None
    return next((side for side, pattern in _ROLES.items() if pattern.match(name)), None)


def _forms(speaker: str) -> set[str]:
    return {_folded(speaker), _folded(_BRACKETED.sub("", speaker))}


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
