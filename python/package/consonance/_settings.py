"""The settings of a chat."""

from __future__ import annotations

from dataclasses import dataclass

from ._declarations import Activation, EncryptionPolicy, Quality


@dataclass(frozen=True, kw_only=True)
class Settings:
    """As ``consonance.connect`` describes them; the library reads these attributes."""

    address: str
    name: str | None
    listen: list[str]
    speak: list[str]
    password: str | None
    join_token: str | None
    quality: Quality
    activation: Activation
    encryption: EncryptionPolicy
    reconnect_timeout: float | None
    retry_first_connect: bool
    share_position: bool
    fallback: bool
