"""Python functions as detectors: who keeps them, how long, and who waits for whom."""

import gc
import os
import subprocess
import sys
import unittest
import weakref
from typing import Any

import numpy as np

import mho
from common import link

SCENARIO = {
    "link": {"rx": 8, "tx": 2, "modulation": "qpsk", "snr_db": [0]},
    "stop": {"min_bits": 1000, "max_bits": 1000},
}
N0 = 0.1


def matched_filter(h: np.ndarray, y: np.ndarray, n0: np.ndarray) -> np.ndarray:
    return np.einsum("prt,pur->put", h.conj(), y) / (abs(h) ** 2).sum(axis=1)[:, None]


class Lifetimes(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        mho.load_plugin(os.environ["MHO_ALIAS_PLUGIN"])

    def test_a_function_has_no_detector(self) -> None:
        refused = []

        def mine(h: np.ndarray, y: np.ndarray, n0: np.ndarray) -> np.ndarray:
            try:
                mho.Detector("mine")
            except mho.Error as e:
                refused.append(e)
            return matched_filter(h, y, n0)

        result = mho.ber(SCENARIO, detectors={"mine": mine})
        self.assertGreater(result["mine"].bits[0], 0)
        self.assertGreater(len(refused), 0)
        for e in refused:
            self.assertEqual(e.code, "unknown_name")
            self.assertIn("mine: a Python function given to mho.ber", str(e))

    def test_a_detector_that_outlives_its_run_is_refused(self) -> None:
        # A plugin can make one. Were it to borrow what the run has, it would call what lies there by then.
        h, _, y = link(3, 1, 8, 2)
        kept: "list[mho.Detector]" = []
        alike = []

        def first(h_: np.ndarray, y_: np.ndarray, n0: np.ndarray) -> np.ndarray:
            if not kept:
                kept.append(mho.Detector("alias", kind="f"))  # this function's: calls it again, once
                alike.append(kept[0].detect(h, N0, y).estimate)
            return matched_filter(h_, y_, n0)

        mho.ber(SCENARIO, detectors={"f": first})
        np.testing.assert_array_equal(alike[0], matched_filter(h, y, np.zeros(0)))
        junk = [bytes(n) for n in range(64, 512) for _ in range(50)]
        calls = []

        def second(h_: np.ndarray, y_: np.ndarray, n0: np.ndarray) -> np.ndarray:
            calls.append(1)
            with self.assertRaises(mho.Error) as late:
                kept[0].detect(h, N0, y)
            self.assertEqual(late.exception.code, "unsupported")
            return matched_filter(h_, y_, n0)

        # Nor is it heard in another run, or fails it.
        self.assertGreater(mho.ber(SCENARIO, detectors={"f": second})["f"].bits[0], 0)
        self.assertGreater(len(calls), 0)
        with self.assertRaises(mho.Error):
            kept[0].detect(h, N0, y)
        del junk

    def test_functions_are_let_go_at_the_end(self) -> None:
        class Function:
            kept: Any = None

            def __call__(self, h: np.ndarray, y: np.ndarray, n0: np.ndarray) -> np.ndarray:
                if self.kept is None:
                    self.kept = mho.Detector("alias", kind="f")
                return matched_filter(h, y, n0)

        function = Function()
        seen = weakref.ref(function)
        mho.ber(SCENARIO, detectors={"f": function})
        self.assertIsNotNone(function.kept)
        del function
        gc.collect()
        self.assertIsNone(seen())


class Waiting(unittest.TestCase):
    def run_alone(self, script: str) -> None:
        """A script that prints "done": a deadlock would be the end of this program."""
        head = "import threading, time, numpy as np, mho\n" f"SCENARIO = {SCENARIO!r}\n"
        run = subprocess.run([sys.executable, "-c", head + script], capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual((run.stdout, run.returncode), ("done\n", 0), run.stderr)

    def test_keys_and_errors_may_let_go_of_the_gil(self) -> None:
        # A thread that holds the GIL meets one that runs the key's __str__, or makes an error, of the same call.
        self.run_alone(
            "zeros = lambda h, y, n: np.zeros((h.shape[0], y.shape[1], h.shape[2]), np.complex64)\n"
            "class Key(str):\n"
            "  def __str__(self):\n"
            "    time.sleep(0.02)\n"
            "    return 'slow'\n"
            "class Error(mho.Error):\n"
            "  def __init__(self, *given):\n"
            "    time.sleep(0.02)\n"
            "    super().__init__(*given)\n"
            "import mho._error\n"
            "mho._error.Error = Error\n"
            "failures = []\n"
            "def work():\n"
            "  for _ in range(5):\n"
            "    mho.ber(SCENARIO, detectors={Key('slow'): zeros})\n"
            "    for wrong in ({'slow': 3}, {'zf': zeros}):\n"
            "      try:\n"
            "        mho.ber(SCENARIO, detectors=wrong)\n"
            "      except mho.Error as e:\n"
            "        failures.append(e.code)\n"
            "threads = [threading.Thread(target=work) for _ in range(3)]\n"
            "for t in threads: t.start()\n"
            "for t in threads: t.join()\n"
            "assert sorted(failures) == ['bad_value'] * 15 + ['name_taken'] * 15, failures\n"
            "print('done')\n"
        )

    def test_a_key_may_change_the_dict(self) -> None:
        self.run_alone(
            "functions = {}\n"
            "zeros = lambda h, y, n: np.zeros((h.shape[0], y.shape[1], h.shape[2]), np.complex64)\n"
            "class Key(str):\n"
            "  def __str__(self):\n"
            "    functions.clear()\n"
            "    return str.__str__(self)\n"
            "for name in ('a1', 'a2', 'a3'): functions[Key(name)] = zeros\n"
            "import mho._mho\n"
            "made = mho._mho.ber_json('', mho._toml.document(SCENARIO), 'scenario', False, [], 1, 1, functions)\n"
            "assert all(name in made for name in ('a1', 'a2', 'a3')), made\n"
            "print('done')\n"
        )


if __name__ == "__main__":
    unittest.main()
