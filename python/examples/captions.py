"""Live captions: what is said in a room is written there a moment later, by a recogniser on this machine.

    pip install moonshine-voice==0.1.0
    python captions.py 'quic://127.0.0.1:7777/main#sha256=…' --room lobby

English, by Moonshine's tiny model, which that version of its package contains: nothing is downloaded or sent away.
It goes on until Ctrl-C.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import consonance
import numpy as np
from consonance import events
from numpy.typing import NDArray

RATE = 16_000
TEXT_BYTES = 400

Recogniser = Callable[[NDArray[np.float32]], str]


def moonshine() -> Recogniser:
    """The model that comes with the package, in this process."""
    import moonshine_voice

    model = Path(moonshine_voice.__file__).parent / "assets" / "tiny-en"
    transcriber = moonshine_voice.Transcriber(str(model), moonshine_voice.ModelArch.TINY)
    around = np.zeros(RATE // 5, np.float32)

    def recognise(samples: NDArray[np.float32]) -> str:
        # It hears the first and the last word better with a little silence around.
        padded = np.concatenate([around, samples, around])
        lines = transcriber.transcribe_without_streaming(padded.tolist(), RATE).lines
        said = (line.text.strip() for line in lines)
        return " ".join(text for text in said if any(letter.isalpha() for letter in text))

    return recognise


class Captions:
    """Follows all players, and writes what they say in the order in which they said it."""

    def __init__(self, voice: consonance.VoiceChat, room: str, recognise: Recogniser) -> None:
        self.voice = voice
        self.room = room
        self.recognise = recognise
        # One at a time: recognisers use all cores by themselves.
        self.thread = ThreadPoolExecutor(1)
        self.tasks: dict[str, asyncio.Task[None]] = {}

    def follow(self, player: consonance.Player) -> None:
        if player.name not in self.tasks:
            self.tasks[player.name] = asyncio.create_task(self.caption(player))

    async def caption(self, player: consonance.Player) -> None:
        loop = asyncio.get_running_loop()
        async for said in player.utterances(rate=RATE):
            text = await loop.run_in_executor(self.thread, self.recognise, said.samples)
            if text and self.voice.end is None:
                await self.post(player.name, text)
                print(f"{player.name}: {text} ({time.monotonic() - said.ended:.2f} s later)", flush=True)

    async def post(self, player: str, text: str) -> None:
        with contextlib.suppress(consonance.TextError, consonance.EndedError):
            for line in lines(text):
                await self.voice.send_caption(player, line, room=self.room)


def lines(text: str) -> list[str]:
    """The words in lines that are short enough for a text."""
    made: list[str] = []
    for word in text.split():
        if made and len(f"{made[-1]} {word}".encode()) <= TEXT_BYTES:
            made[-1] += f" {word}"
        else:
            made.append(word)
    return made


async def main() -> None:
    parser = argparse.ArgumentParser(description="Live captions, recognised on this machine.")
    parser.add_argument("address")
    parser.add_argument("--room", default="lobby")
    parser.add_argument("--name", default="Captions")
    arguments = parser.parse_args()
    recognise = moonshine()
    # The first time takes longer: the model is read then.
    recognise(np.zeros(RATE, np.float32))
    async with consonance.connect(arguments.address, name=arguments.name, listen=[arguments.room]) as voice:
        captions = Captions(voice, arguments.room, recognise)
        for player in voice.players:
            captions.follow(player)
        print(f"{arguments.name} is in {arguments.room}", flush=True)
        async for event in voice.events():
            if isinstance(event, events.PlayerJoined) and (newcomer := voice.player(event.player)):
                captions.follow(newcomer)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
