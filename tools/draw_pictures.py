#!/usr/bin/python3
"""Draws scenarios/emblem.png (100x100, one bit) and scenarios/photo.png (512x512, colour). Needs NumPy."""

import pathlib
import struct
import zlib

import numpy as np


def write_png(path, samples, depth, color_type):
    """samples: rows of packed bytes. Every row gets the filter whose residuals are smallest in sum (PNG, 12.8)."""
    height, row_bytes = samples.shape
    step = 3 if color_type == 2 else 1
    out, above = bytearray(), np.zeros(row_bytes, np.int32)
    for row in samples.astype(np.int32):
        left = np.concatenate([np.zeros(step, np.int32), row[:-step]])
        corner = np.concatenate([np.zeros(step, np.int32), above[:-step]])
        p = left + above - corner
        pa, pb, pc = abs(p - left), abs(p - above), abs(p - corner)
        paeth = np.where((pa <= pb) & (pa <= pc), left, np.where(pb <= pc, above, corner))
        choices = [row, row - left, row - above, row - (left + above) // 2, row - paeth]
        cost = [np.abs(((c + 128) & 255) - 128).sum() for c in choices] if depth == 8 else [0, 1, 1, 1, 1]
        kind = int(np.argmin(cost))
        out += bytes([kind]) + (choices[kind] & 255).astype(np.uint8).tobytes()
        above = row
    width = row_bytes // 3 if color_type == 2 else 100

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(out), 9)) +
                     chunk(b"IEND", b""))


def emblem():
    """The mho sign, an omega upside down, in a ring of antenna arrays."""
    y, x = np.mgrid[0:100, 0:100] + 0.5
    dx, dy = x - 50, y - 50
    radius, angle = np.hypot(dx, dy), np.arctan2(dy, dx)
    ink = (radius > 45) & (radius < 48.5)                                   # outer ring
    ink |= (radius > 37) & (radius < 42) & (np.cos(angle * 24) > 0.1)       # 24 elements of an array
    bowl = np.hypot(dx, dy - 3)
    opening = (dy < 3) & (abs(dx) < 11)
    ink |= (bowl > 15) & (bowl < 22.5) & ~opening                           # the omega's bow, open to the top
    ink |= (abs(dy + 19.5) < 3.6) & (abs(dx) > 7.5) & (abs(dx) < 26)        # its two feet
    ink |= (abs(dx) > 7.5) & (abs(dx) < 14) & (dy < -14) & (dy > -20)
    return np.packbits(~ink, axis=1)


def noise(shape, seed, octaves, roughness=0.5):
    """Value noise: random lattices, smoothly interpolated, an octave at a time."""
    rng, total = np.random.RandomState(seed), np.zeros(shape)
    for octave in range(octaves):
        cells = 2 ** (octave + 2)
        lattice = rng.rand(cells + 1, cells + 1)
        v, u = np.linspace(0, cells, shape[0], endpoint=False), np.linspace(0, cells, shape[1], endpoint=False)
        i, j = v.astype(int), u.astype(int)
        s, t = v - i, u - j
        s, t = (s * s * (3 - 2 * s))[:, None], (t * t * (3 - 2 * t))[None, :]
        total += roughness ** octave * (
            lattice[i][:, j] * (1 - s) * (1 - t) + lattice[i + 1][:, j] * s * (1 - t) +
            lattice[i][:, j + 1] * (1 - s) * t + lattice[i + 1][:, j + 1] * s * t)
    return total / sum(roughness ** o for o in range(octaves))


def photo(n=512):
    """Evening over a lake: sun and clouds, four ridges in haze, their reflection in ripples, a base station's mast."""
    y, x = np.mgrid[0:n, 0:n] / n
    horizon, sun = 0.60, np.array([0.66, 0.44])

    def mix(a, b, t):
        return np.asarray(a) * (1 - t[..., None]) + np.asarray(b) * t[..., None]

    sky = mix([0.16, 0.27, 0.50], [0.98, 0.72, 0.45], np.clip(y / horizon, 0, 1) ** 1.6)
    distance = np.hypot(x - sun[0], (y - sun[1]) * 1.05)
    sky += np.exp(-(distance / 0.16) ** 1.2)[..., None] * np.array([0.55, 0.38, 0.16])
    cloud = np.clip((noise((n, n), 3, 5) * (1 - 0.25 * y) - 0.47) * 4, 0, 1) * np.clip(1 - y / 0.52, 0, 1)
    sky = sky * (1 - 0.55 * cloud[..., None]) + 0.55 * cloud[..., None] * np.array([0.99, 0.80, 0.72])
    sky = np.where((distance < 0.032)[..., None], [1.0, 0.97, 0.86], sky)
    scene = sky
    for ridge in range(4):
        line = noise((4, n), 20 + ridge, 6, 0.55)[0]
        top = horizon - 0.235 + 0.062 * ridge - (line - 0.5) * (0.34 - 0.055 * ridge)
        inside = (y > top[None, :]) & (y < horizon + 0.01)
        slope = np.gradient(noise((n, n), 40 + ridge, 6, 0.6), axis=1) * n
        light = 0.92 + 0.05 * np.clip(slope, -3, 3)
        haze = 0.72 - 0.19 * ridge
        color = np.array([0.10, 0.16, 0.17]) * (1 - haze) + np.array([0.72, 0.56, 0.54]) * haze
        scene = np.where(inside[..., None], color * light[..., None], scene)
    # The mast: a lattice tower with three panels, on the nearest shore.
    shore = horizon + 0.004
    for level in np.linspace(0.20, shore, 22):
        half = 0.004 + 0.016 * (level - 0.20) / (shore - 0.20)
        bar = (abs(y - level) < 0.0016) & (abs(x - 0.24) < half)
        scene = np.where(bar[..., None], [0.13, 0.12, 0.14], scene)
    half = 0.004 + 0.016 * (y - 0.20) / (shore - 0.20)
    legs = (abs(abs(x - 0.24) - half) < 0.0018) & (y > 0.20) & (y < shore)
    panel = (y > 0.215) & (y < 0.285) & ((abs(x - 0.226) < 0.0055) | (abs(x - 0.254) < 0.0055) | (abs(x - 0.24) < 0.003))
    scene = np.where((legs | panel)[..., None], [0.13, 0.12, 0.14], scene)
    scene = np.where(panel[..., None], [0.80, 0.78, 0.76], scene)
    # The lake mirrors what is above it, shifted by ripples that grow towards the viewer.
    depth = np.clip((y - horizon) / (1 - horizon), 0, 1)
    ripple = (noise((n, n), 7, 6, 0.6) - 0.5) * (0.012 + 0.05 * depth)
    ripple += 0.006 * depth * np.sin(2 * np.pi * (18 / (0.15 + depth) + 3 * noise((n, n), 8, 4)))
    mirror = np.clip(((2 * horizon - y + ripple) * n).astype(int), 0, n - 1)
    column = np.clip(((x + 0.4 * ripple) * n).astype(int), 0, n - 1)
    water = scene[mirror, column] * (0.80 - 0.28 * depth[..., None]) + np.array([0.02, 0.05, 0.09])
    scene = np.where((y > horizon)[..., None], water, scene)
    # Pebbles and grass in front.
    ground = y > 0.90 + 0.05 * (noise((4, n), 60, 5)[0] - 0.5)[None, :] + 0.04 * np.sin(3.1 * x)
    grain = noise((n, n), 61, 7, 0.75)
    scene = np.where(ground[..., None], np.array([0.22, 0.19, 0.15]) * (0.35 + 1.5 * grain[..., None]), scene)
    pixels = (np.clip(scene, 0, 1) ** 0.95 * 255 + 0.5).astype(np.uint8)
    return pixels.reshape(n, 3 * n)


if __name__ == "__main__":
    folder = pathlib.Path(__file__).resolve().parent.parent / "scenarios"
    write_png(folder / "emblem.png", emblem(), 1, 0)
    write_png(folder / "photo.png", photo(), 8, 2)
