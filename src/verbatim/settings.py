"""What an installation decides once, from the environment: VERBATIM_MODEL, VERBATIM_DATA and others."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PositiveInt, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from verbatim.errors import InputError

LIMIT = "limit_"
"""What the names of limits begin with here: VERBATIM_LIMIT_PER_MINUTE is `per_minute` of the service."""


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
    policy: Path | None = None
    corpus: Path | None = None
    webhook_hosts: str = ""
    smtp_host: str | None = None
    smtp_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_from: str | None = None
    smtp_domains: str = ""
    public_url: Annotated[str, Field(pattern=r"^https?://[^/\s]+/?$")] | None = None
    language: Literal["en", "zh-Hans", "zh-Hant"] = "en"
    limit_json_bytes: PositiveInt | None = None
    limit_transcript_bytes: PositiveInt | None = None
    limit_upload_bytes: PositiveInt | None = None
    limit_codebook_bytes: PositiveInt | None = None
    limit_rows: PositiveInt | None = None
    limit_texts: PositiveInt | None = None
    limit_per_minute: PositiveInt | None = None
    limit_at_once: PositiveInt | None = None

    def limits(self) -> dict[str, int]:
        """What requests are limited to, by the name of the limit, as far as it was decided."""
        given = {name.removeprefix(LIMIT): getattr(self, name) for name in type(self).model_fields if LIMIT in name}
        return {name: value for name, value in given.items() if value is not None}


def preset() -> Settings:
    """The settings of this environment. Raises InputError naming the variable that holds what cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name, expected = str(first["loc"][0]).upper(), first["msg"].removeprefix("Input should be ")
        raise InputError(f"VERBATIM_{name} is {first['input']!r}; expected {expected}") from error
