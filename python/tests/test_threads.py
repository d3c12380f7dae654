"""Python threads: the GIL, and detectors that several of them share."""

import sys
import threading
import time
import unittest

import numpy as np

import mho
from common import link

N0 = 0.1


class Threads(unittest.TestCase):
    def test_the_gil_is_released(self) -> None:
        # Threads switch only where one lets go of the GIL: another one that counts advances during a call if and only
        # if the call does. A call may end before the other thread wakes up, so it is repeated.
        h, _, y = link(512, 8, 32, 8)
        detector = mho.Detector("mmse")
        qam = mho.Constellation("16qam")
        x = detector.detect(h, N0, y).estimate
        calls = {
            "prepare": lambda: detector.prepare(h, N0, uses=8),
            "apply": lambda: detector.apply(y),
            "detect": lambda: detector.detect(h, N0, y),
            "weights": detector.weights,
            "llr": lambda: qam.llr(x, 0.1, "exact"),
            "slice": lambda: qam.slice(x),
            "solve": lambda: mho.solve(np.eye(16) + 0.1, np.ones(16)),
        }
        counted, started, done = [0], threading.Event(), threading.Event()

        def count() -> None:
            while not done.is_set():
                counted[0] += 1
                started.set()
                time.sleep(0)

        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e6)
        other = threading.Thread(target=count)
        other.start()
        try:
            started.wait()
            before = counted[0]
            for _ in range(2000):  # a call that keeps the GIL: nobody else advances
                mho.Constellation("qpsk")
            self.assertEqual(counted[0], before)
            for name, call in calls.items():
                advanced = False
                for _ in range(2000):
                    before = counted[0]
                    call()
                    if advanced := counted[0] != before:
                        break
                self.assertTrue(advanced, name)
        finally:
            done.set()
            sys.setswitchinterval(interval)
            other.join()

    def test_threads_may_share_a_detector(self) -> None:
        h, _, y = link(64, 1, 16, 4)
        detector = mho.Detector("mmse")
        wanted = detector.detect(h, N0, y).estimate
        results: "list[np.ndarray]" = []
        threads = [
            threading.Thread(target=lambda: results.extend(detector.detect(h, N0, y).estimate for _ in range(20)))
            for _ in range(4)
        ]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(len(results), 80)
        for found in results:
            np.testing.assert_array_equal(found, wanted)

    def test_another_thread_may_make_room(self) -> None:
        # What is read while `reserve` moves the memory it lies in is of before or after, whole.
        rooms = (200_000, 400_000)
        h = np.broadcast_to(np.array([[[1], [1]]], np.complex64), (rooms[0], 2, 1))
        broken = np.broadcast_to(np.full((1, 2, 1), np.nan, np.complex64), (rooms[1], 2, 1))
        detector = mho.Detector("zf")
        done = threading.Event()

        def move() -> None:
            while not done.is_set():
                for channel in (h, broken):
                    detector.reserve(len(channel), 2, 1)
                    detector.prepare(channel, N0)

        other = threading.Thread(target=move)
        other.start()
        try:
            for _ in range(60):
                status = detector.prepared_status()
                if len(status) > 0:
                    wanted = mho.Status.OK if len(status) == rooms[0] else mho.Status.NOT_FINITE
                    self.assertIn(len(status), rooms)
                    self.assertEqual(np.unique(status).tolist(), [wanted], len(status))
                try:
                    w = detector.weights()
                except mho.Error as e:
                    self.assertEqual(e.code, "not_prepared")
                    continue
                wanted_w = 0.5 if len(w) == rooms[0] else 0  # pinv of (1, 1)
                self.assertLessEqual(abs(w - wanted_w).max(), wanted_w * 32 * 2.0**-24)
        finally:
            done.set()
            other.join()


if __name__ == "__main__":
    unittest.main()
