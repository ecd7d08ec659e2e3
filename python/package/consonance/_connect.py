"""Joining a session."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from types import TracebackType
from typing import Any

from ._chat import VoiceChat
from ._settings import Activation, EncryptionPolicy, Quality, Settings
from .errors import SettingsError


class Connecting:
    """What ``connect`` returns: awaited, it is the chat; with ``async with``, the chat that is left at the end."""

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

    It is joined once all players of the session are known.

    address: as a server prints it, ``quic://127.0.0.1:7777/main#sha256=…``, or ``offline:`` for a session of one's own
        in this process, in which a player called Loopback repeats what it hears.
    name: 1 to 128 bytes, unique in the session; without one it is random.
    rooms: rooms to listen to and to speak in; ``listen`` and ``speak`` are for one of both.
    password, join_token: for servers that ask for them.
    quality: "low", "medium", "high" for voice, "music" for everything else, also in stereo.
    activation: "open" sends whatever is spoken, "push-to-talk" while the key is pressed, "voice" while it is speech.
    encryption: from end to end "where-offered" by the session, "required", or "never".
    reconnect_timeout: seconds to go on trying after the connection was lost; without, forever.
    retry_first_connect: goes on trying at first, too, for a server that may come up later.
    share_position: tells the server where the listener is, for its proximity rooms.
    fallback: uses the server's WebSocket if UDP does not get through.

    Raises ``SettingsError`` if an argument cannot be used, ``ConnectError`` if the session cannot be joined.
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
