"""The table of cues: the one that ships, a company's own, and what is said of one that does not hold together."""

from pathlib import Path

import pytest

from verbatim import cue_table
from verbatim.domain import INTENTS, RELATIONS
from verbatim.errors import CueError

OWN = """\
version: 1
words: {stay: [renew]}
intents:
  renewal:
    denied: leaving
    cues: {en: ["will {stay}"]}
  urgency:
    denied: nothing
    cues: {en: [asap]}
    never: {en: [no rush]}
"""


def test_the_shipped_table_has_rules_for_every_intent_that_codes_do_not_tell() -> None:
    table = cue_table.default()
    assert set(table.rules) == set(INTENTS) - {"complaint", "praise", "competitor"}
    assert list(table.relations) == [relation for relation in RELATIONS if relation != "mentioned"]


def test_the_shipped_table_has_cues_in_english_and_chinese_for_every_intent() -> None:
    for rule in cue_table.default().rules.values():
        sources = "".join(phrase.source for phrase in (*rule.cues, *rule.fixed))
        assert any(letter.isascii() and letter.isalpha() for letter in sources), rule.id
        assert any(letter > "\u2e7f" for letter in sources), rule.id


def test_a_denied_cue_means_another_intent_nothing_or_still_the_same() -> None:
    rules = cue_table.parse(OWN).rules
    assert (rules["renewal"].denied, rules["renewal"].deniable, rules["renewal"].intends) == ("leaving", True, True)
    assert (rules["urgency"].denied, rules["urgency"].deniable, rules["urgency"].intends) == (None, True, False)
    assert not cue_table.default().rules["wish"].deniable


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("will {stay}", "will {go}", "line 6: phrase 'will {go}': no word list 'go'"),
        ("denied: leaving", "denied: going", "line 5: denied: expected an intent or 'nothing', found 'going'"),
        ("  urgency:", "  hurry:", "line 8: unknown key 'hurry'"),
        ("never:", "unless:", "line 10: unknown key 'unless'; expected some of denied, cues"),
        ("[asap]", "[5]", "line 9: expected a phrase, in quotes where it looks like a number, found '5'"),
        ("{stay: [renew]}", "{stay: [renew}", "line 2: not YAML"),
        (OWN, "- a", "expected a mapping with words, denial, intents, found a list of 1"),
        (OWN, "", "expected a mapping with words, denial, intents, found nothing"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, told: str) -> None:
    with pytest.raises(CueError) as caught:
        cue_table.parse(OWN.replace(old, new), "own.yaml")
    assert str(caught.value).startswith("own.yaml")
    assert told in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CueError, match=r"own\.yaml: cannot be read"):
        cue_table.load(tmp_path / "own.yaml")
    (tmp_path / "own.yaml").write_bytes("续约".encode("gb18030"))
    with pytest.raises(CueError, match="expected UTF-8 text, found byte 0x"):
        cue_table.load(tmp_path / "own.yaml")
