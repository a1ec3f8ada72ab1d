"""Passwords: what one must be, its hash (argon2id), and whether one is right."""

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from verbatim.errors import InputError

SHORTEST, LONGEST = 12, 1000

# A hash takes 64 MiB for a while: so many are made at once, and no more, whoever asks.
_AT_ONCE = BoundedSemaphore(2)


def hashed(password: str, login: str) -> str:
    """The hash of a password. Raises InputError, which says why, for one that is too easy to guess."""
    if not SHORTEST <= len(password) <= LONGEST:
        found = f"{len(password)} characters"
        raise InputError(
            f"password of {found}; expected {SHORTEST} to {LONGEST}: a few words in a row are easy to keep"
        )
    if len(set(password)) < 4:
        raise InputError(f"password of {len(set(password))} different characters; expected 4 at least")
    if password.strip().casefold() == login.strip().casefold():
        raise InputError("password: the same as the login; expected another one")
    with _AT_ONCE:
        return _hasher().hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether a password is the one of this hash; without a hash never, after as long a time."""
    with _AT_ONCE:
        try:
            return _hasher().verify(password_hash or _nobody(), password) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made by weaker rules than those of now."""
    return _hasher().check_needs_rehash(password_hash)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    return _hasher().hash("nobody's password")
