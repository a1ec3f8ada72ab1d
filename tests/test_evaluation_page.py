"""The page of an evaluation in a real browser: wide and narrow, light and dark, English and Chinese."""

from pathlib import Path

import pytest

from verbatim import taxonomy
from verbatim.actions.evaluation import EvaluationOrder, evaluate_file
from verbatim.formats.evaluations import render
from verbatim.formats.wording import LANGUAGES

GOLD = Path(__file__).parent / "files" / "gold" / "short_chinese.jsonl"


@pytest.fixture(scope="module")
def pages(trained, tmp_path_factory):
    order = EvaluationOrder(GOLD, model=str(trained / "small@1"), economy=True, by=("lang", "length"))
    found = evaluate_file(order, say=lambda _: None)
    folder = tmp_path_factory.mktemp("evaluation")
    for language in LANGUAGES:
        (folder / f"{language}.html").write_text(render(found, taxonomy.default(), language), encoding="utf-8")
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_loads_itself_and_nothing_else_and_has_no_complaint(opened, pages, language):
    heard = [entry for entry in opened(language).heard if not entry.startswith("data:,")]
    assert heard == [(pages / f"{language}.html").as_uri()]


@pytest.mark.parametrize("width", [320, 375, 768, 1200])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_runs_out_of_the_side(opened, language, width):
    assert opened(language, width).evaluate("document.documentElement.scrollWidth") <= width


def test_every_link_leads_somewhere_and_every_section_has_its_name(opened):
    page = opened("zh-Hant")
    assert page.evaluate(
        "[...document.querySelectorAll('a')].every(a => document.querySelector(a.getAttribute('href')))"
    )
    named = "[...document.querySelectorAll('section[aria-labelledby]')].map(e => e.getAttribute('aria-labelledby'))"
    assert all(page.locator(f"h2#{id}").count() == 1 for id in page.evaluate(named))


def test_the_points_of_a_curve_stand_inside_its_axes_from_left_to_right(opened):
    plots = opened().evaluate(
        """[...document.querySelectorAll('.plot')].map(plot => {
          const box = plot.getBoundingClientRect();
          return [...plot.querySelectorAll('.dot:not(.own)')].map(dot => {
            const at = dot.getBoundingClientRect();
            const middle = [at.left + at.width / 2 - box.left, box.bottom - at.top - at.height / 2];
            return [middle[0] / box.width, middle[1] / box.height];
          }); })"""
    )
    assert len(plots) == 2
    for points in plots:
        assert points == sorted(points, key=lambda point: point[0])
        assert all(-0.01 <= value <= 1.01 for point in points for value in point)


def test_the_examples_of_a_confusion_open_and_close(opened):
    page = opened()
    closed = page.locator("details:not([open])").first
    assert not closed.locator(".quotes").is_visible()
    closed.locator("summary").click()
    assert page.locator("details[open] .quotes").count() > 0
