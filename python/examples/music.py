"""Music on request: `!play FILE` puts a WAV file into the queue, `!skip` ends the one that plays, `!stop` all of them.

    python music.py 'quic://127.0.0.1:7777/main#sha256=…' FOLDER --room lobby

Only files of the folder can be asked for. It plays until Ctrl-C.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import wave
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import consonance
import numpy as np
from consonance import events

QUEUE_MAX = 100
PART_FRAMES = 4_800


class Jukebox:
    """Files that wait, and the task that plays the first one."""

    def __init__(self, voice: consonance.VoiceChat, folder: Path, room: str) -> None:
        self.voice = voice
        self.folder = folder
        self.room = room
        self.queue: deque[Path] = deque()
        self.playing: asyncio.Task[None] | None = None

    async def handle(self, event: events.Text) -> None:
        command, _, argument = event.text.strip().partition(" ")
        if command == "!play":
            await self.voice.reply(event, self.add(argument.strip()))
        elif command == "!skip":
            self.cancel()
        elif command == "!stop":
            self.queue.clear()
            self.cancel()

    def add(self, name: str) -> str:
        # A name from the list of files, and not a path that a player made up.
        files = {path.name: path for path in self.folder.glob("*.wav")}
        if name not in files:
            return f"no file {name!r}; there are: {', '.join(sorted(files)) or 'none'}"[:400]
        if len(self.queue) >= QUEUE_MAX:
            return "the queue is full"
        self.queue.append(files[name])
        self.start()
        return f"{name} is queued, with {len(self.queue) - 1} before it"

    def start(self) -> None:
        if self.playing is None and self.queue:
            self.playing = asyncio.create_task(self.play(self.queue.popleft()))
            self.playing.add_done_callback(self.next)

    def next(self, done: asyncio.Task[None]) -> None:
        self.playing = None
        if not done.cancelled() and (error := done.exception()) is not None:
            print(f"cannot play: {error}")
        if self.voice.end is None:
            self.start()

    def cancel(self) -> None:
        if self.playing is not None:
            self.playing.cancel()

    async def play(self, path: Path) -> None:
        with wave.open(str(path)) as file:
            await self.voice.send_text(f"playing {path.name}", room=self.room)
            await self.voice.speak(parts(file), rate=file.getframerate())


def parts(file: wave.Wave_read) -> Iterator[consonance.Samples]:
    """A file of 16 bits a sample, in one channel or two, a tenth of a second at a time."""
    if file.getsampwidth() != 2 or file.getnchannels() > 2:
        raise ValueError("expected a WAV file of 16 bits a sample, with one channel or two")
    while data := file.readframes(PART_FRAMES):
        yield np.frombuffer(data, "<i2").astype(np.int16).reshape(-1, file.getnchannels())


async def main() -> None:
    parser = argparse.ArgumentParser(description="Music on request: !play FILE, !skip, !stop.")
    parser.add_argument("address")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--room", default="lobby")
    parser.add_argument("--name", default="Music")
    arguments = parser.parse_args()
    chat = consonance.connect(arguments.address, name=arguments.name, rooms=[arguments.room], quality="music")
    async with chat as voice:
        jukebox = Jukebox(voice, arguments.folder, arguments.room)
        print(f"{arguments.name} is in {arguments.room}", flush=True)
        async for event in voice.events():
            if isinstance(event, events.Text):
                # An answer that cannot be sent is no reason to stop playing.
                with contextlib.suppress(consonance.TextError):
                    await jukebox.handle(event)
        jukebox.cancel()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
