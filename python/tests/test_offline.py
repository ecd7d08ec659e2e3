"""A session without a server: its other player repeats what it hears."""

from __future__ import annotations

import asyncio
import unittest

import consonance
from consonance import events

from harness import event_of, hear, pitch, present, timeline, tone


class Offline(unittest.IsolatedAsyncioTestCase):
    async def test_what_is_spoken_is_heard_again(self) -> None:
        async with consonance.connect("offline:", name="Alice", rooms=["lobby"]) as alice:
            loopback = await present(alice, "Loopback")
            stream = loopback.audio(rate=24_000)
            speaking = asyncio.create_task(alice.speak(tone(440, 1.5)))
            heard = timeline(await hear(stream, 1.0))
            await speaking
            self.assertAlmostEqual(pitch(heard, 24_000), 440, delta=5)

    async def test_a_text_comes_back(self) -> None:
        async with consonance.connect("offline:", name="Alice", rooms=["lobby"]) as alice:
            await present(alice, "Loopback")
            happening = alice.events()
            self.assertEqual(await alice.send_text("hello", room="lobby"), 1)
            text = await event_of(happening, events.Text)
            self.assertEqual((text.player, text.room, text.text), ("Loopback", "lobby", "hello"))

    async def test_the_1025th_token_is_refused_until_another_one_is_removed(self) -> None:
        async with consonance.connect("offline:", name="Alice", rooms=["lobby"]) as alice:
            for number in range(1024):
                self.assertTrue(alice.set_token(f"token {number}"))
            with self.assertRaises(consonance.SettingsError) as refused:
                alice.set_token("one more")
            self.assertEqual(refused.exception.code, "token-limit")
            self.assertFalse(alice.set_token("token 7"))
            self.assertTrue(alice.set_token("token 7", held=False))
            self.assertTrue(alice.set_token("one more"))


if __name__ == "__main__":
    unittest.main()
