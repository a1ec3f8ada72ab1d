import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.errors import FileError
from verbatim.formats.encodings import HEAD_BYTES, decode, sniff

SIMPLIFIED = "价格太贵了，但是质量稳定。"
TRADITIONAL = "價格太貴了，但是品質穩定。"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLIFIED, "gb18030"),
        (TRADITIONAL, "gb18030"),
        (TRADITIONAL, "big5"),
        ("很好", "gb18030"),
        ("服務很差", "big5"),
        ("唔該你哋快啲嚟", "big5hkscs"),
        ("The café was über-priced, naïve at best", "cp1252"),
        ("It’s “fine” – 20 € more", "cp1252"),
        ("Support était très lent, réponse après dix jours", "cp1252"),
    ],
)
def test_text_in_an_eight_bit_encoding_comes_back_as_it_was_written(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), None, "a.csv")[0] == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", ["id,comment\r\n1,late again\r\n", f"id,意见\r\n1,{SIMPLIFIED}\r\n"])
def test_unicode_comes_back_without_its_mark(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), None, "a.csv")[0] == text


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-8", "utf-16-le"])
def test_a_head_may_end_inside_a_character(encoding: str) -> None:
    head = ("意見,服務很好\r\n" * HEAD_BYTES).encode(encoding)[: HEAD_BYTES - 1]
    assert sniff(head, None, "a.csv") == encoding


def test_the_first_foreign_characters_decide_however_late_they_come() -> None:
    text = "1,late again\n" * 60_000 + f"2,{TRADITIONAL}\n"
    assert decode(text.encode("big5"), None, "a.csv") == (text, "big5")


def test_the_named_encoding_is_taken() -> None:
    assert decode("привет".encode("cp1251"), "cp1251", "a.csv") == ("привет", "cp1251")


def test_gb2312_is_read_as_its_superset() -> None:
    assert decode("價格".encode("gb18030"), "gb2312", "a.csv") == ("價格", "gb18030")


def test_a_named_encoding_that_needs_a_mark_is_refused_without_one() -> None:
    with pytest.raises(FileError, match=r"a.csv: no byte order mark of utf-16; expected one, or .* utf-16-le or -be"):
        decode(b"id,comment\n", "utf-16", "a.csv")


@pytest.mark.parametrize("name", ["klingon", "hex", ""])
def test_an_unknown_encoding_is_named(name: str) -> None:
    with pytest.raises(FileError, match=f"a.csv: unknown encoding '{name}'; expected"):
        sniff(b"text", name, "a.csv")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n....", "PNG"),
        (b"PK\x03\x04....", "ZIP"),
        (b"%PDF-1.7", "PDF"),
        (bytes(range(256)) * 8, "no text in a known encoding"),
        (b"\0" * 400, "no text in a known encoding"),
    ],
)
def test_what_is_no_text_is_named(data: bytes, kind: str) -> None:
    with pytest.raises(FileError, match=f"a.csv: this is .*{kind}.*; expected"):
        decode(data, None, "a.csv")


def test_a_byte_that_does_not_fit_is_named_with_its_place() -> None:
    with pytest.raises(FileError, match="byte 0x81 at position 3 is not cp1252"):
        decode(b"abc\x81", "cp1252", "a.csv")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff")))
def test_any_text_in_utf_8_comes_back(text: str) -> None:
    assert decode(text.encode("utf-8-sig"), None, "a.txt")[0] == text


@given(st.lists(st.sampled_from([SIMPLIFIED, TRADITIONAL, "交货很快", "late, again", "服務不錯", "\n"]), min_size=1))
def test_chinese_feedback_in_gb18030_comes_back(parts: list[str]) -> None:
    text = "".join(parts)
    assert decode(text.encode("gb18030"), None, "a.txt")[0] == text


@given(st.lists(st.sampled_from([TRADITIONAL, "交貨很快", "late, again", "服務不錯", "太貴", "\n"]), min_size=1))
def test_traditional_feedback_in_big5_comes_back(parts: list[str]) -> None:
    text = "".join(parts)
    assert decode(text.encode("big5"), None, "a.txt")[0] == text
