"""Voice chat for games, for bots and speech models: join a session, speak in rooms, hear other players.

::

    async with consonance.connect("quic://127.0.0.1:7777/main#sha256=…", name="Echo", rooms=["lobby"]) as voice:
        async for event in voice.events():
            if isinstance(event, consonance.events.Text):
                await voice.reply(event, event.text)
"""

from __future__ import annotations

import atexit

from . import _native, admin, errors, events
from ._audio import AudioBlock, AudioStream
from ._channel import Channel
from ._chat import Spoken, VoiceChat
from ._connect import Connecting, connect
from ._encryption import EncryptedMember, EncryptionStatus
from ._event_queue import Events
from ._moderator import Moderator
from ._native import __version__
from ._player import Player, Position
from ._samples import Samples, Source
from ._declarations import Activation, EncryptionPolicy, Quality
from ._utterances import Utterance
from .errors import (
    AdminError,
    AudioError,
    ConnectError,
    ConsonanceError,
    EndedError,
    ModerationError,
    SettingsError,
    StartError,
    TextError,
)

# Chats that are still in a session when the interpreter ends leave it, so that no server waits for them.
atexit.register(_native.leave_all)

__all__ = [
    "Activation",
    "AdminError",
    "AudioBlock",
    "AudioError",
    "AudioStream",
    "Channel",
    "ConnectError",
    "Connecting",
    "ConsonanceError",
    "EncryptedMember",
    "EncryptionPolicy",
    "EncryptionStatus",
    "EndedError",
    "Events",
    "ModerationError",
    "Moderator",
    "Player",
    "Position",
    "Quality",
    "Samples",
    "SettingsError",
    "Source",
    "Spoken",
    "StartError",
    "TextError",
    "Utterance",
    "VoiceChat",
    "__version__",
    "admin",
    "connect",
    "errors",
    "events",
]
