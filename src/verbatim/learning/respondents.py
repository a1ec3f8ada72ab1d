"""Who said what, as far as it is known, so that nobody is learnt from and measured on at once."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Respondent:
    """Who stands behind a verbatim: the number of the contact and of the account, and the hash of the words."""

    contact: int | None
    account: int | None
    words: str

    @property
    def key(self) -> tuple[str, int | str]:
        """What verbatims of one respondent share: the contact, else the account, else the words."""
        if self.contact is not None:
            return "contact", self.contact
        return ("words", self.words) if self.account is None else ("account", self.account)


def apart(taught: Sequence[Respondent], measured: Sequence[Respondent]) -> list[bool]:
    """Return for each that may be learnt from whether none of those measured on can be the same person.

    They are not where contact and words differ, and where no two are of one account of which one has no known contact.
    """
    contacts = {one.contact for one in measured} - {None}
    words = {one.words for one in measured}
    accounts = {one.account for one in measured} - {None}
    unnamed = {one.account for one in measured if one.contact is None} - {None}

    def meets(one: Respondent) -> bool:
        if one.words in words or one.contact in contacts:
            return True
        return one.account in (accounts if one.contact is None else unnamed)

    return [not meets(one) for one in taught]


def groups(respondents: Sequence[Respondent]) -> list[int]:
    """Return the number of each respondent, counted from 0 in the order in which they come."""
    known: dict[tuple[str, int | str], int] = {}
    return [known.setdefault(one.key, len(known)) for one in respondents]
