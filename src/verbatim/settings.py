"""What an installation decides once, from the environment: VERBATIM_MODEL, VERBATIM_CODEBOOK, VERBATIM_LANGUAGE."""

from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Defaults of the options that a company sets for everybody; an option on the command line wins."""

    model_config = SettingsConfigDict(env_prefix="VERBATIM_", protected_namespaces=())

    model: str | None = None
    codebook: Path | None = None
    language: Literal["en", "zh-Hans", "zh-Hant"] = "en"
