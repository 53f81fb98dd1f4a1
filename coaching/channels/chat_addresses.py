"""The chat addresses that people may give, in a grammar of our own: one webhook of Slack, Mattermost or Teams.

Apprise reads many more: other services, files for templates, switches that turn the checking of certificates off.
Nothing gets to it but the parts that are read here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.util import find_spec
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, urlsplit

from coaching.channels.pinned import is_public
from coaching.config import Settings

EXAMPLES = (
    "https://hooks.slack.com/services/..., https://chat.example.org/hooks/..., or the address of a Teams workflow"
)
MICROSOFT = (".logic.azure.com", ".api.powerplatform.com")
LONGEST = 900
_SLACK = re.compile(r"/services/([A-Za-z0-9]{1,40})/([A-Za-z0-9]{1,40})/([A-Za-z0-9]{1,64})/?")
_MATTERMOST = re.compile(r"((?:/[A-Za-z0-9_-]{1,64}){0,4})/hooks/([A-Za-z0-9]{8,64})/?")
_TEAMS = re.compile(
    r"(/powerautomate/automations/direct(?:/cu/([0-9]{1,4}))?)?/workflows/([A-Za-z0-9_-]{1,80})"
    r"/triggers/manual/paths/invoke/?"
)
_TEAMS_ARGUMENTS = frozenset({"api-version", "sp", "sv", "sig"})
_WORD = re.compile(r"[A-Za-z0-9_-]{1,200}")
_VERSION = re.compile(r"[0-9]{1,4}(-[0-9]{2}-[0-9]{2}(-preview)?)?")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?")


class BadAddressError(Exception):
    """This cannot be used. The text says what to do; it never has the address in it."""


class ChatService(StrEnum):
    SLACK = "slack"
    MATTERMOST = "mattermost"
    TEAMS = "teams"


NAMES = {ChatService.SLACK: "Slack", ChatService.MATTERMOST: "Mattermost", ChatService.TEAMS: "Microsoft Teams"}


@dataclass(frozen=True, slots=True)
class ChatAddress:
    """A webhook, in its parts. `secrets` are those that let whoever knows them write there."""

    service: ChatService
    secrets: tuple[str, ...] = field(repr=False)
    host: str = ""
    port: int | None = None
    folder: str = ""
    is_tls: bool = True
    version: str = ""
    route: str | None = None
    is_power_automate: bool = False

    @property
    def hint(self) -> str:
        """What may be shown of it."""
        name = NAMES[self.service]
        return f"{name} at {self.host}" if self.service == ChatService.MATTERMOST else name


def is_chat_installed() -> bool:
    """Whether what writes for chat is installed. It is not loaded for this."""
    return find_spec("apprise") is not None


def read_chat_address(text: str, settings: Settings) -> ChatAddress:
    """The parts of an address, as the service shows it or as Apprise writes it. Raises BadAddressError.

    The settings name the hosts that may lie within one's own network; in development these may do without TLS.
    """
    parts = _split(text)
    readers = {
        "https": _read_web, "http": _read_web, "slack": _read_slack, "mmosts": _read_mattermost,
        "mmost": _read_mattermost, "workflow": _read_workflow, "workflows": _read_workflow,
    }  # fmt: skip
    read = readers.get(parts.scheme)
    if read is None:
        raise BadAddressError(f"Only Slack, Mattermost and Microsoft Teams can be told: {EXAMPLES}.")
    address = read(parts)
    inside = settings.chat_hosts
    if not address.is_tls and (settings.environment == "production" or address.host not in inside):
        raise BadAddressError("This would go unencrypted. Write https:// in front.")
    _check_host(address, inside)
    return address


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise BadAddressError(f"This cannot be read as an address. Copy it from the service: {EXAMPLES}.") from error
    if len(text) > LONGEST or not text.isascii() or not text.isprintable() or " " in text:
        raise BadAddressError(f"This is no address of a webhook. Copy it from the service: {EXAMPLES}.")
    if parts.username or parts.password or parts.fragment:
        raise BadAddressError("Leave out what stands before an @ or behind a #.")
    return parts


def _check_host(address: ChatAddress, inside: frozenset[str]) -> None:
    """What can be told of a host without asking for it. The rest is looked at when something is sent."""
    if address.service != ChatService.MATTERMOST or address.host in inside:
        return
    if address.port is not None and address.port < 1024 and address.port not in {80, 443}:
        raise BadAddressError("There is no chat server at such a port. Leave the port out, or use one from 1024 on.")
    try:
        is_good = is_public(ip_address(address.host))
    except ValueError:
        is_good = "." in address.host and not address.host.endswith((".localhost", ".local", ".internal"))
    if not is_good:
        raise BadAddressError("This host lies within a network that is not public. Ask who runs this site to allow it.")


def _read_web(parts: SplitResult) -> ChatAddress:
    host = parts.hostname or ""
    is_tls = parts.scheme == "https"
    if host == "hooks.slack.com" and (found := _SLACK.fullmatch(parts.path)) and not parts.query and is_tls:
        return ChatAddress(ChatService.SLACK, found.groups(), host)
    if host.endswith(MICROSOFT) and (found := _TEAMS.fullmatch(parts.path)) and is_tls:
        return _teams(parts, found)
    if (found := _MATTERMOST.fullmatch(parts.path)) and not parts.query and _HOST.fullmatch(host):
        folder, token = found.groups()
        return ChatAddress(ChatService.MATTERMOST, (token,), host, parts.port, folder, is_tls)
    raise BadAddressError(f"This is no address of a webhook that we know. Copy it from the service: {EXAMPLES}.")


def _teams(parts: SplitResult, found: re.Match[str]) -> ChatAddress:
    prefix, route, workflow = found.groups()
    arguments = dict(parse_qsl(parts.query))
    version = arguments.get("api-version", "")
    if (
        not arguments.keys() <= _TEAMS_ARGUMENTS
        or not _WORD.fullmatch(arguments.get("sig", ""))
        or (version and not _VERSION.fullmatch(version))
        or arguments.get("sp", "/triggers/manual/run") != "/triggers/manual/run"
        or arguments.get("sv", "1.0") != "1.0"
        or parts.port not in {None, 443}
    ):
        raise BadAddressError("The end of this address is missing or unknown. Copy the whole of it from Teams.")
    return ChatAddress(
        ChatService.TEAMS, (workflow, arguments["sig"]), parts.hostname or "", version=version, route=route,
        is_power_automate=bool(prefix),
    )  # fmt: skip


def _read_slack(parts: SplitResult) -> ChatAddress:
    """`slack://A/B/C`, where the first part stands in the place of a host."""
    return _read_web(urlsplit(f"https://hooks.slack.com/services/{parts.netloc}{parts.path}?{parts.query}"))


def _read_mattermost(parts: SplitResult) -> ChatAddress:
    """`mmosts://host/token`, or with a path before the token; `mmost` is without TLS."""
    folder, _, token = parts.path.rstrip("/").rpartition("/")
    scheme = "https" if parts.scheme == "mmosts" else "http"
    return _read_web(urlsplit(f"{scheme}://{parts.netloc}{folder}/hooks/{token}?{parts.query}"))


def _read_workflow(parts: SplitResult) -> ChatAddress:
    """`workflows://host/workflow/signature`."""
    workflow, _, signature = parts.path.strip("/").partition("/")
    if parts.query or not _WORD.fullmatch(signature):
        raise BadAddressError("Write workflows://host/workflow/signature, or copy the whole address from Teams.")
    path = f"workflows/{workflow}/triggers/manual/paths/invoke?sig={signature}"
    return _read_web(urlsplit(f"https://{parts.netloc}/{path}"))
