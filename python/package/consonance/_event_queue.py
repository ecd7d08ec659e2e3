"""Events of a chat as an async iterator."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from . import events

if TYPE_CHECKING:
    from ._chat import VoiceChat

EVENTS_MAX = 65_536
"""Events that wait for one reader; of more, the oldest are dropped and counted."""


class Events(AsyncIterator[events.Event]):
    """An iterator over the events of a chat; the last one is ``events.Ended``."""

    def __init__(self, chat: VoiceChat) -> None:
        self._chat = chat
        self._queue: deque[events.Event] = deque()
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """The number of events that were dropped because they were not read in time."""
        return self._dropped + self._chat._native.events_dropped()

    def __aiter__(self) -> Events:
        return self

    async def __anext__(self) -> events.Event:
        while not self._queue:
            if self._chat.end is not None:
                raise StopAsyncIteration
            await self._chat._change()
        return self._queue.popleft()

    def _put(self, event: events.Event) -> None:
        if len(self._queue) >= EVENTS_MAX:
            self._queue.popleft()
            self._dropped += 1
        self._queue.append(event)
