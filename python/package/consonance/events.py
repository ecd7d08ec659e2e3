"""The events of a chat: frozen classes, one for each kind of event."""

from __future__ import annotations

from dataclasses import dataclass

from ._declarations import (
    EncryptionState,
    EncryptionWarningKind,
    ModeratorAction,
    ModeratorAnswer,
    OperatorDecisionKind,
    ProblemKind,
)
from ._declarations import Restriction as RestrictionKind


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event."""

    at: float
    """When the chat saw it, in seconds of ``time.monotonic()``."""


@dataclass(frozen=True, kw_only=True)
class PlayerEvent(Event):
    """An event about a player."""

    player: str
    """The player's name, unique in the session."""


@dataclass(frozen=True, kw_only=True)
class Joined(Event):
    """The bot is in the session; raised again after each reconnect."""


@dataclass(frozen=True, kw_only=True)
class Resumed(Event):
    """The connection was lost and resumed, with the bot's place in the session."""


@dataclass(frozen=True, kw_only=True)
class PlayersSynced(Event):
    """All players that joined earlier are known."""


@dataclass(frozen=True, kw_only=True)
class PlayerJoined(PlayerEvent):
    """Another player is in the session."""


@dataclass(frozen=True, kw_only=True)
class PlayerLeft(PlayerEvent):
    """A player has left."""


@dataclass(frozen=True, kw_only=True)
class EnteredRoom(PlayerEvent):
    """A player, or the bot, listens to a room: it has just started to, or was there before the bot joined.

    After ``PlayersSynced``, every player that was there before has been reported.
    """

    room: str


@dataclass(frozen=True, kw_only=True)
class ExitedRoom(PlayerEvent):
    """A player, or the bot, stopped listening to a room."""

    room: str


@dataclass(frozen=True, kw_only=True)
class RemovedFromRoom(Event):
    """The server removed the bot from a room."""

    room: str


@dataclass(frozen=True, kw_only=True)
class StartedSpeaking(PlayerEvent):
    """A player started speaking to the bot."""


@dataclass(frozen=True, kw_only=True)
class StoppedSpeaking(PlayerEvent):
    """A player stopped speaking to the bot."""


@dataclass(frozen=True, kw_only=True)
class Text(PlayerEvent):
    """A text from ``player``, to a room that the bot listens to, or to the bot."""

    room: str | None
    """The room that it was sent to; None for a text to us alone."""
    to: str | None
    """The player that it was sent to, which is us; None for a text to a room."""
    text: str


@dataclass(frozen=True, kw_only=True)
class Caption(PlayerEvent):
    """The transcript by ``by`` of ``player``'s speech, to a room that the bot listens to, or to the bot. Not raised as
    ``Text``.
    """

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
    """A text of the bot was sent; ``VoiceChat.send_text`` returns ``players``."""

    id: int
    players: int
    """How many players it went to, as far as listeners are known."""


@dataclass(frozen=True, kw_only=True)
class TextNotSent(Event):
    """A text of the bot was not sent; ``VoiceChat.send_text`` raises ``TextError``."""

    id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Restricted(Event):
    """The server's operator restricted the bot, or lifted a restriction."""

    restriction: RestrictionKind
    """The right that it takes or gives back."""
    holds: bool
    """True from now on, False if it is lifted."""
    text: str
    """The same in words, with the reason."""


@dataclass(frozen=True, kw_only=True)
class OperatorDecision(Event):
    """Another decision of the server's operator about the bot."""

    kind: OperatorDecisionKind
    text: str


@dataclass(frozen=True, kw_only=True)
class Moderated(PlayerEvent):
    """The result of the bot's moderation request about a player."""

    action: ModeratorAction
    answer: ModeratorAnswer
    """``"done"``, or why not."""


@dataclass(frozen=True, kw_only=True)
class EncryptionChanged(Event):
    """The end-to-end encryption began or ended."""

    state: EncryptionState
    text: str


@dataclass(frozen=True, kw_only=True)
class EncryptionWarning(Event):
    """A warning about the encryption for players, or what became of a report."""

    kind: EncryptionWarningKind
    player: str | None
    text: str


@dataclass(frozen=True, kw_only=True)
class Problem(Event):
    """A request failed; voice continues."""

    about: ProblemKind
    text: str


@dataclass(frozen=True, kw_only=True)
class DirectLinkMade(PlayerEvent):
    """Voice and texts can now go to a player over a direct link."""


@dataclass(frozen=True, kw_only=True)
class DirectLinkLost(PlayerEvent):
    """A player is now reached only through the server."""


@dataclass(frozen=True, kw_only=True)
class TokenAdded(Event):
    """The bot holds this access token."""

    token: str


@dataclass(frozen=True, kw_only=True)
class TokenRemoved(Event):
    """The bot no longer holds this access token."""

    token: str


@dataclass(frozen=True, kw_only=True)
class Rejoining(Event):
    """The bot leaves the session and rejoins it at once; rooms and channels are kept."""


@dataclass(frozen=True, kw_only=True)
class Draining(Event):
    """The server is about to end the session."""

    ends_in: float
    """In how many seconds."""
    redirect: str | None
    """The address that it sends us to."""
    follows_in: float | None
    """In how many seconds we go there by ourselves."""


@dataclass(frozen=True, kw_only=True)
class DrainCancelled(Event):
    """The server cancelled its shutdown."""


@dataclass(frozen=True, kw_only=True)
class Redirecting(Event):
    """The bot follows a redirect to another server."""


@dataclass(frozen=True, kw_only=True)
class ConnectionLost(Event):
    """The connection was lost; the next attempt follows automatically, in ``retry_in`` seconds."""

    reason: str
    retry_in: float


@dataclass(frozen=True, kw_only=True)
class TransportChanged(Event):
    """Packets now travel over the fallback (a WebSocket), or over UDP again."""

    is_fallback: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class ServerChanged(Event):
    """The link now leads to another server, at this address."""

    address: str


@dataclass(frozen=True, kw_only=True)
class Ended(Event):
    """The chat has ended; this is the last event. ``code`` is ``"left"``, ``"kicked"``, ``"banned"`` and so on."""

    code: str
    reason: str


_CLASSES: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        Joined, Resumed, PlayersSynced, PlayerJoined, PlayerLeft, EnteredRoom, ExitedRoom, RemovedFromRoom,
        StartedSpeaking, StoppedSpeaking, Text, Caption, TextSent, TextNotSent, Restricted, OperatorDecision, Moderated,
        EncryptionChanged, EncryptionWarning, Problem, DirectLinkMade, DirectLinkLost, TokenAdded, TokenRemoved,
        Rejoining, Draining, DrainCancelled, Redirecting,
        ConnectionLost, TransportChanged, ServerChanged, Ended,
    )
}  # fmt: skip


def _event(kind: str, at: float, fields: dict[str, object]) -> Event:
    """Converts an event of the native part."""
    return _CLASSES[kind](at=at, **fields)
