"""Massive-MIMO detection on FP32 kernels and on a modelled analogue accelerator, and a link-level simulator.

>>> import mho
>>> detector = mho.Detector("mmse")
>>> detector.prepare(h, noise_variance)          # complex64 [problem, rx, tx], no copy
>>> detector.apply(y).estimate                   # complex64 [problem, use, tx]
>>> mho.ber("scenarios/ber-16x4-16qam.toml")["zf"].ber
"""

from ._ber import BerResult, Curve, DetectorFunction, ber
from ._detection import Detection, Status
from ._error import Error
from ._lists import accelerator_options, accelerators, channels, detectors, targets
from ._mho import Constellation, Detector, __version__, load_plugin
from ._solve import Solution, solve

make_detector = Detector

__all__ = [
    "BerResult",
    "Constellation",
    "Curve",
    "Detection",
    "Detector",
    "DetectorFunction",
    "Error",
    "Solution",
    "Status",
    "__version__",
    "accelerator_options",
    "accelerators",
    "ber",
    "channels",
    "detectors",
    "load_plugin",
    "make_detector",
    "solve",
    "targets",
]
