"""What holds the project together: versions, the wheel, the corpus, the words that stay out, the rule against skips."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

import verbatim
from verbatim import taxonomy
from verbatim.domain import POLARITIES, STANCES

ROOT = Path(__file__).resolve().parents[1]
SEED = sorted((ROOT / "training" / "seed").glob("*.jsonl"))
ENGAGEMENT = sorted((ROOT / "training" / "engagement").glob("*.jsonl"))
IDS = {"seed": taxonomy.default().ids, "engagement": taxonomy.load(ROOT / "taxonomy" / "engagement.yaml").ids}
LANGUAGES = {"en", "zh-Hans", "zh-Hant", "mixed"}
# Written in pieces, so that this file does not find itself.
# fmt: off
HOSTS = [b"py" b"pi.org", b"python" b"hosted.org", b"npm" b"js.", b"deb" b"ian.org", b"huggingface" b".co"]
FOLDERS = [b"/wo" b"rk/", b"/ro" b"ot/", b"/ho" b"me/", b"/fa" b"rm/", b"/Us" b"ers/"]
PLAN = b"sha" b"red/"
# fmt: on
FOREIGN = re.compile(
    rb"(?:%b)\b|(?<![\w.~-])(?:%b)|(?<![\w-])%b" % (b"|".join(map(re.escape, HOSTS)), b"|".join(FOLDERS), PLAN)
)


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / os.fsdecode(name) for name in listed.split(b"\0") if name]


def test_the_change_log_opens_with_this_version() -> None:
    headings = re.findall(r"^## \[(\S+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert next(heading for heading in headings if heading != "Unreleased") == verbatim.__version__


def test_every_direct_dependency_is_pinned() -> None:
    direct = re.findall(r'^\s+"([a-z0-9-]+)(?=[<>=]).*",$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    pins = re.findall(r"^([a-z0-9-]+)==", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)
    assert len(direct) > 15
    assert set(direct) <= set(pins)


def test_no_file_names_a_place_outside_the_project() -> None:
    found = []
    for path in tracked_files():
        content = path.read_bytes() if path.is_file() else b""
        if any(word in content for word in (*HOSTS, *FOLDERS, PLAN)):  # the models are large, and this is quick
            found += [f"{path.relative_to(ROOT)}: {match[0].decode()}" for match in FOREIGN.finditer(content)]
    assert found == []


def test_the_corpus_is_there() -> None:
    assert SEED
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in ENGAGEMENT) >= 900


@pytest.mark.parametrize("path", SEED + ENGAGEMENT, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_corpus_file_holds_together(path: Path) -> None:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    problems = {row["id"]: found for row in rows if (found := row_problems(row, IDS[path.parent.name]))}
    assert rows
    assert problems == {}


def test_no_two_rows_of_the_corpus_share_an_id() -> None:
    files = [*SEED, *ENGAGEMENT]
    ids = [json.loads(line)["id"] for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(ids) == len(set(ids))


def test_no_two_rows_on_engagement_share_six_words_or_ten_han_characters() -> None:
    rows = [json.loads(line)["text"] for path in ENGAGEMENT for line in path.read_text(encoding="utf-8").splitlines()]
    found = Counter(run for text in set(rows) for run in runs(text))
    assert [run for run, count in found.items() if count > 1] == []


def runs(text: str) -> set[str]:
    """Every run of six words, and every run of ten Han characters, of a text."""
    words = re.findall(r"[a-z0-9']+", text.lower())
    han = "".join(re.findall("[\u3400-\u9fff]", text))
    return {" ".join(words[i : i + 6]) for i in range(len(words) - 5)} | {han[i : i + 10] for i in range(len(han) - 9)}


def row_problems(row: dict, known: Iterable[str] = IDS["seed"]) -> list[str]:
    mentions = [mention for segment in row["segments"] for mention in segment["codes"]]
    ids = {mention["id"] for mention in mentions}
    checks = {
        "no segment": bool(row["segments"]) and all(segment["codes"] for segment in row["segments"]),
        "segments are not excerpts in order": are_excerpts_in_order(row),
        "unknown id": ids <= set(known),
        "unknown polarity": {mention["polarity"] for mention in mentions} <= set(POLARITIES),
        "an id beside it that stands alone": len(ids) == 1 or not ids & {"no_content", "none"},
        "unknown language": row["lang"] in LANGUAGES,
        "stance and score differ": row["stance"] == stance_of(row["score"]) if row["score"] is not None else True,
        "unknown stance": row["stance"] in STANCES,
    }
    return [problem for problem, holds in checks.items() if not holds]


def are_excerpts_in_order(row: dict) -> bool:
    end = 0
    for segment in row["segments"]:
        start = row["text"].find(segment["text"], end)
        if start < 0 or not segment["text"].strip():
            return False
        end = start + len(segment["text"])
    return True


def stance_of(score: int) -> str:
    return "critic" if score <= 6 else "passive" if score <= 8 else "promoter"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"score": 9}, "stance and score differ"),
        ({"lang": "fr"}, "unknown language"),
        ({"segments": []}, "no segment"),
        ({"text": "late, too dear"}, "segments are not excerpts in order"),
    ],
)
def test_a_broken_row_is_told(change: dict, problem: str) -> None:
    codes = [[{"id": id, "polarity": "negative"}] for id in ("price.level", "service.delivery")]
    segments = [{"text": text, "codes": code} for text, code in zip(["too dear", "late"], codes, strict=True)]
    row = {"text": "too dear, late", "lang": "en", "stance": "critic", "score": 3, "segments": segments}
    assert row_problems(row) == []
    assert row_problems(row | change) == [problem]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A wheel built from the checkout, and one built from the source archive."""
    folder = tmp_path_factory.mktemp("built")
    build(ROOT, "wheel", folder / "direct")
    with tarfile.open(build(ROOT, "sdist", folder)) as archive:
        archive.extractall(folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    build(source, "wheel", folder / "indirect")
    return {name: next((folder / name).glob("*.whl")) for name in ("direct", "indirect")}


def build(source: Path, target: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=source, capture_output=True, check=True)
    (path,) = (path for path in folder.iterdir() if path.is_file())
    return path


def test_the_wheel_carries_the_codebook_and_the_models(built: dict[str, Path]) -> None:
    inside = set(zipfile.ZipFile(built["direct"]).namelist())
    carried = [path for folder in ("taxonomy", "models") for path in (ROOT / folder).rglob("*") if path.is_file()]
    assert carried
    assert {f"verbatim/data/{path.relative_to(ROOT).as_posix()}" for path in carried} <= inside


def test_the_wheel_of_the_source_archive_is_the_same(built: dict[str, Path]) -> None:
    direct, indirect = (zipfile.ZipFile(built[name]) for name in ("direct", "indirect"))
    assert {each.filename: each.CRC for each in direct.infolist()} == {
        each.filename: each.CRC for each in indirect.infolist()
    }


def test_the_wheel_weighs_at_most_a_hundred_and_eighty_megabytes(built: dict[str, Path]) -> None:
    assert built["direct"].stat().st_size <= 180_000_000


def test_an_installed_package_finds_its_own_codebook(built: dict[str, Path], tmp_path: Path) -> None:
    zipfile.ZipFile(built["direct"]).extractall(tmp_path)
    script = "from verbatim import taxonomy; print(taxonomy.default_path(), len(taxonomy.default().ids))"
    command = [sys.executable, "-c", script]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    found = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout
    assert found.split() == [f"{tmp_path}/verbatim/data/taxonomy/b2b.yaml", str(len(taxonomy.default().ids))]


def test_an_installed_package_codes_in_another_folder(built: dict[str, Path], tmp_path: Path) -> None:
    zipfile.ZipFile(built["direct"]).extractall(tmp_path / "installed")
    (tmp_path / "survey.csv").write_text("id,comment\n1,Your prices are far too high.\n", encoding="utf-8")
    command = [sys.executable, "-m", "verbatim.cli", "code", "survey.csv", "-o", "out"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "installed")}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    [row] = map(json.loads, (tmp_path / "out" / "coded.jsonl").read_text(encoding="utf-8").splitlines())
    assert "price.level" in {code["id"] for code in row["codes"]}


SKIPS = {
    "in_the_test": "import pytest\ndef test_a(): pytest.skip('no browser')\n",
    "by_a_mark": "import pytest\n@pytest.mark.skip(reason='no browser')\ndef test_a(): pass\n",
    "of_the_whole_file": "import pytest\npytest.skip('no browser', allow_module_level=True)\n",
    "for_want_of_a_package": "import pytest\npytest.importorskip('no_such_package', reason='no browser')\n",
    "for_want_of_cases": "import pytest\n@pytest.mark.parametrize('a', [])\ndef test_a(a): pass\n",
}
XFAIL = "import pytest\n@pytest.mark.xfail\ndef test_a(): assert False\n"


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of tests that skip in every way there is, one that is expected to fail, and the project's conftest."""
    folder = tmp_path_factory.mktemp("suite")
    for name in ("conftest.py", "browser.py", "stores.py"):
        shutil.copy(ROOT / "tests" / name, folder)
    for name, body in {**SKIPS, "expected": XFAIL}.items():
        (folder / f"test_{name}.py").write_text(body, encoding="utf-8")
    return folder


def summary(suite: Path, no_skip: str) -> str:
    """What pytest says at the end about the suite, run by itself."""
    options = ["-q", "-rA", "--continue-on-collection-errors", "-p", "no:cacheprovider", "--rootdir", str(suite)]
    environment = os.environ | {"VERBATIM_NO_SKIP": no_skip, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", *options, str(suite)]
    return subprocess.run(command, cwd=suite, env=environment, capture_output=True, text=True, check=False).stdout


def test_every_skip_fails_where_every_test_must_run(suite: Path) -> None:
    told = summary(suite, no_skip="1")
    assert set(re.findall(r"^(?:FAILED|ERROR) test_(\w+)\.py", told, re.MULTILINE)) == set(SKIPS)
    assert "no test may be skipped here" in told
    assert "skipped" not in told.splitlines()[-1]


def test_a_skip_stands_elsewhere(suite: Path) -> None:
    assert re.match(rf"{len(SKIPS)} skipped, 1 xfailed", summary(suite, no_skip="").splitlines()[-1])


def test_an_expected_failure_is_no_skip(suite: Path) -> None:
    assert "XFAIL test_expected.py::test_a" in summary(suite, no_skip="1")


def test_every_id_of_the_shipped_model_was_learnt() -> None:
    manifest = json.loads((ROOT / "models" / "b2b@1" / "manifest.json").read_text(encoding="utf-8"))
    per_code = manifest["quality"]["per_code"]
    assert set(per_code) <= set(manifest["ids"])
    assert [id for id, figures in per_code.items() if figures["n"] >= 100 and figures["f1"] < 0.1] == []
