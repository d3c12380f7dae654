"""The simulator from Python: the program's own results, functions as detectors, interruption."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

import numpy as np

import mho
from common import run_mho

SCENARIO = {
    "title": 'a "title"\\ with ünusual characters',
    "link": {"rx": 8, "tx": 4, "modulation": "16qam", "snr_db": [0, 4.5, float("inf")]},
    "stop": {"min_bits": 50_000, "max_bits": 50_000},
    "detector": [
        {"name": "zf"},
        {"name": "mmse", "label": "MMSE"},
        {"name": "analog-zf", "accelerator": "mine", "cycles": [1, 3]},
    ],
    "accelerator": {"mine": {"base": "paper", "device": {"write_error_siemens": 1e-6}}},
}
TOML = """title = 'a "title"\\ with ünusual characters'
[link]
rx = 8
tx = 4
modulation = "16qam"
snr_db = [0, 4.5, inf]
[stop]
min_bits = 50_000
max_bits = 50_000
[[detector]]
name = "zf"
[[detector]]
name = "mmse"
label = "MMSE"
[[detector]]
name = "analog-zf"
accelerator = "mine"
cycles = [1, 3]
[accelerator.mine]
base = "paper"
device.write_error_siemens = 1e-6
"""


def zero_forcing(h: np.ndarray, y: np.ndarray, noise_variance: np.ndarray) -> np.ndarray:
    return np.einsum("ptr,pur->put", np.linalg.pinv(h.astype(complex)), y)


class Program(unittest.TestCase):
    def test_a_path_a_text_and_a_dict_give_the_bytes_of_the_program(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "s.toml")
            path.write_text(TOML, encoding="utf-8")
            run = run_mho("ber", str(path), "--seed", "7", "--set", "link.rx=10", "--out", folder + "/out")
            self.assertEqual(run.returncode, 0, run.stderr)
            wanted = pathlib.Path(folder, "out", "result.json").read_text(encoding="utf-8")
            for scenario in (path, str(path), TOML, SCENARIO):
                for sets in ({"link.rx": 10}, ["link.rx=10"]):
                    for threads in (0, 1, 3):
                        found = mho.ber(scenario, set=sets, seed=7, threads=threads)
                        self.assertEqual(found.text, wanted)
            self.assertEqual(sorted(os.listdir(folder)), ["out", "s.toml"])
            found.save(pathlib.Path(folder, "saved.json"))
            self.assertEqual(pathlib.Path(folder, "saved.json").read_text(encoding="utf-8"), wanted)
        self.assertNotEqual(mho.ber(SCENARIO, set={"link.rx": 10}, seed=8).text, wanted)

    def test_curves_hold_the_points_of_the_file(self) -> None:
        result = mho.ber(SCENARIO)
        self.assertEqual([c.id for c in result], ["zf", "mmse", "analog-zf-mine-c1", "analog-zf-mine-c3"])
        self.assertEqual(len(result), 4)
        self.assertIs(result["mmse"], result[1])
        self.assertEqual((result[1].label, result[1].cycles, result[1].accelerator), ("MMSE", None, None))
        self.assertEqual((result[3].cycles, result[3].accelerator), (3, "mine"))
        self.assertEqual(result.scenario["title"], SCENARIO["title"])
        self.assertEqual(result.snr_definition, "10 log10(E||Hx||^2/E||n||^2)")
        for curve, line in zip(result, result.content["curves"]):
            np.testing.assert_array_equal(curve.snr_db, [0, 4.5, np.inf])
            for key in ("ber", "ber_low", "ber_high", "bits", "bit_errors", "n0", "uses", "stream_bit_errors"):
                np.testing.assert_array_equal(getattr(curve, key), [p[key] for p in line["points"]])
            self.assertEqual(curve.stop, ("max_bits",) * 3)
            self.assertEqual(curve.bits.dtype, np.uint64)
            self.assertEqual(curve.stream_bit_errors.shape, (3, 4))
            np.testing.assert_allclose(curve.ber, curve.bit_errors / curve.bits)
        with self.assertRaisesRegex(KeyError, "there are zf, mmse"):
            result["mrc"]

    def test_errors_are_the_programs(self) -> None:
        wrong = dict(SCENARIO, link=dict(SCENARIO["link"], modulation="16-QAM"))  # type: ignore[call-overload]
        for call, message in (
            (lambda: mho.ber("none.toml"), "^none.toml: no such file"),
            (lambda: mho.ber(TOML.replace("rx = 8", "rx = 0")), "^scenario:3: link.rx: must be an integer from 1"),
            (lambda: mho.ber(TOML.replace("rx = 8", "rx = ")), "^scenario:3: "),
            (lambda: mho.ber(wrong), "^scenario: link.modulation: must be one of .*nearest is 16qam"),
            (lambda: mho.ber(SCENARIO, set={"link.rxx": 3}), "^--set: link.rxx: "),
            (lambda: mho.ber(dict(SCENARIO, detector=[{"name": "zff"}])), "nearest known one is zf"),
            (lambda: mho.ber(SCENARIO, seed=2**53), "seed"),
        ):
            with self.assertRaisesRegex(mho.Error, message):
                call()
        with self.assertRaises(TypeError):
            mho.ber(dict(SCENARIO, title=None))
        with self.assertRaises(TypeError):
            mho.ber(SCENARIO, set="link.rx=8")

    def test_ctrl_c_ends_a_run(self) -> None:
        # It would take years otherwise.
        script = (
            "import os, signal, threading, mho\n"
            "try:\n"
            "  threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()\n"
            "  mho.ber('[link]\\nrx = 8\\ntx = 4\\nsnr_db = [0]\\n[stop]\\nmin_bits = 1e15\\nmax_bits = 1e15\\n'\n"
            "          '[[detector]]\\nname = \"zf\"\\n', threads=2)\n"
            "except KeyboardInterrupt:\n"
            "  print('interrupted')\n"
        )
        run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual((run.stdout, run.returncode), ("interrupted\n", 0), run.stderr)


class Functions(unittest.TestCase):
    def test_a_function_is_the_detector_it_computes(self) -> None:
        scenario = {k: SCENARIO[k] for k in ("link", "stop")}
        result = mho.ber(
            dict(scenario, detector=[{"name": "zf"}, {"name": "mine", "id": "me", "label": "mine, in NumPy"}]),
            detectors={"mine": zero_forcing, "unnamed": lambda h, y, n0: (zero_forcing(h, y, n0), 0.5)},
        )
        self.assertEqual([c.id for c in result], ["zf", "me", "unnamed"])
        self.assertEqual(result["me"].label, "mine, in NumPy")
        # A decision differs where rounding moves an estimate over an edge: of 50 000 bits hardly one.
        for own in (result["me"], result["unnamed"]):
            self.assertLessEqual(abs(own.bit_errors.astype(int) - result["zf"].bit_errors.astype(int)).max(), 3)
        self.assertGreater(result["zf"].bit_errors[0], 1000)
        self.assertEqual(result.content["draw"], "channel")
        again = mho.ber(
            dict(scenario, detector=[{"name": "zf"}, {"name": "mine", "id": "me", "label": "mine, in NumPy"}]),
            detectors={"mine": zero_forcing, "unnamed": zero_forcing},
            threads=4,
        )
        self.assertEqual(again.text, result.text)

    def test_what_it_gets(self) -> None:
        seen = []

        def look(h: np.ndarray, y: np.ndarray, n0: np.ndarray) -> np.ndarray:
            seen.append((h.dtype, y.dtype, n0.dtype, h.shape[1:], y.shape[1:], n0.ndim, len({len(h), len(y), len(n0)})))
            # What remains of y without H x is noise of this variance; y and h may be written to and kept.
            y -= np.einsum("prt,put->pur", h, np.zeros(y.shape[:2] + h.shape[2:], np.complex64))
            seen.append(n0)
            return zero_forcing(h, y, n0)

        result = mho.ber(dict(SCENARIO, detector=[{"name": "look"}]), set={"link.uses_per_channel": 3, "link.snr_db": [4.5]},
                         detectors={"look": look})  # fmt: skip
        for facts in seen[::2]:
            self.assertEqual(facts, (np.complex64, np.complex64, np.float32, (8, 4), (3, 8), 1, 1))
        np.testing.assert_array_equal(np.concatenate(seen[1::2]), np.float32(result["look"].n0[0]))

    def test_what_it_raises_arrives(self) -> None:
        calls = []

        def fails(h: np.ndarray, y: np.ndarray, n0: np.ndarray) -> np.ndarray:
            calls.append(1)
            raise ZeroDivisionError("my own mistake")

        one = dict(SCENARIO, detector=[{"name": "f"}])
        with self.assertRaisesRegex(ZeroDivisionError, "my own mistake"):
            mho.ber(one, detectors={"f": fails})
        self.assertEqual(len(calls), 1)
        for wrong, message in (
            (lambda h, y, n0: y, r"an estimate that has the shape \(\d+, 1, 8\), \[problem, use, tx\] is \(\d+, 1, 4\)"),
            (lambda h, y, n0: (1, 2, 3), "must return an estimate"),
        ):
            with self.assertRaisesRegex(ValueError, message):
                mho.ber(one, detectors={"f": wrong})
        with self.assertRaises((TypeError, ValueError)):
            mho.ber(one, detectors={"f": lambda h, y, n0: None})
        # The next run is not touched by it.
        self.assertGreater(mho.ber(one, detectors={"f": zero_forcing})["f"].bits[0], 0)

    def test_names_are_of_one_call(self) -> None:
        one = dict(SCENARIO, detector=[{"name": "once"}])
        mho.ber(one, detectors={"once": zero_forcing})
        self.assertNotIn("once", [d["name"] for d in mho.detectors()])
        for call, code in (
            (lambda: mho.ber(one), "bad_input"),
            (lambda: mho.Detector("once"), "unknown_name"),
            (lambda: mho.ber(one, detectors={"zf": zero_forcing}), "name_taken"),
            (lambda: mho.ber(one, detectors={"once": 3}), "bad_value"),  # type: ignore[dict-item]
        ):
            with self.assertRaises(mho.Error) as caught:
                call()
            self.assertEqual(caught.exception.code, code)

    def test_runs_may_nest(self) -> None:
        inner = []

        def outer(h: np.ndarray, y: np.ndarray, n0: np.ndarray) -> np.ndarray:
            if not inner:
                inner.append(mho.ber(dict(SCENARIO, detector=[{"name": "g"}]), detectors={"g": zero_forcing}))
            return zero_forcing(h, y, n0)

        result = mho.ber(dict(SCENARIO, detector=[{"name": "f"}]), detectors={"f": outer})
        np.testing.assert_array_equal(inner[0]["g"].bit_errors, result["f"].bit_errors)

    def test_ctrl_c_reaches_it(self) -> None:
        calls = []

        def interrupted(h: np.ndarray, y: np.ndarray, n0: np.ndarray) -> np.ndarray:
            calls.append(1)
            if len(calls) == 2:
                os.kill(os.getpid(), signal.SIGINT)
            return zero_forcing(h, y, n0)

        with self.assertRaises(KeyboardInterrupt):
            mho.ber(dict(SCENARIO, detector=[{"name": "f"}]), detectors={"f": interrupted})
        self.assertEqual(len(calls), 2)


if __name__ == "__main__":
    unittest.main()
