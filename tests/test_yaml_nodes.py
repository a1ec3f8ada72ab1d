"""YAML texts as nodes with lines, and texts that are not YAML."""

import pytest

from verbatim.yaml_nodes import Broken, compose, described, fields_of, is_text, items_of, line_of, text_of, texts_of


def test_a_node_knows_its_line() -> None:
    fields = fields_of(compose("a: 1\n\nb:\n  - x\n  - y\n"))  # type: ignore[arg-type]
    assert line_of(fields["a"]) == 1
    assert [line_of(item) for item in items_of(fields["b"])] == [4, 5]
    assert texts_of(fields["b"]) == ("x", "y")


def test_the_first_of_two_equal_keys_is_taken() -> None:
    assert text_of(fields_of(compose("a: 1\na: 2"))["a"]) == "1"  # type: ignore[arg-type]


def test_only_what_yaml_reads_as_text_is_text() -> None:
    items = items_of(compose("[word, 8, '8', yes, 2026-01-01, '', null, [a]]"))  # type: ignore[arg-type]
    assert [is_text(item) for item in items] == [True, False, True, False, False, False, False, False]
    assert [described(item) for item in items[-2:]] == ["'null'", "a list of 1"]


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("a: 1\nb: [1\n", Broken(3, "not YAML: did not find expected ',' or ']'")),
        ("a: *b", Broken(1, "not YAML: found undefined alias")),
        ("a: 1\nb: \0", Broken(2, "not YAML: control characters are not allowed")),
        ("a: 1\nb: \ud800", Broken(2, "not YAML: a lone surrogate is not a character")),
        ("a: 1\n" + "[" * 100_000, Broken(2, "not YAML: could not find expected ':'")),
        ("- " * 100_000, Broken(1, "nested more than 50 deep")),
    ],
    ids=["open list", "alias", "nul", "surrogate", "list after mapping", "deep"],
)
def test_a_text_that_is_not_yaml_is_told_by_line(text: str, broken: Broken) -> None:
    assert compose(text) == broken


def test_deep_nesting_is_refused_before_it_is_composed() -> None:
    assert compose("[" * 100_000) == Broken(1, "nested more than 50 deep")
    assert not isinstance(compose("[" * 40 + "]" * 40), Broken)


def test_an_empty_text_has_no_node() -> None:
    assert compose("") is None
