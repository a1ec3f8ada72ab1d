"""Where the data that ships with the package lies: inside the installed package, or in a source checkout."""

from pathlib import Path

from verbatim.errors import InternalError

_PACKAGED = Path(__file__).resolve().parent / "data"
_CHECKOUT = Path(__file__).resolve().parents[2]


def data_path(*parts: str) -> Path:
    """The file or folder of that name: the packaged one if there is one, else the checkout's.

    `data_path("taxonomy", "b2b.yaml")` is `verbatim/data/taxonomy/b2b.yaml` in a wheel and `taxonomy/b2b.yaml` in a
    checkout. Raises InternalError where neither exists.
    """
    for root in (_PACKAGED, _CHECKOUT):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise InternalError(f"{'/'.join(parts)} is missing: expected in {_PACKAGED} or in {_CHECKOUT}")
