"""What there is, as `mho list --json` prints it."""

import json
from typing import Any, Dict, List

from . import _mho

Entries = List[Dict[str, Any]]


def _list(what: str, key: str) -> Entries:
    entries: Entries = json.loads(_mho.lists_json(what))[key]
    return entries


def detectors() -> Entries:
    """Kinds of detectors: name, doc, linear, more_tx_than_rx, randomised and their options, each with name, type, unit,
    default (None: inherited from the accelerator), low, high, choices, allowed and doc."""
    return _list("detectors", "detectors")


def accelerators() -> Entries:
    """Presets of the accelerator: name, doc and parameters, a dict of all their values."""
    return _list("accelerators", "accelerators")


def accelerator_options() -> Entries:
    """The schema of those parameters, entries as of a detector's options."""
    return _list("accelerators", "accelerator_options")


def channels() -> Entries:
    """Channel models: name, doc, options."""
    return _list("channels", "channels")


def targets() -> Entries:
    """Instruction sets of the kernels: name, doc, lanes, fused, usable, in_use."""
    return _list("targets", "targets")
