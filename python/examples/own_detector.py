"""A detector of one's own in NumPy, beside the library's on the same channels, bits and noise."""

import numpy as np

import mho


def sorted_sic(h: np.ndarray, y: np.ndarray, noise_variance: np.ndarray) -> np.ndarray:
    """MMSE with successive interference cancellation, the most reliable stream first (V-BLAST: P. W. Wolniansky et al.,
    ISSSE 1998); decisions on 16-QAM. h [problem, rx, tx], y [problem, use, rx], noise_variance [problem]"""
    problems, rx, tx = h.shape
    points = mho.Constellation("16qam").points
    all_problems = np.arange(problems)
    left = np.tile(np.arange(tx), (problems, 1))  # streams not yet detected, [problem, ..]
    rest = y.copy()
    estimate = np.empty((problems, y.shape[1], tx), np.complex64)
    for remaining in range(tx, 0, -1):
        g = np.take_along_axis(h, left[:, None, :], axis=2)
        gram = g.conj().swapaxes(1, 2) @ g
        inverse = np.linalg.inv(gram + noise_variance[:, None, None] * np.eye(remaining))
        best = np.argmin(np.einsum("pii->pi", inverse).real, axis=1)  # the smallest mean squared error
        stream = left[all_problems, best]
        own = h[all_problems, :, stream]  # [problem, rx]
        weights = np.einsum("pi,pri->pr", inverse[all_problems, best], g.conj())
        x = np.einsum("pur,pr->pu", rest, weights) / np.einsum("pr,pr->p", weights, own)[:, None]  # unbiased
        estimate[all_problems, :, stream] = x
        decided = points[np.argmin(abs(x[..., None] - points), axis=2)]
        rest -= decided[:, :, None] * own[:, None, :]
        left = left[left != stream[:, None]].reshape(problems, remaining - 1)
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
