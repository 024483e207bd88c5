"""lag.py EXPECTED RECORDED LIMIT: finds one in the other; they differ by at most LIMIT dBFS."""

import sys

import numpy as np
import soundfile

expected, recorded = (soundfile.read(name, dtype="float32")[0] for name in sys.argv[1:3])
size = 2 * max(len(expected), len(recorded))
product = np.fft.rfft(recorded, size) * np.conj(np.fft.rfft(expected, size))
lag = int(np.argmax(np.fft.irfft(product, size)))
# The silence at the beginning may have been played in part only: the speech is compared.
speech = np.flatnonzero(np.abs(expected) > 0.05)
start, end = speech[0], speech[-1]
found = recorded[lag + start : lag + end]
if len(found) < end - start:
    sys.exit(f"{sys.argv[2]} ends {end - start - len(found)} samples too early")
difference = 20 * np.log10(np.abs(found - expected[start:end]).max() + 1e-12)
print(f"{lag} samples after the recording began, difference {difference:.1f} dBFS")
sys.exit(int(difference > float(sys.argv[3])))
