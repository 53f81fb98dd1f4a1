"""Chat addresses: those of three services are read, and nothing else gets to Apprise."""

from __future__ import annotations

import pytest

from coaching.channels.chat_addresses import BadAddressError, ChatService, read_chat_address
from coaching.config import Settings

OPEN = Settings()
TEAMS = "https://prod-12.westeurope.logic.azure.com:443/workflows/0ab1c2/triggers/manual/paths/invoke"
ENDING = "sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=SIG-nature_1"
POWER = "https://0a.b1.environment.api.powerplatform.com:443/powerautomate/automations/direct/cu/12/workflows/0ab1c2"


@pytest.mark.parametrize(
    ("text", "service", "hint"),
    [
        ("https://hooks.slack.com/services/T01/B02/abcDEF", ChatService.SLACK, "Slack"),
        ("slack://T01/B02/abcDEF", ChatService.SLACK, "Slack"),
        ("https://chat.example.org/hooks/abcdefghij012", ChatService.MATTERMOST, "Mattermost at chat.example.org"),
        ("https://example.org:8443/chat/hooks/abcdefghij012", ChatService.MATTERMOST, "Mattermost at example.org"),
        ("mmosts://chat.example.org/abcdefghij012", ChatService.MATTERMOST, "Mattermost at chat.example.org"),
        (f"{TEAMS}?api-version=2016-06-01&{ENDING}", ChatService.TEAMS, "Microsoft Teams"),
        (f"{POWER}/triggers/manual/paths/invoke?api-version=1&{ENDING}", ChatService.TEAMS, "Microsoft Teams"),
        ("workflows://prod-12.westeurope.logic.azure.com/0ab1c2/SIG-nature_1", ChatService.TEAMS, "Microsoft Teams"),
    ],
)
def test_the_webhooks_of_three_services_are_read(text: str, service: ChatService, hint: str) -> None:
    address = read_chat_address(text, OPEN)
    assert (address.service, address.hint) == (service, hint)
    assert not [secret for secret in address.secrets if secret in repr(address) or secret in address.hint]


@pytest.mark.parametrize(
    "text",
    [
        "mailto://user:password@example.org", "json://example.org/x", "file:///etc/passwd", "discord://1/2", "x", "http://[",
        "slack://T01/B02/abc?template=/etc/passwd", "slack://xoxb-1234-1234-abc", "slack://T01/B02/abc/%23general",
        "mmosts://chat.example.org/abcdefghij012?verify=no", "mmosts://bot@chat.example.org/abcdefghij012",
        "mmosts://chat.example.org/abcdefghij012?redirect=yes", "https://chat.example.org/hooks/../../admin0000",
        "https://chat.example.org/hooks/abcdefghij012#x", "https://chat.example.org/hooks/abc defghij012",
        f"{TEAMS}?{ENDING}&template=%2Fetc%2Fpasswd", TEAMS, f"{TEAMS.replace('azure.com', 'evil.example')}?{ENDING}",
        "workflows://evil.example/0ab1c2/SIG", "https://hooks.slack.com.evil.example/services/T01/B02/abc",
        # Where nothing of ours goes, as far as the address itself tells.
        "http://chat.example.org/hooks/abcdefghij012", "mmost://chat.example.org/abcdefghij012",
        "https://localhost/hooks/abcdefghij012", "https://127.0.0.1/hooks/abcdefghij012",
        "https://169.254.169.254/hooks/abcdefghij012", "https://10.1.2.3:8065/hooks/abcdefghij012",
        "https://chat.internal/hooks/abcdefghij012", "https://chat.example.org:22/hooks/abcdefghij012",
    ],
)  # fmt: skip
def test_anything_else_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(BadAddressError) as refusal:
        read_chat_address(text, OPEN)
    assert not {"abcdefghij012", "password@", "SIG-nature_1", "abcDEF"} & set(
        str(refusal.value).replace("/", " ").split()
    )


def test_a_host_within_one_s_own_network_is_taken_where_the_settings_name_it() -> None:
    inside = Settings(chat_hosts=frozenset({"chat.internal", "127.0.0.1"}))
    assert read_chat_address("https://chat.internal/hooks/abcdefghij012", inside).host == "chat.internal"
    assert not read_chat_address("http://127.0.0.1:8065/hooks/abcdefghij012", inside).is_tls
    strict = Settings(
        environment="production", secret_key="0123456789abcdefghijklmnopqrstuvwxyz", chat_hosts=inside.chat_hosts
    )
    with pytest.raises(BadAddressError, match="unencrypted"):
        read_chat_address("http://127.0.0.1:8065/hooks/abcdefghij012", strict)
