"""Numbers that belong to a person: telephones, cards, identity numbers and plates, as one table of rules.

Each rule is a shape, a check, and the labels beside the number with which it counts. A shape that is distinctive counts
whatever it is called; one that could be an order or a part number counts only where the words around it say so.
Quantifiers are bounded and no two of them can share a character, so that time stays linear in the text.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from verbatim.text.redaction.checksums import is_hong_kong_id, is_luhn, is_resident_id, is_taiwan_id
from verbatim.text.redaction.labels import LABELS, Label, label_of
from verbatim.text.redaction.spans import Found

_START = r"(?:(?<![A-Za-z0-9_])|(?<=[Tt]el|TEL)|(?<=[vw]x|VX|WX)|(?<=[A-Za-z])(?=\+))(?<![0-9][-.])(?<![A-Za-z]-)"
_END = r"(?![A-Za-z0-9])(?!-[A-Za-z0-9])(?!\.\d)"
_EXTENSION = r"(?>(?:[ ,]{0,2}(?:[Ee]xt\.?|[Ee]xtension|x) ?|[ ,]?(?:转|轉|分机|分機)[ :]?|#)\d{1,5}(?!\d))?"
_PROVINCE = "京津沪滬渝冀豫辽遼湘皖鲁魯苏蘇浙赣贛鄂桂甘晋晉蒙陕陝吉闽閩粤粵藏川宁寧琼瓊"
_PROVINCE_AND_WORD = "云雲黑新贵貴青"
_PLATE = r"(?i:[A-HJ-NP-Z][ ·.-]?[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂掛学學警港澳])"
_ANY_NUMBER = re.compile(r"\d|[一幺壹][三四五六七八九]")
_FIRST = {
    "phone": r"(?=[\d(+一幺壹])",
    "card": r"(?=\d)",
    "id": r"(?=[A-Za-z\d])",
    "plate": f"(?=[A-Z0-9{_PROVINCE}{_PROVINCE_AND_WORD}])",
}
"""What a number begins with, asked first because it is the cheapest question."""

_CARD_LENGTHS = {"3": (14, 15, 16), "4": (13, 16, 19), "5": (16,), "6": (16, 17, 18, 19), "9558": (19,)}
_DATE = re.compile(r"(?:19|20)\d\d([-. ]?)(?:0?[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01]|[1-9])(?!\d)")

ANY: frozenset[Label] = frozenset((None, *LABELS))
UNLESS_OTHER = ANY - {"other"}


def digits_in(number: str) -> int:
    """How many digits a number has."""
    return sum(map(str.isdecimal, number))


def _has_digits(least: int, most: int, number: str) -> bool:
    return least <= digits_in(number) <= most


def _is_international(number: str) -> bool:
    """Whether a number after + is as long as E.164 has it; a short one must be grouped, else it is an amount."""
    return digits_in(number) >= (9 if re.search(r"[ ().-]", number) else 10)


def _is_no_date(number: str) -> bool:
    return not _DATE.match(number)


def _is_card(number: str) -> bool:
    """Whether a number is a card by its first digits, the length that goes with them, and its check digit."""
    known = any(number.startswith(start) and digits_in(number) in sizes for start, sizes in _CARD_LENGTHS.items())
    return known and is_luhn(number)


def _is_labelled_plate(plate: str) -> bool:
    letters = sum(map(str.isalpha, plate))
    return letters > 0 and 4 <= letters + digits_in(plate) <= 8 and digits_in(plate) > 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A shape of numbers of one kind: `check` looks at what stands there, `labels` are those with which it counts."""

    kind: str
    pattern: re.Pattern[str]
    labels: frozenset[Label]
    check: Callable[[str], bool]

    def find(self, text: str) -> Iterator[Found]:
        """What the rule finds in a plain text."""
        for match in self.pattern.finditer(text):
            if self.check(match["number"]) and label_of(text, match.start(), match.end()) in self.labels:
                yield Found(self.kind, match.start(), match.end())


def _rule(kind: str, shape: str, labels: frozenset[Label], check: Callable[[str], bool]) -> Rule:
    first, extension = _FIRST[kind], _EXTENSION if kind == "phone" else ""
    return Rule(kind, re.compile(f"{first}{_START}(?P<number>{shape}){extension}{_END}"), labels, check)


_phone = partial(_rule, "phone")
_card = partial(_rule, "card")
_id = partial(_rule, "id")
_plate = partial(_rule, "plate")

RULES = (
    _phone(r"\+[1-9](?:[ .()-]{0,2}+\d){7,14}", ANY, _is_international),
    _phone(r"00[1-9]\d{0,2}+[ -]\(?\d(?:[ .()-]{0,2}+\d){6,11}", UNLESS_OTHER, _is_no_date),
    _phone(r"(?:\(?(?:00)?86\)?[ -]?)?1[3-9]\d[ .-]?+\d{4}[ .-]?+\d{4}", UNLESS_OTHER, _is_no_date),
    _phone(r"1[3-9]\d(?:\d[ -]\d{3}[ -]\d{4}|[ -]\d{3}[ -]\d{5})", UNLESS_OTHER, _is_no_date),
    _phone(
        r"[一幺壹][三四五六七八九](?:[零〇一二三四五六七八九幺两]){9}(?![零〇一二三四五六七八九幺两])",
        UNLESS_OTHER,
        bool,
    ),
    _phone(
        r"(?:\(0\d{1,4}+\)[ -]?+|0\d{1,4}+[ -])\d{3,4}(?:[ -]?+\d{2,4}){1,2}", UNLESS_OTHER, partial(_has_digits, 9, 12)
    ),
    _phone(r"0(?:9\d{8}|7\d{9}|[12]\d{9})", UNLESS_OTHER, bool),
    _phone(r"[48]00[ -](?:\d{3}[ -]?\d{4}|\d{4}[ -]\d{3})", UNLESS_OTHER, bool),
    _phone(r"(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}", UNLESS_OTHER, bool),
    _phone(r"\(?\d(?:[ .()-]{0,2}+\d){6,14}", frozenset({"phone"}), _is_no_date),
    _card(r"\d{4}(?:[ -]?+\d{4}){2}[ -]?+\d{1,4}(?:[ -]?+\d{1,3})?", UNLESS_OTHER, _is_card),
    _card(r"\d{4}[ -]\d{6}[ -]\d{5}|\d{6}[ -]\d{8,13}", UNLESS_OTHER, _is_card),
    _card(r"\d(?:[ -]?+\d){11,18}", frozenset({"card"}), _is_no_date),
    _id(r"\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx]", ANY, is_resident_id),
    _id(r"[A-Za-z]{1,2} ?\d{6} ?\([\dAa]\)", ANY, is_hong_kong_id),
    _id(r"[A-Za-z][1289]\d{8}", UNLESS_OTHER, is_taiwan_id),
    _id(r"(?:[A-Za-z]{1,2} ?)?\d(?:[ -]?+\d){5,17}[Xx]?(?:\([\dAa]\))?", frozenset({"id"}), _is_no_date),
    _id(r"[A-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]", UNLESS_OTHER, bool),
    _id(r"[A-Z][A-Z0-9]{6,9}", frozenset({"id"}), partial(_has_digits, 4, 9)),
    _plate(f"[{_PROVINCE}]{_PLATE}", UNLESS_OTHER, lambda plate: digits_in(plate) >= 3),
    _plate(f"[{_PROVINCE_AND_WORD}](?:{_PLATE})", frozenset({"plate"}), lambda plate: digits_in(plate) >= 3),
    _plate(f"[{_PROVINCE_AND_WORD}][A-Z]·[A-Z0-9]{{5,6}}", UNLESS_OTHER, lambda plate: digits_in(plate) >= 3),
    _plate(r"[A-Z0-9]{1,4}[ -]?[A-Z0-9]{1,4}", frozenset({"plate"}), _is_labelled_plate),
    _plate(r"[A-Z0-9]{1,3}-[A-Z]{1,2}[ -]\d{1,6}", frozenset({"plate"}), bool),
)
"""Every shape that counts, in no order: what overlaps is settled later."""


def numbers_of(kind: str, text: str) -> Iterator[Found]:
    """The numbers of a kind in a plain text, as each rule finds them."""
    if _ANY_NUMBER.search(text):
        for rule in RULES:
            if rule.kind == kind:
                yield from rule.find(text)
