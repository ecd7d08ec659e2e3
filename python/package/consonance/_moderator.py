"""Moderation from within a session."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from . import events
from ._player import Player
from .errors import EndedError, ModerationError

if TYPE_CHECKING:
    from ._chat import VoiceChat


class Moderator:
    """Moderates other players through the server, as the join token permits.

    Actions are in the server's audit log. Every method raises ``ModerationError`` if the server did not act, with the
    code "not-moderator", "no-player", "protected", "not-in-room", "room-forbidden", "room-full", "failed" or "refused".
    ``consonance.admin`` can do more, with the operator's token.
    """

    def __init__(self, chat: VoiceChat) -> None:
        self._chat = chat
        self._asked: deque[tuple[str, asyncio.Future[None]]] = deque()

    async def kick(self, player: str | Player, *, reason: str = "") -> None:
        """Removes a player from the session; it may rejoin."""
        await self._ask(player, "kick", reason)

    async def ban(self, player: str | Player, *, seconds: int | None = None, reason: str = "") -> None:
        """Removes a player from the session and keeps it out, for this many seconds or forever; also under another
        name, if it has an account.
        """
        await self._ask(player, "ban", reason, seconds=seconds)

    async def mute(self, player: str | Player, *, seconds: int | None = None, reason: str = "") -> None:
        """Mutes a player, for this many seconds or until it is unmuted."""
        await self._ask(player, "mute", reason, seconds=seconds)

    async def unmute(self, player: str | Player, *, reason: str = "") -> None:
        """Unmutes a player."""
        await self._ask(player, "unmute", reason)

    async def move(self, player: str | Player, *, from_room: str, to_room: str, reason: str = "") -> None:
        """Removes a player from a room and asks it to listen to another one instead."""
        await self._ask(player, "move", reason, from_room=from_room, to_room=to_room)

    async def _ask(
        self,
        player: str | Player,
        action: str,
        reason: str,
        *,
        seconds: int | None = None,
        from_room: str = "",
        to_room: str = "",
    ) -> None:
        name = player if isinstance(player, str) else player.name
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        asked = (name, answer)
        self._chat._running().moderate(name, action, reason, seconds, from_room, to_room)
        self._asked.append(asked)
        try:
            await answer
        finally:
            if asked in self._asked:
                self._asked.remove(asked)

    def _react(self, event: events.Event) -> None:
        """Responses arrive in the order of the requests, for each player."""
        if isinstance(event, events.Moderated):
            asked = next((one for one in self._asked if one[0] == event.player), None)
            if asked is not None:
                self._asked.remove(asked)
                self._finish(asked[1], event.answer, f"{event.player!r}: {event.answer}")
        elif isinstance(event, events.Problem) and event.about == "moderation" and self._asked:
            self._finish(self._asked.popleft()[1], "refused", event.text)
        elif isinstance(event, events.Ended):
            while self._asked:
                answer = self._asked.popleft()[1]
                if not answer.done():
                    answer.set_exception(EndedError(event.code, event.reason))

    def _finish(self, answer: asyncio.Future[None], code: str, text: str) -> None:
        if answer.done():
            return
        if code == "done":
            answer.set_result(None)
        else:
            answer.set_exception(ModerationError(code, text))
