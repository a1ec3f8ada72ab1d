"""What an installation decides once, from the environment: VERBATIM_MODEL, VERBATIM_DATA and others."""

from pathlib import Path
from typing import Literal

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from verbatim.errors import InputError


class Settings(BaseSettings):
    """Defaults of the options that a company sets for everybody; an option on the command line wins."""

    model_config = SettingsConfigDict(env_prefix="VERBATIM_", env_ignore_empty=True, protected_namespaces=())

    model: str | None = None
    codebook: Path | None = None
    competitors: Path | None = None
    intents: Path | None = None
    data: Path | None = None
    database: str | None = None
    models: Path | None = None
    webhook_hosts: str = ""
    language: Literal["en", "zh-Hans", "zh-Hant"] = "en"


def preset() -> Settings:
    """The settings of this environment. Raises InputError naming the variable that holds what cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name, expected = str(first["loc"][0]).upper(), first["msg"].removeprefix("Input should be ")
        raise InputError(f"VERBATIM_{name} is {first['input']!r}; expected {expected}") from error
