"""The examples as programs, each with players around it."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import re
import signal
import subprocess
import tempfile
import unittest
import wave
from pathlib import Path

import numpy as np

import consonance
from consonance import events

from harness import (
    PATIENCE,
    ROOT,
    ServerTest,
    Sound,
    event_of,
    hear,
    likeness_of_pieces,
    pitch,
    present,
    recording,
    started,
    tone,
)

WORDS = {
    "austen-1.wav": "and mister john dashwood had then leisure to consider how much there might be prudently in his "
    "power to do for them",
    "austen-2.wav": "unless to be rather cold hearted and rather selfish is to be ill disposed",
    "austen-3.wav": "had he married a more amiable woman he might have been made still more respectable than he was",
}


class Examples(ServerTest):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="consonance-examples-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def start(self, example: str, *arguments: str) -> subprocess.Popen[str]:
        program = started(str(ROOT / "python" / "examples" / example), self.server.address, *arguments)
        self.addCleanup(program.stdout.close if program.stdout else lambda: None)
        self.addCleanup(program.kill)
        return program

    async def ended(self, program: subprocess.Popen[str]) -> str:
        """What it printed, after Ctrl-C."""
        program.send_signal(signal.SIGINT)
        said, _ = await asyncio.to_thread(program.communicate, None, PATIENCE)
        self.assertEqual(program.returncode, 0, said)
        return said

    async def test_music_is_played_on_request_and_skipped(self) -> None:
        write(self.folder / "low.wav", tone(500, 2.0), 48_000)
        write(self.folder / "high.wav", tone(1500, 60.0, 16_000), 16_000)
        music = self.start("music.py", str(self.folder))
        async with self.join("Fan") as fan:
            stream = (await present(fan, "Music")).audio(rate=16_000)
            reader = fan.events()

            async def says(command: str, answer: str) -> None:
                await fan.send_text(command, room="lobby")
                await event_of(reader, events.Text, lambda text: answer in text.text)

            for name in ("../low.wav", "none.wav", ""):
                await says(f"!play {name}", "no file")
            await says("!play low.wav", "playing low.wav")
            await says("!play high.wav", "is queued")
            low = await hear(stream, 1.0)
            await says("!skip", "playing high.wav")
            await fan.send_text("!play low.wav", room="lobby")
            high = await hear(stream, 3.0)
            await fan.send_text("!stop", room="lobby")
            await event_of(reader, events.StoppedSpeaking)
            self.assertAlmostEqual(pitch(samples(low), 16_000), 500, delta=8)
            self.assertAlmostEqual(pitch(samples(high)[-16_000:], 16_000), 1500, delta=8)
        await self.ended(music)

    async def test_a_recording_has_a_file_for_each_speaker_on_one_time_line(self) -> None:
        recorder = self.start("recorder.py", str(self.folder))
        said, rate = recording("austen-2.wav")
        async with self.join("Anna") as anna, self.join("../Böb") as bob:
            reader = anna.events()
            await present(anna, "Recorder")
            await present(bob, "Recorder")
            await event_of(reader, events.Text, lambda text: "record" in text.text)
            await anna.speak(said, rate=rate)
            await bob.speak(said, rate=rate)
            # What has been sent is heard a little later.
            await asyncio.sleep(1.0)
        await self.ended(recorder)
        names = json.loads((self.folder / "speakers.json").read_text())
        self.assertEqual(sorted(names.values()), ["../Böb", "Anna"])
        begins = {}
        for file, name in names.items():
            self.assertEqual((self.folder / file).parent, self.folder)
            heard, rate_of_file = recording_of(self.folder / file)
            self.assertEqual(rate_of_file, 48_000)
            alike, begins[name], _ = likeness_of_pieces(heard[::3], said, rate)
            self.assertGreater(alike, 0.6, name)
        self.assertGreater(begins["../Böb"] - begins["Anna"], len(said) - rate // 2)

    async def test_captions_have_most_words_right(self) -> None:
        if importlib.util.find_spec("moonshine_voice") is None:
            self.skipTest("moonshine-voice is not installed")
        captions = self.start("captions.py")
        heard: dict[str, list[str]] = {}
        async with self.join("Reader") as reader, self.join("Watcher") as watcher:
            reads = watcher.events()
            await present(reader, "Captions")
            await present(reader, "Watcher")
            for file, words in WORDS.items():
                said, rate = recording(file)
                await reader.speak(said, rate=rate)
                lines: list[str] = []
                while len(spoken_words(" ".join(lines))) < 0.8 * len(words.split()):
                    caption = await event_of(reads, events.Caption, lambda caption: caption.by == "Captions")
                    self.assertEqual((caption.player, caption.is_final), ("Reader", True))
                    lines.append(caption.text)
                heard[file] = lines
            # A last word may have a line of its own.
            await asyncio.sleep(2.0)
        said_later = await self.ended(captions)
        delays = [float(delay) for delay in re.findall(r"\(([0-9.]+) s later\)", said_later)]
        errors, total = 0, 0
        for file, words in WORDS.items():
            spoken = spoken_words(" ".join(heard[file]))
            wrong = distance(spoken, words.split())
            errors, total = errors + wrong, total + len(words.split())
            print(f"captions: {file}: {wrong} of {len(words.split())} words wrong: {' '.join(spoken)}")
        print(f"captions: {100 * (1 - errors / total):.0f} % right, posted {sorted(delays)} s after the last word")
        self.assertGreaterEqual(1 - errors / total, 0.8)


class Pages(unittest.TestCase):
    def test_programs_on_pages_are_python_and_use_what_there_is(self) -> None:
        found = 0
        for page in ("docs/guide/python.md", "python/README.md"):
            for number, program in enumerate(re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)):
                compile(program, f"{page} {number}", "exec")
                for module, name in re.findall(r"\b(consonance|events|admin)\.([A-Za-z_]+)", program):
                    owner = {"consonance": consonance, "events": events, "admin": consonance.admin}[module]
                    self.assertTrue(hasattr(owner, name), f"{page}: {module}.{name}")
                found += 1
        self.assertGreater(found, 3)


def write(path: Path, sound: Sound, rate: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((sound * 32767).astype("<i2").tobytes())


def recording_of(path: Path) -> tuple[Sound, int]:
    with wave.open(str(path)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / np.float32(32768)
        return sound.astype(np.float32), file.getframerate()


def samples(blocks: list[consonance.AudioBlock]) -> Sound:
    return np.concatenate([block.samples for block in blocks])


def spoken_words(text: str) -> list[str]:
    """In small letters, without marks, as the transcripts have them."""
    plain = text.lower().replace("mr.", "mister").replace("mr ", "mister ").replace("-", " ")
    return re.findall(r"[a-z']+", plain)


def distance(heard: list[str], said: list[str]) -> int:
    """How many words are wrong, missing or too many."""
    row = list(range(len(said) + 1))
    for i, word in enumerate(heard, 1):
        above, row[0] = row[0], i
        for j, expected in enumerate(said, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (word != expected))
    return row[-1]


if __name__ == "__main__":
    unittest.main()
