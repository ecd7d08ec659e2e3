"""A server's admin API: sessions, players, kick, ban, mute.

::

    operator = consonance.admin.AdminClient("http://127.0.0.1:7790", token)
    for player in (await operator.session("main")).players:
        print(player.name, player.rooms)

Uses the standard library only: requests are made in threads and do not block the loop.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import ssl
from dataclasses import dataclass, fields
from typing import Any, TypeVar, Union
from urllib.parse import quote, urlsplit

from .errors import AdminError, SettingsError

ANSWER_BYTES_MAX = 64 * 1024 * 1024
"""No answer is read that is longer."""


@dataclass(frozen=True)
class Subject:
    """A player by the subject of its join token, whatever its name."""

    subject: str


PlayerRef = Union[str, Subject]
"""A player by its name, or by the subject of its join token."""


@dataclass(frozen=True)
class SessionSummary:
    """A summary of a session."""

    name: str
    players: int | None
    """How many; None if the session's node does not answer."""
    node: str | None = None


@dataclass(frozen=True)
class Terms:
    """The reason and the duration of a restriction."""

    reason: str
    by: str
    since: int
    """In seconds since 1970."""
    until: int | None
    """In seconds since 1970; None for ever."""


@dataclass(frozen=True)
class AdminPlayer:
    """A player as an operator sees it."""

    name: str
    id: int
    subject: str | None
    address: str | None
    is_moderator: bool
    rooms: list[str]
    is_speaking: bool
    voice_to: list[str]
    """Rooms by their names, players with an ``@`` before theirs."""
    lost_percent: float | None
    network: str | None
    muted: Terms | None
    text_muted: Terms | None
    deafened: Terms | None


@dataclass(frozen=True)
class Room:
    """A room with listeners."""

    name: str
    listeners: int


@dataclass(frozen=True)
class Session:
    """A session with all its players."""

    name: str
    players: list[AdminPlayer]
    rooms: list[Room]
    is_recorded: bool


@dataclass(frozen=True)
class Outcome:
    """The result of an action: ``docs/operations.md`` lists the values."""

    outcome: str
    """``"notified"``, ``"not_notified"``, ``"absent"``, ``"moved"``, ``"holds"`` and so on."""
    stored: str
    """``"on_disk"``, ``"in_memory"`` or ``"waiting"``."""


@dataclass(frozen=True)
class Ban:
    """An active ban."""

    id: int
    target: dict[str, str]
    """``{"name": …}``, ``{"subject": …}`` or ``{"address": …}``."""
    reason: str
    by: str
    since: int
    until: int | None


@dataclass(frozen=True)
class Banned:
    """A new ban, and the names of the players that it disconnected."""

    ban: Ban
    expelled: list[str]


class AdminClient:
    """A client of one server's admin API; several tasks may use it at once.

    url: the address of ``serve --admin``, such as ``http://127.0.0.1:7790``. token: the content of the token file.
    by: the operator's name for the audit log. timeout: seconds for each request. context: the trust settings for
    ``https``; the system's certificates by default.

    Every method raises ``AdminError`` if the server rejects the request or cannot be reached.
    """

    def __init__(
        self, url: str, token: str, *, by: str = "admin", timeout: float = 10.0, context: ssl.SSLContext | None = None
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError("url", f"invalid url {url!r}, expected http://HOST:PORT or https://HOST:PORT")
        self._is_secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._token = token.strip()
        self._by = by
        self._timeout = timeout
        self._context = context

    async def sessions(self) -> list[SessionSummary]:
        """All sessions, by name."""
        return [_read(SessionSummary, one) for one in await self.request("GET", "/api/v1/sessions")]

    async def session(self, session: str) -> Session:
        """A session with all its players."""
        told = await self.request("GET", f"/api/v1/sessions/{_path(session)}")
        players = [_player(player) for player in told["players"]]
        rooms = [_read(Room, room) for room in told["rooms"]]
        return Session(told["name"], players, rooms, told["is_recorded"])

    async def kick(self, session: str, player: PlayerRef, *, reason: str = "") -> Outcome:
        """Removes a player; it may rejoin."""
        return await self.act(session, {"kick": {"player": _ref(player)}}, reason)

    async def mute(
        self, session: str, player: PlayerRef, *, seconds: int | None = None, reason: str = ""
    ) -> Outcome:
        """Mutes a player, for this many seconds or until it is unmuted."""
        return await self._restrict(session, "mute", player, seconds, reason)

    async def unmute(self, session: str, player: PlayerRef, *, reason: str = "") -> Outcome:
        """Unmutes a player."""
        return await self.act(session, {"unmute": {"player": _ref(player)}}, reason)

    async def mute_text(
        self, session: str, player: PlayerRef, *, seconds: int | None = None, reason: str = ""
    ) -> Outcome:
        """Blocks a player's texts, for this many seconds or until they are unblocked."""
        return await self._restrict(session, "mute_text", player, seconds, reason)

    async def unmute_text(self, session: str, player: PlayerRef, *, reason: str = "") -> Outcome:
        """Unblocks a player's texts."""
        return await self.act(session, {"unmute_text": {"player": _ref(player)}}, reason)

    async def deafen(
        self, session: str, player: PlayerRef, *, seconds: int | None = None, reason: str = ""
    ) -> Outcome:
        """Sends a player no voice, for this many seconds or until it is undeafened."""
        return await self._restrict(session, "deafen", player, seconds, reason)

    async def undeafen(self, session: str, player: PlayerRef, *, reason: str = "") -> Outcome:
        """Sends a player voice again."""
        return await self.act(session, {"undeafen": {"player": _ref(player)}}, reason)

    async def move(
        self, session: str, player: PlayerRef, *, from_room: str, to_room: str, reason: str = ""
    ) -> Outcome:
        """Removes a listener from one room and asks it to join another one."""
        return await self.act(session, {"move": {"player": _ref(player), "from": from_room, "to": to_room}}, reason)

    async def remove_from_room(self, session: str, player: PlayerRef, room: str, *, reason: str = "") -> Outcome:
        """Removes a listener from a room; it may return."""
        return await self.act(session, {"remove_from_room": {"player": _ref(player), "room": room}}, reason)

    async def bans(self, *, after: int = 0, limit: int = 100) -> list[Ban]:
        """The bans with numbers greater than ``after``, at most ``limit`` of them, which is at most 1000."""
        return [_read(Ban, ban) for ban in await self.request("GET", f"/api/v1/bans?after={after}&limit={limit}")]

    async def ban(
        self,
        *,
        name: str | None = None,
        subject: str | None = None,
        address: str | None = None,
        seconds: int | None = None,
        reason: str = "",
    ) -> Banned:
        """Bans a name, a subject or an address (``192.0.2.0/24``), exactly one of them; disconnects matching players.

        ``seconds``: the duration; permanent by default.
        """
        targets = {"name": name, "subject": subject, "address": address}
        target = {kind: value for kind, value in targets.items() if value is not None}
        if len(target) != 1:
            raise SettingsError("target", "name exactly one of name, subject and address")
        body = {"target": target, "duration_s": seconds, "reason": reason, "by": self._by}
        told = await self.request("POST", "/api/v1/bans", body)
        return Banned(_read(Ban, told["ban"]), [one["player"] for one in told["expelled"]])

    async def unban(self, ban: Ban | int, *, reason: str = "") -> Outcome:
        """Lifts a ban."""
        number = ban if isinstance(ban, int) else ban.id
        query = f"reason={quote(reason, safe='')}&by={quote(self._by, safe='')}"
        return _read(Outcome, await self.request("DELETE", f"/api/v1/bans/{number}?{query}"))

    async def act(self, session: str, action: dict[str, object], reason: str = "") -> Outcome:
        """Any action of the API, such as ``{"slow_texts": {"every_s": 5}}``."""
        body = {"action": action, "reason": reason, "by": self._by}
        return _read(Outcome, await self.request("POST", f"/api/v1/sessions/{_path(session)}/actions", body))

    async def request(self, method: str, path: str, body: object = None) -> Any:
        """Any request; returns the JSON of the response. ``/api/openapi.json`` describes all of them."""
        return await asyncio.to_thread(self._request, method, path, body)

    async def _restrict(
        self, session: str, action: str, player: PlayerRef, seconds: int | None, reason: str
    ) -> Outcome:
        return await self.act(session, {action: {"player": _ref(player), "duration_s": seconds}}, reason)

    def _request(self, method: str, path: str, body: object) -> Any:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        connection = self._connection()
        try:
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            status, text = answer.status, answer.read(ANSWER_BYTES_MAX)
        except (OSError, http.client.HTTPException, ValueError) as cause:
            raise AdminError("unreachable", f"{self._host} does not answer: {cause}") from cause
        finally:
            connection.close()
        try:
            told = json.loads(text) if text else None
        except ValueError:
            told = None
        if status >= 400:
            detail = told.get("detail") or told.get("title") if isinstance(told, dict) else None
            raise AdminError(f"http-{status}", str(detail or answer.reason), status)
        if told is None and text:
            raise AdminError("no-json", f"{method} {path}: unexpected answer, expected JSON", status)
        return told

    def _connection(self) -> http.client.HTTPConnection:
        if self._is_secure:
            context = self._context or ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)


_T = TypeVar("_T")


def _read(kind: type[_T], told: dict[str, Any]) -> _T:
    """The known fields of an object; a newer server may send more."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: value for name, value in told.items() if name in names})


def _player(told: dict[str, Any]) -> AdminPlayer:
    restrictions = ("muted", "text_muted", "deafened")
    terms = {name: _read(Terms, told[name]) if told.get(name) else None for name in restrictions}
    return _read(AdminPlayer, {**told, **terms})


def _ref(player: PlayerRef) -> object:
    return {"subject": player.subject} if isinstance(player, Subject) else player


def _path(name: str) -> str:
    return quote(name, safe="")
