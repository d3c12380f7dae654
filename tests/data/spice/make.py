#!/usr/bin/env python3
"""Golden vectors of closed-loop circuits: random instances, written as netlists by this script alone and solved
by ngspice. The tests of the model read the results and need no ngspice.

    tests/data/spice/make.py        writes inv_*.json beside itself (ngspice 39.3 made those in the repository)

Conductances in siemens, voltages in volts, times in seconds; matrices are lists of rows. `outputs` are those of
the operating point; `noise_variance` (volts^2) is the integral of the output's spectrum; `waveform` holds some
points of the step response from rest.
"""
import json
import pathlib
import subprocess
import tempfile

import numpy as np

# The single-pole op-amp, as a voltage-controlled source and an RC pole. Its resistor would add noise of its own.
OP_AMP = """.subckt {name} inn out
Ea a 0 0 inn {gain}
Rp a b 1k noisy=0
Cp b 0 {farad}
Eo e 0 b 0 1
{last}
.ends"""


def op_amp(name, amplifier):
    gain, hertz, ohm = amplifier["open_loop_gain"], amplifier["gain_bandwidth_hz"], amplifier["output_ohm"]
    return OP_AMP.format(name=name, gain=repr(gain), farad=repr(gain / (2 * np.pi * hertz * 1e3)),
                         last=f"Ro e out {ohm!r}" if ohm > 0 else "Vo e out 0")


def netlist(c, control, options):
    """The circuit: one array or two, ladders of wires where wire_ohm is not 0."""
    arrays = [("o", np.array(c["plus"]))] + ([("w", np.array(c["minus"]))] if c["minus"] else [])
    n = len(c["plus"])
    lines = ["* golden vector", op_amp("row", c["row"]), op_amp("inv", c["inverter"])]
    count = 0

    def resistor(a, b, ohm):
        nonlocal count
        count += 1
        lines.append(f"R{count} {a} {b} {float(ohm)!r}")

    def op(kind, inverting, out, offset):
        resistor(inverting, "0", c["row" if kind == "row" else "inverter"]["input_ohm"])
        # The + input is grounded: an offset there is the negative one in series with the inverting input.
        lines.append(f"Vos_{out} {inverting}_x {inverting} {-offset!r}")
        lines.append(f"X_{out} {inverting}_x {out} {kind}")

    wire = c["wire_ohm"]
    for i in range(n):
        lines.append(f"V{i} s{i} 0 DC {c['input'][i]!r} AC 1")
        previous = None
        for name, g in arrays:
            for j in range(n):
                row = f"r{i}_{name}{j}" if wire else f"u{i}"
                column = f"c{i}_{name}{j}" if wire else f"{name}{j}"
                if wire:
                    resistor(column, f"c{i - 1}_{name}{j}" if i else f"{name}{j}", wire)
                    if previous:
                        resistor(previous, row, wire)
                if previous is None:
                    resistor(f"s{i}", row, 1 / c["source"][i])
                if g[i, j] > 0:
                    resistor(column, row, 1 / g[i, j])
                previous = row
        if wire:
            resistor(previous, f"u{i}", wire)
        op("row", f"u{i}", f"o{i}", c["offset"][i])
        if c["minus"]:
            resistor(f"o{i}", f"y{i}", c["inverter_ohm"])
            resistor(f"y{i}", f"w{i}", c["inverter_ohm"])
            op("inv", f"y{i}", f"w{i}", c["inverter_offset"][i])
    return "\n".join(lines + [f".options {options}", ".control", "set numdgt=17", *control, "quit", ".endc", ".end"])


def run(c, control, options):
    """The output of ngspice, and its table if it wrote one."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "c.cir").write_text(netlist(c, control, options) + "\n")
        out = subprocess.run(["ngspice", "-b", "c.cir"], cwd=folder, check=True, capture_output=True, text=True).stdout
        table = path / "table"
        return out, np.loadtxt(table, skiprows=1) if table.exists() else None


TABLE = ["set wr_singlescale", "set wr_vecnames"]


def operating_point(c):
    n = len(c["plus"])
    out, _ = run(c, ["op"] + [f"print v(o{j})" for j in range(n)], "reltol=1e-9 gmin=1e-20")
    found = dict(line.split(" = ") for line in out.splitlines() if line.startswith("v(o"))
    return [float(found[f"v(o{j})"]) for j in range(n)]


def waveform(c, stop, points):
    n = len(c["plus"])
    step = stop / 16000
    _, table = run(c, [f"tran {step!r} {stop!r} 0 {step!r} uic", *TABLE,
                       "wrdata table " + " ".join(f"v(o{j})" for j in range(n))],
                   "reltol=1e-7 abstol=1e-15 vntol=1e-12 chgtol=1e-20 trtol=1")
    chosen = table[np.linspace(1, len(table) - 1, points).astype(int)]
    return {"time": chosen[:, 0].tolist(), "outputs": chosen[:, 1:].tolist()}


def noise(c, output):
    # Only one source may carry the analysis' input; which one does not matter to the output's noise.
    _, table = run(c, [f"noise v(o{output}) V0 dec 20 1 1e12", "setplot noise1", *TABLE,
                       "wrdata table onoise_spectrum"], "reltol=1e-9 gmin=1e-20")
    hertz, density = table[:, 0], table[:, 1] ** 2
    height, place = density * hertz, np.log(hertz)
    inside = np.sum(np.diff(place) * (height[1:] + height[:-1]) / 2)
    return float(inside + height[0] + height[-1])  # flat below, falling with the square above


def amplifier(gain=1e4, hertz=100e6, input_ohm=1e9, output_ohm=0.0):
    return {"open_loop_gain": gain, "gain_bandwidth_hz": hertz, "input_ohm": input_ohm, "output_ohm": output_ohm}


def instance(rng, n, two_arrays, row=None, inverter=None, wire_ohm=0.0, offset=0.0):
    x = rng.standard_normal((n, 2 * n))
    a = x @ x.T / (2 * n)
    if not two_arrays:  # a bias column in place of the second array
        bias = max(0.0, -a.min())
        a = np.block([[a + bias, np.full((n, 1), bias)], [np.ones((1, n + 1))]])
        n += 1
    g = 100e-6 * a / np.abs(a).max()
    return {"plus": np.maximum(g, 0).tolist(), "minus": np.maximum(-g, 0).tolist() if two_arrays else [],
            "source": [100e-6] * n, "wire_ohm": wire_ohm, "inverter_ohm": 10e3,
            "row": row or amplifier(), "inverter": inverter or row or amplifier(),
            "input": (0.1 * rng.standard_normal(n)).tolist(),
            "offset": (offset * rng.standard_normal(n)).tolist(),
            "inverter_offset": (offset * rng.standard_normal(n)).tolist() if two_arrays else []}


def main():
    rng = np.random.default_rng(20251222)
    made = {
        "one_array": instance(rng, 4, False),
        "low_gain": instance(rng, 4, True, amplifier(gain=1e2)),
        "offsets": instance(rng, 8, True, amplifier(gain=1e3, input_ohm=1e5), offset=1e-3),
        "wires": instance(rng, 8, True, amplifier(output_ohm=50.0), wire_ohm=10.0),
        "wired_bias": instance(rng, 11, False, amplifier(gain=1e5), wire_ohm=1.73, offset=1e-3),
        "motion": instance(rng, 4, True, amplifier(hertz=16e6), offset=1e-3),
        "slow_inverters": instance(rng, 4, True, amplifier(), amplifier(hertz=20e6), wire_ohm=5.0),
    }
    for name, c in made.items():
        c["outputs"] = operating_point(c)
        if name in ("one_array", "motion", "slow_inverters"):
            c["waveform"] = waveform(c, 1e-6 if name != "motion" else 4e-6, 12)
            c["noise_variance"] = [noise(c, j) for j in (0, 3)]
            c["noise_outputs"] = [0, 3]
        path = pathlib.Path(__file__).parent / f"inv_{name}.json"
        path.write_text(json.dumps(c, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
