"""Which id was given where which one was missed."""

from verbatim.learning.confusions import MOST, SAMPLES, confusions
from verbatim.learning.examples import Example
from verbatim.learning.tallies import Opinion
from verbatim.quality import Confusion

Pair = tuple[str, str]


def told(pairs: list[Pair], words: str = "Far too dear for us.") -> tuple[Confusion, ...]:
    """The confusions of verbatims whose ids, gold and found, are written with blanks between them."""
    gold, found = ([Opinion(dict.fromkeys(pair[side].split(), "negative"), None) for pair in pairs] for side in (0, 1))
    texts = [Example(f"v{number}", words, (), (), None, None, "en") for number in range(len(pairs))]
    return confusions(gold, found, texts)


def counts(found: tuple[Confusion, ...]) -> list[tuple[str | None, str | None, int, int]]:
    return [(one.missed, one.given, one.n, one.of) for one in found]


def test_the_id_given_stands_against_the_id_missed_most_frequent_first() -> None:
    found = told([("a", "b"), ("a", "b"), ("a", "c"), ("a", "a")])
    assert counts(found) == [("a", "b", 2, 4), ("a", "c", 1, 4)]


def test_what_was_missed_or_given_alone_is_told_apart() -> None:
    found = told([("a b", "a"), ("a", "a c"), ("a", "a c")])
    assert counts(found) == [("b", None, 1, 1), (None, "c", 2, 2)]


def test_several_ids_stand_against_each_other_in_all_pairs() -> None:
    assert counts(told([("a b", "c d")])) == [
        ("a", "c", 1, 1), ("a", "d", 1, 1), ("b", "c", 1, 1), ("b", "d", 1, 1),
    ]  # fmt: skip


def test_what_is_right_is_no_confusion() -> None:
    assert told([("a b", "b a"), ("", "")]) == ()


def test_a_few_verbatims_are_shown_as_they_are() -> None:
    (found,) = told([("a", "b")] * 9)
    assert len(found.samples) == SAMPLES
    assert (found.samples[0].id, found.samples[0].text, found.samples[0].language) == (
        "v0",
        "Far too dear for us.",
        "en",
    )


def test_a_text_that_is_easy_to_take_in_is_shown_before_a_long_one() -> None:
    texts = [
        Example(id, words, (), (), None, None, "en")
        for id, words in (("long", "dear " * 99), ("short", "Too dear for us"))
    ]
    found = confusions([Opinion({"a": "negative"}, None)] * 2, [Opinion({}, None)] * 2, texts)
    assert [sample.id for sample in found[0].samples] == ["short", "long"]
    assert found[0].samples[1].text.endswith("dear …")


def test_only_the_most_frequent_pairs_are_told() -> None:
    found = told([(f"a{number}", f"b{number}") for number in range(2 * MOST)])
    assert len(found) == MOST
