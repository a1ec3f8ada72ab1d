"""The codebook: the one that ships, a company's own, and what is said about a frame that does not hold together."""

import re
from pathlib import Path

import pytest
from opencc import OpenCC

from verbatim import taxonomy
from verbatim.errors import CodebookError

FILES = Path(__file__).parent / "files" / "codebooks"
ID_LIST = """
price price.level price.value price.transparency price.discounts price.terms price.billing
sales_process sales_process.responsiveness sales_process.knowledge sales_process.needs sales_process.honesty
sales_process.attitude sales_process.pressure sales_process.ordering sales_process.handover
product product.reliability product.features product.usability product.performance product.integration product.design
product.documentation product.safety product.range
service service.responsiveness service.resolution service.competence service.attitude service.delivery
service.communication service.account service.training service.digital service.returns
general other no_content
"""
FRAME = """\
name: small
version: 1
languages: [en]
codes:
  - id: price
    en: {name: Price, definition: Money., examples: [dear, cheap, fair]}
  - id: price.level
    en: {name: Level, definition: How much., examples: [too much, little, enough]}
"""


def told(text: str) -> list[str]:
    return [problem.told("own.yaml") for problem in taxonomy.problems(text)]


def words(code: taxonomy.Code, language: str) -> str:
    parts = (code.include[language], code.exclude[language], code.examples[language])
    return "\n".join([code.names[language], code.definitions[language], *(text for part in parts for text in part)])


def one_sided(text: str, other: OpenCC, own: OpenCC) -> set[str]:
    """Characters that only the other script has: conversion to the own one changes them, the other way does not."""
    return {char for char in text if own.convert(char) != char and other.convert(char) == char}


def test_the_default_codebook_has_every_id_in_its_order() -> None:
    book = taxonomy.default()
    assert list(book.ids) == ID_LIST.split()
    assert book.label == "b2b@1"
    assert book.categories == ("price", "sales_process", "product", "service")


def test_the_default_codebook_has_no_problem() -> None:
    assert taxonomy.problems(taxonomy.read(taxonomy.default_path())) == []


@pytest.fixture(params=["b2b", "engagement"])
def book(request: pytest.FixtureRequest) -> taxonomy.Codebook:
    """Each of the frames that ship."""
    return taxonomy.load(taxonomy.default_path().with_name(f"{request.param}.yaml"))


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_every_id_has_words_and_three_examples_in_each_language(language: str, book: taxonomy.Codebook) -> None:
    for code in book.codes:
        assert code.names[language]
        assert code.definitions[language]
        assert code.include[language]
        assert code.exclude[language]
        assert len(set(code.examples[language])) >= 3


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_names_are_different_within_a_language(language: str, book: taxonomy.Codebook) -> None:
    names = [code.names[language] for code in book.codes]
    assert len(set(names)) == len(names)


def test_the_chinese_definitions_cover_what_the_english_ones_do(book: taxonomy.Codebook) -> None:
    for code in book.codes:
        for part in (code.include, code.exclude):
            assert len({len(part[language]) for language in ("en", "zh-Hans", "zh-Hant")}) == 1, code.id


def test_every_id_named_in_an_exclusion_exists() -> None:
    book = taxonomy.default()
    for code in book.codes:
        for language in book.languages:
            pointed = re.findall(r"→ ([a-z_]+(?:\.[a-z_]+)?)$", "\n".join(code.exclude[language]), re.MULTILINE)
            assert set(pointed) <= set(book.ids) - {code.id}, code.id
            assert pointed or code.id in {"price", "general", "other"}, code.id


def test_exclusions_point_to_the_same_ids_in_every_language() -> None:
    for code in taxonomy.default().codes:
        pointed = {tuple(re.findall(r"→ ([a-z_.]+)$", "\n".join(texts), re.M)) for texts in code.exclude.values()}
        assert len(pointed) == 1 or code.id in {"price", "general", "other"}, code.id


def test_simplified_words_hold_no_traditional_character(book: taxonomy.Codebook) -> None:
    simplified, traditional = OpenCC("t2s"), OpenCC("s2t")
    for code in book.codes:
        assert one_sided(words(code, "zh-Hans"), traditional, simplified) == set(), code.id


def test_traditional_words_hold_no_simplified_character(book: taxonomy.Codebook) -> None:
    simplified, traditional = OpenCC("t2s"), OpenCC("s2t")
    both = set("台床吃划")  # written like this in Taiwan too, where OpenCC's standard prefers another form
    for code in book.codes:
        assert one_sided(words(code, "zh-Hant"), simplified, traditional) <= both, code.id
        assert one_sided(code.names["zh-Hant"], simplified, traditional) == set(), code.id


def test_the_engagement_frame_holds_four_dimensions_and_two_ids_that_stand_alone() -> None:
    path = taxonomy.shipped("engagement")
    assert path is not None
    assert taxonomy.problems(taxonomy.read(path)) == []
    frame = taxonomy.load(path)
    assert frame.label == "engagement@1"
    assert frame.categories == ("confidence", "integrity", "pride", "passion")
    assert [frame.id_with_role(role) for role in taxonomy.ROLES] == [None, None, "no_content", "none"]


def test_a_frame_that_does_not_ship_has_no_file() -> None:
    assert taxonomy.shipped("b2b") == taxonomy.default_path().resolve()
    assert taxonomy.shipped("../b2b") is None


def test_look_ups_answer_from_the_frame() -> None:
    book = taxonomy.default()
    assert book.category_of("service.returns") == "service"
    assert book.category_of("price") == "price"
    assert book.category_of("general") == "general"
    assert book.children("price")[:2] == ("price.level", "price.value")
    assert book.children("other") == ()
    assert "price.level" in book
    assert "price.levels" not in book
    assert [book.id_with_role(role) for role in taxonomy.ROLES] == ["general", "other", "no_content", None]


def test_an_unknown_id_is_answered_with_the_closest_ones() -> None:
    with pytest.raises(CodebookError, match=r"no id 'prise.level' in codebook b2b@1; closest: price.level"):
        taxonomy.default()["prise.level"]
    with pytest.raises(CodebookError, match="no id 'servce'"):
        taxonomy.default().children("servce")


def test_a_name_falls_back_to_english_and_else_to_the_first_language() -> None:
    assert taxonomy.default().name_of("price.billing", "zh-Hant") == "帳單與付款"
    assert taxonomy.default().name_of("price.billing", "de") == "Invoicing and payment"
    french = taxonomy.parse(FRAME.replace("en", "fr"))
    assert french.name_of("price", "en") == "Price"


def test_a_companys_own_frame_in_one_language_loads() -> None:
    book = taxonomy.load(FILES / "harbour.yaml")
    assert book.label == "harbour@3"
    assert book.ids == ("berth", "berth.depth", "crane")
    assert book["berth.depth"].include == {"en": ("silt", "tides")}
    assert book["berth.depth"].exclude == {"en": ()}
    assert book["crane"].line == 17
    assert book.id_with_role("other") is None


def test_the_fingerprint_hangs_on_ids_and_roles_and_not_on_words_or_order() -> None:
    book = taxonomy.parse(FRAME)
    head, *codes = FRAME.partition("  - id: price.level")
    reordered = head.replace("  - id: price\n", "".join(codes) + "  - id: price\n")
    assert taxonomy.parse(reordered).ids == ("price.level", "price")
    assert taxonomy.parse(reordered).fingerprint == book.fingerprint
    assert taxonomy.parse(FRAME.replace("Money", "Cost")).fingerprint == book.fingerprint
    assert taxonomy.parse(FRAME.replace("price.level", "price.high")).fingerprint != book.fingerprint


def test_every_problem_of_a_frame_is_found_with_its_line_and_id() -> None:
    found = taxonomy.problems(taxonomy.read(FILES / "broken.yaml"))
    assert [(problem.line, problem.id, re.split(", | \\(", problem.message)[0]) for problem in found] == [
        (3, None, "version: expected a whole number from 1"),
        (4, None, "unknown key 'langauges'; closest: languages"),
        (7, "speed", "zh-Hans is missing"),
        (9, "Speed.Night", "id: expected `category` or `category.subcategory` in a-z"),
        (12, "sped.day", "unknown parent 'sped'; closest: speed"),
        (14, "sped.day", "zh-Hans: examples: expected at least 3 different texts"),
        (15, "speed", "this id is already on line 7"),
        (16, "speed", "en: unknown key 'defnition'; closest: definition"),
        (16, "speed", "en: definition is missing"),
        (17, "speed", "zh-Hans: name: expected text"),
        (18, None, "id is missing"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("name: small\n", "", "line 1: name is missing"),
        ("version: 1\n", "", "line 1: version is missing"),
        ("version: 1", "version: 0", "line 2: version: expected a whole number from 1, found '0'"),
        ("[en]", "[en, en]", "line 3: languages: expected a list of different language tags"),
        ("[en]", "english", "line 3: languages: expected a list of different language tags"),
        ("[en]", "[en, de]", "line 5: price: de is missing"),
        ("name: Price, ", "", "line 6: price: en: name is missing"),
        ("definition: Money.", "definition: ''", "line 6: price: en: definition: expected text"),
        (", fair]", "]", "line 6: price: en: examples: expected at least 3 different texts"),
        ("fair]", "cheap]", "line 6: price: en: examples: expected at least 3 different texts"),
        ("fair]", "5]", "line 6: price: en: examples: expected at least 3 different texts"),
        ("id: price.level", "id: price.level.high", "line 7: price.level.high: id: expected `category`"),
        ("id: price.level", "id: cost.level", "line 7: cost.level: unknown parent 'cost'"),
        ("id: price.level", "id: price", "line 7: price: this id is already on line 5"),
        ("id: price\n", "id: price\n    role: misc\n", "line 6: price: role: expected one of general, other"),
        ("id: price\n", "id: price\n    role: other\n", "line 8: price.level: 'price' has a role"),
        ("id: price.level\n", "id: price.level\n    role: other\n", "line 7: price.level: a role can only be given"),
        ("id: price.level\n", "id: price.level\n    fr: {}\n", "line 8: price.level: unknown key 'fr'; known: id, en"),
    ],
)
def test_a_single_mistake_is_told_with_file_line_and_id(old: str, new: str, problem: str) -> None:
    assert told(FRAME) == []
    found = told(FRAME.replace(old, new, 1))
    assert any(line.startswith(f"own.yaml, {problem}") for line in found), found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1: expected a mapping with name, version, languages, codes, found nothing"),
        ("- a\n- b", "line 1: expected a mapping with name, version, languages, codes, found a list of 2"),
        ("name: a\ncodes: [", "line 3: not YAML"),
        (FRAME + "  - three\n", "line 9: expected a code with id, en, found 'three'"),
        (FRAME[: FRAME.index("  - id")], "line 4: codes: expected a list of at least one code, found ''"),
    ],
)
def test_a_text_that_is_no_frame_at_all_is_told_by_line(text: str, problem: str) -> None:
    assert told(text)[0].startswith(f"own.yaml, {problem}")


def test_parse_stops_at_the_first_problem_in_one_line() -> None:
    with pytest.raises(CodebookError) as caught:
        taxonomy.load(FILES / "broken.yaml")
    assert str(caught.value).startswith(f"{FILES / 'broken.yaml'}, line 3: version")
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match=r"gone\.yaml: cannot be read: No such file"):
        taxonomy.load(tmp_path / "gone.yaml")
    with pytest.raises(CodebookError, match="cannot be read: Is a directory"):
        taxonomy.load(tmp_path)
    with pytest.raises(CodebookError, match=r"latin1\.yaml: expected UTF-8 text, found byte 0xe9"):
        taxonomy.load(FILES / "latin1.yaml")


def test_the_default_codebook_is_read_once() -> None:
    assert taxonomy.default() is taxonomy.default()
