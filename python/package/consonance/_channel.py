"""What one speaks to."""

from __future__ import annotations

from types import TracebackType

from . import _native


class Channel:
    """What one speaks to: a room or a player, until it is closed. Also a context manager."""

    def __init__(self, native: _native.Chat, number: int) -> None:
        self._native = native
        self._number = number

    def close(self) -> None:
        """Speaks to it no longer."""
        self._native.close_channel(self._number)

    def __enter__(self) -> Channel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
