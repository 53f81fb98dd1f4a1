"""SMTP against a real server: what each of its answers, and each of its silences, means for a mail."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import pytest

from coaching.channels import open_further, open_mail
from coaching.channels.base import ChannelDown, Outcome, Verdict
from coaching.channels.smtp import SmtpChannel
from tests.mail_server import PASSWORD, USER, MailServer, check_password

SENDER = "Coaching <coaching@example.org>"
WIRE = b"Message-ID: <one@coaching.internal>\r\nSubject: Hello\r\n\r\nWords.\r\n.dotted\r\n..twice\r\n"
IN_THE_CLEAR = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


@pytest.fixture(params=[False, True], ids=["step by step", "pipelined"])
def pipelines(request: pytest.FixtureRequest) -> bool:
    """Every server is met with and without PIPELINING, and every outcome is the same."""
    return bool(request.param)


@pytest.fixture
def server(pipelines: bool) -> Iterator[MailServer]:
    with MailServer(pipelines=pipelines) as server:
        yield server


@pytest.fixture
def channel(server: MailServer) -> Iterator[SmtpChannel]:
    channel = SmtpChannel("127.0.0.1", server.port, SENDER, timeout=1)
    yield channel
    channel.close()


def send(channel: SmtpChannel, local: str = "ann", wire: bytes = WIRE) -> Outcome:
    return channel.send(wire, message_id="<one@coaching.internal>", address=f"{local}@example.org")


def test_a_mail_arrives_byte_for_byte(server: MailServer, channel: SmtpChannel) -> None:
    channel.open()
    assert send(channel) == Outcome(Verdict.SENT, "250 Taken")
    assert [mail.content for mail in server.received] == [WIRE]


def test_a_mail_without_a_last_line_break_gets_one(server: MailServer, channel: SmtpChannel) -> None:
    channel.open()
    send(channel, wire=WIRE + b"end")
    assert server.received[0].content == WIRE + b"end\r\n"


def test_many_mails_go_over_one_connection(server: MailServer, channel: SmtpChannel) -> None:
    for _ in range(3):
        channel.open()
        assert send(channel).verdict == Verdict.SENT
    assert dict(server.handler.conversations) == {"example.org": 1}


@pytest.mark.parametrize(
    ("local", "outcome"),
    [
        ("later", Outcome(Verdict.RETRY, "451 Come back later")),
        ("never", Outcome(Verdict.FAILED, "550 No such person")),
        ("full", Outcome(Verdict.RETRY, "452 No room just now")),
        ("spam", Outcome(Verdict.FAILED, "554 Not wanted")),
    ],
)
def test_a_refusal_is_for_this_mail_alone(
    server: MailServer, channel: SmtpChannel, local: str, outcome: Outcome
) -> None:
    channel.open()
    assert send(channel, local) == outcome
    assert send(channel).verdict == Verdict.SENT
    assert sum(server.handler.conversations.values()) == 1


@pytest.mark.parametrize("local", ["drop", "hang"])
def test_no_answer_after_the_final_dot_leaves_the_fate_unknown(
    server: MailServer, channel: SmtpChannel, local: str
) -> None:
    channel.open()
    assert send(channel, local).verdict == Verdict.UNKNOWN
    assert len(server.received) == 1
    assert send(channel).verdict == Verdict.SENT


def test_a_connection_lost_before_the_dot_is_no_loss(server: MailServer, channel: SmtpChannel) -> None:
    channel.open()
    assert send(channel, "cut").verdict == Verdict.RETRY
    assert server.received == []
    assert send(channel).verdict == Verdict.SENT


def test_a_connection_that_the_server_gave_up_meanwhile_is_opened_again(
    server: MailServer, channel: SmtpChannel
) -> None:
    channel.open()
    server.stop()
    server.start_again()
    assert send(channel).verdict == Verdict.SENT
    server.stop()
    server.start_again()
    channel.open()
    assert send(channel).verdict == Verdict.SENT


def test_a_server_that_is_away_is_down(server: MailServer, channel: SmtpChannel) -> None:
    channel.open()
    server.stop()
    outcome = send(channel)
    assert outcome.verdict == Verdict.DOWN
    with pytest.raises(ChannelDown, match="No connection to the mail server"):
        channel.open()


def test_a_refused_sender_is_no_fault_of_the_mail(server: MailServer, channel: SmtpChannel) -> None:
    server.handler.refuses_sender = True
    channel.open()
    outcome = send(channel)
    assert outcome == Outcome(Verdict.DOWN, "The mail server refuses the sender: 550 This sender may not send here")


@pytest.mark.parametrize(
    "address",
    [
        "jürgen@example.org",
        "ann@example.org\r\nRCPT TO:<eve@example.org>",
        "ann@example.org> RCPT TO:<eve@example.org",
        "ann@example.org,eve@example.org",
    ],
)
def test_an_address_that_would_break_the_conversation_fails(
    server: MailServer, channel: SmtpChannel, address: str
) -> None:
    channel.open()
    assert channel.send(WIRE, message_id="<one@x>", address=address).verdict == Verdict.FAILED
    assert send(channel).verdict == Verdict.SENT
    assert [mail.recipient for mail in server.received] == ["ann@example.org"]


class Rude:
    """A server that greets, says yes to everything, and then does one thing that servers do in the field."""

    def __init__(self, ending: bytes, at: bytes = b".") -> None:
        self.ending, self.at = ending, at
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        connection, _address = self.socket.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 mail.example.org\r\n")
            in_data = False
            for line in lines:
                command = line.strip().upper()
                if command.startswith(self.at):
                    connection.sendall(self.ending)
                    return
                if in_data and command != b".":
                    continue
                in_data = command == b"DATA"
                connection.sendall(b"354 Go on\r\n" if in_data else b"250 OK\r\n")

    def close(self) -> None:
        self.socket.close()
        self.thread.join(5)


@pytest.mark.parametrize(
    ("ending", "at", "verdict"),
    [
        (b"what?\r\n", b".", Verdict.UNKNOWN),
        (b"354 again\r\n", b".", Verdict.UNKNOWN),
        (b"", b".", Verdict.UNKNOWN),
        (b"25", b".", Verdict.UNKNOWN),
        (b"421 Closing\r\n", b".", Verdict.RETRY),
        (b"451 Busy\r\n", b"DATA", Verdict.RETRY),
        (b"503 No\r\n", b"DATA", Verdict.FAILED),
        (b"", b"DATA", Verdict.RETRY),
        (b"421 Closing\r\n", b"RCPT", Verdict.RETRY),
        (b"552 Too large\r\n", b"MAIL", Verdict.FAILED),
    ],
)
def test_what_servers_do_in_the_field(ending: bytes, at: bytes, verdict: Verdict) -> None:
    rude = Rude(ending, at)
    channel = SmtpChannel("127.0.0.1", rude.port, SENDER, timeout=1)
    channel.open()
    try:
        assert send(channel).verdict == verdict
    finally:
        channel.close()
        rude.close()


def test_a_server_that_never_greets_is_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        channel = SmtpChannel("127.0.0.1", silent.getsockname()[1], SENDER, timeout=0.2)
        with pytest.raises(ChannelDown):
            channel.open()
        assert send(channel).verdict == Verdict.DOWN


@IN_THE_CLEAR
def test_a_user_signs_in_with_what_the_url_says(*, pipelines: bool) -> None:
    with MailServer(
        pipelines=pipelines, authenticator=check_password, auth_require_tls=False, auth_required=True
    ) as server:
        url = f"smtp://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{server.port}"
        channel = open_mail(url, SENDER)
        channel.open()
        outcome = channel.send(WIRE, message_id="<one@x>", address="ann@example.org")
        assert outcome.verdict == Verdict.SENT
        channel.close()


@IN_THE_CLEAR
def test_a_wrong_password_shuts_the_way_and_is_not_told() -> None:
    with MailServer(authenticator=check_password, auth_require_tls=False, auth_required=True) as server:
        channel = SmtpChannel("127.0.0.1", server.port, SENDER, user=USER, password="no-such-word", timeout=1)
        with pytest.raises(ChannelDown) as refused:
            channel.open()
        assert "535" in str(refused.value)
        assert "no-such-word" not in str(refused.value)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, signed by itself."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("There is no openssl to make a certificate with.")
    place = tmp_path_factory.mktemp("certificate") / "both.pem"
    request = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(place), "-out", str(place.with_suffix(".crt"))]
    subprocess.run([*request, *names], check=True, capture_output=True)
    place.write_text(place.read_text() + place.with_suffix(".crt").read_text())
    return place


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_mail_is_encrypted_where_the_certificate_is_trusted_and_stays_here_where_not(
    scheme: str, tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch, *, pipelines: bool
) -> None:
    options = {"context": tls} if scheme == "smtps" else {"tls_context": tls, "require_starttls": True}
    with MailServer(pipelines=pipelines, **options) as server:  # type: ignore[arg-type]
        channel = open_mail(f"{scheme}://localhost:{server.port}", SENDER)
        with pytest.raises(ChannelDown, match="certificate"):
            channel.open()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
        channel.open()
        assert channel.send(WIRE, message_id="<one@x>", address="ann@example.org").verdict == Verdict.SENT
        assert [mail.content for mail in server.received] == [WIRE]
        channel.close()


def test_there_are_as_many_connections_as_asked_for_and_one_way_into_a_folder() -> None:
    further = open_further("smtp://127.0.0.1:1", SENDER, 3)
    assert [len(channels) for channels in further.values()] == [2]
    assert len({id(channel) for channel in further["mail"]}) == 2
    assert open_further("smtp://127.0.0.1:1", SENDER, 1) == {"mail": []}
    assert open_further("file:/tmp/mail", SENDER, 3) == {}


def test_without_starttls_on_the_server_nothing_is_sent_in_the_clear(server: MailServer) -> None:
    channel = open_mail(f"smtp+starttls://127.0.0.1:{server.port}", SENDER)
    with pytest.raises(ChannelDown):
        channel.open()
