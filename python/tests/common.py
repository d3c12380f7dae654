"""Random links, references in double precision, and the program mho."""

import os
import subprocess
from typing import Tuple

import numpy as np

PROGRAM = os.environ["MHO_PROGRAM"]
PLUGIN = os.environ["MHO_EXAMPLE_PLUGIN"]
SOURCE = os.environ["MHO_SOURCE"]


def normals(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """CN(0, 1), complex64"""
    return (rng.standard_normal(shape + (2,)).view(np.complex128)[..., 0] / np.sqrt(2)).astype(np.complex64)


def link(problems: int, uses: int, rx: int, tx: int, n0: float = 0.1, seed: int = 1) -> Tuple[np.ndarray, ...]:
    """h [problem, rx, tx], x [problem, use, tx] (16-QAM levels), y [problem, use, rx]"""
    rng = np.random.default_rng(seed)
    h = normals(rng, problems, rx, tx)
    levels = np.array([-3, -1, 1, 3]) / np.sqrt(10)
    x = rng.choice(levels, (problems, uses, tx)) + 1j * rng.choice(levels, (problems, uses, tx))
    y = np.einsum("prt,put->pur", h, x) + np.sqrt(n0) * normals(rng, problems, uses, rx)
    return h, x, y.astype(np.complex64)


def reference(h: np.ndarray, y: np.ndarray, n0: float, ridge: float) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unbiased estimate and its variance in double precision, and the error that float may make in the former.

    A = H^H H + ridge I. ridge = n0: MMSE, g = [A^-1 G]_kk, variance n0 [A^-1]_kk / g; ridge = 0: ZF, g = 1. The bound is
    that of the library, 32 2^-24 cond(A), for the solution and for what the matched filter's rounding does to it.
    """
    h, y = h.astype(np.complex128), y.astype(np.complex128)
    gram = h.conj().swapaxes(1, 2) @ h
    a = gram + ridge * np.eye(h.shape[2])
    inverse = np.linalg.inv(a)
    gain = np.einsum("pij,pji->pi", inverse, gram).real
    estimate = np.einsum("pij,prj,pur->pui", inverse, h.conj(), y) / gain[:, None]
    variance = n0 * np.einsum("pii->pi", inverse).real / gain
    norm = np.linalg.norm
    bound = 32 * 2.0**-24 * (
        np.linalg.cond(a)[:, None] * norm(estimate, axis=2)
        + (norm(inverse, 2, axis=(1, 2)) * norm(h, 2, axis=(1, 2)))[:, None] * norm(y, axis=2) / gain.min(axis=1)[:, None]
    )
    return estimate, np.broadcast_to(variance[:, None], estimate.shape), bound


def run_mho(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=120)
