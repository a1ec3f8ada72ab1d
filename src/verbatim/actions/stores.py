"""Where a store is: in a data folder, or at a URL; what the command line says wins over the environment."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Engine

from verbatim.errors import InputError, ModelError, StoreError
from verbatim.learning.kept_vectors import drop
from verbatim.settings import preset
from verbatim.store.migrations import upgrade
from verbatim.store.opening import open_store

FILE = "verbatim.db"
"""The store in a data folder."""

MODELS = "models"
"""The folder beside that store in which organisations have models of their own."""

THEMES = "themes"
"""The folder in it of the vectors that looking for themes keeps, and the kind of that job."""


def store_url(data: Path | None = None, database: str | None = None) -> str:
    """The URL of the store in a folder or at a URL; of VERBATIM_DATA or VERBATIM_DATABASE where neither is named.

    Raises InputError where both are named, or nothing is.
    """
    if data is None and database is None:
        wanted = preset()
        data, database = wanted.data, wanted.database
    if (data is None) == (database is None):
        told = "no store" if data is None else "a data folder and a database"
        raise InputError(f"{told}: expected --data or --database, or one of VERBATIM_DATA and VERBATIM_DATABASE")
    if database is not None:
        return database
    return URL.create("sqlite", database=str(Path(str(data)) / FILE)).render_as_string(hide_password=False)


def models_folder_of(engine: Engine, organisation: str) -> Path:
    """The folder of the models that an organisation has of its own: in VERBATIM_MODELS, else in the data folder.

    All processes of a service must see the same one. Raises ModelError for a store on a server where nothing is set.
    """
    root = preset().models
    if root is None and engine.dialect.name == "sqlite":
        root = Path(str(engine.url.database)).parent / MODELS
    if root is None:
        raise ModelError("no folder for an organisation's own models: expected VERBATIM_MODELS to name one")
    return root / quote(organisation, safe="").replace(".", "%2E")


def drop_vectors(engine: Engine, organisation: str) -> int:
    """How many files of vectors were deleted, which retraining keeps of texts and makes anew where they are missing."""
    try:
        own = models_folder_of(engine, organisation)
        return drop(own) + drop(own / THEMES)
    except ModelError:  # no folder, so no vectors
        return 0


def open_data(data: Path | None = None, database: str | None = None, *, make: bool = False) -> Engine:
    """An engine for that store, brought to the layout of this version; its folder and file are made where asked.

    Raises InputError as `store_url`, StoreError for a store that is not there or cannot be opened.
    """
    engine = open_store(store_url(data, database))
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database))
        if make:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        elif not path.is_file():
            raise StoreError(f"{path}: no such file; expected a store that verbatim serve or verbatim keys create made")
    upgrade(engine)
    return engine


@contextmanager
def opened(data: Path | None = None, database: str | None = None, *, make: bool = False) -> Iterator[Engine]:
    """What `open_data` opens, closed after the block."""
    engine = open_data(data, database, make=make)
    try:
        yield engine
    finally:
        engine.dispose()
