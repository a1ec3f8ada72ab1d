"""Whether customers tell of effort: hassle, chasing, repeating oneself, being passed around, forms without end.

A short list of phrases, looked for in the customer's own words wherever these are kept, in English and in both Chinese
scripts. It is a measure of words, and no code: what customers suffer without saying so it does not find. What only
looks like effort ("no hassle", 麻烦您转告) is taken out before. `verbatim.text.phrases` says how a phrase is written.
"""

from collections.abc import Iterable
from functools import cache

from verbatim.text.phrases import Finder, phrase
from verbatim.text.script import fold_in_place

CUES = (
    "hassle*",
    "cumbersome",
    "tedious",
    "laborious",
    "bureaucra*",
    "red tape",
    "paperwork",
    "time consuming",
    "takes (forever|ages)",
    "(too|so|very|overly|unnecessarily|needlessly|really|quite|more) (complicated|complex|difficult|confusing|hard)",
    "(too much|a lot of|lots of|so much) (effort|work|trouble)",
    "too many (steps|clicks|forms|e-mails|emails|calls|people|contacts|logins|systems)",
    "(jump*|jumping) through … hoops",
    "back and forth",
    "pillar to post",
    "pass* … (around|from one|from person|to person)",
    "(on hold|waiting on the phone|hours on the phone)",
    "(had|have|having|need|needed) to (chase|keep|repeat|remind|push|escalate)",
    "(had|have|having|need|needed) to (explain|ask|call) … again",
    "(kept|keep|keeps) (asking|calling|chasing|repeating|explaining|reminding|following up|sending)",
    "chas* (you|them|him|her|up|for|after|support|someone|people|everyone|a|the|our|your)",
    "(ask*|call*|e-mail*|email*|contact*|phone*|explain*|remind*|request*|wrote|write) … "
    "(several|many|multiple|three|four|five|six|countless|numerous|endless) times",
    "(again and again|over and over|time and again)",
    "(wast*|waste of) (our|my|of|so much|a lot of|) time",
    "(hard|difficult|impossible|a pain|a nightmare|painful) to "
    "(reach|find|use|order|get|understand|contact|navigate|deal|work with|return|configure|set up|install)",
    "struggl* (to|with)",
    "麻烦",
    "繁琐",
    "费(劲|力|时|事)",
    "折腾",
    "(太|很|过于|非常|比较|特别|十分|挺|更)复杂",
    "(流程|手续|步骤|环节|审批)(太|很|过于|比较|又)(长|多|慢|繁)",
    "反复(沟通|催|问|提交|解释|确认|打电话|联系|修改|说)",
    "(多次|一再|再三|屡次)(催|联系|沟通|打电话|反映|提交|跟进|询问|要求)",
    "催(了|过|好)",
    "催…(才|都|也没)",
    "跑(了|过|)(好几|几|很多|多|两|三)(趟|次)",
    "白跑",
    "(找不到|联系不上)人",
    "踢皮球",
    "推(来推去|诿|三阻四)",
    "来回(折腾|跑|沟通|确认|倒)",
    "绕(来绕去|圈子)",
    "难(找|联系|沟通|办|操作)",
    "(不|不太|很不|非常不)方便",
)
"""What shows effort."""

NOT_MEANT = (
    "hassle free",
    "(no|without|zero|little|minimal|any less|less|saves … the|avoid*) … hassle*",
    "(not|isn't|wasn't|aren't|never|nothing|no longer|less|hardly) (too|so|very|really|that|overly|at all|) "
    "(complicated|complex|difficult|confusing|hard|cumbersome|tedious|time consuming)",
    "(no|without|less|never any|little) … (paperwork|bureaucracy|red tape|back and forth|chasing)",
    "(never|don't|didn't|no need|not) (had|have|need|needed|) to (chase|repeat|remind|push|escalate)",
    "(never|not|isn't|wasn't) (hard|difficult) to",
    "(never|didn't|don't|not) struggl*",
    "(never|not) … waste* of time",
    "(不|没|没有|不会|不用|不太|毫不|不再|无需|减少|省|省去|省了|避免|不怕|不嫌)(觉得|感到|什么|任何|很多|这么|那么|太|)麻烦",
    "麻烦(您|你|帮|请|把|给|再|尽|转|能|可以|贵司|各位)",
    "(不|并不|不算|不太|没那么|不会|不是很)(费劲|费力|费时|费事|繁琐|复杂|折腾)",
    "(不|并不|不算|不是)(太|很)复杂",
    "(不用|不需要|无需|不必|没有)(反复|多次|催|来回)",
    "不难",
)
"""What looks like it, and is none."""


@cache
def _finders() -> tuple[Finder, Finder]:
    return tuple(Finder(phrase(source, {}) for source in sources) for sources in (CUES, NOT_MEANT))  # type: ignore[return-value]


def tells_of_effort(passages: Iterable[str]) -> bool:
    """Whether one of these texts, of one customer, has words of effort that are meant."""
    return any(map(_tells, passages))


def _tells(text: str) -> bool:
    folded = fold_in_place(text)
    cues, others = _finders()
    possible = cues.possible(folded)
    if not possible:
        return False
    for other in others.possible(folded):
        folded = other.pattern.sub(" ; ", folded)
    return any(one.pattern.search(folded) for one in possible)
