from datetime import datetime

import pytest

from verbatim.domain import Rejection
from verbatim.errors import ColumnError, FileError
from verbatim.formats.reading import ReadOptions
from verbatim.formats.rosters import open_roster


@pytest.fixture
def read(tmp_path):
    """What reads a roster from a text, as columns and rows."""

    def reading(text, name="roster.csv", **columns):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        found = open_roster(path, name, ReadOptions(), columns)
        return found, list(found.rows)

    return reading


HEADER = (
    "Account Name,Industry,Region,Account Manager,Annual Revenue,Cost to serve,Tier,Strategic,Contact,Job title,"
    "Decision power,Consent,Invited on,Survey,Notes\n"
)
ENGLISH = f"""{HEADER}Hill,chain,north,East,"1,200,000",85000,Tier 1,yes,Ann Lee,CFO,Decides,named,2026-03-02,nps,x
Dale,,,,,,,,Bob,user,uses,,no,,
"""
CHINESE = """公司名称,客户类型,地区,客户经理,年收入,等级,战略客户,姓名,职位,影响力,授权,邀请日期
山城医院,医院,西南,东组,120万,一级,是,李安,财务总监,决策者,匿名,2026年3月2日
"""


def test_an_english_roster_is_recognised(read):
    found, (ann, bob) = read(ENGLISH)
    assert found.columns["team"] == "Account Manager"
    assert "Not taken: 'Notes'." in found.notes
    assert (ann.row, bob.row) == (2, 3)
    assert dict(ann.values) == {
        "account": "Hill",
        "customer_type": "chain",
        "region": "north",
        "team": "East",
        "revenue": 1_200_000.0,
        "cost_to_serve": 85_000.0,
        "tier": "1",
        "strategic": True,
        "contact": "Ann Lee",
        "role": "CFO",
        "influence": "decider",
        "permission": "named",
        "invited": datetime(2026, 3, 2),
        "survey": "nps",
    }
    assert (bob.values["influence"], bob.values["invited"], bob.values["revenue"]) == ("user", False, None)


def test_a_chinese_roster_is_recognised(read):
    _, (row,) = read(CHINESE)
    told = {name: row.values[name] for name in ("account", "team", "revenue", "tier", "influence", "permission")}
    assert list(told.values()) == ["山城医院", "东组", 1_200_000.0, "1", "decider", "anonymous"]
    assert (row.values["strategic"], row.values["invited"]) == (True, datetime(2026, 3, 2))


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1.234,50", 1234.5),
        ("1,234.50", 1234.5),
        ("1,200", 1200),
        ("1,5", 1.5),
        ("1.2", 1.2),
        ("1.200.000", 1_200_000),
        ("€ 3.2m", 3_200_000),
        ("3亿", 300_000_000),
        ("RMB 12 000", 12_000),
        ("0", 0),
    ],
)
def test_amounts_are_read_as_they_are_written(read, cell, amount):
    _, (row,) = read(f'account,revenue\nHill,"{cell}"\n')
    assert row.values["revenue"] == pytest.approx(amount)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Hill,many,,,,", "column 'revenue': 'many' is no amount"),
        ("Hill,-5,,,,", "column 'revenue': '-5' is no amount"),
        ("Hill,,perhaps,,,", "column 'strategic': 'perhaps' is neither yes nor no"),
        ("Hill,,,Ann,whenever,", "column 'invited': 'whenever' is no date"),
        ("Hill,,,Ann,,secret", "column 'permission': 'secret' is no permission; expected one of named"),
        (",,,,,", "empty row|no account and no contact"),
    ],
)
def test_a_bad_row_is_told_by_number_and_value_and_the_rest_goes_on(read, line, reason):
    _, rows = read(f"account,revenue,strategic,contact,invited,permission\n{line}\nDale,5,,,,\n")
    bad = [row for row in rows if isinstance(row, Rejection)]
    assert rows[-1].values["account"] == "Dale"
    assert not bad or bad[0].row == 2
    assert line == ",,,,," or any(one in bad[0].reason for one in reason.split("|"))


def test_names_in_two_columns_are_one_and_a_header_may_be_named(read):
    _, (row,) = read("Kunde;Vorname;first name;last name\nHill;x;Ann;Lee\n", account="Kunde")
    assert (row.values["account"], row.values["contact"]) == ("Hill", "Ann Lee")


@pytest.mark.parametrize(
    ("text", "columns", "error", "told"),
    [
        ("a,b\n1,2\n", {}, ColumnError, "no column of accounts or contacts; expected one, the columns are a, b"),
        ("account\nHill\n", {"team": "Kunde"}, ColumnError, "no column 'Kunde' for team"),
        ("account\nHill\n", {"colour": "account"}, ColumnError, "field 'colour': expected one of account"),
        ("", {}, FileError, "empty"),
    ],
)
def test_what_is_no_roster_is_refused(read, text, columns, error, told):
    with pytest.raises(error, match=told):
        read(text, **columns)


def test_days_that_could_be_months_are_asked_for_row_by_row(read):
    _, (row,) = read("account,contact,invited\nHill,Ann,03/04/2026\n")
    assert "--date-order" in row.reason
    _, rows = read("account,contact,invited\nHill,Ann,03/04/2026\nHill,Bob,25/04/2026\n")
    assert [one.values["invited"].month for one in rows] == [4, 4]
