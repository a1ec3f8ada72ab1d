"""Where the shipped data is found."""

import pytest

from verbatim.errors import InternalError
from verbatim.resources import data_path


def test_a_shipped_file_is_found() -> None:
    assert data_path("taxonomy", "b2b.yaml").is_file()


def test_a_missing_file_is_named_with_both_places() -> None:
    with pytest.raises(InternalError, match=r"taxonomy/none\.yaml is missing: expected in .*data or in "):
        data_path("taxonomy", "none.yaml")
