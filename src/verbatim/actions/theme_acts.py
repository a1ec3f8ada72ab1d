"""What an analyst does with a theme: names it, merges it, dismisses it, makes a code of it, or takes that back.

A theme that is promoted becomes an `add` in the draft of the code frame: its words are name and definition, excerpts
that stand for it are its examples, by number and place, so that they go with whoever is erased. Its members become
nothing by themselves: a person, or a model that has learnt the code, codes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from verbatim.actions.codebooks import Editor
from verbatim.actions.drafts import Drafted, extend_draft
from verbatim.actions.theme_shelf import SeenExcerpt
from verbatim.domain import Excerpt
from verbatim.errors import ConflictError, StoreError
from verbatim.operations import Block, Example, Operation, Theme
from verbatim.store import audit
from verbatim.store import themes as kept
from verbatim.store.opening import writing
from verbatim.store.records import Values
from verbatim.store.statements import hold_organisation, require_storable
from verbatim.store.themes import StoredTheme
from verbatim.taxonomy import MIN_EXAMPLES, Codebook
from verbatim.themes import Act, names_of

LONGEST_NAME = 200

ABOUT = {
    "en": "What was said about: {words}.",
    "zh-Hans": "与以下内容有关的说法：{words}。",
    "zh-Hant": "與以下內容有關的說法：{words}。",
}
"""How the definition of a promoted theme begins, as long as nobody writes another."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """The code that a theme is to become: its id, the revision of the draft that was seen, and words of one's own.

    `words` by language take the place of those that are made of the theme.
    """

    code: str
    seen: int
    words: Mapping[str, Block]


def name_theme(editor: Editor, number: int, name: str | None) -> StoredTheme:
    """The theme under another name; under its own words again where that is None or blank. Raises StoreError."""
    kept_name = (name or "").strip() or None
    if kept_name and len(require_storable(kept_name, "name of a theme")) > LONGEST_NAME:
        raise StoreError(f"name of a theme, {len(kept_name)} characters: expected at most {LONGEST_NAME}")
    return _changed(editor, number, "name", {"name": kept_name})


def dismiss_theme(editor: Editor, number: int) -> StoredTheme:
    """The theme dismissed: what resembles it later is dismissed with it. Raises ConflictError for one that is gone."""
    return _changed(editor, number, "dismiss", {"state": "dismissed"})


def restore_theme(editor: Editor, number: int) -> StoredTheme:
    """The theme as it was before it was dismissed, merged or promoted; members that it gave away come back by a run."""
    return _changed(editor, number, "restore", {"state": "stable", "into_id": None, "code": None}, gone=True)


def merge_theme(editor: Editor, number: int, into: int) -> StoredTheme:
    """The theme that took another one in, with its members; later runs keep both together.

    Raises ConflictError for a theme that is gone, of another scope, or the same one.
    """
    with writing(editor.engine, editor.organisation) as connection:
        hold_organisation(connection, editor.organisation)
        one = _living(connection, editor, number)
        other = _living(connection, editor, into)
        if one.id == other.id or one.scope != other.scope:
            raise ConflictError(f"theme {number} into {into}: expected another theme of {one.scope!r}")
        kept.hand_over(connection, editor.organisation, number, into)
        _change(connection, editor, number, "merge", {"state": "merged", "into_id": into})
        return kept.theme(connection, editor.organisation, into)


def promote_theme(
    editor: Editor, number: int, order: Promotion, frame: Codebook, central: Sequence[SeenExcerpt]
) -> tuple[StoredTheme, Drafted]:
    """The theme, promoted, and the draft of the code frame with its code.

    Raises ConflictError for a theme that is gone, StaleError where another revision of the draft is there,
    CodebookError for a code that cannot be added.
    """
    with writing(editor.engine, editor.organisation) as connection:
        theme = _living(connection, editor, number)
    operation = Operation(
        "add",
        order.code,
        words=order.words or words_for(theme, frame, order.code),
        from_theme=Theme(f"theme:{number}", called(theme), _examples(central)),
    )
    drafted = extend_draft(editor, [operation], order.seen)
    return _changed(editor, number, "promote", {"state": "promoted", "code": order.code}), drafted


def called(theme: StoredTheme) -> str:
    """What a theme is called where nobody asks in a language."""
    first: Sequence[str] = next((some for some in theme.words.values() if some), ())
    return theme.name or names_of(first) or f"theme {theme.id}"


def words_for(theme: StoredTheme, frame: Codebook, code: str) -> dict[str, Block]:
    """The words of the code that a theme becomes, in every language of the frame, made of those of the theme.

    Examples of a code frame are kept for good and seen by everybody, so they are words of the theme and no excerpts.
    """
    return {language: _block(theme, language, code) for language in frame.languages}


def _block(theme: StoredTheme, language: str, code: str) -> Block:
    words = list(theme.words.get(language) or next((some for some in theme.words.values() if some), []))
    name = theme.name or names_of(words) or code.rpartition(".")[2]
    about = ABOUT.get(language, ABOUT["en"])
    stop = "、" if language.startswith("zh") else ", "
    filler = (name, code, f"{name}: {code}")
    examples = tuple(dict.fromkeys((*words, *filler)))[: max(MIN_EXAMPLES, len(words))]
    return {"name": name, "definition": about.format(words=stop.join(words or [name])), "examples": list(examples)}


def _examples(central: Sequence[SeenExcerpt]) -> tuple[Example, ...]:
    return tuple(Example(one.verbatim, (Excerpt(one.start, one.end, one.turn),)) for one in central)


def _changed(editor: Editor, number: int, act: Act, values: Values, *, gone: bool = False) -> StoredTheme:
    with writing(editor.engine, editor.organisation) as connection:
        hold_organisation(connection, editor.organisation)
        if gone:
            kept.theme(connection, editor.organisation, number)
        else:
            _living(connection, editor, number)
        _change(connection, editor, number, act, values)
        return kept.theme(connection, editor.organisation, number)


def _change(connection: Connection, editor: Editor, number: int, act: Act, values: Values) -> None:
    who = {"changed_by": editor.actor, "changed": datetime.now(UTC)}
    kept.change_theme(connection, editor.organisation, number, {**values, **who})
    told = {name: value for name, value in values.items() if name in ("state", "into_id", "code")}
    audit.record(connection, editor.organisation, audit.Event(editor.actor, f"theme {act}", f"theme:{number}", told))


def _living(connection: Connection, editor: Editor, number: int) -> StoredTheme:
    """A theme that was not merged. Raises NotFoundError, ConflictError."""
    one = kept.theme(connection, editor.organisation, number)
    if one.state == "merged":
        raise ConflictError(f"theme {number}: merged into {one.into}; expected one that is there")
    return one
