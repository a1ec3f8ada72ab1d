"""The command under measurement, as a child process started from this interpreter's environment."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

VERBATIM = (sys.executable, "-c", "from verbatim.cli import main; main()")
"""What the installed script `verbatim` does, whether it lies on the path or not."""

_PEAK = Path(__file__).with_name("peak.py")


def wall_seconds(arguments: Sequence[str]) -> float:
    """Return the seconds from starting `verbatim` with these arguments to its end; CalledProcessError if it fails."""
    start = perf_counter()
    subprocess.run([*VERBATIM, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return perf_counter() - start


def peak_megabytes(arguments: Sequence[str]) -> float:
    """Return the peak resident memory of `verbatim` with these arguments; CalledProcessError if it fails.

    A process of its own starts the command and asks for its peak, since a child's count begins with its parent's size.
    """
    command = [sys.executable, str(_PEAK), *VERBATIM, *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=os.environ, text=True)
    return int(done.stdout) / 2**20
