"""Which model codes for an organisation: the one that it promoted last, else the installation's."""

from pathlib import Path

from sqlalchemy import Engine

from verbatim.actions.coding import codebook_of
from verbatim.actions.desk import Desk
from verbatim.actions.stores import models_folder_of
from verbatim.coder import Coder
from verbatim.errors import ModelError
from verbatim.registry import find, labels, load, models_folder, read_manifest
from verbatim.store.opening import reading
from verbatim.store.promotions import current


def champion_desk(desk: Desk, organisation: str) -> Desk:
    """The desk with the model that codes for an organisation now: this one, or one beside it.

    Raises ModelError where the model that was promoted is not in its folder, or was changed there.
    """
    with reading(desk.engine, organisation) as connection:
        label = current(connection, organisation)
    if label in (None, desk.model):
        return desk
    known = desk.champions.get((organisation, label))
    return known or desk.champions.setdefault((organisation, label), _beside(desk, organisation, label))


def champion_folder(engine: Engine, organisation: str, installed: Path) -> Path:
    """The folder of the model that codes for an organisation now; `installed` is the installation's.

    Raises ModelError where it is not there.
    """
    with reading(engine, organisation) as connection:
        label = current(connection, organisation)
    return installed if label is None else folder_of(engine, organisation, label, installed)


def folder_of(engine: Engine, organisation: str, label: str, installed: Path) -> Path:
    """The folder of a model that an organisation knows: its own, one that ships, or the installation's.

    Raises ModelError where there is none of that label.
    """
    if read_manifest(installed).label == label:
        return installed
    own = models_folder_of(engine, organisation)
    for root in (own, models_folder()):
        if label in labels(root):
            return find(label, root)
    raise ModelError(f"no model {label!r} in {own}, nor among those that ship; expected its folder there")


def _beside(desk: Desk, organisation: str, label: str) -> Desk:
    model, manifest = load(folder_of(desk.engine, organisation, label, desk.manifest.folder))
    shared = desk.coder.encoder if desk.coder.encoder.fingerprint == model.encoder else None
    same = model.codebook_fingerprint == desk.codebook.fingerprint
    return desk.beside(Coder(model, shared), manifest, desk.codebook if same else codebook_of(manifest))
