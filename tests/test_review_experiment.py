"""The experiment that compares the queue with random order runs on a file of gold, and says what it found."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "training" / "experiments" / "review_queue.py"
SAID = (
    ("The quay was empty at dawn", "service.delivery", "negative"),
    ("Seven clerks signed one sheet", "price.billing", "negative"),
    ("Blue lamps hum", "product.design", "positive"),
)


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("review_queue_experiment", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_both_orders_are_measured_at_each_point(trained, tmp_path):
    gold, out = tmp_path / "gold.jsonl", tmp_path / "found.json"
    rows = [(n, *SAID[n % len(SAID)]) for n in range(130)]
    lines = [
        {
            "id": f"g{n}",
            "text": f"{text}, {n}.",
            "codes": [{"id": code, "polarity": side}],
            "stance": None,
            "lang": "en",
        }
        for n, text, code, side in rows
    ]
    gold.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    command = [sys.executable, SCRIPT, gold, "--model", trained / "small@1", "--seeds", "2", "--json", out]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["corrections"] == [0, 50]
    assert found["untouched, random"][0] == found["untouched, queue"][0] < found["untouched, queue"][1]
    assert found["pile, queue"][1] > found["pile, queue"][0]


def test_the_point_where_a_figure_is_reached_lies_between_the_points(script):
    assert script.reached([0, 50, 100], [0.5, 0.6, 0.8], 0.7) == 75
    assert script.reached([0, 50], [0.5, 0.6], 0.7) is None
    assert script.reached([0, 50], [0.5, 0.6], 0.5) == 0
