"""A briefing spoken in one language: phrases with their values put in, each kind of value in its own way."""

from dataclasses import dataclass
from datetime import date

from verbatim.briefing import Amount, Change, CodeName, Phrase, Score, Share, Value
from verbatim.domain import Interval, NpsInterval
from verbatim.formats.frame import Frame
from verbatim.formats.wording import Wording

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Speech:
    """Speaks a language, and knows the codes of a frame by their names."""

    say: Wording
    frame: Frame

    @property
    def language(self) -> str:
        """The language."""
        return self.say.language

    def __call__(self, phrase: Phrase) -> str:
        """The phrase with its values; a number that decides between one and many is called `n`."""
        plain = {name: value if isinstance(value, int) else self.value(value) for name, value in phrase.values.items()}
        return self.say(phrase.key, **plain)

    def value(self, value: Value) -> str:  # noqa: PLR0911 - one line for each kind of value
        """A value as it is told in a sentence or a cell."""
        say = self.say
        match value:
            case None:
                return NOTHING
            case str():
                return value
            case int():
                return say.number(value)
            case date():
                return say.day(value)
            case Interval():
                return f"{say.percent(value.share)} ({say.range(value)})" if value.n else NOTHING
            case NpsInterval():
                return f"{say.signed(value.value)} ({say.signed(value.low)} … {say.signed(value.high)})"
            case _:
                return self._made(value)

    def headline(self, value: Value) -> tuple[str, str]:
        """A value for the head of a briefing: the figure alone, and its limits, which stand smaller."""
        match value:
            case NpsInterval():
                return self.say.signed(value.value), f"{self.say.signed(value.low)} … {self.say.signed(value.high)}"
            case Interval() if value.n:
                return self.say.percent(value.share), self.say.range(value)
            case _:
                return self.value(value), ""

    def _made(self, value: Value) -> str:  # noqa: PLR0911
        say = self.say
        match value:
            case CodeName():
                name = self.frame.name_of(value.id, self.language)
                return say("briefing.bare", name=name) if self.frame.children(value.id) else name
            case Share():
                return say.percent(value.value)
            case Score():
                return say.signed(value.value)
            case Amount():
                return f"{value.value:,.{value.digits}f}".replace("-", "−")
            case Change():
                return self._change(value)
            case tuple():
                return say("briefing.between").join(value)
            case Phrase():
                return self(value)
            case _:
                raise TypeError(type(value).__name__)

    def _change(self, change: Change) -> str:
        told = self.say("briefing.points", points=self.say.signed(change.points))
        if change.low is None or change.high is None:
            return told
        return f"{told} ({self.say.signed(change.low)} … {self.say.signed(change.high)})"
