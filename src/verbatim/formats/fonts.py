"""Which characters this machine has a font for, by what fontconfig knows: what lacks one would be printed as a box."""

import unicodedata
from collections.abc import Iterable
from ctypes import CDLL, POINTER, Structure, c_char_p, c_int, c_uint32, c_void_p
from ctypes.util import find_library
from functools import cache
from typing import Any


class _Set(Structure):
    _fields_ = (("count", c_int), ("room", c_int), ("patterns", POINTER(c_void_p)))


def missing(text: Iterable[str]) -> tuple[str, ...]:
    """The characters of a text that no font has, in order; those that show nothing are not asked for.

    Where fontconfig is not there to be asked nothing is known to be missing.
    """
    asked = sorted({one for one in set(text) if ord(one) > 0x7F and unicodedata.category(one)[0] not in "CZM"})
    library = _library()
    if library is None:
        return ()
    known = _charset(library)
    return tuple(one for one in asked if not library.FcCharSetHasChar(known, ord(one)))


@cache
def _library() -> Any:
    name = find_library("fontconfig") or "libfontconfig.so.1"
    try:
        library = CDLL(name)
    except OSError:
        return None
    pointers = ("FcPatternCreate", "FcObjectSetCreate", "FcCharSetCreate", "FcCharSetUnion")
    for each in pointers:
        getattr(library, each).restype = c_void_p
    library.FcFontList.restype = POINTER(_Set)
    library.FcFontList.argtypes = (c_void_p, c_void_p, c_void_p)
    library.FcObjectSetAdd.argtypes = (c_void_p, c_char_p)
    library.FcPatternGetCharSet.argtypes = (c_void_p, c_char_p, c_int, POINTER(c_void_p))
    library.FcCharSetUnion.argtypes = (c_void_p, c_void_p)
    library.FcCharSetHasChar.argtypes = (c_void_p, c_uint32)
    return library


@cache
def _charset(library: Any) -> int:
    """Everything that some font has; asked once in a process."""
    wanted = library.FcObjectSetCreate()
    library.FcObjectSetAdd(wanted, b"charset")
    found = library.FcFontList(None, library.FcPatternCreate(), wanted).contents
    union: int = library.FcCharSetCreate()
    for place in range(found.count):
        one = c_void_p()
        if library.FcPatternGetCharSet(found.patterns[place], b"charset", 0, one) == 0:
            union = library.FcCharSetUnion(union, one)
    return union
