"""Sound from one bot to another: the same, at exact times, in blocks as they were asked for."""

from __future__ import annotations

import asyncio
import unittest
from collections.abc import AsyncIterator

import numpy as np

import consonance
from consonance import events

from harness import Sound, ServerTest, event_of, hear, likeness_of_pieces, pitch, present, recording, timeline, tone


class Hearing(ServerTest):
    async def test_a_recorded_voice_is_heard_alike_and_in_exact_time(self) -> None:
        said, rate = recording("austen-2.wav")
        async with self.join("Reader") as reader, self.join("Listener") as listener:
            await present(reader, "Listener")
            stream = (await present(listener, "Reader")).audio(rate=rate)
            speaking = asyncio.create_task(reader.speak(said, rate=rate))
            heard = timeline(await hear(stream, len(said) / rate - 0.5))
            self.assertEqual((await speaking).seconds, len(said) / rate)
        alike, middle, moved = likeness_of_pieces(heard, said, rate)
        self.assertGreater(alike, 0.8)
        # Each piece lies where it was said. What a busy machine delays is stretched, but not most of it.
        in_time = [piece for piece in moved if abs(piece - middle) <= rate // 100]
        self.assertGreater(len(in_time), len(moved) // 2, moved)

    async def test_two_streams_of_a_player_have_the_same_times_at_their_rates(self) -> None:
        async with self.join("Reader") as reader, self.join("Listener") as listener:
            await present(reader, "Listener")
            player = await present(listener, "Reader")
            wide, narrow = player.audio(rate=48_000, block_ms=100), player.audio(rate=16_000, block_ms=100)
            speaking = asyncio.create_task(reader.speak(tone(440, 1.0)))
            at_48, at_16 = await hear(wide, 0.8), await hear(narrow, 0.8)
            await speaking
        for fine, coarse in zip(at_48, at_16):
            self.assertEqual((fine.position, fine.rate), (3 * coarse.position, 48_000))
            self.assertEqual((len(fine.samples), len(coarse.samples)), (4800, 1600))
            self.assertEqual((fine.samples.dtype, fine.samples.shape), (np.dtype(np.float32), (4800,)))
        self.assertEqual(at_48[0].position, 0)
        self.assertAlmostEqual(pitch(timeline(at_48), 48_000), 440, delta=3)
        self.assertAlmostEqual(pitch(timeline(at_16), 16_000), 440, delta=3)

    async def test_a_sound_of_any_rate_and_type_is_heard_at_its_pitch(self) -> None:
        async with self.join("Reader") as reader, self.join("Listener") as listener:
            await present(reader, "Listener")
            stream = (await present(listener, "Reader")).audio(rate=16_000)
            low, high = tone(600, 0.6, 22_050).astype(np.float64), (tone(1000, 0.6, 44_100) * 32767).astype(np.int16)
            sounds: list[tuple[consonance.Samples, int, int]] = [(low, 22_050, 600), (high, 44_100, 1000)]
            for sound, rate, hz in sounds:
                speaking = asyncio.create_task(reader.speak(sound, rate=rate))
                blocks = await hear(stream, 0.5)
                await speaking
                steady = np.concatenate([block.samples for block in blocks])[3200:]
                self.assertAlmostEqual(pitch(steady, 16_000), hz, delta=8)

    async def test_the_mix_has_two_channels_and_no_gaps(self) -> None:
        async with self.join("Reader") as reader, self.join("Listener") as listener:
            await present(reader, "Listener")
            stream = listener.mix(block_ms=50)
            speaking = asyncio.create_task(reader.speak(tone(440, 0.5)))
            blocks = await hear(stream, 1.0)
            await speaking
        positions = [block.position for block in blocks]
        self.assertEqual(positions, list(range(0, 2400 * len(blocks), 2400)))
        self.assertEqual({block.samples.shape for block in blocks}, {(2400, 2)})

    async def test_what_is_not_taken_in_time_is_dropped_and_counted(self) -> None:
        async with self.join("Reader") as reader, self.join("Listener") as listener:
            await present(reader, "Listener")
            stream = (await present(listener, "Reader")).audio(rate=16_000, block_ms=20, queue_ms=100)
            happening = listener.events()
            await reader.speak(tone(440, 1.0))
            await event_of(happening, events.StoppedSpeaking)
            waiting = await hear(stream, 0.08)
            last = waiting[-1]
        self.assertGreater(stream.dropped, 8_000)
        self.assertEqual(waiting[0].position, stream.dropped, "of what came before the first that waits")
        self.assertLessEqual(last.position + len(last.samples), stream.dropped + 1_600)

    async def test_a_stream_ends_when_it_is_closed_or_the_chat_is_left(self) -> None:
        async with self.join("Listener") as listener:
            closed, left = listener.audio("Reader"), listener.audio("Reader")
            waiting = asyncio.create_task(hear(closed, 1.0))
            await asyncio.sleep(0)
            closed.close()
            self.assertEqual(await waiting, [])
        self.assertEqual(await hear(left, 1.0), [])

    async def test_a_voice_is_cut_at_its_pauses(self) -> None:
        async with self.join("Reader") as reader, self.join("Listener") as listener:
            await present(reader, "Listener")
            said = (await present(listener, "Reader")).utterances(rate=16_000)
            pause = np.zeros(48_000, np.float32)
            speaking = asyncio.create_task(reader.speak(np.concatenate([tone(500, 1.0), pause, tone(1500, 0.5), pause])))
            first, second = await anext(said), await anext(said)
            await speaking
            await said.aclose()
        self.assertAlmostEqual(pitch(first.samples[3200:9600], first.rate), 500, delta=8)
        self.assertAlmostEqual(pitch(second.samples[1600:4800], second.rate), 1500, delta=12)
        self.assertAlmostEqual(second.started - first.started, 2.0, delta=0.3)
        self.assertAlmostEqual(first.ended - first.started, 1.0, delta=0.3)

    async def test_stereo_is_sent_as_music(self) -> None:
        async with self.join("Band", quality="music") as band, self.join("Listener") as listener:
            await present(band, "Listener")
            await present(listener, "Band")
            stream = listener.mix()
            both = np.stack([tone(440, 1.0), np.zeros(48_000, np.float32)], axis=1)
            spoken = await band.speak(both)
            blocks = await hear(stream, 1.0)
        self.assertEqual(spoken.seconds, 1.0)
        self.assertGreater(float(np.abs(timeline(blocks)).max()), 0.1)


class Speaking(ServerTest):
    async def test_a_cancelled_speech_stops_at_once_and_the_next_one_is_heard(self) -> None:
        given = 0
        is_closed = False

        async def endless() -> AsyncIterator[Sound]:
            nonlocal given, is_closed
            try:
                while True:
                    given += 1
                    yield tone(440, 0.1)
            finally:
                is_closed = True

        async with self.join("Reader") as reader, self.join("Listener") as listener:
            await present(reader, "Listener")
            stream = (await present(listener, "Reader")).audio()
            happening = listener.events()
            speaking = asyncio.create_task(reader.speak(endless()))
            await hear(stream, 0.5)
            speaking.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await speaking
            self.assertTrue(is_closed, "the source is told, too")
            await event_of(happening, events.StoppedSpeaking)
            self.assertLess(given, 100, "it was paced")
            again = asyncio.create_task(reader.speak(tone(1000, 0.6)))
            await event_of(happening, events.StartedSpeaking)
            await again

    async def test_speeches_of_several_tasks_follow_each_other(self) -> None:
        async with self.join("Reader") as reader, self.join("Listener") as listener:
            await present(reader, "Listener")
            stream = (await present(listener, "Reader")).audio(rate=16_000)
            speaking = [asyncio.create_task(reader.speak(tone(hz, 0.6))) for hz in (500, 1500)]
            blocks = await hear(stream, 1.1)
            self.assertEqual([(await task).seconds for task in speaking], [0.6, 0.6])
        heard = np.concatenate([block.samples for block in blocks])
        self.assertAlmostEqual(pitch(heard[1600:8000], 16_000), 500, delta=8)
        self.assertAlmostEqual(pitch(heard[-5600:], 16_000), 1500, delta=8)

    async def test_a_source_that_is_late_is_silent_meanwhile_and_counted(self) -> None:
        async def late() -> AsyncIterator[Sound]:
            yield tone(440, 0.2)
            await asyncio.sleep(0.5)
            yield tone(440, 0.2)

        async with self.join("Reader") as reader:
            spoken = await reader.speak(late())
        self.assertEqual((spoken.seconds, spoken.underruns), (0.4, 1))

    async def test_nothing_is_a_speech_of_no_length(self) -> None:
        async with self.join("Reader") as reader:
            self.assertEqual(await reader.speak([]), consonance.Spoken(0.0, 0))
            self.assertEqual(await reader.speak(np.zeros(0, np.float32)), consonance.Spoken(0.0, 0))

    async def test_while_muted_or_with_the_key_up_nothing_is_heard(self) -> None:
        async with self.join("Reader", activation="push-to-talk") as reader, self.join("Listener") as listener:
            await present(reader, "Listener")
            happening = listener.events()
            await reader.speak(tone(440, 0.3))
            reader.set_push_to_talk(True)
            reader.muted = True
            self.assertTrue(reader.muted)
            await reader.speak(tone(440, 0.3))
            await reader.send_text("now", room="lobby")
            reader.muted = False
            speaking = asyncio.create_task(reader.speak(tone(440, 0.5)))
            told = [event async for event in first(happening, events.StartedSpeaking)]
            await speaking
        kinds = [type(event) for event in told if isinstance(event, (events.Text, events.StartedSpeaking))]
        self.assertEqual(kinds, [events.Text, events.StartedSpeaking])


async def first(reader: consonance.Events, kind: type[events.Event]) -> AsyncIterator[events.Event]:
    """All events until one of this kind."""
    async for event in reader:
        yield event
        if isinstance(event, kind):
            return


if __name__ == "__main__":
    unittest.main()
