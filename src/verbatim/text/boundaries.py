"""Where one clause may end and the next begin: the marks and words of `verbatim.text.segments`, as tables.

Every repetition is bounded, possessive, or cannot begin twice in one run, so that time stays linear in the text.
"""

import re

from verbatim.text.script import HAN

SEPARATORS = r"\s\0\u200b\ufeff,，、。｡.;；:：…·•●▪◦‣■◆–—―~～|\-"
"""What a gap between two segments may hold besides list marks, for use inside a regular expression's brackets."""

LIST_MARK = r"""
    [(（]\d{1,2}[)）] | \d{1,2}(?:[)）]|[、．.](?!\d))
  | [(（]?[一二三四五六七八九十]{1,2}(?:[)）]|、(?![一二三四五六七八九十]))
  | [①-⒇]
"""
"""What numbers the items of a list, at the start of a clause (verbose syntax)."""

_STARTER = r"(?:The|They|We|It|I|But|And|Our|He|She|This|That|There|Not|So|You|My|Very|Now|Also)\b"
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_PROTECTED = rf"""
    (?:https?://|www\.)[!-~]*[A-Za-z0-9/=\#]                 # addresses
  | &\#?\w{{2,8}};                                           # HTML entities
  | \b[aApP]\.[mM]\.(?!\s+(?!{_DAY})(?:[A-Z][a-z']|[IA]\s))  # a.m.: a capitalised word after it begins a sentence
  | \b(?![aApP]\.[mM]\.)(?:[A-Za-z]\.){{2,6}}(?!\s+{_STARTER})  # U.S., e.g.
  | \b(?:Ph|PH)\.D\.?(?!\s+{_STARTER})
  | (?<![aApP]\.)\b[A-Z]\.(?=\s[A-Z][a-z])(?!\s+{_STARTER})  # J. Smith
  | \b(?i:mr|mrs|ms|dr|prof|st|vs|approx|dept|est|jr|sr|messrs)\.
  | \b(?i:inc|ltd|co|corp|plc|etc|eg|ie|bros|llc)\.(?!\s+{_STARTER})(?=[ \t,;)])
  | \b(?i:no|nos|fig|min|max|ver|v|pp?|art|sec|ref|tel|ext)\.(?=[ ]?\d)
  | [;:]['’]?-?[)(DPp](?![A-Za-z])                           # emoticons
"""
_CLOSERS = r"""["'”’」』）)\]》]{0,3}+"""
_LABEL = r"(?:优点|優點|缺点|缺點|不足|建议|建議|改进|改進|[Pp]ros?|[Cc]ons?|PROS?|CONS?)[ \t]?[:：]"
_HARD = rf"""
    [。！？；｡!?;][。！？；｡!?;.…]*+{_CLOSERS}
  | (?:(?<!…)…++|(?<!\.)\.{{2,}}+){_CLOSERS}(?![ ]?[a-z,])
  | (?<!\.)\.{_CLOSERS}(?=\s|$|[{HAN}])
  | (?<=[a-z]{{3}})\.(?=(?:[A-Z][a-z']{{0,20}}|I)[ ])
  | [\r\n\u2028\u2029\v\f]++
  | [•●▪◦‣■◆]++
  | (?<=[\s。；;，,!！?？])(?:[①-⒇]|\d{{1,2}}[、．.](?=[{HAN}])|[(（]\d{{1,2}}[)）])
  | (?<=\s)(?={_LABEL})
"""
_CONTRAST_EN = r"(?:but|however|although|though|yet|whereas|except|shame|pity|unfortunately|only)\b"
_CONTRAST_ZH = r"(?:但|可是|可惜|不过|不過|然而|只是|就是|除了|却|卻|反而|唯一|缺点|缺點|美中不足)"
_SUBJECT = (
    "(?:the|they|we|you|i|it|my|our|your|their|he|she|nobody|no|there|this|these|everything|everyone|support|service"
    "|prices?|delivery)"
)
_OPENER = (
    "(?:The|They|There|This|That|It|Its|However|But|You|We|Also|Although|Overall|My|Our|And|Would|Could|If|When|Though"
    "|No)"
)
_SOFT = rf"""
    (?P<contrast>[，,][ ]?(?={_CONTRAST_EN}|{_CONTRAST_ZH}))
  | (?P<comma_and>,[ ](?=(?:and|plus|also)\b))
  | (?P<comma>(?<!\d)[,，]|[,，](?!\d)|(?<=[{HAN}])[ \u3000~～](?=[{HAN}]))
  | (?P<ellipsis>(?<!…)…++|(?<!\.)\.{{2,}}+)
  | (?P<dash>[ ][-–—]{{1,3}}[ ]|—{{1,2}}|--)
  | (?P<but>[ ](?=(?:but|however|although|though|whereas)[ ])|(?<=[{HAN}])(?<![不非])(?=但(?![凡愿願])|可是|然而|可惜))
  | (?P<opener>(?<=[a-z]{{2}})[ ](?={_OPENER}[ ][a-z]))
  | (?P<and>[ ](?=and[ ]{_SUBJECT}[ ]))
"""
BOUNDARY = re.compile(rf"(?P<protected>{_PROTECTED})|(?P<hard>{_HARD})|{_SOFT}", re.VERBOSE)
"""Every place where a clause may end; the group's name says how surely ("protected": not at all, "hard": surely)."""

MINIMUM: dict[str, tuple[int, int, int, int]] = {
    "contrast": (1, 2, 1, 1),
    "comma_and": (2, 3, 2, 3),
    "comma": (1, 2, 2, 2),
    "ellipsis": (2, 2, 2, 2),
    "dash": (2, 2, 2, 2),
    "but": (3, 3, 2, 2),
    "opener": (3, 3, 3, 3),
    "and": (3, 4, 3, 4),
}
"""What must stand on either side of a soft boundary: Han characters left, right; English words left, right."""

CONTINUES = re.compile(
    r"""\s*(?:
    [我他她它一两兩三四五第这這那连連都很让讓看给給前半隔晚去] | [说說](?!明) | 全(?!程) | 下(?![单單]) | [现現](?!在)
  | 没有 | 不用 | 实在 | 省得 | 每次 | 今年
  | (?i:which|who|that|that's|where|when|because|so|if|as|i|i'm|i've|i'd|we|we've|it|it's|its|she|you|you're|even
      |not|one|two|three|all|in|on|at|for|with|to|of|got|like|or|nor|he|they|then|a|an|my|was|is|by|from|than|just|each|every|some|any)\b
    )""",
    re.VERBOSE,
)
"""How a clause begins that goes on with the one before: after a mere comma it is not cut off."""

SCENE = re.compile(
    r"""(?:时|時|的时候|的時候|后|後|以前|的话|的話)\Z
  | \A\s*(?:如果|要是|因为|因為|由于|由於|自从|自從|为了|為了|当|當|每次)
  | \A\s*(?i:if|when|whenever|after|before|since|because|once|as|in|at|for|with|last|every|unless|until|to)\b[^,]*\Z""",
    re.VERBOSE,
)
"""A clause that only sets the scene for the next one."""

CUT_POINT = re.compile(
    rf"""[,，、:：](?!\d) | [ ](?=(?:and[ ]then|and|because|so|but|then|which|when|also|plus|or|if|where|while)[ ])
  | (?<=[{HAN}])(?=然后|然後|所以|因为|因為|还有|還有|而且|并且|並且|另外|后来|後來|结果|結果|就是说)""",
    re.VERBOSE,
)
"""Where an overlong clause is cut, the last one within the limit first."""

EMOJI = re.compile("[\u2190-\u2bff\ud800-\udfff\U0001f000-\U0001faff]")
"""Pictures that may carry a judgement (and halves of them), which are kept although they are no letters."""
