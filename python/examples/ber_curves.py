"""BER curves of a scenario in a dict, plotted with Matplotlib: ber_curves.py [PICTURE.png]"""

import sys

import matplotlib.pyplot as plt

import mho

result = mho.ber(
    {
        "title": "16x4, 16-QAM",
        "link": {"rx": 16, "tx": 4, "modulation": "16qam", "snr_db": [0, 2, 4, 6, 8]},
        "stop": {"bit_errors": 200, "min_bits": 100_000, "max_bits": 1_000_000},
        "detector": [
            {"name": "mmse", "label": "MMSE, FP32"},
            {"name": "analog-mmse", "label": "analogue MMSE", "accelerator": "paper", "cycles": [1, 2, 3]},
        ],
    },
    seed=1,
)

figure, axes = plt.subplots()
for curve in result:
    bars = [curve.ber - curve.ber_low, curve.ber_high - curve.ber]
    axes.errorbar(curve.snr_db, curve.ber, bars, label=curve.label, capsize=3)
axes.set(yscale="log", xlabel=f"SNR in dB, {result.snr_definition}", ylabel="bit error rate")
axes.set_title(result.scenario["title"])
axes.grid(which="both", alpha=0.3)
axes.legend()
if len(sys.argv) > 1:
    figure.savefig(sys.argv[1])
else:
    plt.show()
