"""What can go wrong: every exception of this package, each with a ``code`` that does not change."""

from __future__ import annotations


class ConsonanceError(Exception):
    """Anything that this package raises by itself.

    ``code`` is a word for programs, such as ``"password-wrong"``; the text is for people and may change.
    """

    code: str

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code

    def __reduce__(self) -> tuple[type[ConsonanceError], tuple[str, str]]:
        return type(self), (self.code, str(self))


class SettingsError(ConsonanceError, ValueError):
    """An argument or a setting that cannot be used: an address, a name, a rate."""


class StartError(ConsonanceError):
    """The machine does not give what a chat needs, such as a thread."""


class ConnectError(ConsonanceError):
    """The session could not be joined; ``code`` says why, as ``docs/end-reasons.md`` lists it."""


class EndedError(ConsonanceError):
    """The chat has ended, so that nothing can be asked of it; ``code`` says why, such as ``"kicked"`` or ``"left"``."""


class TextError(ConsonanceError):
    """A text was not sent: ``"too-long"``, or ``"not-sent"`` with the reason as text."""


class AudioError(ConsonanceError, ValueError):
    """An array that is not sound: ``"shape"``, ``"type"``, or ``"not-finite"``."""


class ModerationError(ConsonanceError):
    """What a moderator wanted was not done: ``"not-moderator"``, ``"no-player"``, ``"protected"`` and so on."""


class AdminError(ConsonanceError):
    """The admin API refused a request, or could not be reached.

    ``code`` is ``"http-404"`` and the like, with the number in ``status``, or ``"unreachable"`` with ``status`` 0.
    """

    status: int

    def __init__(self, code: str, text: str, status: int = 0) -> None:
        super().__init__(code, text)
        self.status = status

    def __reduce__(self) -> tuple[type[AdminError], tuple[str, str, int]]:  # type: ignore[override]
        return type(self), (self.code, str(self), self.status)
