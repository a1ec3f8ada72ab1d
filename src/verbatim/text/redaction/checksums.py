"""The check digits of cards and identity numbers: which strings of digits can be one at all."""

from datetime import date

_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS = "10X98765432"
_PROVINCE_CODES = (
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
)
_PROVINCES = frozenset(_PROVINCE_CODES.split())
_TAIWAN_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_TAIWAN_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
_HONG_KONG_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2)


def is_luhn(number: str) -> bool:
    """Whether the digits of a number end in their check digit (ISO/IEC 7812-1, annex B); not true of zeros only."""
    digits = [int(letter) for letter in number if letter.isdecimal()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return any(digits) and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_resident_id(number: str) -> bool:
    """Whether a number is a 居民身份证号码 of 18 characters: province, day of birth, check character (GB 11643)."""
    plain = _plain(number)
    if len(plain) != 18 or plain[:2] not in _PROVINCES or not plain[:17].isdecimal() or not _is_day(plain[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(plain, _RESIDENT_WEIGHTS, strict=False))
    return plain[17] == _RESIDENT_CHECKS[total % 11]


def is_taiwan_id(number: str) -> bool:
    """Whether a number is a 身分證字號 or 居留證 number of Taiwan: a letter, nine digits, the last one the check."""
    plain = _plain(number)
    if len(plain) != 10 or plain[0] not in _TAIWAN_LETTERS or not plain[1:].isdecimal() or plain[1] not in "1289":
        return False
    place = _TAIWAN_LETTERS.index(plain[0]) + 10
    digits = (place // 10, place % 10, *map(int, plain[1:]))
    return sum(digit * weight for digit, weight in zip(digits, _TAIWAN_WEIGHTS, strict=True)) % 10 == 0


def is_hong_kong_id(number: str) -> bool:
    """Whether a number is one of a Hong Kong identity card: one or two letters, six digits, the check 0 to 9 or A."""
    plain = _plain(number)
    if len(plain) not in (8, 9) or not plain[:-7].isalpha() or not plain[-7:-1].isdecimal():
        return False
    values = [36] * (9 - len(plain)) + [int(letter, 36) for letter in plain[:-1]]
    check = -sum(value * weight for value, weight in zip(values, _HONG_KONG_WEIGHTS, strict=True)) % 11
    return plain[-1] == "0123456789A"[check]


def _plain(number: str) -> str:
    return "".join(letter for letter in number.upper() if letter.isascii() and letter.isalnum())


def _is_day(digits: str) -> bool:
    """Whether eight digits are a day since 1900."""
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    if not 1900 <= year <= 2099:
        return False
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
