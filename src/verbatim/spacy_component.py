"""A spaCy component: `nlp.add_pipe("verbatim")` puts codes into `doc.spans["verbatim"]`.

Each span is one excerpt, labelled with the id of its code; `span._.polarity` and `span._.confidence` tell the rest.
`doc._.stance` is "critic", "passive", "promoter" or None. Needs the extra `verbatim[spacy]`.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from verbatim.coder import Coder
from verbatim.domain import Coding
from verbatim.registry import find, load

KEY = "verbatim"
EXTENSIONS: tuple[tuple[type[Doc | Span], str], ...] = ((Span, "polarity"), (Span, "confidence"), (Doc, "stance"))


class VerbatimComponent:
    """Codes documents with one model; a document is one reply."""

    def __init__(self, coder: Coder) -> None:
        self._coder = coder
        for kind, name in EXTENSIONS:
            if not kind.has_extension(name):
                kind.set_extension(name, default=None)

    def __call__(self, doc: Doc) -> Doc:
        """Return the document with its codes."""
        return _marked(doc, self._coder.code_texts([doc.text])[0])

    def pipe(self, stream: Iterable[Doc], batch_size: int = 128) -> Iterator[Doc]:
        """Yield the documents with their codes, a batch at a time."""
        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            codings = self._coder.code_texts([doc.text for doc in batch])
            yield from map(_marked, batch, codings)


@Language.factory(KEY, default_config={"model": None})
def create_component(nlp: Language, name: str, model: str | None) -> VerbatimComponent:  # noqa: ARG001 - spaCy's contract
    """Return the component with a model: its label or folder, or None for the current one."""
    return VerbatimComponent(Coder(load(find(model))[0]))


def _marked(doc: Doc, coding: Coding) -> Doc:
    spans = []
    for code in coding.codes:
        for excerpt in code.excerpts:
            span = doc.char_span(excerpt.start, excerpt.end, label=code.id, alignment_mode="expand")
            if span is not None:
                span._.polarity, span._.confidence = code.polarity, code.confidence
                spans.append(span)
    doc.spans[KEY] = SpanGroup(doc, name=KEY, spans=spans)
    doc._.stance = coding.stance.label
    return doc
