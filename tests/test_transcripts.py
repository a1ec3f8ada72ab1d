import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbatim.errors import TranscriptError
from verbatim.text.sides import assign_sides, without_speaker
from verbatim.text.speakers import named_line
from verbatim.text.transcripts import is_conversation, read_turns
from verbatim.text.turns import RawTurn, merged, seconds

TALK = (
    RawTurn("Ines Kade (Halden)", "Hello", 0.0, "ines@halden.example", "Internal"),
    RawTurn("Rosa Quill", "Hi", 1.0, "rosa@eu.brackmill.example", "External"),
    RawTurn("Olaf Penn", "Hi", 2.0, "olaf@brackmill.example", None),
    RawTurn("Guest", "Hi", 3.0),
)


def sides(turns, customers=(), ours=()):
    return [turn.side for turn in assign_sides(turns, customers, ours)]


def test_affiliation_decides_where_the_user_says_nothing_and_the_rest_stays_unknown():
    assert sides(TALK) == ["us", "customer", "unknown", "unknown"]


def test_once_a_customer_is_named_every_named_speaker_of_whom_nothing_is_said_is_ours():
    assert sides((*TALK[2:], RawTurn("", "hm")), ["olaf penn"]) == ["customer", "us", "unknown"]


def test_another_customer_by_affiliation_or_role_word_stays_one_beside_a_named_customer():
    talk = (*TALK, RawTurn("Customer 2", "Hi"))
    assert sides(talk, ["olaf penn"]) == ["us", "customer", "customer", "us", "customer"]
    assert sides(talk, ["olaf penn"], ours=["Rosa Quill"]) == ["us", "us", "customer", "us", "customer"]


def test_several_customers_may_be_named():
    assert sides(TALK, ["Olaf Penn", "Rosa Quill"]) == ["us", "customer", "customer", "us"]


def test_a_domain_decides_by_address_and_leaves_a_speaker_without_one_alone():
    assert sides(TALK, ["@brackmill.example"]) == ["us", "customer", "customer", "unknown"]
    assert sides(TALK, ours=["@halden.example"]) == ["us", "customer", "unknown", "unknown"]


def test_naming_our_own_people_makes_nobody_a_customer():
    assert sides([RawTurn("Ann", "a"), RawTurn("Bob", "b")], ours=["Ann"]) == ["us", "unknown"]


def test_a_name_matches_with_or_without_what_follows_in_brackets():
    assert sides(TALK[:1], ["Ines Kade"]) == sides(TALK[:1], ["ines kade (halden)"]) == ["customer"]


def test_a_customer_of_another_call_leaves_the_sides_as_they_are():
    assert sides(TALK, ["Wen Hao", "@hengze.example"]) == sides(TALK)


def test_names_that_nobody_has_are_told_apart_from_domains_and_from_names_in_brackets():
    speakers = {turn.speaker for turn in TALK}
    assert without_speaker(["Rosa Quil", "@nowhere.example", "ines kade"], speakers) == ["Rosa Quil"]


@pytest.mark.parametrize(
    ("speaker", "side"),
    [
        *[
            (name, "us")
            for name in (
                "Interviewer",
                "Interviewer 2",
                "访谈员",
                "主持人：".rstrip("："),
                "客服小王",
                "Sales Rep",
                "CSM",
            )
        ],
        *[(name, "us") for name in ("客户经理", "Customer Success Manager", "Agent (Ann)", "銷售", "Q", "问")],
        *[
            (name, "customer")
            for name in ("受访者", "受訪者2", "客户A", "Customer", "Client 1", "Caller", "顧客", "答")
        ],
        *[(name, "unknown") for name in ("Ann", "甲", "乙", "Speaker 1", "A", "Agenda", "Clientele")],
    ],
)
def test_a_role_word_gives_the_side(speaker, side):
    assert sides([RawTurn(speaker, "text")]) == [side]


def test_a_bare_a_is_the_customer_only_beside_a_q():
    assert sides([RawTurn("Q", "?"), RawTurn("A", "!")]) == ["us", "customer"]


@pytest.mark.parametrize(
    ("line", "speaker", "time", "text"),
    [
        ("Tom Brack: fine", "Tom Brack", None, "fine"),
        ("周凯：还行", "周凯", None, "还行"),
        ("[00:12] Tom: fine", "Tom", 12.0, "fine"),
        ("(00:12:03) Tom: fine", "Tom", 723.0, "fine"),
        ("Tom (00:12): fine", "Tom", 12.0, "fine"),
        ("周凯(00:00:12): 还行", "周凯", 12.0, "还行"),
        ("[Tom Brack] fine", "Tom Brack", None, "fine"),
        ("{Tom} fine", "Tom", None, "fine"),
        ("【周凯】还行", "周凯", None, "还行"),
        ("#Tom: fine", "Tom", None, "fine"),
        ("@Tom: fine", "Tom", None, "fine"),
        ("Q3: why?", "Q", None, "why?"),
        ("答：很好", "答", None, "很好"),
        ("Speaker 1: 30 people", "Speaker 1", None, "30 people"),
        ("Anna de la Cruz | Halden: hi", "Anna de la Cruz | Halden", None, "hi"),
    ],
)
def test_a_line_opens_a_turn_in_every_plain_form(line, speaker, time, text):
    assert named_line(line) == (speaker, time, text)


@pytest.mark.parametrize(
    "line",
    [
        *(
            "http://a.example/b",
            "See https://a.example",
            "We met at 10:30 as agreed",
            "10:30 we met",
            "Note: only once",
        ),
        *(
            "优点：便宜",
            "the problem: it is slow",
            "Is it slow? Yes: very",
            "他说的第一句话就让我觉得不对劲：太贵",
            "[laughs]",
            "",
        ),
    ],
)
def test_addresses_times_and_headings_open_no_turn(line):
    assert named_line(line) is None


@pytest.mark.parametrize(
    ("stamp", "value"),
    [
        ("00:01:02.500", 62.5),
        ("1:02,5", 62.5),
        ("0:0:5.320", 5.32),
        ("-0:0:1.5", -1.5),
        ("00:00:-1.5", -1.5),
        ("x", None),
    ],
)
def test_times_are_read_padded_or_not_and_negative_too(stamp, value):
    assert seconds(stamp) == value


def test_neighbouring_turns_of_one_speaker_join_and_nameless_ones_only_within_a_sentence():
    turns = [
        RawTurn("A", "发货慢，"),
        RawTurn("A", "也没人说"),
        RawTurn("", "one"),
        RawTurn("", "two."),
        RawTurn("", "three"),
    ]
    assert [turn.text for turn in merged(turns)] == ["发货慢，也没人说", "one two.", "three"]


def test_a_survey_answer_with_headings_is_no_conversation():
    assert not is_conversation("优点：便宜\n缺点：发货慢\n")
    assert not is_conversation("Good pumps: yes\nRuns at 10:30 daily")
    assert is_conversation("Q: why?\nA: price")


@pytest.mark.parametrize(
    "stamp",
    [
        "12/03/2026, 09:14 - ",
        "[12.03.26, 09:14:22] ",
        "\u200e[3/12/26, 9:14:22\u202fPM] ",
        "2026/3/12 下午9:14 - ",
        "2026-03-12 09:14 ",
    ],
)
def test_an_exported_chat_is_a_conversation_and_its_dates_are_no_times_of_a_call(stamp):
    said = [("Ann", "Morning, it leaks:\nagain."), ("Support", "Sorry"), ("Ann", "Third time")]
    text = "\n".join(f"{stamp}{speaker}: {words}" for speaker, words in said)
    assert is_conversation(text)
    assert read_turns(text, "chat.txt") == ("turns", tuple(RawTurn(*turn) for turn in said))


def turns_or_message(text, name):
    try:
        return read_turns(text, name)[1], ""
    except TranscriptError as error:
        return (), str(error)


def test_answers_one_a_line_are_no_conversation_though_some_look_like_turns():
    answers = ["The pump is loud", "Fast delivery", "No complaints at all"] * 10
    assert not is_conversation("\n".join(["Sales: pushy", *answers, "Agent: rude", "Sales: slow"]))


@given(st.text())
def test_any_text_gives_turns_or_one_error_that_names_the_file(text):
    turns, message = turns_or_message(text, "call.txt")
    assert all(turn.text for turn in turns)
    assert turns or message.startswith("call.txt: ")


@given(st.text(alphabet='WEBVTT\n -->0:1.5<v Tom>{}"NOTE', max_size=200))
def test_any_debris_of_a_cue_file_gives_turns_or_one_error(text):
    turns, message = turns_or_message("WEBVTT\n\n" + text, "call.vtt")
    assert all(turn.text for turn in turns)
    assert turns or message.startswith("call.vtt: no turn found")
