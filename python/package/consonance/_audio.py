"""Received audio, as an async iterator of numpy arrays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from . import _native

if TYPE_CHECKING:
    from ._chat import VoiceChat


@dataclass(frozen=True, eq=False)
class AudioBlock:
    """A block of gapless audio, with its time."""

    samples: NDArray[np.float32]
    """Shape ``(n,)`` for a player, ``(n, 2)`` for the mix; from -1 to 1."""
    position: int
    """Of the first sample, counted from the first one of the stream, at its rate. Where it is not where the block
    before ended, the player was silent in between (or blocks were dropped: see ``AudioStream.dropped``)."""
    time: float
    """When the first sample was due to be heard, in seconds of ``time.monotonic()``; blocks of all streams of a chat
    that are heard together have the same time."""
    rate: int
    """Samples in a second."""

    @property
    def seconds(self) -> float:
        """The duration of the block."""
        return len(self.samples) / self.rate


class AudioStream(AsyncIterator[AudioBlock]):
    """An iterator over blocks; silence is skipped, except within speech.

    It ends with the chat, or when it is closed. Leaving an ``async for`` keeps the stream, so another one continues it.
    """

    def __init__(self, chat: VoiceChat, native: _native.AudioStream, rate: int) -> None:
        self._chat = chat
        self._native = native
        self._rate = rate

    @property
    def rate(self) -> int:
        """Samples per second."""
        return self._rate

    @property
    def dropped(self) -> int:
        """The number of samples that were dropped because they were not read in time."""
        return self._native.dropped()

    def close(self) -> None:
        """Closes the stream; queued blocks are dropped."""
        self._native.close()
        self._chat._notify()

    def __aiter__(self) -> AudioStream:
        return self

    async def __anext__(self) -> AudioBlock:
        while True:
            # Asked first: what comes before the end is not missed.
            is_ended = self._native.is_ended()
            block = self._native.poll()
            if block is not None:
                return self._block(*block)
            if is_ended:
                raise StopAsyncIteration
            await self._chat._change()

    async def __aenter__(self) -> AudioStream:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _block(self, samples: bytearray, position: int, at: float) -> AudioBlock:
        array: NDArray[np.float32] = np.frombuffer(samples, dtype=np.float32)
        if self._native.channels() == 2:
            array = array.reshape(-1, 2)
        return AudioBlock(array, position, at, self._rate)
