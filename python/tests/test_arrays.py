"""What becomes of NumPy arrays: strides, copies, types, out."""

import tracemalloc
import unittest
from typing import Any, Callable

import numpy as np

import mho
from common import link

N0 = 0.1


class Arrays(unittest.TestCase):
    def layouts(self, a: np.ndarray) -> "list[np.ndarray]":
        """The same values behind other strides: Fortran, planes with the problem fastest, reversed, every other."""
        padded = np.zeros((a.shape[0] * 2, a.shape[1] + 1, a.shape[2] * 3), a.dtype)
        padded[::2, 1:, 1::3] = a
        backwards = np.ascontiguousarray(a[::-1, ::-1, ::-1])[::-1, ::-1, ::-1]
        all_of_them = [
            np.asfortranarray(a),
            np.ascontiguousarray(a.transpose(1, 2, 0)).transpose(2, 0, 1),
            backwards,
            padded[::2, 1:, 1::3],
        ]
        for other in all_of_them:
            np.testing.assert_array_equal(other, a)
        self.assertLess(max(backwards.strides), 0)
        return all_of_them

    def test_any_strides_give_the_same_bits(self) -> None:
        h, _, y = link(33, 2, 16, 4)
        detector = mho.Detector("mmse")
        plain = detector.detect(h, N0, y)
        for other_h, other_y in zip(self.layouts(h), self.layouts(y)):
            found = detector.detect(other_h, N0, other_y)
            np.testing.assert_array_equal(found.estimate, plain.estimate)
            np.testing.assert_array_equal(found.variance, plain.variance)
        # A channel that all problems share, by a stride of 0.
        shared = np.broadcast_to(h[0], h.shape)
        np.testing.assert_array_equal(
            detector.detect(shared, N0, y).estimate, detector.detect(shared.copy(), N0, y).estimate
        )

    def allocated(self, call: Callable[[], Any]) -> int:
        """Bytes that NumPy and Python allocated at most while it ran."""
        call()
        tracemalloc.start()
        try:
            call()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    def test_inputs_are_not_copied_and_out_allocates_nothing(self) -> None:
        h, _, y = link(256, 4, 32, 4)
        out = {
            "estimate": np.empty((256, 4, 4), np.complex64),
            "variance": np.empty((256, 4, 4), np.float32),
            "llr": np.empty((256, 4, 16), np.float32),
            "bits": np.empty((256, 4, 16), np.uint8),
            "status": np.empty((256, 4), np.uint8),
        }
        detector = mho.Detector("mmse")
        smallest = min(h.nbytes, y.nbytes, out["estimate"].nbytes)
        for other_h, other_y in zip(self.layouts(h), self.layouts(y)):
            used = self.allocated(lambda: detector.detect(other_h, N0, other_y, constellation="16qam", out=out))
            self.assertLess(used, smallest // 2)
            used = self.allocated(lambda: detector.prepare(other_h, N0, uses=4))
            self.assertLess(used, smallest // 2)
        # That a copy is seen: the one of complex128, which is documented.
        used = self.allocated(lambda: detector.detect(h.astype(np.complex128), N0, y, constellation="16qam", out=out))
        self.assertGreater(used, h.nbytes)

    def test_other_types_are_converted(self) -> None:
        h, _, y = link(8, 2, 8, 2)
        plain = mho.Detector("zf").detect(h, N0, y).estimate
        swapped = h.astype(h.dtype.newbyteorder())
        fields = np.zeros(h.shape, [("tag", "i4"), ("value", "c8")])
        fields["value"] = h
        for other in (h.astype(np.complex128), h.tolist(), swapped, fields["value"]):
            np.testing.assert_array_equal(mho.Detector("zf").detect(other, N0, y).estimate, plain)
        real = np.ones((1, 2, 1), int)
        np.testing.assert_allclose(mho.Detector("zf").detect(real, 1, 2.0 * real.swapaxes(1, 2)).estimate, 2)

    def test_out_is_what_is_returned(self) -> None:
        h, _, y = link(5, 3, 8, 2)
        plain = mho.Detector("zf").detect(h, N0, y, constellation="qpsk")
        room = np.zeros((10, 3, 4), np.complex64)
        out = {"estimate": room[::-2, :, 1:3], "bits": np.empty((5, 3, 4), np.uint8)}
        found = mho.Detector("zf").detect(h, N0, y, constellation="qpsk", out=out)
        self.assertIs(found.estimate, out["estimate"])
        self.assertIs(found.bits, out["bits"])
        self.assertIsNone(found.variance)
        self.assertTrue(np.shares_memory(found.estimate, room))
        np.testing.assert_array_equal(room[::-2, :, 1:3], plain.estimate)
        np.testing.assert_array_equal(found.bits, plain.bits)
        self.assertTrue((room[::2] == 0).all() and (room[:, :, [0, 3]] == 0).all())
        more = mho.Detector("zf").detect(h, N0, y, out={"estimate": out["estimate"]},
                                         outputs=["estimate", "variance"])  # fmt: skip
        self.assertIs(more.estimate, out["estimate"])
        np.testing.assert_array_equal(more.variance, plain.variance)

    def test_wrong_outs_are_refused(self) -> None:
        h, _, y = link(5, 3, 8, 2)
        shape = (5, 3, 2)
        read_only = np.zeros(shape, np.complex64)
        read_only.flags.writeable = False
        for name, array, part in (
            ("estimate", np.zeros(shape, np.complex128), "must be of type complex64"),
            ("estimate", np.zeros((5, 3, 3), np.complex64), r"must have the shape \(5, 3, 2\), not \(5, 3, 3\)"),
            ("estimate", read_only, "must be writeable"),
            ("variance", np.broadcast_to(np.zeros(1, np.float32), shape), "must be writeable"),
            ("status", np.zeros((3, 5), np.uint8).T, "must be C-contiguous"),
            ("estimates", np.zeros(shape), "no output estimates; there are estimate, variance"),
            ("estimate", [[[0j]]], "must be a NumPy array"),
        ):
            with self.assertRaisesRegex(mho.Error, part):
                mho.Detector("zf").detect(h, N0, y, out={name: array})
        both = np.zeros((5, 3, 8), np.complex64)
        both[:] = y
        with self.assertRaises(mho.Error) as over:
            mho.Detector("zf").detect(h, N0, both, out={"estimate": both[:, :, :2]})
        self.assertEqual(over.exception.code, "overlap")


if __name__ == "__main__":
    unittest.main()
