"""A server that closes: what bots are told, and that they go where it sends them."""

from __future__ import annotations

import unittest

import consonance
from consonance import events

from harness import Server, ServerTest, event_of, present


class Draining(ServerTest):
    async def test_a_server_that_closes_and_stays_after_all_says_both(self) -> None:
        operator = self.server.admin()
        async with self.join("Alice") as alice:
            happening = alice.events()
            await operator.request("POST", "/api/v1/drain", {"within_s": 600, "reason": "update"})
            told = await event_of(happening, events.Draining)
            self.assertEqual((told.redirect, told.follows_in), (None, None))
            self.assertTrue(590 < told.ends_in <= 600, told)
            with self.assertRaises(consonance.ConnectError) as refused:
                await self.join("Bob")
            self.assertEqual(refused.exception.code, "closing-draining")
            await operator.request("DELETE", "/api/v1/drain")
            await event_of(happening, events.DrainCancelled)
            async with self.join("Bob"):
                await present(alice, "Bob")

    async def test_a_bot_goes_where_the_server_sends_it_with_its_name_and_rooms(self) -> None:
        server, other = Server(), Server()
        self.addCleanup(server.close)
        self.addCleanup(other.close)
        async with (
            consonance.connect(other.address, name="Bob", rooms=["lobby"]) as bob,
            consonance.connect(server.address, name="Alice", rooms=["lobby"]) as alice,
        ):
            happening = alice.events()
            alice.listen_to_room("red")
            plan = {"within_s": 600, "redirect": other.address, "redirect_window_s": 0}
            await server.admin().request("POST", "/api/v1/drain", plan)
            told = await event_of(happening, events.Draining)
            self.assertEqual(told.redirect, other.address)
            self.assertIsNotNone(told.follows_in)
            await event_of(happening, events.Redirecting)
            seen = await present(bob, "Alice", "red")
            self.assertEqual(sorted(seen.rooms), ["lobby", "red"])
            self.assertIsNone(alice.end)


if __name__ == "__main__":
    unittest.main()
