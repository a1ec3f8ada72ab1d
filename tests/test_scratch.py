import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from verbatim.scratch import PREFIX, scratch

HOLDER = """
import tempfile
from threading import Event
from verbatim.scratch import scratch
with scratch():
    tempfile.mkstemp()
    print("ready", flush=True)
    Event().wait()
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def holder():
    process = subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    return process


def end(process):
    process.kill()
    process.communicate()


def test_temporary_files_lie_in_a_folder_of_their_own_that_goes_with_the_block(place):
    with scratch() as folder:
        assert folder.parent == place
        assert Path(tempfile.mkdtemp()).parent == folder
    assert list(place.iterdir()) == []
    assert tempfile.gettempdir() == str(place)


def test_what_a_killed_process_has_left_is_deleted_by_the_next(place):
    end(holder())
    assert len(list(place.glob(f"{PREFIX}*/*"))) == 2
    with scratch() as folder:
        assert list(place.iterdir()) == [folder]


def test_the_files_of_a_process_that_lives_stay(place):
    living = holder()
    with scratch():
        assert len(list(place.glob(f"{PREFIX}*"))) == 2
    assert len(list(place.glob(f"{PREFIX}*/*"))) == 2
    end(living)


def test_only_folders_with_a_lock_are_touched(place):
    (place / f"{PREFIX}new").mkdir()
    (place / f"{PREFIX}file").touch()
    (place / "elsewhere").mkdir()
    (place / "elsewhere" / "lock").touch()
    (place / f"{PREFIX}link").symlink_to(place / "elsewhere")
    with scratch():
        pass
    assert len(list(place.iterdir())) == 4
    assert (place / "elsewhere" / "lock").exists()
