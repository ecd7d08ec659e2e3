"""Writes `tests/data/denoise`: noisy speech, and what onnxruntime makes of it with the rounded weights.

    env/bin/pip install numpy scipy soundfile onnxruntime
    env/bin/python model/golden.py FOLDER

FOLDER is the one into which `convert.py` has written the graphs.
"""

import pathlib
import sys

import numpy as np
import onnxruntime
import soundfile
from scipy.signal import lfilter, resample_poly

HOP, WINDOW, BANDS, DF_BINS, ORDER = 480, 960, 32, 96, 5
WIDTHS = [2] * 13 + [5, 5, 7, 7, 8, 10, 12, 13, 15, 18, 20, 24, 28, 31, 37, 42, 50, 56, 67]
HERE = pathlib.Path(__file__).parent
BLOCKS = 160


def noisy_speech():
    speech, _ = soundfile.read(HERE / "../../../assets/speech/austen-1.wav")
    speech = resample_poly(speech, 3, 1)[: BLOCKS * HOP]
    noise = lfilter([1], [1, -0.9], np.random.default_rng(35).standard_normal(len(speech)))
    noise *= speech.std() / noise.std() * 10 ** (-10 / 20)
    return np.clip(np.rint((speech + noise) * 16384), -32768, 32767)


def window():
    half = np.sin(0.5 * np.pi * (np.arange(WINDOW) + 0.5) / HOP)
    return np.sin(0.5 * np.pi * half**2)


def spectra(samples):
    padded = np.concatenate([np.zeros(HOP), samples])
    frames = [padded[start : start + WINDOW] * window() for start in range(0, len(padded) - HOP, HOP)]
    return np.fft.rfft(frames, axis=1) / WINDOW


def features(spectra):
    edges = np.cumsum([0] + WIDTHS)
    power = np.abs(spectra) ** 2
    levels = np.stack([power[:, low:high].mean(1) for low, high in zip(edges, edges[1:])], 1)
    levels = 10 * np.log10(levels + 1e-10)
    mean, size = np.linspace(-60, -90, BANDS), np.linspace(1e-3, 1e-4, DF_BINS)
    bands, bins = [], []
    for level, spectrum in zip(levels, spectra[:, :DF_BINS]):
        mean = 0.01 * level + 0.99 * mean
        size = 0.01 * np.abs(spectrum) + 0.99 * size
        bands.append((level - mean) / 40)
        bins.append(spectrum / np.sqrt(size))
    bins = np.array(bins)
    return np.array(bands)[None, None].astype("f4"), np.stack([bins.real, bins.imag])[None].astype("f4")


def run(folder, name, inputs):
    session = onnxruntime.InferenceSession(str(pathlib.Path(folder) / f"{name}.onnx"))
    wanted = {i.name for i in session.get_inputs()}
    values = session.run(None, {k: v for k, v in inputs.items() if k in wanted})
    return dict(zip((o.name for o in session.get_outputs()), values))


def main():
    samples = noisy_speech()
    noisy = spectra(samples / 32768)
    bands, bins = features(noisy)
    encoded = run(sys.argv[1], "enc", {"feat_erb": bands, "feat_spec": bins})
    gains = np.repeat(run(sys.argv[1], "erb_dec", encoded)["m"][0, 0], WIDTHS, axis=1)
    factors = run(sys.argv[1], "df_dec", encoded)["coefs"].reshape(BLOCKS, DF_BINS, ORDER, 2)
    factors = factors[..., 0] + 1j * factors[..., 1]
    padded = np.concatenate([np.zeros((ORDER - 1, noisy.shape[1])), noisy])
    output = np.zeros((BLOCKS + 1) * HOP)
    for block in range(BLOCKS):
        spectrum = padded[block + 2] * gains[block]
        spectrum[:DF_BINS] = sum(padded[block + k, :DF_BINS] * factors[block, :, k] for k in range(ORDER))
        output[block * HOP : block * HOP + WINDOW] += np.fft.irfft(spectrum * WINDOW) * window()
    data = HERE / "../tests/data/denoise"
    samples.astype("<i2").tofile(data / "noisy.samples")
    np.rint(output[: BLOCKS * HOP] * 32768).astype("<i2").tofile(data / "speech.samples")
    encoded["lsnr"].astype("<f4").tofile(data / "local_snr.values")


if __name__ == "__main__":
    main()
