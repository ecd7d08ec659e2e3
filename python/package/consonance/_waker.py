"""Wakes an asyncio loop from the library's thread."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable


def waker(loop: asyncio.AbstractEventLoop, look: weakref.WeakMethod[Callable[[], None]]) -> Callable[[], None]:
    """For the library's thread: schedules the method in the loop, while both exist."""

    def call() -> None:
        if (method := look()) is not None:
            method()

    def wake() -> None:
        try:
            loop.call_soon_threadsafe(call)
        except RuntimeError:
            # The loop is closed, and nothing waits for anything.
            pass

    return wake
