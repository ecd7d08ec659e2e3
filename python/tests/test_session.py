"""Joining, events, texts and errors."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import pickle
import unittest
from collections.abc import AsyncIterator
from importlib import metadata
from typing import Any

import numpy as np

import consonance
from consonance import events

from harness import ServerTest, event_of, present, tone, until


class Session(ServerTest):
    def test_the_version_is_that_of_the_distribution(self) -> None:
        self.assertEqual(consonance.__version__, metadata.version("consonance-voice"))

    async def test_players_that_were_in_a_room_before_are_reported_as_entering_it(self) -> None:
        async with self.join("Early"), self.join("Late") as late:
            seen: list[events.Event] = []
            async for event in late.events():
                seen.append(event)
                if isinstance(event, events.PlayersSynced):
                    break
            entered = [event.player for event in seen if isinstance(event, events.EnteredRoom)]
            self.assertIn("Early", entered)

    async def test_the_first_reader_begins_with_joining_and_the_last_event_is_the_end(self) -> None:
        async with self.join("Alice") as alice:
            reader = alice.events()
            self.assertEqual((alice.name, alice.status, alice.end), ("Alice", "connected", None))
            await alice.leave()
            told = [event async for event in reader]
        self.assertIsInstance(told[0], events.Joined)
        self.assertTrue(any(isinstance(event, events.PlayersSynced) for event in told))
        self.assertEqual(told[-1], alice.end)
        self.assertEqual(alice.status, "disconnected")
        self.assertEqual(told[-1], events.Ended(at=told[-1].at, code="left", reason="left the session"))
        self.assertEqual(sorted(event.at for event in told), [event.at for event in told])

    async def test_every_reader_gets_every_event(self) -> None:
        async with self.join("Alice") as alice:
            both = [alice.events(), alice.events()]
            async with self.join("Bob"):
                for reader in both:
                    joined = await event_of(reader, events.PlayerJoined)
                    self.assertEqual(joined.player, "Bob")
            for reader in both:
                self.assertEqual((await event_of(reader, events.PlayerLeft)).player, "Bob")
                self.assertEqual(reader.dropped, 0)

    async def test_players_and_their_rooms_are_known(self) -> None:
        async with self.join("Alice", listen=["red"], rooms=()) as alice, self.join("Bob") as bob:
            seen = await present(bob, "Alice", "red")
            self.assertEqual((seen.name, seen.rooms, seen.is_local), ("Alice", ["red"], False))
            self.assertEqual([player.name for player in alice.players], ["Bob"])
            self.assertTrue(alice.local_player.is_local)
            alice.listen_to_room("blue")
            await present(bob, "Alice", "blue")
            alice.stop_listening_to_room("red")
            await until(lambda: seen.rooms == ["blue"])
            seen.volume, seen.muted = 0.5, True
            await until(lambda: (seen.volume, seen.muted) == (0.5, True))
            self.assertIsNone(bob.player("Carol"))
        self.assertFalse(seen.is_connected)

    async def test_a_channel_is_spoken_to_until_it_is_closed(self) -> None:
        async with self.join("Alice", rooms=()) as alice, self.join("Bob", rooms=()) as bob:
            happening = bob.events()
            await until(lambda: alice.player("Bob") is not None)
            with alice.speak_to_player("Bob"):
                await alice.speak(tone(440, 0.3))
                self.assertEqual((await event_of(happening, events.StartedSpeaking)).player, "Alice")
            await event_of(happening, events.StoppedSpeaking)
            await alice.speak(tone(440, 0.3))
            self.assertEqual(await alice.send_text("done", player="Bob"), 1)
            told = await event_of(happening, events.PlayerEvent)
            self.assertIsInstance(told, events.Text, "and not that it spoke")

    async def test_each_access_token_is_told_once(self) -> None:
        async with self.join("Alice") as alice:
            told = alice.events()
            self.assertEqual([alice.set_token("red"), alice.set_token("red")], [True, False])
            self.assertEqual([alice.set_token("red", False), alice.set_token("red", False)], [True, False])
            self.assertEqual((await event_of(told, events.TokenAdded)).token, "red")
            self.assertEqual((await event_of(told, events.TokenRemoved)).token, "red")

    async def test_places_may_be_set_and_forgotten(self) -> None:
        async with self.join("Alice", share_position=True) as alice, self.join("Bob") as bob:
            seen = await present(bob, "Alice")
            seen.set_place((1.0, 0.0, 2.0), occlusion=0.5)
            bob.set_listener((0.0, 0.0, 0.0), forward=(1.0, 0.0, 0.0))
            alice.set_listener((0.0, 1.7, 0.0))
            alice.share_position(False)
            seen.set_place(None)
            bob.set_listener(None)
            with self.assertRaises((TypeError, ValueError)):
                bob.set_listener((0.0, 0.0))  # type: ignore[arg-type]


class Texts(ServerTest):
    async def test_a_text_to_a_room_and_one_to_a_player_are_told_apart_and_answered_where_they_were(self) -> None:
        async with self.join("Alice") as alice, self.join("Bob") as bob:
            await present(alice, "Bob")
            await present(bob, "Alice")
            heard, answered = bob.events(), alice.events()
            self.assertEqual(await alice.send_text("to all", room="lobby"), 1)
            self.assertEqual(await alice.send_text("to you", player=await present(alice, "Bob")), 1)
            for room, to, text in [("lobby", None, "to all"), (None, "Bob", "to you")]:
                told = await event_of(heard, events.Text)
                self.assertEqual((told.player, told.room, told.to, told.text), ("Alice", room, to, text))
                await bob.reply(told, f"re: {text}")
                back = await event_of(answered, events.Text)
                self.assertEqual((back.room, back.text), (room, f"re: {text}"))

    async def test_a_caption_is_told_apart_from_a_text(self) -> None:
        async with self.join("Alice") as alice, self.join("Bob") as bob:
            await present(alice, "Bob")
            await present(bob, "Alice")
            heard = bob.events()
            for is_final in (False, True):
                await alice.send_caption("Bob", "good evening", room="lobby", is_final=is_final)
                told = await event_of(heard, events.Caption)
                self.assertEqual((told.player, told.by, told.room), ("Bob", "Alice", "lobby"))
                self.assertEqual((told.text, told.is_final), ("good evening", is_final))

    async def test_a_text_that_is_too_long_or_has_no_receiver_is_refused(self) -> None:
        async with self.join("Alice") as alice:
            with self.assertRaises(consonance.TextError) as refused:
                await alice.send_text("x" * 10_000, room="lobby")
            self.assertEqual(refused.exception.code, "too-long")
            with self.assertRaises(consonance.TextError) as unknown:
                await alice.send_text("hello", player="Nemo")
            self.assertEqual(unknown.exception.code, "not-sent")
            for arguments in [{}, {"room": "lobby", "player": "Bob"}]:
                with self.assertRaises(consonance.SettingsError):
                    await alice.send_text("hello", **arguments)


class Errors(ServerTest):
    settings = "[joining]\npassword = 'correct horse'\n"

    def join(self, name: str, **arguments: object) -> consonance.Connecting:
        return super().join(name, **{"password": "correct horse", **arguments})

    async def test_a_wrong_password_says_so(self) -> None:
        with self.assertRaises(consonance.ConnectError) as refused:
            await self.join("Alice", password="wrong")
        self.assertEqual(refused.exception.code, "password-wrong")

    async def test_arguments_that_cannot_be_used_are_settings_errors_with_a_code(self) -> None:
        address = self.server.address
        wrong: list[tuple[str, str, dict[str, Any]]] = [
            ("address", "http://127.0.0.1", {}),
            ("name", address, {"name": "x" * 200}),
            ("room", address, {"rooms": ["x" * 2000]}),
            ("rooms", address, {"rooms": "lobby"}),
            ("quality", address, {"quality": "best"}),
            ("activation", address, {"activation": "never"}),
            ("encryption", address, {"encryption": "maybe"}),
            ("reconnect-timeout", address, {"reconnect_timeout": -1.0}),
        ]
        for code, to, arguments in wrong:
            with self.subTest(code), self.assertRaises(consonance.SettingsError) as refused:
                await consonance.connect(to, **arguments)
            self.assertEqual(refused.exception.code, code)
            self.assertIsInstance(refused.exception, ValueError)

    async def test_a_server_that_is_not_there_is_a_connect_error(self) -> None:
        nowhere = "quic://127.0.0.1:1/main#" + self.server.address.split("#")[1]
        with self.assertRaises(consonance.ConnectError) as refused:
            await consonance.connect(nowhere, fallback=False, reconnect_timeout=0.0)
        self.assertNotIn(refused.exception.code, ("", "left"))

    async def test_what_is_not_sound_is_an_audio_error(self) -> None:
        async def parts() -> AsyncIterator[Any]:
            yield np.zeros(480, np.float32)
            yield np.zeros((480, 2), np.float32)

        wrong: list[tuple[str, Any]] = [
            ("shape", np.zeros((2, 480), np.float32)),
            ("shape", parts()),
            ("type", np.zeros(480, np.int64)),
            ("type", "hello"),
            ("type", 7),
            ("not-finite", np.full(480, np.nan)),
        ]
        async with self.join("Alice") as alice:
            for code, source in wrong:
                with self.subTest(code), self.assertRaises(consonance.AudioError) as refused:
                    await alice.speak(source)
                self.assertEqual(refused.exception.code, code)
            for rate in (0, 44_101, 400_000, -8_000, 48_000.0):
                with self.subTest(rate), self.assertRaises((consonance.SettingsError, OverflowError)):
                    await alice.speak(np.zeros(480), rate=rate)  # type: ignore[arg-type]
            for arguments in [{"rate": 44_100}, {"block_ms": 15}, {"block_ms": 0}, {"queue_ms": 1}]:
                with self.subTest(arguments), self.assertRaises(consonance.SettingsError):
                    alice.audio("Bob", **arguments)

    async def test_a_chat_that_has_ended_says_why(self) -> None:
        alice = await self.join("Alice")
        await alice.leave()
        await alice.leave()
        for use in (lambda: alice.listen_to_room("lobby"), lambda: alice.audio("Bob"), lambda: alice.mix()):
            with self.assertRaises(consonance.EndedError) as ended:
                use()
            self.assertEqual(ended.exception.code, "left")
        with self.assertRaises(consonance.EndedError):
            await alice.speak(tone(440, 0.1))
        with self.assertRaises(consonance.EndedError):
            await alice.send_text("hello", room="lobby")

    async def test_a_speech_ends_with_the_chat(self) -> None:
        async with self.join("Alice") as alice:
            speaking = asyncio.create_task(alice.speak(tone(440, 30.0)))
            await until(lambda: alice.is_transmitting)
        with self.assertRaises(consonance.EndedError):
            await speaking

    async def test_a_player_that_may_not_moderate_is_told_so(self) -> None:
        async with self.join("Alice") as alice, self.join("Bob") as bob:
            await present(alice, "Bob")
            with self.assertRaises(consonance.ModerationError) as refused:
                await alice.moderator.kick("Bob", reason="no reason")
            self.assertEqual(refused.exception.code, "not-moderator")
            self.assertIsNone(bob.end)


class Values(unittest.TestCase):
    def test_events_are_frozen_and_equal_by_value(self) -> None:
        event = events.Text(at=1.0, player="Bob", room="lobby", to=None, text="hello")
        self.assertEqual(event, copy.copy(event))
        self.assertEqual(event, pickle.loads(pickle.dumps(event)))
        with self.assertRaises(dataclasses.FrozenInstanceError):
            event.text = "other"  # type: ignore[misc]

    def test_errors_keep_their_code_through_a_pickle(self) -> None:
        for error in (consonance.ConnectError("banned", "no"), consonance.AdminError("http-404", "none", 404)):
            again = pickle.loads(pickle.dumps(error))
            self.assertEqual((type(again), again.code, str(again)), (type(error), error.code, str(error)))


if __name__ == "__main__":
    unittest.main()
