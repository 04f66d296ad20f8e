#!/usr/bin/env python3
"""Times tshark without RTMP, with its own RTMP dissector, and with the plugin, one after the other, and prints a table.

The preferences are the defaults. README.md in this folder says what the figures mean.
"""

import argparse
import os
import statistics
import sys
from pathlib import Path

sys.path += [str(Path(__file__).resolve().parents[1] / folder) for folder in ("plugin", "python")]

from compare import BUILD, measure  # noqa: E402
from wireshark import Tshark  # noqa: E402

MODES = {"one pass": [], "two passes": ["-2"], "tree": ["-V"],
         "fields": ["-T", "fields", "-e", "frame.number", "-e", "_ws.col.Info"]}
DISABLED, BUILT_IN, PLUGIN = "RTMP disabled", "built-in", "plugin"


def series_of(plugin):
    """The version of Wireshark that the plugin's build is for, from CMake."""
    cache = (plugin.parents[1] / "CMakeCache.txt").read_text()
    return cache.split("RTMPSCOPE_WIRESHARK_SERIES:INTERNAL=")[1].split("\n")[0]


def compare(capture, modes, bare, own, options):
    """{(mode, who): [run]}"""
    runs = {}
    for repetition in range(options.repetitions):
        for mode in modes:
            for who, tshark, arguments in (
                (DISABLED, bare, ["--disable-protocol", "rtmpt"]),
                (BUILT_IN, bare, []),
                (PLUGIN, own, []),
            ):
                command = [*tshark.user, "tshark", "-n", "-r", capture, *MODES[mode], *arguments]
                if sys.stderr.isatty():
                    print(f"\r\033[K{repetition + 1}/{options.repetitions} {mode} {who}", end="\r", file=sys.stderr)
                run = measure(command, options.timeout, env=tshark.environment, cwd=tshark.root)
                runs.setdefault((mode, who), []).append(run)
    return runs


def print_table(capture, modes, runs):
    print(f"\n{capture.name}, {capture.stat().st_size / (1 << 20):.0f} MiB")
    print(f"{'':28}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}{'CPU / built-in':>16}{'memory / built-in':>19}")
    for mode in modes:
        cpu = {who: statistics.median(run.cpu for run in runs[mode, who]) for who in (DISABLED, BUILT_IN, PLUGIN)}
        peak = {who: max(run.peak for run in runs[mode, who]) for who in cpu}
        for who in cpu:
            wall = statistics.median(run.wall for run in runs[mode, who])
            row = f"{mode + ', ' + who:28}{wall:9.2f}{cpu[who]:9.2f}{peak[who]:10.0f}"
            if who == PLUGIN:
                added = (peak[PLUGIN] - peak[DISABLED]) / (peak[BUILT_IN] - peak[DISABLED])
                row += f"{cpu[PLUGIN] / cpu[BUILT_IN]:16.2f}{added:19.2f}"
            failure = next((run.failure for run in runs[mode, who] if run.failure), "")
            print(f"{row}  {failure}".rstrip(), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("capture", type=Path, nargs="+", help="readable for everybody if this is run by root")
    parser.add_argument("--plugin", type=Path, default=BUILD / "dissector-plugin/rtmpscope.so", metavar="FILE")
    parser.add_argument("--series", help="version of Wireshark, such as 4.0; default: what the plugin was built for")
    parser.add_argument("--mode", choices=MODES, action="append", help="only this one (may be repeated)")
    parser.add_argument("--repetitions", type=int, default=1, help="default 1; times: medians, memory: maximum")
    parser.add_argument("--timeout", type=float, default=3600, metavar="SECONDS", help="for each run (default 3600)")
    options = parser.parse_args()
    modes = options.mode or list(MODES)
    with Tshark() as bare, Tshark(options.plugin, options.series or series_of(options.plugin)) as own:
        for capture in options.capture:
            with open(capture, "rb") as file:  # into the page cache
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)
            print_table(capture, modes, compare(capture.resolve(), modes, bare, own, options))


if __name__ == "__main__":
    main()
