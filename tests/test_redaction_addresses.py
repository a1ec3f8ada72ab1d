"""Postal addresses: from their city or district to the room, and streets that are nobody's home."""

import pytest

from verbatim.text.redaction.addresses import addresses
from verbatim.text.redaction.plain import plain


def found(text: str) -> set[str]:
    return {text[each.start : each.end] for each in addresses(plain(text))}


@pytest.mark.parametrize(
    ("before", "address", "after"),
    [
        ("请寄到", "北京市海淀区中关村大街27号", "，谢谢"),
        ("我们从上海搬到", "广东省深圳市南山区科技园南路18号创维大厦A座12层", "了"),
        ("收货地址：", "上海市浦东新区张江路1238弄1号楼302室", ""),
        ("家住", "阳光花园3栋2单元501室", "，师傅没来"),
        ("公司在", "和平路12号", "的仓库"),
        ("放在", "人民路十二号", "门口"),
        ("", "新北市板橋區文化路一段188巷5弄3號", "收"),
        ("送到", "台北市信義區松仁路100號5樓之2", "。"),
        ("地址：", "香港灣仔軒尼詩道139號中國海外大廈17樓A室", ""),
        ("ship to ", "1425 Oak Avenue, Suite 300, Springfield, IL 62704", " please"),
        ("at ", "Flat 4, 17 Queen's Gate Terrace, London SW7 5PE", "."),
        ("we moved to ", "48 Harbour Road", ". Thanks"),
        ("near ", "220 elm street", " again"),
        ("", "P.O. Box 1188", ""),
    ],
)
def test_an_address_is_found_from_its_first_to_its_last_part(before: str, address: str, after: str) -> None:
    assert address in found(before + address + after)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "南京路店很好",
            "第2条思路1号方案",
            "3号线旁边",
            "走高速公路8号出口",
            "5月8号下单",
            "北京市场的价格",
            "3号楼电梯停运",
        ),
        *(
            "这條道路1號出口",
            "the road map has 12 items",
            "45 minutes down the road",
            "5 Star Service Way",
            "a 2 way street",
        ),
        *("10 trucks on the road", "50 mile road trip"),
    ],
)
def test_a_street_without_a_house_and_a_number_without_a_street_stay(text: str) -> None:
    assert found(text) == set()
