"""Peak memory of `verbatim code` on few and on many rows: it must not grow with the file."""

from dataclasses import dataclass
from pathlib import Path

from command import peak_megabytes
from corpus import survey_texts, write_survey

FEW = 2_000


@dataclass(frozen=True, slots=True)
class Memory:
    """Peak resident memory of the two runs, in MiB, and how many rows they coded."""

    few: int
    many: int
    of_few: float
    of_many: float

    @property
    def ratio(self) -> float:
        """How many times the memory of the few the many took."""
        return self.of_many / self.of_few


def measure_memory(folder: Path, many: int) -> Memory:
    """Return the peak memory of the command on 2,000 rows and on `many`; its files go into the folder."""
    texts = survey_texts(max(many, FEW))
    peaks = [_peak(folder, texts[:rows]) for rows in (FEW, many)]
    return Memory(FEW, many, *peaks)


def _peak(folder: Path, texts: list[str]) -> float:
    file = write_survey(folder / f"survey_{len(texts)}.csv", texts)
    return peak_megabytes(["code", str(file), "-o", str(folder / file.stem), "--quiet"])
