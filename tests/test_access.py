import re

import pytest

from verbatim.access import PUBLIC, ROLES, RULES, may

ADMIN_ONLY = ("keys", "audit", "erasures", "webhooks", "sources")


@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_in_the_table_is_refused_to_everybody(role):
    for method, path in [
        ("GET", "/v1/nothing"),
        ("PATCH", "/v1/verbatims"),
        ("GET", "/v1/verbatims/7"),
        ("get", "/v1/me"),
    ]:
        assert not may(role, method, path)


def test_a_role_that_nobody_has_may_nothing():
    assert not any(may("owner", *route) for route in RULES)


def test_an_admin_may_everything():
    assert all(may("admin", *route) for route in RULES)


@pytest.mark.parametrize("role", ["submitter", "analyst", "manager"])
def test_keys_erasures_webhooks_and_settings_are_for_admins(role):
    for method, path in RULES:
        if path.split("/")[2:3] and path.split("/")[2] in ADMIN_ONLY:
            assert not may(role, method, path), (method, path)


def test_a_submitter_hands_in_and_reads_but_takes_nothing_out():
    assert {path for method, path in RULES if method == "POST" and may("submitter", method, path)} == {
        "/v1/code",
        "/v1/verbatims",
        "/v1/transcripts",
        "/v1/imports",
    }
    assert may("submitter", "GET", "/v1/verbatims/{id}")
    assert not any(may("submitter", *route) for route in RULES if route[1].startswith("/v1/exports"))


def test_a_manager_reads_and_exports_but_hands_nothing_in():
    assert {path for method, path in RULES if method != "GET" and may("manager", method, path)} == {
        "/v1/code",
        "/v1/exports",
        "/v1/jobs/{id}",
    }
    assert may("manager", "GET", "/v1/jobs/{id}")
    assert not any(may("manager", *route) for route in RULES if route[1].startswith("/v1/contacts"))


def test_public_paths_are_not_in_the_table_and_all_others_have_a_template_and_a_role():
    assert not PUBLIC & {path for _, path in RULES}
    for (method, path), roles in RULES.items():
        assert method in {"GET", "POST", "PUT", "DELETE"}
        assert re.fullmatch(r"/metrics|/v1(/[a-z-]+|/\{[a-z]+\})+", path)
        assert roles <= set(ROLES)
