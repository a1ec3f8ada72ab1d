"""Which encoding a file of text is in, told from its bytes: UTF-8, UTF-16, GB18030, Big5, then what is left.

GB18030 and Big5 accept each other's bytes, and both accept much Western text, so that decoding without an error proves
nothing: the reading that yields common characters wins.
"""

import codecs
import re
from collections.abc import Iterable
from typing import BinaryIO

from verbatim.errors import FileError

HEAD_BYTES = 256 * 1024
_STRAY = -4.0  # the weight of a byte that a Chinese encoding does not know
_CUT_BYTES = 64 * 1024  # a head of this size or more may end inside a character

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or Office file"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or encrypted Office file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"$FL2", "an SPSS file"),
    (b"ID3", "an MP3 recording"),
    (b"RIFF", "an audio or video recording"),
    (b"OggS", "an audio recording"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
)
_SYNONYMS = {"utf-8": "utf-8-sig", "gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "ascii": "utf-8-sig"}
_CJK = ("gb18030", "big5", "cp950", "big5hkscs")
_ENCODED_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_PUNCTUATION = frozenset("，。！？、；：（）“”‘’…—《》「」『』·￥％　")
_LATIN = frozenset(chr(point) for point in range(0xC0, 0x100)) - {"×", "÷"}
_TYPOGRAPHIC = frozenset("‘’“”–—…€£©®°•™\xa0«»½¼¿¡§·²")
# The most frequent characters of everyday Chinese feedback in either script, and the words of survey headers.
_COMMON = frozenset(
    "一了的我不个是没来们就说上天人三到得有都十还两点那你在要小下好年子里次过给这后问能时换用二机也家看出价打开老前电分回手去月着单"
    "多四车半话发五自面大台报会费客第百八跟工他接服比师样头口每全么门六店己可以讲完行同才现新合道理买写提快方退算装员货倒周对务把实位"
    "水收走件等进成钱让线送改做只动少度当号本程售保清场期格几块别间公地加钟条销最数从户司贵事明再签真按房款中先高吃候差器七带错太心很"
    "又业意哪晚字经定板量系菜九账起排直午图料边卡和跑推外找标修之想重千万包气表调傅儿放交结张味拿票统配照信片什生转满告平品听通主套请"
    "底干挺网书個們來兩點還裡過給這後問時換機價開電車單話發報會費師樣頭門務實進錢讓線動當號場塊間鐘條銷數從戶貴簽帶錯業經係賬圖邊"
    "標氣調兒結張統轉滿聽請網書說沒麼寫買員貨對試廠鋪櫃輛剛聯繫絡團隊應該題質產評論見議饋滿較穩慢備維護護訂購覺總難簡單響處購"
    "序号提交答卷时间所来源详情自序號時間來源詳情反馈原因评价建议名称姓职客户系联络团队应该问题质产论较稳慢备维护订购觉总难简响处服"
    "谢谢需希望非常功能使界操作支持及延迟便宜哈哦嗯無无咗嘅唔哋佢喺冇"
)


def sniff(head: bytes, encoding: str | None, source: str) -> str:
    """The encoding of a file, from its first bytes (64 KB or more, or the whole), as a name that `codecs` knows.

    `encoding`, when given, is only checked. Raises FileError where the bytes are no text, or no encoding fits.
    """
    if encoding is not None:
        return _checked(encoding, head, source)
    if marked := _marked(head):
        return marked
    if kind := binary_kind(head):
        raise FileError(f"{source}: this is {kind}; expected text such as CSV, TSV or JSONL")
    if head.count(0) <= 0.1 * len(head) and (_decodes(head, "utf-8") or _mostly_utf8(head)):
        return "utf-8"
    name = _wide(head) or (None if 0 in head else _eight_bit(head))
    if name is None:
        raise FileError(f"{source}: this is no text in a known encoding; expected UTF-8, UTF-16, GB18030 or Big5")
    return name


def decode(data: bytes, encoding: str | None, source: str) -> tuple[str, str]:
    """The text of a whole file and the name of its encoding. Raises FileError, naming the first byte that misfits."""
    name = sniff(_telling(data), encoding, source)
    try:
        return data.decode(name).removeprefix("\ufeff"), name
    except UnicodeDecodeError as error:
        found = f"byte 0x{data[error.start]:02x} at position {error.start}"
        raise FileError(f"{source}: {found} is not {name}; expected one encoding throughout") from error


def sample(stream: BinaryIO) -> bytes:
    """What tells the encoding of a file: its first 256 KB and, where those are ASCII, the first place that is not.

    Leaves the stream somewhere in the middle. Lines are never cut, except the last.
    """
    head = stream.read(HEAD_BYTES)
    if not head.isascii() or b"\0" in head or len(head) < HEAD_BYTES:
        return head
    line = head[head.rfind(b"\n") + 1 :]
    while chunk := stream.read(HEAD_BYTES):
        if not chunk.isascii():
            return head[: len(head) - len(line)] + line + chunk + stream.read(HEAD_BYTES)
        line = chunk
        head = head if head.endswith(b"\n") else head[: head.rfind(b"\n") + 1] + b"\n"
    return head


def binary_kind(head: bytes) -> str | None:
    """What a binary file is, in words ("a PNG image"), told from its first bytes; None when it may be text."""
    return next((kind for signature, kind in _SIGNATURES if head.startswith(signature)), None)


def _marked(head: bytes) -> str | None:
    return next((name for mark, name in _BOMS if head.startswith(mark)), None)


def _checked(encoding: str, head: bytes, source: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except LookupError as error:
        raise FileError(f"{source}: unknown encoding {encoding!r}; expected e.g. utf-8, gb18030, big5") from error
    if name in {"utf-16", "utf-32"} and _marked(head) != name:
        raise FileError(f"{source}: no byte order mark of {name}; expected one, or the encoding named {name}-le or -be")
    return _SYNONYMS.get(name, name)


def _decodes(head: bytes, name: str) -> bool:
    return _decoded(head, name) is not None


def _mostly_utf8(head: bytes) -> bool:
    """Whether the text is UTF-8 but for encoded surrogates, or for a few stray bytes among many good characters."""
    text = head.decode("utf-8", "surrogateescape")
    stray = sum("\ud800" <= char <= "\udfff" for char in text)
    good = sum(char > "\x7f" for char in text) - stray
    return good >= 10 * stray or stray == 3 * len(_ENCODED_SURROGATE.findall(head))


def _decoded(head: bytes, name: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(name)().decode(head, final=len(head) < _CUT_BYTES)
    except UnicodeDecodeError:
        return None


def _telling(data: bytes) -> bytes:
    if len(data) <= HEAD_BYTES or not (head := data[:HEAD_BYTES]).isascii():
        return data[:HEAD_BYTES]
    starts = range(HEAD_BYTES, len(data), HEAD_BYTES)
    first = next((at for at in starts if not data[at : at + HEAD_BYTES].isascii()), None)
    return head if first is None else data[first - HEAD_BYTES : first + 2 * HEAD_BYTES]


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: one byte in fifty is zero, or more, and nearly all of them on one side of the pairs."""
    zeros = (head[0::2].count(0), head[1::2].count(0))
    if sum(zeros) < max(1.0, 0.02 * len(head)) or min(zeros) > 0.1 * max(zeros):
        return None
    name = "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    return name if _decodes(head, name) else None


def _eight_bit(head: bytes) -> str | None:
    """GB18030 or Big5 when that gives common characters, else Windows Western, else what charset-normalizer finds."""
    scores = {name: _commonness(head, name) for name in _CJK}
    name = max(scores, key=lambda name: scores[name])
    score = scores[name]
    if score >= 0.45:
        return name
    if _western(head) >= 0.6:
        return "cp1252"
    return name if score >= 0.15 else _charset(head)


def _commonness(head: bytes, name: str) -> float:
    """How much a sample looks like Chinese: mean over its non-ASCII characters, 1 at most; stray bytes lower it."""
    text = codecs.getincrementaldecoder(name)("surrogateescape").decode(head, final=len(head) < _CUT_BYTES)
    foreign = [char for char in text if char > "\x7f"][:20_000]
    return sum(map(_weight, foreign)) / max(1, len(foreign))


def _weight(char: str) -> float:
    if char in _COMMON:
        return 1.0
    if char in _PUNCTUATION:
        return 0.5
    if "\ud800" <= char <= "\udfff":
        return _STRAY
    return 0.1 if "\u4e00" <= char <= "\u9fff" else -1.0


def _western(head: bytes) -> float:
    """The share of non-ASCII characters that stand as in Western text: letters between ASCII ones, typography."""
    text = _decoded(head, "cp1252")
    if text is None:
        return 0.0
    padded = f" {text[: len(head)]} "
    places = [at for at in range(1, len(padded) - 1) if padded[at] > "\x7f"]
    return sum(_stands_alone(padded, at) for at in places) / max(1, len(places))


def _stands_alone(text: str, at: int) -> bool:
    letter = text[at] in _LATIN and text[at - 1] <= "\x7f" and text[at + 1] <= "\x7f"
    return letter or text[at] in _TYPOGRAPHIC


def _charset(head: bytes) -> str | None:
    from charset_normalizer import from_bytes  # noqa: PLC0415

    best = from_bytes(head[:65_536]).best()
    return best.encoding if best is not None and _readable(str(best)) else None


def _readable(text: Iterable[str]) -> bool:
    """Whether nothing but line breaks and tabs of the control characters occurs."""
    return not any(char < " " and char not in "\t\r\n\f\v" for char in text)
