"""The client of ``cargo xtask check clients`` in Python: crates/e2e/src/clients/outside.rs says what it does."""

from __future__ import annotations

import asyncio
import os
import sys
import wave
from pathlib import Path

import numpy as np

import consonance


async def write(voice: consonance.VoiceChat, file: Path) -> None:
    """Appends what is heard, for one ear."""
    with file.open("ab", buffering=0) as heard:
        async for block in voice.mix(rate=48_000):
            heard.write(block.samples.mean(axis=1).astype("<f4").tobytes())


async def main() -> None:
    room = os.environ["ROOM"]
    with wave.open(os.environ["WORDS"]) as file:
        words = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    async with consonance.connect(
        os.environ["CONSONANCE_ADDRESS"], name=os.environ["PLAYER_NAME"], rooms=[room]
    ) as voice:
        writing = asyncio.create_task(write(voice, Path(os.environ["HEARD"])))
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip() == "say":
                await voice.speak(words)
                print("said", flush=True)
        writing.cancel()


asyncio.run(main())
