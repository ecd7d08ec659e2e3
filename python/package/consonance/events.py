"""What happens in a chat: frozen classes, one for each kind of event."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened."""

    at: float
    """When the chat saw it, in seconds of ``time.monotonic()``."""


@dataclass(frozen=True, kw_only=True)
class PlayerEvent(Event):
    """Something that a player did, or that happened to it."""

    player: str
    """The player's name, unique in the session."""


@dataclass(frozen=True, kw_only=True)
class Joined(Event):
    """We are in the session; again after each reconnect."""


@dataclass(frozen=True, kw_only=True)
class Resumed(Event):
    """The connection was lost and is back, with our place in the session."""


@dataclass(frozen=True, kw_only=True)
class PlayersSynced(Event):
    """All players that were here before us are known now."""


@dataclass(frozen=True, kw_only=True)
class PlayerJoined(PlayerEvent):
    """Another player is in the session."""


@dataclass(frozen=True, kw_only=True)
class PlayerLeft(PlayerEvent):
    """A player is gone."""


@dataclass(frozen=True, kw_only=True)
class EnteredRoom(PlayerEvent):
    """A player, or oneself, listens to a room from now on."""

    room: str


@dataclass(frozen=True, kw_only=True)
class ExitedRoom(PlayerEvent):
    """A player, or oneself, listens to a room no longer."""

    room: str


@dataclass(frozen=True, kw_only=True)
class RemovedFromRoom(Event):
    """The server has removed us from a room that we heard."""

    room: str


@dataclass(frozen=True, kw_only=True)
class StartedSpeaking(PlayerEvent):
    """A player speaks to us."""


@dataclass(frozen=True, kw_only=True)
class StoppedSpeaking(PlayerEvent):
    """A player speaks to us no longer."""


@dataclass(frozen=True, kw_only=True)
class Text(PlayerEvent):
    """A text of ``player``, to a room that we listen to, or to us."""

    room: str | None
    """The room that it was sent to; None for a text to us alone."""
    to: str | None
    """The player that it was sent to, which is us; None for a text to a room."""
    text: str


@dataclass(frozen=True, kw_only=True)
class Caption(PlayerEvent):
    """What ``player`` says, as ``by`` has written it down, to a room that we listen to, or to us. Not raised as
    ``Text``."""

    by: str
    """The player that has written it."""
    room: str | None
    """The room that it was sent to; None for a caption to us alone."""
    to: str | None
    """The player that it was sent to, which is us; None for a caption to a room."""
    text: str
    is_final: bool
    """False while the player goes on: the next caption about it replaces this one."""


@dataclass(frozen=True, kw_only=True)
class TextSent(Event):
    """A text of ours is on its way; ``VoiceChat.send_text`` returns ``players``."""

    id: int
    players: int
    """How many players it went to, as far as listeners are known."""


@dataclass(frozen=True, kw_only=True)
class TextNotSent(Event):
    """A text of ours was not sent; ``VoiceChat.send_text`` raises ``TextError``."""

    id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Restricted(Event):
    """The server's operator has taken something from us, or given it back."""

    restriction: str
    """``"muted"``, ``"text-muted"`` or ``"deafened"``."""
    holds: bool
    """True from now on, False if it is lifted."""
    text: str
    """The same in words, with the reason."""


@dataclass(frozen=True, kw_only=True)
class OperatorDecision(Event):
    """Something else that the server's operator has decided about us."""

    kind: str
    """``"room-rights"``, ``"moved"``, ``"text-held"``, ``"room-full"``, ``"recorded"`` or ``"other"``."""
    text: str


@dataclass(frozen=True, kw_only=True)
class Moderated(PlayerEvent):
    """What became of something that we, as a moderator, wanted done to a player."""

    answer: str
    """``"done"``, or why not: ``"not-moderator"``, ``"no-player"``, ``"protected"`` and so on."""


@dataclass(frozen=True, kw_only=True)
class EncryptionChanged(Event):
    """The end-to-end encryption began or ended: ``state`` is ``"off"``, ``"waiting"`` or ``"on"``."""

    state: str
    text: str


@dataclass(frozen=True, kw_only=True)
class EncryptionWarning(Event):
    """Something about the encryption that players should know."""

    kind: str
    """``"rooms-changed"``, ``"key-changed"``, ``"forked"``, ``"weakened"`` or ``"other"``."""
    player: str | None
    text: str


@dataclass(frozen=True, kw_only=True)
class Problem(Event):
    """Something that was asked for could not be done; voice goes on."""

    about: str
    """``"room"``, ``"channel"``, ``"voice"``, ``"tap"``, ``"commands"`` and so on."""
    text: str


@dataclass(frozen=True, kw_only=True)
class Rejoining(Event):
    """We leave the session and join it again at once; rooms and channels are kept."""


@dataclass(frozen=True, kw_only=True)
class Draining(Event):
    """The server is going to end the session."""

    ends_in: float
    """In how many seconds."""
    redirect: str | None
    """The address that it sends us to."""
    follows_in: float | None
    """In how many seconds we go there by ourselves."""


@dataclass(frozen=True, kw_only=True)
class DrainCancelled(Event):
    """The server has said that it closes, and stays after all."""


@dataclass(frozen=True, kw_only=True)
class Redirecting(Event):
    """We leave this server for the one that it has sent us to."""


@dataclass(frozen=True, kw_only=True)
class ConnectionLost(Event):
    """The session was lost; the next attempt follows by itself, in ``retry_in`` seconds."""

    reason: str
    retry_in: float


@dataclass(frozen=True, kw_only=True)
class TransportChanged(Event):
    """Packets travel over the fallback from now on (a WebSocket), or over UDP again."""

    is_fallback: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class ServerChanged(Event):
    """The link leads to another server than before, at this address."""

    address: str


@dataclass(frozen=True, kw_only=True)
class Ended(Event):
    """The chat has ended; nothing comes after this. ``code`` is ``"left"``, ``"kicked"``, ``"banned"`` and so on."""

    code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Other(Event):
    """An event that this version has no class for, in words for a log."""

    description: str


_CLASSES: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        Joined, Resumed, PlayersSynced, PlayerJoined, PlayerLeft, EnteredRoom, ExitedRoom, RemovedFromRoom,
        StartedSpeaking, StoppedSpeaking, Text, Caption, TextSent, TextNotSent, Restricted, OperatorDecision, Moderated,
        EncryptionChanged, EncryptionWarning, Problem, Rejoining, Draining, DrainCancelled, Redirecting,
        ConnectionLost, TransportChanged, ServerChanged, Ended, Other,
    )
}  # fmt: skip


def _event(kind: str, at: float, fields: dict[str, object]) -> Event:
    """The event that the library tells of."""
    return _CLASSES[kind](at=at, **fields)
