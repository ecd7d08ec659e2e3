"""The admin API: what an operator sees and does, as the bots concerned see it."""

from __future__ import annotations

import asyncio
import unittest

import consonance
from consonance import admin, events

from harness import ServerTest, event_of, present, until


class Operating(ServerTest):
    async def test_sessions_and_their_players_are_seen(self) -> None:
        operator = self.server.admin()
        async with self.join("Alice"), self.join("Bob", rooms=["red"]):
            seen = await operator.session("main")
            self.assertEqual([player.name for player in seen.players].count("Alice"), 1)
            bob = next(player for player in seen.players if player.name == "Bob")
            self.assertEqual((bob.rooms, bob.network, bob.muted, bob.is_moderator), (["red"], "quic", None, False))
            self.assertIn(admin.Room("red", 1), seen.rooms)
            while (await operator.sessions())[0].players != 2:
                await asyncio.sleep(0.1)

    async def test_a_player_is_muted_and_unmuted_and_told_why(self) -> None:
        operator = self.server.admin()
        async with self.join("Alice") as alice:
            happening = alice.events()
            done = await operator.mute("main", "Alice", seconds=60, reason="too loud")
            self.assertEqual(done.outcome, "notified")
            told = await event_of(happening, events.Restricted)
            self.assertEqual((told.restriction, told.holds), ("muted", True))
            self.assertIn("too loud", told.text)
            terms = (await operator.session("main")).players[0].muted
            self.assertIsNotNone(terms)
            assert terms is not None and terms.until is not None
            self.assertEqual((terms.reason, terms.by, terms.until - terms.since), ("too loud", "tests", 60))
            await operator.unmute("main", "Alice")
            self.assertFalse((await event_of(happening, events.Restricted)).holds)

    async def test_a_kicked_player_learns_why_and_may_come_back(self) -> None:
        async with self.join("Alice") as alice:
            await self.server.admin().kick("main", "Alice", reason="be nice")
            end = await alice.wait_ended()
            self.assertEqual(end.code, "kicked")
            self.assertIn("be nice", end.reason)
        async with self.join("Alice"):
            pass

    async def test_a_ban_holds_until_it_is_taken_back(self) -> None:
        operator = self.server.admin()
        async with self.join("Mallory") as mallory:
            banned = await operator.ban(name="Mallory", reason="cheats")
            self.assertEqual((banned.expelled, banned.ban.target), (["Mallory"], {"name": "Mallory"}))
            self.assertEqual((await mallory.wait_ended()).code, "banned")
        with self.assertRaises(consonance.ConnectError) as refused:
            await self.join("Mallory")
        self.assertEqual(refused.exception.code, "banned")
        self.assertEqual(await operator.bans(), [banned.ban])
        await operator.unban(banned.ban, reason="a mistake")
        async with self.join("Mallory"):
            self.assertEqual(await operator.bans(), [])

    async def test_a_player_is_moved_and_other_actions_are_possible(self) -> None:
        operator = self.server.admin()
        async with self.join("Alice") as alice, self.join("Bob") as bob:
            happening = alice.events()
            await operator.move("main", "Alice", from_room="lobby", to_room="red")
            self.assertEqual((await event_of(happening, events.OperatorDecision)).kind, "moved")
            await present(bob, "Alice", "red")
            await operator.act("main", {"slow_texts": {"every_s": 1}})
            await operator.deafen("main", "Alice")
            await operator.undeafen("main", "Alice")

    async def test_what_is_refused_has_a_code_and_the_servers_words(self) -> None:
        operator = self.server.admin()
        stranger = admin.AdminClient(self.server.admin_url, "not-the-token-at-all")
        nowhere = admin.AdminClient("http://127.0.0.1:1", "token", timeout=5)
        for client, code, session in [
            (operator, "http-404", "none such"),
            (stranger, "http-401", "main"),
            (nowhere, "unreachable", "main"),
        ]:
            with self.subTest(code), self.assertRaises(consonance.AdminError) as refused:
                await client.session(session)
            self.assertEqual(refused.exception.code, code)
            self.assertTrue(str(refused.exception))
        with self.assertRaises(consonance.SettingsError):
            admin.AdminClient("127.0.0.1", "token")
        with self.assertRaises(consonance.SettingsError):
            await operator.ban()


class Encrypted(ServerTest):
    settings = "encryption = 'required'\n"

    async def test_an_encrypted_session_is_seen_to_be_and_texts_arrive(self) -> None:
        async with self.join("Alice") as alice, self.join("Bob") as bob:
            for chat in (alice, bob):
                await until(lambda: chat.encryption.state == "on" and len(chat.encryption.members) == 2)
                self.assertTrue(chat.is_room_encrypted("lobby"))
            numbers = {chat.encryption.safety_number for chat in (alice, bob)}
            self.assertEqual(len(numbers), 1, "the same for both")
            other = next(member for member in alice.encryption.members if not member.is_local)
            self.assertEqual((other.name, other.recognition), ("Bob", "new"))
            await present(alice, "Bob")
            reader = bob.events()
            await alice.send_text("secret", room="lobby")
            self.assertEqual((await event_of(reader, events.Text)).text, "secret")

    async def test_a_player_that_never_encrypts_is_refused(self) -> None:
        with self.assertRaises(consonance.ConnectError) as refused:
            await self.join("Alice", encryption="never")
        self.assertEqual(refused.exception.code, "version-encryption")


if __name__ == "__main__":
    unittest.main()
