"""Choices, in words."""

# Made from crates/ffi by `cargo xtask write declarations`; do not edit.

from typing import Literal

Activation = Literal["open", "push-to-talk", "voice"]
"""When the player's voice is sent.

- ``open``: Always.
- ``push-to-talk``: While the key for push-to-talk is pressed.
- ``voice``: While speech is detected.
"""

EncryptionPolicy = Literal["where-offered", "required", "never"]
"""Whether a chat is encrypted from end to end.

- ``where-offered``: If the session offers it. Once the session has required it, nothing is sent or played without
  encryption.
- ``required``: Always: if the session does not offer it, nothing is sent and nothing is played.
- ``never``: Never: a session that requires it rejects this player.
"""

EncryptionState = Literal["off", "waiting", "on"]
"""Whether a chat is encrypted from end to end at this moment.

- ``off``: Not encrypted: the session does not offer it, or the chat does not want it.
- ``waiting``: There are no keys yet, or they were lost: nothing is sent and nothing is played.
- ``on``: Encrypted, except in rooms that all members know as not encrypted.
"""

EncryptionWarningKind = Literal[
    "rooms-changed",
    "key-changed",
    "forked",
    "weakened",
    "report-taken",
    "report-refused",
    "withheld",
    "known-keys-full",
]
"""A change of the encryption.

- ``rooms-changed``: The set of rooms without encryption has changed, as the client of a player signed; no player if
  that was before this chat joined.
- ``key-changed``: A player has a different key than at the last meeting: another device, a new installation, or
  another player.
- ``forked``: A player claims to be in another group than this chat: the server shows them different groups, or the
  claim is false. If other members confirm this chat's group, do not trust the player; if several claim it, trust
  nothing.
- ``weakened``: The server asks for weaker encryption than before; nothing is sent.
- ``report-taken``: The server stored a report of this chat for the game's moderators.
- ``report-refused``: The server did not store a report of this chat, and the text says why.
- ``withheld``: Something that the player says or writes is not sent, since the chat requires encryption; the text
  says what, and why. Reported once until the keys change.
- ``known-keys-full``: There is no room for the keys of further players: those stay new at each meeting.
"""

ModeratorAction = Literal["kick", "mute", "unmute", "move", "ban"]
"""What a moderator can ask the server to do to a player.

- ``kick``: Remove it from the session; it may come back.
- ``mute``: Discard its voice.
- ``unmute``: Let its voice be heard again.
- ``move``: Remove it from a room, and ask it to listen to another one instead.
- ``ban``: Remove it from the session, and keep it out.
"""

ModeratorAnswer = Literal[
    "done",
    "not-moderator",
    "no-player",
    "protected",
    "not-in-room",
    "room-forbidden",
    "room-full",
    "failed",
]
"""The result of a moderator's request.

- ``done``: The request was carried out.
- ``not-moderator``: The join token of this chat does not permit moderation.
- ``no-player``: No player of this name is in the session.
- ``protected``: The player is a moderator, too, or the operator has muted it: only the operator can change that.
- ``not-in-room``: The player does not listen to the room.
- ``room-forbidden``: The player may not listen to the room that it was to go to.
- ``room-full``: The room that it was to go to is full.
- ``failed``: The server could not do it, or has not answered.
"""

OperatorDecisionKind = Literal["room-rights", "moved", "text-held", "room-full", "recorded"]
"""A decision of the server's operator about the player of this chat.

- ``room-rights``: What the player may do in a room has changed.
- ``moved``: The player was moved to another room.
- ``text-held``: A text of the player came too soon, and was dropped.
- ``room-full``: A room is full.
- ``recorded``: The operator records the session, or no longer does.
"""

ProblemKind = Literal[
    "other",
    "commands",
    "room",
    "channel",
    "voice",
    "input",
    "hearing",
    "player",
    "tap",
    "device",
    "moderation",
    "encryption",
]
"""The part of a chat that has a problem.

- ``other``: Something else, which the text says.
- ``commands``: Too many requests at once; one was dropped.
- ``room``: A room cannot be joined.
- ``channel``: A channel cannot be opened.
- ``voice``: The player's own voice cannot be encoded or sent as requested.
- ``input``: The microphone, another input, or the game's own sound.
- ``hearing``: A setting for hearing another player cannot be remembered.
- ``player``: Another player is present but cannot be heard.
- ``tap``: A player's sound cannot be taken.
- ``device``: There is no such device, or the chat uses none.
- ``moderation``: A player cannot be moderated.
- ``encryption``: The keys of an encrypted session.
"""

Quality = Literal["low", "medium", "high", "music"]
"""The bit rate of the player's voice.

- ``low``: 10 kbit/s.
- ``medium``: 17 kbit/s.
- ``high``: 24 kbit/s.
- ``music``: 64 kbit/s, for more than speech.
"""

Restriction = Literal["muted", "text-muted", "deafened"]
"""A right that an operator can take from a player.

- ``muted``: To be heard.
- ``text-muted``: To send texts.
- ``deafened``: To hear others.
"""
