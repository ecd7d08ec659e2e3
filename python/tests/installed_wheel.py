"""What ``cargo xtask dist`` tries a wheel with: a bot that hears another one, and that a player hears."""

from __future__ import annotations

import asyncio
import sys

import numpy as np
from numpy.typing import NDArray

import consonance
from consonance import events

RATE = 24_000
TONE_HZ = 440.0


def tone(seconds: float) -> NDArray[np.float32]:
    return (0.3 * np.sin(2 * np.pi * TONE_HZ * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32)


async def pitch_of(player: consonance.Player, seconds: float) -> float:
    """The strongest frequency of what is heard of a player, in hertz."""
    heard: list[NDArray[np.float32]] = []
    async for block in player.audio(rate=RATE):
        heard.append(block.samples)
        if sum(map(len, heard)) >= seconds * RATE:
            break
    sound = np.concatenate(heard)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.argmax(spectrum) * RATE / len(sound))


async def main() -> None:
    address, name = sys.argv[1:]
    async with (
        consonance.connect(address, name=name, rooms=["lobby"]) as voice,
        consonance.connect(address, name="Carol", rooms=["lobby"]) as carol,
    ):
        happening = voice.events()
        print("joined", flush=True)
        async for event in happening:
            if isinstance(event, events.StartedSpeaking) and event.player == "Bob":
                break
        while (other := voice.player("Carol")) is None:
            await asyncio.sleep(0.05)
        speaking = asyncio.create_task(carol.speak(tone(10.0), rate=RATE))
        pitch = await pitch_of(other, 1.0)
        speaking.cancel()
        assert abs(pitch - TONE_HZ) < 5.0, pitch
        await voice.speak(tone(1.0), rate=RATE)
        print(f"heard {pitch:.0f} Hz", flush=True)


asyncio.run(main())
