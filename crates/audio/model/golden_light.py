"""Writes `tests/data/denoise/light.samples`: what onnxruntime makes of `tests/data/denoise/noisy.samples` with the rounded weights.

    env/bin/pip install numpy onnxruntime
    env/bin/python model/golden_light.py GRAPH

GRAPH is the file that `convert_light.py` has written.
"""

import pathlib
import sys

import numpy as np
import onnxruntime

HOP, BINS, TOP = 768, 257, 192
DATA = pathlib.Path(__file__).parent / "../tests/data/denoise"


def main():
    samples = np.fromfile(DATA / "noisy.samples", "<i2") / 32768
    count = len(samples) // HOP
    window = np.sin(np.pi * np.arange(2 * HOP) / (2 * HOP))
    padded = np.concatenate([np.zeros(HOP), samples])
    session = onnxruntime.InferenceSession(sys.argv[1])
    state = {i.name: np.zeros(i.shape, "f4") for i in session.get_inputs()[1:]}
    output = np.zeros((count + 1) * HOP)
    for hop in range(count):
        # The network is at home at 16 kHz, where a spectrum has a third of the samples in it.
        spectrum = np.fft.rfft(padded[hop * HOP : (hop + 2) * HOP] * window) / 3
        lower = spectrum[:BINS]
        mix = np.stack([lower.real, lower.imag], -1)[None, :, None].astype("f4")
        enhanced, *caches = session.run(None, {"mix": mix, **state})
        state = dict(zip(state, caches))
        enhanced = enhanced[0, :, 0, 0] + 1j * enhanced[0, :, 0, 1]
        energy = lambda bins: (np.abs(bins[TOP:]) ** 2).sum()
        spectrum[BINS:] *= min(1, np.sqrt(energy(enhanced) / energy(lower)))
        spectrum[:BINS] = enhanced
        output[hop * HOP : (hop + 2) * HOP] += np.fft.irfft(spectrum * 3) * window
    # The output of a hop ends where the one before it ended, and the first 14 ms wait for the cuts.
    output = np.concatenate([np.zeros(HOP - 96), output])[: len(samples)]
    np.rint(output * 32768).astype("<i2").tofile(DATA / "light.samples")


main()
