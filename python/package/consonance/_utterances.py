"""A voice, cut at its pauses: what a speech recogniser wants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._audio import AudioStream


@dataclass(frozen=True, eq=False)
class Utterance:
    """What a player said without a pause."""

    samples: NDArray[np.float32]
    """Shape ``(n,)``, from -1 to 1."""
    started: float
    """When its first sample was due to be heard, in seconds of ``time.monotonic()``."""
    ended: float
    """When its last voice was heard, in seconds of ``time.monotonic()``."""
    rate: int
    """Samples in a second."""

    @property
    def seconds(self) -> float:
        """The duration, with the pause at its end."""
        return len(self.samples) / self.rate


async def utterances(
    stream: AudioStream, *, pause_s: float, longest_s: float, shortest_s: float, quiet: float
) -> AsyncGenerator[Utterance, None]:
    """Cuts the stream at its pauses, and closes it in the end."""
    parts: list[NDArray[np.float32]] = []
    length = voiced = started = ended = 0.0
    async with stream:
        is_open = True
        while is_open:
            block = None
            try:
                # A player that has let go of the key sends nothing at all, which is a pause, too.
                block = await asyncio.wait_for(anext(stream), pause_s)
            except asyncio.TimeoutError:
                pass
            except StopAsyncIteration:
                is_open = False
            if block is not None:
                has_voice = float(np.sqrt(np.mean(block.samples**2))) > quiet
                if not parts and not has_voice:
                    continue
                if not parts:
                    started = block.time
                parts.append(block.samples)
                length += block.seconds
                if has_voice:
                    voiced += block.seconds
                    ended = block.time + block.seconds
            is_pause = block is None or block.time + block.seconds - ended > pause_s
            if parts and (is_pause or length > longest_s):
                if voiced >= shortest_s:
                    yield Utterance(np.concatenate(parts), started, ended, stream.rate)
                parts, length, voiced = [], 0.0, 0.0
