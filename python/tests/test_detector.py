"""Detectors against double precision, and their errors."""

import unittest

import numpy as np

import mho
from common import link, reference

N0 = 0.1


class Numbers(unittest.TestCase):
    def check(self, name: str, ridge: float, uses: int, threads: int) -> None:
        h, _, y = link(37, uses, 16, 4)
        estimate, variance, bound = reference(h, y, N0, ridge)
        detector = mho.Detector(name)
        detector.prepare(h, N0, uses=uses, threads=threads)
        for found in (detector.apply(y, threads=threads), detector.detect(h, N0, y, threads=threads)):
            self.assertEqual(found.estimate.dtype, np.complex64)
            self.assertEqual(found.variance.dtype, np.float32)
            self.assertEqual(found.status.dtype, np.uint8)
            self.assertTrue((np.linalg.norm(found.estimate - estimate, axis=2) <= bound).all())
            cond = np.linalg.cond(h).max() ** 2
            self.assertLess((abs(found.variance - variance) / variance).max(), 32 * 2.0**-24 * cond)
            self.assertTrue((found.status == mho.Status.OK).all())
            self.assertIsNone(found.llr)
            self.assertIsNone(found.bits)

    def test_zf_and_mmse(self) -> None:
        for uses in (1, 14):
            for threads in (1, 3, 0):
                with self.subTest(uses=uses, threads=threads):
                    self.check("zf", 0, uses, threads)
                    self.check("mmse", N0, uses, threads)

    def test_weights(self) -> None:
        h, _, y = link(5, 2, 16, 4)
        detector = mho.Detector("mmse")
        detector.prepare(h, N0, uses=2)
        w = detector.weights()
        self.assertEqual((w.shape, w.dtype), ((5, 4, 16), np.complex64))
        estimate, _, bound = reference(h, y, N0, N0)
        found = np.einsum("ptr,pur->put", w.astype(complex), y)
        self.assertTrue((np.linalg.norm(found - estimate, axis=2) <= bound).all())
        out = np.empty_like(w)
        self.assertIs(detector.weights(out), out)
        np.testing.assert_array_equal(out, w)

    def test_noise_of_every_kind(self) -> None:
        # Of the same white noise all are the same; of coloured noise whitening first is.
        h, _, y = link(12, 3, 8, 3)
        one = np.float32(N0)
        plain = mho.Detector("zf").detect(h, N0, y)
        for noise in (np.full(12, one), one, np.array(one)):
            same = mho.Detector("zf").detect(h, noise, y)
            np.testing.assert_array_equal(same.estimate, plain.estimate)
        rng = np.random.default_rng(2)
        root = np.linalg.cholesky(np.eye(8) + 0.3 * (m := rng.standard_normal((8, 8))) @ m.T)
        covariance = root @ root.T
        diagonal = np.diag(covariance)
        for noise, kind, factor in (
            (np.broadcast_to(diagonal, (12, 8)), "covariance", np.diag(np.sqrt(diagonal))),
            (np.broadcast_to(covariance, (12, 8, 8)), "covariance", root),
            (np.broadcast_to(root, (12, 8, 8)), "cholesky", root),
            (np.broadcast_to(np.linalg.inv(root), (12, 8, 8)), "whitener", root),
        ):
            white = np.linalg.inv(factor)
            estimate, variance, bound = reference(white @ h, np.einsum("ij,puj->pui", white, y), 1, 0)
            cond = np.linalg.cond(white @ h).max() ** 2 * np.linalg.cond(white) ** 2
            for entries, per_entry in ((noise, 1), (noise[::4], 4)):
                found = mho.Detector("zf").detect(
                    h, entries, y, noise_kind=kind, problems_per_noise_entry=per_entry
                )
                self.assertTrue((np.linalg.norm(found.estimate - estimate, axis=2) <= bound * np.linalg.cond(white) ** 2).all())
                self.assertLess((abs(found.variance - variance) / variance).max(), 32 * 2.0**-24 * cond)

    def test_gram_form(self) -> None:
        h, _, y = link(9, 2, 16, 4)
        gram = np.einsum("pri,prj->pij", h.conj(), h)
        z = np.einsum("pri,pur->pui", h.conj(), y)
        detector = mho.Detector("mmse")
        detector.prepare(gram, N0, uses=2, form="gram")
        estimate, _, bound = reference(h, y, N0, N0)
        # G itself was rounded to float: as large an error again.
        self.assertTrue((np.linalg.norm(detector.apply(z).estimate - estimate, axis=2) <= 2 * bound).all())

    def test_llr_and_bits(self) -> None:
        h, _, y = link(6, 2, 16, 4)
        qam = mho.Constellation("16qam")
        for rule in ("max_log", "exact"):
            found = mho.Detector("mmse").detect(h, N0, y, constellation=qam, demapper=rule)
            self.assertEqual((found.llr.shape, found.llr.dtype), ((6, 2, 16), np.float32))
            self.assertEqual((found.bits.shape, found.bits.dtype), ((6, 2, 16), np.uint8))
            # From the definition: ln of sums of exp(-|x - s|^2 / variance) over the points of a bit.
            distance = abs(found.estimate[..., None].astype(complex) - qam.points) ** 2 / found.variance[..., None]
            labels = np.arange(16)
            for bit in range(4):
                ones = (labels >> (3 - bit)) & 1 == 1
                if rule == "max_log":
                    wanted = distance[..., ones].min(axis=-1) - distance[..., ~ones].min(axis=-1)
                else:
                    wanted = np.logaddexp.reduce(-distance[..., ~ones], axis=-1) - np.logaddexp.reduce(
                        -distance[..., ones], axis=-1
                    )
                # As the library says: x as if moved by a few 2^-24 of the outermost level and of itself.
                moved = 8 * 2.0**-24 * (abs(found.estimate) + 1) * 2 * 1.9 / found.variance
                self.assertTrue((abs(found.llr[..., bit::4] - wanted) <= moved + 1e-5 * abs(wanted)).all())
                np.testing.assert_array_equal(found.bits[..., bit::4], found.llr[..., bit::4] < 0)
        by_name = mho.Detector("mmse").detect(h, N0, y, constellation="16qam", outputs=["bits"])
        np.testing.assert_array_equal(by_name.bits, found.bits)
        mixed = mho.Detector("mmse").detect(h, N0, y, constellation=["qpsk", qam, qam, "64qam"], outputs=["bits"])
        self.assertEqual(mixed.bits.shape, (6, 2, 16))
        np.testing.assert_array_equal(mixed.bits[..., 2:10], found.bits[..., 4:12])

    def test_integer_llr(self) -> None:
        h, _, y = link(6, 2, 16, 4)
        exact = mho.Detector("mmse").detect(h, N0, y, constellation="qpsk").llr
        for kind, most in (("int8", 127), ("int16", 32767)):
            # Of room for all, half of the largest, and none but zeros.
            for scale in (abs(exact).max() / most, abs(exact).max() / most / 2, abs(exact).min() / 1e6):
                scale = float(np.float32(scale))
                rounded = np.rint(exact.astype(float) / scale)
                # Those at which the float quotient, off by 2^-22 of itself, may lie on either side of the edge.
                doubtful = (abs(abs(exact / scale) - (most + 0.5)) <= (most + 0.5) * 2.0**-22).sum()
                clipped = (abs(rounded) > most).sum()
                for threads in (1, 3):
                    detector = mho.Detector("mmse")
                    options = {"constellation": "qpsk", "llr_scale": scale, "threads": threads}
                    found = detector.detect(h, N0, y, outputs=["llr"], llr_type=kind, **options)
                    self.assertEqual(found.llr.dtype, np.dtype(kind))
                    wanted = np.clip(exact.astype(float) / scale, -most, most)
                    self.assertLessEqual(abs(found.llr - wanted).max(), 0.5 + most * 2.0**-22)
                    self.assertIsInstance(found.saturated, int)
                    self.assertLessEqual(abs(found.saturated - clipped), doubtful)
                    # The type of an array of one's own is type enough.
                    detector.prepare(h, N0, uses=2, threads=threads)
                    out = {"llr": np.empty(exact.shape, kind)}
                    again = detector.apply(y, out=out, **options)
                    self.assertIs(again.llr, out["llr"])
                    self.assertLessEqual(abs(again.saturated - clipped), doubtful)
            self.assertEqual(clipped, exact.size)
        self.assertIsNone(mho.Detector("mmse").detect(h, N0, y, constellation="qpsk").saturated)
        self.assertIsNone(mho.Detector("mmse").detect(h, N0, y, llr_type="int8").saturated)
        for options, part in (
            ({"llr_type": "int32"}, "one of float32, int8, int16"),
            ({"llr_type": "int16", "out": {"llr": np.empty(exact.shape, np.int8)}}, "must be of type int16, not int8"),
            ({"llr_type": "int8", "llr_scale": 0.0}, "bad_value"),
        ):
            with self.assertRaisesRegex(mho.Error, part):
                mho.Detector("mmse").detect(h, N0, y, constellation="qpsk", **options)

    def test_saturated_llrs_of_all_steps_count(self) -> None:
        h, _, y = link(4, 2, 8, 2)
        count = 0
        for cycles in ([1], [3], [1, 3]):
            found = mho.Detector("analog-zf", accelerator="ideal", cycles=cycles).detect(
                h, N0, y, constellation="qpsk", llr_type="int8", llr_scale=1e-6
            )
            # Every LLR exceeds the range here, whichever step it is of.
            self.assertTrue((abs(found.llr.astype(int)) == 127).all())
            count += found.llr.size
            self.assertEqual(found.saturated, found.llr.size)
        self.assertEqual(count, 4 * 4 * 2 * 4)

    def test_steps_come_first(self) -> None:
        h, _, y = link(4, 2, 8, 2)
        several = mho.Detector("analog-zf", accelerator="ideal", cycles=[1, 2, 30])
        self.assertEqual(several.steps, 3)
        found = several.detect(h, N0, y, constellation="qpsk")
        self.assertEqual(found.estimate.shape, (3, 4, 2, 2))
        self.assertEqual(found.bits.shape, (3, 4, 2, 4))
        self.assertEqual(found.status.shape, (3, 4, 2))
        one = mho.Detector("analog-zf", accelerator="ideal", cycles=[2]).detect(h, N0, y)
        np.testing.assert_array_equal(one.estimate, found.estimate[1])
        self.assertGreater(abs(found.estimate[0] - found.estimate[2]).max(), 0)

    def test_randomness_has_an_identity(self) -> None:
        h, _, y = link(8, 1, 8, 2)
        detector = mho.Detector("analog-zf", cycles=[1])
        whole = detector.detect(h, N0, y, stream=5, first=100).estimate
        np.testing.assert_array_equal(detector.detect(h[3:], N0, y[3:], stream=5, first=103).estimate, whole[3:])
        self.assertTrue((detector.detect(h, N0, y, stream=6, first=100).estimate != whole).any())

    def test_bad_problems_are_flagged_in_band(self) -> None:
        h, _, y = link(5, 1, 8, 2)
        h[1, 0, 0] = np.nan
        h[2, :, 1] = h[2, :, 0]
        y[4, 0, 3] = np.inf
        detector = mho.Detector("zf")
        detector.prepare(h, N0)
        found = detector.apply(y, constellation="qpsk")
        wanted = [mho.Status.OK, mho.Status.NOT_FINITE, mho.Status.SINGULAR, mho.Status.OK, mho.Status.NOT_FINITE]
        self.assertEqual([mho.Status(s) for s in found.status[:, 0]], wanted)
        self.assertEqual([mho.Status(s) for s in detector.prepared_status()], wanted[:4] + [mho.Status.OK])
        for p in (1, 2, 4):
            self.assertTrue(wanted[p].failed)
            self.assertTrue((found.estimate[p] == 0).all() and (found.llr[p] == 0).all())
            self.assertTrue(np.isposinf(found.variance[p]).all())

    def test_a_part_of_the_batch(self) -> None:
        h, _, y = link(6, 1, 8, 2)
        detector = mho.Detector("zf")
        whole = detector.detect(h, N0, y)
        part = detector.detect(h, N0, y, begin=2, end=4)
        np.testing.assert_array_equal(part.estimate[2:4], whole.estimate[2:4])
        self.assertTrue((part.estimate[:2] == 0).all() and (part.estimate[4:] == 0).all())


class Room(unittest.TestCase):
    def test_reserve_is_a_limit(self) -> None:
        h, _, y = link(8, 2, 8, 2)
        detector = mho.Detector("zf")
        detector.reserve(4, 8, 2, uses=2, slots=2)
        detector.prepare(h[:4], N0)
        np.testing.assert_array_equal(
            detector.apply(y[:4], threads=2).estimate, mho.Detector("zf").detect(h, N0, y).estimate[:4]
        )
        with self.assertRaises(mho.Error) as large:
            detector.prepare(h, N0)
        self.assertEqual(large.exception.code, "too_large")
        self.assertIn("(8, 8, 2)", str(large.exception))
        self.assertIn("room for 4 problems of 8x2", str(large.exception))

    def test_errors_have_codes_and_say_what_was_given(self) -> None:
        h, _, y = link(4, 2, 8, 2)
        detector = mho.Detector("zf")
        with self.assertRaises(mho.Error) as early:
            detector.apply(y)
        self.assertEqual(early.exception.code, "bad_shape")
        self.assertIn("nothing reserved", str(early.exception))
        detector.prepare(h, N0)
        for call, code, part in (
            (lambda: detector.apply(y), "too_large", r"prepare\(\.\.\., uses=2\)"),
            (lambda: detector.apply(y[:, 0]), "bad_shape", r"received: must be \[problem, use, rx\]"),
            (lambda: detector.apply(y[:, :1], constellation="17qam"), "unknown_name", "17qam"),
            (lambda: detector.apply(y[:, :1], outputs=["llr"]), "bad_value", "constellation: missing"),
            (lambda: detector.prepare(h, np.zeros((4, 8, 8, 8))), "bad_value", "noise: must be"),
            (lambda: detector.prepare(h, np.zeros(3)), "bad_shape", "prepare: bad_shape"),
            (lambda: detector.prepare([["x"]], N0), "bad_shape", "channel: must be"),
            (lambda: detector.prepare([[["x"]]], N0), "bad_value", "complex numbers"),
            (lambda: detector.prepare(h, N0, form="grams"), "bad_value", "one of channel, gram"),
            (lambda: mho.Detector("zff"), "unknown_name", "the nearest known one is zf"),
            (lambda: mho.Detector("zf", targets="avx2"), "unknown_name", "target"),
            (lambda: mho.Detector("zf", target=3), "bad_value", "target"),
            (lambda: mho.Detector("analog-zf", cycles=["1"]), "bad_value", "cycles: must be a list of numbers"),
        ):
            with self.assertRaisesRegex(mho.Error, part) as caught:
                call()
            self.assertEqual(caught.exception.code, code)
        with self.assertRaises(TypeError):
            detector.apply(y, 3)

    def test_options_and_capabilities(self) -> None:
        detector = mho.make_detector("analog-zf", accelerator="paper", cycles=[2, 4], **{"array.size": 8})
        self.assertEqual(detector.options["array.size"], 8)
        self.assertEqual(detector.options["cycles"], [2, 4])
        self.assertEqual(detector.name, "analog-zf")
        self.assertTrue(detector.capabilities["randomised"])
        self.assertFalse(mho.Detector("zf").capabilities["randomised"])
        self.assertIn("gram", mho.Detector("zf").capabilities["forms"])


if __name__ == "__main__":
    unittest.main()
