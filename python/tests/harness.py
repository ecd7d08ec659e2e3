"""What the tests share: a real server on this machine, recorded voices, and waiting for events."""

from __future__ import annotations

import asyncio
import faulthandler
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import wave
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

import consonance
from consonance import events

ROOT = Path(__file__).resolve().parents[2]
SPEECH = ROOT / "assets" / "speech"

PATIENCE = 60.0
"""Seconds after which something that was waited for counts as never coming; nothing is measured by it."""

# What runs in the background of a shell may ignore Ctrl-C, and would pass that on to the programs that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

Sound = NDArray[np.float32]
E = TypeVar("E", bound=events.Event)


class Server:
    """A server as an operator starts it, with the session ``main``; ended by ``close``."""

    def __init__(self, settings: str = "") -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="consonance-python-")
        folder = Path(self._folder.name)
        tables = f"{settings}\n[admin]\nlisten = '127.0.0.1:0'\ntoken_file = {json.dumps(str(folder / 'token'))}\n"
        (folder / "server.toml").write_text(f"listen = ['127.0.0.1:0']\n{tables}")
        program = os.environ["CONSONANCE"]
        self._log = open(folder / "server.log", "w+")
        command = [program, "serve", "--config", str(folder / "server.toml")]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT)
        self.address, self.admin_url = self._addresses(folder / "server.log")
        self.token = (folder / "token").read_text()

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._log.close()
        self._folder.cleanup()

    def admin(self) -> consonance.admin.AdminClient:
        return consonance.admin.AdminClient(self.admin_url, self.token, by="tests")

    def _addresses(self, log: Path) -> tuple[str, str]:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            said = log.read_text().splitlines()
            address = next((line.split(" is open at ")[1] for line in said if ' is open at quic://' in line), None)
            admin = next((line.split(": ")[1].rstrip("/") for line in said if line.startswith("admin: http")), None)
            if address and admin:
                return address, admin
            time.sleep(0.02)
        self._process.kill()
        raise RuntimeError(f"the server does not say its addresses:\n{log.read_text()}")


class ServerTest(unittest.IsolatedAsyncioTestCase):
    """Tests with one server for all of them. One that hangs ends the program, and says where it is."""

    settings = ""
    server: Server

    @classmethod
    def setUpClass(cls) -> None:
        cls.server = Server(cls.settings)
        cls.addClassCleanup(cls.server.close)

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        faulthandler.dump_traceback_later(4 * PATIENCE, exit=True)
        try:
            return super().run(result)
        finally:
            faulthandler.cancel_dump_traceback_later()

    def join(self, name: str, **arguments: object) -> consonance.Connecting:
        """A bot in the room ``lobby``, unless something else is said."""
        arguments.setdefault("rooms", ["lobby"])
        return consonance.connect(self.server.address, name=name, **arguments)  # type: ignore[arg-type]


async def event_of(reader: consonance.Events, kind: type[E], matches: Callable[[E], bool] = lambda _: True) -> E:
    """The next event of this kind that matches; others are passed over."""

    async def search() -> E:
        async for event in reader:
            if isinstance(event, kind) and matches(event):
                return event
        raise AssertionError(f"the chat ended without {kind.__name__}")

    return await asyncio.wait_for(search(), PATIENCE)


async def until(condition: Callable[[], bool]) -> None:
    """Waits for something that no event tells."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it never became true")
        await asyncio.sleep(0.02)


async def present(voice: consonance.VoiceChat, name: str, room: str = "lobby") -> consonance.Player:
    """A player, once it listens to the room."""
    await until(lambda: (player := voice.player(name)) is not None and room in player.rooms)
    player = voice.player(name)
    assert player is not None
    return player


async def hear(stream: consonance.AudioStream, seconds: float) -> list[consonance.AudioBlock]:
    """Blocks until they last so long."""
    heard: list[consonance.AudioBlock] = []

    async def listen() -> None:
        async for block in stream:
            heard.append(block)
            if sum(block.seconds for block in heard) >= seconds:
                return

    await asyncio.wait_for(listen(), PATIENCE)
    return heard


def timeline(blocks: list[consonance.AudioBlock]) -> Sound:
    """All blocks where they were, with silence in between."""
    last = blocks[-1]
    sound = np.zeros((last.position + len(last.samples), *last.samples.shape[1:]), np.float32)
    for block in blocks:
        sound[block.position : block.position + len(block.samples)] = block.samples
    return sound


def recording(name: str) -> tuple[Sound, int]:
    """A recorded sentence, and its rate."""
    with wave.open(str(SPEECH / name)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        return (samples / np.float32(32768)).astype(np.float32), file.getframerate()


def tone(hz: float, seconds: float, rate: int = 48_000) -> Sound:
    return (0.3 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def likeness(heard: Sound, said: Sound) -> tuple[float, int]:
    """How alike they are where they fit best, 0 to 1, and how many samples later ``said`` begins in ``heard``."""
    size = 1 << (len(heard) + len(said)).bit_length()
    products = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size)), size)
    lag = int(np.argmax(products[: len(heard)]))
    part = heard[lag : lag + len(said)]
    loudness = np.linalg.norm(part) * np.linalg.norm(said[: len(part)])
    return float(products[lag] / loudness), lag


def likeness_of_pieces(heard: Sound, said: Sound, rate: int) -> tuple[float, int, list[int]]:
    """The same of each half second, as the median, so that what a busy machine delays counts once only: how alike they
    are, how much later they were heard, and that of each."""
    half = rate // 2
    pieces = [likeness(heard, said[at : at + half]) for at in range(0, len(said) - rate, half)]
    alike = sorted(how for how, _ in pieces)
    moved = [lag - number * half for number, (_, lag) in enumerate(pieces)]
    return alike[len(alike) // 2], sorted(moved)[len(moved) // 2], moved


def pitch(sound: Sound, rate: int) -> float:
    """The strongest frequency, in hertz."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.argmax(spectrum) * rate / len(sound))


def child(program: str, *arguments: str) -> subprocess.Popen[str]:
    """Another Python that runs this."""
    return started("-c", program, *arguments)


def started(*arguments: str) -> subprocess.Popen[str]:
    """Python with these arguments, which warns of whatever is left open."""
    command = [sys.executable, "-X", "dev", *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
