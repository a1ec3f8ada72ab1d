"""Why a row or a file was left out, as others are told: what is quoted from a file may be a customer's own words."""

import re

# A value in quotes, as repr writes it; what stands behind "column" is the survey's word and not a customer's.
_QUOTED = re.compile(r"(column )?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")")
_PLAIN = re.compile(r"(?=.*\d)[\w.:/+,-]{1,40}")
_ID = re.compile(r"id '")
_TOKEN = re.compile(r"[!-?A-~]{0,40}")
"""ASCII without a blank and without @, such as the name of a column; a file without a header has words in its place."""


def without_words(reason: str) -> str:
    """The reason with quoted values replaced by their length, but for ids, numbers and dates."""
    return reason if _ID.match(reason) else _QUOTED.sub(_masked, reason)


def without_sentences(reason: str) -> str:
    """The reason with quoted values replaced by their length, but for plain tokens."""
    return _QUOTED.sub(_told, reason)


def _told(match: re.Match[str]) -> str:
    value = match[2][1:-1]
    return match[0] if _TOKEN.fullmatch(value) else f"{match[1] or ''}a text of {len(value)} characters"


def _masked(match: re.Match[str]) -> str:
    value = match[2][1:-1]
    return match[0] if match[1] or _PLAIN.fullmatch(value) else f"a value of {len(value)} characters"
