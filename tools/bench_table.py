#!/usr/bin/env python3
"""Tables of mho-bench: what each implementation reaches, against the machine and against the best peer.

    tools/bench_table.py RESULT.json [MORE.json]     of results written with --benchmark_out
    tools/bench_table.py --run build/release/mho-bench --mho_quick     runs it first

--summary prints one line a mode and size, of the batches that fit L2; --markdown prints tables for a README. The ratio is mho's rate over the best CPU peer's on the same batch; a peer's own
ratio is what mho's row divided by it gives. The break-even of the two lane layouts follows where both were measured."""

import argparse
import json
import re
import subprocess
import sys
import tempfile

NAME = re.compile(r"(mrc|zf|mmse)/(fresh|planes|block168|cholesky)/(\d+)x(\d+)/([a-z0-9-]+)/batch:(\d+)"
                  r"(?:/real_time)?(?:/threads:(\d+))?")
LINK = re.compile(r"link/([a-z0-9-]+)/(\d+)x(\d+)(?:/real_time)?")
SUMMARY = ("detector", "mode", "size", "batch", "vectors/s", "GFLOP/s", "% of peak", "x Eigen", "x Armadillo",
           "x OpenBLAS", "x chain")
COLUMNS = ("implementation", "vectors/s", "GFLOP/s", "% of", "bound", "mho is", "p50 us", "p99 us")


def read(paths):
    """(context, rows by name) of several results; of repetitions the median run counts."""
    context, runs = {}, {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            result = json.load(file)
        context = result["context"]
        for row in result["benchmarks"]:
            if row.get("run_type", "iteration") == "iteration":
                runs.setdefault(row["name"], []).append(row)
    return context, {name: middle(rows) for name, rows in runs.items()}


def middle(rows):
    return sorted(rows, key=lambda row: row.get("real_time", 0))[len(rows) // 2]


def groups(rows):
    """{(detector, mode, rx, tx, batch, threads): {implementation: row}} of rows that have figures."""
    found, absent = {}, {}
    for name, row in rows.items():
        match = NAME.fullmatch(name)
        if not match:
            continue
        detector, mode, rx, tx, who, batch, threads = match.groups()
        key = (detector, mode, int(rx), int(tx), int(batch), int(threads or 1))
        if row.get("error_occurred"):
            absent.setdefault((who, row["error_message"]), key)
        else:
            found.setdefault(key, {})[who] = row
    return found, absent


def is_peer(who):
    return not who.startswith("mho") and who != "chain-cuda"


def amount(value):
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.3g}"


def lines_of(members):
    rate = {who: row["problems_per_s"] for who, row in members.items()}
    ours = rate.get("mho")
    peers = [who for who in rate if is_peer(who)]
    best = max(peers, key=rate.get) if peers else None
    for who, row in sorted(members.items(), key=lambda item: (not item[0].startswith("mho"), -rate[item[0]])):
        share = row.get("share_of_peak")
        if who == "mho":
            ratio = f"{ours / rate[best]:.2f}x the best peer" if best else ""
        else:
            ratio = f"{ours / rate[who]:.2f}x" if ours else ""
        yield (who + (" *" if who == best else ""), amount(rate[who]), f"{row['gflops']:.1f}",
               f"{100 * share:.1f}" if share is not None else "-", row.get("label", ""), ratio,
               f"{row['p50_us']:.4g}", f"{row['p99_us']:.4g}")


def print_table(lines, markdown, columns=COLUMNS, texts=(0, 4, 5)):
    lines = [columns, *lines]
    if markdown:
        for i, line in enumerate(lines):
            print("| " + " | ".join(line) + " |")
            if i == 0:
                print("|" + "---|" * len(line))
        return
    widths = [max(len(line[c]) for line in lines) for c in range(len(columns))]
    for line in lines:
        print("  " + "  ".join(text.ljust(width) if c in texts else text.rjust(width)
                               for c, (text, width) in enumerate(zip(line, widths))).rstrip())


LEGEND = """
vectors/s: received vectors detected a second. batch: of problems; the one whose inputs and outputs take half of L2, or the
smallest of whole SIMD vectors where that is more. x: mho's rate over the peer's; Eigen: the best of its four builds;
chain: a GPU library's batched passes, run through OpenBLAS on the CPU. cholesky: factor and solve of tx x tx from G.
Batch of one: mho with the better of its two lane layouts."""


def summary_lines(found, one=False):
    """On one thread: mho against its peers, on the batch that fits L2 or on a single problem."""
    shapes = {}
    for (detector, mode, rx, tx, batch, threads), members in found.items():
        if threads == 1 and "mho" in members:
            shapes.setdefault((detector, mode, rx, tx), {})[batch] = members
    for (detector, mode, rx, tx), batches in shapes.items():
        # Apart from 1 and 12 there is one that fits L2 and one that streams from memory; block168's may be 1 itself.
        others = sorted(b for b in batches if b not in (1, 12))
        fitting = others[0] if others and (len(others) > 1 or 12 not in batches) else min(batches)
        if one and 1 not in batches:
            continue
        members = batches[1 if one else fitting]
        rate = {who: row["problems_per_s"] for who, row in members.items()}
        ours = max((who for who in rate if who.startswith("mho")), key=rate.get) if one else "mho"
        ratios = []
        for family in ("eigen", "armadillo", "openblas", "chain-cpu"):
            rates = [value for who, value in rate.items() if who.startswith(family)]
            ratios.append(f"{rate[ours] / max(rates):.1f}" if rates else "")
        yield (detector, mode, f"{rx}x{tx}", ours if one else str(fitting), amount(rate[ours]),
               f"{members[ours]['gflops']:.1f}", f"{100 * members[ours]['share_of_peak']:.0f}", *ratios)


def print_links(rows, markdown):
    """Whole Monte Carlo links against the program written with Eigen, the faster of its two builds. That one has 128
    antennas only; the rows of other sizes are compared with it, too: what they show is that antennas cost nothing."""
    links = {LINK.fullmatch(name): row for name, row in rows.items() if LINK.fullmatch(name)}
    eigen = max((row["uses_per_s"] for match, row in links.items()
                 if match[1].startswith("eigen") and not row.get("error_occurred")), default=None)
    lines = []
    for match, row in links.items():
        name = f"{match[1]}/{match[2]}x{match[3]}"
        if row.get("error_occurred"):
            lines.append((name, "-", "", "", "", row["error_message"]))
            continue
        lines.append((name, amount(row["uses_per_s"]), f"{row['uses_per_s'] / eigen:.2f}" if eigen else "-",
                      f"{row['ber_zf']:.3g}", f"{row['ber_mmse']:.3g}", row.get("label", "")))
    if lines:
        print("\n### The whole link, one thread\n" if markdown else "\nThe whole link, one thread")
        print_table(lines, markdown, ("link", "uses/s", "x Eigen's", "BER zf", "BER mmse", "at"), (0, 5))


def print_break_even(found):
    """The smallest batch from which problem lanes beat antenna lanes."""
    shapes = {}
    for (detector, mode, rx, tx, batch, threads), members in found.items():
        if threads == 1 and "mho" in members and "mho-antenna" in members:
            faster = members["mho"]["problems_per_s"] >= members["mho-antenna"]["problems_per_s"]
            shapes.setdefault(f"{detector}/{mode}/{rx}x{tx}", []).append((batch, faster))
    if shapes:
        print("\nBreak-even: batches measured, and the first from which mho is not slower than mho-antenna")
    for shape, batches in shapes.items():
        batches.sort()
        first = next((b for i, (b, _) in enumerate(batches) if all(f for _, f in batches[i:])), "none")
        print(f"  {shape}: of {', '.join(str(b) for b, _ in batches)}: {first}")


def print_all(context, rows, markdown, summary):
    for key in ("fma_peak", "fma_peak_of_target", "fma_peak_all_threads", "bandwidth", "bandwidth_all_threads",
                "mho_target", "compiler", "peer_eigen", "peer_armadillo", "peer_openblas", "peer_cuda"):
        if key in context:
            print(f"{key}: {context[key]}  " if markdown else f"{key}: {context[key]}")
    found, absent = groups(rows)
    if summary:
        print()
        print_table(summary_lines(found), markdown, SUMMARY, (0, 1, 2))
        print("\nA batch of one\n")
        print_table(summary_lines(found, one=True), markdown, ("detector", "mode", "size", "lanes") + SUMMARY[4:],
                    (0, 1, 2, 3))
        print(LEGEND)
        print_links(rows, markdown)
        return
    for (detector, mode, rx, tx, batch, threads), members in found.items():
        title = f"{detector}/{mode}/{rx}x{tx}, batch {batch}, " + ("1 thread" if threads == 1 else f"{threads} threads")
        print(f"\n### {title}\n" if markdown else f"\n{title}")
        print_table(lines_of(members), markdown)
    print("\n* the best CPU peer")
    print_break_even(found)
    print_links(rows, markdown)
    others = {name: row for name, row in rows.items() if not NAME.fullmatch(name) and not LINK.fullmatch(name)}
    if others:
        print()
    for name, row in others.items():
        figures = [f"{key} {amount(row[key])}" for key in
                   ("gflops", "gigabytes_per_s", "normals_per_s", "normals_per_100_flops", "uses_per_s", "problems_per_s")
                   if key in row]
        print(f"  {name}: " + (row["error_message"] if row.get("error_occurred") else ", ".join(figures)))
    for (who, why), _ in absent.items():
        print(f"  {who}: no figures: {why}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--summary", action="store_true")
    parser.add_argument("--run", nargs=argparse.REMAINDER, metavar="MHO-BENCH", help="the program and its flags")
    parser.add_argument("results", nargs="*")
    arguments = parser.parse_args()
    if not arguments.results and not arguments.run:
        parser.error("neither a result nor --run")
    if arguments.run:
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            done = subprocess.run([*arguments.run, f"--benchmark_out={file.name}", "--benchmark_out_format=json"],
                                  stdout=subprocess.DEVNULL, check=False)
            if done.returncode != 0:
                sys.exit(done.returncode)
            print_all(*read([file.name]), arguments.markdown, arguments.summary)
    else:
        print_all(*read(arguments.results), arguments.markdown, arguments.summary)


if __name__ == "__main__":
    main()
