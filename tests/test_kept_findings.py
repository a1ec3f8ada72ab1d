"""Findings are made once for the facts they stand on, and anew once anything has changed."""

from office_day import fill

from verbatim.actions.kept_findings import MOST, kept


def test_a_finding_is_made_once_and_again_when_something_changed(desk, store):
    fill(store)
    made = []

    def ask(key="key", organisation="north"):
        return kept(desk, organisation, key, lambda: made.append(key) or len(made))

    assert [ask(), ask(), ask("other"), ask(organisation="south"), ask()] == [1, 1, 2, 3, 1]
    for place in range(MOST):
        ask(place)
    before = len(made)
    assert ask() == before + 1  # the oldest was let go
    fill(store, "south")
    assert ask(organisation="south") == before + 2
    assert ask() == before + 1
