"""What tuning needs is told where it is missing."""

import sys
from pathlib import Path

import pytest

from verbatim.errors import InputError
from verbatim.learning.examples import read_corpus
from verbatim.learning.fit import fit
from verbatim.learning.recipes import E5_SMALL, Recipe, Tune
from verbatim.taxonomy import default

SMALL = Path(__file__).parent / "files" / "corpora" / "small"


def test_without_pytorch_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("verbatim.learning.tuning.")]:
        if not name.endswith(".rows"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    recipe = Recipe("r", 1, Path("corpus"), None, E5_SMALL, least_verbatims=2, tune=Tune())
    with pytest.raises(InputError, match=r"e5-small' needs torch: pip install 'verbatim\[transformers\]'"):
        fit(read_corpus(SMALL, default()), default(), recipe, lambda _: None)
