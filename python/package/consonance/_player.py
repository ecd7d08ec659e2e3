"""A player of the session."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from . import _native
from ._audio import AudioStream
from ._utterances import Utterance, utterances

if TYPE_CHECKING:
    from ._chat import VoiceChat

Position = tuple[float, float, float]
"""x, y, z in metres; y is up, z is forward and x is to the right."""


class Player:
    """A player of the session, from joining to leaving; its values are at most 10 ms old.

    A player that leaves and joins again is another ``Player`` with the same name.
    """

    def __init__(self, chat: VoiceChat, native: _native.Player) -> None:
        self._chat = chat
        self._native = native

    def __repr__(self) -> str:
        return f"<Player {self.name!r}>"

    @property
    def name(self) -> str:
        """The name, unique in the session."""
        return self._native.name

    @property
    def is_local(self) -> bool:
        """Whether this is the bot's own player."""
        return self._native.is_local

    @property
    def is_connected(self) -> bool:
        """Whether it is in the session."""
        return self._native.is_connected

    @property
    def is_speaking(self) -> bool:
        """Whether it speaks to the bot; for the own player, whether any player receives it."""
        return self._native.is_speaking

    @property
    def amplitude(self) -> float:
        """The loudness: the mean absolute value of the last 10 ms, 0 to 1."""
        return self._native.amplitude

    @property
    def rooms(self) -> list[str]:
        """The rooms that it listens to, sorted."""
        return self._native.rooms

    @property
    def packet_loss(self) -> float | None:
        """The share of its last frames that were lost, 0 to 1; None until there is enough data."""
        return self._native.packet_loss

    @property
    def volume(self) -> float:
        """Its volume in the mix: a factor from 0 to 4, 1 by default. Its own ``audio`` is not affected."""
        return self._native.volume

    @volume.setter
    def volume(self, factor: float) -> None:
        self._native.set_volume(factor)

    @property
    def muted(self) -> bool:
        """Whether it is left out of the mix."""
        return self._native.is_muted

    @muted.setter
    def muted(self, muted: bool) -> None:
        self._native.set_muted(muted)

    def set_place(self, position: Position | None, *, occlusion: float = 0.0) -> None:
        """Its position for the mix; None if it is no longer known.

        ``occlusion`` is the obstruction in between, from 0 (none) to 1 (a wall).
        """
        self._native.set_place(position, occlusion)

    def audio(self, *, rate: int = 48_000, block_ms: int = 20, queue_ms: int = 10_000) -> AudioStream:
        """Its voice; see ``VoiceChat.audio``."""
        return self._chat.audio(self.name, rate=rate, block_ms=block_ms, queue_ms=queue_ms)

    def utterances(
        self,
        *,
        rate: int = 16_000,
        pause_s: float = 0.35,
        longest_s: float = 12.0,
        shortest_s: float = 0.2,
        quiet: float = 0.006,
    ) -> AsyncGenerator[Utterance, None]:
        """Its voice, cut at its pauses: one ``Utterance`` after the other, until the chat ends or the loop is left.

        A pause of ``pause_s`` ends one, and so does a length of ``longest_s``; one with less than ``shortest_s`` of voice
        is left out. Blocks whose root mean square is at most ``quiet`` have no voice.
        """
        stream = self.audio(rate=rate)
        return utterances(stream, pause_s=pause_s, longest_s=longest_s, shortest_s=shortest_s, quiet=quiet)
