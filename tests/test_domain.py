import pytest

from verbatim.domain import merged_polarity


@pytest.mark.parametrize(
    ("found", "together"),
    [
        ([], "neutral"),
        (["neutral", "neutral"], "neutral"),
        (["negative", "neutral"], "negative"),
        (["neutral", "positive", "positive"], "positive"),
        (["negative", "positive"], "neutral"),
        (["negative", "neutral", "positive"], "neutral"),
    ],
)
def test_mentions_are_neutral_together_only_for_praise_beside_blame_or_nothing_else(found, together):
    assert merged_polarity(found) == together
