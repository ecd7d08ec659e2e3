"""The current end-to-end encryption of a chat."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EncryptedMember:
    """A member of the encrypted group, which can decrypt voice and text."""

    name: str
    account: str | None
    """The account that it says it has."""
    purpose: str | None
    """What it is for, if it is not a player: ``"recording"``, ``"moderation"``."""
    safety_number: str | None
    """What both see if no server is between them; None for oneself."""
    is_confirmed: bool
    """Whether it has signed that it is in the same group."""
    is_local: bool
    """Whether it is oneself."""
    recognition: str | None
    """``"new"``, ``"known"``, ``"verified"`` or ``"changed"``; None for oneself."""


@dataclass(frozen=True)
class EncryptionStatus:
    """Whether the chat is encrypted from end to end, and for which members."""

    state: str
    """``"off"``, ``"waiting"`` (nothing is sent or heard before there are keys) or ``"on"``."""
    epoch: int | None
    """Counts the changes of keys."""
    safety_number: str | None
    """What all members see if no server is between them."""
    members: tuple[EncryptedMember, ...]
