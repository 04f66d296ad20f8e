#!/usr/bin/env python3
"""What the judgement costs: instructions and memory of `analyze --summary`, with it and with --no-analysis.

    tests/bench/analysis_cost.py PROGRAM CAPTURE [--before PROGRAM]

Instructions are of user space, counted by valgrind (callgrind), which takes 50 times as long. Memory is the highest
resident size without pages of files, and what that is for each connection that the capture has at the same time: use
one that has many (many_mtu.pcap of make_captures.py). --before is another program to compare with.
"""

import argparse
import json
import re
import subprocess
import time
from pathlib import Path

COLLECTED = re.compile(r"Collected : (\d+)")


def command(program, capture):
    return [str(program), "analyze", "-j", "1", "--summary", str(capture)]


def million_instructions(words):
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    counted = subprocess.run([*valgrind, *words], capture_output=True, text=True, check=True)
    return int(COLLECTED.search(counted.stderr)[1]) / 1e6


def own_memory(words):
    """KiB, sampled."""
    most = 0
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as process:
        status = Path(f"/proc/{process.pid}/status")
        while process.poll() is None:
            values = dict(re.findall(r"^(RssAnon|RssShmem):\s+(\d+)", status.read_text(), re.MULTILINE))
            most = max(most, sum(map(int, values.values())))
            time.sleep(0.002)
    return most


def most_at_once(program, capture):
    """Connections that are open at the same time."""
    words = [str(program), "analyze", "--no-analysis", "--only", "connection_open,connection_close"]
    lines = subprocess.run([*words, "--format", "ndjson", str(capture)], capture_output=True, check=False).stdout
    number = most = 0
    for line in lines.splitlines():
        kind = json.loads(line)["event"]
        number += (kind == "connection_open") - (kind == "connection_close")
        most = max(most, number)
    return most


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("capture", type=Path)
    parser.add_argument("--before", type=Path)
    options = parser.parse_args()
    judged = command(options.program, options.capture)
    plain = [*judged, "--no-analysis"]
    without, with_it = million_instructions(plain), million_instructions(judged)
    print(f"million instructions: without {without:.0f}, with {with_it:.0f}: {with_it / without:.2f} times")
    if options.before:
        before = million_instructions(command(options.before, options.capture))
        print(f"before {before:.0f}: without {without / before:.3f} times, with {with_it / before:.2f} times")
    connections = most_at_once(options.program, options.capture)
    lean, fat = own_memory(plain), own_memory(judged)
    each = (fat - lean) / max(connections, 1)
    print(f"memory {lean / 1024:.1f} MiB without, {fat / 1024:.1f} with")
    print(f"{connections} connections at once: {each:.1f} KiB each")


if __name__ == "__main__":
    main()
