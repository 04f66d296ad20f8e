#!/usr/bin/env python3
"""What an open RTMP connection costs that is idle: own memory of rtmpscope with a few thousand, and with four times as
many.

The capture comes through a pipe that stays open, so that no connection has ended when memory is looked at.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from compare import BUILD, resident  # noqa: E402
from make_captures import SAMPLES, read_capture, write_copies  # noqa: E402

GOAL = 2048
SAMPLE = "netem_clean_10ms.pcap"  # ffmpeg publishes, and another one plays
STATES = {"connected": 0.2, "publishing or playing": 1.4}  # until so many seconds after the connection's first packet


def settled_size(program, capture):
    """MiB, once the program has read all of the capture."""
    command = [program, "analyze", "--no-progress", "--jobs", "1", "--summary", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        with open(capture, "rb") as file:
            while piece := file.read(1 << 20):
                process.stdin.write(piece)
        process.stdin.flush()
        sizes = [0, 1]
        while sizes[-1] != sizes[-2]:
            time.sleep(0.5)
            sizes.append(resident(process.pid)[1])
        process.kill()
        return sizes[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rtmpscope", type=Path, default=BUILD / "analyzer/app/rtmpscope")
    parser.add_argument("--scratch", type=Path, default=Path(tempfile.gettempdir()))
    options = parser.parse_args()
    header, packets = read_capture(SAMPLES / SAMPLE)
    begun = {}
    for packet in packets:
        begun.setdefault(frozenset((packet.source, packet.destination)), packet.time)
    for state, seconds in STATES.items():
        beginnings = [
            packet
            for packet in packets
            if packet.time < begun[frozenset((packet.source, packet.destination))] + seconds * 1_000_000
        ]
        sizes = []
        for copies in (2500, 10_000):
            with tempfile.NamedTemporaryFile(dir=options.scratch) as capture:
                write_copies(capture.name, header, beginnings, copies, 50)
                sizes.append((copies * len(begun), settled_size(options.rtmpscope, capture.name)))
        (few, little), (many, much) = sizes
        print(
            f"{state}: {few} connections {little:.1f} MiB, {many} connections {much:.1f} MiB, "
            f"{(much - little) * 2**20 / (many - few):.0f} bytes each (goal {GOAL})"
        )


main()
