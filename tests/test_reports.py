import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from importlib.resources import files
from string import Formatter

import pytest

from verbatim import taxonomy
from verbatim.actions.quotes import LONGEST
from verbatim.actions.reports import Tally, publish
from verbatim.domain import CodeMention, Coding, Excerpt, Intent, Interval, Rejection, Stance, Turn, Verbatim
from verbatim.errors import InputError, OutputError
from verbatim.formats import charts
from verbatim.formats.reports import GroupFigure, RunFacts, SourceFile, StanceFigure, render, top
from verbatim.formats.wording import LANGUAGES, Wording, wordings

BOOK = taxonomy.default()
UNKNOWN = Stance(None, "estimated", 0.3)


def scored(score):
    return Stance("critic" if score <= 6 else "passive" if score <= 8 else "promoter", "score", 1.0)


def mention(id, polarity="negative", start=0, end=1000, confidence=0.9):
    return CodeMention(id, polarity, confidence, (Excerpt(start, end),))


def reply(number, text="The hotline is far too slow.", *mentions, stance=UNKNOWN, **about):
    verbatim = Verbatim(f"v{number}", text, row=number, **about)
    found = tuple(
        replace(m, excerpts=(Excerpt(m.excerpts[0].start, min(len(text), m.excerpts[0].end)),)) for m in mentions
    )
    return verbatim, Coding(verbatim.id, "en", found, stance, False, "b2b@1")


def told(*pairs, run=None):
    tally = Tally(BOOK)
    for verbatim, coding in pairs:
        tally.add(verbatim, coding)
    return tally.report(run or RunFacts())


def figure(report, id):
    figures = [f for c in report.categories for f in (c.whole, *c.children)]
    return next(f for f in figures if f.id == id)


def test_shares_count_answers_with_content_only():
    slow = [reply(i, "Slow hotline, slow visits", mention("service.responsiveness")) for i in range(3)]
    nothing = reply(3, "Ask me again after the move.")
    empty = reply(4, "n/a", mention("no_content", "neutral"))
    report = told(*slow, nothing, empty)
    assert (report.verbatims, report.meaningful, report.coded) == (5, 4, 3)
    share = figure(report, "service.responsiveness").share
    assert (share.k, share.n, share.share) == (3, 4, 0.75)


def test_a_category_counts_a_reply_once_whatever_its_codes():
    both = reply(1, "x" * 30, mention("service.responsiveness"), mention("service.attitude", "positive"))
    service = figure(told(both), "service")
    assert service.share.k == 1
    assert {polarity: part.k for polarity, part in service.by_polarity.items()} == {
        "negative": 0,
        "neutral": 1,
        "positive": 0,
    }


def test_a_neutral_mention_takes_nothing_from_the_blame_beside_it():
    both = reply(1, "x" * 30, mention("service.responsiveness"), mention("service.attitude", "neutral"))
    assert figure(told(both), "service").by_polarity["negative"].k == 1


def test_a_bare_category_stands_beside_its_subcategories():
    report = told(
        reply(1, "Great service.", mention("service", "positive")), reply(2, "x" * 20, mention("service.attitude"))
    )
    [service] = report.categories
    assert (service.whole.share.k, service.bare.share.k, [c.id for c in service.children]) == (
        2,
        1,
        ["service.attitude"],
    )


def test_accounts_behind_a_code_are_counted_once_each():
    pairs = [reply(i, "Too dear for us", mention("price.level"), account=f"A{i % 3}") for i in range(9)]
    assert figure(told(*pairs), "price.level").accounts == 3


def test_why_a_reply_is_uncoded_is_told_apart():
    ours = Verbatim("t1", turns=(Turn("Ann", "us", None, "Hello?"),))
    theirs = Verbatim("t2", turns=(Turn("Ann", "us", None, "Hello?"), Turn("Li", "customer", None, "等到明年再说吧")))
    coding = Coding("t", "en", (), UNKNOWN, True, "b2b@1")
    report = told((ours, coding), (theirs, coding), reply(1), reply(2, "-", mention("no_content", "neutral")))
    assert (report.uncoded.no_customer, report.uncoded.nothing, report.uncoded.no_content) == (1, 2, 1)
    assert {example.text for example in report.uncoded.examples} == {"等到明年再说吧", "The hotline is far too slow."}
    assert report.review == 2


def test_a_call_whose_sides_are_unknown_is_not_one_without_customer_turns():
    call = Verbatim("t1", turns=(Turn("Ann", "us", None, "Hello?"), Turn("Speaker 2", "unknown", None, "Next year.")))
    report = told((call, Coding("t1", "en", (), UNKNOWN, True, "b2b@1")))
    assert (report.uncoded.no_customer, report.uncoded.nothing, report.meaningful) == (0, 1, 1)


def test_a_score_counts_once_for_a_row_with_several_answers():
    answers = [reply(7, stance=scored(10), question=q, score=10.0) for q in ("Why?", "What else?")]
    other = reply(8, stance=scored(3), question="Why?", score=3.0)
    stance = told(*answers, other).stance
    assert (stance.scored, stance.nps.n, stance.nps.value) == ((1, 0, 1), 2, 0.0)


def test_estimated_stances_never_enter_the_net_promoter_score():
    stance = told(reply(1, stance=Stance("promoter", "estimated", 0.9)), reply(2, stance=UNKNOWN)).stance
    assert (stance.estimated, stance.unknown, stance.nps) == ((0, 0, 1), 1, None)


def test_people_are_contacts_and_rows_without_one():
    known = [reply(i, account="A", contact="Ann") for i in (1, 2)]
    namesake = reply(3, account="B", contact="Ann")
    unnamed = [reply(4, question=q) for q in ("Why?", "What else?")]
    report = told(*known, namesake, *unnamed)
    assert (report.respondents, report.accounts) == (3, 2)


def test_excerpts_are_the_surest_readable_ones_each_from_another_account():
    pairs = [
        reply(i, f"Reply {i}: spare parts come weeks late.", mention("service.delivery", confidence=c), account=a)
        for i, (c, a) in enumerate([(0.6, "A"), (0.95, "A"), (0.9, "A"), (0.7, "B"), (0.65, "C"), (0.5, "D")])
    ]
    short = reply(9, "late", mention("service.delivery", confidence=0.99), account="E")
    quotes = figure(told(*pairs, short), "service.delivery").quotes["negative"]
    assert [(quote.account, quote.confidence) for quote in quotes] == [("A", 0.95), ("B", 0.7), ("C", 0.65)]


def test_the_same_words_are_quoted_once():
    pairs = [reply(i, "Too expensive for us", mention("price.level"), account=f"A{i}") for i in range(5)]
    assert len(figure(told(*pairs), "price.level").quotes["negative"]) == 1


def test_a_quote_is_a_substring_of_its_source_also_when_it_is_cut():
    text = "  Waiting " + "and waiting " * 60
    report = told(reply(1, text, mention("service.responsiveness")))
    [quote] = figure(report, "service.responsiveness").quotes["negative"]
    assert quote.text in text
    assert quote.cut
    assert len(quote.text) <= LONGEST


def test_months_and_groups_have_their_own_counts():
    spring = reply(1, stance=scored(9), date=datetime(2026, 3, 31), account="A", role="Buyer")
    summer = reply(2, "Too dear", mention("price.level"), stance=scored(2), date=datetime(2026, 7, 1), account="A")
    report = told(spring, summer)
    assert {month: group.stance.scored for month, group in report.months.items()} == {
        date(2026, 3, 1): (0, 0, 1),
        date(2026, 7, 1): (1, 0, 0),
    }
    assert [(g.name, g.verbatims, g.complaint) for g in report.by_account] == [("A", 2, ("price.level", 1))]
    assert [g.name for g in report.by_role] == ["Buyer"]
    assert (report.first, report.last) == (datetime(2026, 3, 31), datetime(2026, 7, 1))


def test_accounts_with_most_critics_come_first():
    pairs = [reply(i, stance=scored(1 if i < 2 else 9), account="BA"[i > 1]) for i in range(6)]
    assert [group.name for group in told(*pairs).by_account] == ["B", "A"]


def test_confidence_is_counted_in_ten_steps_with_one_in_the_last():
    report = told(reply(1, "x" * 20, mention("price.level", confidence=1.0), mention("service", confidence=0.05)))
    assert report.confidence == (1, 0, 0, 0, 0, 0, 0, 0, 0, 1)


def test_an_answer_without_content_does_not_count_as_a_sure_code():
    empty = reply(2, "n/a", mention("no_content", "neutral", confidence=1.0))
    assert told(reply(1, "x" * 20, mention("price.level", confidence=0.35)), empty).confidence[3:] == (1, *(0,) * 6)


def test_the_top_complaints_are_subcategories_by_number_of_replies():
    pairs = [reply(i, "x" * 20, mention("price.level"), mention("general")) for i in range(3)]
    report = told(*pairs, reply(4, "x" * 20, mention("service.delivery")), reply(5, "x" * 20, mention("service")))
    assert [figure.id for figure in top(report, "negative")] == ["price.level", "service.delivery"]


def test_the_report_does_not_depend_on_the_order_of_rows():
    pairs = [reply(i, f"Reason {i} that nobody coded") for i in range(40)]
    assert told(*pairs).uncoded == told(*reversed(pairs)).uncoded


def test_bars_share_one_scale_and_stand_around_the_middle():
    three = {
        "negative": Interval(0, 0, 0, 30, 99),
        "neutral": Interval(0, 0, 0, 20, 99),
        "positive": Interval(0, 0, 0, 5, 99),
    }
    report = told(reply(1, "x" * 20, mention("price.level")))
    big = replace(figure(report, "price"), by_polarity=three)
    bar = charts.diverging([big])["price"]
    assert (bar.start, bar.negative, bar.neutral, bar.positive) == (0, 37.5, 25, 6.25)
    assert charts.diverging([]) == {}


def test_many_months_become_quarters_or_years():
    def months(count):
        stance = StanceFigure((1, 2, 3), (0, 0, 0), 0, 0, None)
        days = [date(2018 + i // 12, 1 + i % 12, 1) for i in range(count)]
        return {day: GroupFigure("", 6, stance) for day in days}

    steps = {count: {p.step for p in charts.periods(months(count))} for count in (14, 15, 48)}
    assert steps == {14: {"month"}, 15: {"quarter"}, 48: {"year"}}
    assert [p.counts for p in charts.periods(months(15))][-1] == (3, 6, 9)
    assert charts.periods({}) == []


def test_a_curve_stands_between_the_tenths_around_it():
    found = charts.curve([(0, 0.72, 0.66, 0.78), (0.5, 0.8, 0.75, 0.85)])
    assert [(dot.left, dot.value, dot.low, dot.high) for dot in found.dots] == [
        (0, 40, 20, 60), (50, 66.67, 50, 83.33),
    ]  # fmt: skip
    assert found.ticks == ((0, 0.6), (33.33, 0.7), (66.67, 0.8), (100, 0.9))


def test_a_curve_of_nothing_and_one_below_zero_stay_on_their_axes():
    assert charts.curve([]).dots == ()
    (dot,) = charts.curve([(1, -0.1, -0.2, 0.05)]).dots
    assert (dot.value, dot.low) == (0, 0)


def test_an_axis_of_shares_ends_at_a_round_number():
    assert [charts.share_scale([high]) for high in (0.03, 0.21, 0.99)] == [0.05, 0.25, 1.0]


def test_every_phrase_is_there_in_every_language_with_the_same_values():
    def values(phrase):
        return {frozenset(n for _, n, _, _ in Formatter().parse(form) if n) for form in phrase.split("|")}

    for key, phrases in wordings().items():
        assert tuple(phrases) == LANGUAGES, key
        sets = [set().union(*values(phrase)) for phrase in phrases.values()]
        assert sets[0] == sets[1] == sets[2], key


def test_every_phrase_that_the_page_asks_for_exists_and_none_is_idle():
    sources = [
        files("verbatim.formats").joinpath(name).read_text("utf-8")
        for name in ("templates/report.html", "templates/evaluation.html", "reports.py", "evaluations.py", "charts.py")
    ]
    words = set(re.findall(r"[a-z0-9_]+", " ".join(sources)))
    built = {"briefing.", "top_", "uncoded_", "reading_", "language_", "intent_", "relation_", "ev_"}
    idle = [key for key in wordings() if key not in words and not any(key.startswith(start) for start in built)]
    assert idle == []


def test_english_counts_one_and_many():
    say = Wording("en")
    assert (say("replies_read", n=1), say("replies_read", n=1234)) == ("1 reply", "1,234 replies")


@pytest.mark.parametrize(("share", "shown"), [(0, "0%"), (0.001, "<1%"), (0.126, "13%"), (0.999, ">99%"), (1, "100%")])
def test_no_share_is_rounded_to_nothing_or_all(share, shown):
    assert Wording("en").percent(share) == shown


def test_scores_have_signs_and_dates_the_order_of_the_language():
    assert [Wording("en").signed(value) for value in (12.4, -0.4, -7.0)] == ["+12", "0", "−7"]
    assert Wording("en").day(date(2026, 3, 9)) == "9 Mar 2026"
    assert Wording("zh-Hant").day(date(2026, 3, 9)) == "2026年3月9日"


def test_a_language_without_words_is_refused_by_name():
    with pytest.raises(InputError, match=r"'fr': expected one of en, zh-Hans, zh-Hant"):
        Wording("fr")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_without_a_single_reply_still_makes_a_page(language):
    assert f'<html lang="{language}">' in render(told(), BOOK, language)


def test_what_customers_and_files_say_is_never_markup():
    evil = "<script>alert(1)</script> is what we got"
    run = RunFacts(
        (SourceFile(evil, evil, {evil: evil}, (evil,)),),
        1,
        (Rejection(evil, 3, evil),),
        {evil: evil},
        {"measured_on": evil, "l1_weighted": 0.8, "l2_weighted": 0.6},
    )
    pair = reply(
        1, evil, mention("service"), mention("price.level"), account=evil, role=evil, date=datetime(2026, 1, 1)
    )
    page = render(told(pair, reply(2, evil), run=run), BOOK, "en")
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 9


def test_the_page_asks_for_nothing_from_outside():
    page = render(told(reply(1, "Too dear for us", mention("price.level"))), BOOK)
    assert not re.search(r"(?:src|href)=\"(?!#|data:,)|url\(|@import|<script", page)


def test_the_answer_stands_first_with_its_numbers():
    pairs = [
        reply(i, "Too dear for us", mention("price.level"), stance=scored(9 if i else 2), account="A", contact=f"C{i}")
        for i in range(4)
    ]
    page = render(told(*pairs), BOOK)
    assert "4 replies from 4 people at 1 account were read. 4 of them said something; 4 of those (100%)" in page
    assert "The Net Promoter Score is +50 (95% interval" in page
    assert "from 4 scores" in page


def test_where_nobody_is_named_no_people_are_counted():
    report = told(*(reply(i, "Too dear for us", mention("price.level")) for i in range(4)))
    assert report.respondents is None
    page = render(report, BOOK)
    assert "4 replies were read." in page
    assert "<dt>people</dt>" not in page
    assert "4 replies from 1 account were read." in render(told(*(reply(i, account="A") for i in range(4))), BOOK)


def test_an_account_that_occurs_more_often_than_others_is_counted_in_full():
    pairs = [reply(i, account=f"A{i % 7}") for i in range(70)]
    assert Counter(group.verbatims for group in told(*pairs).by_account) == {10: 7}


def test_the_page_is_published_whole_whatever_was_said(tmp_path):
    path = publish(
        told(reply(1, "Half a character \ud83d is too dear", mention("price.level"))), BOOK, tmp_path / "out"
    )
    assert path.read_text("utf-8").rstrip().endswith("</html>")
    assert [found.name for found in path.parent.iterdir()] == ["report.html"]


def test_a_place_that_cannot_take_the_page_is_named(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="out: expected a folder"):
        publish(told(), BOOK, tmp_path / "out")


def test_uncoded_texts_that_are_alike_are_shown_once():
    examples = told(*(reply(i, "Ask me again in March.") for i in range(9)), reply(9, "Later")).uncoded.examples
    assert sorted(example.text for example in examples) == ["Ask me again in March.", "Later"]


def up_to(number, text, *intents, frames=None):
    verbatim, coding = reply(number, text, mention("product", "positive"))
    found = tuple(replace(intent, excerpts=(Excerpt(0, len(text)),)) for intent in intents)
    return verbatim, replace(coding, intents=found, frames=frames or {})


def test_intents_are_shares_of_the_answers_with_content_and_a_reply_counts_once():
    if_only = Intent("leaving", (), conditional=True)
    rivals = [Intent("competitor", (), name=name, relation="compared") for name in ("Arc", "Norvane")]
    report = told(
        up_to(1, "We leave if the price goes up.", if_only, *rivals),
        up_to(2, "We are leaving you in May.", Intent("leaving", ())),
        reply(3, "n/a", mention("no_content", "neutral")),
    )
    figures = {figure.id: figure for figure in report.intents.each}
    assert (figures["leaving"].share.k, figures["leaving"].share.n, figures["leaving"].conditional) == (2, 2, 1)
    assert figures["competitor"].share.k == 1
    assert [(rival.name, dict(rival.relations)) for rival in report.intents.competitors] == [
        ("Arc", {"compared": 1}),
        ("Norvane", {"compared": 1}),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_intents_competitors_and_what_can_be_quoted(language):
    rival = Intent("competitor", (), name="Norvane", relation="switching_to")
    pair = up_to(1, "Your engineers are the best of all.", Intent("quotable", ()), rival)
    page = render(told(pair), BOOK, language)
    say = Wording(language)
    assert page.count(say("intent_quotable")) == 2
    assert "Norvane" in page
    assert say("relation_switching_to") in page
    assert page.count("Your engineers are the best of all.") == 2


def test_without_intents_the_page_has_no_section_for_them():
    assert 'id="intents"' not in render(told(reply(1)), BOOK)
    assert 'id="frames"' not in render(told(reply(1)), BOOK)


def test_a_further_frame_has_its_own_section_with_its_own_names():
    frame = taxonomy.load(taxonomy.default_path().with_name("engagement.yaml"))
    tally = Tally(BOOK, {"bonds@2": frame})
    codes = (mention("pride", "positive", end=18),)
    tally.add(*up_to(1, "We are proud of it, always.", frames={"bonds@2": codes}))
    report = tally.report(RunFacts())
    [figure] = report.frames
    assert [category.whole.id for category in figure.categories] == ["pride"]
    page = render(report, BOOK, "zh-Hans")
    assert all(words in page for words in ("bonds@2", "自豪", 'id="frames"'))
    section = page[page.index('id="frames"') : page.index('id="details"')]
    assert "We are proud of it</blockquote>" in section
