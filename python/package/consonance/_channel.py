"""Channels to rooms and players."""

from __future__ import annotations

from types import TracebackType

from . import _native


class Channel:
    """A channel to a room or a player, open until it is closed. Also a context manager."""

    def __init__(self, native: _native.Chat, number: int) -> None:
        self._native = native
        self._number = number

    def close(self) -> None:
        """Closes the channel."""
        self._native.close_channel(self._number)

    def __enter__(self) -> Channel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
