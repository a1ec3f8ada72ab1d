"""The words, numbers and dates of the reports in their three languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from verbatim.domain import Interval
from verbatim.errors import InputError

FILES = ("wording.yaml", "evaluation.yaml", "briefing.yaml")
"""Where the phrases stand: those of the reports of a run, of an evaluation, and of the office."""

LANGUAGES = ("en", "zh-Hans", "zh-Hant")
ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MINUS = "−"


@cache
def wordings() -> Mapping[str, Mapping[str, str]]:
    """Every phrase of the reports: key → language → words. "one|many" splits a phrase by its number `n`."""
    from verbatim.yaml_nodes import values_in  # noqa: PLC0415 — only a run with a report pays

    folder = files("verbatim.formats").joinpath("templates")
    phrases: dict[str, Mapping[str, str]] = {}
    for name in FILES:
        phrases |= values_in(folder.joinpath(name).read_text(encoding="utf-8"))
    return phrases


@dataclass(frozen=True, slots=True)
class Wording:
    """Speaks one language: phrases by key, numbers, shares, dates. Raises InputError for a language it lacks."""

    language: str

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise InputError(f"language {self.language!r}: expected one of {', '.join(LANGUAGES)}")

    def __call__(self, key: str, **values: object) -> str:
        """The phrase of this key, with its values put in; numbers are written as the language writes them."""
        one, _, many = wordings()[key][self.language].partition("|")
        words = one if not many or values.get("n") == 1 else many
        return words.format(**{name: self._shown(value) for name, value in values.items()})

    def known(self, prefix: str, key: str) -> str:
        """The phrase `prefix_key`, or the key itself where there is none."""
        phrase = wordings().get(f"{prefix}_{key}")
        return phrase[self.language] if phrase else key

    def number(self, value: float) -> str:
        """A number: 1,234 or 0.87 or −0.02."""
        shown = f"{value:,}" if isinstance(value, int) else f"{round(value, 2) + 0:,.2f}"
        return shown.replace("-", MINUS)

    def percent(self, share: float) -> str:
        """A share as whole percent, never a false 0 or 100."""
        if 0 < share < 0.005:
            return "<1%"
        return ">99%" if 0.995 <= share < 1 else f"{100 * share:.0f}%"

    def range(self, interval: Interval) -> str:
        """The limits of a share: 11–17%."""
        return f"{100 * interval.low:.0f}–{100 * interval.high:.0f}%"

    def signed(self, value: float) -> str:
        """A score with its sign: +12, −3, 0."""
        whole = round(value)
        return f"{'+' if whole > 0 else MINUS if whole < 0 else ''}{abs(whole)}"

    def day(self, day: date) -> str:
        """A day: 3 Mar 2026, or 2026年3月3日."""
        if self.language == "en":
            return f"{day.day} {ENGLISH_MONTHS[day.month - 1]} {day.year}"
        return f"{day.year}年{day.month}月{day.day}日"

    def period(self, day: date, step: str) -> str:
        """The short name of a month, quarter or year, without the year for the first two."""
        quarter = (day.month + 2) // 3
        names = {"month": ENGLISH_MONTHS[day.month - 1], "quarter": f"Q{quarter}", "year": str(day.year)}
        if self.language != "en":
            names["month"] = f"{day.month}月"
        return names[step]

    def _shown(self, value: object) -> object:
        return self.number(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
