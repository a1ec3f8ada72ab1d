"""Runs the command given as arguments and prints what it used as JSON; imports next to nothing.

`peak` is its resident memory in bytes at the most, `cpu` its seconds of the processor, `wall` those by the clock.
"""

import json
import resource
import subprocess
import sys
from time import perf_counter

IN_BYTES = 1 if sys.platform == "darwin" else 1024
"""The unit of `ru_maxrss`: macOS counts bytes, Linux kibibytes."""

if __name__ == "__main__":
    start = perf_counter()
    subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
    wall = perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({"peak": used.ru_maxrss * IN_BYTES, "cpu": used.ru_utime + used.ru_stime, "wall": wall}))
