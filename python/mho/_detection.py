"""What a detector yields."""

import enum
from typing import NamedTuple, Optional

import numpy as np
import numpy.typing as npt


class Status(enum.IntEnum):
    """What became of a received vector; 16 and above: nothing usable was written."""

    OK = 0
    NOT_CONVERGED = 1
    SATURATED = 2
    SINGULAR = 16
    NOT_FINITE = 17
    OUT_OF_RANGE = 18
    UNSTABLE = 19

    @property
    def failed(self) -> bool:
        """Whether the estimate is 0, its variance infinite and the LLRs are 0."""
        return self >= 16


class Detection(NamedTuple):
    """Results of Detector.apply and detect. What was not asked for is None, though its type does not say so.

    A detector with several steps (cycles) has the step as a first axis of each.
    """

    estimate: npt.NDArray[np.complex64]
    """[problem, use, tx], unbiased"""
    variance: npt.NDArray[np.float32]
    """[problem, use, tx], of the estimate's noise"""
    llr: "npt.NDArray[np.float32 | np.int8 | np.int16]"
    """[problem, use, bits], ln P(bit=0)/P(bit=1)"""
    bits: npt.NDArray[np.uint8]
    """[problem, use, bits]"""
    status: npt.NDArray[np.uint8]
    """[problem, use], a Status"""
    saturated: Optional[int] = None
    """how many LLRs of this call were clipped to the range of their integers, in all steps; None of float LLRs"""
