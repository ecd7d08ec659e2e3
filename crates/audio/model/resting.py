"""Writes `resting.weights`: half of the mean state of the encoder's recurrent layer during speech.

    env/bin/pip install numpy scipy soundfile onnx onnxruntime
    env/bin/python model/resting.py FOLDER

FOLDER is the one into which `convert.py` has written the graphs.
"""

import pathlib
import struct
import sys

import numpy as np
import onnx
import onnxruntime
import soundfile
from convert import HALF, HERE, VERSION, checksum
from golden import features, spectra
from scipy.signal import resample_poly

SHARE = 0.5


def states(session, number):
    speech, _ = soundfile.read(HERE / f"../../../assets/speech/austen-{number}.wav")
    bands, bins = features(spectra(resample_poly(speech, 3, 1) / 2))
    values, snr = session.run([STATE, "lsnr"], {"feat_erb": bands, "feat_spec": bins})
    return values.reshape(-1, values.shape[-1])[snr.ravel() > 0]


model = onnx.load(pathlib.Path(sys.argv[1]) / "enc.onnx")
STATE = next(node.output[0] for node in model.graph.node if node.op_type == "GRU")
model.graph.output.append(onnx.ValueInfoProto(name=STATE))
session = onnxruntime.InferenceSession(model.SerializeToString())
mean = SHARE * np.concatenate([states(session, number) for number in (1, 2, 3)]).mean(0)
body = struct.pack("<BxxxII", HALF, mean.size, 1) + mean.astype("<f2").tobytes()
(HERE / "resting.weights").write_bytes(struct.pack("<4sHHI", b"CNSW", VERSION, 1, checksum(body)) + body)
