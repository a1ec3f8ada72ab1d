"""A briefing as page, PDF and workbook: in three languages, the same bytes each time, nothing that runs or fetches."""

import io
import json
import re
import shutil
import subprocess
import zipfile
from datetime import date
from html.parser import HTMLParser
from importlib.resources import files
from string import Formatter

import pytest
from office_facts import facts
from python_calamine import CalamineWorkbook

from verbatim import taxonomy
from verbatim.briefing import Briefing, Change, Cited, CodeName, Grid, Part, Phrase, Scope, Statement
from verbatim.composing.groups import grid
from verbatim.composing.heads import figures, findings, received
from verbatim.composing.stance import score_sentences, stance_part
from verbatim.composing.subjects import subjects_part
from verbatim.composing.unknown import Coder, Hidden, unknown_part
from verbatim.composing.view import view_of
from verbatim.domain import Interval
from verbatim.errors import InputError, OutputError
from verbatim.estimates import Accuracy, Gold
from verbatim.formats import fonts, pdf, vega
from verbatim.formats.briefing_book import workbook
from verbatim.formats.briefing_page import body, render, summary
from verbatim.formats.briefing_words import Speech
from verbatim.formats.wording import LANGUAGES, Wording, wordings
from verbatim.periods import period_of

FRAME = taxonomy.default()
SLOW, VALUE = ("service.responsiveness", "negative"), ("price.value", "positive")
WORDS = '慢 <b>&amp;</b> "far too slow" =1+1'


@pytest.fixture(scope="module")
def briefing():
    rows = [
        {
            "day": day,
            "account": account,
            "contact": f"{account} {one}",
            "score": 2 + one,
            "role": "buyer",
            "codes": (SLOW, VALUE),
        }
        for day in ("2026-05-04", "2026-08-04")
        for account in ("Acme", "Borg")
        for one in range(8)
    ]
    view = view_of(facts(rows), Scope(), period_of("2026Q3"))
    cited = {SLOW: (Cited(WORDS, 7, 0, len(WORDS), polarity="negative", account="Acme", day=date(2026, 8, 4)),)}
    parts = [stance_part(view), subjects_part(view.now, cited)]
    parts.append(Part("groups", grids=tuple(filter(None, (grid(view.now, "account"),)))))
    parts.append(
        unknown_part(
            view,
            Coder("b2b@2", 0.62, "card", 500, {SLOW[0]: Accuracy.of(Gold(35, 50, 440, 450))}),
            Hidden(1, 1),
            [SLOW[0]],
        )
    )
    first = [received(view), *score_sentences(view)]
    told = findings(first, parts, ("subjects",))
    return Briefing(view.period, view.scope, date(2026, 10, 1), figures(view), told, tuple(parts))


class Words(HTMLParser):
    """What stands in the quotes of a page."""

    def __init__(self, page):
        super().__init__()
        self.quotes, self.tags, self._inside = [], set(), False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag == "blockquote":
            self._inside = True
            self.quotes.append((dict(attributes), ""))

    def handle_endtag(self, tag):
        self._inside = self._inside and tag != "blockquote"

    def handle_data(self, data):
        if self._inside:
            attributes, said = self.quotes[-1]
            self.quotes[-1] = attributes, said + data


def told_by(content):
    """The text of a PDF, as poppler reads it."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (Debian's package poppler-utils)")
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True)
    return done.stdout.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_needs_nothing_else_and_is_the_same_each_time(briefing, language):
    page = render(briefing, FRAME, language)
    assert page == render(briefing, FRAME, language)
    assert not {"script", "iframe", "object", "img"} & Words(page).tags
    assert re.findall(r"(?:src|href)=\"(?!data:,|#)", page) == []
    assert "url(http" not in page
    assert FRAME.name_of(SLOW[0], language) in page


def test_words_of_customers_come_out_as_they_are(briefing):
    (attributes, said), *_ = Words(render(briefing, FRAME)).quotes
    assert said == WORDS
    assert (attributes["data-verbatim"], attributes["data-end"]) == ("7", str(len(WORDS)))


def test_a_part_of_a_page_has_no_styles_that_its_rules_forbid(briefing):
    found = body(briefing, FRAME, "zh-Hans")
    assert "style=" not in found
    assert "<style" not in found


def test_a_chart_carries_the_specification_that_it_was_drawn_from(briefing):
    page = render(briefing, FRAME, medium="paper")
    specs = re.findall(r'<template class="vega-lite">(.*?)</template>', page, re.S)
    spec = json.loads(
        specs[0]
        .replace("&#34;", '"')
        .replace("&#39;", "'")
        .replace("&amp;", "&")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
    )
    assert spec["$schema"] == vega.SCHEMA
    assert len(specs) == len(briefing.charts()) == 2
    marks = re.findall(r"<path [^>]*>", vega.svg(spec, "", "c1"))
    assert marks
    assert all(one in page for one in marks)


def test_pictures_keep_their_ids_apart(briefing):
    ids = re.findall(r'\bid="([^"]+)"', render(briefing, FRAME))
    assert len(ids) == len(set(ids))


def test_the_text_of_a_mail_holds_no_words_of_customers(briefing):
    subject, text = summary(briefing, FRAME, "zh-Hant")
    assert subject == "客戶回饋報告 · 2026年第3季"
    assert "慢" not in text.replace("缓慢", "")
    assert "16" in text


def test_the_workbook_holds_numbers_and_exact_words_and_no_formula(briefing):
    content = workbook(briefing, FRAME)
    assert content == workbook(briefing, FRAME)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    excerpts = book.get_sheet_by_name("Excerpts").to_python()
    assert excerpts[1][:6] == [7.0, 0.0, float(len(WORDS)), "", "negative", WORDS]
    cells = [cell for row in book.get_sheet_by_name("Tables").to_python() for cell in row]
    assert 1.0 in cells
    sheets = [name for name in zipfile.ZipFile(io.BytesIO(content)).namelist() if "worksheets" in name]
    assert all(b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read(name) for name in sheets)


def test_values_are_told_in_each_language():
    def told(value, language):
        return Speech(Wording(language), FRAME).value(value)

    assert told(Interval(0.25, 0.1, 0.4, 5, 20), "en") == "25% (10–40%)"
    assert told(Change(6.2, 1.0, 11.0), "en") == "+6 points (+1 … +11)"
    assert told(Change(-6.2), "zh-Hans") == "−6 个百分点"
    assert told(("Acme", "Borg"), "zh-Hant") == "Acme、Borg"
    assert told(CodeName("price.value"), "zh-Hans") == FRAME.name_of("price.value", "zh-Hans")
    assert told(None, "en") == told(Interval(0, 0, 1, 0, 0), "en") == "–"


def test_every_phrase_is_there_in_every_language_with_the_same_values():
    def values(phrase):
        return {name for form in phrase.split("|") for _, name, _, _ in Formatter().parse(form) if name}

    for key, phrases in wordings().items():
        if key.startswith("briefing."):
            assert tuple(phrases) == LANGUAGES, key
            assert (
                values(phrases["en"]) - {"n"}
                == values(phrases["zh-Hans"]) - {"n"}
                == values(phrases["zh-Hant"]) - {"n"}
            ), key


def test_every_phrase_that_is_asked_for_exists_and_none_is_idle():
    places = [
        *files("verbatim.composing").iterdir(),
        *files("verbatim.actions").iterdir(),
        *files("verbatim.formats").iterdir(),
    ]
    places.append(files("verbatim.formats").joinpath("templates/briefing_body.html"))
    source = "\n".join(
        one.read_text("utf-8") for one in places if one.name.startswith("briefing") or "composing" in str(one)
    )
    asked = set(re.findall(r'"(briefing\.[a-z0-9_]+)"', source)) - {"briefing.html", "briefing.css"}
    made = tuple(
        set(re.findall(r'"(briefing\.[a-z_]+_)(?:\{|" ~)', source)) | {"briefing.changed_", "briefing.lasted_"}
    )
    alone = {"briefing.negative", "briefing.positive"}
    known = {key for key in wordings() if key.startswith("briefing.")}
    whole = {key for key in asked if not key.endswith("_")} - {"briefing.changed", "briefing.lasted"}
    assert whole - known == set()
    assert {key for key in known if key not in asked | alone and not key.startswith(made)} == set()
    assert [one for one in made if not any(key.startswith(one) for key in known)] == []


def test_a_language_that_there_is_not_is_refused(briefing):
    with pytest.raises(InputError, match="language 'fr'"):
        render(briefing, FRAME, "fr")


def test_a_pdf_is_the_same_each_time_and_holds_the_words(briefing):
    page = render(briefing, FRAME, "zh-Hans", "paper")
    try:
        content = pdf.printed(page)
    except OutputError as error:
        pytest.skip(str(error))
    assert content == pdf.printed_apart(page)
    text = "".join(told_by(content).split())
    assert "".join(WORDS.split()) in text
    assert "客户反馈报告" in text


def test_letters_without_a_font_are_told_and_not_printed_as_boxes(briefing, monkeypatch):
    monkeypatch.setattr(pdf, "missing", lambda text: ("慢", "😀"))
    with pytest.raises(OutputError, match=r"no font here has 1 of the letters \(U\+6162\).*fonts-noto-cjk"):
        pdf.printed(render(briefing, FRAME, medium="paper"))


def test_a_machine_without_the_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr(pdf, "find_spec", lambda name: None)
    with pytest.raises(OutputError, match=r"pip install 'verbatim\[pdf\]'.*libpango"):
        pdf.require_pdf()


def test_what_a_machine_has_fonts_for_is_known():
    if fonts._library() is None:
        pytest.skip("fontconfig is not installed")
    assert fonts.missing("plain ASCII\n") == ()
    assert fonts.missing("\U000e0100x") in ((), ("\U000e0100",))


def test_a_grid_without_numbers_stays_a_grid(briefing):
    one = Grid("briefing.by_role", ("briefing.column_group",), (("<i>x</i>",),))
    page = render(
        Briefing(briefing.period, Scope("account", "A&B"), date(2026, 10, 1), (), (), (Part("groups", grids=(one,)),)),
        FRAME,
    )
    assert "&lt;i&gt;x&lt;/i&gt;" in page
    assert "What A&amp;B said" in page
    assert Statement(Phrase("briefing.nothing")).tone == "plain"
