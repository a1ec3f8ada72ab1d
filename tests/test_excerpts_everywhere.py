"""Every excerpt in every file that goes out is a piece of its source, whatever the words are made of."""

import csv
import io
import json
import re
import unicodedata
from datetime import UTC, datetime

import pytest
from office_store import fill
from python_calamine import CalamineWorkbook
from test_briefing_page import Words, told_by

from verbatim import taxonomy
from verbatim.actions.briefing_parts import Wish
from verbatim.actions.briefings import brief, rendered
from verbatim.actions.exporting import export
from verbatim.actions.reports import Tally
from verbatim.briefing import LEAST
from verbatim.errors import OutputError
from verbatim.formats.cells import FORMULA_STARTS, source_text
from verbatim.formats.reports import RunFacts, render
from verbatim.periods import period_of
from verbatim.store.listing import NOTHING_LEFT_OUT, list_verbatims
from verbatim.store.opening import reading

AWKWARD = (
    "价格太贵了，服务也慢。",
    "價格太貴了，「服務」也慢。",
    "Slow 👩‍👩‍👧 support 🇨🇳 — really 😡 slow.",
    "First line\nsecond line\r\nthird\rfourth\tend",
    "<script>alert('x')</script> & \"quotes\" &amp; &#39;",
    '=HYPERLINK("http://x","y") is not what we bought',
    "+49 answers a week, and still slow",
    "- dashes in front of it, and slow",
    "@support never answers anybody here",
    "الدعم بطيء جدا جدا ولا يجيب",
    "התמיכה איטית מאוד ולא עונה",
    "{{ 7*7 }} {% raw %} ${jndi:x} %s {name} |many",
    "e\u0301tude ﬁn ａｂｃ ½ \u00a0 \u200b zero\u200dwidth end",
    "_x000D_ is what Excel makes of a carriage return",
    "very long " + "and slow, " * 900 + "at last",
)
CODES = (
    ("service.responsiveness", "negative"),
    ("service.resolution", "negative"),
    ("price.level", "negative"),
    ("price.value", "positive"),
    ("product.reliability", "positive"),
    ("product.usability", "positive"),
)


# One engine is enough: what is rendered knows nothing of it.
pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture
def sources(desk):
    """What was said by number: six texts a month, each by as many people as a figure needs, each of its own code."""
    turns = [("Ana", "customer", 1.0, "=cmd in a talk:\nslow, 很慢"), ("Sam", "us", 2.0, "Noted.")]
    said = [*({"text": text} for text in AWKWARD), {"turns": turns}]
    rows = [
        {
            **one,
            "codes": [CODES[place % 6]],
            "day": f"2026-{7 + place // 6:02}-09",
            "account": f"A{copy}",
            "id": f"{place}-{copy}",
        }
        for place, one in enumerate(said)
        for copy in range(LEAST)
    ]
    fill(desk.engine, rows)
    with reading(desk.engine, "north") as connection:
        listed = list_verbatims(connection, "north", NOTHING_LEFT_OUT, 200).items
    return {one.stored.id: one for one in listed}


def text_of(listed, turn=None):
    verbatim = listed.stored.verbatim
    return verbatim.text if turn is None else verbatim.turns[turn].text


def wishes():
    return [Wish("north", period_of(label)) for label in ("2026-07", "2026-08", "2026-09")]


def placed(one):
    """The turn that a number or a cell names."""
    return None if one in ("", None) else int(one)


def test_reports_as_page_and_workbook(desk, sources):
    seen = set()
    for wish in wishes():
        page = rendered(desk, wish, "html").decode()
        for attributes, said in Words(page).quotes:
            source = text_of(sources[int(attributes["data-verbatim"])], placed(attributes.get("data-turn")))
            assert said == source[int(attributes["data-start"]) : int(attributes["data-end"])]
            seen.add(int(attributes["data-verbatim"]))
        book = CalamineWorkbook.from_filelike(io.BytesIO(rendered(desk, wish, "xlsx")))
        for number, start, end, turn, _, said, *_ in book.get_sheet_by_name("Excerpts").to_python()[1:]:
            source = text_of(sources[int(number)], placed(turn))
            assert str(said) == source[int(start) : int(end)]
    assert {text_of(sources[number], 0 if sources[number].stored.verbatim.turns else None) for number in seen} == {
        *AWKWARD,
        "=cmd in a talk:\nslow, 很慢",
    }


def test_the_report_as_pdf(desk, sources):
    wish = Wish("north", period_of("2026Q3"))
    cited = list(brief(desk, wish).cited())
    try:
        content = rendered(desk, wish, "pdf", apart=False)
    except OutputError as error:
        pytest.skip(str(error))
    letters = plain(told_by(content))
    for one in cited:
        assert one.text == text_of(sources[one.number], one.turn)[one.start : one.end]
        if not rightward(one.text):
            assert plain(one.text) in letters, one.text
    assert sum(not rightward(one.text) for one in cited) >= 8


def plain(text):
    """The letters and digits of a text: a PDF breaks lines where it likes, and writes ligatures its own way."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(one for one in folded if unicodedata.category(one)[0] in "LN")


def rightward(text):
    return any(unicodedata.bidirectional(one) in ("R", "AL") for one in text)


def test_the_report_of_a_run(sources):
    tally = Tally(taxonomy.default())
    for one in sources.values():
        tally.add(one.stored.verbatim, one.coding.coding)
    page = render(tally.report(RunFacts(finished=datetime(2026, 10, 1, tzinfo=UTC))), taxonomy.default())
    ids = re.findall(r'data-source="([^"]+)"', page)
    quotes = [said for _, said in Words(page).quotes]
    by_id = {one.stored.verbatim.id: one for one in sources.values()}
    assert len(ids) == len(quotes) >= len(CODES)
    for id, said in zip(ids, quotes, strict=True):
        verbatim = by_id[id].stored.verbatim
        assert any(said in source for source in (verbatim.text, *(turn.text for turn in verbatim.turns)))


def test_exports_as_lines_tables_and_workbook(desk, sources):
    frame = desk.codebook

    def exported(form):
        return b"".join(export(desk.engine, frame, "north", NOTHING_LEFT_OUT, form))

    for line in exported("jsonl").splitlines():
        told = json.loads(line)
        for code in told["codes"]:
            for excerpt in code["excerpts"]:
                source = text_of(sources[told["store_id"]], excerpt.get("turn"))
                assert 0 <= excerpt["start"] < excerpt["end"] <= len(source)
    rows = list(csv.DictReader(io.StringIO(exported("csv").decode("utf-8-sig"), newline="")))
    assert len(rows) == len(sources)
    for row in rows:
        said = (
            row["excerpt"][1:]
            if row["excerpt"][:1] == "'" and row["excerpt"][1:2] in FORMULA_STARTS
            else row["excerpt"]
        )
        assert said in text_of(sources[int(row["store:id"])], placed(row["turn"]))
    for row in workbook(exported("xlsx")):
        source = text_of(sources[int(row["store:id"])], placed(row["turn"]))
        assert str(row["excerpt"]) in source


def workbook(content):
    header, *rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("Coded").to_python()
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_the_offsets_of_every_coding_are_within_its_source(sources):
    for one in sources.values():
        for mention in one.coding.coding.codes:
            for excerpt in mention.excerpts:
                source = source_text(one.stored.verbatim, excerpt)
                assert 0 <= excerpt.start < excerpt.end <= len(source)
