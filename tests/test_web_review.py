"""Reviewing in a real Chromium: by keyboard alone, without a connection, against another analyst, and twins."""

import pytest
from browser import until

from verbatim.domain import CodeMention, Coding, Excerpt, Stance, Verbatim
from verbatim.store.codings import Judged, add_codings, effective, register_model
from verbatim.store.opening import reading, writing
from verbatim.store.verbatims import Received, add_verbatims

SAID = (
    "Your prices went up twice this year.",
    "Support answers within the hour 🙂. The price is too high.",
    "备件晚到了两周，也没有人回电话。",
    "The parts came late and nobody called back.",
    "We like the new portal.",
    "It is fine.",
)
EMPTY = "Object.values(localStorage).every(kept => kept === '[]' || kept === '{}')"


def put(desk, *texts, codes=("price",)):
    """The numbers of verbatims that a model has coded with these codes, all negative."""
    rows = [Verbatim(f"v{place}", text, account="Acme", score=4.0) for place, text in enumerate(texts)]
    with writing(desk.engine, "north") as connection:
        register_model(connection, "north", "b2b@1")
        kept = add_verbatims(connection, "north", "s", [Received(one) for one in rows])
        mentions = tuple(CodeMention(code, "negative", 0.8, (Excerpt(0, 6),)) for code in codes)
        stance = Stance("critic", "score", 1.0)
        judged = [
            Judged(one.id, Coding(row.id, "en", mentions, stance, True, "b2b@1", 0.4))
            for one, row in zip(kept, rows, strict=True)
        ]
        add_codings(connection, "north", judged)
    return [one.id for one in kept]


def in_effect(desk, number):
    with reading(desk.engine, "north") as connection:
        return effective(connection, "north", [number]).get(number)


def codes(desk, number):
    return {(one.id, one.polarity) for one in in_effect(desk, number).coding.codes}


@pytest.fixture
def desk(office):
    """The desk of the office with an empty store, but for users."""
    with writing(office.desk.engine) as connection:
        connection.exec_driver_sql("DELETE FROM verbatims")
    return office.desk


def opened(visit, number, user="ann"):
    """The page of the queue, with one verbatim before the reader's eyes."""
    page = visit("/review", user=user)
    page.wait_for_selector("#codes li")
    return page


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def moved(page, was):
    until(page, f"!document.querySelector('#empty').hidden || document.querySelector('#text').innerText !== {was!r}")


def saved(page):
    page.wait_for_selector("#saving[data-state=saved]")


def test_several_are_reviewed_with_the_keyboard_alone(visit, desk):
    put(desk, *SAID)
    page = visit("/review")
    page.wait_for_selector("#codes li")
    for way in ("a", "change", "find", "stance", "undo", "a", "a", "a"):
        current = page.inner_text("#text")
        if way == "change":
            press(page, "+", "e", "s")
        elif way == "find":
            press(page, "x", "/")
            page.keyboard.type("respons")
            press(page, "Enter", "-", "Enter")
        elif way == "stance":
            press(page, "p", "s")
        elif way == "undo":
            press(page, "u")
        else:
            press(page, way)
        if way != "undo":
            moved(page, current)
    page.wait_for_selector("#empty:visible")
    saved(page)
    with reading(desk.engine, "north") as connection:
        numbers = connection.exec_driver_sql("SELECT id FROM verbatims ORDER BY id").scalars().all()
    kept = [in_effect(desk, number) for number in numbers]
    assert [one.person and one.coding.author == "user:ann" for one in kept] == [True] * len(SAID)
    assert [one for one in page.heard if "409" not in one] == []  # taken back while it was on its way


def test_an_excerpt_counts_characters_as_the_store_does(visit, desk):
    (number,) = put(desk, SAID[1])
    page = visit("/review")
    page.wait_for_selector("#codes li")
    press(page, "e", "e", "s")
    saved(page)
    (mention,) = in_effect(desk, number).coding.codes
    (excerpt,) = mention.excerpts
    assert SAID[1][excerpt.start : excerpt.end] == "The price is too high."


def test_a_selection_by_mouse_is_the_excerpt_of_the_chosen_code(visit, desk):
    (number,) = put(desk, SAID[0])
    page = visit("/review")
    page.wait_for_selector("#codes li")
    page.locator("#text .words").dblclick(position={"x": 45, "y": 14})
    press(page, "s")
    saved(page)
    (excerpt,) = in_effect(desk, number).coding.codes[0].excerpts
    assert SAID[0][excerpt.start : excerpt.end] == "Your"


def test_a_dropped_connection_loses_nothing(visit, desk):
    numbers = put(desk, *SAID[:3])
    page = visit("/review")
    page.wait_for_selector("#codes li")
    page.context.set_offline(True)
    press(page, "+", "s")
    press(page, "+", "s")
    page.wait_for_selector("#saving[data-state=unsaved]")
    assert page.inner_text("#saving") == "2 unsaved, will be sent"
    press(page, "0")  # begun, not saved
    assert [in_effect(desk, number).person for number in numbers] == [False] * 3
    page.context.set_offline(False)
    saved(page)
    assert sorted(in_effect(desk, number).person for number in numbers) == [False, True, True]
    page.reload()
    page.wait_for_selector("#codes li[data-polarity=neutral]")
    press(page, "s")
    saved(page)
    assert all(in_effect(desk, number).person for number in numbers)


def test_what_was_not_sent_outlives_the_page(visit, desk):
    (number,) = put(desk, SAID[0])
    page = visit("/review")
    page.wait_for_selector("#codes li")
    page.route("**/codings", lambda route: route.abort())
    press(page, "+", "s")
    page.wait_for_selector("#saving[data-state=unsaved]")
    again = page.context.new_page()
    page.close()
    again.goto("/review")
    until(again, EMPTY)
    assert codes(desk, number) == {("price", "positive")}


@pytest.mark.parametrize(("key", "polarity"), [("1", "positive"), ("2", "neutral")])
def test_an_edit_that_comes_too_late_shows_both_versions(visit, desk, key, polarity):
    (number,) = put(desk, SAID[0])
    page = visit("/review")
    page.wait_for_selector("#codes li")
    with writing(desk.engine, "north") as connection:
        stored = effective(connection, "north", [number])[number]
        mention = CodeMention("price", "neutral", 1.0, ())
        other = Coding("v0", "en", (mention,), stored.coding.stance, False, "user:bob")
        add_codings(connection, "north", [Judged(number, other, person=True)])
    press(page, "+", "s")
    page.wait_for_selector("#ask[open]")
    told = page.inner_text("#ask-body")
    assert "+ Price" in told
    assert "0 Price" in told
    assert "user:bob" in told
    assert page.evaluate("document.querySelectorAll('#ask .side').length") == 2
    press(page, key)
    page.wait_for_selector("#ask", state="hidden")
    page.wait_for_selector("#troubles", state="hidden")
    saved(page)
    assert codes(desk, number) == {("price", polarity)}


def test_twins_are_offered_and_coded_alike(visit, desk):
    one, other = put(desk, SAID[0], SAID[0].upper())
    page = visit("/review")
    page.wait_for_selector("#codes li")
    press(page, "+", "s")
    page.wait_for_selector("#twins:visible")
    press(page, "t")
    page.wait_for_selector("#ask[open]")
    press(page, "t")
    page.wait_for_selector("#ask", state="hidden")
    saved(page)
    until(page, EMPTY)
    assert codes(desk, one) == codes(desk, other) == {("price", "positive")}


def test_a_second_coder_is_blind_and_what_differs_is_decided(visit, desk):
    (number,) = put(desk, SAID[0])
    ann = visit("/review")
    ann.wait_for_selector("#codes li")
    press(ann, "+", "s")
    saved(ann)
    script = "document.querySelector('script[src*=review]').src.replace('review.js', 'frame.js')"
    asked = "api('POST', '/v1/review/second', {share: 0.999})"
    ann.evaluate(f"import({script}).then(({{ api }}) => {asked})")
    bob = visit("/review#blind", user="bob")
    bob.wait_for_selector("#desk:visible")
    assert bob.locator("#codes li").count() == 0
    press(bob, "/")
    bob.keyboard.type("price")
    press(bob, "Enter", "-", "s")
    saved(bob)
    assert codes(desk, number) == {("price", "positive")}
    root = visit("/review#decide", user="root")
    root.wait_for_selector("#sides .side")
    assert root.locator("#sides .side").count() == 2
    press(root, "]", "s")
    saved(root)
    assert codes(desk, number) == {("price", "negative")}


def test_several_are_changed_at_once_from_the_list(visit, desk):
    numbers = put(desk, *SAID[:3])
    page = visit("/review#list")
    page.wait_for_selector(".rows li")
    press(page, "Tab")
    page.check("#all")
    page.select_option("#do-action", "polarity")
    page.select_option("#do-polarity", "positive")
    page.click(".bulk button")
    page.wait_for_selector(".note.good")
    assert [codes(desk, number) for number in numbers] == [{("price", "positive")}] * 3


def test_the_help_tells_every_key_in_the_language_of_the_reader(visit, desk):
    put(desk, SAID[0])
    page = visit("/review", language="zh-Hans")
    page.wait_for_selector("#codes li")
    press(page, "?")
    page.wait_for_selector("#help[open]")
    rows = page.locator("#keys tr")
    assert rows.count() > 20
    assert page.get_by_text("接受编码").count()
    press(page, "Escape")
    page.wait_for_selector("#help", state="hidden")


def test_what_was_refused_is_told_and_can_be_mended(visit, desk):
    (number,) = put(desk, SAID[0], codes=("price", "of.yore"))
    page = visit("/review")
    page.wait_for_selector("#codes li")
    press(page, "+", "s")
    page.click("#troubles")
    page.wait_for_selector("#ask[open]")
    press(page, "1")
    page.wait_for_selector("#codes li[data-code=price][data-polarity=positive]")
    page.click("#codes li[data-code='of.yore'] .remove")
    press(page, "s")
    saved(page)
    assert codes(desk, number) == {("price", "positive")}
