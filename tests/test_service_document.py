"""The day of a feedback team in docs/service.md, run as it stands: server, curl, Python, commands."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.S)
KINDS = BLOCK.findall((ROOT / "docs" / "service.md").read_text(encoding="utf-8"))
START, PLACE, *SHELL = [body for kind, body in KINDS if kind == "sh"]
(PYTHON,) = [body for kind, body in KINDS if kind == "python"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    return tmp_path


@pytest.fixture
def environment(folder):
    """What the reader has after the first two blocks: a service that runs, its URL and the first key."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    bare = {**os.environ, "PATH": path, "no_proxy": "127.0.0.1"}
    command = [*START.split(), "--port", "0"]
    process = subprocess.Popen(
        command, cwd=folder, env=bare, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        told = dict(process.stdout.readline().strip().split(": ", 1) for _ in range(2))
        values = {"URL": told["docs"].removesuffix("/docs"), "ADMIN": f"Authorization: Bearer {told['admin key']}"}
        yield {**bare, **values}
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_the_day_in_the_document_goes_as_it_says(folder, environment):
    assert [line.partition("=")[0] for line in PLACE.splitlines()] == ["URL", "ADMIN"]
    script = "\n".join(["set -euo pipefail", *SHELL[:5], 'echo "KEY=$KEY"', *SHELL[5:]])
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count('"status":201') == 4
    assert '"layout":"Qualtrics"' in done.stdout
    assert "survey preview" in done.stdout
    assert '"stance":{"label":"critic"' in done.stdout
    assert {"analyst", "manager"} <= set(done.stdout.split())
    assert zipfile.is_zipfile(folder / "out" / "critics.xlsx")
    assert (folder / "out" / "backup.db").stat().st_size > 1_000_000
    key = re.search(r"KEY=(vk_[\w-]{43})", done.stdout)[1]
    python = subprocess.run(
        [sys.executable, "-c", PYTHON],
        env={**environment, "KEY": key},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "p-1 service.delivery negative" in python.stdout, python.stderr
