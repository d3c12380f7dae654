"""mho.solve against the program's own output and NumPy."""

import pathlib
import tempfile
import unittest

import numpy as np

import mho
from common import run_mho


def csv(a: np.ndarray) -> str:
    def text(v: complex) -> str:
        return f"{v.real!r}{v.imag:+.17g}i" if np.iscomplexobj(a) else repr(float(v))

    return "".join(",".join(text(v.item()) for v in row) + "\n" for row in np.atleast_2d(a))


class Solve(unittest.TestCase):
    def test_it_is_what_the_program_prints(self) -> None:
        rng = np.random.default_rng(3)
        real = np.eye(6) * 3 + rng.standard_normal((6, 6)) / 3
        real = real @ real.T
        turned = rng.standard_normal((4, 4)) + 1j * rng.standard_normal((4, 4))
        hermitian = turned @ turned.conj().T + 4 * np.eye(4)
        for a, b in ((real, rng.standard_normal(6)), (hermitian, rng.standard_normal(4) + 1j)):
            with tempfile.TemporaryDirectory() as folder:
                pathlib.Path(folder, "a.csv").write_text(csv(a))
                pathlib.Path(folder, "b.csv").write_text(csv(b))
                run = run_mho("solve", "--matrix", folder + "/a.csv", "--rhs", folder + "/b.csv", "--cycles", "5",
                              "--seed", "9", "--set", "array.size=8", "--json")  # fmt: skip
            self.assertEqual(run.returncode, 0, run.stderr)
            found = mho.solve(a, b, cycles=5, seed=9, set={"array.size": 8})
            self.assertEqual(found.text, run.stdout)
            # A transposed one has other strides and, here, the same entries.
            self.assertEqual(mho.solve(np.asfortranarray(a), b, cycles=5, seed=9, set=["array.size=8"]).text, run.stdout)

    def test_the_numbers_are_what_they_say(self) -> None:
        rng = np.random.default_rng(4)
        turned = rng.standard_normal((4, 4)) + 1j * rng.standard_normal((4, 4))
        a, b = turned @ turned.conj().T + 4 * np.eye(4), rng.standard_normal(4) + 1j
        found = mho.solve(a, b, accelerator="ideal", cycles=20)
        exact = np.linalg.solve(a, b)
        self.assertEqual((found.x.shape, found.x.dtype), ((20, 4), np.complex128))
        error = np.linalg.norm(found.x - exact, axis=1) / np.linalg.norm(exact)
        np.testing.assert_allclose(found.relative_error, error, atol=1e-13, rtol=1e-6)
        self.assertEqual(found.verdict, "converges")
        self.assertLess(found.spectral_radius, 1)
        # The product's matrix has 24 bits: truncated entries of up to 2^-23 of the largest one, twice n of them a row.
        self.assertLess(error[-1], np.linalg.cond(a) * 8 * 2.0**-23)
        self.assertLess(found.residual[-1], found.residual[0])
        # BlockAMC of 8 real unknowns in s stages: 3^s inversions and 3 4^s - 2 3^s products a cycle.
        size = [p["parameters"]["array.size"] for p in mho.accelerators() if p["name"] == "ideal"][0]
        s = max(0, int(np.ceil(np.log2(8 / size))))
        self.assertEqual(found.operations, {"inv": 20 * 3**s, "mvm": 20 * (3 * 4**s - 2 * 3**s)})
        once, twice = mho.solve(a, b, cycles=1), mho.solve(a, b, cycles=2)
        self.assertAlmostEqual(twice.time_s / once.time_s, 2, delta=0.5)
        np.testing.assert_array_equal(twice.x[:1], once.x)
        self.assertEqual(mho.solve([[2]], [1], cycles=1).x.dtype, np.float64)

    def test_errors(self) -> None:
        eye = np.eye(3)
        for call, code in (
            (lambda: mho.solve(np.ones((3, 3)), np.ones(3)), "bad_input"),
            (lambda: mho.solve(np.ones((3, 2)), np.ones(3)), "bad_shape"),
            (lambda: mho.solve(eye, np.ones(2)), "bad_shape"),
            (lambda: mho.solve(eye, np.ones((3, 1))), "bad_shape"),
            (lambda: mho.solve(eye * np.nan, np.ones(3)), "bad_value"),
            (lambda: mho.solve(eye, ["a", "b", "c"]), "bad_value"),
            (lambda: mho.solve(eye, np.ones(3), cycles=0), "bad_value"),
            (lambda: mho.solve(eye, np.ones(3), accelerator="papers"), "bad_input"),
            (lambda: mho.solve(eye, np.ones(3), set={"array.sizes": 3}), "bad_input"),
        ):
            with self.assertRaises(mho.Error) as caught:
                call()
            self.assertEqual(caught.exception.code, code, caught.exception)


if __name__ == "__main__":
    unittest.main()
