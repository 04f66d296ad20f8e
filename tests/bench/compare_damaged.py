#!/usr/bin/env python3
"""Says what damage costs: runs rtmpscope over captures of the benchmark and over damaged versions of them.

    compare_damaged.py CAPTURE… [--scratch DIRECTORY] [--repetitions N] [--rtmpscope PROGRAM]

README.md in this folder says what the figures mean.
"""

import argparse
import random
import statistics
import struct
import sys
import tempfile
from pathlib import Path

from compare import BUILD, measure

FILE_HEADER, RECORD_HEADER = 24, 16
IP = 14  # offset of the IPv4 header in a frame
LOST = (0.001, 0.01, 0.05, 0.2)
CUT = 10  # packets of each connection
FORMATS = (("--summary", ["--summary"]), ("ndjson", ["--format", "ndjson"]))
GOAL = 0.5


def records(file):
    """(record header, frame) of each packet of a little-endian pcap."""
    while len(header := file.read(RECORD_HEADER)) == RECORD_HEADER:
        yield header, file.read(struct.unpack_from("<I", header, 8)[0])


def connection(frame):
    """Both ends, in any order."""
    tcp = IP + (frame[IP] & 15) * 4
    ends = frame[IP + 12 : IP + 16] + frame[tcp : tcp + 2], frame[IP + 16 : IP + 20] + frame[tcp + 2 : tcp + 4]
    return frozenset(ends)


def lose(rate):
    generator = random.Random(f"{rate}")
    return lambda _: generator.random() >= rate


def cut_starts():
    """Every connection begins in mid-stream."""
    seen = {}

    def kept(frame):
        key = connection(frame)
        seen[key] = seen.get(key, 0) + 1
        return seen[key] > CUT

    return kept


def damages():
    yield "intact", lambda _: True
    for rate in LOST:
        yield f"{rate * 100:g} % of the packets lost", lose(rate)
    yield f"first {CUT} packets of each connection cut", cut_starts()


def write_damaged(capture, kept, path):
    """How many packets are left."""
    count = 0
    with open(capture, "rb") as source, open(path, "wb") as target:
        target.write(source.read(FILE_HEADER))
        for header, frame in records(source):
            if kept(frame):
                count += 1
                target.write(header)
                target.write(frame)
    return count


def compare(capture, options):
    """{(format, damage): processor seconds of each run}, and {damage: (bytes, packets)} that are left."""
    costs, sizes = {}, {}
    with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
        paths = {}
        for number, (name, kept) in enumerate(damages()):
            paths[name] = Path(scratch) / f"{number}.pcap"
            packets = write_damaged(capture, kept, paths[name])
            sizes[name] = paths[name].stat().st_size, packets
        for _ in range(options.repetitions):
            for form, arguments in FORMATS:
                for name, path in paths.items():
                    command = [options.rtmpscope, "analyze", "--no-progress", "--jobs", "1", *arguments, path]
                    run = measure(command, options.timeout)
                    if run.failure:
                        sys.exit(f"{capture.name}, {name}: {run.failure}")
                    costs.setdefault((form, name), []).append(run.cpu)
    return costs, sizes


def print_table(capture, costs, sizes):
    print(f"\n{capture.name}, {capture.stat().st_size / (1 << 20):.0f} MiB")
    print(f"{'':56}{'CPU s a GB':>12}{'us a packet':>13}{'bytes':>8}{'packets':>9}")
    for (form, name), values in costs.items():
        cost, intact = statistics.median(values), statistics.median(costs[form, "intact"])
        shares = [left / cost / (whole / intact) for left, whole in zip(sizes[name], sizes["intact"], strict=True)]
        size, packets = sizes[name]
        less = "  less than the goal" if max(shares) < GOAL else ""
        print(
            f"{form + ', ' + name:56}{cost / size * 1e9:>12.2f}{cost / packets * 1e6:>13.2f}"
            f"{shares[0]:>8.2f}{shares[1]:>9.2f}{less}"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("captures", nargs="+", type=Path, metavar="CAPTURE")
    parser.add_argument("--rtmpscope", type=Path, default=BUILD / "analyzer/app/rtmpscope", metavar="PROGRAM")
    parser.add_argument(
        "--scratch", type=Path, help="where the damaged versions go; they need six times the capture's size"
    )
    parser.add_argument("--repetitions", type=int, default=3, help="default 3; times are medians")
    parser.add_argument("--timeout", type=float, default=600, metavar="SECONDS", help="for each run (default 600)")
    options = parser.parse_args()
    for capture in options.captures:
        print_table(capture, *compare(capture, options))


if __name__ == "__main__":
    main()
