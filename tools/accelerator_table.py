#!/usr/bin/python3
"""Writes the table of docs/accelerators.md from what the program says of itself.

usage: tools/accelerator_table.py build/release/mho
"""
import json
import pathlib
import subprocess
import sys

if len(sys.argv) != 2:
    sys.exit(__doc__.strip())
said = json.loads(subprocess.run([sys.argv[1], "list", "accelerators", "--json"], check=True, capture_output=True).stdout)
presets = said["accelerators"]
paper = presets[0]["parameters"]


def shown(value):
    if value is None:
        return "inf"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, list):
        return "[" + ", ".join(shown(v) for v in value) + "]"
    return str(value)


rows = ["| key | type and range | unit | `paper` | elsewhere | meaning |", "|---|---|---|---|---|---|"]
for o in said["accelerator_options"]:
    name = o["name"]
    other = ", ".join(f"`{p['name']}` {shown(p['parameters'][name])}" for p in presets[1:]
                      if p["parameters"][name] != paper[name])
    rows.append(f"| `{name}` | {o['allowed']} | {o['unit']} | {shown(paper[name])} | {other} | {o['doc']} |")
page = pathlib.Path(__file__).parent.parent / "docs" / "accelerators.md"
text = page.read_text()
mark = "## Keys\n\n"
page.write_text(text[: text.index(mark) + len(mark)] + "\n".join(rows) + "\n")
