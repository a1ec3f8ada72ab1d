"""Every text of the pages is there in each language, and pages and scripts ask for none that is not."""

import re
from pathlib import Path

import pytest

from verbatim.errors import InputError
from verbatim.store.users import LANGUAGES
from verbatim.web.words import Words, texts

WEB = Path(__file__).resolve().parents[1] / "src" / "verbatim" / "web"
ASKED = re.compile(r"""\bsay\(\s*["']([a-z_]+\.[a-z0-9_]+)["'][,)\s]""")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_text_with_the_same_values(language):
    def values(one):
        return set(re.findall(r"\{\w+\}", one))

    ours, english = texts(language), texts("en")
    assert set(ours) == set(english)
    assert {key for key in ours if values(ours[key]) - {"{n}"} != values(english[key]) - {"{n}"}} == set()
    assert [key for key, text in ours.items() if not isinstance(text, str) or not text.strip()] == []


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
def test_chinese_texts_are_chinese(language):
    same = {key for key, text in texts(language).items() if text == texts("en")[key] and re.search("[a-z]{4}", text)}
    assert same == set()


def test_what_pages_and_scripts_say_is_there():
    files = [*WEB.glob("templates/*.html"), *WEB.glob("static/*.js"), *WEB.glob("*.py")]
    asked = {key for file in files for key in ASKED.findall(file.read_text(encoding="utf-8"))}
    assert len(asked) > 20
    known = set(texts("en"))
    made = {key for key in asked if key.endswith("_")}
    assert asked - made <= known
    assert all(any(text.startswith(key) for text in known) for key in made)


def test_a_number_chooses_its_form():
    assert Words("en")("sign_in.wait", n=1) == "Too many tries. Please wait a second."
    assert "1,234 seconds" in Words("en")("sign_in.wait", n=1234)


def test_a_language_that_there_is_not_is_refused():
    with pytest.raises(InputError, match="language 'fr'"):
        texts("fr")
