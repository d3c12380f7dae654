"""Python values as TOML, for scenarios and overrides."""

import json
from typing import Any, Mapping


def value(v: Any) -> str:
    """A value: bool, int, float, str, None excluded, lists and mappings of them; NumPy's as Python's."""
    if hasattr(v, "tolist"):
        v = v.tolist()
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, (int, float)):
        return repr(v)
    if isinstance(v, str):
        return json.dumps(v, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(v, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(k), ensure_ascii=False)} = {value(x)}" for k, x in v.items()) + "}"
    if isinstance(v, (list, tuple)):
        return "[" + ", ".join(value(x) for x in v) + "]"
    raise TypeError(f"a scenario has no values of type {type(v).__name__}")


def document(tables: Mapping[str, Any]) -> str:
    """A document, a key a line."""
    return "".join(f"{json.dumps(str(k), ensure_ascii=False)} = {value(v)}\n" for k, v in tables.items())


def override(key: str, v: Any) -> str:
    """KEY=VALUE as --set takes it: strings as they stand."""
    return f"{key}={v if isinstance(v, str) else value(v)}"
