"""Coding reaches for no network: a run in which the first use of one would end it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1] / "src")}
OFFLINE = """
import os, sys
def refuse(event, _arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"}:
        os.write(2, event.encode())
        os._exit(99)
sys.addaudithook(refuse)
"""


def offline(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """A Python script run where the first use of the network ends it with 99."""
    command = [sys.executable, "-c", OFFLINE + script, *map(str, arguments)]
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)


def test_coding_does_without_a_network(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text("id,comment\n1,Spare parts take weeks.\n2,价格太贵了，不过工程师很专业。\n", encoding="utf-8")
    ran = offline("from verbatim.cli import main; main()", "code", source, "-o", tmp_path / "out", "-f", "xlsx")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"coded.xlsx", "report.html"}


@pytest.mark.parametrize(
    "use", ["socket.create_connection(('127.0.0.1', 9))", "socket.socket().connect(('127.0.0.1', 9))"]
)
def test_a_use_of_the_network_would_be_seen(use: str) -> None:
    assert offline(f"import socket; {use}").returncode == 99
