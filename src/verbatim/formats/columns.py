"""Which column of a table is the text, the id, the score, the date, the account, the contact and the role, and why.

Recognised from the layout, from header words in English and Chinese, and from a sample of the values. What is equally
good twice is asked for, never guessed.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from verbatim.errors import ColumnError
from verbatim.formats.dates import ASK_ORDER, is_date, settle
from verbatim.formats.layouts import PLAIN, Heading, key
from verbatim.formats.reading import Columns, DateOrder, ReadOptions
from verbatim.formats.scores import mostly_scores, one_to_five
from verbatim.text.content import is_no_content

_TEXT_NAMES = frozenset({"text", "verbatim", "文本", "原文"})
_TEXT_WORDS = re.compile(
    r"\b(comments?|feedback|verbatims?|why|reasons?|suggest\w*|text|remarks?|opinions?|reviews?|improve\w*|do better|"
    r"describe|explain|tell us|how could|how can|anything else|open.?ended|in your own words)\b|"
    r"评价|意见|建议|原因|反馈|评论|"
    r"留言|想法|吐槽|为什么|理由|看法|描述|备注|评語|評價|意見|建議|反饋|評論|為什麼|心得|說明|说明|回饋|備註|改进|改進|不足|优点|缺点|"
    r"優點|缺點|^\W*(responses?|answers?|message|notes?|回答|内容|內容)\W*$",
    re.IGNORECASE,
)
_OTHER_WORDS = re.compile(
    r"\b(id|date|time|score|rating|topics?|sentiment|language|ip|url|link|e-?mail|phone|name|count|length|channel|type|"
    r"status|category|group|code)\b|时间|時間|日期|编号|編號|姓名|公司|状态|狀態|类型|類型|语言|語言",
    re.IGNORECASE,
)
_SCORE_WORDS = re.compile(r"(?<![a-z])nps(?![a-z])|recommend|推荐|推薦", re.IGNORECASE)
_NO_SCORE = re.compile(
    r"group|category|reason|why|comment|feedback|text|原因|为什么|為什麼|类型|類型|分组|评论|意见", re.IGNORECASE
)
_OTHER_SCALE = re.compile(
    r"(?<!\d)1\s*(?:-|–|—|to|~|～|至|到)\s*(?:5|7|10)(?!\d)|(?<![a-z])[57][- ]point", re.IGNORECASE
)
_TOKEN = re.compile(r"[\d.,%+\-/:\s()]+|[!-~]*[\d_@/\\][!-~]*|\{.*\}|\[.*\]", re.DOTALL)
_SENTENCE = re.compile(r"[.。!！]\s*$")
_LONGEST_LOOK = 300  # characters of a value that tell what it is
_MANY = 30  # so many different values are no list of choices
_JOINT = re.compile(r"[,;|┋]| / ")
_QUESTION_NUMBER = re.compile(r"\s*q?\d{1,3}\s*[、.．:：)）]\s*", re.IGNORECASE)
_LATIN_WORD = re.compile(r"[^\W\d_\u3040-\u9fff]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"\s*-?\d+([.,]\d+)?\s*")

# Headers in comparable form (`layouts.key`), most wanted first.
_NAMES: dict[str, tuple[str, ...]] = {
    "id": (
        *("id", "responseid", "respondentid", "verbatimid", "recordid", "caseid", "surveyid", "uuid", "guid", "rid"),
        *("reviewid", "feedbackid", "commentid", "submissionid"),
        *("serial", "requestid", "ticketid", "答卷编号", "编号", "序号", "答卷編號", "編號", "序號"),
    ),
    "account": (
        *("account", "accountname", "company", "companyname", "organisation", "organization", "organisationname"),
        *(
            "organizationname",
            "customeraccount",
            "customer",
            "client",
            "clientname",
            "yourcompany",
            "whatisyourcompany",
        ),
        *(
            "公司",
            "公司名称",
            "公司名",
            "客户",
            "客户名称",
            "客户公司",
            "企业",
            "企业名称",
            "单位",
            "单位名称",
            "您的公司",
            "贵公司名称",
        ),
        *(
            "公司名稱",
            "客戶",
            "客戶名稱",
            "企業",
            "企業名稱",
            "單位",
            "單位名稱",
            "您的公司名称",
            "所在公司",
            "您所在的公司",
        ),
    ),
    "contact": (
        *("contact", "contactname", "respondent", "respondentname", "name", "fullname", "yourname", "联系人", "姓名"),
        *(
            "您的姓名",
            "受访者",
            "客户姓名",
            "聯絡人",
            "聯繫人",
            "受訪者",
            "email",
            "emailaddress",
            "recipientemail",
            "邮箱",
            "電郵",
        ),
    ),
    "role": (
        *(
            "role",
            "contactrole",
            "jobtitle",
            "jobrole",
            "title",
            "position",
            "jobfunction",
            "function",
            "joblevel",
            "yourrole",
        ),
        *(
            "contactrole",
            "whatisyourrole",
            "whatisyourjobtitle",
            "buyingrole",
            "职位",
            "职务",
            "岗位",
            "角色",
            "您的职位",
            "您的职务",
            "職位",
            "職務",
        ),
        *("職稱", "职称", "崗位", "您的職位"),
    ),
    "date": (
        *(
            "date",
            "responsedate",
            "submitdate",
            "submittedat",
            "submitted",
            "submissiondate",
            "recordeddate",
            "enddate",
        ),
        *("surveydate", "completedat", "completed", "createdat", "createddate", "created", "timestamp", "datetime"),
        *(
            "responsereceivedat",
            "receivedat",
            "startdate",
            "time",
            "日期",
            "提交时间",
            "提交日期",
            "评价日期",
            "评价时间",
        ),
        *(
            "填写时间",
            "答题时间",
            "结束时间",
            "时间",
            "开始时间",
            "提交時間",
            "提交日期",
            "填答時間",
            "填寫時間",
            "結束時間",
            "時間",
        ),
    ),
}
_ROLES = ("id", "score", "date", "account", "contact", "role")


@dataclass(frozen=True, slots=True)
class Sampled:
    """What is known of a table before its rows are read: its heading, and the values of a sample, one list a column."""

    file: str
    heading: Heading
    sample: Sequence[Sequence[str]]
    rows: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The columns taken, the order of day and month, and remarks that say which and why."""

    columns: Columns
    date_order: DateOrder | None
    notes: tuple[str, ...]


def choose(table: Sampled, options: ReadOptions) -> Choice:
    """Which columns to take. Raises ColumnError: no text or two, a name that is not there, ambiguous dates."""
    notes: list[str] = []
    taken: dict[str, str] = {}
    for role in _ROLES:
        named = getattr(options, role)
        found = _named(table, named, role) if named else _FINDERS[role](table, frozenset(taken.values()), notes)
        if found is not None:
            taken[role] = found
            notes.append(f"{role.capitalize()}: column {found!r} ({'as named' if named else 'recognised'}).")
    texts = _texts(table, options, frozenset(taken.values()), notes)
    columns = Columns(texts, *(taken.get(role) if taken.get(role) not in texts else None for role in _ROLES))
    return Choice(columns, _order(table, columns.date, options), tuple(notes))


def _named(table: Sampled, wanted: str, role: str) -> str:
    """The column that the user named: exactly, or but for case and spaces, or by its question."""
    names, questions = table.heading.names, table.heading.questions
    if wanted in names:
        return wanted
    alike = [name for name in names if key(name) == key(wanted)]
    alike = alike or [name for name, question in zip(names, questions, strict=True) if question == wanted.strip()]
    if len(alike) == 1:
        return alike[0]
    close = get_close_matches(wanted, names, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    raise ColumnError(f"{table.file}: no column {wanted!r} for --{role}; {hint}the columns are {_listed(names)}")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name[:60]) for name in names[:30])
    return shown + (f" and {len(names) - 30} more" if len(names) > 30 else "")


def _by_name(role: str) -> Callable[[Sampled, frozenset[str], list[str]], str | None]:
    def find(table: Sampled, taken: frozenset[str], _notes: list[str]) -> str | None:
        layout = tuple(map(key, table.heading.layout.columns.get(role, ())))
        wanted = {name: rank for rank, name in reversed(list(enumerate(layout + _NAMES[role])))}
        ranked = [
            (min(wanted.get(_bare(name), 999), wanted.get(_bare(question), 999)), at)
            for at, (name, question) in enumerate(zip(table.heading.names, table.heading.questions, strict=True))
            if name not in taken and (table.sample[at] or not table.rows) and _fits(role, table.sample[at])
        ]
        rank, at = min(ranked, default=(999, 0))
        return table.heading.names[at] if rank < 999 else None

    return find


def _id(table: Sampled, taken: frozenset[str], notes: list[str]) -> str | None:
    """The id column; one that only its name tells and that repeats itself, such as a panel's number, is passed over."""
    while (name := _by_name("id")(table, taken, notes)) is not None:
        values = table.sample[table.heading.names.index(name)]
        if name in table.heading.layout.columns.get("id", ()) or len(set(values)) == len(values):
            return name
        notes.append(f"Column {name!r} is not taken for the id: its values repeat (name it with --id).")
        taken |= {name}
    return None


def _bare(header: str) -> str:
    """A header in comparable form, without the number of its question."""
    return key(_QUESTION_NUMBER.sub("", header, count=1) if _QUESTION_NUMBER.match(header) else header)


def _fits(role: str, values: Sequence[str]) -> bool:
    """Whether a column's values can be what its name says: dates are dates for the most part, names are short."""
    if role == "date":
        return 2 * sum(map(is_date, values[:100])) >= len(values[:100])
    return role == "id" or _content(values) < 1 or sum(map(len, values)) <= 40 * len(values)


def _score(table: Sampled, taken: frozenset[str], notes: list[str]) -> str | None:
    for at, name in enumerate(table.heading.names):
        header = f"{name} {table.heading.questions[at]}"
        if name in taken or not _score_header(table, name, header):
            continue
        if not (why := _no_score(table.sample[at], header)):
            return name
        if any(map(_NUMBER.fullmatch, table.sample[at])):
            notes.append(f"Column {name!r} is not taken for the score: {why} not 0 to 10 (name it with --score).")
    return None


def _no_score(values: Sequence[str], header: str) -> str:
    if not mostly_scores(values):
        return "most of its values are"
    surely = 20 if _SCORE_WORDS.search(header) else 1
    return "its scale is" if _OTHER_SCALE.search(header) or one_to_five(values, surely) else ""


def _score_header(table: Sampled, name: str, header: str) -> bool:
    if _NO_SCORE.search(name):
        return False
    return bool(_SCORE_WORDS.search(header)) or (table.heading.layout is PLAIN and key(name) == "score")


def _texts(table: Sampled, options: ReadOptions, taken: frozenset[str], notes: list[str]) -> tuple[str, ...]:
    if options.text:
        names = tuple(dict.fromkeys(_named(table, name, "text") for name in options.text))
        notes.append(f"Text: {_listed(names)} (as named).")
        return names
    ranks = {name: _text_rank(table, at) for at, name in enumerate(table.heading.names) if name not in taken}
    several = table.heading.layout is not PLAIN
    best = max(ranks.values(), default=0)
    names = tuple(name for name, rank in ranks.items() if rank > 0 and (several or rank == best))
    if not names:
        found = _listed(table.heading.names)
        raise ColumnError(f"{table.file}: no column with free text; name it with --text; the columns are {found}")
    if len(names) > 1 and not several:
        raise ColumnError(f"{table.file}: {_listed(names)} could each be the text; name one, or several, with --text")
    if len(table.heading.names) == 1 and _SENTENCE.search(names[0]):
        raise ColumnError(f"{table.file}: the first row, {names[0][:60]!r}, is no header; expected one above the texts")
    notes.extend(f"Text: column {name!r} ({_WHY[ranks[name]]})." for name in names)
    if others := [name for name, rank in ranks.items() if rank > 0 and name not in names]:
        notes.append(f"Not coded, though it may hold text too: {_listed(others)} (name what to code with --text).")
    return names


_WHY = {
    5: "its name says so",
    4: "declared open-ended by the layout",
    3: "its header asks for words and its values are free text",
    2: "its header asks for words",
    1: "its values are free text",
}


def _text_rank(table: Sampled, at: int) -> int:
    """How good a column is as the text, a key of `_WHY`; 0: it is none."""
    said = [value for value in table.sample[at] if _DIGIT.search(value) or not is_no_content(value)]
    heading, content = table.heading, _content(said)
    if at in heading.closed:
        return 0
    if key(heading.names[at]) in _TEXT_NAMES:
        return 5
    asks = _asks_for_words(heading.names[at], heading.questions[at])
    if content < 0:
        return 2 if asks and _long(said) else 0
    if at in heading.open:
        return 4
    return (3 if content else 2) if asks else content


def _asks_for_words(name: str, question: str) -> bool:
    """Whether a header asks for words; short ones such as "Feedback ID" or "Review date" do not."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name)
    short = len(_LATIN_WORD.findall(spaced)) + len(_HAN.findall(spaced)) / 2 <= 4
    if short and _OTHER_WORDS.search(spaced):
        return False
    return bool(_TEXT_WORDS.search(spaced) or _TEXT_WORDS.search(question))


def _content(values: Sequence[str]) -> int:
    """1 for free text (long, many distinct), -1 for numbers, dates, codes and categories, 0 for what can be either."""
    if not values:
        return 0
    values = [value[:_LONGEST_LOOK] for value in values]
    if 2 * sum(bool(_TOKEN.fullmatch(value.strip())) for value in values) > len(values):
        return -1
    distinct = len(set(values))
    if len(values) >= 8 and ((distinct < 0.2 * len(values) and distinct < _MANY) or _chosen(values)):
        return -1
    dates = sum(map(is_date, values[:100]))
    return int(_long(values) and distinct >= min(_MANY, 0.5 * len(values)) and 2 * dates < len(values[:100]))


def _long(values: Sequence[str]) -> bool:
    """Whether many values are at least four words long; one Chinese character counts for two thirds of a word."""
    words = (len(_LATIN_WORD.findall(value)) + len(_HAN.findall(value)) / 1.5 for value in values)
    return sum(count >= 4 for count in words) >= 0.4 * len(values)


def _chosen(values: Sequence[str]) -> bool:
    """Whether values are picks from a list ("Price, Speed", "维修┋校准"): joined by a mark, the same few again."""
    picks = [pick.strip() for value in values for pick in _JOINT.split(value)]
    return 4 * len(set(picks)) <= len(picks) or any("┋" in value for value in values)


def _order(table: Sampled, column: str | None, options: ReadOptions) -> DateOrder | None:
    if column is None or options.date_order is not None:
        return options.date_order
    order = settle(table.sample[table.heading.names.index(column)])
    if order.unsettled is not None:
        problem = f"dates in column {column!r} such as {order.unsettled} can be read two ways"
        raise ColumnError(f"{table.file}: {problem}; {ASK_ORDER}")
    return order.value


_FINDERS: dict[str, Callable[[Sampled, frozenset[str], list[str]], str | None]] = {
    "id": _id,
    "score": _score,
    "date": _by_name("date"),
    "account": _by_name("account"),
    "contact": _by_name("contact"),
    "role": _by_name("role"),
}
