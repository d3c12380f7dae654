"""MMSE on NumPy arrays: 64 channels of 16x4 antennas, 14 received vectors each."""

import numpy as np

import mho

rng = np.random.default_rng(1)
qam = mho.Constellation("64qam")
noise_variance = 0.1


def normals(*shape: int) -> np.ndarray:
    """CN(0, 1)"""
    return (rng.standard_normal(shape + (2,)).view(np.complex128)[..., 0] / np.sqrt(2)).astype(np.complex64)


h = normals(64, 16, 4)
bits = rng.integers(0, 2, (64, 14, 4 * qam.bits), dtype=np.uint8)
y = np.einsum("prt,put->pur", h, qam.map(bits)) + np.sqrt(np.float32(noise_variance)) * normals(64, 14, 16)

detector = mho.Detector("mmse")
detector.prepare(h, noise_variance, uses=14)  # one factorisation a channel
found = detector.apply(y, constellation=qam)  # any number of times

print(f"{np.count_nonzero(found.bits != bits)} errors in {bits.size} bits, mean variance {found.variance.mean():.4f}")
print(f"first LLRs {found.llr[0, 0, :4]}, sent {bits[0, 0, :4]}")
