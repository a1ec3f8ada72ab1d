"""The examples are what their README says: a Qualtrics-style export and five transcripts of one invented supplier."""

import csv
import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "examples"
HAN = re.compile(r"[\u3400-\u9fff]+")
WORD = re.compile(r"[a-z0-9']+")
ONLY_HANS = set("们这机训对")
ONLY_HANT = set("們這機訓對")
YEAR = (datetime(2025, 10, 1), datetime(2026, 10, 1))


def table() -> list[list[str]]:
    with (EXAMPLES / "larkhill_nps_2026.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, strict=True))


def responses() -> list[dict[str, str]]:
    names, _, _, *rows = table()
    return [dict(zip(names, row, strict=True)) for row in rows]


def replies() -> list[dict[str, str]]:
    return [row for row in responses() if row["Status"] != "Survey Preview"]


def answers() -> list[str]:
    return [row[question] for row in replies() for question in ("Q2", "Q3") if row[question]]


def turns() -> dict[str, list[tuple[str, str]]]:
    """Every transcript's (speaker, text), one per cue, by plain patterns that owe nothing to the package's readers."""
    patterns = {
        "teams.vtt": r"<v ([^>]+)>([^<]+)</v>",
        "zoom.vtt": r"^([^\W\d][^:\n]*): (.+)$",
        "call.srt": r"^([^\W\d][^:\n]*): (.+)$",
        "otter.txt": r"^(\S.*?)  \d+:\d\d\n(.+)$",
        "interview.txt": r"^(.{3})：(.+)$",
    }
    files = sorted((EXAMPLES / "transcripts").iterdir())
    return {
        file.name: re.findall(pattern, file.read_text(encoding="utf-8"), re.MULTILINE)
        for file in files
        for ending, pattern in patterns.items()
        if file.name.endswith(ending)
    }


def runs(text: str) -> set[str]:
    """Every run of eight words, and every run of fourteen Han characters, of a text."""
    words = WORD.findall(text.lower())
    characters = "".join(HAN.findall(text))
    return {" ".join(words[i : i + 8]) for i in range(len(words) - 7)} | {
        characters[i : i + 14] for i in range(len(characters) - 13)
    }


def test_every_row_has_as_many_cells_as_there_are_names():
    assert {len(row) for row in table()} == {26}


def test_the_third_header_row_holds_one_import_id_a_cell():
    ids = [json.loads(cell)["ImportId"] for cell in table()[2]]
    assert len(set(ids)) == len(ids)
    assert ids[0] == "startDate"
    assert "QID1_NPS_GROUP" in ids


def test_there_are_enough_replies_and_three_previews():
    assert len(replies()) >= 190
    assert len(responses()) - len(replies()) == 3


def test_response_ids_are_unique_and_of_the_known_form():
    ids = [row["ResponseId"] for row in responses()]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"R_[A-Za-z0-9]{15}", id_) for id_ in ids)


def test_scores_are_whole_numbers_from_0_to_10_and_only_an_unfinished_reply_lacks_one():
    for row in replies():
        assert row["Q1"] in map(str, range(11)) or (row["Q1"], row["Finished"]) == ("", "False")


def test_the_nps_group_agrees_with_the_score():
    bands = {str(score): ("Detractor", "Passive", "Promoter")[(score > 6) + (score > 8)] for score in range(11)}
    assert all(row["Q1_NPS_GROUP"] == bands.get(row["Q1"], "") for row in responses())


def test_dates_lie_within_the_year_and_run_forward():
    for row in responses():
        start, end, recorded = (datetime.fromisoformat(row[name]) for name in ("StartDate", "EndDate", "RecordedDate"))
        assert YEAR[0] <= start < end <= recorded < YEAR[1]
        assert int(row["Duration (in seconds)"]) == (end - start).total_seconds()


def test_every_month_has_replies():
    months = Counter(row["StartDate"][:7] for row in replies())
    assert len(months) == 12
    assert min(months.values()) >= 10


def test_all_three_scripts_are_present_and_match_the_survey_language():
    seen = {language: Counter() for language in ("EN", "ZH-S", "ZH-T")}
    for row in replies():
        seen[row["UserLanguage"]].update(row["Q2"] + row["Q3"])
    assert not any(HAN.match(character) for character in seen["EN"])
    assert seen["ZH-S"].keys() >= ONLY_HANS
    assert not ONLY_HANT & seen["ZH-S"].keys()
    assert seen["ZH-T"].keys() >= ONLY_HANT
    assert not ONLY_HANS & seen["ZH-T"].keys()


def test_an_account_always_has_the_same_region_and_tier_and_a_contact_the_same_account():
    facts = {(row["Account"], row["Region"], row["Tier"]) for row in replies()}
    contacts = {(row["RecipientEmail"], row["Account"], row["ContactRole"], row["Product"]) for row in replies()}
    assert len(facts) == len({account for account, _, _ in facts}) == 40
    assert len(contacts) == len({email for email, *_ in contacts})


def test_addresses_are_under_a_domain_reserved_for_examples():
    assert all(row["RecipientEmail"].endswith(".example.org") for row in replies())


def test_empty_and_contentless_answers_are_there_to_be_counted():
    assert {"-", "N/A", "无", "没有", "不適用", ""} <= {row["Q2"] for row in replies()}


def test_no_two_texts_share_a_run_of_eight_words_or_fourteen_han_characters():
    texts = answers() + ["".join(text for _, text in spoken) for spoken in turns().values()]
    shared = [run for run, count in Counter(run for text in texts for run in runs(text)).items() if count > 1]
    assert shared == []


def test_the_readme_counts_what_the_survey_holds():
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    languages, groups = (Counter(row[name] for row in replies()) for name in ("UserLanguage", "Q1_NPS_GROUP"))
    assert f"| {len(replies())} from October 2025" in readme
    assert f"{len({row['RecipientEmail'] for row in replies()})} contacts" in readme
    assert "`EN` {EN}, `ZH-S` {ZH-S}, `ZH-T` {ZH-T}".format_map(languages) in readme
    assert "{Promoter} promoters, {Passive} passives, {Detractor} detractors".format_map(groups) in readme


def test_each_transcript_is_read_by_its_own_pattern_and_has_25_to_60_turns():
    counts = {
        name: sum(1 for i, (who, _) in enumerate(spoken) if i == 0 or spoken[i - 1][0] != who)
        for name, spoken in turns().items()
    }
    assert len(counts) == 5
    assert all(25 <= count <= 60 for count in counts.values()), counts


def test_the_readme_names_every_speaker_and_every_customer_of_a_call_answers_the_survey():
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    customers = {quoted or bare for quoted, bare in re.findall(r'--customer (?:"([^"]+)"|(\w+))', readme)}
    contacts = {row["RecipientFirstName"] + " " + row["RecipientLastName"] for row in replies()}
    contacts |= {row["RecipientLastName"] + row["RecipientFirstName"] for row in replies()}
    speakers = {who for spoken in turns().values() for who, _ in spoken}
    assert all(who in readme for who in speakers)
    assert customers <= speakers & contacts
    assert len(customers) == 8
