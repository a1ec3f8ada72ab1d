"""What an installation decides in its environment."""

from dataclasses import fields
from pathlib import Path

import pytest

from verbatim.api.limits import Limits
from verbatim.errors import InputError
from verbatim.settings import LIMIT, Settings, preset


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MODEL", "CODEBOOK", "COMPETITORS", "INTENTS", "LANGUAGE", "DATA", "DATABASE", "WEBHOOK_HOSTS"):
        monkeypatch.delenv(f"VERBATIM_{name}", raising=False)


def test_nothing_is_decided_where_nothing_is_set() -> None:
    settings = preset()
    assert (settings.model, settings.codebook, settings.language) == (None, None, "en")
    assert (settings.competitors, settings.intents, settings.webhook_hosts) == (None, None, "")
    assert (settings.data, settings.database) == (None, None)


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"MODEL": "own@2", "CODEBOOK": "own.yaml", "LANGUAGE": "zh-Hant", "COMPETITORS": "rivals.csv"}
    own["WEBHOOK_HOSTS"] = "hooks.example.org, 10.1.0.0/16"
    for name, value in own.items():
        monkeypatch.setenv(f"VERBATIM_{name}", value)
    settings = preset()
    assert (settings.model, settings.codebook, settings.language) == ("own@2", Path("own.yaml"), "zh-Hant")
    assert settings.competitors == Path("rivals.csv")
    assert settings.webhook_hosts == "hooks.example.org, 10.1.0.0/16"


def test_an_empty_variable_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERBATIM_CODEBOOK", "")
    assert preset().codebook is None


def test_a_language_without_a_report_is_named_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERBATIM_LANGUAGE", "fr")
    with pytest.raises(InputError, match="VERBATIM_LANGUAGE is 'fr'; expected 'en', 'zh-Hans' or 'zh-Hant'"):
        preset()


def test_every_limit_of_a_service_can_be_set() -> None:
    names = {name.removeprefix(LIMIT) for name in Settings.model_fields if name.startswith(LIMIT)}
    assert names == {field.name for field in fields(Limits)}


def test_the_limits_of_a_service_are_decided_by_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Limits(**preset().limits()) == Limits()
    monkeypatch.setenv("VERBATIM_LIMIT_PER_MINUTE", "600")
    monkeypatch.setenv("VERBATIM_LIMIT_UPLOAD_BYTES", "1000000")
    assert Limits(**preset().limits()) == Limits(per_minute=600, upload_bytes=1_000_000)


@pytest.mark.parametrize("value", ["0", "-1", "many"])
def test_a_limit_that_cannot_be_is_named_with_its_variable(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERBATIM_LIMIT_PER_MINUTE", value)
    with pytest.raises(InputError, match=f"VERBATIM_LIMIT_PER_MINUTE is '{value}'; expected "):
        preset()
