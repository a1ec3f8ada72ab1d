"""A roster read: accounts, the people at them, and who was asked, one row a person or an account.

Columns are recognised by header words in English and Chinese; any other column is left alone, and said so. A row that
cannot be used comes out as a rejection that names the value, and the rest goes on.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from verbatim.domain import Rejection
from verbatim.errors import ColumnError, FileError
from verbatim.formats.dates import date_reader, settle
from verbatim.formats.layouts import key, unique
from verbatim.formats.reading import ReadOptions
from verbatim.formats.tables import Grid, damage, open_table

SAMPLE = 1000
"""So many rows are looked at to tell how dates are written."""

LONGEST = 200
"""Characters of a value."""

# Headers in comparable form (`layouts.key`).
NAMES: Mapping[str, tuple[str, ...]] = {
    "account": (
        *("account", "accountname", "company", "companyname", "customer", "customername", "client", "clientname"),
        *("organisation", "organization", "公司", "公司名称", "公司名稱", "客户", "客户名称", "客戶", "客戶名稱"),
        *("企业", "企业名称", "企業", "企業名稱", "账户", "帳戶"),
    ),
    "customer_type": (
        *("customertype", "type", "accounttype", "segment", "customersegment", "industry", "sector", "companysize"),
        *("客户类型", "客戶類型", "客户类别", "客戶類別", "行业", "行業", "类型", "類型", "细分", "細分"),
    ),
    "region": ("region", "territory", "area", "country", "market", "地区", "地區", "区域", "區域", "大区", "大區"),
    "team": (
        *("team", "accountteam", "accountmanager", "owner", "accountowner", "keyaccountmanager", "salesrep", "csm"),
        *("团队", "團隊", "客户经理", "客戶經理", "负责人", "負責人", "客户团队", "客戶團隊"),
    ),
    "product": ("product", "products", "productline", "产品", "產品", "产品线", "產品線"),
    "revenue": (
        *("revenue", "annualrevenue", "yearlyrevenue", "turnover", "sales", "arr", "acv", "contractvalue"),
        *("营收", "營收", "收入", "年收入", "销售额", "銷售額", "年销售额", "年銷售額", "合同金额", "合約金額"),
    ),
    "cost_to_serve": (
        *("costtoserve", "servicecost", "cost", "annualcost", "costs", "服务成本", "服務成本", "成本", "年成本"),
    ),
    "tier": ("tier", "accounttier", "level", "class", "grade", "客户等级", "客戶等級", "等级", "等級", "分级", "分級"),
    "strategic": (
        *("strategic", "strategicaccount", "keyaccount", "isstrategic", "战略", "戰略", "战略客户", "戰略客戶"),
        *("重点客户", "重點客戶"),
    ),
    "contact": (
        *("contact", "contactname", "name", "fullname", "person", "respondent", "recipient", "联系人", "聯絡人"),
        *("聯繫人", "姓名", "客户姓名", "受访者", "受訪者", "email", "emailaddress", "邮箱", "電郵"),
    ),
    "first_name": ("firstname", "givenname", "名"),
    "last_name": ("lastname", "surname", "familyname", "姓"),
    "role": (
        *("role", "contactrole", "jobtitle", "title", "position", "jobrole", "function", "buyingrole"),
        *("职位", "职务", "岗位", "角色", "職位", "職務", "職稱", "职称", "崗位"),
    ),
    "influence": (
        *("influence", "influencelevel", "buyinginfluence", "power", "decisionpower", "decision"),
        *("影响力", "影響力", "影响", "影響", "决策权", "決策權", "决策角色", "決策角色"),
    ),
    "permission": ("permission", "consent", "quotepermission", "许可", "許可", "授权", "授權", "引用许可", "引用許可"),
    "invited": (
        *("invited", "invitedon", "invitedat", "invitationdate", "inviteddate", "sent", "senton", "sentat", "datesent"),
        *("邀请", "邀請", "邀请日期", "邀請日期", "邀请时间", "邀請時間", "发送日期", "發送日期", "已邀请", "已邀請"),
    ),
    "survey": ("survey", "surveyname", "source", "touchpoint", "wave", "campaign", "问卷", "問卷", "调查", "調查"),
}
FIELDS = tuple(NAMES)

YES = frozenset({"yes", "y", "true", "1", "x", "✓", "✔", "是", "有"})
NO = frozenset({"", "no", "n", "false", "0", "-", "否", "无", "無", "n/a", "na"})
INFLUENCES: Mapping[str, frozenset[str]] = {
    "decider": frozenset(
        [
            "decider",
            "decides",
            "decisionmaker",
            "decision",
            "finaldecision",
            "high",
            "决策者",
            "决策人",
            "决策",
            "決策者",
            "決策人",
            "決策",
            "高",
        ]
    ),
    "influencer": frozenset(
        [
            "influencer",
            "influences",
            "influence",
            "recommender",
            "champion",
            "medium",
            "影响者",
            "影响人",
            "影響者",
            "影響人",
            "推荐者",
            "推薦者",
            "中",
        ]
    ),
    "user": frozenset(["user", "users", "enduser", "uses", "low", "使用者", "用户", "用戶", "使用人", "低"]),
}
PERMISSIONS: Mapping[str, frozenset[str]] = {
    "named": frozenset(["named", "name", "full", "具名", "实名", "實名", "署名"]),
    "anonymous": frozenset(["anonymous", "anon", "匿名"]),
    "aggregate": frozenset(
        ["aggregate", "aggregated", "countsonly", "counts", "汇总", "匯總", "仅统计", "僅統計", "只计数", "只計數"]
    ),
}

_TIER = re.compile(r"(?:tier|t|level|class)?\s*([123一二三])\s*(?:级|級)?", re.IGNORECASE)
_DIGITS = str.maketrans("一二三", "123")
_SIGNS = re.compile(r"[\s '’]|[€$£¥￥]|(?:usd|eur|gbp|chf|cny|rmb|hkd|twd|元)", re.IGNORECASE)
_UNITS = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "千": 1e3, "万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8}
_AMOUNT = re.compile(r"(\d[\d.,]*)(k|mn?|bn|千|万|萬|亿|億)?", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A row by its number, and what stands in it: texts, amounts, `strategic` a truth, `invited` a date or a truth."""

    row: int
    values: Values


@dataclass(frozen=True, slots=True)
class RosterReading:
    """A roster opened: which column is taken as what, remarks, and its rows, read as they are asked for."""

    file: str
    columns: Mapping[str, str]
    notes: tuple[str, ...]
    rows: Iterator[RosterRow | Rejection]


def open_roster(path: Path, name: str, options: ReadOptions, columns: Mapping[str, str] | None = None) -> RosterReading:
    """A roster from a CSV, a workbook or JSON lines; `columns` names the header of a field where it is not recognised.

    Raises FileError for a file that is no table, ColumnError for a header that is not there or none of a roster.
    """
    try:
        table = open_table(path, name, options)
        records = _records(table) if isinstance(table, Grid) else table.rows
        head = list(islice(records, SAMPLE))
    except OSError as error:
        raise FileError(f"{name}: cannot be read ({error.strerror}); expected a roster") from error
    headers = tuple(dict.fromkeys(one for row in head if not isinstance(row, Rejection) for one in row[1]))
    taken = _chosen(name, headers, columns or {})
    parse = _parser(taken, options, [row[1] for row in head if not isinstance(row, Rejection)])
    left = [one for one in headers if one not in taken.values()]
    notes = (*table.notes, *([f"Not taken: {', '.join(map(repr, left))}."] if left else []))
    return RosterReading(name, taken, notes, _parsed(name, chain(head, records), parse))


def _records(table: Grid) -> Iterator[tuple[int, Mapping[str, object]] | Rejection]:
    """Rows as named values; the first that is not blank is the header."""
    names: tuple[str, ...] | None = None
    for row in table.rows:
        if isinstance(row, Rejection):
            yield row
        elif any(map(str.strip, row[1])):
            if names is None:
                names = unique(row[1])
            else:
                yield row[0], dict(zip(names, [*row[1], *[""] * len(names)], strict=False))
    if names is None:
        raise FileError(f"{table.file}: no row can be read; expected a table with a header row")


def _chosen(file: str, headers: Sequence[str], named: Mapping[str, str]) -> dict[str, str]:
    """Which header is taken for each field. Raises ColumnError."""
    for field, header in named.items():
        if field not in FIELDS:
            raise ColumnError(f"field {field!r}: expected one of {', '.join(FIELDS)}")
        if header not in headers:
            raise ColumnError(f"{file}: no column {header!r} for {field}; the columns are {', '.join(headers)[:1000]}")
    taken = dict(named)
    for field, names in NAMES.items():
        if field not in taken:
            free = [header for header in headers if header not in taken.values()]
            ranked = [(names.index(key(header)), header) for header in free if key(header) in names]
            if ranked:
                taken[field] = min(ranked)[1]
    if not {"account", "contact", "last_name"} & set(taken):
        shown = ", ".join(headers)[:1000] or "none"
        raise ColumnError(f"{file}: no column of accounts or contacts; expected one, the columns are {shown}")
    return {field: taken[field] for field in FIELDS if field in taken}


def _parser(
    taken: Mapping[str, str], options: ReadOptions, sample: Sequence[Mapping[str, object]]
) -> Callable[[Mapping[str, object]], Values]:
    """A function from a row's cells to its values; ValueError, naming the value, for what cannot be used."""
    invited = taken.get("invited")
    dates = [_text(row.get(invited)) for row in sample] if invited else []
    order = options.date_order or settle(one for one in dates if one.lower() not in YES | NO).value
    read_date = date_reader(order)
    readers: dict[str, Callable[[str], object]] = {
        "revenue": _amount,
        "cost_to_serve": _amount,
        "tier": _tier,
        "strategic": _truth,
        "influence": lambda value: _known(value, INFLUENCES) or value,
        "permission": _permission,
        "invited": lambda value: _invited(value, read_date),
    }

    def parse(record: Mapping[str, object]) -> Values:
        found: dict[str, object] = {}
        for field, header in taken.items():
            value = _text(record.get(header))
            if len(value) > LONGEST or damage(value):
                raise ValueError(f"column {header!r}: {len(value):,} characters; expected at most {LONGEST} of text")
            try:
                found[field] = readers[field](value) if value and field in readers else value or None
            except ValueError as error:
                raise ValueError(f"column {header!r}: {error}") from error
        return _named(found)

    return parse


def _named(found: dict[str, object]) -> Values:
    """The values with the name of the contact in one piece. Raises ValueError where nobody and no account is named."""
    first, last = found.pop("first_name", None), found.pop("last_name", None)
    if not found.get("contact") and (first or last):
        found["contact"] = " ".join(str(one) for one in (first, last) if one)
    if not found.get("account") and not found.get("contact"):
        raise ValueError("no account and no contact; expected one of both")
    return found


def _parsed(
    file: str,
    records: Iterator[tuple[int, Mapping[str, object]] | Rejection],
    parse: Callable[[Mapping[str, object]], Values],
) -> Iterator[RosterRow | Rejection]:
    for record in records:
        if isinstance(record, Rejection):
            yield record
            continue
        try:
            yield RosterRow(record[0], parse(record[1]))
        except ValueError as error:
            yield Rejection(file, record[0], str(error))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _amount(value: str) -> float:
    """An amount such as 1,200,000, 1.234,50, €3.2m or 120万; a comma or point before three figures divides thousands.

    One before other than three figures, or the second kind of two, is that of decimals.
    """
    match = _AMOUNT.fullmatch(_SIGNS.sub("", value))
    if match is None:
        raise ValueError(f"{value[:40]!r} is no amount; expected a number, 0 or more")
    number, unit = match[1], _UNITS.get((match[2] or "").lower(), 1.0)
    last = max(number.rfind("."), number.rfind(","))
    kinds = {one for one in number if one in ".,"}
    if len(kinds) == 2:
        number = re.sub(r"[.,]", "", number[:last]) + "." + number[last + 1 :]
    elif kinds and (number.count(number[last]) > 1 or (number[last] == "," and _GROUPED.fullmatch(number))):
        number = number.replace(number[last], "")
    number = number.replace(",", ".")
    if number.count(".") > 1:
        raise ValueError(f"{value[:40]!r} is no amount; expected a number, 0 or more")
    return float(number) * unit


def _tier(value: str) -> str:
    match = _TIER.fullmatch(value)
    return match[1].translate(_DIGITS) if match else value


def _truth(value: str) -> bool:
    if value.lower() in YES or "战略" in value or "戰略" in value or value.lower() == "strategic":
        return True
    if value.lower() in NO:
        return False
    raise ValueError(f"{value[:40]!r} is neither yes nor no")


def _known(value: str, table: Mapping[str, frozenset[str]]) -> str | None:
    return next((name for name, words in table.items() if key(value) in words), None)


def _permission(value: str) -> str:
    found = _known(value, PERMISSIONS)
    if found is None:
        raise ValueError(f"{value[:40]!r} is no permission; expected one of {', '.join(PERMISSIONS)}")
    return found


def _invited(value: str, read_date: Callable[[str], datetime | None]) -> datetime | bool:
    if value.lower() in YES:
        return True
    if value.lower() in NO:
        return False
    return read_date(value) or False
