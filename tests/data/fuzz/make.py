#!/usr/bin/env python3
"""Writes the first inputs of the fuzz targets: make.py MHO, the program that makes results and shards.

Inputs that once crashed a target lie beside them as crash-*; they are no work of this script.
"""
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

here = pathlib.Path(__file__).resolve().parent

SCENARIO = """title = "all keys"
[link]
rx = 16
tx = 4
modulation = "16qam"
mapping = "paper"
channel = "kronecker"
snr_db = { from = 0, to = 10, step = 5 }
uses_per_channel = 2
draw = "channel"
[channel]
realisations = 3
[stop]
relative_interval = 0.1
min_bits = 1_000
max_bits = 20_000
target_ber = 1e-6
[[detector]]
name = "analog-zf"
accelerator = "mine"
cycles = [1, 2, 3]
label = "an \\"odd\\" one"
[[detector]]
name = "mmse"
lanes = "antenna"
reference = "zf"
[[detector]]
name = "zf"
[accelerator.mine]
base = "paper"
device.write_error_siemens = 0.5e-6
[accelerator.mine.array]
size = 8
"""
SMALL = """[link]
rx = 4
tx = 2
modulation = "qpsk"
channel = "rayleigh"
es_n0_db = [0, inf]
[stop]
bit_errors = 5
min_bits = 64
max_bits = 256
[[detector]]
name = "zf"
"""
IMAGE = SMALL + '[image]\nfile = "emblem.png"\n'

SETS = [
    "link.rx=64\nlink.modulation=64qam\ndetector.0.name=mmse",
    "detector.mine.cycles=[1]\naccelerator.paper.array.size=8\nlink.snr_db={ from = 0, to = 1, step = 1 }",
    'title="quoted \\u00e9"\nstop.relative_interval=0.1\ndetector.zf.lanes=antenna\nchannel.realisations=4',
    "link.rx\n=3\nlink.=\ndetector.9.name=zf\nlink.rx=[1",
]
MATRICES = [
    "4, 1\n1, 3\n",
    "# a comment\n\n1.5-0.2i, -2i\n+3e-5, 1e2+1e-2i\n",
    "1,2\n3\n",
    "i,-i,+i\n",
    "1,\n",
]
LEVELS = [
    b"\x02mean_siemens, sigma_siemens\n1e-6, 1e-7\n2e-6, 1e-7\n",
    b"\x03# measured\n1e-6,1e-7,0,2e-6\n2e-6,1e-7,1e-6,3e-6\n\n3e-6,1e-7,2e-6,4e-6\n",
    b"\x01nan,1\n",
]
BENCHES = [
    """{"context": {"num_cpus": 4}, "benchmarks": [
  {"name": "mmse/fresh/64x16/chain-cuda/batch:16/real_time", "real_time": 1.2e3, "problems_per_s": 1e6},
  {"name": "zf/cholesky/64x16/chain-cuda/batch:4096/real_time", "problems_per_s": 20000000},
  {"name": "mrc/block168/128x8/mho/batch:1", "problems_per_s": 1.5},
  {"name": "machine/bandwidth", "problems_per_s": 1}]}
""",
    """{"benchmarks": [3, {"name": 1}, {"name": "zf/fresh/4/mho/batch:1", "problems_per_s": 1},
  {"name": "zf/fresh/4x2x/mho/1", "problems_per_s": -1}, {"name": "zf/fresh/4x2/mho/1", "problems_per_s": null},
  {"name": "zf/fresh/99999999999999999999x2/mho/1", "problems_per_s": 1}]}""",
    '{"benchmarks": [{"name": "zf/fresh/4x2/mho/1", "problems_per_s": 1e-320}]}',
    '{"benchmarks": {}}',
    "[1",
]


def png(width, height, depth, colour, rows, more=b"", interlace=0):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", zlib.compress(rows)) +
            chunk(b"IEND", b""))


def pictures():
    palette = struct.pack(">I", 6) + b"PLTE\1\2\3\4\5\6" + struct.pack(">I", zlib.crc32(b"PLTE\1\2\3\4\5\6"))
    yield png(3, 2, 8, 0, b"\0\1\2\3\1\4\5\6")
    yield png(5, 2, 1, 0, b"\0\xa8\0\x50")
    yield png(2, 2, 8, 2, b"\0" + bytes(6) + b"\2" + bytes(range(6)))
    yield png(2, 1, 8, 3, b"\0\0\1", palette)
    yield png(2, 2, 8, 6, b"\0" + bytes(8) + b"\4" + bytes(range(8)))
    yield png(2, 2, 2, 0, b"\0\x90\0\x60", interlace=1)
    yield png(1, 1, 16, 0, b"\0\1\2")


def recorded():
    """Descriptions of HDF5 files, as recorded_fuzz.cpp reads them: type, rank, extents, numbers of each dataset."""
    def dataset(kind, extents, size):
        count = size
        for e in extents:
            count *= e
        return bytes([kind, len(extents), *extents]) + (struct.pack("<f", 0.5) * (count // 4 + 1))[:count] + b"\0"

    h, y = dataset(0, (3, 4, 2), 8), dataset(0, (3, 2, 4), 8)
    yield h + y + dataset(2, (), 4)
    yield h + y + dataset(2, (3,), 4)
    yield h + y + dataset(3, (3, 4), 8)
    yield dataset(1, (3, 4, 2), 16) + y + dataset(0, (3, 4, 4), 8)
    yield h + dataset(6, (3, 2, 4), 8) + dataset(2, (3,), 4)
    yield h + dataset(0, (3, 4, 2), 8) + dataset(2, (), 4)
    yield h + y + b"\xff"
    yield dataset(0, (0, 4, 2), 8) + y + dataset(2, (), 4)
    yield dataset(5, (3, 4), 8) + y + dataset(7, (2, 2), 4)


def write(target, contents):
    folder = here / target
    folder.mkdir(exist_ok=True)
    for number, content in enumerate(contents):
        data = content.encode() if isinstance(content, str) else content
        (folder / f"seed-{number}").write_bytes(data)


def runs(mho):
    """A result and a shard of the small scenario."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "small.toml").write_text(SMALL)
        for name, more in ("whole", []), ("part", ["--shard", "1/2"]):
            subprocess.run([mho, "ber", folder / "small.toml", "--out", folder / name, "--progress", "never", *more],
                           check=True, stdout=subprocess.DEVNULL)
        return (folder / "whole" / "result.json").read_bytes(), (folder / "part" / "shard-1-of-2.json").read_bytes()


def main():
    result, shard = runs(sys.argv[1])
    write("scenario", [SCENARIO, SMALL, IMAGE, SMALL.replace("rx = 4", "rx = ")])
    write("set", SETS)
    write("matrix", MATRICES)
    write("level_table", LEVELS)
    write("bench", BENCHES)
    write("picture", pictures())
    write("recorded", recorded())
    write("result", [result, b"{}", b"[[[["])
    write("shard", [shard, b'{"kind": "shard"}'])


main()
