#!/usr/bin/python3
"""Writes scenarios/solve-16x16: the 8x8 complex Gram matrix of a random 128x8 channel over 128, as 16 real unknowns."""

import pathlib

import numpy as np

rng = np.random.RandomState(1)
h = (rng.randn(128, 8) + 1j * rng.randn(128, 8)) / np.sqrt(2)
g = h.conj().T @ h / 128
z = h.conj().T @ (rng.randn(128) + 1j * rng.randn(128)) / 128
folder = pathlib.Path(__file__).resolve().parent.parent / "scenarios" / "solve-16x16"
np.savetxt(folder / "A.csv", np.block([[g.real, -g.imag], [g.imag, g.real]]), "%.17g", ",")
np.savetxt(folder / "b.csv", np.concatenate([z.real, z.imag]), "%.17g")
