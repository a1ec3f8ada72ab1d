"""The page of an evaluation: what it says, and that it says it in three languages."""

import re
from dataclasses import replace
from datetime import date
from importlib.resources import files

import pytest

from verbatim import taxonomy
from verbatim.domain import Interval
from verbatim.errors import InputError
from verbatim.formats.evaluations import kind_of, render
from verbatim.formats.wording import LANGUAGES, wordings
from verbatim.quality import (
    Assessment,
    Ceiling,
    CodeQuality,
    Confusion,
    Economy,
    Estimate,
    Kept,
    Learnt,
    Sample,
    Slice,
    Step,
)

BOOK = taxonomy.default()
NAMES = (
    "l1_micro", "l1_weighted", "l1_macro", "l1_exact", "l2_micro", "l2_weighted", "l2_macro", "l2_exact", "polarity",
    "stance_answered", "stance_accuracy", "stance_kappa", "critic_f1", "review_share", "l2_weighted_unreviewed",
)  # fmt: skip
FIGURES = {name: Estimate(0.5 + number / 50, 0.4 + number / 50, 0.6 + number / 50) for number, name in enumerate(NAMES)}
SHOWN = Estimate(0.71, 0.66, 0.76)

FULL = Assessment(
    gold="<gold>.jsonl",
    model="mine@3",
    codebook=BOOK.label,
    n=240,
    figures=FIGURES,
    per_code=(CodeQuality("price.level", 30, 20, SHOWN, SHOWN, SHOWN), CodeQuality("price", 0, 1, SHOWN, None, SHOWN)),
    calibration_error=0.04,
    reliability=(Step(0.8, 0.9, 0.85, Interval(0.8, 0.7, 0.9, 80, 100)),),
    coverage=(Kept(0.9, 0.5, Estimate(0.9, 0.85, 0.95)), Kept(0.1, 1.0, SHOWN)),
    own=Kept(0.5, 0.75, Estimate(0.8, 0.75, 0.85)),
    confusions=(
        Confusion("price.level", "price.value", 4, 30, (Sample("v1", "Too dear & <b>bad</b>", "en"),)),
        Confusion("service.delivery", None, 3, 20, ()),
        Confusion(None, "general", 2, 9, ()),
    ),
    slices={"lang": (Slice("zh-Hans", 100, FIGURES), Slice(None, 2, {})), "region": (Slice("North", 240, FIGURES),)},
    ceiling=Ceiling(120, {name: Estimate(0.93, 0.9, 0.96) for name in NAMES[:13]}, FIGURES),
    economy=Economy(5, 140, (Learnt(0, FIGURES, Estimate(0, 0, 0)), Learnt(50, FIGURES, Estimate(0.06, 0.04, 0.08)))),
)
BARE = Assessment("gold.jsonl", "mine@3", BOOK.label, 3, {}, (), 0.0, (), (), None, (), {})


def page(found: Assessment = FULL, language: str = "en") -> str:
    return render(found, BOOK, language, date(2026, 3, 9))


def text(html: str) -> str:
    """What a reader sees of a page, with single blanks."""
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)).split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("found", [FULL, BARE, replace(FULL, ceiling=None, economy=None, own=None)])
def test_every_evaluation_has_a_page_in_every_language(language: str, found: Assessment) -> None:
    html = page(found, language)
    assert f'<html lang="{language}">' in html
    assert wordings()["ev_title"][language] in html


def test_the_main_figures_stand_at_the_top() -> None:
    seen = text(page())
    assert "The model mine@3 coded 240 verbatims that a person had coded." in seen
    assert "weighted F1 of 0.52 (0.42–0.62)" in seen
    assert "subcategories with 0.60 (0.50–0.70)" in seen


def test_two_people_stand_beside_the_model() -> None:
    assert "Two people who coded 120 of the verbatims agree at 0.93 and 0.93" in text(page())
    assert page().count('class="mark"') == 13 + 1  # each figure they have, and the stated confidence
    assert "Two people" not in text(page(replace(FULL, ceiling=None)))


def test_what_stands_without_review_is_said_and_marked() -> None:
    assert "It would leave 75% of the verbatims without review" in text(page())
    assert page().count('class="dot own"') == 1
    assert 'class="dot own"' not in page(replace(FULL, own=None))


@pytest.mark.parametrize(
    ("gain", "said"),
    [
        (Estimate(0.06, 0.04, 0.08), "rises by 0.06"),
        (Estimate(-0.06, -0.08, -0.04), "falls by 0.06"),
        (Estimate(0.06, -0.01, 0.13), "changes no more than chance allows"),
    ],
)
def test_reviewing_is_said_to_pay_only_beyond_chance(gain: Estimate, said: str) -> None:
    economy = Economy(5, 140, (Learnt(0, FIGURES, Estimate(0, 0, 0)), Learnt(200, FIGURES, gain)))
    assert said in text(page(replace(FULL, economy=economy)))


def test_few_verbatims_are_warned_of() -> None:
    assert "Few verbatims" in text(page(replace(FULL, n=99)))
    assert "Few verbatims" not in text(page())


def test_ids_have_their_names_and_what_stands_on_nothing_a_dash() -> None:
    seen = text(page())
    assert "Price level price.level 30 20 0.71 (0.66–0.76)" in seen
    assert "price 0 1 0.71 (0.66–0.76) – " in seen


def test_each_kind_of_confusion_has_its_heading_and_samples_are_quoted_unchanged() -> None:
    assert [kind_of(one) for one in FULL.confusions] == ["swapped", "missed", "extra"]
    html = page()
    assert "Price level → Value for money" in text(html)
    assert "Too dear &amp; &lt;b&gt;bad&lt;/b&gt;" in html


def test_slices_carry_the_name_of_their_field() -> None:
    seen = text(page())
    assert "Chinese, simplified 100" in seen
    assert "not stated 2 – –" in seen
    assert "region" in seen


def test_the_page_asks_for_nothing_outside_and_escapes_what_it_is_given() -> None:
    html = page()
    assert not re.search(r"<script|https?:|@import|url\(", html)
    assert "&lt;gold&gt;.jsonl" in html


def test_a_language_without_words_is_refused() -> None:
    with pytest.raises(InputError, match="'fr': expected one of en, zh-Hans, zh-Hant"):
        page(language="fr")


def test_no_phrase_of_the_page_is_idle() -> None:
    folder = files("verbatim.formats")
    sources = [folder.joinpath(name).read_text("utf-8") for name in ("templates/evaluation.html", "evaluations.py")]
    words = set(re.findall(r"[a-z0-9_]+", " ".join(sources)))
    built = ("ev_figure_", "ev_short_", "ev_group_", "ev_field_", "ev_kind_", "ev_learnt_", "ev_reading_")
    own = [key for key in wordings() if key.startswith("ev_")]
    assert [key for key in own if key not in words and not key.startswith(built)] == []
