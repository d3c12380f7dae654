"""A detector of one's own in NumPy, beside the library's on the same channels, bits and noise."""

import numpy as np

import mho


def sorted_sic(h: np.ndarray, y: np.ndarray, noise_variance: np.ndarray) -> np.ndarray:
    """MMSE with successive interference cancellation, the strongest stream first (V-BLAST: P. W. Wolniansky et al.,
    ISSSE 1998); decisions on 16-QAM."""
    problems, rx, tx = h.shape
    points = mho.Constellation("16qam").points
    estimate = np.empty((problems, y.shape[1], tx), np.complex64)
    for p in range(problems):
        left, rest = list(range(tx)), y[p].copy()
        while left:
            g = h[p][:, left]
            inverse = np.linalg.inv(g.conj().T @ g + noise_variance[p] * np.eye(len(left)))
            best = int(np.argmin(np.diag(inverse).real))  # the smallest mean squared error
            weights = inverse[best] @ g.conj().T
            x = rest @ weights / (weights @ g[:, best])  # unbiased
            stream = left.pop(best)
            estimate[p, :, stream] = x
            decided = points[np.argmin(abs(x[:, None] - points), axis=1)]
            rest = rest - decided[:, None] * h[p][:, stream]
    return estimate


scenario = {
    "link": {"rx": 4, "tx": 4, "modulation": "16qam", "snr_db": [14, 18]},
    "stop": {"min_bits": 40_000, "max_bits": 40_000},
    "detector": [{"name": "mmse"}, {"name": "sic", "label": "MMSE-SIC"}],
}
result = mho.ber(scenario, detectors={"sic": sorted_sic})
for curve in result:
    print(f"{curve.label:10}", "  ".join(f"{snr:g} dB: {ber:.2e}" for snr, ber in zip(curve.snr_db, curve.ber)))
assert (result["sic"].ber < result["mmse"].ber).all()
