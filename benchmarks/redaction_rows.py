"""Invented feedback in English and both Chinese scripts, with what is personal in it marked, from a seed.

A row is a sentence with one blank filled, or a sentence of ordinary numbers that only look personal. Values come from
their own rules (check digits, number plans), not from the patterns that are judged.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from redaction_sentences import ENDS, LEADS, ORDINARY, SENTENCES

from verbatim.text.redaction.checksums import is_hong_kong_id, is_luhn, is_resident_id, is_taiwan_id

LANGUAGES = ("en", "zh-Hans", "zh-Hant")
EMPTY_SHARE = 0.3
"""The share of rows in which nothing is personal."""

Maker = Callable[[random.Random], str]


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text, its language, and its personal parts as (kind, start, end)."""

    language: str
    text: str
    spans: frozenset[tuple[str, int, int]]


def rows(count: int, seed: int) -> Iterator[MarkedText]:
    """As many rows as are asked for, every kind in every language in turn; a share of them holds nothing personal."""
    chance = random.Random(seed)
    wanted = [(language, kind) for kind in KINDS for language in LANGUAGES]
    for number in range(count):
        language, kind = wanted[number % len(wanted)]
        if chance.random() < EMPTY_SHARE:
            yield MarkedText(language, _ordinary(chance, language), frozenset())
        else:
            yield _personal(chance, language, kind)


def roster() -> list[str]:
    """The names that stand in the rows, and as many again that do not."""
    return [*ENGLISH_NAMES, *SIMPLIFIED_NAMES, *TRADITIONAL_NAMES, *OTHER_NAMES]


def _personal(chance: random.Random, language: str, kind: str) -> MarkedText:
    before, after = chance.choice(SENTENCES[language][kind]).split("{}")
    value = chance.choice(VALUES[language][kind])(chance)
    lead = chance.choice(LEADS[language])
    start = len(lead) + len(before)
    text = f"{lead}{before}{value}{after}{chance.choice(ENDS[language])}"
    return MarkedText(language, text, frozenset({(kind, start, start + len(value))}))


def _ordinary(chance: random.Random, language: str) -> str:
    text = chance.choice(ORDINARY[language])
    while "#" in text:
        text = text.replace("#", str(chance.randrange(10)), 1)
    return f"{chance.choice(LEADS[language])}{text}{chance.choice(ENDS[language])}"


def _digits(shape: str) -> Maker:
    """A maker of numbers: # is any digit, % one from 2 to 9."""
    numbers = {"#": "0123456789", "%": "23456789"}
    return lambda chance: "".join(chance.choice(numbers.get(letter, letter)) for letter in shape)


def _wide(maker: Maker) -> Maker:
    return lambda chance: maker(chance).translate({point: point + 0xFEE0 for point in range(0x21, 0x7F)})


def _checked(make: Maker, ends: str, valid: Callable[[str], bool], shape: str = "{}") -> Maker:
    """A maker of numbers that end in their check character; `shape` says how that is written."""

    def made(chance: random.Random) -> str:
        while True:
            body = make(chance)
            for end in ends:
                if valid(body + end):
                    return body + shape.format(end)

    return made


def _grouped(maker: Maker, separator: str) -> Maker:
    def made(chance: random.Random) -> str:
        number = maker(chance)
        return separator.join(number[at : at + 4] for at in range(0, len(number), 4))

    return made


def _resident(chance: random.Random) -> str:
    place = chance.choice(("110105", "310115", "440306", "330106", "510107", "420111", "610113"))
    born = date(1950, 1, 1) + timedelta(days=chance.randrange(20_000))
    return f"{place}{born:%Y%m%d}{chance.randrange(1000):03}"


def _email(chance: random.Random) -> str:
    local = chance.choice(("{0}.{1}", "{0}_{1}", "{0}{2}", "{0}-{1}+nps", "{1}.{0}{2}"))
    host = chance.choice(("mail.example.com", "northgate.example", "huayuan-tech.example.cn", "mills.example.co.uk"))
    return local.format(chance.choice(PINYIN), chance.choice(PINYIN), chance.randrange(10, 99)) + "@" + host


def _url(chance: random.Random) -> str:
    secret = "".join(chance.choice("abcdefghkmnpqrstuvwxyz23456789") for _ in range(18)) + str(chance.randrange(10))
    shape = chance.choice(
        (
            "https://portal.example.com/reset?token={}",
            "https://s.example.cn/q?uid=7712&sig={}",
            "http://files.example.org/share/{}7a",
            "https://app.example.com/cb#access_token={}",
            "https://admin:{}@intranet.example.net/exports",
        )
    )
    return shape.format(secret)


def _plate(chance: random.Random) -> str:
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    serial = chance.choice(("#####", "@####", "##@##", "D#####", "#@@##"))
    tail = "".join({"#": chance.choice("0123456789"), "@": chance.choice(letters)}.get(each, each) for each in serial)
    return chance.choice("京沪粤苏浙鲁川渝鄂湘") + chance.choice("ABCDE") + chance.choice(("", "·")) + tail


def _letters_and_digits(shape: str) -> Maker:
    return lambda chance: "".join(
        chance.choice("ABCDEFGHJKLMNPRSTUVWXYZ") if each == "@" else chance.choice("23456789") if each == "#" else each
        for each in shape
    )


def _english_address(chance: random.Random) -> str:
    street = chance.choice(
        ("Oak Avenue", "Mill Lane", "Harbour Road", "St. Mary's Terrace", "Old Foundry Way", "Main St")
    )
    town = chance.choice(
        ("", "", ", Springfield, IL 62704", ", Leeds LS1 4AB", ", Suite 300", ", Apt 4B, Reno, NV 89502")
    )
    return f"{chance.randint(1, 2400)} {street}{town}"


def _simplified_address(chance: random.Random) -> str:
    place = chance.choice(
        ("上海市浦东新区", "北京市海淀区", "广东省深圳市南山区", "成都市高新区", "江苏省苏州市吴中区", "杭州市余杭区")
    )
    street = chance.choice(("张江路", "中关村大街", "科技南路", "天府大道中段", "人民东路", "文一西路", "和平路"))
    rest = chance.choice(("", "", "3号楼502室", "A座12层", "5栋2单元301室", "创新大厦8楼"))
    return f"{place}{street}{chance.randint(1, 1999)}号{rest}"


def _traditional_address(chance: random.Random) -> str:
    place = chance.choice(("台北市信義區", "新北市板橋區", "臺中市西屯區", "高雄市三民區", "桃園市龜山區"))
    street = chance.choice(("松仁路", "文化路一段", "建國二路", "光復路二段", "中山北路"))
    lane = chance.choice(
        ("", "", f"{chance.randint(2, 300)}巷", f"{chance.randint(2, 300)}巷{chance.randint(2, 30)}弄")
    )
    rest = chance.choice(("", "5樓", "12樓之3", "8樓A室"))
    return f"{place}{street}{lane}{chance.randint(1, 400)}號{rest}"


def _hong_kong_address(chance: random.Random) -> str:
    street = chance.choice(("九龍觀塘道", "香港灣仔軒尼詩道", "九龍彌敦道", "香港中環德輔道中"))
    return f"{street}{chance.randint(1, 800)}號{chance.choice(('', '海景大廈12樓B室', '8樓'))}"


def _one_of(*values: str) -> Maker:
    return lambda chance: chance.choice(values)


PINYIN = ("maria", "lopez", "chen", "yifan", "okafor", "d", "zhao.lei", "sunlh", "katrin", "billing", "qa", "whitfield")
ENGLISH_NAMES = (
    *("Leonie Fischer", "Kwame Boateng", "Siobhan O'Dowd", "Marguerite Roux", "Anders Holm", "Farida Haidari"),
    *("Nikolai Petrov", "Jean-Luc Moreau", "Beatriz Carvalho", "Tomoko Ishii", "Gareth Pugh", "Imani Njoroge"),
)
SIMPLIFIED_NAMES = (
    "王建军",
    "李思雨",
    "张晓东",
    "刘洋",
    "陈晨",
    "赵国栋",
    "孙艺",
    "周子涵",
    "吴桂芳",
    "司马嘉",
    "徐磊",
    "朱琳琳",
)
TRADITIONAL_NAMES = ("林志豪", "黃雅雯", "張淑芬", "陳冠宇", "劉俊傑", "鄭伊婷", "謝宗翰", "葉國強", "歐陽靖", "趙敏")
OTHER_NAMES = ("Will Marsh", "Grace Bell", "Mark Price", "高明", "方向", "于勇", "Dawn Field", "文明", "安静", "何敏")

KINDS = ("name", "email", "phone", "id", "card", "plate", "address", "url")
_LUHN_16 = _checked(_digits("4##############"), "0123456789", is_luhn)
_LUHN_5 = _checked(_digits("55#############"), "0123456789", is_luhn)
_LUHN_19 = _checked(_digits("622202############"), "0123456789", is_luhn)
_RESIDENT = _checked(_resident, "0123456789X", is_resident_id)
_TAIWAN = _checked(_letters_and_digits("@2#######"), "0123456789", is_taiwan_id)
_HONG_KONG = _checked(_letters_and_digits("@######"), "0123456789A", is_hong_kong_id, "({})")
_MAINLAND = tuple(
    map(_digits, ("13%########", "18% #### ####", "15%-####-####", "+86 17%########", "0571-8%######", "021-6%######"))
)
_CARDS = (_LUHN_16, _grouped(_LUHN_16, " "), _grouped(_LUHN_5, "-"), _LUHN_19, _grouped(_LUHN_19, " "))

VALUES: Mapping[str, Mapping[str, tuple[Maker, ...]]] = {
    "en": {
        "name": (
            _one_of(*ENGLISH_NAMES),
            _one_of(*(name.split()[0] for name in ENGLISH_NAMES)),
            _one_of(*(name.lower() for name in ENGLISH_NAMES)),
            _one_of(*(f"{name[0]}. {name.split()[-1]}" for name in ENGLISH_NAMES)),
        ),
        "email": (_email,),
        "phone": tuple(
            map(
                _digits,
                (
                    *("+1 %## 555 01##", "(%1#) 555-01##", "%1#-555-01##", "+44 20 7946 0###", "+44 7700 900###"),
                    *("07700 900###", "020 7946 0###", "+49 89 5550 1###", "+65 8123 4###", "%1#.555.01## ext. 2#"),
                ),
            )
        ),
        "id": (_RESIDENT, _HONG_KONG),
        "card": _CARDS[:3],
        "plate": (_letters_and_digits("@@## @@@"), _letters_and_digits("#@@@###")),
        "address": (_english_address,),
        "url": (_url,),
    },
    "zh-Hans": {
        "name": (_one_of(*SIMPLIFIED_NAMES),),
        "email": (_email,),
        "phone": (*_MAINLAND, _wide(_digits("13%########"))),
        "id": (_RESIDENT,),
        "card": (*_CARDS, _wide(_LUHN_19)),
        "plate": (_plate,),
        "address": (_simplified_address,),
        "url": (_url,),
    },
    "zh-Hant": {
        "name": (_one_of(*TRADITIONAL_NAMES),),
        "email": (_email,),
        "phone": tuple(
            map(
                _digits,
                ("09##-###-###", "09########", "02-%###-####", "(04)2%##-####", "+886 9## ### ###", "+852 6### ####"),
            )
        ),
        "id": (_TAIWAN, _HONG_KONG),
        "card": _CARDS[:3],
        "plate": (_letters_and_digits("@@@-####"),),
        "address": (_traditional_address, _hong_kong_address),
        "url": (_url,),
    },
}
