"""The command under measurement, as a child process started from this interpreter's environment."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

VERBATIM = (sys.executable, "-c", "from verbatim.cli import main; main()")
"""What the installed script `verbatim` does, whether it lies on the path or not."""

_PEAK = Path(__file__).with_name("peak.py")


@dataclass(frozen=True, slots=True)
class Used:
    """What a process used: seconds by the clock and of the processor, and its peak resident memory in MiB."""

    wall: float
    cpu: float
    peak: float


def wall_seconds(arguments: Sequence[str]) -> float:
    """Return the seconds from starting `verbatim` with these arguments to its end; CalledProcessError if it fails."""
    start = perf_counter()
    subprocess.run([*VERBATIM, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return perf_counter() - start


def peak_megabytes(arguments: Sequence[str]) -> float:
    """Return the peak resident memory of `verbatim` with these arguments; CalledProcessError if it fails."""
    return used_by([*VERBATIM, *arguments]).peak


def used_by(command: Sequence[str], **variables: str) -> Used:
    """Return what a command used; variables are added to its environment; CalledProcessError if it fails.

    A process of its own starts the command and asks for its peak, since a child's count begins with its parent's size.
    """
    watched = [sys.executable, str(_PEAK), *command]
    environment = {**os.environ, **variables}
    done = subprocess.run(watched, check=True, stdout=subprocess.PIPE, env=environment, text=True)
    told = json.loads(done.stdout)
    return Used(wall=told["wall"], cpu=told["cpu"], peak=told["peak"] / 2**20)
