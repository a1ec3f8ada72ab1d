"""What the outbox sends to whom: signatures, addresses, delays."""

import socket
from datetime import UTC, datetime

import pytest

from verbatim.errors import InputError, ReceiverError
from verbatim.outbox import DELAYS, JITTER, Allowed, addresses, after, allowed_hosts, signature, verify

NOW = datetime(2026, 3, 1, tzinfo=UTC)

# The example of the specification, and its signature by `openssl dgst -sha256 -mac HMAC`.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE, SECOND, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_signature_is_that_of_the_specification():
    assert signature(SECRET, MESSAGE, SECOND, BODY) == SIGNED


@pytest.mark.parametrize(
    ("changed", "genuine"),
    [
        ({}, True),
        ({"webhook-signature": f"v1,AAAA {SIGNED}"}, True),
        ({"webhook-signature": "v1,AAAA"}, False),
        ({"webhook-signature": SIGNED.replace("v1", "v2")}, False),
        ({"webhook-id": "msg_other"}, False),
        ({"webhook-timestamp": str(SECOND + 1)}, False),
        ({"webhook-timestamp": "soon"}, False),
        ({"webhook-timestamp": "9" * 5000}, False),
        ({"webhook-signature": ""}, False),
    ],
)
def test_a_receiver_believes_what_is_signed_only(changed, genuine):
    headers = {"Webhook-Id": MESSAGE, "Webhook-Timestamp": str(SECOND), "Webhook-Signature": SIGNED}
    headers = {name.lower(): value for name, value in headers.items()} | changed
    assert verify(SECRET, headers, BODY, datetime.fromtimestamp(SECOND, UTC)) == genuine


@pytest.mark.parametrize(("late", "genuine"), [(-301, False), (-299, True), (299, True), (301, False)])
def test_a_receiver_believes_what_is_recent_only(late, genuine):
    headers = {"webhook-id": MESSAGE, "webhook-timestamp": str(SECOND), "webhook-signature": SIGNED}
    assert verify(SECRET, headers, BODY, datetime.fromtimestamp(SECOND + late, UTC)) == genuine
    assert not verify(SECRET, headers, BODY + b" ", datetime.fromtimestamp(SECOND, UTC))


PRIVATE = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.100.100.200",
    "169.254.169.254",
    "168.63.129.16",
    "224.0.0.1",
    "255.255.255.255",
    "localhost",
    "[::]",
    "[::1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::10.0.0.1]",
    "[2002:7f00:1::]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
]


@pytest.mark.parametrize("host", PRIVATE)
def test_nothing_but_public_addresses_is_told_anything(host):
    with pytest.raises(ReceiverError, match=r"host .*expected a public address over https, or a host or network that"):
        addresses(f"https://{host}/in")


def test_a_public_address_is_told_over_https_only():
    assert addresses("https://93.184.216.34/in") == ("93.184.216.34",)
    assert addresses("https://[64:ff9b::93.184.216.34]/in") == ("64:ff9b::5db8:d822",)
    with pytest.raises(ReceiverError, match="http, address 93"):
        addresses("http://93.184.216.34/in")


@pytest.mark.parametrize(("listed", "url"), [("10.0.0.0/8", "http://10.1.2.3"), ("Localhost", "http://localhost:81")])
def test_the_operator_allows_hosts_and_networks(listed, url):
    assert addresses(url, allowed_hosts(f" 192.168.7.7, {listed},"))
    with pytest.raises(ReceiverError):
        addresses(url, allowed_hosts("192.168.7.7"))


def test_a_name_that_leads_to_several_addresses_is_told_at_the_public_ones(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (at, 443)) for at in ("127.0.0.1", "93.184.216.34")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: found)
    assert addresses("https://rebound.example.org") == ("93.184.216.34",)


def unknown(*args, **options):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_a_host_without_an_address_is_refused(monkeypatch):
    with pytest.raises(ReceiverError, match=r"host 'a+\.example\.org': not found"):
        addresses("https://" + "a" * 70 + ".example.org")
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ReceiverError, match=r"host 'nobody\.example\.org': not found"):
        addresses("https://nobody.example.org/in")


@pytest.mark.parametrize("entry", ["10.0.0.300", "10.0.0.1/8", "https://a.example.org", "*.example.org", "a b", "a..b"])
def test_a_list_that_holds_something_else_is_refused(entry):
    with pytest.raises(InputError, match=r"VERBATIM_WEBHOOK_HOSTS: '.*'; expected the name of a host, or a network"):
        allowed_hosts(f"hooks.example.org, {entry}")
    assert allowed_hosts("") == Allowed()


def test_delays_grow_and_end():
    outcomes = [after(attempts, 500, NOW) for attempts in range(1, len(DELAYS) + 2)]
    assert [one.state for one in outcomes] == ["waiting"] * len(DELAYS) + ["failed"]
    for outcome, delay in zip(outcomes, DELAYS, strict=False):
        assert delay * (1 - JITTER) <= outcome.due - NOW <= delay * (1 + JITTER)
    assert list(DELAYS) == sorted(DELAYS)
