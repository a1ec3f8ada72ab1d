"""The shapes of the life of a code frame: drafts and their operations in; effect, versions and crosswalks out."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field, JsonValue

from verbatim.actions.drafts import Drafted
from verbatim.actions.frame_effect import Crossed, Effect, OfModels, OperationEffect, Version
from verbatim.api.given import WHOLE, ExternalId, Name, Number, Shape, Text
from verbatim.api.shown import Shown, ShownJobRef
from verbatim.crosswalk import Break, Entry, Kind
from verbatim.domain import Polarity
from verbatim.operations import Act, Operation, operation_of
from verbatim.taxonomy import Codebook, plain

Id = Annotated[str, Field(min_length=1, max_length=120, examples=["service.attitude"])]
Texts = Annotated[list[Text], Field(max_length=200)]
Seen = Annotated[
    int,
    Field(ge=0, le=2**31 - 1, description="The revision of the draft that was looked at; 0 where there was none."),
    WHOLE,
]

_TO = Field(description="For move the category, or the new id; for merge the code that takes it in.")
MERGE: dict[str, JsonValue] = {"act": "merge", "code": "service.attitude", "to": "service.competence"}
RETIRE: dict[str, JsonValue] = {"act": "retire", "code": "product.range"}


class GivenWords(Shape):
    """The words of a code in one language; those of a new code are name, definition and three examples at least."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"definition": "What staff say and how they say it."}]})

    name: Name | None = None
    definition: Text | None = None
    include: Texts | None = None
    exclude: Texts | None = None
    examples: Texts | None = None


class GivenPlace(Shape):
    """Where the evidence stands: characters of the text, or of that of turn number `turn`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"start": 0, "end": 30}]})

    start: Annotated[int, Field(ge=0), WHOLE]
    end: Annotated[int, Field(ge=1), WHOLE]
    turn: Annotated[int, Field(ge=0), WHOLE] | None = None


class GivenExample(Shape):
    """A verbatim, by its number, that a new code is to be learnt from."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"verbatim": 12, "polarity": "negative"}]})

    verbatim: Number
    excerpts: Annotated[list[GivenPlace], Field(max_length=20)] = Field(default_factory=list)
    polarity: Polarity = "neutral"


class GivenTheme(Shape):
    """What a new code comes from: a theme, or excerpts that were chosen by hand under a name of one's own."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "t-7", "name": "Chatbots", "examples": [{"verbatim": 12}]}]}
    )

    id: ExternalId
    name: Name
    examples: Annotated[list[GivenExample], Field(max_length=200)] = Field(default_factory=list)


class GivenPart(Shape):
    """One of the codes that another is split into: a new one with its words, or one that is there."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "service.competence"}]})

    code: Id
    words: dict[str, GivenWords] = Field(default_factory=dict)


class GivenOperation(Shape):
    """What is to be done with one code: `words` for add and redefine, `names` for rename, `to`, `into` for split."""

    model_config = ConfigDict(json_schema_extra={"examples": [MERGE]})

    act: Act
    code: Id
    words: dict[str, GivenWords] = Field(default_factory=dict)
    names: dict[str, Name] = Field(default_factory=dict)
    to: Annotated[Id | None, _TO] = None
    into: Annotated[list[GivenPart], Field(max_length=20)] = Field(default_factory=list)
    from_theme: GivenTheme | None = None

    def operation(self) -> Operation:
        """The same as a value of the trade."""
        return operation_of(self.model_dump(exclude_none=True, exclude_defaults=True))


class GivenOperations(Shape):
    """Operations for the draft, and the revision of it that was looked at."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"revision": 0, "operations": [MERGE, RETIRE]}]})

    revision: Seen
    operations: Annotated[list[GivenOperation], Field(max_length=200)]


class GivenPublication(Shape):
    """That the draft is to be published: the revision that was looked at, and why; the reason is kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"revision": 2, "reason": "Attitude was never used."}]})

    revision: Seen
    reason: Annotated[Text, Field(min_length=1)]


class ShownEntry(Shown):
    """What became of one id; `old` is null for a code that is new."""

    old: str | None
    new: list[str]
    kind: Kind


class ShownBreak(Shown):
    """That counts before a version and from it on cannot be compared, and why."""

    version: str
    at: datetime | None
    entry: ShownEntry


class ShownDraft(Shown):
    """The draft: its `revision`, the version it starts from, operations, and what they come to.

    `outdated` where another version came into use since: put the draft anew.
    """

    revision: int
    base: str
    label: str
    outdated: bool
    operations: list[dict[str, Any]]
    actor: str | None
    changed: datetime | None
    crosswalk: list[ShownEntry]
    codes: list[dict[str, Any]]


class ShownOperationEffect(Shown):
    """What one operation touches. `models`: how they code by what it made.

    unchanged: as before; at_once: by the new id, through the crosswalk; never; persons_only: until a
    retraining learnt it, for which each new code needs `missing` more examples, as verbatims that persons coded by it.
    """

    place: int
    act: Act
    code: str
    leads_to: list[str]
    verbatims: int
    persons: int
    models_coded: int
    samples: list[int]
    changes: bool
    ambiguous: int
    models: OfModels
    examples: int
    missing: int


class ShownEffect(Shown):
    """What publishing the draft would change, by operation and in all; `ambiguous` verbatims go to the review queue."""

    revision: int
    base: str
    label: str
    outdated: bool
    verbatims: int
    persons: int
    models_coded: int
    ambiguous: int
    operations: list[ShownOperationEffect]
    crosswalk: list[ShownEntry]


class ShownPublished(Shown):
    """The version that is in use now, and the job that brings all history under it; null where no id changed."""

    label: str
    version: int
    job: ShownJobRef | None


class ShownFrameVersion(Shown):
    """A version of the frame, and how it came into use, if somebody published it."""

    label: str
    current: bool
    codes: int
    created: datetime
    published: datetime | None
    former: str | None
    actor: str | None
    reason: str | None
    job: int | None
    operations: list[dict[str, Any]] | None
    crosswalk: list[ShownEntry]


class ShownCrosswalk(Shown):
    """What became of every code from one version to another, and where counts cannot be compared in between."""

    former: str
    label: str
    entries: list[ShownEntry]
    breaks: list[ShownBreak]


class ShownCounts(Shown):
    """How many verbatims are coded, in effect, by each id of the frame, and by any of each category."""

    label: str
    counts: dict[str, int]
    categories: dict[str, int]


def shown_draft(drafted: Drafted) -> ShownDraft:
    """A draft as it goes out."""
    one = drafted.draft
    return ShownDraft(
        revision=one.revision,
        base=one.base,
        label=drafted.revised.codebook.label,
        outdated=drafted.outdated,
        operations=[operation.as_json() for operation in one.operations],
        actor=one.actor,
        changed=one.changed,
        crosswalk=shown_entries(drafted.revised.entries),
        codes=shown_frame(drafted.revised.codebook),
    )


def shown_frame(frame: Codebook) -> list[dict[str, Any]]:
    """The codes of a frame as they go out."""
    return [plain(code, frame.languages) for code in frame.codes]


def shown_effect(found: Effect) -> ShownEffect:
    """An effect as it goes out."""
    return ShownEffect(
        revision=found.drafted.draft.revision,
        base=found.drafted.draft.base,
        label=found.label,
        outdated=found.drafted.outdated,
        verbatims=found.changed.verbatims,
        persons=found.changed.persons,
        models_coded=found.changed.models,
        ambiguous=found.ambiguous,
        operations=[_operation(one) for one in found.operations],
        crosswalk=shown_entries(found.drafted.revised.entries),
    )


def shown_version(one: Version) -> ShownFrameVersion:
    """A version as it goes out."""
    past = one.publication
    operations = past.operations if past else None
    return ShownFrameVersion(
        label=one.label,
        current=one.current,
        codes=one.codes,
        created=one.created,
        published=past.created if past else None,
        former=past.former if past else None,
        actor=past.actor if past else None,
        reason=past.reason if past else None,
        job=past.job if past else None,
        operations=None if operations is None else [each.as_json() for each in operations],
        crosswalk=shown_entries(each for each in past.entries if each.kind != "kept") if past else [],
    )


def shown_crosswalk(found: Crossed) -> ShownCrosswalk:
    """A crosswalk as it goes out."""
    breaks = [_break(one) for one in found.breaks]
    return ShownCrosswalk(former=found.former, label=found.label, entries=shown_entries(found.entries), breaks=breaks)


def shown_entries(entries: Iterable[Entry]) -> list[ShownEntry]:
    """Entries of a crosswalk as they go out."""
    return [_entry(one) for one in entries]


def _entry(one: Entry) -> ShownEntry:
    return ShownEntry(old=one.old, new=list(one.new), kind=one.kind)


def _break(one: Break) -> ShownBreak:
    return ShownBreak(version=one.version, at=one.at, entry=_entry(one.entry))


def _operation(one: OperationEffect) -> ShownOperationEffect:
    return ShownOperationEffect(
        place=one.place,
        act=one.act,
        code=one.code,
        leads_to=list(one.leads_to),
        verbatims=one.coded.verbatims,
        persons=one.coded.persons,
        models_coded=one.coded.models,
        samples=list(one.coded.samples),
        changes=one.changes,
        ambiguous=one.ambiguous,
        models=one.models,
        examples=one.learns,
        missing=one.missing,
    )
