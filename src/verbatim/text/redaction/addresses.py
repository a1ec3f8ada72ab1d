"""Postal addresses by rule: Chinese ones around a street and its number, English ones around a number and its street.

Both need a house number: a street, a district or a city by itself tells nobody's home and stays. Every search looks at
a bounded stretch of text around a place that is rare in ordinary writing.
"""

import re
from collections.abc import Iterator

from verbatim.text.redaction.places import CITIES, LEADERS, NO_STREETS, PROVINCES
from verbatim.text.redaction.spans import Found
from verbatim.text.script import HAN, fold_in_place

_REACH = 40
_NEARBY = 6
_STREET_NAME = 3

_COUNT = "(?>[0-9]{1,5}|[一二三四五六七八九十百]{1,4})"
_MARK = f"(?:[a-z东南西北甲乙丙]?{_COUNT}(?:-[0-9]{{1,4}})?[a-z]?|[a-z甲乙丙])"
_UNIT = f" ?{_MARK} ?(?:号[楼院库仓馆门]?|栋|幢|座|单元|层|楼|室|房|户|期|区|门|馆|铺|f(?![a-z]))"
_ESTATES = (
    "小区|社区|花园|花苑|家园|公寓|大厦|大楼|广场|中心|国际|[工业科技产]{2}园|园区|新村|新城|[名之]城|豪庭|华庭"
    "|苑|邨|阁"
)
_NO_ESTATE = "的|附近|旁|对面|门口|是|就|有|我|那|去|被|没|不|一直"
_ESTATE = f"(?!{_NO_ESTATE})[{HAN}]{{2,8}}?(?:{_ESTATES})(?:[a-z](?=[座栋区]))?"
_TAIL = f"(?>[, ]?(?:{_UNIT}|{_ESTATE}|之[0-9]{{1,3}}|(?<=[栋幢座楼])[0-9]{{2,4}}(?![0-9]))){{0,7}}"
_NO_HOUSE = "线|门[0-9]|店|出口|公路|方案|机|车|位|键|工位"
_CHINESE = tuple(
    re.compile(f"(?<=[{HAN}]){shape}")
    for shape in (
        "(?:路|街|大道|道|巷|弄|胡同|村|里)(?:[东南西北中](?!段))?+ ?+"
        f"(?:(?:{_COUNT}|[东南西北中上下])段)?+ ?+(?:{_COUNT}[巷弄] ?+){{0,2}}+"
        f"{_COUNT}(?:-[0-9]{{1,4}}|之[0-9]{{1,3}})?+ ?+号(?!{_NO_HOUSE})[院楼]?+{_TAIL}",
        f"(?:路|街|大道|道) ?+(?:{_COUNT}段)?+ ?+[0-9]{{1,5}}+[弄巷] ?+(?=[0-9]){_TAIL}",
        f"(?:{_ESTATES}) ?+[a-z]?+{_COUNT}?+[a-z]?+(?:号楼|栋|幢|座)(?>{_UNIT}|[0-9]{{2,4}}(?![0-9])){{1,4}}",
    )
)
_ANY_HOUSE = re.compile("[号栋幢座弄巷]")
_RUN = re.compile(f"[{HAN}0-9·.: -]{{1,{_REACH}}}\\Z")
_REGION = re.compile("|".join(sorted([*PROVINCES.split(), *CITIES.split()], key=len, reverse=True)))
_LEADER = re.compile("|".join(LEADERS.split()))
_DISTRICT = re.compile(f"[{HAN}]{{2,4}}(?:省|市|区|县|镇|乡|街道)")

_ANY_DIGIT = re.compile(r"\d")
_WORD = "[A-Z][A-Za-z'’.-]{0,20}+"
_TOWN_WORD = "[A-Z][A-Za-z'’-]{0,20}+"
_STREET = (
    "Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Square|Sq|Terrace|Close"
    "|Crescent|Parkway|Pkwy|Highway|Hwy|Gardens|Mews|Quay|Row|Hill|Circle|Cir|Trail"
)
_ROOM = (
    r"(?>(?:(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Fl|Room|Rm|Building|Bldg|Block)\b\.? ?#?|# ?)"
    r"(?:[A-Z]?-?\d{1,5}[A-Za-z]?|[A-Z])\b)"
)
_POSTCODE = r"(?>[A-Z]{2} \d{5}(?:-\d{4})?|\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[A-Z]\d[A-Z] \d[A-Z]\d)\b"
_NO_TOWN = "Thanks?|Please|But|And|So|We|You|It|The|This|I|My|Our|They|Then|Not|No|Is|Regards"
_TOWN = rf", (?!(?:{_NO_TOWN})\b){_TOWN_WORD}(?: {_TOWN_WORD}){{0,2}}(?:,? {_POSTCODE}|(?=[.,;)\n]|\Z))"
_ENGLISH = (
    re.compile(
        r"(?<![\w.,-])(?:(?:Flat|Apt|Unit|Suite|Room|Floor) \w{1,5}+, )?\d{1,5}+[A-Za-z]?+(?:-\d{1,4}+)?+ "
        rf"(?!(?:Star|Hour|Day|Way|Minute)\b)(?:{_WORD} ){{1,4}}(?>{_STREET})\b(?:\.(?=,| #))?(?! [Mm]ap\b)"
        rf"(?:,? {_ROOM}){{0,2}}(?>{_TOWN})?(?:,? {_POSTCODE})?"
    ),
    re.compile(
        r"(?<![\w.,-])\d{2,5}+[a-z]?+ (?:(?!(?:minute|min|mile|hour|km|lane|way|day|week|year|more|of|the|on|in|down"
        r"|per|foot|meter|metre|ton|plus|car|and|to|by|for|at)s?\b)[a-z]{3,15}+ ){1,2}"
        r"(?:street|avenue|road|lane|boulevard)\b(?! (?:trip|map|test|use|surface)\b)"
    ),
    re.compile(r"\b[Pp]\.? ?[Oo]\.? ?[Bb]ox \d{1,6}\b"),
)


def addresses(text: str) -> Iterator[Found]:
    """The postal addresses of a plain text."""
    for pattern in _ENGLISH if _ANY_DIGIT.search(text) else ():
        yield from (Found("address", match.start(), match.end()) for match in pattern.finditer(text))
    if not text.isascii():
        yield from _chinese(fold_in_place(text))


def _chinese(folded: str) -> Iterator[Found]:
    if not _ANY_HOUSE.search(folded):
        return
    for match in (match for pattern in _CHINESE for match in pattern.finditer(folded)):
        start = _beginning(folded, match.start())
        if start < match.start() and folded[match.start() - 1 : match.start() + 1] not in NO_STREETS:
            yield Found("address", start, match.end())


def _beginning(folded: str, anchor: int) -> int:
    """Where the address begins whose street ends at `anchor`: at a known city, else at a district, else at its street.

    Never before a mark that ends a clause; a city right after words that lead to an address, such as 寄到, goes before
    an earlier one.
    """
    run = _RUN.search(folded, max(0, anchor - _REACH), anchor)
    first = run.start() if run else anchor
    led = [match.end() for match in _LEADER.finditer(folded, first, anchor) if match.end() < anchor]
    regions = [match.start() for match in _REGION.finditer(folded, first, anchor)]
    if regions:
        return next((start for start in reversed(regions) if start in led), regions[0])
    first = max([first, *led])
    district = _DISTRICT.search(folded, first, anchor)
    if district:
        return district.start()
    return first if anchor - first <= _NEARBY else anchor - _STREET_NAME
