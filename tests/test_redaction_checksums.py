"""Check digits: published examples hold, and one wrong digit is enough to break them."""

from collections.abc import Callable

import pytest

from verbatim.text.redaction.checksums import is_hong_kong_id, is_luhn, is_resident_id, is_taiwan_id

VALID = [
    (is_luhn, "79927398713"),
    (is_luhn, "4111 1111 1111 1111"),
    (is_luhn, "378282246310005"),
    (is_resident_id, "11010519491231002X"),
    (is_resident_id, "11010519491231002x"),
    (is_taiwan_id, "A123456789"),
    (is_taiwan_id, "A800000014"),
    (is_hong_kong_id, "A123456(3)"),
    (is_hong_kong_id, "G123456(A)"),
    (is_hong_kong_id, "AB987654(3)"),
]
Check = Callable[[str], bool]


@pytest.mark.parametrize(("check", "number"), VALID)
def test_a_number_with_its_check_digit_holds(check: Check, number: str) -> None:
    assert check(number)


@pytest.mark.parametrize(("check", "number"), VALID)
def test_one_other_digit_breaks_it(check: Check, number: str) -> None:
    places = [at for at, letter in enumerate(number) if letter.isdigit()]
    changed = [number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :] for at in places]
    assert not any(map(check, changed))


@pytest.mark.parametrize(
    ("check", "number"),
    [
        (is_luhn, "0000000000000000"),
        (is_luhn, ""),
        (is_resident_id, "990105194912310028"),
        (is_resident_id, "110105194913310021"),
        (is_resident_id, "11010519491231"),
        (is_taiwan_id, "A323456789"),
        (is_taiwan_id, "1123456789"),
        (is_hong_kong_id, "A12345(3)"),
        (is_hong_kong_id, "1123456(3)"),
    ],
)
def test_what_has_another_shape_is_none(check: Check, number: str) -> None:
    assert not check(number)
