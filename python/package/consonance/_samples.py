"""A program's arrays, converted to the library's samples."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Generator, Iterable
from contextlib import aclosing
from typing import Any, Union

import numpy as np
from numpy.typing import NDArray

from .errors import AudioError

Samples = NDArray[Any]
"""Sound: shape ``(n,)`` or ``(n, 1)`` for one channel, ``(n, 2)`` for left and right; floats from -1 to 1, or int16."""

Source = Union[Samples, Iterable[Samples], AsyncIterable[Samples]]
"""A whole sound, or its parts one after the other."""


def frames(samples: Samples) -> NDArray[np.float32]:
    """The array as float32 of shape ``(n, channels)``, from -1 to 1.

    Raises ``AudioError`` if it is not valid audio.
    """
    array: NDArray[Any] = np.asarray(samples)
    if array.ndim == 1:
        array = array[:, np.newaxis]
    if array.ndim != 2 or array.shape[1] not in (1, 2):
        text = f"invalid shape {np.shape(samples)}, expected (n,) for one channel or (n, 2) for two"
        raise AudioError("shape", text)
    if array.dtype == np.int16:
        scaled: NDArray[np.float32] = array.astype(np.float32) / np.float32(32768)
        return scaled
    if not np.issubdtype(array.dtype, np.floating):
        raise AudioError("type", f"invalid type {array.dtype}, expected float32, float64 or int16")
    converted = array.astype(np.float32)
    if not np.isfinite(converted).all():
        raise AudioError("not-finite", "the samples are not all finite numbers")
    clipped: NDArray[np.float32] = np.clip(converted, -1, 1)
    return clipped


async def parts(source: Source) -> AsyncGenerator[NDArray[np.float32], None]:
    """The parts of a source, as ``frames``; all must have the same number of channels.

    Closing it also closes the generator that the parts come from.
    """
    channels = None
    async with aclosing(_each(source)) as each:
        async for part in each:
            converted = frames(part)
            channels = channels or converted.shape[1]
            if converted.shape[1] != channels:
                text = f"invalid part with {converted.shape[1]} channels, expected {channels} as in the first one"
                raise AudioError("shape", text)
            yield converted


async def _each(source: Source) -> AsyncGenerator[Samples, None]:
    if isinstance(source, np.ndarray):
        yield source
    elif isinstance(source, AsyncIterable):
        try:
            async for part in source:
                yield part
        finally:
            if isinstance(source, AsyncGenerator):
                await source.aclose()
    elif isinstance(source, Iterable) and not isinstance(source, (str, bytes)):
        try:
            for part in source:
                yield part
        finally:
            if isinstance(source, Generator):
                source.close()
    else:
        text = f"invalid sound of type {type(source).__name__}, expected an array or an iterator of arrays"
        raise AudioError("type", text)
