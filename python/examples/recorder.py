"""A recorder: a WAV file for each speaker, all on one time line, so that an editor lines them up.

    python recorder.py 'quic://127.0.0.1:7777/main#sha256=…' FOLDER --room lobby

It tells the room that it records, and goes on until Ctrl-C.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import time
import wave
from pathlib import Path

import consonance
import numpy as np
from consonance import events

RATE = 48_000
SILENCE = bytes(2 * RATE)


class Track:
    """The file of one speaker, which begins when the recording did."""

    def __init__(self, path: Path, began: float) -> None:
        self.file = wave.open(str(path), "wb")
        self.file.setnchannels(1)
        self.file.setsampwidth(2)
        self.file.setframerate(RATE)
        self.began = began
        self.first: int | None = None
        self.written = 0

    def write(self, block: consonance.AudioBlock) -> None:
        if self.first is None:
            # By the clock once; from then on by the count of samples, which is exact.
            self.first = max(0, round((block.time - self.began) * RATE)) - block.position
        self.silence(self.first + block.position - self.written)
        samples = (np.clip(block.samples, -1, 1) * 32767).astype("<i2")
        self.file.writeframes(samples.tobytes())
        self.written += len(samples)

    def silence(self, samples: int) -> None:
        while samples > 0:
            part = min(samples, len(SILENCE) // 2)
            self.file.writeframesraw(SILENCE[: 2 * part])
            self.written += part
            samples -= part


async def record(stream: consonance.AudioStream, path: Path, began: float) -> None:
    """Writes what one player says, from its first word on."""
    track: Track | None = None
    try:
        async for block in stream:
            track = track or Track(path, began)
            track.write(block)
    finally:
        if track is not None:
            track.file.close()
        if stream.dropped:
            print(f"{path.name}: {stream.dropped} samples are missing")


class Recording:
    """The tracks of a session, and the names of their speakers."""

    def __init__(self, voice: consonance.VoiceChat, folder: Path) -> None:
        self.voice = voice
        self.folder = folder
        self.began = time.monotonic()
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.names: dict[str, str] = {}

    def add(self, player: str) -> None:
        """Once for each name: a stream goes on when its player comes back."""
        if player not in self.tasks:
            # A name is whatever a player likes; a file's name is not.
            file = f"{len(self.tasks):03}-{re.sub(r'[^A-Za-z0-9_-]+', '_', player)[:40]}.wav"
            self.names[file] = player
            stream = self.voice.audio(player, rate=RATE, block_ms=100)
            self.tasks[player] = asyncio.create_task(record(stream, self.folder / file, self.began))

    async def finish(self) -> None:
        await asyncio.gather(*self.tasks.values())
        written = {file: name for file, name in self.names.items() if (self.folder / file).exists()}
        (self.folder / "speakers.json").write_text(json.dumps(written, indent=2, ensure_ascii=False))
        print(f"{len(written)} speakers are in {self.folder}", flush=True)


async def main() -> None:
    parser = argparse.ArgumentParser(description="A WAV file for each speaker.")
    parser.add_argument("address")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--room", default="lobby")
    parser.add_argument("--name", default="Recorder")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    voice = await consonance.connect(arguments.address, name=arguments.name, listen=[arguments.room])
    recording = Recording(voice, arguments.folder)
    try:
        await announce(voice, arguments.room)
        for player in voice.players:
            recording.add(player.name)
        print(f"{arguments.name} is in {arguments.room}", flush=True)
        async for event in voice.events():
            if isinstance(event, events.PlayerJoined):
                recording.add(event.player)
            elif isinstance(event, events.EnteredRoom) and event.room == arguments.room:
                # The others were told together, and oneself knows.
                if event.at > recording.began and event.player != voice.name:
                    await announce(voice, arguments.room)
    finally:
        await voice.leave()
        await recording.finish()


async def announce(voice: consonance.VoiceChat, room: str) -> None:
    with contextlib.suppress(consonance.TextError):
        await voice.send_text("I record what is said here.", room=room)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
