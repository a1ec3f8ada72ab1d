"""What the figures were measured on; a figure without this says nothing."""

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import verbatim


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine and the software; `load` is the average number of waiting processes over the last minute."""

    cores: int
    processor: str
    system: str
    python: str
    numpy: str
    verbatim: str
    date: str
    load: float


def this_machine() -> Machine:
    """Return the facts of the machine that this runs on, now."""
    return Machine(
        cores=os.cpu_count() or 1,
        processor=_processor(),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        numpy=np.__version__,
        verbatim=verbatim.__version__,
        date=datetime.now(UTC).strftime("%Y-%m-%d"),
        load=round(os.getloadavg()[0], 1),
    )


def _processor() -> str:
    """Return the name that Linux gives the processor, else what Python knows of it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
