"""A page as PDF, by WeasyPrint (BSD-3-Clause): in this process, or in one of its own that is ended after a while.

WeasyPrint needs Pango, which is no Python package. What no font has would come out as a box: a report with such a
letter is refused, with what to install; signs that are no letters, such as emoji, are told in the report itself.
"""

import logging
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from threading import BoundedSemaphore

from verbatim.errors import InternalError, OutputError, UnavailableError
from verbatim.formats.fonts import missing

PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
"""What Debian and Ubuntu call the libraries."""

SECONDS = 90
"""How long a page may take to print."""

AT_ONCE = 2
"""So many are printed at a time in a process; others wait."""

LARGEST = 20_000_000
SHOWN = 5

_PLACES = BoundedSemaphore(AT_ONCE)


def printed(page: str) -> bytes:
    """The page as PDF, the same bytes for the same page. Raises OutputError where the machine lacks something."""
    check_fonts(page)
    try:
        from weasyprint import HTML  # noqa: PLC0415 - slow to import, wanted by few runs
    except OSError as error:
        raise OutputError(
            f"PDF needs libraries that are not here ({_first(error)}): apt-get install {PACKAGES}"
        ) from None
    except ImportError:
        raise OutputError("PDF needs the package weasyprint: pip install 'verbatim[pdf]'") from None
    with _silent():
        return bytes(HTML(string=page, url_fetcher=_nothing).write_pdf(pdf_identifier=False))


def printed_apart(page: str, seconds: float = SECONDS) -> bytes:
    """The same by a process of its own, so that a server goes on answering.

    Raises OutputError as `printed`, UnavailableError where too many are printed, or this one takes too long.
    """
    check_fonts(page)
    if not _PLACES.acquire(timeout=seconds):
        raise UnavailableError(f"PDF: others were printed for {seconds:g} s; expected fewer at once")
    try:
        command = [sys.executable, "-m", "verbatim.formats.pdf"]
        done = subprocess.run(command, input=page.encode(), capture_output=True, timeout=seconds, check=False)  # noqa: S603 - our own words
    except subprocess.TimeoutExpired:
        raise UnavailableError(f"PDF: not printed within {seconds:g} s; expected a shorter report") from None
    finally:
        _PLACES.release()
    if done.returncode == 2:
        raise OutputError(done.stderr.decode("utf-8", "replace").strip().splitlines()[-1])
    if done.returncode != 0:
        raise InternalError(f"PDF: the process that prints ended with {done.returncode}")
    return done.stdout


def require_pdf() -> None:
    """Raise OutputError where the package that prints is not installed."""
    if find_spec("weasyprint") is None:
        raise OutputError(
            "PDF needs the package weasyprint: pip install 'verbatim[pdf]', and apt-get install " + PACKAGES
        )


def check_fonts(page: str) -> None:
    """Raise OutputError for letters that no font of this machine has, with what to install."""
    letters = [one for one in missing(page) if unicodedata.category(one)[0] == "L"]
    if not letters:
        return
    shown = ", ".join(f"U+{ord(one):04X}" for one in letters[:SHOWN])
    more = " and others" if len(letters) > SHOWN else ""
    raise OutputError(
        f"PDF: no font here has {len(letters)} of the letters ({shown}{more}); expected a font that has them:"
        " apt-get install fonts-noto-cjk for Chinese, Japanese, Korean, fonts-noto-core for others"
    )


@contextmanager
def _silent() -> Iterator[None]:
    """A block in which the libraries log nothing: they would name characters of what customers said."""
    loggers = [logging.getLogger(name) for name in ("weasyprint", "fontTools")]
    former = [one.level for one in loggers]
    try:
        for one in loggers:
            one.setLevel(logging.CRITICAL + 1)
        yield
    finally:
        for one, level in zip(loggers, former, strict=True):
            one.setLevel(level)


def _nothing(url: str, *_more: object, **_named: object) -> None:
    """Fetch nothing, whatever a page asks for. Raises ValueError."""
    raise ValueError(f"a report fetches nothing, and not {url[:60]!r}")


def _first(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:120]


def main() -> None:
    """Print the page on standard input to standard output."""
    try:
        found = printed(sys.stdin.buffer.read(LARGEST).decode())
    except OutputError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    sys.stdout.buffer.write(found)


if __name__ == "__main__":
    main()
