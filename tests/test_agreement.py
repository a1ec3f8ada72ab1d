"""`verbatim agreement`: from files to figures, on the terminal and as JSON."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from verbatim.actions.agreement import AgreementOrder, compare_files
from verbatim.cli import main
from verbatim.errors import CorpusError, OutputError

ROOT = Path(__file__).resolve().parents[1]
FILES = Path(__file__).parent / "files"
SECOND = ROOT / "training" / "second_coding.jsonl"
ROWS = (("1", "price.level"), ("2", "general"), ("3", "service.delivery"), ("4", "price.level"))


def codings(folder: Path, **coders: str) -> list[Path]:
    """A file for each coder, who gave the ids at these places of ROWS, in this order, to verbatims 1, 2, 3 …"""
    for coder, places in coders.items():
        rows = [{"id": n, "codes": [ROWS[int(place)][1]]} for n, place in enumerate(places)]
        (folder / f"{coder}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return [folder / f"{coder}.jsonl" for coder in coders]


def run(*arguments: object) -> tuple[int, list[str], str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main(["agreement", *map(str, arguments)])
    return int(ended.value.code or 0), out.getvalue().splitlines(), err.getvalue()


def test_the_blind_second_coding_of_the_corpus_has_the_figures_that_other_tools_find() -> None:
    """Alpha by krippendorff 0.9, AC1 by irrCAC 0.4, alpha of sets by NLTK 3.10 with exact MASI, on the same codings."""
    found = compare_files(AgreementOrder((SECOND,)))
    assert found.shared == 1880
    assert found.ids.sets["masi"].value == pytest.approx(0.787834, abs=5e-7)
    by_id = {code.id: code for code in found.ids.codes}
    assert by_id["service.resolution"].alpha.value == pytest.approx(0.785015, abs=5e-7)
    assert by_id["no_content"].ac1.value == pytest.approx(0.98742, abs=5e-6)
    assert (found.ids.verdict, found.categories.verdict) == ("tentative", "rely")


def test_the_figures_are_written_as_json(tmp_path: Path) -> None:
    files = codings(tmp_path, ann="010132", bob="010122")
    found = compare_files(AgreementOrder(tuple(files), json=tmp_path / "new" / "found.json"))
    told = json.loads((tmp_path / "new" / "found.json").read_text(encoding="utf-8"))
    assert (told["coders"], told["shared"], told["codebook"]) == ({"ann": 6, "bob": 6}, 6, "b2b@1")
    assert told["ids"]["sets"]["masi"]["value"] == pytest.approx(found.ids.sets["masi"].value, abs=5e-5)
    assert [code["id"] for code in told["ids"]["codes"]] == ["price.level", "service.delivery", "general"]
    assert [path.name for path in tmp_path.rglob("*.partial")] == []


def test_a_company_s_own_frame_is_taken(tmp_path: Path) -> None:
    rows = [{"id": 1, "coder": coder, "codes": ["crane"]} for coder in ("ann", "bob")]
    (tmp_path / "all.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    found = compare_files(AgreementOrder((tmp_path / "all.jsonl",), codebook=FILES / "codebooks" / "harbour.yaml"))
    assert (found.codebook, [code.id for code in found.ids.codes]) == ("harbour@3", ["crane"])
    assert found.ids.sets["masi"].reason == "one unit only was coded by two coders"


def test_codings_that_cannot_be_compared_are_refused(tmp_path: Path) -> None:
    ann, bob = codings(tmp_path, ann="01", bob="01")
    with pytest.raises(
        CorpusError, match="codings of 'ann' only; expected verbatims that two coders or more have coded"
    ):
        compare_files(AgreementOrder((ann,)))
    bob.write_text(json.dumps({"id": "x", "codes": []}), encoding="utf-8")
    with pytest.raises(CorpusError, match="codings of 'ann', 'bob' without an id in common; expected"):
        compare_files(AgreementOrder((ann, bob)))


def test_the_command_prints_a_row_for_sets_every_id_and_what_it_wrote(tmp_path: Path) -> None:
    code, lines, err = run(*codings(tmp_path, ann="01013222", bob="01012222"), "--json", tmp_path / "found.json")
    words = [line.split() for line in lines]
    assert (code, err) == (0, "")
    assert lines[0] == "2 coders (ann 8, bob 8), codebook b2b@1: 8 of 8 verbatims coded by two or more"
    assert ["sets", "of", "ids", "0.875"] in [row[:4] for row in words]
    assert ["general", "4", "25.0%", "1.000", "1.000", "1.000–1.000", "1.000", "1.000", "rely", "on", "it"] in words
    assert lines[-1] == f"  {tmp_path / 'found.json'}"


def test_pairs_and_drift_are_printed_where_there_are_any(tmp_path: Path) -> None:
    files = codings(tmp_path, ann="010132", bob="010122", cat="010101")
    months = [{"id": n, "codes": ["general"], "coded_at": f"2026-0{1 + n // 3}-05"} for n in range(6)]
    (tmp_path / "dan.jsonl").write_text("\n".join(map(json.dumps, months)), encoding="utf-8")
    code, lines, _ = run(*files, tmp_path / "dan.jsonl", "--period", "month")
    assert code == 0
    assert [line.split()[:3] for line in lines if "ann, " in line] == [
        ["ann,", name, "6"] for name in ("bob", "cat", "dan")
    ]
    assert any("dan against the others" in line for line in lines)
    assert any(line.split()[:3] == ["last", "less", "first"] for line in lines)


def test_what_cannot_be_used_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    code, lines, err = run(*codings(tmp_path, ann="01"))
    assert (code, lines) == (2, [])
    assert err == "verbatim: codings of 'ann' only; expected verbatims that two coders or more have coded\n"
    assert run(tmp_path / "none.csv")[2].startswith(f"verbatim: {tmp_path / 'none.csv'}: cannot be read (No such file")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    files = tuple(codings(tmp_path, ann="0101", bob="0011"))
    with pytest.raises(OutputError, match="file"):
        compare_files(AgreementOrder(files, json=tmp_path / "file" / "found.json"))
