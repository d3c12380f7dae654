"""Constellations against the formulas of 3GPP TS 38.211, 5.1.3 to 5.1.5."""

import unittest

import numpy as np

import mho


def symbol_38211(b: np.ndarray) -> complex:
    """Of the bits b(0), b(1), .. of one symbol."""
    s = 1.0 - 2.0 * b
    if len(b) == 2:
        return complex(s[0], s[1]) / np.sqrt(2)
    if len(b) == 4:
        return complex(s[0] * (2 - s[2]), s[1] * (2 - s[3])) / np.sqrt(10)
    return complex(s[0] * (4 - s[2] * (2 - s[4])), s[1] * (4 - s[3] * (2 - s[5]))) / np.sqrt(42)


class Constellations(unittest.TestCase):
    def test_labels_are_those_of_38211(self) -> None:
        for name in ("qpsk", "16qam", "64qam"):
            qam = mho.Constellation(name)
            labels = np.arange(qam.size)
            bits = (labels[:, None] >> np.arange(qam.bits)[::-1] & 1).astype(np.uint8)
            wanted = np.array([symbol_38211(b) for b in bits])
            self.assertLess(abs(qam.points - wanted).max(), 2.0**-22)
            np.testing.assert_array_equal(qam.map(bits)[:, 0], qam.points)
            np.testing.assert_array_equal(qam.slice(qam.points[:, None]), bits)

    def test_shapes_follow_the_last_axis(self) -> None:
        qam = mho.Constellation("64qam")
        bits = np.random.default_rng(1).integers(0, 2, (3, 5, 4 * 6))
        x = qam.map(bits)
        self.assertEqual((x.shape, x.dtype), ((3, 5, 4), np.complex64))
        np.testing.assert_array_equal(qam.slice(x), bits)
        llr = qam.llr(x, 0.01)
        self.assertEqual(llr.shape, bits.shape)
        np.testing.assert_array_equal(llr < 0, bits)
        np.testing.assert_array_equal(qam.llr(x[::-1, :, ::2], np.full((5, 1), 0.01)), qam.llr(x[::-1, :, ::2].copy(), 0.01))
        self.assertTrue((qam.llr(x, np.inf) == 0).all())

    def test_properties_and_errors(self) -> None:
        paper = mho.Constellation("16qam", mapping="paper")
        self.assertEqual((paper.size, paper.bits, paper.mapping), (16, 4, "paper"))
        self.assertLess(paper.points[0].real, -0.9)  # 0..0 at the most negative level
        self.assertAlmostEqual(float((abs(paper.points) ** 2).mean()), 1, places=6)
        for call, code in (
            (lambda: mho.Constellation("17qam"), "unknown_name"),
            (lambda: mho.Constellation("qpsk", "gray"), "bad_value"),
            (lambda: paper.map(np.zeros(6, np.uint8)), "bad_shape"),
            (lambda: paper.map(np.full(4, 2, np.uint8)), "bad_value"),
            (lambda: paper.llr(np.zeros(2, np.complex64), 1, "log-map"), "bad_value"),
        ):
            with self.assertRaises(mho.Error) as caught:
                call()
            self.assertEqual(caught.exception.code, code)

    def test_only_bits_are_mapped(self) -> None:
        qam = mho.Constellation("qpsk")
        plain = qam.map(np.array([0, 1, 1, 0], np.uint8))
        for kind in (bool, np.int8, np.int64, np.uint16, np.float16, np.float64, ">i4"):
            np.testing.assert_array_equal(qam.map(np.array([0, 1, 1, 0], kind)), plain)
        np.testing.assert_array_equal(qam.map([0, 1, 1, 0]), plain)
        self.assertEqual(qam.map([]).shape, (0,))
        # A byte of all of these is 0 or 1.
        for wrong in (256, 257, -255, -256, 2**40, 0.5, 1.5, -0.9, np.nan, 2**70, 1j, "1", None):
            with self.assertRaises(mho.Error) as caught:
                qam.map([0, wrong])
            self.assertEqual(caught.exception.code, "bad_value")
            self.assertIn("must be 0 or 1", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
