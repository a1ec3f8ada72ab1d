"""Intents: denied, conditional and past forms, both scripts, competitors; and how well a labelled set is read."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim import cue_table
from verbatim.coder import Coder, Part, parts_of
from verbatim.domain import INTENTS, CodeMention, Excerpt, Intent, Polarity, Turn, Verbatim
from verbatim.formats.competitors import read_competitors
from verbatim.intents import IntentReader
from verbatim.registry import find, load

FILES = Path(__file__).parent / "files"
READER = IntentReader(cue_table.default(), read_competitors(FILES / "competitors" / "rivals.yaml"))
GOLD = [json.loads(line) for line in (FILES / "gold" / "intents.jsonl").read_text(encoding="utf-8").splitlines()]

# What is reached on the labelled set, less a little. Complaint, praise and quotable hang on the codes of the model.
FLOORS: Mapping[str, tuple[float, float]] = {
    "complaint": (0.79, 0.67),
    "praise": (0.80, 0.68),
    "quotable": (0.78, 0.87),
    **dict.fromkeys(("wish", "question", "renewal", "leaving", "urgency", "competitor", "unaware"), (0.95, 0.95)),
}


def read(text: str, **codes: Polarity) -> dict[str, Intent]:
    """The intents of a reply by id; `codes` are given to its clauses, in order."""
    parts = parts_of(Verbatim("v", text))
    places = [Excerpt(clause.start, clause.end) for part in parts for clause in part.clauses]
    mentions = [
        CodeMention(id, polarity, 0.9, (place,)) for (id, polarity), place in zip(codes.items(), places, strict=False)
    ]
    return {intent.id: intent for intent in READER.read(parts, mentions)}


def words(text: str, intent: Intent) -> str:
    return text[intent.excerpts[0].start : intent.excerpts[0].end]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We will renew.", "renewal"),
        ("We won't renew.", "leaving"),
        ("No reason not to renew, we will stay with you.", "renewal"),
        ("I don't think we will renew.", "leaving"),
        ("We will cancel the contract.", "leaving"),
        ("We won't cancel the contract.", "renewal"),
        ("会再续", "renewal"),
        ("不会再续", "leaving"),
        ("不會再續約", "leaving"),
        ("没有理由不续约", "renewal"),
        ("不得不换一家", "leaving"),
        ("不会换供应商", "renewal"),
    ],
)
def test_a_denial_turns_an_intention_around(text: str, expected: str) -> None:
    assert set(read(text)) & {"renewal", "leaving"} == {expected}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("If the price goes up again we will cancel the contract.", "leaving"),
        ("We might switch to another supplier.", "leaving"),
        ("Would come back if the rooms were cleaner.", "renewal"),
        ("如果再便宜一点会再来", "renewal"),
        ("除非換業務，不然我們不會再下單", "leaving"),
    ],
)
def test_an_if_makes_an_intention_conditional(text: str, intent: str) -> None:
    assert read(text)[intent].conditional


@pytest.mark.parametrize(
    "text",
    [
        "I was going to cancel the contract.",
        "We nearly left you last year.",
        "We renewed in 2021 after a long talk.",
        "本来打算换掉的",
        "當初差點解約",
        "The flight was cancelled.",
        "酒店单方面取消了我的订单",
        "Cancellation fees are ridiculous.",
        "续约流程太麻烦",
    ],
)
def test_what_was_given_up_or_done_by_others_is_no_intention(text: str) -> None:
    assert not set(read(text)) & {"renewal", "leaving"}


@pytest.mark.parametrize(
    ("text", "name", "relation"),
    [
        ("We are moving to Norvane in May.", "Norvane", "switching_to"),
        ("We won't switch to Norvane.", "Norvane", "mentioned"),
        ("Came from Halden two years ago.", "Halden Tools", "switching_from"),
        ("Cheaper than KESTREL.", "Kestrel Systems", "compared"),
        ("Norvane is really good.", "Norvane", "praised"),
        ("聯達的設備也有在用", "Lianda", "mentioned"),
        ("比三禾精密好用", "Sanhe Precision", "compared"),
        ("準備換成联达的", "Lianda", "switching_to"),
        ("F&M answered at once, you did not.", "Fenwick & Moss", "compared"),
    ],
)
def test_a_competitor_is_named_with_how_it_comes_in(text: str, name: str, relation: str) -> None:
    found = read(text)["competitor"]
    assert (found.name, found.relation) == (name, relation)


def test_a_latin_name_is_a_word_of_its_own() -> None:
    assert "competitor" not in read("The search and the archive are slow.")
    assert "competitor" in read("我们也用Arc的")


def test_going_to_a_competitor_is_leaving() -> None:
    assert "leaving" in read("I am going back to Kestrel.")


def test_what_is_only_wished_for_is_no_complaint() -> None:
    assert "complaint" not in read("Please add a dark mode.", features="negative")
    found = read("It crashes, please fix it.", reliability="negative")
    assert {"complaint", "wish"} <= set(found)
    assert "complaint" not in read("We will renew.", general="negative")
    assert "praise" not in read("We won't renew.", general="positive")


def test_praise_and_complaint_are_the_evidence_of_codes_with_that_polarity() -> None:
    text = "The staff is kind. The price is high. We are in Leeds."
    found = read(text, attitude="positive", price="negative", other="neutral")
    assert words(text, found["praise"]) == "The staff is kind"
    assert words(text, found["complaint"]) == "The price is high"


def test_a_question_that_is_answered_at_once_or_asks_nothing_is_none() -> None:
    assert "question" in read("When will it be back in stock?")
    assert "question" not in read("Would I do it once more? Absolutely.")
    assert "question" not in read("这也叫服务？")


def test_a_quotable_sentence_is_whole_and_holds_no_reservation() -> None:
    text = "Late once. Your engineers are outstanding, always polite and on time! Ok."
    assert words(text, read(text)["quotable"]) == "Your engineers are outstanding, always polite and on time!"
    assert "quotable" not in read("Your engineers are outstanding but the price is too high.")
    assert "quotable" not in read("It is outstanding, really.")
    assert "quotable" not in read("Your engineers are outstanding.", knowledge="negative")


def test_an_excerpt_of_a_call_names_its_turn() -> None:
    call = Verbatim("c", turns=(Turn("Ann", "us", None, "We will renew."), Turn("Li", "customer", None, "不会再续")))
    [intent] = READER.read(parts_of(call), ())
    assert (intent.id, intent.excerpts) == ("leaving", (Excerpt(0, 4, 1),))


def test_intents_come_once_each_in_their_own_order() -> None:
    text = "Please call me. When? Please hurry up, we will cancel the contract. Norvane is better than Halden."
    found = READER.read(parts_of(Verbatim("v", text)), ())
    assert [intent.id for intent in found] == sorted((i.id for i in found), key=INTENTS.index)
    assert [intent.name for intent in found if intent.id == "competitor"] == ["Halden Tools", "Norvane"]


@given(st.text(st.sampled_from("wil renw'不会再续?!。, \nＡ續\ud800😀"), max_size=60))
def test_every_excerpt_stands_in_its_text(text: str) -> None:
    parts = parts_of(Verbatim("v", text))
    for intent in READER.read(parts, ()):
        assert intent.excerpts
        assert all(0 <= excerpt.start < excerpt.end <= len(text) for excerpt in intent.excerpts)


def test_no_passages_have_no_intents() -> None:
    assert READER.read([Part("", ())], ()) == ()


@pytest.fixture(scope="module")
def found() -> list[tuple[Intent, ...]]:
    """What is read in the labelled set, with the codes of the shipped model."""
    texts = [row["text"] for row in GOLD]
    codings = Coder(load(find(None))[0]).code_texts(texts)
    pairs = zip(texts, codings, strict=True)
    return [READER.read(parts_of(Verbatim("v", text)), coding.codes) for text, coding in pairs]


def test_the_labelled_set_is_large_and_in_all_scripts() -> None:
    assert len(GOLD) >= 300
    assert min(Counter(row["lang"] for row in GOLD).values()) >= 90
    assert min(Counter(intent["id"] for row in GOLD for intent in row["intents"]).values()) >= 20


@pytest.mark.parametrize("id", INTENTS)
def test_precision_and_recall_on_the_labelled_set(id: str, found: list[tuple[Intent, ...]]) -> None:
    wanted = {(n, i.get("name")) for n, row in enumerate(GOLD) for i in row["intents"] if i["id"] == id}
    given = {(n, i.name) for n, intents in enumerate(found) for i in intents if i.id == id}
    hits = len(wanted & given)
    assert hits / len(given) >= FLOORS[id][0]
    assert hits / len(wanted) >= FLOORS[id][1]


def labelled(found: list[tuple[Intent, ...]], *ids: str) -> list[tuple[str, dict, Intent]]:
    """The intents of these ids that both the set and the reader have, with their text."""
    return [
        (row["text"], wanted, intent)
        for row, intents in zip(GOLD, found, strict=True)
        for wanted in row["intents"]
        for intent in intents
        if intent.id == wanted["id"] in ids and intent.name == wanted.get("name")
    ]


def test_excerpts_hold_the_labelled_words(found: list[tuple[Intent, ...]]) -> None:
    for text, wanted, intent in labelled(found, *(set(INTENTS) - {"complaint", "praise"})):
        start = text.index(wanted["text"])
        assert any(e.start < start + len(wanted["text"]) and start < e.end for e in intent.excerpts), text


def test_conditions_and_relations_are_as_labelled(found: list[tuple[Intent, ...]]) -> None:
    plans = labelled(found, "renewal", "leaving")
    rivals = labelled(found, "competitor")
    agreed = [wanted.get("conditional", False) == intent.conditional for _, wanted, intent in plans]
    assert sum(agreed) / len(plans) > 0.95
    assert sum(wanted["relation"] == intent.relation for _, wanted, intent in rivals) / len(rivals) > 0.9
