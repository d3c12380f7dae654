"""Lists, plugins, and that the stubs say what is there."""

import ast
import inspect
import json
import pathlib
import pickle
import re
import subprocess
import sys
import unittest

import numpy as np

import mho
import mho._mho
from common import PLUGIN, run_mho


class Lists(unittest.TestCase):
    def test_they_are_the_programs(self) -> None:
        wanted = json.loads(run_mho("list", "--json").stdout)
        self.assertEqual(mho.detectors(), wanted["detectors"])
        self.assertEqual(mho.accelerators(), wanted["accelerators"])
        self.assertEqual(mho.accelerator_options(), wanted["accelerator_options"])
        self.assertEqual(mho.channels(), wanted["channels"])
        self.assertEqual(mho.targets(), wanted["targets"])
        names = [d["name"] for d in mho.detectors()]
        self.assertEqual(names[:3], ["mrc", "zf", "mmse"])
        cycles = [o for o in mho.detectors()[names.index("analog-zf")]["options"] if o["name"] == "cycles"][0]
        self.assertEqual((cycles["type"], cycles["low"], cycles["high"]), ("list of integers", 1, 64))
        self.assertEqual(sum(t["in_use"] for t in mho.targets()), 1)

    def test_version(self) -> None:
        self.assertEqual(run_mho("--version").stdout, f"mho {mho.__version__}\n")

    def test_errors_survive_pickling(self) -> None:
        error = pickle.loads(pickle.dumps(mho.Error("what", "bad_shape")))
        self.assertEqual((str(error), error.code, type(error)), ("what", "bad_shape", mho.Error))


class Plugins(unittest.TestCase):
    def test_a_plugin_is_loaded_once_and_its_detector_runs(self) -> None:
        for path, part in (("none.so", "^--plugin: none.so: no such file"), (__file__, "no shared object that can be")):
            with self.assertRaisesRegex(mho.Error, part) as caught:
                mho.load_plugin(path)
            self.assertEqual(caught.exception.code, "bad_input")
        mho.load_plugin(pathlib.Path(PLUGIN))
        with self.assertRaisesRegex(mho.Error, "neumann has a name that is taken"):
            mho.load_plugin(PLUGIN)
        rng = np.random.default_rng(1)
        h = rng.standard_normal((4, 16, 2)) + 1j * rng.standard_normal((4, 16, 2))
        y = rng.standard_normal((4, 3, 16)) + 1j * rng.standard_normal((4, 3, 16))
        one, mrc = (mho.Detector(n, **o).detect(h, 0.1, y) for n, o in (("neumann", {"terms": 1}), ("mrc", {})))
        # MRC both times; products of 16 entries and a division, each rounded to 2^-24.
        np.testing.assert_allclose(one.estimate, mrc.estimate, rtol=0, atol=64 * 2.0**-24 * abs(mrc.estimate).max())
        scenario = {"link": {"rx": 8, "tx": 2, "snr_db": [0]}, "stop": {"min_bits": 1000, "max_bits": 10000},
                    "detector": [{"name": "neumann"}]}  # fmt: skip
        self.assertEqual(mho.ber(scenario).scenario["detector"][0]["plugin"]["file"], "example_plugin.so")


def runtime_arguments(doc: str) -> "list[tuple[str, str | None]]":
    """Names and defaults of the signature that pybind11 writes into the docstring."""
    signature = doc.split("\n")[0]
    tree = ast.parse("def " + re.sub(r": [\w.\[\]| ]+(?=[,)=]| =|$)", "", signature.split(" -> ")[0]) + ": ...")
    return arguments(tree.body[0])  # type: ignore[arg-type]


def arguments(f: ast.FunctionDef) -> "list[tuple[str, str | None]]":
    plain = f.args.args
    defaults = [None] * (len(plain) - len(f.args.defaults)) + list(f.args.defaults)
    pairs = list(zip(plain, defaults)) + list(zip(f.args.kwonlyargs, f.args.kw_defaults))
    named = [(a.arg, None if d is None else str(ast.literal_eval(d))) for a, d in pairs if a.arg != "self"]
    return named + ([(f.args.kwarg.arg, None)] if f.args.kwarg else [])


class Stubs(unittest.TestCase):
    def setUp(self) -> None:
        folder = pathlib.Path(mho.__file__).parent
        self.assertTrue((folder / "py.typed").exists())
        self.tree = ast.parse((folder / "_mho.pyi").read_text())

    def test_names_and_arguments_of_the_compiled_part(self) -> None:
        found = {n.name: n for n in self.tree.body if isinstance(n, (ast.ClassDef, ast.FunctionDef))}
        wanted = {n for n in dir(mho._mho) if not n.startswith("_")}
        self.assertEqual(set(found), wanted)
        for name, node in found.items():
            thing = getattr(mho._mho, name)
            self.assertTrue(thing.__doc__, name)
            if isinstance(node, ast.FunctionDef):
                self.assertEqual(arguments(node), runtime_arguments(thing.__doc__), name)
                continue
            members = {m.name: m for m in node.body if isinstance(m, ast.FunctionDef)}
            self.assertEqual(set(members) - {"__init__"}, {m for m in dir(thing) if not m.startswith("_")}, name)
            for member, stub in members.items():
                real = getattr(thing, member)
                self.assertTrue(real.__doc__, f"{name}.{member}")
                if stub.decorator_list:
                    self.assertIsInstance(real, property)
                elif (name, member) != ("Detector", "__init__"):  # its options are keyword arguments
                    self.assertEqual(arguments(stub), runtime_arguments(real.__doc__), f"{name}.{member}")

    def test_everything_public_is_documented(self) -> None:
        for name in mho.__all__:
            thing = getattr(mho, name)
            if name not in ("__version__", "DetectorFunction"):
                self.assertTrue(inspect.getdoc(thing), name)

    def test_importing_it_brings_nothing_large(self) -> None:
        code = "import sys, mho; print(any(m in sys.modules for m in ('matplotlib', 'scipy')), end='')"
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        self.assertEqual(run.stdout, "False")
        maps = "import mho; print('libmpi' in open('/proc/self/maps').read(), end='')"
        run = subprocess.run([sys.executable, "-c", maps], capture_output=True, text=True, check=True)
        self.assertEqual(run.stdout, "False")


if __name__ == "__main__":
    unittest.main()
