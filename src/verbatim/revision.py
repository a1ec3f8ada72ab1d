"""A code frame is revised: operations on it one after the other, each checked, with the crosswalk that they make.

    add       a code, with its words in every language
    rename    its names
    redefine  its definitions, what it includes and excludes, examples: what is given replaces what was there
    move      under another category, where it gets a new id
    merge     into another code
    split     into two codes or more, new ones or ones that are there
    retire    without a successor

An id that a code ever had is given to no other one.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from verbatim import taxonomy
from verbatim.crosswalk import KINDS, Entry, Kind
from verbatim.errors import CodebookError
from verbatim.operations import Act, Block, Operation, short
from verbatim.taxonomy import Code, Codebook

MOST = 200
"""Operations of one draft."""

ALONE = ("no_content", "none")
"""Roles of codes that stand alone, so that nothing can be merged into them."""


@dataclass(frozen=True, slots=True)
class Done:
    """An operation that was done: the ids of the frame before all of them that it touches, and those it leads to."""

    operation: Operation
    touches: tuple[str, ...]
    leads_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Revised:
    """A frame with operations done, the crosswalk from the one before, and what each operation came to."""

    codebook: Codebook
    entries: tuple[Entry, ...]
    done: tuple[Done, ...]


def revised(base: Codebook, operations: Sequence[Operation], used: Collection[str] = (), version: int = 0) -> Revised:
    """The frame with these operations done, as `version`, the next one if left out.

    `used` are ids that earlier versions had. Raises CodebookError, naming the operation by its place from 1, the id and
    the value, for the first that cannot be done.
    """
    if len(operations) > MOST:
        raise CodebookError(f"{len(operations)} operations: expected at most {MOST}")
    state = _State(base.codes, {code.id: ((code.id,), "kept") for code in base.codes}, base.languages, frozenset(used))
    done = []
    for place, operation in enumerate(operations, 1):
        try:
            state, one = _ACTS[operation.act](state, operation)
        except CodebookError as error:
            raise CodebookError(f"operation {place}, {operation.act} {short(operation.code)}: {error}") from None
        done.append(one)
    frame = Codebook(base.name, version or base.version + 1, base.languages, state.codes)
    _check(frame)
    return Revised(frame, _entries(base, state), tuple(done))


@dataclass(frozen=True, slots=True)
class _State:
    """A frame between two operations: its codes, and where each id of the first frame has gone."""

    codes: tuple[Code, ...]
    fates: Mapping[str, tuple[tuple[str, ...], Kind]]
    languages: tuple[str, ...]
    used: frozenset[str]

    def code(self, id: str) -> Code:
        found = next((code for code in self.codes if code.id == id), None)
        if found is None:
            raise CodebookError(f"no code {short(id)}{taxonomy.closest(id, [code.id for code in self.codes])}")
        return found

    def children(self, id: str) -> tuple[str, ...]:
        return tuple(code.id for code in self.codes if code.parent == id)

    def touched(self, id: str) -> tuple[str, ...]:
        return tuple(old for old, (new, _) in self.fates.items() if id in new)

    def with_code(self, code: Code) -> "_State":
        """With one more code: behind the last of its category, or behind the last without a role."""
        near = [
            place
            for place, one in enumerate(self.codes)
            if (one.id.partition(".")[0] == code.parent if code.parent else not one.role)
        ]
        at = near[-1] + 1 if near else len(self.codes)
        used = self.used | {code.id}
        return replace(self, codes=(*self.codes[:at], code, *self.codes[at:]), used=used)

    def with_words(self, code: Code) -> "_State":
        return replace(self, codes=tuple(code if one.id == code.id else one for one in self.codes))

    def gone(self, id: str, new: tuple[str, ...], kind: Kind) -> "_State":
        """Without a code, or with other words for it: where it went."""
        kept = self.codes if id in new else tuple(one for one in self.codes if one.id != id)
        fates = {old: _sent(fate, id, new, kind) for old, fate in self.fates.items()}
        return replace(self, codes=kept, fates=fates, used=self.used | {id})


_Result = tuple[_State, Done]


def _sent(
    fate: tuple[tuple[str, ...], Kind], id: str, new: tuple[str, ...], kind: Kind
) -> tuple[tuple[str, ...], Kind]:
    ids, before = fate
    if id not in ids:
        return fate
    reached = tuple(dict.fromkeys(one for old in ids for one in (new if old == id else (old,))))
    if not reached:
        return (), "retired"
    if before == "split":
        return reached, "split"
    return reached, max(before, kind, key=KINDS.index)


def _added(state: _State, operation: Operation) -> _Result:
    _require_free(state, operation.code)
    code = _worded(state, operation.code, operation.words)
    return state.with_code(code), Done(operation, (), (code.id,))


def _renamed(state: _State, operation: Operation) -> _Result:
    code = state.code(operation.code)
    if not operation.names:
        raise CodebookError(f"no names; expected some of {', '.join(state.languages)}")
    names = {**code.names, **{tag: _text(state, tag, "name", name) for tag, name in operation.names.items()}}
    _require_unlike(state, code.id, code.parent, names)
    touched = state.touched(code.id)
    state = state.with_words(replace(code, names=names)).gone(code.id, (code.id,), "renamed")
    return state, Done(operation, touched, (code.id,))


def _redefined(state: _State, operation: Operation) -> _Result:
    code = state.code(operation.code)
    if not operation.words:
        raise CodebookError(f"no words; expected some of {', '.join(state.languages)}")
    for tag, block in operation.words.items():
        if "name" in block:
            raise CodebookError(f"{tag}: a name; expected the operation rename for it")
        code = _reworded(state, code, tag, block)
    touched = state.touched(code.id)
    state = state.with_words(code).gone(code.id, (code.id,), "redefined")
    return state, Done(operation, touched, (code.id,))


def _moved(state: _State, operation: Operation) -> _Result:
    code = _movable(state, operation.code)
    if code.parent is None:
        raise CodebookError("a category; expected a code under one")
    to = operation.to or ""
    new = to if "." in to else f"{to}.{code.id.partition('.')[2]}"
    _require_free(state, new)
    parent = new.partition(".")[0]
    if parent == code.parent:
        raise CodebookError(f"to {short(to)}: the category that it has; expected another one")
    touched = state.touched(code.id)
    state = state.with_code(replace(code, id=new, parent=parent)).gone(code.id, (new,), "moved")
    return state, Done(operation, touched, (new,))


def _merged(state: _State, operation: Operation) -> _Result:
    code, other = _movable(state, operation.code), state.code(operation.to or "")
    if other.id == code.id:
        raise CodebookError(f"into {short(other.id)}: the code itself; expected another one")
    if other.role in ALONE:
        raise CodebookError(f"into {short(other.id)}: a code that stands alone; expected another one")
    touched = state.touched(code.id)
    return state.gone(code.id, (other.id,), "merged"), Done(operation, touched, (other.id,))


def _split(state: _State, operation: Operation) -> _Result:
    code = _movable(state, operation.code)
    ids = [part.code for part in operation.into]
    if len(set(ids)) < 2 or len(set(ids)) != len(ids):
        raise CodebookError(f"into {len(set(ids))} codes; expected two different ones at least")
    if code.id in ids:
        raise CodebookError(f"into {short(code.id)}: the code itself; expected new ids, since it would mean less")
    for part in operation.into:
        if part.words:
            _require_free(state, part.code)
            state = state.with_code(_worded(state, part.code, part.words))
        elif state.code(part.code).role in ALONE:
            raise CodebookError(f"into {short(part.code)}: a code that stands alone; expected another one")
    touched = state.touched(code.id)
    return state.gone(code.id, tuple(ids), "split"), Done(operation, touched, tuple(ids))


def _retired(state: _State, operation: Operation) -> _Result:
    code = _movable(state, operation.code)
    touched = state.touched(code.id)
    return state.gone(code.id, (), "retired"), Done(operation, touched, ())


_ACTS: Mapping[Act, Callable[[_State, Operation], _Result]] = {
    "add": _added,
    "rename": _renamed,
    "redefine": _redefined,
    "move": _moved,
    "merge": _merged,
    "split": _split,
    "retire": _retired,
}


def _movable(state: _State, id: str) -> Code:
    """A code that can go away: without a role, and with no codes under it."""
    code = state.code(id)
    if code.role:
        raise CodebookError(f"{short(id)} has the role {code.role}; expected a code without one")
    children = state.children(id)
    if children:
        raise CodebookError(f"{len(children)} codes under it, such as {children[0]}; expected none")
    return code


def _require_free(state: _State, id: str) -> None:
    if any(code.id == id for code in state.codes):
        raise CodebookError(f"id {short(id)}: taken; expected one that no code has")
    if id in state.used:
        raise CodebookError(f"id {short(id)}: an earlier version had it; expected one that was never used")
    if not taxonomy.is_id(id):
        raise CodebookError(f"id {short(id)}: expected `category` or `category.subcategory` in a-z, 0-9 and _")
    parent, dot, _ = id.partition(".")
    if dot and not any(code.id == parent and code.is_category for code in state.codes):
        known = ", ".join(code.id for code in state.codes if code.is_category)
        raise CodebookError(f"category {short(parent)}: expected one of {known}")


def _worded(state: _State, id: str, words: Mapping[str, Block]) -> Code:
    """A new code; its words must be there in every language."""
    for tag in state.languages:
        if not words.get(tag):
            raise CodebookError(f"no words in {tag}; expected name, definition and examples in every language")
    parent = id.partition(".")[0] if "." in id else None
    nothing: Mapping[str, tuple[str, ...]] = dict.fromkeys(state.languages, ())
    code = Code(id, parent, None, {}, {}, nothing, nothing, nothing)
    for tag, block in words.items():
        missing = [name for name in ("name", "definition", "examples") if not block.get(name)]
        if missing:
            raise CodebookError(f"{tag}: {missing[0]} is missing")
        name = _text(state, tag, "name", block["name"])
        code = replace(_reworded(state, code, tag, block), names={**code.names, tag: name})
    _require_unlike(state, id, parent, code.names)
    return code


def _reworded(state: _State, code: Code, tag: str, block: Block) -> Code:
    """A code with definition, inclusions, exclusions and examples in a language, as far as they are given."""
    for name in block:
        if name not in ("name", "definition", "include", "exclude", "examples"):
            raise CodebookError(f"{tag}: no field {short(name)}; expected definition, include, exclude or examples")
    if "definition" in block:
        text = _text(state, tag, "definition", block["definition"])
        code = replace(code, definitions={**code.definitions, tag: text})
    for name in ("include", "exclude", "examples"):
        if name in block:
            texts = tuple(_text(state, tag, name, one) for one in block[name])
            _require_enough(tag, name, texts)
            code = _listing[name](code, {**getattr(code, name), tag: texts})
    return code


_listing: Mapping[str, Callable[[Code, taxonomy.Texts], Code]] = {
    "include": lambda code, texts: replace(code, include=texts),
    "exclude": lambda code, texts: replace(code, exclude=texts),
    "examples": lambda code, texts: replace(code, examples=texts),
}


def _require_enough(tag: str, name: str, texts: tuple[str, ...]) -> None:
    if name == "examples" and len(set(texts)) < taxonomy.MIN_EXAMPLES:
        raise CodebookError(f"{tag}: {len(set(texts))} examples; expected at least {taxonomy.MIN_EXAMPLES} different")


def _text(state: _State, tag: str, name: str, value: object) -> str:
    if tag not in state.languages:
        raise CodebookError(f"language {short(tag)}: expected one of {', '.join(state.languages)}")
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise CodebookError(f"{tag}: {name} {short(value)}; expected text that is not blank")
    return value.strip()


def _require_unlike(state: _State, id: str, parent: str | None, names: Mapping[str, str]) -> None:
    """Raise CodebookError for a name that another code of the same category has."""
    for code in state.codes:
        for tag, name in names.items():
            alike = code.names.get(tag, "").casefold() == name.casefold()
            if alike and code.id != id and code.parent == parent:
                raise CodebookError(f"{tag}: the name {short(name)} is that of {code.id}; expected another one")


def _check(frame: Codebook) -> None:
    """Raise CodebookError for a frame that could not be read back."""
    found = taxonomy.problems(taxonomy.written(frame))
    if found:
        told = "; ".join(": ".join(filter(None, (one.id, one.message))) for one in found[:5])
        raise CodebookError(f"codebook {frame.label}: {told}")


def _entries(base: Codebook, state: _State) -> tuple[Entry, ...]:
    olds = tuple(Entry(old, *fate) for old, fate in state.fates.items())
    reached = {id for entry in olds for id in entry.new}
    fresh = (code.id for code in state.codes if code.id not in reached and code.id not in base)
    return (*olds, *(Entry(None, (id,), "added") for id in fresh))
