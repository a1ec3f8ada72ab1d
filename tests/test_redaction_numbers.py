"""Numbers of a person, and numbers of a business that look like them."""

import pytest

from verbatim.text.redaction.numbers import numbers_of
from verbatim.text.redaction.plain import plain


def found(kind: str, text: str) -> set[str]:
    return {text[each.start : each.end] for each in numbers_of(kind, plain(text))}


@pytest.mark.parametrize(
    ("kind", "text", "number"),
    [
        ("phone", "找我13812345678谢谢", "13812345678"),
        ("phone", "138 1234 5678", "138 1234 5678"),
        ("phone", "tel13812345678", "13812345678"),
        ("phone", "１３８－１２３４－５６７８", "１３８－１２３４－５６７８"),
        ("phone", "+86 138 1234 5678", "+86 138 1234 5678"),
        ("phone", "010-62781234转801", "010-62781234转801"),
        ("phone", "一三八零零一三八零零零", "一三八零零一三八零零零"),
        ("phone", "0912-345-678", "0912-345-678"),
        ("phone", "(02)2345-6789", "(02)2345-6789"),
        ("phone", "+852 9123 4567", "+852 9123 4567"),
        ("phone", "致電9123 4567", "9123 4567"),
        ("phone", "(415) 555-0132 ext. 12", "(415) 555-0132 ext. 12"),
        ("phone", "+44 (0)20 7946 0958", "+44 (0)20 7946 0958"),
        ("phone", "0044 20 7946 0958", "0044 20 7946 0958"),
        ("phone", "07700 900123", "07700 900123"),
        ("phone", "call 5550142", "5550142"),
        ("card", "4111 1111 1111 1111", "4111 1111 1111 1111"),
        ("card", "3782 822463 10005", "3782 822463 10005"),
        ("card", "银行卡6222021602001234568", "6222021602001234568"),
        ("card", "bank account 0012345678901", "0012345678901"),
        ("id", "11010519491231002X", "11010519491231002X"),
        ("id", "A123456789", "A123456789"),
        ("id", "G123456(A)", "G123456(A)"),
        ("id", "passport no. K12345678", "K12345678"),
        ("id", "护照G12345678", "G12345678"),
        ("plate", "沪A·12345", "沪A·12345"),
        ("plate", "蘇AD12345", "蘇AD12345"),
        ("plate", "車牌ABC-1234", "ABC-1234"),
        ("plate", "number plate LB07 SEO", "LB07 SEO"),
        ("plate", "车牌新B56789", "新B56789"),
    ],
)
def test_a_number_of_a_person_is_found_as_a_whole(kind: str, text: str, number: str) -> None:
    assert number in found(kind, text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "订单13812345678",
            "serial 13812345678",
            "采购了13800000000件",
            "AB13812345678",
            "0.13812345678",
            "x-13812345678",
        ),
        *(
            "1,381,234,567",
            "2024-03-11 10:42",
            "202403150001234",
            "192.168.100.24",
            "10.14.2",
            "9400110200881234567890",
        ),
        *("PO 2024-118822", "call 2024-03-11", "415-555-0132-B", "invoice 4111111111111111", "4111111111111112"),
        *(
            "卡尾号2339",
            "690123456789",
            "型号A123456789",
            "A123456788",
            "KX19-200",
            "云A12345",
            "新A系列12345",
            "12345678元",
        ),
        *("steel plate A516-70", "3000 rpm", "±0.02", "$5550142", "V8.1.13800"),
    ],
)
def test_a_number_of_a_business_stays(text: str) -> None:
    assert [found(kind, text) for kind in ("phone", "card", "id", "plate")] == [set()] * 4


@pytest.mark.parametrize("after", ["个人电话", "只能打座机", "台湾办公室", "包括传真", "支持微信", "万总", "升级问题"])
def test_a_word_after_a_telephone_is_no_unit(after: str) -> None:
    assert found("phone", f"13812345678{after}") == {"13812345678"}
