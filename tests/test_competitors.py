"""A company's list of competitors: YAML or a table, and what is said of one that cannot be used."""

from pathlib import Path

import pytest

from verbatim.domain import Competitor
from verbatim.errors import CueError
from verbatim.formats.competitors import read_competitors

RIVALS = Path(__file__).parent / "files" / "competitors" / "rivals.yaml"
NORVANE = Competitor("Norvane", ("Norvane GmbH", "诺凡"))


def written(folder: Path, text: str, name: str = "rivals.csv", encoding: str = "utf-8") -> Path:
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


def test_a_yaml_list_has_names_with_their_aliases() -> None:
    found = read_competitors(RIVALS)
    assert found[0] == NORVANE
    assert Competitor("Arc") in found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("name,aliases\nNorvane,Norvane GmbH;诺凡\nArc\n", "rivals.csv"),
        ("Norvane,Norvane GmbH,诺凡\n\nArc,\n", "rivals.csv"),
        ("Norvane\tNorvane GmbH\t诺凡\nArc\n", "rivals.tsv"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_has_a_name_and_then_its_aliases(text: str, name: str, encoding: str, tmp_path: Path) -> None:
    assert read_competitors(written(tmp_path, text, name, encoding)) == (NORVANE, Competitor("Arc"))


def test_a_table_from_a_chinese_spreadsheet_is_read(tmp_path: Path) -> None:
    text = "三禾精密,三禾,三禾的机床\n联达,联达机电,我们用过的联达\n"
    assert [each.name for each in read_competitors(written(tmp_path, text, encoding="gb18030"))] == ["三禾精密", "联达"]


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ("Norvane", "rivals.txt", "expected a list of competitors in .yaml, .yml, .csv, .tsv"),
        ("A,x\nB,X\n", "rivals.csv", "line 2: 'X' is already a name of 'A'; expected one owner"),
        (",x\n", "rivals.csv", "line 1: expected a name before its aliases, found '; x'"),
        ("- name: A\n  alias: B\n", "rivals.yaml", "line 1: expected name and aliases, found a mapping"),
        ("- Norvane\n", "rivals.yaml", "line 1: expected name and aliases, found 'Norvane'"),
        ("- name: 3\n", "rivals.yaml", "line 1: expected a name in quotes where it looks like a number, found '3'"),
        ("name: Norvane\n", "rivals.yaml", "expected a list of competitors with name and aliases, found a mapping"),
        ("- [", "rivals.yaml", "not YAML"),
    ],
)
def test_a_list_that_cannot_be_used_is_told(text: str, name: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(CueError) as caught:
        read_competitors(written(tmp_path, text, name))
    assert str(caught.value).startswith(str(tmp_path / name))
    assert told in str(caught.value)


def test_a_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CueError, match=r"rivals\.csv: cannot be read"):
        read_competitors(tmp_path / "rivals.csv")
