"""A bot that goes is gone for the others at once, whatever ends it."""

from __future__ import annotations

import asyncio
import gc
import signal
import subprocess
import unittest
import warnings

import consonance
from consonance import events

from harness import PATIENCE, ServerTest, child, event_of, until

JOIN = """
import asyncio, gc, sys, consonance
address, name = sys.argv[1:]
"""
FOREVER = JOIN + """
async def main():
    async with consonance.connect(address, name=name, rooms=["lobby"]) as voice:
        async for event in voice.events():
            pass
asyncio.run(main())
"""
WITHOUT_LEAVING = JOIN + """
async def main():
    global voice
    voice = await consonance.connect(address, name=name, rooms=["lobby"])
asyncio.run(main())
"""
FAILING = JOIN + """
async def main():
    async with consonance.connect(address, name=name, rooms=["lobby"]) as voice:
        raise RuntimeError("as a test wants")
asyncio.run(main())
"""


class Leaving(ServerTest):
    """A server keeps the place of a client whose link breaks for some seconds, so that it can come back. One that was
    killed before is the measure: a player that leaves cleanly is gone earlier."""

    async def asyncSetUp(self) -> None:
        # Those that were killed by other tests are still there for a while.
        self.bot, self.killed_one = f"Bot of {self._testMethodName}", f"Killed in {self._testMethodName}"
        self.observer = await self.join("Observer")
        self.addAsyncCleanup(self.observer.leave)
        self.happening = self.observer.events()

    async def killed(self) -> None:
        killed = self.start(FOREVER, self.killed_one)
        await self.seen(self.killed_one)
        killed.kill()
        killed.wait()

    def start(self, program: str, name: str) -> subprocess.Popen[str]:
        started = child(program, self.server.address, name)
        self.addCleanup(started.stdout.close if started.stdout else lambda: None)
        self.addCleanup(started.kill)
        return started

    async def seen(self, name: str) -> None:
        await event_of(self.happening, events.PlayerJoined, lambda event: event.player == name)

    async def leaves_first(self) -> None:
        both = (self.bot, self.killed_one)
        left = await event_of(self.happening, events.PlayerLeft, lambda event: event.player in both)
        self.assertEqual(left.player, self.bot)

    async def finished(self, process: subprocess.Popen[str]) -> tuple[int, str]:
        said, _ = await asyncio.to_thread(process.communicate, None, PATIENCE)
        return process.returncode, said

    async def test_ctrl_c_leaves(self) -> None:
        bot = self.start(FOREVER, self.bot)
        await self.seen(self.bot)
        await self.killed()
        bot.send_signal(signal.SIGINT)
        await self.leaves_first()
        code, said = await self.finished(bot)
        self.assertNotEqual(code, 0)
        self.assertIn("KeyboardInterrupt", said)
        self.assertNotIn("ResourceWarning", said)

    async def test_the_end_of_the_interpreter_leaves(self) -> None:
        await self.killed()
        bot = self.start(WITHOUT_LEAVING, self.bot)
        await self.seen(self.bot)
        await self.leaves_first()
        self.assertEqual((await self.finished(bot))[0], 0)

    async def test_an_exception_leaves_and_is_raised(self) -> None:
        await self.killed()
        bot = self.start(FAILING, self.bot)
        await self.seen(self.bot)
        await self.leaves_first()
        code, said = await self.finished(bot)
        self.assertEqual(code, 1)
        self.assertIn("as a test wants", said)

    async def test_a_chat_that_is_collected_leaves_and_warns(self) -> None:
        await self.killed()
        bot: consonance.VoiceChat | None = await self.join(self.bot)
        await self.seen(self.bot)
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always", ResourceWarning)
            bot = None
            gc.collect()
        self.assertTrue(any("was not left" in str(warning.message) for warning in warned), warned)
        self.assertIsNone(bot)
        await self.leaves_first()

    async def test_joining_may_be_cancelled(self) -> None:
        joining = asyncio.ensure_future(self.late())
        await self.seen(self.bot)
        joining.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await joining
        await event_of(self.happening, events.PlayerLeft, lambda event: event.player == self.bot)

    async def late(self) -> None:
        async with self.join(self.bot):
            await asyncio.Event().wait()

    async def test_many_chats_in_one_loop_leave_together(self) -> None:
        bots = await asyncio.gather(*(self.join(f"Bot {number}") for number in range(10)))
        names = {bot.name for bot in bots}
        await until(lambda: names <= {player.name for player in self.observer.players})
        await asyncio.gather(*(bot.leave() for bot in bots))
        await until(lambda: not names & {player.name for player in self.observer.players})


if __name__ == "__main__":
    unittest.main()
