"""How the library's thread wakes a loop of asyncio."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable


def waker(loop: asyncio.AbstractEventLoop, look: weakref.WeakMethod[Callable[[], None]]) -> Callable[[], None]:
    """For the library's thread: has the loop call the method, as long as there are both."""

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
