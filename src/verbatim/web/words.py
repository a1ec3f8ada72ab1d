"""Every text of the pages in its three languages, and which of these a reader wants.

A text is looked up by its section and key, as in `say("review.title")`. Where it holds "one|many", its number `n` says
which half is meant.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from verbatim.errors import InputError
from verbatim.store.users import LANGUAGES

NAMES = {"en": "English", "zh-Hans": "简体中文", "zh-Hant": "繁體中文"}
"""The languages as their readers call them."""

_TRADITIONAL = ("zh-hant", "zh-tw", "zh-hk", "zh-mo")


@cache
def texts(language: str) -> Mapping[str, str]:
    """The texts of a language, by section.key. Raises InputError for a language that there is not."""
    from verbatim.yaml_nodes import values_in  # noqa: PLC0415 - only what renders pages pays

    if language not in LANGUAGES:
        raise InputError(f"language {language[:20]!r}: expected one of {', '.join(LANGUAGES)}")
    kept = files("verbatim.web").joinpath("words", f"{language}.yaml").read_text(encoding="utf-8")
    sections = values_in(kept)
    return {f"{section}.{key}": text for section, found in sections.items() for key, text in found.items()}


@dataclass(frozen=True, slots=True)
class Words:
    """Speaks one language."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """The text of this key with its values put in."""
        one, _, many = texts(self.language)[key].partition("|")
        text = one if not many or values.get("n") == 1 else many
        return text.format(**{name: self._shown(value) for name, value in values.items()}) if values else text

    def sections(self, *names: str) -> dict[str, str]:
        """All texts of these sections: what a script may say."""
        return {key: text for key, text in texts(self.language).items() if key.partition(".")[0] in names}

    def _shown(self, value: object) -> object:
        return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value


def preferred(setting: str | None, cookie: str | None, accepted: str) -> str:
    """The language of a reader: the person's setting, the cookie's, one that the browser accepts, else English."""
    for wanted in (setting, cookie):
        if wanted in LANGUAGES:
            return str(wanted)
    return next(filter(None, map(_known, _in_order(accepted))), LANGUAGES[0])


def _known(tag: str) -> str | None:
    tag = tag.lower()
    if tag.startswith(_TRADITIONAL):
        return "zh-Hant"
    if tag.partition("-")[0] == "zh":
        return "zh-Hans"
    return "en" if tag.partition("-")[0] == "en" else None


def _in_order(accepted: str) -> list[str]:
    """The tags of Accept-Language, the most wanted first."""
    weighed = []
    for one in accepted[:500].split(","):
        tag, _, rest = one.partition(";")
        weight = rest.strip().removeprefix("q=") or "1"
        if weight.replace(".", "", 1).isdecimal() and float(weight) > 0:
            weighed.append((-float(weight), tag.strip()))
    return [tag for _, tag in sorted(weighed, key=lambda pair: pair[0])]
