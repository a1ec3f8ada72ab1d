"""The words and phrases of a text that something may be named by: English words, Chinese ones as rjieba cuts them.

Texts are folded first (`script.fold`), so that a word counts alike in both Chinese scripts and in every case. English
words count by their stem: charge, charges and charged are one.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from verbatim.text.script import HAN, fold

_PIECE = re.compile(rf"[a-z0-9'’\- ]+|[{HAN}]+")
_WORD = re.compile(r"[a-z][a-z0-9]*")
_APOSTROPHE = re.compile("['’]")
_HAN = re.compile(f"[{HAN}]")
LONGEST_PHRASE = 6
"""Han characters of a phrase of two words."""


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that tell nothing of a matter. Apostrophes are dropped, as in the texts.
_ENGLISH = _listed(
    """
    a about above after again all almost along already also although always am among an and another any anybody
    anyone anything are arent around as ask asked at away b back be became because become been before being below
    between both but by c came can cannot cant come comes coming could couldnt d did didnt do does doesnt doing done
    dont down during e each either else enough etc even ever every everybody everyone everything f far few first for
    from further g gave get gets getting give given gives giving go goes going gone good got great h had hadnt has
    hasnt have havent having he hence her here hers herself him himself his how however i id if ill im in indeed
    instead into is isnt it its itself ive j just k keep kept kind know l last least less let lets like likely
    little lot lots m made make makes making many may maybe me might mine more most mostly much must my myself n
    nearly need needs neither never new next no nobody none nor not nothing now o of off often ok okay on once one
    only onto or other others otherwise our ours ourselves out over own p per perhaps please put q quite r rather
    really s said same saw say saying says see seem seems seen several shall she should shouldnt since so some
    somebody someone something sometimes soon still such sure t take taken takes taking tell than thank thanks that
    thats the their theirs them themselves then there these they theyre theyve thing things think this those though
    thought through thus till to together told too took toward towards tried try trying two u under until up upon us
    use used usually v very via w want wanted wants was wasnt way we well went were werent weve what whatever when
    where whether which while who whole whom whose why will with within without wont would wouldnt x y yes yet you
    youd youre your yours yourself youve z aren couldn didn doesn don hadn hasn haven isn ll re shouldn ve wasn
    weren won wouldn
    """
)
_CHINESE = _listed(
    """
    的 了 是 在 我 我们 你 你们 他 她 它 他们 这 那
    这个 那个 这些 那些 这样 那样 这么 那么 这里 那里 和 与 及 或 而
    而且 但 但是 可是 不过 因为 所以 如果 虽然 就 就是 也 都 还
    还是 还有 又 再 才 很 非常 太 比较 更 最 挺 蛮 特别
    真的 真是 确实 其实 一个 一些 一下 一点 一直 一样 一次 有
    没有 没 不 不是 不会 不能 不要 不用 会 能 可以 可能 应该
    要 想 觉得 感觉 认为 知道 说 看 用 到 去 来 给 让 把
    被 对 对于 从 向 跟 比 为 为了 以 以及 之 其 此 该 每
    每次 各 几 多 多少 什么 怎么 怎样 为什么 哪 哪里 谁 吗 呢
    吧 啊 呀 哦 嗯 里 上 下 中 后 前 时 时候 时间段 以后
    以前 之后 之前 现在 今天 已经 正在 曾经 自己 大家 别人 人家
    东西 事情 问题 情况 方面 地方 有点 有些 只 只是 只有 只能
    好 很多 许多 不少 所有 全部 其他 其它 另外 然后 于是 并 并且 甚至
    希望 建议 需要 进行 使用 得 地 着 过 等 等等
    """
)


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or two that stand side by side: what it counts as, and how it reads where it stands."""

    key: str
    text: str
    han: bool

    @property
    def words(self) -> int:
        """How many words it has."""
        return self.key.count(" ") + 1


def terms(text: str) -> list[Term]:
    """The words of a text that may name something, and the pairs of those that stand side by side, in order."""
    found: list[Term] = []
    for piece in _PIECE.findall(fold(text)):
        words = _han_words(piece) if _HAN.match(piece) else _english_words(piece)
        found += [term for term in words if term.key]
        found += _pairs(words)
    return found


def stem(word: str) -> str:
    """The stem of an English word in small letters: without the endings of number, time and the gerund."""
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending, least in (("ing", 6), ("ed", 5)):
        if word.endswith(ending) and len(word) >= least:
            word = word.removesuffix(ending)
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def _english_words(piece: str) -> list[Term]:
    """The words of a piece; a stop word as a term without a key, so that no pair goes over it."""
    words = _WORD.findall(_APOSTROPHE.sub("", piece))
    return [Term("" if word in _ENGLISH or len(word) < 2 else stem(word), word, han=False) for word in words]


def _han_words(piece: str) -> list[Term]:
    """The words of a run of Han characters; single characters count in pairs only."""
    return [Term("" if len(word) < 2 or word in _CHINESE else word, word, han=True) for word in _cut()(piece)]


def _pairs(words: Sequence[Term]) -> Iterator[Term]:
    for one, other in pairwise(words):
        if not one.han:
            if one.key and other.key and one.key != other.key:
                yield Term(f"{one.key} {other.key}", f"{one.text} {other.text}", han=False)
        elif _may_stand(one.text) and _may_stand(other.text) and len(one.text + other.text) <= LONGEST_PHRASE:
            yield Term(f"{one.text} {other.text}", one.text + other.text, han=True)


def _may_stand(word: str) -> bool:
    return word not in _CHINESE


@cache
def _cut() -> Callable[[str], list[str]]:
    from rjieba import cut  # noqa: PLC0415 - loads its dictionary

    return cut
