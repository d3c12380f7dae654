# The compiled part. Shapes and meanings: the docstrings.
from os import PathLike
from typing import Any, Dict, Iterable, Mapping, Optional, Sequence, Union

import numpy as np
import numpy.typing as npt

from ._detection import Detection

__version__: str

_Constellations = Union[None, str, Constellation, Sequence[Union[str, Constellation]]]

class Constellation:
    def __init__(self, name: str, mapping: str = "3gpp") -> None: ...
    @property
    def size(self) -> int: ...
    @property
    def bits(self) -> int: ...
    @property
    def mapping(self) -> str: ...
    @property
    def points(self) -> npt.NDArray[np.complex64]: ...
    def map(self, bits: npt.ArrayLike) -> npt.NDArray[np.complex64]: ...
    def slice(self, x: npt.ArrayLike) -> npt.NDArray[np.uint8]: ...
    def llr(
        self, x: npt.ArrayLike, variance: npt.ArrayLike, demapper: str = "max_log"
    ) -> npt.NDArray[np.float32]: ...

class Detector:
    def __init__(self, name: str, **options: Any) -> None: ...
    @property
    def name(self) -> str: ...
    @property
    def options(self) -> Dict[str, Any]: ...
    @property
    def capabilities(self) -> Dict[str, Any]: ...
    @property
    def steps(self) -> int: ...
    def reserve(
        self,
        problems: int,
        rx: int,
        tx: int,
        *,
        uses: int = 1,
        slots: int = 1,
        bits: int = 12,
        form: str = "channel",
        coloured_noise: bool = False,
        problems_per_noise_entry: int = 1,
    ) -> None: ...
    def prepare(
        self,
        channel: npt.ArrayLike,
        noise: npt.ArrayLike,
        *,
        uses: int = 1,
        form: str = "channel",
        noise_kind: str = "covariance",
        problems_per_noise_entry: int = 1,
        stream: int = 0,
        first: int = 0,
        begin: int = 0,
        end: Optional[int] = None,
        threads: int = 1,
    ) -> None: ...
    def apply(
        self,
        received: npt.ArrayLike,
        *,
        constellation: _Constellations = None,
        demapper: str = "max_log",
        outputs: Optional[Iterable[str]] = None,
        out: Optional[Mapping[str, npt.NDArray[Any]]] = None,
        llr_type: Optional[str] = None,
        llr_scale: float = 1.0,
        prior_llr: Optional[npt.ArrayLike] = None,
        stream: int = 0,
        first: int = 0,
        begin: int = 0,
        end: Optional[int] = None,
        threads: int = 1,
    ) -> Detection: ...
    def detect(
        self,
        channel: npt.ArrayLike,
        noise: npt.ArrayLike,
        received: npt.ArrayLike,
        *,
        form: str = "channel",
        noise_kind: str = "covariance",
        problems_per_noise_entry: int = 1,
        constellation: _Constellations = None,
        demapper: str = "max_log",
        outputs: Optional[Iterable[str]] = None,
        out: Optional[Mapping[str, npt.NDArray[Any]]] = None,
        llr_type: Optional[str] = None,
        llr_scale: float = 1.0,
        prior_llr: Optional[npt.ArrayLike] = None,
        stream: int = 0,
        first: int = 0,
        begin: int = 0,
        end: Optional[int] = None,
        threads: int = 1,
    ) -> Detection: ...
    def weights(self, out: Optional[npt.NDArray[np.complex64]] = None) -> npt.NDArray[np.complex64]: ...
    def prepared_status(self) -> npt.NDArray[np.uint8]: ...

def load_plugin(path: "Union[str, PathLike[str]]") -> None: ...
def ber_json(
    path: str,
    toml: Optional[str],
    name: str,
    has_lines: bool,
    sets: Sequence[str],
    seed: int,
    threads: int,
    functions: Dict[str, Any],
) -> str: ...
def solve_json(
    a: npt.NDArray[Any],
    b: npt.NDArray[Any],
    is_complex: bool,
    accelerator: str,
    sets: Sequence[str],
    cycles: int,
    seed: int,
) -> str: ...
def lists_json(what: str) -> str: ...
