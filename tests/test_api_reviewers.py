"""Twenty reviewers at work at the same time: nothing is lost, nothing is doubled, and nobody is in another's way."""

import threading
from collections import Counter
from dataclasses import dataclass, field

import httpx
import pytest

from verbatim.domain import CodeMention, Coding, Stance, Verbatim
from verbatim.store.codings import Judged, add_codings, codings_of, effective, register_model
from verbatim.store.opening import reading, writing
from verbatim.store.verbatims import Received, add_verbatims

REVIEWERS = 20
VERBATIMS = 120
DEAR = {"codes": [{"id": "price.level", "polarity": "negative"}], "stance": "critic"}


def add(engine, count):
    """The numbers of verbatims that a model has coded."""
    said = [Verbatim(f"r{n}", f"Text number {n}") for n in range(count)]
    stance = Stance(None, "estimated", 0.5)
    with writing(engine, "north") as connection:
        register_model(connection, "north", "b2b@1")
        kept = add_verbatims(connection, "north", "s", [*map(Received, said)])
        codes = (CodeMention("price", "negative", 0.5, ()),)
        judged = [Judged(one.id, Coding("x", "en", codes, stance, True, "b2b@1", 0.5)) for one in kept]
        add_codings(connection, "north", judged)
    return [one.id for one in kept]


@dataclass
class Reviewer:
    """Takes from the queue, and saves twice what it takes, as after a dropped connection, until there is no more."""

    url: str
    secret: str
    name: str
    taken: list[int] = field(default_factory=list)
    saved: dict[int, int] = field(default_factory=dict)
    failed: list[tuple[int, str]] = field(default_factory=list)

    def work(self, start: threading.Barrier) -> None:
        headers = {"Authorization": f"Bearer {self.secret}"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=60, trust_env=False) as client:
            start.wait()
            while not self.failed and (items := self._checked(client.get("/v1/review/queue?size=2")).get("items")):
                for item in items:
                    self.taken.append(item["id"])
                    self._save(client, item)

    def _save(self, client: httpx.Client, item: dict) -> None:
        body, path = {**DEAR, "based_on": item["coding"]}, f"/v1/verbatims/{item['id']}/codings"
        key = {"Idempotency-Key": f"{self.name}-{item['id']}"}
        first, again = (self._checked(client.put(path, json=body, headers=key)) for _ in range(2))
        if first:
            assert first == again
            self.saved[item["id"]] = first["coding"]["id"]

    def _checked(self, answer: httpx.Response) -> dict:
        if answer.status_code != 200:
            self.failed.append((answer.status_code, answer.text))
            return {}
        return answer.json()


def at_once(works):
    """Do these at the same time, as far as the machine can."""
    start = threading.Barrier(len(works), timeout=60)
    threads = [threading.Thread(target=work, args=(start,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.fixture
def reviewers(service):
    return [Reviewer(service.url, service.key("north", "analyst"), f"one {n}") for n in range(REVIEWERS)]


def test_twenty_reviewers_lose_nothing_double_nothing_and_never_have_the_same(service, reviewers):
    numbers = add(service.desk.engine, VERBATIMS)
    at_once([one.work for one in reviewers])
    assert [one.failed for one in reviewers] == [[]] * REVIEWERS
    assert Counter(number for one in reviewers for number in one.taken) == Counter(numbers)
    told = {number: coding for one in reviewers for number, coding in one.saved.items()}
    with reading(service.desk.engine, "north") as connection:
        by_persons = [one for one in codings_of(connection, "north", numbers) if one.person]
        standing = effective(connection, "north", numbers)
    assert {one.verbatim: one.id for one in by_persons} == told
    assert (len(by_persons), len(told)) == (VERBATIMS, VERBATIMS)
    assert {number: one.id for number, one in standing.items()} == told


def test_of_twenty_saves_of_the_same_verbatim_one_is_kept_and_the_others_are_told(service, reviewers):
    (number,) = add(service.desk.engine, 1)
    base = service.client().get(f"/v1/verbatims/{number}").json()["coding"]
    answers = []

    def save(one):
        def work(start):
            headers = {"Authorization": f"Bearer {one.secret}", "Idempotency-Key": "same"}
            with httpx.Client(base_url=service.url, headers=headers, timeout=60, trust_env=False) as client:
                start.wait()
                answers.append(client.put(f"/v1/verbatims/{number}/codings", json={**DEAR, "based_on": base}))

        return work

    at_once([save(one) for one in reviewers])
    assert Counter(one.status_code for one in answers) == {200: 1, 409: REVIEWERS - 1}
    (kept,) = (one.json()["coding"]["id"] for one in answers if one.status_code == 200)
    assert {one.json()["current"]["id"] for one in answers if one.status_code == 409} == {kept}


def test_one_save_that_is_sent_by_twenty_at_once_is_kept_once(service, reviewers):
    (number,) = add(service.desk.engine, 1)
    base = service.client().get(f"/v1/verbatims/{number}").json()["coding"]
    answers = []

    def work(start):
        headers = {"Authorization": f"Bearer {reviewers[0].secret}", "Idempotency-Key": "same"}
        with httpx.Client(base_url=service.url, headers=headers, timeout=60, trust_env=False) as client:
            start.wait()
            answers.append(client.put(f"/v1/verbatims/{number}/codings", json={**DEAR, "based_on": base}))

    at_once([work] * REVIEWERS)
    assert {one.status_code for one in answers} == {200}
    assert len({one.json()["coding"]["id"] for one in answers}) == 1
    with reading(service.desk.engine, "north") as connection:
        assert len([one for one in codings_of(connection, "north", [number]) if one.person]) == 1
