"""Makes a long survey of a short one: `python examples/longer.py SURVEY.csv ROWS > LONG.csv`.

The answers of the Qualtrics export come again and again, each under a new response id: enough rows to see a job work.
"""

import csv
import sys
from itertools import cycle, islice
from pathlib import Path

HEADINGS = 3


def main(name: str, count: int) -> None:
    """Write so many rows of the survey to standard output."""
    with Path(name).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    place = rows[0].index("ResponseId")
    out = csv.writer(sys.stdout)
    out.writerows(rows[:HEADINGS])
    for number, row in enumerate(islice(cycle(rows[HEADINGS:]), count)):
        out.writerow([*row[:place], f"R_{number:06}", *row[place + 1 :]])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
