"""The spaCy component: codes as spans, in English and Chinese, one by one and as a stream."""

import importlib
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Span

from verbatim import spacy_component, taxonomy
from verbatim.coder import Coder
from verbatim.domain import Coding
from verbatim.errors import ModelError
from verbatim.registry import find, load

ROOT = Path(__file__).resolve().parents[1]
TEXTS = {
    "en": ["Your prices are far too high.", "Support answers within the hour, wonderful!", "N/A", "", "Kind people."],
    "zh": ["价格太贵了，不过工程师很专业。", "送貨總是遲到", "无", "交货很准时"],
}


@pytest.fixture(scope="module", params=["en", "zh"])
def nlp(request: pytest.FixtureRequest) -> Language:
    blank = spacy.blank(request.param)
    blank.add_pipe("verbatim")
    return blank


@pytest.fixture(scope="module")
def codings() -> dict[str, Coding]:
    texts = [text for own in TEXTS.values() for text in own]
    return dict(zip(texts, Coder(load(find(None))[0]).code_texts(texts), strict=True))


def test_spans_are_labelled_with_ids_and_hold_the_excerpts(nlp: Language, codings: dict[str, Coding]) -> None:
    for text in TEXTS[nlp.lang]:
        doc = nlp(text)
        spans = doc.spans["verbatim"]
        codes = [(code, excerpt) for code in codings[text].codes for excerpt in code.excerpts]
        assert [span.label_ for span in spans] == [code.id for code, _ in codes]
        assert [span.text for span in spans] == [text[excerpt.start : excerpt.end] for _, excerpt in codes]
        assert [(span._.polarity, span._.confidence) for span in spans] == [
            (code.polarity, code.confidence) for code, _ in codes
        ]


def test_something_is_found_in_either_language(nlp: Language) -> None:
    (doc,) = nlp.pipe(TEXTS[nlp.lang][:1])
    assert "price.level" in {span.label_ for span in doc.spans["verbatim"]}
    assert {span.label_ for span in doc.spans["verbatim"]} <= set(taxonomy.default().ids)


def test_a_stream_gives_what_single_texts_give(nlp: Language) -> None:
    texts = TEXTS[nlp.lang] * 3
    for text, doc in zip(texts, nlp.pipe(texts, batch_size=4), strict=True):
        single = nlp(text)
        assert doc.text == text
        assert [(span.label_, span.text) for span in doc.spans["verbatim"]] == [
            (span.label_, span.text) for span in single.spans["verbatim"]
        ]
        assert doc._.stance == single._.stance


def test_a_document_has_its_stance(nlp: Language, codings: dict[str, Coding]) -> None:
    assert [nlp(text)._.stance for text in TEXTS[nlp.lang]] == [codings[text].stance.label for text in TEXTS[nlp.lang]]


def test_a_model_may_be_named() -> None:
    label = (ROOT / "models" / "CURRENT").read_text(encoding="utf-8").strip()
    nlp = spacy.blank("en")
    nlp.add_pipe("verbatim", config={"model": label})
    doc = nlp("Your prices are far too high.")
    assert doc.spans["verbatim"]


def test_an_unknown_model_is_an_error() -> None:
    with pytest.raises(ModelError, match="no model 'b2b@999'"):
        spacy.blank("en").add_pipe("verbatim", config={"model": "b2b@999"})


@pytest.fixture
def taken() -> Iterator[None]:
    """The name `polarity` taken by another component, until the test is over."""
    before = Span.get_extension("polarity") if Span.has_extension("polarity") else None
    Span.set_extension("polarity", default="of another component", force=True)
    yield
    Span.remove_extension("polarity")
    if before:
        Span.set_extension("polarity", default=before[0])


@pytest.mark.usefixtures("taken")
def test_an_extension_of_another_component_stays() -> None:
    doc = spacy.blank("en")("Kind people.")
    spacy.blank("en").add_pipe("verbatim")
    assert doc[:]._.polarity == "of another component"


def test_a_saved_pipeline_works_after_loading(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("verbatim")
    nlp.to_disk(tmp_path / "pipeline")
    doc = spacy.load(tmp_path / "pipeline")("Your prices are far too high.")
    assert [span.text for span in doc.spans["verbatim"]]


def test_the_package_announces_the_component_to_spacy() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    module, _, name = settings["project"]["entry-points"]["spacy_factories"]["verbatim"].partition(":")
    assert getattr(importlib.import_module(module), name) is spacy_component.create_component
    assert Language.has_factory("verbatim")
