"""Figures as JSON: any value made of dataclasses, mappings and lists, its numbers rounded."""

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass

DIGITS = 4


def figures_text(found: object) -> str:
    """Return the value as indented JSON that ends in a line feed; numbers have four digits after the point."""
    told = asdict(found) if is_dataclass(found) and not isinstance(found, type) else found
    return json.dumps(_rounded(told), ensure_ascii=False, indent=1) + "\n"


def _rounded(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return round(value, DIGITS) if isinstance(value, float) else value
