"""Chat over a real server: what it is told, what each answer means, and where nothing goes however it is asked."""

from __future__ import annotations

import json
import logging
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from coaching.channels.base import Letter, Verdict
from coaching.channels.chat import ChatChannel
from coaching.channels.chat_addresses import read_chat_address
from coaching.channels.chat_writers import write_request
from coaching.channels.pinned import UnansweredError, is_public, post
from coaching.config import Settings
from tests.channels.webhook_server import Webhook, webhook_server

TOKEN = "abcdefghij0123456789"
LETTER = Letter(
    kind="poll",
    message_id="<0123456789abcdefghjk@coaching.internal>",
    name="Ann Author",
    address="",
    timezone="Europe/London",
    facts={
        "title": "Tea, @all? <at>Bob</at> *now*", "note": "", "cohort": "Cohort 7", "by": "Carol", "minutes": 60,
        "slots": ["2026-07-14T09:00:00+00:00"], "closes_at": "2026-07-13T08:00:00+00:00", "is_reminder": False,
    },
    link="https://coaching.example.org/poll/the-secret-of-the-link",
    written_at=datetime(2026, 6, 15, 8, 0, tzinfo=UTC),
    path="/polls/0123456789abcdefghjk",
)  # fmt: skip
INSIDE = Settings(base_url="https://coaching.example.org", chat_hosts=frozenset({"127.0.0.1", "chat.example.org"}))


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with webhook_server() as server:
        yield server


@pytest.fixture
def channel() -> ChatChannel:
    """One that is let through to this machine, as no production is unless it says so."""
    return ChatChannel(INSIDE, timeout=0.5)


def to(port: int, host: str = "127.0.0.1") -> Letter:
    return replace(LETTER, address=f"http://{host}:{port}/hooks/{TOKEN}")


def send(channel: ChatChannel, letter: Letter) -> tuple[Verdict, str]:
    wire = channel.write(letter)
    assert wire == channel.write(letter)
    channel.open()
    outcome = channel.send(wire, message_id=letter.message_id, address="My channel")
    assert TOKEN not in outcome.detail
    assert "127.0.0.1" not in outcome.detail
    return outcome.verdict, outcome.detail


def resolving_to(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Lets names mean these addresses, a list at each asking; what was asked for is in the list that comes back."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *rest: Any, **how: Any) -> Any:
        if host[0].isdigit() or ":" in host:
            return real(host, port, *rest, **how)
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def test_a_mattermost_is_told_in_words_that_call_nobody(webhook: Webhook, channel: ChatChannel) -> None:
    assert send(channel, to(webhook.port)) == (Verdict.SENT, "The chat server answered 200.")
    ((path, host, body),) = webhook.came
    assert (path, host) == (f"/hooks/{TOKEN}", f"127.0.0.1:{webhook.port}")
    text = json.loads(body)["text"]
    assert text.startswith("**When could you meet? Tea, @\u2060all? (at)Bob(/at) \\*now\\***")
    assert "Say which times suit you: https://coaching.example.org/polls/0123456789abcdefghjk" in text
    assert "the-secret-of-the-link" not in text


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("https://hooks.slack.com/services/T01/B02/abcDEF", "https://hooks.slack.com/services/T01/B02/abcDEF"),
        (
            "workflows://prod-12.logic.azure.com/0ab1c2/SIG",
            "https://prod-12.logic.azure.com/workflows/0ab1c2/triggers/manual/paths/invoke?api-version=2016-06-01"
            "&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=SIG",
        ),
    ],
)
def test_slack_and_teams_get_what_they_read(address: str, where: str) -> None:
    request = write_request(read_chat_address(address, INSIDE), title="A & <!channel>", text="Tea\n\nhttps://x.org/a_b")
    assert request.url == where
    said = request.body.decode()
    assert "https://x.org/a_b" in said
    assert '<!channel>"' not in said
    assert json.loads(said)["attachments"]


@pytest.mark.parametrize(
    ("answer", "verdict", "said"),
    [
        (204, Verdict.SENT, "answered 204"), (302, Verdict.FAILED, "not followed"),
        (400, Verdict.FAILED, "answered 400"), (404, Verdict.FAILED, "answered 404"),
        (429, Verdict.RETRY, "answered 429"), (503, Verdict.RETRY, "answered 503"),
        ("hang up", Verdict.UNKNOWN, "no answer came"), ("silence", Verdict.UNKNOWN, "did not answer in time"),
        ("nonsense", Verdict.UNKNOWN, "no answer came"),
    ],
)  # fmt: skip
def test_what_an_answer_means(
    webhook: Webhook, channel: ChatChannel, answer: int | str, verdict: Verdict, said: str
) -> None:
    webhook.answer = answer
    webhook.headers = {"Location": f"http://127.0.0.1:{webhook.port}/elsewhere"}
    found, detail = send(channel, to(webhook.port))
    assert (found, said in detail) == (verdict, True), detail
    assert [path for path, _host, _body in webhook.came] == [f"/hooks/{TOKEN}"]


def test_a_server_that_is_away_costs_a_batch_one_attempt_at_reaching_it(channel: ChatChannel) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        wire = channel.write(to(taken.getsockname()[1]))
        channel.open()
        first, second = (channel.send(wire, message_id="", address="") for _ in range(2))
    assert (first.verdict, first.detail) == (Verdict.RETRY, "It was not handed over. It does not answer there.")
    assert (second.verdict, "left alone" in second.detail) == (Verdict.RETRY, True)


def test_one_that_stops_reading_in_the_middle_of_the_request_has_not_got_it(channel: ChatChannel) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        wire = channel.write(to(server.getsockname()[1]))
        request = json.loads(wire)
        # More than the buffers between the two hold.
        request["body"] = "x" * 12_000_000
        channel.open()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        outcome = channel.send(json.dumps(request).encode(), message_id="", address="")
    assert outcome.verdict == Verdict.RETRY


def test_an_answer_that_never_ends_is_cut_off(webhook: Webhook) -> None:
    webhook.answer = "drip"
    with pytest.raises(UnansweredError):
        post(f"http://127.0.0.1:{webhook.port}/", b"x", {}, allow=lambda _address: True, timeout=5, deadline=0.3)


@pytest.mark.parametrize(
    ("address", "is_let_through"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True), ("64:ff9b::5db8:d822", True),
        ("127.0.0.1", False), ("10.0.0.1", False), ("172.16.5.5", False), ("192.168.1.1", False), ("0.0.0.0", False),
        ("169.254.169.254", False), ("100.64.0.1", False), ("224.0.0.1", False), ("239.1.1.1", False),
        ("240.0.0.1", False), ("255.255.255.255", False), ("192.0.0.8", False), ("198.18.0.1", False),
        ("203.0.113.9", False),
        ("::1", False), ("::", False), ("fe80::1", False), ("fec0::1", False), ("fd00::1", False), ("ff02::1", False),
        ("::ffff:127.0.0.1", False), ("::ffff:10.0.0.1", False), ("64:ff9b::7f00:1", False),
        ("64:ff9b:1::a00:1", False), ("2002:7f00:1::", False),
        ("2001:0:4136:e378:8000:63bf:80ff:fffe", False), ("::127.0.0.1", False),
        ("2001:db8::1", False),
    ],
)  # fmt: skip
def test_only_the_public_network_is_let_through(address: str, is_let_through: bool) -> None:
    assert is_public(ip_address(address)) is is_let_through


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["169.254.169.254"]])
def test_a_name_that_leads_inside_is_refused_whatever_else_it_means(
    webhook: Webhook, monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    channel = ChatChannel(Settings(), timeout=0.5)
    asked = resolving_to(monkeypatch, addresses)
    letter = replace(LETTER, address=f"https://chat.example.org:{webhook.port}/hooks/{TOKEN}")
    assert send(channel, letter) == (Verdict.FAILED, "Its host lies within a network that is not public.")
    assert (asked, webhook.connections) == (["chat.example.org"], 0)


def test_a_name_that_means_something_else_a_moment_later_is_asked_once(
    webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: looked at, the name is public; connected to, it would be this machine."""
    channel = ChatChannel(Settings(), timeout=0.5)
    asked = resolving_to(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    places: list[Any] = []

    def refuse(place: Any, *_how: Any) -> socket.socket:
        places.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    letter = replace(LETTER, address=f"https://chat.example.org:{webhook.port}/hooks/{TOKEN}")
    assert send(channel, letter)[0] == Verdict.RETRY
    assert (asked, places, webhook.connections) == (["chat.example.org"], [("93.184.216.34", webhook.port)], 0)


def test_over_tls_the_server_is_asked_for_by_its_name_and_has_to_prove_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("There is no openssl to make a certificate with.")
    both = tmp_path / "both.pem"
    name = ["-subj", "/CN=chat.example.org", "-addext", "subjectAltName=DNS:chat.example.org"]
    request = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *name]
    subprocess.run([*request, "-keyout", both, "-out", tmp_path / "crt"], check=True, capture_output=True)
    both.write_text(both.read_text() + (tmp_path / "crt").read_text())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    resolving_to(monkeypatch, ["127.0.0.1"])
    channel = ChatChannel(INSIDE, timeout=2)
    with webhook_server(context) as webhook:
        letter = replace(LETTER, address=f"https://chat.example.org:{webhook.port}/hooks/{TOKEN}")
        assert send(channel, letter) == (Verdict.RETRY, "It was not handed over. Its certificate is not good for it.")
        assert webhook.came == []
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "crt"))
        assert send(channel, letter)[0] == Verdict.SENT
        assert webhook.came[0][1] == f"chat.example.org:{webhook.port}"
        assert set(webhook.names) == {"chat.example.org"}


def test_nothing_of_an_address_gets_into_a_log(
    webhook: Webhook, channel: ChatChannel, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        send(channel, to(webhook.port))
    assert TOKEN not in caplog.text
