"""Makes `kemar.head` and the figures it is tested against, `../tests/data/kemar.csv`, from MIT's measurement.

Run from the repository's root, with h5py and numpy; the file is in Debian's package libmysofa1:
    python3 crates/audio/data/compact_kemar.py /usr/share/libmysofa/MIT_KEMAR_normal_pinna.sofa
"""

import functools
import os
import struct
import sys

import h5py
import numpy

MEASURED_HZ, OUR_HZ = 44_100, 48_000
POINTS = 8_192
TAPS = 64
# The last taps fade out, so that shortening leaves no edge.
FADE = 16
# Below this, the loudspeaker of the measurement is too weak; a head throws no shadow there.
LOWEST_HZ = 200.0
# Above this, the measurement is too weak.
HIGHEST_HZ = 15_000.0
# The near ear gets up to 12 dB more above 10 kHz than the front does, which makes voices hiss; both ears lose the rest.
LOUDEST = numpy.log(10) / 20 * 7.0
# The smoothing of magnitudes, half of it on each side.
OCTAVES = 1 / 6
# What is looked at lies within this angle from the front, and is equalised to be flat on average.
CONE_DEGREES = 45.0
# The near ear's part of the time difference; with more, it would hear before the common delay of 15 samples.
NEAR_SHARE = 1 / 3
TAP_UNIT, DELAY_UNIT = 1 / 8_192, 1 / 256

BANDS_HZ = [250, 500, 1_000, 2_000, 4_000, 8_000]
SIXTEEN = [0, 25, 45, 65, 90, 115, 135, 155, 180, 205, 225, 245, 270, 295, 315, 335]


def main(path):
    with h5py.File(path) as file:
        positions, responses = file["SourcePosition"][:], file["Data.IR"][:]
        assert file["Data.SamplingRate"][0] == MEASURED_HZ
    # Azimuths are counter-clockwise there and clockwise here; the left ear stands for both.
    left = {mirrored((round(elevation), azimuth)): response[0]
            for (azimuth, elevation, _), response in zip(positions, responses)}
    head = Head(left)
    folder = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(folder, "kemar.head"), "wb") as file:
        file.write(head.to_bytes())
    with open(os.path.join(folder, "..", "tests", "data", "kemar.csv"), "w", encoding="ascii") as file:
        file.write(figures(left, head.colour))
    head.report(left)


class Head:
    """The left ear's responses: minimum phase and delay, in samples of ours, for each direction."""

    def __init__(self, measured):
        self.rings = {}
        for elevation, azimuth in sorted(measured):
            self.rings.setdefault(elevation, []).append(azimuth)
        magnitudes = {key: smoothed(measured_magnitude(response)) for key, response in measured.items()}
        looked_at = [key for key in measured if is_looked_at(*key)]
        colour = numpy.log(numpy.mean([smoothed(magnitudes[key], 1 / 3) ** 2 for key in looked_at], axis=0)) / 2
        self.colour = colour
        equalised = {key: numpy.log(value) - colour for key, value in magnitudes.items()}
        self.taps = {key: shortened(limited(value, equalised[mirrored(key)])) for key, value in equalised.items()}
        self.delays = {key: 0.0 for key in measured}
        # A minimum-phase pair has a time difference of its own, so what is missing is found by comparing.
        wanted = {key: time_difference(*pair(measured, key), MEASURED_HZ) for key in measured}
        for _ in range(4):
            for key in sorted(measured):
                missing = (wanted[key] - time_difference(*self.pair(key), OUR_HZ)) * OUR_HZ
                difference = self.delays[key] - self.delays[mirrored(key)] - missing
                share = NEAR_SHARE if difference < 0 else 1 - NEAR_SHARE
                self.delays[key] = share * difference
                self.delays[mirrored(key)] = -(1 - share) * difference
        # Below there is no measurement: what all directions around have in common.
        lowest = min(self.rings)
        around = [numpy.log(numpy.abs(numpy.fft.rfft(self.taps[lowest, azimuth], POINTS)))
                  for azimuth in self.rings[lowest]]
        self.rings[-90] = [0.0]
        self.taps[-90, 0.0] = shortened(numpy.mean(around, axis=0))
        self.delays[-90, 0.0] = 0.0

    def to_bytes(self):
        rings = sorted(self.rings.items())
        parts = [struct.pack("<4sBBBB", b"HEAD", 1, TAPS, len(rings), 0)]
        parts += [struct.pack("<bB", elevation, len(azimuths)) for elevation, azimuths in rings]
        for elevation, azimuths in rings:
            for index, azimuth in enumerate(azimuths):
                assert abs(azimuth - index * 360 / len(azimuths)) < 0.01, "a ring is evenly divided"
                key = elevation, azimuth
                numbers = [self.delays[key] / DELAY_UNIT, *(self.taps[key] / TAP_UNIT)]
                parts.append(struct.pack(f"<{1 + TAPS}h", *(round(number) for number in numbers)))
        return b"".join(parts)

    def pair(self, key):
        return [delayed(self.taps[side], 20 + self.delays[side]) for side in (key, mirrored(key))]

    def report(self, measured):
        print("directions", len(self.taps), "bytes", len(self.to_bytes()))
        print("delays", min(self.delays.values()), max(self.delays.values()))
        print("largest tap", max(numpy.abs(taps).max() for taps in self.taps.values()))
        print("largest norm", max(numpy.linalg.norm(taps) for taps in self.taps.values()))
        names = ["ITD µs"] + [f"{hz}" for hz in BANDS_HZ] + ["speech"]
        errors = {}
        for key in measured:
            ours, theirs = row(*self.pair(key), OUR_HZ), row(*pair(measured, key), MEASURED_HZ, self.colour)
            errors[key] = numpy.abs(numpy.subtract(ours, theirs))
        level = [errors[0, azimuth] for azimuth in SIXTEEN]
        for what, some in [("sixteen", level), ("all", list(errors.values()))]:
            print(what, *(f"{name} {value:.2f}" for name, value in zip(names, numpy.max(some, axis=0))))
        for key in [(0, 0), (0, 30), (0, 330), (0, 90), (0, 270), (0, 180), (40, 0), (-40, 0)]:
            spectrum = numpy.abs(numpy.fft.rfft(self.taps[key], POINTS)) ** 2
            hz = numpy.fft.rfftfreq(POINTS, 1 / OUR_HZ)
            thirds = 1_000 * 2 ** (numpy.arange(-9, 13) / 3)
            bands = [(hz > f * 2 ** (-1 / 6)) & (hz < f * 2 ** (1 / 6)) for f in thirds]
            levels = [10 * numpy.log10(spectrum[band].mean()) for band in bands]
            print(key, *(f"{level:.1f}" for level in levels))


def mirrored(key):
    elevation, azimuth = key
    return elevation, round(360 - azimuth, 2) % 360


def pair(measured, key):
    return measured[key], measured[mirrored(key)]


def is_looked_at(elevation, azimuth):
    along = numpy.cos(numpy.radians(elevation)) * numpy.cos(numpy.radians(azimuth))
    return along >= numpy.cos(numpy.radians(CONE_DEGREES))


def measured_magnitude(response):
    """On the frequencies of our rate, without what the measurement could not tell."""
    theirs = numpy.abs(numpy.fft.rfft(response, POINTS))
    hz = numpy.fft.rfftfreq(POINTS, 1 / OUR_HZ).clip(LOWEST_HZ, HIGHEST_HZ)
    return numpy.interp(hz, numpy.fft.rfftfreq(POINTS, 1 / MEASURED_HZ), theirs)


def smoothed(magnitude, octaves=OCTAVES):
    """The power around each frequency, as ears take it together."""
    total = numpy.concatenate([[0.0], numpy.cumsum(magnitude ** 2)])
    index = numpy.arange(len(magnitude))
    low = numpy.floor(index * 2 ** (-octaves / 2)).astype(int)
    high = numpy.minimum(numpy.ceil(index * 2 ** (octaves / 2)).astype(int) + 1, len(magnitude))
    return numpy.sqrt((total[high] - total[low]) / (high - low))


def limited(this, other):
    """Takes from both ears what either has above the limit, and amplifies nothing where nothing was measured."""
    fair = this - (numpy.maximum(this, other) - LOUDEST).clip(0.0)
    share = (numpy.fft.rfftfreq(POINTS, 1 / OUR_HZ) - HIGHEST_HZ) / 2_000.0
    return fair - share.clip(0.0, 1.0) * fair.clip(0.0)


def shortened(log_magnitude):
    """The response of minimum phase with that magnitude, by the cepstrum folded onto positive times."""
    cepstrum = numpy.fft.irfft(log_magnitude)
    half = len(cepstrum) // 2
    cepstrum[1:half] *= 2
    cepstrum[half + 1:] = 0
    response = numpy.fft.irfft(numpy.exp(numpy.fft.rfft(cepstrum)))[:TAPS].copy()
    response[-FADE:] *= 0.5 + 0.5 * numpy.cos(numpy.pi * (numpy.arange(FADE) + 1) / (FADE + 1))
    return response


def delayed(response, samples):
    points = 512
    turn = numpy.exp(-2j * numpy.pi * numpy.fft.rfftfreq(points) * samples)
    return numpy.fft.irfft(numpy.fft.rfft(response, points) * turn)


def time_difference(left, right, rate_hz):
    """By how many seconds the right ear is later: where the two are most alike below 1.5 kHz."""
    low = tuple(range(100, 1_501, 25))
    cross = numpy.conj(spectrum_at(left, low, rate_hz)) * spectrum_at(right, low, rate_hz)
    # The lags from −1 to 1 ms, by a transform that begins at the first.
    first = numpy.exp(-2j * numpy.pi * numpy.array(low) * 1e-3)
    alike = (turns(low, 2_001, 1e6).conj().T @ (cross * first)).real
    return (alike.argmax() - 1_000) * 1e-6


def spectrum_at(response, hz, rate_hz):
    return turns(hz, len(response), rate_hz) @ response


@functools.lru_cache(maxsize=None)
def turns(hz, points, rate_hz):
    """The Fourier transform of so many points, at these frequencies."""
    return numpy.exp(-2j * numpy.pi * numpy.outer(hz, numpy.arange(points)) / rate_hz)


def row(left, right, rate_hz, colour=None):
    """Time difference in microseconds, level differences of octaves and of speech in decibels, left over right."""
    levels = []
    everything = numpy.zeros(2)
    for centre in BANDS_HZ:
        hz = tuple(centre * 2 ** ((2 * step + 1) / 64) for step in range(-16, 16))
        powers = numpy.array([numpy.abs(spectrum_at(ear, hz, rate_hz)) ** 2 for ear in (left, right)])
        if colour is not None:
            # What both ears have in common from everywhere is that of the loudspeaker and of the ear canal.
            powers /= numpy.exp(2 * numpy.interp(hz, numpy.fft.rfftfreq(POINTS, 1 / OUR_HZ), colour))
        powers = powers.mean(axis=1)
        levels.append(10 * numpy.log10(powers[0] / powers[1]))
        everything += powers * SPEECH[centre]
    return [time_difference(left, right, rate_hz) * 1e6, *levels, 10 * numpy.log10(everything[0] / everything[1])]


# The octaves' powers of speech (ANSI S3.5, normal effort) with the weighting A.
SPEECH = {centre: 10 ** ((level + weight) / 10) for centre, level, weight in
          zip(BANDS_HZ, [57.2, 59.8, 53.5, 48.8, 43.9, 38.6], [-8.6, -3.2, 0.0, 1.2, 1.0, -1.1])}


def figures(measured, colour):
    names = ["azimuth", "itd_us", *(f"ild_{centre}_db" for centre in BANDS_HZ), "ild_speech_db"]
    lines = [",".join(names)]
    for azimuth in SIXTEEN:
        values = row(*pair(measured, (0, float(azimuth))), MEASURED_HZ, colour)
        lines.append(",".join([str(azimuth), f"{values[0]:.0f}", *(f"{value:.2f}" for value in values[1:])]))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(sys.argv[1])
