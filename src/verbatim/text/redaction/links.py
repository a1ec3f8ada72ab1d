"""E-mail addresses, and links that let whoever has them in, or that say who was sent them."""

import re
from collections.abc import Iterator

from verbatim.text.redaction.spans import Found

_LETTER = "A-Za-z0-9\u00c0-\u024f"
_LOCAL = rf"(?<![{_LETTER}_%+])(?<![{_LETTER}][.-])[{_LETTER}_%+][{_LETTER}._%+'-]{{0,63}}+"
_DOMAIN = rf"(?=[{_LETTER}])(?:[{_LETTER}-]{{1,63}}+\.){{1,6}}[A-Za-z]{{2,24}}+(?![{_LETTER}])"
_AT = r"(?> ?[(\[] ?at ?[)\]] ?)"
_DOT = r"(?> ?[(\[] ?dot ?[)\]] ?| dot )"
_ANY_AT = re.compile(r"@|[ (\[]at[ )\]]", re.IGNORECASE)
_EMAILS = (
    re.compile(f"{_LOCAL}@{_DOMAIN}"),
    re.compile(f"{_LOCAL}{_AT}{_DOMAIN}", re.IGNORECASE),
    re.compile(
        rf"{_LOCAL}(?>{_AT}| at )[{_LETTER}-]{{1,63}}+(?:{_DOT}[{_LETTER}-]{{1,63}}+){{1,4}}(?![{_LETTER}])",
        re.IGNORECASE,
    ),
)
_URL = re.compile(r"(?<![A-Za-z0-9])(?:[a-z]{2,8}://|www\.)[!-~]{4,}+", re.IGNORECASE)
_TRAILING = ".,;:!?)]}>'\""
_WITH_PASSWORD = re.compile(r"\A[a-z]{2,8}+://[^/@\s]{1,200}+@", re.IGNORECASE)
_PARAMETERS = """
access_token api_key apikey app_secret auth authorization client_secret credential e_mail email id_token invitation
invite jwt key mobile nonce otp passcode passwd password phone pin pwd refresh_token secret session sessionid sid sig
sign signature sso ticket token uid user user_id userid username verify x-amz-credential x-amz-signature
x-amz-security-token
"""
_PARAMETER = re.compile(rf"[?&#;](?:{'|'.join(_PARAMETERS.split())})=[^&#;]", re.IGNORECASE)
_SECRET = re.compile(
    r"[/=](?:(?=[A-Za-z_]{0,60}\d)(?=\d{0,60}[A-Za-z_])[A-Za-z0-9_~]{16,}+"
    r"|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|eyJ[A-Za-z0-9_-]{10})"
)


def emails(text: str) -> Iterator[Found]:
    """The e-mail addresses of a plain text, also those written as `name (at) example dot com`."""
    for pattern in _EMAILS if _ANY_AT.search(text) else ():
        yield from (Found("email", match.start(), match.end()) for match in pattern.finditer(text))


def telling_urls(text: str) -> Iterator[Found]:
    """The links of a plain text that hold a password, a token or a person; links that everybody may know are none."""
    for match in _URL.finditer(text):
        url = match.group().rstrip(_TRAILING)
        if any(pattern.search(url) for pattern in (_WITH_PASSWORD, _PARAMETER, _SECRET)):
            yield Found("url", match.start(), match.start() + len(url))
