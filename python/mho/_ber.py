"""Bit error rates over SNR, by the simulator of the program mho."""

import dataclasses
import json
import math
import os
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence, Tuple, Union

import numpy as np
import numpy.typing as npt

from . import _mho, _toml

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.uint64]

DetectorFunction = Callable[
    [npt.NDArray[np.complex64], npt.NDArray[np.complex64], npt.NDArray[np.float32]],
    Union[npt.ArrayLike, Tuple[npt.ArrayLike, npt.ArrayLike]],
]
"""f(h [problem, rx, tx], y [problem, use, rx], noise_variance [problem]) -> estimate [problem, use, tx], or (estimate,
variance)"""


@dataclasses.dataclass(frozen=True, eq=False)
class Curve:
    """A curve of a result; arrays have an entry a point. Names and meanings as in docs/result-files.md."""

    id: str
    label: str
    detector: str
    accelerator: Optional[str]
    cycles: Optional[int]
    reference: Optional[str]
    snr_db: Floats
    """infinite without noise, as the other ratios"""
    es_n0_db: Floats
    eb_n0_db: Floats
    matched_filter_db: Floats
    n0: Floats
    ber: Floats
    ber_low: Floats
    """95 % interval, the channel use (or the set that shares a channel) as the unit"""
    ber_high: Floats
    bits: Counts
    bit_errors: Counts
    symbols: Counts
    symbol_errors: Counts
    uses: Counts
    use_errors: Counts
    stream_bit_errors: Counts
    """[point, tx]"""
    failed_problems: Counts
    not_converged: Counts
    saturated: Counts
    stop: Tuple[str, ...]
    """why each point ended"""


_RATIOS = ("snr_db", "es_n0_db", "eb_n0_db", "matched_filter_db")
_FLOATS = _RATIOS + ("n0", "ber", "ber_low", "ber_high")
_COUNTS = ("bits", "bit_errors", "symbols", "symbol_errors", "uses", "use_errors", "stream_bit_errors",
           "failed_problems", "not_converged", "saturated")  # fmt: skip


def _curve(line: Mapping[str, Any]) -> Curve:
    points = line["points"]

    def floats(key: str) -> Floats:
        missing = math.inf if key in _RATIOS else math.nan
        return np.array([missing if p[key] is None else p[key] for p in points], dtype=np.float64)

    def counts(key: str) -> Counts:
        return np.array([p[key] for p in points], dtype=np.uint64)

    texts = {key: line[key] for key in ("id", "label", "detector", "accelerator", "cycles", "reference")}
    arrays: "dict[str, Any]" = {key: floats(key) for key in _FLOATS}
    arrays.update({key: counts(key) for key in _COUNTS})
    return Curve(**texts, **arrays, stop=tuple(p["stop"] for p in points))


class BerResult:
    """The result of a run: its curves by number or id, and everything that result.json holds."""

    def __init__(self, text: str) -> None:
        self.text = text
        """what the program writes as result.json, byte for byte"""
        self.content: "dict[str, Any]" = json.loads(text)
        """the same as a dict"""
        self.curves: Tuple[Curve, ...] = tuple(_curve(line) for line in self.content["curves"])

    @property
    def scenario(self) -> "dict[str, Any]":
        """As effective, every default filled in."""
        scenario: "dict[str, Any]" = self.content["scenario"]
        return scenario

    @property
    def snr_definition(self) -> str:
        """What snr_db is."""
        return str(self.content["snr_definition"])

    @property
    def losses(self) -> "list[dict[str, Any]]":
        """What curves lose against their references, in dB."""
        losses: "list[dict[str, Any]]" = self.content["losses"]
        return losses

    def __getitem__(self, which: Union[int, str]) -> Curve:
        if isinstance(which, int):
            return self.curves[which]
        for curve in self.curves:
            if curve.id == which:
                return curve
        raise KeyError(f"no curve {which}; there are {', '.join(c.id for c in self.curves)}")

    def __iter__(self) -> Iterator[Curve]:
        return iter(self.curves)

    def __len__(self) -> int:
        return len(self.curves)

    def __repr__(self) -> str:
        return f"<mho.BerResult of {', '.join(c.id for c in self.curves)}>"

    def save(self, path: "Union[str, os.PathLike[str]]") -> None:
        """Writes a result.json, for mho plot."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.text)


def _sets(given: Union[None, Mapping[str, Any], Sequence[str]]) -> "list[str]":
    if given is None:
        return []
    if isinstance(given, Mapping):
        return [_toml.override(key, v) for key, v in given.items()]
    if isinstance(given, str):
        raise TypeError("set: must be a mapping of keys to values, or a list of 'KEY=VALUE'")
    return [str(entry) for entry in given]


def ber(
    scenario: "Union[str, os.PathLike[str], Mapping[str, Any]]",
    *,
    set: Union[None, Mapping[str, Any], Sequence[str]] = None,
    seed: int = 1,
    threads: int = 0,
    detectors: Optional[Mapping[str, DetectorFunction]] = None,
) -> BerResult:
    """Runs a scenario: the same numbers, to the last bit, as `mho ber` with this seed.

    scenario: the path of a TOML file, its text (a str with a line break), or a dict of its tables
    (docs/scenarios.md). set: overrides by dotted path, {"link.rx": 64} or ["link.rx=64"]. threads: 0 for all
    processors.

    detectors: functions of your own by the names that [[detector]] tables call them; those that no table names get
    one. Each is called with a batch, f(h [problem, rx, tx], y [problem, use, rx], noise_variance [problem]), and
    returns unbiased estimates [problem, use, tx], or (estimates, variances). Such a run has one thread, this one;
    what a function raises ends it and arrives here. Nothing is written to disk.
    """
    toml: Optional[str] = None
    path, name, has_lines = "", "scenario", True
    if isinstance(scenario, Mapping):
        toml, has_lines = _toml.document(scenario), False
    elif isinstance(scenario, str) and "\n" in scenario:
        toml = scenario
    else:
        path = os.fspath(scenario)
    functions = dict(detectors) if detectors is not None else {}
    return BerResult(_mho.ber_json(path, toml, name, has_lines, _sets(set), seed, threads, functions))
