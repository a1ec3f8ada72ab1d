"""Every error is told as a problem that names field, value and what was expected, and never a customer's words."""

import errno
import inspect

import pytest
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from verbatim import errors
from verbatim.api.given import GivenVerbatim
from verbatim.api.problems import KINDS, STATUSES, Fault, ProblemError, faults, invalid, place, problem_of, told
from verbatim.errors import NotFoundError, StoreError, UnavailableError, VerbatimError

WORDS = "Jane Doe says the price is a scandal"
FAMILY = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, VerbatimError)]


def found(**values):
    with pytest.raises(ValidationError) as caught:
        GivenVerbatim.model_validate({"external_id": "r1", "text": WORDS, **values})
    return faults(caught.value.errors())


@pytest.mark.parametrize("kind", [one for one in FAMILY if one is not VerbatimError])
def test_every_error_of_the_family_has_a_status(kind):
    assert problem_of(kind("reason")).status in KINDS
    assert any(parent in STATUSES for parent in kind.__mro__)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFoundError("none"), 404),
        (errors.ConflictError("busy"), 409),
        (errors.FileError("no file"), 422),
        (UnavailableError("away"), 503),
        (HTTPException(405), 405),
        (OSError(errno.ENOSPC, "full"), 507),
        (OSError(errno.EACCES, "no"), 500),
        (ZeroDivisionError(WORDS), 500),
        (errors.InternalError(WORDS), 500),
        (ProblemError(413, "too much"), 413),
    ],
)
def test_an_error_has_its_status(error, status):
    assert problem_of(error).status == status


def test_what_nobody_foresaw_is_told_without_a_word_of_it():
    assert WORDS not in str(problem_of(ValueError(WORDS)).body("1"))


def test_what_the_engine_says_is_not_told():
    error = StoreError("store postgresql://host/name: broken")
    error.__cause__ = OperationalError("SELECT", {}, Exception(WORDS))
    assert problem_of(error).status == 500
    assert "postgresql" not in str(problem_of(error).body("1"))


def test_the_problem_of_a_file_names_the_body_and_quotes_no_sentence():
    problem = problem_of(errors.FileError("a.csv: the first row, 'Too dear for us', is no header; expected one"))
    found = "a.csv: the first row, a text of 15 characters, is no header"
    assert (problem.detail, problem.errors) == (f"{found}; expected one", (Fault("body", found, "one"),))


def test_a_store_that_does_not_answer_is_to_be_asked_again():
    problem = problem_of(UnavailableError("store postgresql://user@host/name: connection refused"))
    assert problem.headers == {"Retry-After": "1"}
    assert "host" not in problem.detail


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"score": 11}, Fault("score", 11, "less than or equal to 10")),
        ({"score": "9"}, Fault("score", "9", "a number")),
        ({"colour": "red"}, Fault("colour", "a text of 3 characters", "no such field")),
        ({"external_id": ""}, Fault("external_id", "", "at least 1 character")),
        ({"text": None}, Fault("body", "an object", "either text or turns")),
        ({"text": 12}, Fault("text", "a number", "a text")),
        ({"contact": [WORDS]}, Fault("contact", "a list of 1", "a text")),
        ({"account": WORDS * 9}, Fault("account", "a text of 324 characters", "at most 200 characters")),
        ({WORDS: 1}, Fault("(a name of 36 characters)", "a number", "no such field")),
    ],
)
def test_a_fault_names_field_value_and_expectation(values, fault):
    assert found(**values) == (fault,)


def test_the_problem_of_a_field_says_so_in_one_line():
    problem = invalid(found(score=11))
    assert (problem.status, problem.detail) == (422, "score: expected less than or equal to 10")
    assert problem.body("7")["request_id"] == "7"
    assert problem.body("7")["type"] == "urn:problem-type:verbatim:not-usable"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("external_id", "r-1001"),
        ("external_id", ""),
        ("date", "2026-03-25 09:30:00"),
        ("date", "2026-02-30T00:00:00Z"),
        ("score", "11"),
        ("role", "boss"),
        ("url", "ftp://h.example/a?b=c"),
    ],
)
def test_a_value_that_is_no_words_is_told(field, value):
    assert told(field, value) == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", WORDS),
        ("contact", "Jane"),
        ("date", WORDS * 9),
        ("date", WORDS),
        ("score", "awful"),
        ("external_id", "jane.doe@example.com"),
        ("language", "太贵了"),
        ("q", "Jane"),
    ],
)
def test_words_are_told_by_their_length(field, value):
    assert told(field, value) == f"a text of {len(value)} characters"


def test_a_place_leaves_out_where_fastapi_looked():
    assert place(["query", "limit"]) == "limit"
    assert place(["turns", 3, "text"], "items.2") == "items.2.turns.3.text"
    assert place([]) == "body"
