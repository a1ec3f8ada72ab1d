"""Findings are made once for the facts they stand on, and anew once anything has changed."""

from office_day import fill
from trend_months import fill as add_months

from verbatim.actions.kept_findings import MOST, kept
from verbatim.actions.trends import DriversWanted, TrendsWanted, drivers_of, trends_of


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


def test_trends_and_drivers_are_kept_until_something_changes(desk, store):
    fill(store)

    def ask():
        found = trends_of(desk, desk.manifest, TrendsWanted("north")), drivers_of(desk, DriversWanted("north"))
        return found[0].trends, found[1].drivers

    first = ask()
    assert all(one is other for one, other in zip(ask(), first, strict=True))
    add_months(store)
    assert all(one != other for one, other in zip(ask(), first, strict=True))
