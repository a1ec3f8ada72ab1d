"""What the pictures of a briefing look like: Vega-Lite specifications of its charts, in a language."""

from typing import Any

from verbatim.briefing import Chart, Mark
from verbatim.formats.briefing_words import Speech
from verbatim.formats.vega import INK, NEGATIVE, NEUTRAL, POSITIVE, SOFT, Spec, complete

WIDTH = 440
STEP = 26
HEIGHT = 190
LABELS = 230
PALETTE = (POSITIVE, NEGATIVE, "#6b5b95", "#4f7f3f", NEUTRAL)

UNITS = {"share": ".0%", "score": "+.0f", "count": ",.0f"}


def spec_of(chart: Chart, speech: Speech) -> Spec:
    """The specification of a chart, complete: with its data, its schema and the look of the house."""
    look = {"balance": _balance, "course": _course, "dots": _dots, "stack": _stack}[chart.look]
    return complete({"width": WIDTH, **look(chart, speech)})


def _balance(chart: Chart, speech: Speech) -> Spec:
    """Criticism to the left, praise to the right."""
    rows = [
        {
            "name": speech.value(mark.name),
            "side": speech.say(mark.series),
            "value": -mark.value if mark.series.endswith("negative") else mark.value,
            "shown": speech.value(round(mark.value)),
        }
        for mark in chart.marks
    ]
    reach = max((abs(mark.value) for mark in chart.marks), default=1) * 1.15 or 1
    sides = [speech.say("briefing.negative"), speech.say("briefing.positive")]
    x = {"field": "value", "type": "quantitative", "axis": None, "scale": {"domain": [-reach, reach]}}
    color = {"field": "side", "type": "nominal", "scale": {"domain": sides, "range": [NEGATIVE, POSITIVE]}}
    text = {"text": {"field": "shown"}, "x": x, "y": _names()}
    return {
        "height": {"step": STEP},
        "data": {"values": rows},
        "layer": [
            {"mark": {"type": "bar", "height": 15}, "encoding": {"x": x, "y": _names(), "color": color}},
            *(
                {
                    "transform": [{"filter": f"datum.value {sign} 0"}],
                    "mark": {"type": "text", "align": align, "dx": shift},
                    "encoding": text,
                }
                for sign, align, shift in (("<", "right", -4), (">", "left", 4))
            ),
        ],
    }


def _dots(chart: Chart, speech: Speech) -> Spec:
    """A point and its limits for each name."""
    x = {"type": "quantitative", "axis": _scale(chart), "scale": {"zero": chart.unit != "score"}}
    return {
        "height": {"step": STEP},
        "data": {"values": [_row(mark, speech) for mark in chart.marks]},
        "layer": [
            {
                "mark": {"type": "rule", "color": SOFT, "strokeWidth": 2},
                "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}, "y": _names()},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
                "encoding": {"x": {"field": "value", **x}, "y": _names(), "color": _series(chart, speech)},
            },
        ],
    }


def _course(chart: Chart, speech: Speech) -> Spec:
    """A line over time with its limits."""
    y = {"type": "quantitative", "axis": _scale(chart), "scale": {"zero": chart.unit != "score"}}
    x = {"field": "name", "type": "ordinal", "sort": None, "axis": {"title": None, "labelAngle": 0}}
    color = _series(chart, speech)
    return {
        "height": HEIGHT,
        "data": {"values": [_row(mark, speech) for mark in chart.marks]},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.5},
                "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}, "color": color},
            },
            {
                "mark": {"type": "line", "strokeWidth": 2, "point": {"filled": True, "size": 55}},
                "encoding": {"x": x, "y": {"field": "value", **y}, "color": color},
            },
        ],
    }


def _stack(chart: Chart, speech: Speech) -> Spec:
    """Parts of a whole, one bar for each name."""
    series = list(dict.fromkeys(mark.series for mark in chart.marks))
    told = [speech.say(one) for one in series]
    color = {"field": "series", "type": "nominal", "scale": {"domain": told, "range": [NEGATIVE, NEUTRAL, POSITIVE]}}
    return {
        "height": {"step": STEP},
        "data": {"values": [{**_row(mark, speech), "order": series.index(mark.series)} for mark in chart.marks]},
        "mark": {"type": "bar", "height": 16},
        "encoding": {
            "x": {
                "field": "value",
                "type": "quantitative",
                "stack": "normalize",
                "axis": {"title": None, "format": ".0%"},
            },
            "y": _names(),
            "color": color,
            "order": {"field": "order", "type": "quantitative"},
        },
    }


def _row(mark: Mark, speech: Speech) -> dict[str, Any]:
    value = round(mark.value, 4)
    low, high = (value if limit is None else round(limit, 4) for limit in (mark.low, mark.high))
    series = speech.say(mark.series) if mark.series else ""
    return {"name": speech.value(mark.name), "value": value, "low": low, "high": high, "series": series}


def _series(chart: Chart, speech: Speech) -> Spec:
    """The colour of a series; one colour where there is only one."""
    series = [speech.say(one) for one in dict.fromkeys(mark.series for mark in chart.marks) if one]
    if len(series) < 2:
        return {"value": POSITIVE}
    return {"field": "series", "type": "nominal", "scale": {"domain": series, "range": list(PALETTE[: len(series)])}}


def _names() -> Spec:
    axis = {"title": None, "labelLimit": LABELS, "domain": False, "ticks": False, "labelColor": INK}
    return {"field": "name", "type": "nominal", "sort": None, "axis": axis}


def _scale(chart: Chart) -> Spec:
    axis = {"title": None, "format": UNITS[chart.unit], "tickCount": 5}
    return {**axis, "labelExpr": "datum.value == 0 ? '0' : datum.label"} if chart.unit == "score" else axis
