"""Runs the command given as arguments and prints its peak resident memory in bytes; imports next to nothing."""

import resource
import subprocess
import sys

IN_BYTES = 1 if sys.platform == "darwin" else 1024
"""The unit of `ru_maxrss`: macOS counts bytes, Linux kibibytes."""

if __name__ == "__main__":
    subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * IN_BYTES)
