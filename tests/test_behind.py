"""What stands behind a figure: the very verbatims that it counts."""

from dataclasses import replace

from trend_months import fill

from verbatim.actions.behind import Behind, behind
from verbatim.actions.office import Office
from verbatim.domain import CodeMention, Coding, Stance
from verbatim.store.codings import Judged, add_codings
from verbatim.store.opening import writing


def test_scores_contradictions_and_themes_list_what_their_points_count(desk, store):
    months = fill(store)
    stance = Stance("critic", "score", 1.0)
    empty = desk.codebook.id_with_role("no_content")
    nothing = Coding("x", "en", (CodeMention(empty, "neutral", 1.0, ()),), stance, False, "ann")
    torn = Coding("x", "en", (CodeMention("other", "positive", 1.0, ()),), replace(stance, conflict=True), False, "ann")
    with writing(store, "north") as connection:
        add_codings(
            connection, "north", [Judged(months[1][0], nothing, person=True), Judged(months[1][1], torn, person=True)]
        )
    count = {
        name: behind(Office(desk, "north"), "admin", wanted).verbatims
        for name, wanted in {
            "all": Behind(),
            "scored": Behind(scored=True),
            "conflict": Behind(conflict=True),
            "theme": Behind(theme=9),
        }.items()
    }
    assert count == {"all": 159, "scored": 160, "conflict": 1, "theme": 0}
