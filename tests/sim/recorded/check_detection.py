#!/usr/bin/python3
"""Compares what mho detect wrote with NumPy in double precision; exits with a message at the first difference.

    check_detection.py RECORDED.h5 DETECTED.h5 zf|mmse"""
import os
import sys

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # more of them would wait for one another by turning in circles
import h5py
import numpy as np

UNIT = 2.0**-24


def expect(holds, what):
    if not np.all(holds):
        sys.exit(f"{what}: wrong in {np.count_nonzero(~np.asarray(holds))} of {np.size(holds)} entries")


def whitened(channel, received, noise):
    """H, y and the condition of the noise's covariance [problem], the noise white with variance 1."""
    problems, rx, _ = channel.shape
    if noise.ndim == 3:
        lower = np.linalg.cholesky(noise)
        return np.linalg.solve(lower, channel), np.linalg.solve(lower[:, None], received[..., None])[..., 0], np.linalg.cond(noise)
    level = np.broadcast_to(noise.reshape(noise.shape + (1,) * (2 - noise.ndim)), (problems, rx))
    return channel / np.sqrt(level)[..., None], received / np.sqrt(level)[:, None], level.max(1) / level.min(1)


def detect(channel, received, kind):
    """Unbiased estimate, its variance, both [problem, use, tx], and the condition of what was inverted."""
    adjoint = channel.conj().transpose(0, 2, 1)
    gram = adjoint @ channel
    matched = np.einsum("pkm,pum->puk", adjoint, received)
    inverted = gram + (np.eye(gram.shape[1]) if kind == "mmse" else 0)
    inverse = np.linalg.inv(inverted)
    gain = np.einsum("pkj,pjk->pk", inverse, gram).real if kind == "mmse" else np.ones(gram.shape[:2])
    estimate = np.einsum("pkj,puj->puk", inverse, matched) / gain[:, None]
    variance = np.einsum("pkk->pk", inverse).real / gain
    return estimate, np.broadcast_to(variance[:, None], estimate.shape), np.linalg.cond(inverted)


def axis_llr(x, variance):
    """Max-log LLRs of 3GPP 16-QAM on one axis: the sign bit, the magnitude bit."""
    near, far = 1 / np.sqrt(10), 3 / np.sqrt(10)
    distance = {s: np.abs(x - s) ** 2 for s in (near, far, -near, -far)}
    nearest = lambda *levels: np.minimum(distance[levels[0]], distance[levels[1]])
    return ((nearest(-near, -far) - nearest(near, far)) / variance, (nearest(far, -far) - nearest(near, -near)) / variance)


def main():
    recorded, detected, kind = h5py.File(sys.argv[1]), h5py.File(sys.argv[2]), sys.argv[3]
    # As the detector is given them: in FP32.
    channel, received = recorded["channel"][:].astype("c8").astype("c16"), recorded["received"][:].astype("c8").astype("c16")
    noise = recorded["noise_variance"][()]
    noise = noise.astype("c8" if np.iscomplexobj(noise) else "f4").astype("c16" if np.iscomplexobj(noise) else "f8")
    sent = recorded["sent"][:]
    problems, uses, tx, bits = sent.shape
    types = {"estimate": ("c8", (problems, uses, tx)), "noise_variance": ("f4", (problems, uses, tx)), "status": ("u1", (problems,)),
             "llr": ("f4", sent.shape), "bits": ("u1", sent.shape)}
    expect([set(detected) == set(types)], "names of the datasets")
    for name, (kind_of_entry, shape) in types.items():
        expect([detected[name].dtype == np.dtype(kind_of_entry), detected[name].shape == shape], f"type and extents of {name}")
    expect(detected["status"][:] == 0, "status")

    estimate, variance, condition = detect(*whitened(channel, received, noise)[:2], kind)
    of_noise = whitened(channel, received, noise)[2]
    # The library's bounds: 32 2^-24 cond(A) under white noise, 64 2^-24 cond(A) cond(R) otherwise.
    gate = (UNIT * condition * np.where(of_noise == 1, 32, 64 * of_noise))[:, None, None]
    written = detected["estimate"][:].astype("c16")
    expect(np.abs(written - estimate) <= gate * np.maximum(1, np.abs(estimate).max(axis=2, keepdims=True)), "estimate")
    spread = detected["noise_variance"][:].astype("f8")
    expect(np.abs(spread / variance - 1) <= gate, "noise_variance")

    # LLRs of the estimate as it was written: moved by a few roundings of itself and of the outermost level, at a slope of
    # at most twice the distance of opposite outermost levels over the variance.
    llr = detected["llr"][:].astype("f8")
    real, imaginary = axis_llr(written.real, spread), axis_llr(written.imag, spread)
    reference = np.stack([real[0], imaginary[0], real[1], imaginary[1]], axis=3)
    moved = 8 * UNIT * (np.abs(written) + 1) * 2 * 6 / np.sqrt(10) / spread
    expect(np.abs(llr - reference) <= moved[..., None] + 8 * UNIT * np.abs(reference), "llr")
    decided = detected["bits"][:]
    expect((llr == 0) | ((llr < 0) == (decided == 1)), "bits against the signs of LLRs")
    # 20 dB over all streams leave well under one wrong bit in a hundred.
    expect([np.mean(decided != sent) < 0.01], "bits against what was sent")


if __name__ == "__main__":
    main()
