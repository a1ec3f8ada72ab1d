"""The word beside a number that says what it is."""

import pytest

from verbatim.text.redaction.labels import label_of


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("call me on N", "phone"),
        ("order N", "other"),
        ("about the order: phone N", "phone"),
        ("my phone order N", "other"),
        ("part number is: N", "other"),
        ("call me in case it fails N", "phone"),
        ("thanks a lot for all N", None),
        ("商品有问题N", None),
        ("N (WhatsApp)", "phone"),
        ("a very nice N", None),
        ("手机号是：N", "phone"),
        ("訂單N", "other"),
        ("订单联系人电话N", "phone"),
        ("會員卡號N", "other"),
        ("銀行卡號N", "card"),
        ("身分證字號N", "id"),
        ("車牌N", "plate"),
        ("licence plate N", "plate"),
        ("$N", "other"),
        ("N元", "other"),
        ("N pcs", "other"),
        ("phone 22 N", None),
        ("打电话没人接。N", None),
        ("[PHONE] N", None),
    ],
)
def test_the_nearest_word_in_the_sentence_names_a_number(text: str, label: str | None) -> None:
    at = text.rindex("N") if not text.startswith("N") else 0
    number = "12345678"
    assert label_of(text[:at] + number + text[at + 1 :], at, at + len(number)) == label
