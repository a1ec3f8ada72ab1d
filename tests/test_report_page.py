"""The report in a real browser: what a reader meets, wide and narrow, light and dark, English and Chinese."""

from datetime import datetime, timedelta

import pytest

from verbatim import taxonomy
from verbatim.actions.reports import Tally
from verbatim.domain import CodeMention, Coding, Excerpt, Rejection, Stance, Turn, Verbatim
from verbatim.formats.reports import RunFacts, SourceFile, render

WORDS = {
    "en": "The spare parts came two weeks late,\n  and nobody called us back – “soon” & <never>",
    "zh-Hans": "备件晚到了两周，也没有人回电话",
    "zh-Hant": "零件晚到了兩週，也沒有人回電話",
}
LONG_NAME = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
BOOK = taxonomy.default()


def verbatim(number):
    language = list(WORDS)[number % 3]
    words = f"{WORDS[language]} ({number})"
    about = {"account": (LONG_NAME, "仁和医院", "A")[number % 3], "role": "Buyer", "contact": f"p{number}"}
    when = datetime(2025, 1, 5) + timedelta(days=5 * number)
    turns = (Turn("Ann", "us", 0.0, "Well?"), Turn("Li", "customer", 1.0, words)) if number % 7 == 0 else ()
    return language, Verbatim(f"v{number}", "" if turns else words, turns, row=number, date=when, **about)


def coding(number, language, source):
    text, turn = (source.turns[1].text, 1) if source.turns else (source.text, None)
    codes = [
        CodeMention(code, polarity, 0.5 + (number % 50) / 100, (Excerpt(0, len(text) - 5, turn),))
        for code, polarity in zip(BOOK.ids[number % 30 :: 9], ("negative", "positive", "neutral"), strict=False)
    ]
    stance = Stance(("critic", "passive", "promoter")[number % 3], ("score", "estimated")[number % 2], 0.8)
    return Coding(source.id, language, tuple(codes) if number % 11 else (), stance, number % 5 == 0, "b2b@1")


@pytest.fixture(scope="module")
def sources():
    return {made.id: (language, made) for language, made in map(verbatim, range(120))}


@pytest.fixture(scope="module")
def pages(sources, tmp_path_factory):
    tally = Tally(BOOK)
    for number, (language, source) in enumerate(sources.values()):
        tally.add(source, coding(number, language, source))
    measured = {code: {"precision": 0.8, "recall": 0.7, "f1": 0.75, "n": 31} for code in BOOK.ids}
    quality = {"l1_weighted": 0.81, "l2_weighted": 0.6, "measured_on": "200 replies", "per_code": measured}
    rejected = (Rejection(LONG_NAME + ".csv", 41, f"score {LONG_NAME}: expected 0 to 10"),)
    run = RunFacts((SourceFile(LONG_NAME + ".csv", "plain table"),), 1, rejected, {"version": "1"}, quality)
    folder = tmp_path_factory.mktemp("report")
    for language in WORDS:
        (folder / f"{language}.html").write_text(render(tally.report(run), BOOK, language), encoding="utf-8")
    return folder


@pytest.mark.parametrize("language", WORDS)
def test_the_page_loads_itself_and_nothing_else_and_has_no_complaint(opened, pages, language):
    heard = [entry for entry in opened(language).heard if not entry.startswith("data:,")]
    assert heard == [(pages / f"{language}.html").as_uri()]


@pytest.mark.parametrize("width", [320, 375, 768, 1440])
@pytest.mark.parametrize("language", WORDS)
def test_nothing_runs_out_of_the_side(opened, language, width):
    page = opened(language, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_quote_stands_in_its_source_as_it_is(opened, sources):
    quotes = opened().evaluate(
        "[...document.querySelectorAll('figure')]"
        ".map(f => [f.dataset.source, f.querySelector('blockquote').textContent])"
    )
    assert len(quotes) > 40
    for source, text in quotes:
        made = sources[source][1]
        assert text in (made.turns[1].text if made.turns else made.text)


CONTRAST = """() => {
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const bend = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = colour => colour.slice(0, 3).map(v => bend(v / 255))
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const solid = colour => colour.length < 4 || colour[3] > 0;
  const behind = e => {
    while (e && !solid(rgb(getComputedStyle(e).backgroundColor))) e = e.parentElement;
    return e ? rgb(getComputedStyle(e).backgroundColor) : [255, 255, 255];
  };
  const written = [...document.body.querySelectorAll('*')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()));
  return written.map(e => {
    const a = light(rgb(getComputedStyle(e).color)), b = light(behind(e));
    return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), e.textContent.slice(0, 40)];
  }).sort((a, b) => a[0] - b[0])[0];
}"""


def contrast(page):
    return page.evaluate(CONTRAST)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_can_be_told_from_its_ground(opened, scheme):
    least, where = contrast(opened("zh-Hans", scheme=scheme))
    assert least >= 4.5, where


def test_dark_readers_get_a_dark_page_and_paper_stays_white(opened):
    page = opened(scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(20, 24, 29)"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    assert contrast(page)[0] >= 4.5


def test_every_link_leads_somewhere_and_every_section_has_its_name(opened):
    page = opened("zh-Hant")
    assert page.evaluate(
        "[...document.querySelectorAll('a')].every(a => document.querySelector(a.getAttribute('href')))"
    )
    named = "[...document.querySelectorAll('section[aria-labelledby]')].map(e => e.getAttribute('aria-labelledby'))"
    assert all(page.locator(f"h2#{id}").count() == 1 for id in page.evaluate(named))
    assert page.evaluate("document.documentElement.lang") == "zh-Hant"


def test_bars_are_as_long_as_their_counts(opened):
    page = opened()
    lengths = page.evaluate(
        """[...document.querySelectorAll('.codes tbody tr')].flatMap(row => ['negative', 'positive'].map((side, i) => {
          const part = row.querySelector('.part.' + side);
          const count = Number(row.querySelector(i ? '.high' : '.low').textContent.replace(/[^0-9]/g, ''));
          return [count, part ? part.getBoundingClientRect().width : 0]; }))"""
    )
    unit = max(width / count for count, width in lengths if count)
    assert len(lengths) > 20
    assert all(width == pytest.approx(count * unit, abs=1) for count, width in lengths)
