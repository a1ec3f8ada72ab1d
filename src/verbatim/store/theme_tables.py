"""The tables of themes: the themes themselves, the runs that found them, and where their members stand.

They stand beside those of `schema` in the same metadata. A member goes with its verbatim, and with its theme.
"""

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from verbatim.store.columns import BIG, PLAIN, Moment, created, number, one_of, own, owner, to
from verbatim.store.schema import metadata
from verbatim.themes import STATES

# `scope` is what was looked through: the residual, or the id of a code. `name` is an analyst's; `words`, by language,
# tell it from others. `into_id` is the theme that it was merged into, `code` the one that it was promoted to.
# `centroid` is a row of float32 by the encoder of its latest run, NULL where it may not be compared any more. `match`:
# how it was known again in its latest run, `change`: what its share did.
themes = Table(
    "themes",
    metadata,
    number(),
    owner(),
    Column("scope", Text, nullable=False),
    Column("name", Text),
    Column("words", PLAIN, nullable=False),
    Column("state", Text, nullable=False),
    Column("into_id", BIG),
    Column("code", Text),
    Column("first_run", BIG, nullable=False),
    Column("last_run", BIG, nullable=False),
    Column("centroid", LargeBinary),
    Column("match", PLAIN),
    Column("change", PLAIN),
    Column("changed_by", Text),
    Column("changed", Moment),
    created(),
    own(),
    one_of("state", STATES),
    to("themes", "into_id"),
    Index("themes_scope", "organisation", "scope"),
    sqlite_autoincrement=True,
)

# `segments` of `verbatims` were looked through, `placed` of them belong to a theme. `plan` says how.
theme_runs = Table(
    "theme_runs",
    metadata,
    number(),
    owner(),
    Column("scope", Text, nullable=False),
    Column("since", Moment),
    Column("until", Moment),
    Column("encoder", Text, nullable=False),
    Column("plan", PLAIN, nullable=False),
    Column("segments", Integer, nullable=False),
    Column("verbatims", Integer, nullable=False),
    Column("placed", Integer, nullable=False),
    Column("job", BIG),
    Column("actor", Text),
    created(),
    own(),
    Index("theme_runs_scope", "organisation", "scope", "id"),
    sqlite_autoincrement=True,
)

# A segment of a verbatim as it reads at a revision: `turn` is -1 in a reply. `nearness` is the cosine to the centroid.
theme_members = Table(
    "theme_members",
    metadata,
    owner(),
    Column("theme_id", BIG, nullable=False),
    Column("verbatim_id", BIG, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("nearness", Float, nullable=False),
    PrimaryKeyConstraint("theme_id", "verbatim_id", "turn", "start"),
    to("themes", "theme_id", "CASCADE"),
    to("verbatims", "verbatim_id", "CASCADE"),
    Index("theme_members_verbatim", "organisation", "verbatim_id"),
)
