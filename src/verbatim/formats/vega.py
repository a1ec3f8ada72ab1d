"""Pictures from Vega-Lite specifications: as SVG that stands in a page, with the specification beside it.

`vl-convert-python` (BSD-3-Clause) draws them in this process, without a browser and without a network. The same
specification gives the same SVG.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from verbatim.errors import InternalError

Spec = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
VERSION = "5.21"
"""The version of Vega-Lite that specifications are written for."""

INK, SOFT, LINE, PAPER = "#1d2530", "#56616e", "#dde1e5", "#ffffff"
NEGATIVE, NEUTRAL, POSITIVE = "#c2571a", "#a3abb5", "#1f6f9f"
FONT = "Noto Sans, Noto Sans CJK SC, Helvetica Neue, Arial, sans-serif"

CONFIG: Spec = {
    "aria": False,
    "background": "transparent",
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": SOFT,
        "domainColor": SOFT,
        "gridColor": LINE,
        "tickColor": SOFT,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
    "legend": {"labelColor": INK, "labelFontSize": 12, "title": None, "orient": "top", "symbolType": "square"},
    "text": {"color": INK, "fontSize": 12},
}
"""The look of the house; a page in the dark turns INK into its own colour of text."""

_ID = re.compile(r'\bid="([^"]+)"')
_UNWANTED = re.compile(r'\s+(?:style|role|aria-[a-z]+)="[^"]*"')


def complete(spec: Mapping[str, Any]) -> Spec:
    """The specification with its schema, and the look of the house where it says nothing else."""
    return {"$schema": SCHEMA, "config": CONFIG, **spec}


def svg(spec: Mapping[str, Any], title: str = "", mark: str = "v") -> str:
    """The picture of a specification, to stand in a page: `mark` keeps its ids apart from those of others.

    It has no style attributes, which a page may forbid, and no roles but its own. Raises InternalError for what cannot
    be drawn.
    """
    import vl_convert  # noqa: PLC0415 - slow to import, wanted by few runs

    try:
        drawn = vl_convert.vegalite_to_svg(json.dumps(complete(spec)), vl_version=VERSION, allowed_base_urls=[])
    except ValueError as error:
        raise InternalError(f"a chart cannot be drawn: {str(error).splitlines()[0][:200]}") from error
    return _placed(str(drawn), title, mark)


def _placed(drawn: str, title: str, mark: str) -> str:
    names = dict.fromkeys(_ID.findall(drawn))
    for place, name in enumerate(names):
        drawn = drawn.replace(f'id="{name}"', f'id="{mark}-{place}"').replace(f"url(#{name})", f"url(#{mark}-{place})")
    drawn = _UNWANTED.sub("", drawn[drawn.index("<svg") :])
    shown = title.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return drawn.replace("<svg", f'<svg role="img" aria-label="{shown}"', 1)
