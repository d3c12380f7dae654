#!/usr/bin/python3
"""Writes a small file of recorded data: a base station's array, users that walk, 16-QAM (docs/recorded-data.md).

    tools/make_recorded_example.py recorded.h5
    build/release/mho detect recorded.h5 --detector mmse --set modulation=16qam --out detected.h5

Every user is seen through a cluster of rays that arrive at a uniform linear array of half a wavelength's spacing; from one
problem to the next the rays' phases turn with the user's speed, so neighbouring channels are alike, as measured ones are.
/sent holds the bits, which a real recording may not know. Debian: python3-h5py."""
import argparse

import h5py
import numpy as np


def rays_to_channels(random, problems, rx, tx, rays=12, spread_deg=8.0, doppler=0.02):
    """H [problem, rx, tx], E|h|^2 = 1; doppler: largest turns from one problem to the next."""
    middle = np.deg2rad(np.linspace(-50, 50, tx) if tx > 1 else np.zeros(1))
    angle = middle[:, None] + np.deg2rad(spread_deg) * random.standard_normal((tx, rays))
    gain = (random.standard_normal((tx, rays)) + 1j * random.standard_normal((tx, rays))) / np.sqrt(2 * rays)
    turns = doppler * np.cos(random.uniform(0, 2 * np.pi, (tx, rays)))
    response = np.exp(1j * np.pi * np.arange(rx)[:, None, None] * np.sin(angle))  # [rx, tx, ray]
    moving = gain * np.exp(2j * np.pi * np.arange(problems)[:, None, None] * turns)  # [problem, tx, ray]
    return np.einsum("mkr,pkr->pmk", response, moving)


def qam16(bits):
    """3GPP TS 38.211, 5.1.4: bits [..., 4] to symbols of unit energy."""
    sign = 1 - 2 * bits.astype(float)
    return (sign[..., 0] * (2 - sign[..., 2]) + 1j * sign[..., 1] * (2 - sign[..., 3])) / np.sqrt(10)


def make_noise(random, kind, n0, problems, rx):
    """What /noise_variance says, and factors [problem, rx, rx] that colour white noise accordingly."""
    unit = np.broadcast_to(np.eye(rx), (problems, rx, rx))
    if kind == "scalar":
        return np.float64(n0), np.sqrt(n0) * unit
    if kind == "problem":
        level = n0 * random.uniform(0.5, 2, problems)
        return level, np.sqrt(level)[:, None, None] * unit
    if kind == "antenna":
        level = n0 * random.uniform(0.5, 2, (problems, rx))
        return level, np.sqrt(level)[:, :, None] * unit
    # Thermal noise and an interferer from one direction.
    wave = np.exp(1j * np.pi * np.arange(rx) * np.sin(random.uniform(-1, 1, (problems, 1))))
    covariance = n0 * (unit + 2 * wave[:, :, None] * wave[:, None, :].conj())
    return covariance, np.linalg.cholesky(covariance)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out", metavar="FILE.h5")
    for name, standard in (("problems", 200), ("uses", 7), ("rx", 16), ("tx", 4), ("seed", 1)):
        arguments.add_argument("--" + name, type=int, default=standard, metavar="N", help=f"default {standard}")
    arguments.add_argument("--snr-db", type=float, default=20, help="E||Hx||^2 / E||n||^2, interference left out; default 20")
    arguments.add_argument("--noise", choices=("scalar", "problem", "antenna", "covariance"), default="scalar")
    arguments.add_argument("--double", action="store_true", help="float64 parts")
    arguments.add_argument("--gzip", action="store_true", help="chunked and compressed")
    a = arguments.parse_args()

    random = np.random.Generator(np.random.PCG64(a.seed))
    channel = rays_to_channels(random, a.problems, a.rx, a.tx)
    bits = random.integers(0, 2, (a.problems, a.uses, a.tx, 4), dtype=np.uint8)
    n0 = np.mean(np.sum(np.abs(channel) ** 2, axis=(1, 2))) / a.rx / 10 ** (a.snr_db / 10)
    variance, factor = make_noise(random, a.noise, n0, a.problems, a.rx)
    white = random.standard_normal((a.problems, a.uses, a.rx, 2)) @ (np.array([1, 1j]) / np.sqrt(2))
    received = np.einsum("pmk,puk->pum", channel, qam16(bits)) + np.einsum("pmn,pun->pum", factor, white)

    complex_type, real_type = ("c16", "f8") if a.double else ("c8", "f4")
    packed = {"chunks": True, "compression": "gzip"} if a.gzip else {}
    with h5py.File(a.out, "w") as file:
        for name, values in (("channel", channel), ("received", received), ("noise_variance", variance)):
            values = np.asarray(values).astype(complex_type if np.iscomplexobj(values) else real_type)
            file.create_dataset(name, data=values, **(packed if values.shape else {}))
        file.create_dataset("sent", data=bits, **packed)


if __name__ == "__main__":
    main()
