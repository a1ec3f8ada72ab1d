"""Accounts, invitations and coverage over HTTP."""

import pytest

HILL = {"name": "Acme", "region": "north", "revenue": 900, "strategic": True}
PEOPLE = [
    {"name": "Ann", "account": "Acme", "role": "cfo", "influence": "decider"},
    {"name": "Bob", "account": "Other", "role": "cfo", "influence": "influencer"},
]
ASKED = {"account": "Acme", "contact": "Ann", "date": "2026-03-02", "survey": "nps"}


@pytest.fixture
def roster(service):
    """A service that knows two accounts, two contacts, and what one of them said."""
    client = service.client("analyst")
    assert client.put("/v1/accounts", json={"items": [HILL, {"name": "Other", "revenue": 100}]}).status_code == 200
    assert client.put("/v1/contacts", json={"items": PEOPLE}).status_code == 200
    said = {"external_id": "r1", "text": "Far too dear.", "account": "Acme", "contact": "Ann"}
    assert client.post("/v1/verbatims", json={"source": "s", "items": [said]}).status_code == 200
    return service


def test_accounts_are_added_changed_and_listed_and_a_bad_row_sinks_no_other(roster):
    client = roster.client("analyst")
    rows = [{"name": "Acme", "tier": "key"}, {"name": ""}, {"name": "Third", "revenue": -1}, {"name": "Fourth"}]
    done = client.put("/v1/accounts", json={"items": rows}).json()
    assert [one["name"] for one in done["items"]] == ["Acme", "Fourth"]
    assert [one["row"] for one in done["rejected"]] == [2, 3]
    assert "items.2.revenue" in done["rejected"][1]["reason"]
    first, *_ = client.get("/v1/accounts").json()["items"]
    told = {name: first[name] for name in ("name", "region", "revenue", "tier", "strategic", "team")}
    assert list(told.values()) == ["Acme", "north", 900, "key", True, None]
    none = client.put("/v1/accounts", json={"items": [{"name": "x", "revenue": "much"}]})
    assert (none.status_code, none.json()["errors"][0]["field"]) == (422, "items.0.revenue")


@pytest.mark.parametrize("body", [{}, {"items": []}, {"items": "x"}, {"items": [{}] * 1001}, [], "x"])
def test_what_is_no_list_of_rows_is_refused(service, body):
    for path in ("accounts", "invitations"):
        assert service.client().put(f"/v1/{path}", json=body).status_code == 422


def test_invitations_are_noted_once_and_only_of_contacts_on_the_roster(roster):
    client = roster.client("analyst")
    rows = [ASKED, {**ASKED, "contact": "Nobody"}, {**ASKED, "date": "2126-01-01"}, {**ASKED, "date": "soon"}]
    done = client.put("/v1/invitations", json={"items": rows}).json()
    assert (done["added"], done["known"], [one["row"] for one in done["rejected"]]) == (1, 0, [2, 3, 4])
    assert "Nobody" not in str(done["rejected"])
    assert client.put("/v1/invitations", json={"items": [ASKED]}).json()["known"] == 1
    (kept,) = client.get("/v1/invitations").json()["items"]
    assert (kept["contact"], kept["date"], kept["survey"]) == ("Ann", "2026-03-02T00:00:00Z", "nps")
    assert client.put("/v1/invitations", json={"items": [rows[1]]}).status_code == 422


def test_coverage_is_told_with_limits_and_with_names_to_those_who_may_read_contacts(roster):
    client = roster.client("analyst")
    client.put("/v1/invitations", json={"items": [ASKED, {**ASKED, "account": "Other", "contact": "Bob"}]})
    found = client.get("/v1/coverage", params={"by": ["account"]}).json()
    assert (found["whole"]["right"], found["whole"]["answered"], found["whole"]["below"]) == (2, 1, True)
    assert found["response"]["share"] == 0.5
    assert [(cell["names"], cell["answered"]) for cell in found["cells"]] == [(["Other"], 0), (["Acme"], 1)]
    assert [(one["name"], one["invited"]) for one in found["missing"]] == [("Bob", 1)]
    assert found["formula"]["rate"] == "right people who answered / right people on the roster"
    assert found["revenue"] == 0.9
    seen = roster.client("admin").get("/v1/audit").json()["items"]
    assert ("read", "coverage") in {(one["action"], one["subject"]) for one in seen}
    none = client.get("/v1/coverage", params={"tier": "9", "right": "decider"}).json()
    assert (none["whole"]["rate"], none["asked"]) == (None, {"tier": ["9"]})


def test_a_manager_sees_the_own_accounts_and_no_names(roster):
    client = roster.client("manager")
    assert [one["name"] for one in client.get("/v1/accounts").json()["items"]] == ["Acme"]
    found = client.get("/v1/coverage", params={"by": ["account", "role"]}).json()
    assert [cell["names"] for cell in found["cells"]] == [["Acme", "cfo"]]
    assert client.get("/v1/coverage", params={"account": "Other"}).json()["people"] == 0
    later = client.get("/v1/coverage", params={"since": "2126-01-01"}).json()
    assert [(one["name"], one["account"]) for one in later["missing"]] == [(None, "Acme")]
    assert client.get("/v1/invitations").status_code == 403
    assert client.put("/v1/accounts", json={"items": [HILL]}).status_code == 403


def test_another_organisation_sees_nothing_of_it(roster):
    client = roster.client("admin", "south")
    assert client.get("/v1/accounts").json()["items"] == []
    assert client.get("/v1/invitations").json()["items"] == []
    assert client.get("/v1/coverage").json()["people"] == 0


@pytest.mark.parametrize(
    ("query", "field"),
    [("by=colour", "by.0"), ("times=0", "times"), ("since=soon", "since"), ("limit=9999", "limit")],
)
def test_a_query_that_cannot_be_is_refused(service, query, field):
    wrong = service.client().get(f"/v1/coverage?{query}")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, field)
