#!/usr/bin/env python3
"""Golden vectors of the accelerator's circuits: random instances, written as netlists by this script alone and
solved by ngspice. The tests of the model read the results and need no ngspice.

    tests/data/spice/make.py        writes inv_*.json, ginv_*.json and mvm_*.json beside itself (ngspice 39.3 made
                                    those in the repository)

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


# The same with two inputs and, of finite rates, a bent first stage in place of the source.
OP_AMP_PAIR = """.subckt {name} inp inn out
{first}
Cp b 0 1n
Gl b 0 b 0 {leak}
{stage}
{last}
.ends"""


def op_amp_pair(name, amplifier):
    gain, hertz, ohm = amplifier["open_loop_gain"], amplifier["gain_bandwidth_hz"], amplifier["output_ohm"]
    siemens = 2 * np.pi * hertz * 1e-9
    clamp, slew = amplifier["clamp_volt"], amplifier["slew_volt_per_s"]
    first = f"G1 0 b inp inn {siemens!r}"
    if slew:
        ampere = slew * 1e-9
        first = f"B1 0 b I={ampere!r}*tanh((v(inp)-v(inn))*{siemens / ampere!r})"
    return OP_AMP_PAIR.format(name=name, first=first, leak=repr(siemens / gain),
                              stage=f"B2 e 0 V={clamp!r}*tanh(v(b)/{clamp!r})" if clamp else "E2 e 0 b 0 1",
                              last=f"Ro e out {ohm!r}" if ohm > 0 else "Vo e out 0")


class Elements:
    """Lines of a netlist with numbered elements."""

    def __init__(self, *first):
        self.lines, self.count = ["* golden vector", *first], 0

    def add(self, kind, *rest):
        self.count += 1
        self.lines.append(" ".join([f"{kind}{self.count}", *map(str, rest)]))

    def resistor(self, a, b, siemens):
        if siemens > 0:
            self.add("R", a, b, repr(float(1 / siemens)))

    def op(self, plus, minus, out, offset, amplifier):
        """Both inputs have its resistance to ground; an offset is in series with the inverting one."""
        for node in (plus, minus):
            if node != "0":
                self.resistor(node, "0", 1 / amplifier["input_ohm"])
        self.add("V", f"{minus}_x", minus, repr(-offset))
        self.add("X", plus, f"{minus}_x", out, "amp")


def ginv_elements(c):
    """M transimpedance amplifiers t, N more w; the arrays `minus` at the other inputs, both loaded alike."""
    plus, minus = np.array(c["plus"]), np.array(c["minus"])
    m, n = plus.shape
    e = Elements(op_amp_pair("amp", c["amplifier"]))
    for i in range(m):
        e.add("I", "0", f"a{i}", f"DC {c['input'][i]!r}")
        e.resistor(f"a{i}", f"t{i}", c["feedback"])
        for j in range(n):
            e.resistor(f"a{i}", f"o{j}", plus[i, j])
            e.resistor(f"b{i}", f"o{j}", minus[i, j])
            e.resistor(f"c{j}", f"t{i}", plus[i, j])
            e.resistor(f"d{j}", f"t{i}", minus[i, j])
        more = plus[i].sum() + c["feedback"] - minus[i].sum()
        e.resistor(f"b{i}" if more > 0 else f"a{i}", "0", abs(more))
        e.op(f"b{i}", f"a{i}", f"t{i}", c["offset"][i], c["amplifier"])
    for j in range(n):
        e.add("I", "0", f"c{j}", f"DC {c['column_input'][j]!r}")
        more = plus[:, j].sum() - minus[:, j].sum()
        e.resistor(f"d{j}" if more > 0 else f"c{j}", "0", abs(more))
        e.op(f"c{j}", f"d{j}", f"o{j}", c["column_offset"][j], c["amplifier"])
    return e.lines


def mvm_elements(c):
    """Differential columns; the outputs are differences of a pair's amplifiers."""
    e = Elements(op_amp_pair("amp", c["amplifier"]))
    m, n = np.array(c["plus"]).shape
    for i in range(m):
        e.add("V", f"s{i}", "0", f"DC {c['input'][i]!r}")
    for j in range(n):
        for side, name in (("plus", "a"), ("minus", "b")):
            for i in range(m):
                e.resistor(f"s{i}", f"{name}{j}", c[side][i][j])
            e.resistor(f"{name}{j}", f"{name}o{j}", c["feedback"])
            e.op("0", f"{name}{j}", f"{name}o{j}", c["offset" if side == "plus" else "minus_offset"][j],
                 c["amplifier"])
        e.add("E", f"o{j}", "0", f"ao{j}", f"bo{j}", "1")
    return e.lines


def netlist(c, control, options):
    kind = c.get("kind", "inv")
    lines = {"inv": inv_elements, "ginv": ginv_elements, "mvm": mvm_elements}[kind](c)
    return "\n".join(lines + [f".options {options}", ".control", "set numdgt=17", *control, "quit", ".endc", ".end"])


def inv_elements(c):
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
    return lines


def run(c, control, options):
    """The output of ngspice, and its table if it wrote one."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "c.cir").write_text(netlist(c, control, options) + "\n")
        out = subprocess.run(["ngspice", "-b", "c.cir"], cwd=folder, check=True, capture_output=True, text=True).stdout
        table = path / "table"
        return out, np.loadtxt(table, skiprows=1) if table.exists() else None


TABLE = ["set wr_singlescale", "set wr_vecnames"]


def outputs_of(c):
    return len(c["plus"][0])


def operating_point(c):
    n = outputs_of(c)
    out, _ = run(c, ["op"] + [f"print v(o{j})" for j in range(n)], "reltol=1e-9 gmin=1e-20")
    found = dict(line.split(" = ") for line in out.splitlines() if line.startswith("v(o"))
    return [float(found[f"v(o{j})"]) for j in range(n)]


def waveform(c, stop, points):
    n = outputs_of(c)
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


def product_instance(rng, kind, m, n, clamp=0.0, slew=0.0, input_ohm=1e5, output_ohm=0.0, gain=1e3):
    """GINV of a signed m x n matrix, or the product with it; a clamp or slew rate of 0 is none."""
    x = rng.standard_normal((m, n))
    g = 100e-6 * x / np.abs(x).max()
    unit = 10e-6 if kind == "ginv" else 0.1  # amperes, volts
    c = {"kind": kind, "plus": np.maximum(g, 0).tolist(), "minus": np.maximum(-g, 0).tolist(), "feedback": 100e-6,
         "amplifier": {**amplifier(gain=gain, input_ohm=input_ohm, output_ohm=output_ohm), "clamp_volt": clamp,
                       "slew_volt_per_s": slew},
         "input": (unit * rng.standard_normal(m)).tolist()}
    if kind == "ginv":
        c["column_input"] = (unit * rng.standard_normal(n)).tolist()
        c["offset"] = (1e-3 * rng.standard_normal(m)).tolist()
        c["column_offset"] = (1e-3 * rng.standard_normal(n)).tolist()
    else:
        c["offset"] = (1e-3 * rng.standard_normal(n)).tolist()
        c["minus_offset"] = (1e-3 * rng.standard_normal(n)).tolist()
    return c


def products():
    rng = np.random.default_rng(20260117)
    made = {
        "ginv_signed": product_instance(rng, "ginv", 8, 4),
        "ginv_square": product_instance(rng, "ginv", 4, 4, gain=1e2),
        "ginv_clamped": product_instance(rng, "ginv", 8, 3, clamp=0.4),
        "ginv_slewing": product_instance(rng, "ginv", 8, 4, clamp=2.0, slew=2e7),
        "mvm_signed": product_instance(rng, "mvm", 8, 5, output_ohm=50.0),
        "mvm_clamped": product_instance(rng, "mvm", 8, 5, clamp=0.4, gain=1e2),
        "mvm_slewing": product_instance(rng, "mvm", 8, 5, slew=2e7),
    }
    for name, c in made.items():
        c["outputs"] = operating_point(c)
        c["waveform"] = waveform(c, 2e-7 if c["kind"] == "ginv" else 6e-8, 12)
        path = pathlib.Path(__file__).parent / f"{name}.json"
        path.write_text(json.dumps(c, separators=(",", ":")) + "\n")


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
    products()


if __name__ == "__main__":
    main()
