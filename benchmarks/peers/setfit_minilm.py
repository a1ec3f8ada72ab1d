"""SetFit: a sentence encoder taught by pairs of texts, then one logistic regression a label on its vectors."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from labelled import drawn
from numpy.typing import NDArray
from setfit import SetFitModel, Trainer, TrainingArguments

from peers.minilm import FOLDER

SEED = 20260
PAIRED = 1_500
"""How many texts pairs are made of, drawn by label; all texts teach the heads."""

STEPS, PAIRS = 150, 16
BATCH = 64


class SetFit:
    """MiniLM under one-versus-rest logistic regression, through the package setfit."""

    def __init__(self) -> None:
        self._model = SetFitModel.from_pretrained(FOLDER, multi_target_strategy="one-vs-rest", device="cpu")

    def learn(self, texts: list[str], marks: NDArray[np.bool_]) -> None:
        """Learn from texts and their labels (n, k)."""
        labels = [[str(column) for column in np.flatnonzero(row)] for row in marks]
        paired = [number for number in drawn(labels, PAIRED) if marks[number].any()]
        with TemporaryDirectory() as folder:
            arguments = TrainingArguments(
                output_dir=folder,
                batch_size=PAIRS,
                max_steps=STEPS,
                seed=SEED,
                save_strategy="no",
                report_to="none",
                show_progress_bar=False,
            )
            trainer = Trainer(model=self._model, args=arguments)
            wanted = marks[paired].astype(int).tolist()
            trainer.train_embeddings([texts[number] for number in paired], wanted, args=arguments)
        self._model.model_head.fit(self._vectors(texts), marks.astype(int))

    def scores(self, texts: list[str]) -> NDArray[np.float32]:
        """Return the probability of each label, (n, k)."""
        return self._model.model_head.predict_proba(self._vectors(texts)).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write encoder and heads."""
        self._model.save_pretrained(str(folder / "model"))

    def load(self, folder: Path) -> None:
        """Read encoder and heads."""
        self._model = SetFitModel.from_pretrained(str(folder / "model"), device="cpu")

    def _vectors(self, texts: list[str]) -> NDArray[np.float32]:
        return self._model.model_body.encode(texts, batch_size=BATCH, show_progress_bar=False)
