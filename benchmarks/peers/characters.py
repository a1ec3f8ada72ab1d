"""Chinese cut into characters, for tools that part words by spaces and would take a clause for one word."""

import re

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_EACH = re.compile(f"([{HAN}])")


def spaced(text: str) -> str:
    """Return the text in one line, each Chinese character a word."""
    return " ".join(_EACH.sub(r" \1 ", text).split())
