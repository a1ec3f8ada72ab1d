"""Redaction as a whole: switchable kinds, placeholders, floors on both sets, and time that is linear by count."""

import importlib
import json
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from re import _constants as signs  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

import verbatim.text.redaction as package
from verbatim.text.redaction.kinds import KINDS
from verbatim.text.redaction.redactor import Redactor

ROOT = Path(__file__).resolve().parents[1]
FILES = ROOT / "tests" / "files" / "redaction"
ROSTER = ("Maria Lopez", "王小明")
MOST_WAYS = 3000
"""Choices within a pattern of bounded length, so that a place of the text costs a bounded number of steps."""

HOSTILE = [
    *(
        "1",
        "1 ",
        "138",
        "+1 ",
        "(0",
        "0-",
        "4111 ",
        "a@",
        "a.",
        "a@a.",
        "a at ",
        "http://",
        "?token=",
        "王",
        "王总",
        "路1号",
        "1弄",
    ),
    *(
        "北京市",
        "1 A ",
        "1 Oak Oak Oak Oak ",
        "Maria ",
        "Maria-",
        "Mr ",
        "电话",
        "tel ",
        "京A",
        "[NAME]",
        "'",
        "A1-",
        "一",
        "花园1栋",
    ),
]

TEXT = "Maria Lopez, 13812345678, m@x.example; 王先生"
EVERYTHING = Redactor(roster=ROSTER)


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The benchmark that measures redaction, as it is run by itself."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("redaction")


@pytest.mark.parametrize("entry", ["王小明 Tom Wang", "Wang, Tom 王小明", "Tom Wang 王小明 (Sales)"])
def test_an_entry_of_a_roster_may_hold_a_name_in_both_scripts(entry: str) -> None:
    assert Redactor(roster=[entry]).redact("Tom Wang and 王小明, Sales").text == "[NAME] and [NAME], Sales"


def test_each_find_becomes_the_placeholder_of_its_kind() -> None:
    redacted = Redactor(roster=ROSTER).redact(TEXT)
    assert redacted.text == "[NAME], [PHONE], [EMAIL]; [NAME]先生"
    assert [TEXT[span.start : span.end] for span in redacted.spans] == [
        "Maria Lopez",
        "13812345678",
        "m@x.example",
        "王",
    ]


@pytest.mark.parametrize("kind", sorted({"phone", "email", "name"}))
def test_only_the_kinds_asked_for_are_replaced(kind: str) -> None:
    redacted = Redactor(frozenset({kind}), ROSTER).redact(TEXT)
    assert {span.kind for span in redacted.spans} == {kind}


def test_without_a_kind_a_text_stays_as_it_is() -> None:
    assert Redactor(frozenset(), ROSTER).redact(TEXT).text == TEXT


def test_a_kind_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"unknown kind 'fax'; expected some of url, email, id"):
        Redactor(frozenset({"fax"}))


def test_every_kind_has_a_placeholder_of_its_own() -> None:
    placeholders = [row.placeholder for row in KINDS.values()]
    assert len(set(placeholders)) == len(placeholders)
    assert all(re.fullmatch(r"\[[A-Z]+\]", each) for each in placeholders)


@given(st.one_of(st.text(), st.lists(st.sampled_from(HOSTILE), max_size=30).map("".join)))
def test_whatever_is_written_only_the_finds_are_replaced(text: str) -> None:
    redacted = EVERYTHING.redact(text)
    ends = [0, *(at for span in redacted.spans for at in (span.start, span.end)), len(text)]
    new_ends = [0, *(at for span in redacted.spans for at in (span.new_start, span.new_end)), len(redacted.text)]
    kept = [text[start:end] for start, end in zip(ends[::2], ends[1::2], strict=True)]
    assert kept == [redacted.text[start:end] for start, end in zip(new_ends[::2], new_ends[1::2], strict=True)]


def test_a_number_with_marks_that_nobody_sees_is_found() -> None:
    assert EVERYTHING.redact("call 138\u200b1234\u200b5678 now").text == "call [PHONE] now"


def test_a_name_in_an_address_goes_with_the_address() -> None:
    redacted = Redactor(roster=["Maria Lopez"]).redact("at 12 Maria Lopez Street, ok")
    assert redacted.text == "at [ADDRESS], ok"


def test_names_and_texts_stay_out_of_what_is_logged() -> None:
    redactor = Redactor(roster=ROSTER)
    assert "Lopez" not in repr(redactor)
    assert "先生" not in repr(redactor.redact(TEXT))


@pytest.mark.parametrize("name", ["held_out", "reviewed"])
def test_redacting_twice_changes_nothing(name: str, benchmark: ModuleType) -> None:
    redactor = Redactor(roster=[*benchmark.file_roster(), "Card Name", "Phone"])
    once = [redactor.redact(row.text).text for row in benchmark.read_rows(FILES / f"{name}.jsonl")]
    assert [text for text in once if redactor.redact(text).text != text] == []


def test_invented_rows_reach_their_floors_in_every_kind(benchmark: ModuleType) -> None:
    rows = list(benchmark.rows(2400, 7))
    counted = benchmark.tallies(Redactor(roster=benchmark.roster()), rows)
    assert len({row.text for row in rows}) >= 2000
    assert set(counted) == {*KINDS, "all"}
    assert min(each.recall for each in counted.values()) >= 0.98
    assert min(each.precision for each in counted.values()) >= 0.97


@pytest.mark.parametrize(("name", "recall", "precision"), [("held_out", 0.97, 0.95), ("reviewed", 0.97, 0.97)])
def test_sentences_by_hand_reach_their_floors(
    benchmark: ModuleType, name: str, recall: float, precision: float
) -> None:
    """`held_out` was written after the rules: at first sight recall was 0.973 and precision 0.960.

    `reviewed` holds three earlier batches, after whose misses rules were mended: at first sight 0.949 and 0.987, 0.944
    and 0.931, 0.921 and 0.968.
    """
    rows = benchmark.read_rows(FILES / f"{name}.jsonl")
    counted = benchmark.tallies(Redactor(roster=benchmark.file_roster()), rows)["all"]
    assert len(rows) >= 150
    assert counted.recall >= recall
    assert counted.precision >= precision


@pytest.mark.parametrize("name", ["held_out", "reviewed"])
def test_marked_rows_hold_together(name: str) -> None:
    rows = [json.loads(line) for line in (FILES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    spans = [(row["text"], span) for row in rows for span in row["spans"]]
    assert {span["kind"] for _, span in spans} == set(KINDS)
    assert all(0 <= span["start"] < span["end"] <= len(text) for text, span in spans)
    assert len({row["text"] for row in rows}) == len(rows)


@pytest.mark.parametrize("piece", HOSTILE)
def test_twice_the_text_takes_at_most_twice_the_calls(piece: str) -> None:
    redactor = Redactor(roster=[*ROSTER, "Maria Maria Maria", "王王王"])
    half = piece * (4000 // len(piece))
    redactor.redact(half)
    assert calls(lambda: redactor.redact(half + half)) <= 2.1 * calls(lambda: redactor.redact(half)) + 100


def test_a_roster_of_fifty_thousand_takes_no_more_calls_than_a_short_one() -> None:
    many = [f"{letters(number)} {letters(number * 7)}" for number in range(40_000)]
    many += [f"王{chr(0x4E00 + number // 100)}{chr(0x5000 + number % 100)}" for number in range(10_000)]
    text = "Quabab Zzcd told 王明白 that 李经理 and Mr Abcd are late. " * 100
    long, short = Redactor(roster=many), Redactor(roster=many[:2] + many[-2:])
    assert len({*many}) == 50_000
    assert calls(lambda: long.redact(text)) <= 1.5 * calls(lambda: short.redact(text))


def test_a_megabyte_of_hostile_text_comes_to_an_end() -> None:
    text = "".join(piece * (1_000_000 // len(HOSTILE) // len(piece)) + "\n" for piece in HOSTILE)
    redacted = Redactor(roster=ROSTER).redact(text)
    assert redacted.to_redacted(len(text)) == len(redacted.text)


def test_no_pattern_can_go_wrong_in_many_ways_at_one_place() -> None:
    tried = {name: ways(parser.parse(pattern.pattern, pattern.flags)) for name, pattern in patterns()}
    assert len(tried) > 30
    assert {name: count for name, count in tried.items() if count > MOST_WAYS} == {}


def letters(number: int) -> str:
    """A number as five letters."""
    return "".join(chr(97 + number // 26**place % 26) for place in range(5)).capitalize()


def calls(run: Callable[[], object]) -> int:
    """How many functions, of ours and of the interpreter, are called during a run."""
    count = 0

    def seen(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(seen)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every regular expression of the package by its place, those of its tables too."""
    for module in pkgutil.iter_modules(package.__path__):
        values = vars(importlib.import_module(f"{package.__name__}.{module.name}"))
        for name, value in values.items():
            for number, each in enumerate(value if isinstance(value, tuple) else (value,)):
                pattern = each if isinstance(each, re.Pattern) else getattr(each, "pattern", None)
                if isinstance(pattern, re.Pattern):
                    yield f"{module.name}.{name}.{number}", pattern


def ways(pattern: object) -> float:
    """In how many ways a parsed pattern can match at one place, at most: what a failing search may try there."""
    product = 1.0
    for sign, value in pattern:  # type: ignore[attr-defined]
        if sign in (signs.MAX_REPEAT, signs.MIN_REPEAT):
            least, most, inner = value
            one = ways(inner)
            product *= float("inf") if most is signs.MAXREPEAT else sum(one**count for count in range(least, most + 1))
        elif sign is signs.SUBPATTERN:
            product *= ways(value[3])
        elif sign is signs.BRANCH:
            product *= sum(map(ways, value[1]))
    return product
