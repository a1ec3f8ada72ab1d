"""A folder of one process for files on their way: what a process that was killed has left, the next one deletes."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "verbatim-scratch-"
LOCK = "lock"
"""The file in the folder that is locked as long as its process lives."""


@contextmanager
def scratch() -> Iterator[Path]:
    """A block in which this process makes its temporary files in a folder of its own, gone when the block ends.

    Folders of processes of this user that are gone, with customers' words in them maybe, are deleted at its beginning.
    """
    former, place = tempfile.tempdir, Path(tempfile.gettempdir())
    for folder in place.glob(f"{PREFIX}*"):
        if _left_behind(folder):
            shutil.rmtree(folder, ignore_errors=True)
    made = tempfile.TemporaryDirectory(prefix=PREFIX, dir=place, ignore_cleanup_errors=True)
    with made as own, (Path(own) / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        tempfile.tempdir = own
        try:
            yield Path(own)
        finally:
            tempfile.tempdir = former


def _left_behind(folder: Path) -> bool:
    """Whether nobody has the lock of a folder of ours; one without a lock is just being made."""
    try:
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            return False
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True
