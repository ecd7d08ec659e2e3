"""Join tokens, and what those of moderators let a bot do."""

from __future__ import annotations

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import consonance
from consonance import events

from harness import ServerTest, event_of, present


class Tokens(ServerTest):
    keys: Path

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory(prefix="consonance-python-keys-")
        cls.addClassCleanup(folder.cleanup)
        cls.keys = Path(folder.name)
        cls.command("keygen", str(cls.keys / "secret.jwk"), str(cls.keys / "public.jwk"))
        cls.settings = f"[joining]\ntoken_key_files = ['{cls.keys / 'public.jwk'}']\n"
        super().setUpClass()

    @staticmethod
    def command(*arguments: str) -> str:
        program = os.environ["CONSONANCE"]
        return subprocess.run([program, "token", *arguments], check=True, capture_output=True, text=True).stdout

    def token(self, name: str, *claims: str) -> str:
        key = str(self.keys / "secret.jwk")
        return self.command("new", "--signing-key", key, "--name", name, "--session", "main", *claims).strip()

    def admitted(self, name: str, *claims: str) -> consonance.Connecting:
        return self.join(name, join_token=self.token(name, *claims))

    async def test_a_token_admits_the_player_that_it_names_and_no_other(self) -> None:
        async with self.admitted("Alice") as alice:
            self.assertEqual(alice.name, "Alice")
        with self.assertRaises(consonance.ConnectError) as refused:
            await self.join("Alice")
        self.assertEqual(refused.exception.code, "token-missing")
        with self.assertRaises(consonance.ConnectError) as refused:
            await self.join("Bob", join_token=self.token("Alice"))
        self.assertEqual(refused.exception.code, "name-of-token")

    async def test_a_moderator_mutes_and_unmutes_and_the_player_is_told_why(self) -> None:
        async with self.admitted("Alice", "--moderator") as alice, self.admitted("Bob") as bob:
            told, answers = bob.events(), alice.events()
            await present(alice, "Bob")
            await alice.moderator.mute("Bob", seconds=60, reason="too loud")
            muted = await event_of(told, events.Restricted)
            self.assertEqual((muted.restriction, muted.holds), ("muted", True))
            self.assertIn("too loud", muted.text)
            self.assertEqual((await event_of(answers, events.Moderated)).answer, "done")
            await alice.moderator.unmute("Bob")
            self.assertFalse((await event_of(told, events.Restricted)).holds)

    async def test_a_moderator_moves_and_kicks(self) -> None:
        async with self.admitted("Alice", "--moderator") as alice, self.admitted("Bob") as bob:
            await present(alice, "Bob")
            await alice.moderator.move("Bob", from_room="lobby", to_room="red")
            await alice.moderator.kick(await present(alice, "Bob", "red"), reason="be nice")
            end = await bob.wait_ended()
            self.assertEqual(end.code, "kicked")
            self.assertIn("be nice", end.reason)

    async def test_a_moderator_bans_and_the_player_stays_out(self) -> None:
        async with self.admitted("Alice", "--moderator") as alice, self.admitted("Eve") as eve:
            answers = alice.events()
            await alice.moderator.ban(await present(alice, "Eve"), seconds=3600, reason="enough")
            told = await event_of(answers, events.Moderated)
            self.assertEqual((told.player, told.action, told.answer), ("Eve", "ban", "done"))
            end = await eve.wait_ended()
            self.assertEqual(end.code, "banned")
            self.assertIn("enough", end.reason)
            with self.assertRaises(consonance.ConnectError) as refused:
                await self.admitted("Eve")
            self.assertEqual(refused.exception.code, "banned")
            with self.assertRaises(consonance.ModerationError) as absent:
                await alice.moderator.ban("Eve")
            self.assertEqual(absent.exception.code, "no-player")

    async def test_what_a_moderator_cannot_do_has_a_code(self) -> None:
        async with self.admitted("Alice", "--moderator") as alice, self.admitted("Carol", "--moderator") as carol:
            await present(alice, "Carol")
            for code, player in [("no-player", "Dave"), ("protected", carol.name)]:
                with self.subTest(code), self.assertRaises(consonance.ModerationError) as refused:
                    await alice.moderator.kick(player)
                self.assertEqual(refused.exception.code, code)


if __name__ == "__main__":
    unittest.main()
