"""PESQ (ITU-T P.862.2, wide band) and STOI of what `consonance-bench quality --wavs FOLDER` wrote.

Run from the repository's root; needs the packages pesq, pystoi, scipy and soundfile.
"""

import glob
import os
import re
import sys

import soundfile
from pesq import pesq
from pystoi import stoi
from scipy.signal import resample_poly

for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.wav"))):
    original, _ = soundfile.read("assets/speech/" + re.search(r"austen-\d", path)[0] + ".wav")
    heard = resample_poly(soundfile.read(path)[0], 1, 3)
    length = min(len(original), len(heard))
    original, heard = original[:length], heard[:length]
    print(os.path.basename(path), pesq(16000, original, heard, "wb"), stoi(original, heard, 16000))
