"""The kinds of personal data, each with its placeholder and what finds it: one row a kind."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from verbatim.text.redaction.addresses import addresses
from verbatim.text.redaction.links import emails, telling_urls
from verbatim.text.redaction.numbers import numbers_of
from verbatim.text.redaction.spans import Found

Finder = Callable[[str], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What is written in place of a find, and what finds it in a plain text; names are found by their roster."""

    placeholder: str
    find: Finder | None


KINDS: Mapping[str, Kind] = {
    "url": Kind("[URL]", telling_urls),
    "email": Kind("[EMAIL]", emails),
    "id": Kind("[ID]", partial(numbers_of, "id")),
    "card": Kind("[CARD]", partial(numbers_of, "card")),
    "phone": Kind("[PHONE]", partial(numbers_of, "phone")),
    "plate": Kind("[PLATE]", partial(numbers_of, "plate")),
    "address": Kind("[ADDRESS]", addresses),
    "name": Kind("[NAME]", None),
}
"""Every kind, the weightiest first: where two finds of one length overlap, the earlier row gives its placeholder."""
