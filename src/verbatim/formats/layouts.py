"""The layouts of known survey tools as data, and which one a table has, told from its first rows."""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Cells = Sequence[str]

_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
_QUALTRICS_CLOSED = re.compile(
    r"(_(Id|Name|Size|Type)|_?NPS_GROUP| - (Parent )?Topics( Hierarchy)?.*| - Sentiment.*)$", re.IGNORECASE
)
_OPEN_LABEL = re.compile(
    r"open-ended response|other \(please specify\)|开放式|開放式|其他（请|其他 \(请", re.IGNORECASE
)
_OTHER_SPECIFIED = re.compile(r"其他|其它|补充|请注明")
_SINGLE_ANSWER = frozenset({"", "response", "open-ended response", "回答", "开放式回答", "開放式回答"})


@dataclass(frozen=True, slots=True)
class Layout:
    """A survey tool's export: its own columns, which of them are what (most wanted first), values that drop a row."""

    name: str
    own: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dropped: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heading:
    """The header rows of a table, understood: a unique name and the question for every column.

    `open` are the columns that the layout itself declares to hold free text, `closed` those that never do.
    """

    layout: Layout
    rows: int
    names: tuple[str, ...]
    questions: tuple[str, ...]
    open: frozenset[int] = frozenset()
    closed: frozenset[int] = frozenset()


_PREVIEWS = {
    "survey preview": "survey preview",
    "preview": "survey preview",
    "1": "survey preview",
    "9": "survey preview",
}
_TESTS = {"survey test": "survey test", "test": "survey test", "2": "survey test", "17": "survey preview"}
_SPAM = {"spam": "spam", "8": "spam", "12": "spam", "imported spam": "spam"}

QUALTRICS = Layout(
    "Qualtrics",
    (
        *("StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished"),
        *("RecordedDate", "ResponseId", "ResponseID", "ResponseSet", "Name", "RecipientLastName", "RecipientFirstName"),
        *("RecipientEmail", "EmailAddress", "ExternalReference", "ExternalDataReference", "LocationLatitude"),
        *("LocationLongitude", "LocationAccuracy", "DistributionChannel", "UserLanguage"),
    ),
    {
        "id": ("ResponseId", "ResponseID"),
        "date": ("RecordedDate", "EndDate", "StartDate"),
        "contact": ("RecipientEmail", "EmailAddress"),
    },
    {"Status": _PREVIEWS | _TESTS | _SPAM, "DistributionChannel": {"preview": "survey preview", "test": "survey test"}},
)
SURVEYMONKEY = Layout(
    "SurveyMonkey",
    (
        *("Respondent ID", "Collector ID", "Start Date", "End Date", "Date Created", "Date Modified", "IP Address"),
        *("Email Address", "First Name", "Last Name", "Custom Data 1", "Collector", "Collection mode"),
    ),
    {
        "id": ("Respondent ID",),
        "date": ("End Date", "Date Modified", "Start Date", "Date Created"),
        "contact": ("Email Address",),
    },
)
TYPEFORM = Layout(
    "Typeform",
    (
        *("#", "Response ID", "Response Type", "Start Date (UTC)", "Stage Date (UTC)", "Submit Date (UTC)"),
        *("Network ID", "Tags", "Ending", "Score"),
    ),
    {"id": ("#", "Response ID"), "date": ("Submit Date (UTC)", "Stage Date (UTC)", "Start Date (UTC)")},
)
WENJUANXING = Layout(
    "问卷星",
    ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "总分"),
    {"id": ("序号",), "date": ("提交答卷时间",)},
)
PLAIN = Layout("plain table")
LAYOUTS = (QUALTRICS, SURVEYMONKEY, TYPEFORM, WENJUANXING, PLAIN)


def recognise(rows: Sequence[Cells]) -> Heading:
    """What the first rows of a table say: the layout, how many header rows there are, the names and questions."""
    for recogniser in _RECOGNISERS:
        if heading := recogniser(rows):
            return heading
    return _one_row(PLAIN, rows[0])


def key(name: str) -> str:
    """A header in the form in which headers are compared: small letters, no spaces, little punctuation."""
    return re.sub(r"[\s_\-:：?？.*、,，]+", "", name).lower()


def plain_text(value: str) -> str:
    """A question without HTML tags and entities, on one line."""
    return " ".join(html.unescape(_TAG.sub(" ", value)).split()) if "<" in value or "&" in value else value.strip()


def unique(names: Sequence[str]) -> tuple[str, ...]:
    """Names made different from each other: a blank one becomes "column 5", a repeated one gets " (2)"."""
    seen: dict[str, int] = {}
    taken = {name.strip() for name in names}
    result = []
    for place, raw in enumerate(names, start=1):
        name = raw.strip() or f"column {place}"
        count = seen[name] = seen.get(name, 0) + 1
        while count > 1 and (f"{name} ({count})" in taken):
            count += 1
        result.append(name if count == 1 else f"{name} ({count})")
        taken.add(result[-1])
    return tuple(result)


def _one_row(layout: Layout, row: Cells, opened: frozenset[int] = frozenset()) -> Heading:
    width = max((place for place, cell in enumerate(row, start=1) if cell.strip()), default=0)
    names = unique(row[:width])
    return Heading(layout, 1, names, tuple(map(plain_text, row[:width])), opened, _own(layout, names))


def _own(layout: Layout, names: Sequence[str]) -> frozenset[int]:
    own = {key(name) for name in layout.own}
    return frozenset(place for place, name in enumerate(names) if key(name) in own)


def _qualtrics(rows: Sequence[Cells]) -> Heading | None:
    imports = next((at for at, row in enumerate(rows[:5]) if any('"ImportId"' in cell for cell in row)), None)
    hits = [len(_own(QUALTRICS, row)) for row in rows[: 5 if imports is None else imports + 1]]
    top = hits.index(max(hits))
    legacy = {key(cell) for cell in rows[top]} >= {"responseid"} and hits[top] >= 3
    if imports is None and not legacy:
        return None
    count = _qualtrics_rows(rows, top, imports)
    names, labels = unique(rows[top]), _labels(rows, top, imports, count)
    identifiers = rows[imports] if imports is not None else ()
    opened = {at for at, name in enumerate(names) if name.endswith("_TEXT")}
    opened |= {at for at, cell in enumerate(identifiers[: len(names)]) if '_TEXT"' in cell}
    embedded = {at for at, cell in enumerate(identifiers) if '"QID' not in cell}
    closed = {at for at, name in enumerate(names) if _QUALTRICS_CLOSED.search(name)} | embedded | _own(QUALTRICS, names)
    return Heading(QUALTRICS, count, names, labels, frozenset(opened - closed), frozenset(closed))


def _qualtrics_rows(rows: Sequence[Cells], top: int, imports: int | None) -> int:
    """How many rows are headers: up to the import ids, and on while the response id is none."""
    ids = next((at for at, cell in enumerate(rows[top]) if key(cell) == "responseid"), None)
    count = top + 1 if imports is None else imports + 1
    while ids is not None and count < min(len(rows), top + 4) and _still_heading(rows[count], rows[top], ids):
        count += 1
    return count


def _still_heading(row: Cells, names: Cells, ids: int) -> bool:
    """Whether a row repeats the names, labels the id column, or leaves all of the tool's own columns blank."""
    own = [(key(row[at]) if at < len(row) else "", key(names[at])) for at in sorted(_own(QUALTRICS, names))]
    labelled = ids < len(row) and key(row[ids]).startswith("response")
    return sum(cell == name for cell, name in own) >= 3 or labelled or (any(row) and not any(cell for cell, _ in own))


def _labels(rows: Sequence[Cells], top: int, imports: int | None, count: int) -> tuple[str, ...]:
    """The question texts: the first header row under the names that is not the row of import ids."""
    below = [at for at in range(top + 1, count) if at != imports]
    row = rows[below[0]] if below else rows[top]
    return tuple(plain_text(row[at]) if at < len(row) else "" for at in range(len(rows[top])))


def _surveymonkey(rows: Sequence[Cells]) -> Heading | None:
    hits = _own(SURVEYMONKEY, rows[0])
    keys = [key(cell) for cell in rows[0]]
    if "respondentid" not in keys or len(hits) < 2:
        return None
    if len(rows) < 2 or _cell(rows[1], keys.index("respondentid")):
        return _one_row(SURVEYMONKEY, rows[0])
    width = max(len(rows[0]), len(rows[1]))
    questions, labels = _filled(rows[0], width), [_cell(rows[1], at) for at in range(width)]
    names = [
        question if label.lower() in _SINGLE_ANSWER else f"{question} - {label}"
        for question, label in zip(questions, labels, strict=True)
    ]
    opened = frozenset(at for at, label in enumerate(labels) if _OPEN_LABEL.search(label))
    return Heading(SURVEYMONKEY, 2, unique(names), tuple(map(plain_text, questions)), opened, hits)


def _filled(row: Cells, width: int) -> list[str]:
    """Every blank cell filled with the last one before it that is not."""
    filled: list[str] = []
    for at in range(width):
        cell = _cell(row, at)
        filled.append(cell if cell or not filled else filled[-1])
    return filled


def _cell(row: Cells, at: int) -> str:
    """A header cell; blank too where a data frame has written "Unnamed: 3_level_1" for a blank."""
    cell = row[at].strip() if at < len(row) else ""
    return "" if cell.startswith("Unnamed:") else cell


def _typeform(rows: Sequence[Cells]) -> Heading | None:
    keys = {key(cell) for cell in rows[0]}
    if not {"startdate(utc)", "submitdate(utc)"} <= keys or not keys & {"#", "networkid", "responsetype"}:
        return None
    return _one_row(TYPEFORM, rows[0], frozenset(at for at, cell in enumerate(rows[0]) if key(cell) == "other"))


def _wenjuanxing(rows: Sequence[Cells]) -> Heading | None:
    if len(_own(WENJUANXING, rows[0])) < 4 or "提交答卷时间" not in {key(cell) for cell in rows[0]}:
        return None
    return _one_row(WENJUANXING, rows[0], frozenset(at for at, cell in enumerate(rows[0]) if _specified(cell)))


def _specified(name: str) -> bool:
    return bool(re.match(r"\d+、[(（]", name.strip())) and bool(_OTHER_SPECIFIED.search(name))


_RECOGNISERS: tuple[Callable[[Sequence[Cells]], Heading | None], ...] = (
    _qualtrics,
    _surveymonkey,
    _typeform,
    _wenjuanxing,
)
