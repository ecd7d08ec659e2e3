"""The exceptions of this package, each with a stable ``code``."""

from __future__ import annotations


class ConsonanceError(Exception):
    """The base of all exceptions of this package.

    ``code`` is for programs, such as ``"password-wrong"``; the text is for people and may change.
    """

    code: str

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code

    def __reduce__(self) -> tuple[type[ConsonanceError], tuple[str, str]]:
        return type(self), (self.code, str(self))


class SettingsError(ConsonanceError, ValueError):
    """An invalid argument or setting: an address, a name, a rate."""


class StartError(ConsonanceError):
    """The machine lacks something that a chat needs, such as a thread."""


class ConnectError(ConsonanceError):
    """The session could not be joined; ``code`` says why, as listed in ``docs/end-reasons.md``."""


class EndedError(ConsonanceError):
    """The chat has ended and accepts no calls; ``code`` says why, such as ``"kicked"`` or ``"left"``."""


class TextError(ConsonanceError):
    """A text was not sent: ``"too-long"``, or ``"not-sent"`` with the reason as text."""


class AudioError(ConsonanceError, ValueError):
    """An array that is not valid audio: ``"shape"``, ``"type"``, or ``"not-finite"``."""


class ModerationError(ConsonanceError):
    """The server did not perform a moderation: ``"not-moderator"``, ``"no-player"``, ``"protected"`` and so on."""


class AdminError(ConsonanceError):
    """The admin API rejected a request, or could not be reached.

    ``code`` is ``"http-404"`` and the like, with the number in ``status``, or ``"unreachable"`` with ``status`` 0.
    """

    status: int

    def __init__(self, code: str, text: str, status: int = 0) -> None:
        super().__init__(code, text)
        self.status = status

    def __reduce__(self) -> tuple[type[AdminError], tuple[str, str, int]]:  # type: ignore[override]
        return type(self), (self.code, str(self), self.status)
