"""README and guide are run as they stand: every `verbatim` command in a shell block, and every Python block."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = ("README.md", "docs/guide.md")
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.S)
NOT_HERE = ("my_recipe.toml", "my_frame.yaml", "gold.jsonl", "rivals.yaml")  # files that only the reader has


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def blocks(language: str) -> list[str]:
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS]
    return [body for text in texts for kind, body in BLOCK.findall(text) if kind == language]


def commands() -> list[str]:
    lines = [line for body in blocks("sh") for line in body.replace("\\\n", " ").splitlines()]
    ours = dict.fromkeys(line for line in lines if line.startswith("verbatim "))
    return [line for line in ours if not any(name in line for name in NOT_HERE)]


@pytest.mark.parametrize("command", commands())
def test_a_command_in_the_documents_runs_as_it_stands(command, tmp_path):
    if "--model accurate" in command:
        pytest.importorskip("onnxruntime", reason="needs the extra verbatim[accurate]")
    words = shlex.split(command)[1:]
    words = [str(tmp_path / word) if word.startswith("out/") else word for word in words]
    done = python("-m", "verbatim.cli", *words)
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize("body", blocks("python"))
def test_the_python_in_the_documents_prints_what_it_promises(body):
    setup = "import verbatim.spacy_component\n" if "spacy" in body else ""
    done = python("-c", setup + body)
    assert done.returncode == 0, done.stderr
    assert "service.delivery negative" in done.stdout


def test_the_command_line_reference_is_up_to_date():
    done = python("-m", "typer", "verbatim.cli", "utils", "docs", "--name", "verbatim")
    assert done.stdout.strip() == (ROOT / "docs" / "cli.md").read_text(encoding="utf-8").strip()
