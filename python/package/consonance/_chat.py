"""A voice chat in asyncio."""

from __future__ import annotations

import asyncio
import sys
import warnings
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from . import _native
from ._audio import AudioStream
from ._channel import Channel
from ._encryption import EncryptedMember, EncryptionStatus
from ._event_queue import Events
from ._moderator import Moderator
from ._player import Player, Position
from ._samples import Source, parts
from ._settings import Settings
from ._waker import waker
from .errors import ConnectError, EndedError, SettingsError, TextError
from .events import Ended, Event, PlayersSynced, Text, TextNotSent, TextSent, _event

PUSH_SECONDS = 0.25
"""Speech is handed over in parts of this length."""


@dataclass(frozen=True)
class Spoken:
    """The result of a speech."""

    seconds: float
    """How long it was."""
    underruns: int
    """How often it was silent because its source gave nothing in time."""


class VoiceChat:
    """A bot's place in a session; ``consonance.connect`` creates one.

    Use it only in the thread of the asyncio loop that it was connected in. Methods that are not ``async`` return at
    once; they take effect within a few milliseconds, and an event reports if they cannot.
    """

    def __init__(self, settings: Settings) -> None:
        self._loop = asyncio.get_running_loop()
        self._end: Ended | None = None
        # Nothing is to be left if the chat does not even start.
        self._is_left = True
        self._synced = False
        self._waiting: set[asyncio.Future[None]] = set()
        self._texts: dict[int, asyncio.Future[int]] = {}
        self._moderator = Moderator(self)
        self._speaking = asyncio.Lock()
        # Has what happens until it is asked for.
        self._first: Events | None = Events(self)
        self._readers: weakref.WeakSet[Events] = weakref.WeakSet([self._first])
        self._native = _native.start(settings, waker(self._loop, weakref.WeakMethod(self._look)))
        self._is_left = False

    async def _joined(self) -> None:
        while not self._synced:
            if self._end is not None:
                raise ConnectError(self._end.code, self._end.reason)
            await self._change()

    async def __aenter__(self) -> VoiceChat:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.leave()

    def __del__(self) -> None:
        if not getattr(self, "_is_left", True) and not sys.is_finalizing():
            self._stop()
            warnings.warn(f"{self!r} was not left: use `async with`", ResourceWarning, source=self, stacklevel=2)

    def __repr__(self) -> str:
        return f"<VoiceChat {self.name!r} {self.status}>"

    # The session

    @property
    def name(self) -> str:
        """The bot's own name."""
        return self._native.local_player().name

    @property
    def status(self) -> str:
        """``"connected"``, ``"connecting"`` (also when reconnecting), or ``"disconnected"`` once the chat has ended."""
        # The last event comes before the chat's threads are gone.
        return self._native.status() if self._end is None else "disconnected"

    @property
    def end(self) -> Ended | None:
        """The reason why the chat has ended; None while it is running."""
        return self._end

    @property
    def players(self) -> list[Player]:
        """The other players of the session."""
        return [Player(self, player) for player in self._native.players() if not player.is_local]

    @property
    def local_player(self) -> Player:
        """The bot's own player."""
        return Player(self, self._native.local_player())

    def player(self, name: str) -> Player | None:
        """The player with this name, if it is in the session."""
        player = self._native.player(name)
        return None if player is None else Player(self, player)

    def events(self) -> Events:
        """An iterator over the events, until the chat has ended.

        The first call starts with the events since connecting, each further call with the events from that time.
        Every iterator gets every event; each queues 65 536, and ``dropped`` counts those that were lost.
        """
        if self._first is not None:
            reader, self._first = self._first, None
            return reader
        reader = Events(self)
        self._readers.add(reader)
        return reader

    async def leave(self) -> None:
        """Leaves the session, and waits until the server has confirmed it: a few seconds at most."""
        self._stop()
        await self.wait_ended()

    async def wait_ended(self) -> Ended:
        """Waits until the chat has ended, for whatever reason."""
        while self._end is None:
            await self._change()
        return self._end

    # Rooms and channels

    def listen_to_room(self, room: str) -> None:
        """Listens to a room; calls are counted, so a room that was joined twice must be left twice."""
        self._running().listen_to_room(room)

    def stop_listening_to_room(self, room: str) -> None:
        """Stops listening to a room, or undoes one of several calls of ``listen_to_room``."""
        self._running().stop_listening_to_room(room)

    def speak_in_room(self, room: str, *, positional: bool = False, volume: float = 1.0) -> Channel:
        """Opens a channel to a room: speech also goes there until the channel is closed.

        ``positional``: played from the bot's position. ``volume``: a factor from 0 to 2.
        """
        chat = self._running()
        return Channel(chat, chat.speak_to(True, room, positional, volume))

    def speak_to_player(self, player: str | Player, *, positional: bool = False, volume: float = 1.0) -> Channel:
        """Opens a channel to a player: speech also goes to it, while it is here, until the channel is closed."""
        chat = self._running()
        return Channel(chat, chat.speak_to(False, _name(player), positional, volume))

    # Sound

    def audio(
        self, player: str | Player, *, rate: int = 48_000, block_ms: int = 20, queue_ms: int = 10_000
    ) -> AudioStream:
        """One player's voice as received, also when the player leaves and joins again.

        ``rate``: 48000, 24000, 16000 or 8000 Hz. ``block_ms``: the length of blocks, 10 to 1000 in steps of 10; a block
        before a gap may be shorter. ``queue_ms``: the longest queue; beyond it, the oldest blocks are dropped.
        The samples are float32 of shape ``(n,)``. Raises ``SettingsError`` for other numbers.
        """
        return self._stream(_name(player), rate, block_ms, queue_ms)

    def mix(self, *, rate: int = 48_000, block_ms: int = 20, queue_ms: int = 10_000) -> AudioStream:
        """The stereo mix of all players: float32 of shape ``(n, 2)``, without gaps. Otherwise as ``audio``."""
        return self._stream(None, rate, block_ms, queue_ms)

    def _stream(self, player: str | None, rate: int, block_ms: int, queue_ms: int) -> AudioStream:
        return AudioStream(self, self._running().audio(player, rate, block_ms, queue_ms), rate)

    async def speak(self, source: Source, *, rate: int = 48_000) -> Spoken:
        """Speaks on all open channels, and returns when everything was sent.

        ``source``: an array, or an iterator or async iterator of arrays: float from -1 to 1 or int16, of shape
        ``(n,)``, or ``(n, 2)`` for two channels, which are sent with the quality "music". ``rate``: 8000 to 192000 Hz.

        It takes as long as the audio lasts; an iterator is read half a second ahead. Cancelling the task stops within
        10 ms. Speeches of several tasks follow each other.

        Raises ``AudioError`` for invalid arrays, ``SettingsError`` for a rate that is out of range, and ``EndedError``
        if the chat ends before the speech.
        """
        if not isinstance(rate, int):
            raise SettingsError("rate", f"invalid rate {rate!r}, expected a whole number")
        async with self._speaking:
            speech: _native.Speech | None = None
            pieces = parts(source)
            try:
                async for part in pieces:
                    speech = speech or self._running().begin_speech(rate, part.shape[1])
                    step = max(1, int(rate * PUSH_SECONDS))
                    for start in range(0, len(part), step):
                        await self._until(speech.has_room)
                        speech.push(part[start : start + step].tobytes())
                if speech is None:
                    return Spoken(0.0, 0)
                speech.complete()
                await self._until(speech.is_over)
            except BaseException:
                if speech is not None:
                    speech.cancel()
                raise
            finally:
                await pieces.aclose()
            return Spoken(*speech.progress())

    def set_push_to_talk(self, pressed: bool) -> None:
        """Sets whether the key is pressed, in a chat with the activation "push-to-talk"."""
        self._running().set_push_to_talk(pressed)

    @property
    def muted(self) -> bool:
        """Whether the bot's own voice is muted."""
        return self._native.is_muted()

    @muted.setter
    def muted(self, muted: bool) -> None:
        self._running().set_muted(muted)

    @property
    def deafened(self) -> bool:
        """Whether the mix is silent; ``audio`` of single players continues."""
        return self._native.is_deafened()

    @deafened.setter
    def deafened(self, deafened: bool) -> None:
        self._running().set_deafened(deafened)

    @property
    def is_transmitting(self) -> bool:
        """Whether the bot's voice is being sent."""
        return self._native.is_transmitting()

    @property
    def packet_loss(self) -> float | None:
        """The share of lost frames from recent speakers, 0 to 1; None until there is enough data."""
        return self._native.packet_loss()

    # Places

    def set_listener(
        self,
        position: Position | None,
        *,
        forward: Position = (0.0, 0.0, 1.0),
        up: Position = (0.0, 1.0, 0.0),
    ) -> None:
        """The listener's position and orientation for the mix; None if they are no longer known.

        The position is also sent to the server, if it is shared: see ``share_position``.
        """
        self._running().set_listener(position, forward, up)

    def share_position(self, shared: bool) -> None:
        """Whether the listener's position is sent to the server, for its proximity rooms."""
        self._running().set_share_position(shared)

    # Texts

    async def send_text(self, text: str, *, room: str | None = None, player: str | Player | None = None) -> int:
        """Sends a text to a room or to a player, and returns the number of players that it goes to.

        Raises ``TextError`` if it is too long (``"too-long"``) or was not sent (``"not-sent"``), ``SettingsError``
        unless exactly one of room and player is given.
        """
        if (room is None) == (player is None):
            raise SettingsError("target", "name either a room or a player")
        target = room if room is not None else _name(player or "")
        number = self._running().send_text(room is not None, target, text)
        answer: asyncio.Future[int] = self._loop.create_future()
        self._texts[number] = answer
        try:
            return await answer
        finally:
            self._texts.pop(number, None)

    async def send_caption(
        self, player: str | Player, text: str, *, room: str, is_final: bool = True
    ) -> int:
        """Sends a room the transcript of a player's speech, and returns the number of players that it goes to.

        Pages show it under the player, clients that support captions raise ``events.Caption``, all others a text. The
        next caption for the player replaces one that is not final. Raises as ``send_text``.
        """
        return await self.send_text(_native.caption_text(_name(player), text, is_final), room=room)

    async def reply(self, event: Text, text: str) -> int:
        """Sends a text to where another text came from: to its room, or to its sender."""
        if event.room is not None:
            return await self.send_text(text, room=event.room)
        return await self.send_text(text, player=event.player)

    def set_token(self, token: str, held: bool = True) -> bool:
        """Holds an access token, by which rooms with tokens are opened, or no longer; False if nothing has changed.

        ``events.TokenAdded`` and ``events.TokenRemoved`` follow. At most 1024 tokens can be held; for one more,
        raises ``SettingsError`` with the code ``token-limit``.
        """
        return self._running().set_token(token, held)

    @property
    def moderator(self) -> Moderator:
        """Moderation of other players, with a join token that permits it."""
        return self._moderator

    # Encryption

    @property
    def encryption(self) -> EncryptionStatus:
        """Whether the chat is encrypted from end to end, and which members can decrypt it."""
        state, epoch, safety_number, members = self._native.encryption()
        told = tuple(EncryptedMember(**member) for member in members)
        return EncryptionStatus(state, epoch, safety_number, told)

    def is_room_encrypted(self, room: str) -> bool:
        """Whether voice and text to a room are encrypted from end to end."""
        return self._native.is_room_encrypted(room)

    # What the methods above are made of

    def _stop(self) -> None:
        """Leaves in the background."""
        self._is_left = True
        self._native.stop()

    def _look(self) -> None:
        """Called in the loop after each change."""
        self._native.look()
        while (told := self._native.poll_event()) is not None:
            event = _event(*told)
            self._react(event)
            self._moderator._react(event)
            for reader in list(self._readers):
                reader._put(event)
        self._notify()

    def _react(self, event: Event) -> None:
        if isinstance(event, PlayersSynced):
            self._synced = True
        elif isinstance(event, TextSent):
            _answer(self._texts.get(event.id), event.players)
        elif isinstance(event, TextNotSent):
            _fail(self._texts.get(event.id), TextError("not-sent", event.reason))
        elif isinstance(event, Ended):
            self._end = event
            self._is_left = True
            ended = EndedError(event.code, event.reason)
            for answer in self._texts.values():
                _fail(answer, ended)

    def _notify(self) -> None:
        waiting, self._waiting = self._waiting, set()
        for one in waiting:
            _answer(one, None)

    async def _change(self) -> None:
        """Waits for the next change."""
        change: asyncio.Future[None] = self._loop.create_future()
        self._waiting.add(change)
        try:
            await change
        finally:
            self._waiting.discard(change)

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._running()
            await self._change()

    def _running(self) -> _native.Chat:
        if self._end is not None:
            raise EndedError(self._end.code, self._end.reason)
        return self._native


def _name(player: str | Player) -> str:
    return player if isinstance(player, str) else player.name


def _answer(future: asyncio.Future[Any] | None, value: object) -> None:
    if future is not None and not future.done():
        future.set_result(value)


def _fail(future: asyncio.Future[Any] | None, error: Exception) -> None:
    if future is not None and not future.done():
        future.set_exception(error)
