"""Joining a session."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from types import TracebackType
from typing import Any

from ._chat import VoiceChat
from ._declarations import Activation, EncryptionPolicy, Quality
from ._settings import Settings
from .errors import SettingsError


class Connecting:
    """The result of ``connect``: ``await`` returns the chat; ``async with`` also leaves it at the end."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._voice: VoiceChat | None = None

    async def _connect(self) -> VoiceChat:
        voice = VoiceChat(self._settings)
        try:
            await voice._joined()
        except BaseException:
            voice._stop()
            raise
        return voice

    def __await__(self) -> Generator[Any, None, VoiceChat]:
        return self._connect().__await__()

    async def __aenter__(self) -> VoiceChat:
        self._voice = await self._connect()
        return self._voice

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._voice is not None:
            await self._voice.leave()


def connect(
    address: str,
    *,
    name: str | None = None,
    rooms: Iterable[str] = (),
    listen: Iterable[str] = (),
    speak: Iterable[str] = (),
    password: str | None = None,
    join_token: str | None = None,
    quality: Quality = "high",
    activation: Activation = "open",
    encryption: EncryptionPolicy = "where-offered",
    reconnect_timeout: float | None = None,
    retry_first_connect: bool = False,
    share_position: bool = False,
    fallback: bool = True,
) -> Connecting:
    """Joins a session: ``async with connect(…) as voice``, or ``voice = await connect(…)`` and ``voice.leave()``.

    Returns once all players of the session are known.

    address: as a server prints it, ``quic://127.0.0.1:7777/main#sha256=…``, or ``offline:`` for a private session in
        this process, in which a player called Loopback repeats what it hears.
    name: 1 to 128 bytes, unique in the session; random by default.
    rooms: rooms to listen to and to speak in; ``listen`` and ``speak`` are for only one of them.
    password, join_token: for servers that require them.
    quality: "low", "medium", "high" for voice, "music" for everything else, also in stereo.
    activation: "open" always sends, "push-to-talk" while the key is pressed, "voice" while speech is detected.
    encryption: from end to end "where-offered" by the session, "required", or "never".
    reconnect_timeout: seconds to retry after the connection was lost; no limit by default.
    retry_first_connect: also retries the first attempt, for a server that may start later.
    share_position: sends the listener's position to the server, for its proximity rooms.
    fallback: uses the server's WebSocket if UDP is blocked.

    Raises ``SettingsError`` if an argument is invalid, ``ConnectError`` if the session cannot be joined.
    """
    both = _names("rooms", rooms)
    settings = Settings(
        address=address,
        name=name,
        listen=[*both, *_names("listen", listen)],
        speak=[*both, *_names("speak", speak)],
        password=password,
        join_token=join_token,
        quality=quality,
        activation=activation,
        encryption=encryption,
        reconnect_timeout=reconnect_timeout,
        retry_first_connect=retry_first_connect,
        share_position=share_position,
        fallback=fallback,
    )
    return Connecting(settings)


def _names(what: str, names: Iterable[str]) -> list[str]:
    if isinstance(names, str):
        raise SettingsError(what, f"invalid {what} {names!r}, expected a list of names")
    return list(names)
