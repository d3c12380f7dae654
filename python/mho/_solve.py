"""One linear system on the modelled analogue accelerator."""

import dataclasses
import json
from typing import Any, Mapping, Sequence, Union

import numpy as np
import numpy.typing as npt

from . import _mho
from ._ber import _sets
from ._error import Error


@dataclasses.dataclass(frozen=True, eq=False)
class Solution:
    """What `mho solve --json` prints of a x = b, n unknowns."""

    x: "npt.NDArray[np.float64 | np.complex128]"
    """[cycle, n], after each cycle of refinement"""
    relative_error: npt.NDArray[np.float64]
    """[cycle], against the double-precision solution"""
    residual: npt.NDArray[np.float64]
    """[cycle], the refinement's own, over |b|"""
    operations: "dict[str, int]"
    """inv: closed-loop inversions; mvm: matrix-vector products"""
    time_s: float
    energy_j: float
    programming: "dict[str, float]"
    """cells, time_s, energy_j of writing the matrix"""
    spectral_radius: float
    """below 1 the refinement converges"""
    verdict: str
    """converges, marginal or diverges"""
    text: str
    """the JSON text"""


def _numbers(entries: "list[Any]", is_complex: bool) -> "list[Any]":
    return [complex(e.replace("i", "j")) for e in entries] if is_complex else entries


def solve(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    *,
    accelerator: str = "paper",
    cycles: int = 10,
    set: Union[None, Mapping[str, Any], Sequence[str]] = None,
    seed: int = 1,
) -> Solution:
    """Solves a x = b, a [n, n], b [n], on the accelerator; complex if one of them is of a complex type.

    accelerator: a preset (mho.accelerators()), or FILE.toml:NAME of a scenario's [accelerator.NAME]. set: its
    parameters, {"array.size": 16}. seed: of the chip, its writes and reads. Raises mho.Error for a matrix that is
    singular or that the accelerator does not take.
    """
    matrix, right = np.asarray(a), np.asarray(b)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.shape[0] == 0:
        raise Error(f"a: must be square, [n, n], has the shape {matrix.shape}", "bad_shape")
    if right.shape != matrix.shape[:1]:
        raise Error(f"b: must have the shape {matrix.shape[:1]}, has {right.shape}", "bad_shape")
    if matrix.dtype.kind not in "fciub" or right.dtype.kind not in "fciub":
        raise Error("a, b: must be numbers", "bad_value")
    if not (np.isfinite(matrix).all() and np.isfinite(right).all()):
        raise Error("a, b: must be finite", "bad_value")
    if not 1 <= cycles <= 1000:
        raise Error("cycles: must be from 1 to 1000", "bad_value")
    is_complex = "c" in (matrix.dtype.kind, right.dtype.kind)
    text = _mho.solve_json(matrix, right, is_complex, accelerator, _sets(set), cycles, seed)
    r = json.loads(text)
    return Solution(
        x=np.array([_numbers(c["x"], is_complex) for c in r["cycles"]]),
        relative_error=np.array([c["relative_error"] for c in r["cycles"]]),
        residual=np.array([c["residual"] for c in r["cycles"]]),
        text=text,
        **{
            key: r[key]
            for key in ("operations", "time_s", "energy_j", "programming", "spectral_radius", "verdict")
        },
    )
