"""Hostile captures cost no more than their size: memory, output and operations are bounded, and limits are told.

    hostile_test.py PROGRAM memory|operations

memory: large captures with little address space. operations: instructions, counted by cachegrind, not time; they must
grow no faster than the input.
"""

import re
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from os import cpu_count
from pathlib import Path

import packets as capture_file
from conversations import Capture, write
from damage import DAMAGES
from hostile_captures import HOSTILE
from known_open import unexpected
from program import SAMPLES
from runs import ANALYZE, Failure, generator_for, measured

MEBIBYTE = 1 << 20
LARGE = {"half_open": 11_000, "open_messages": 40_000}  # kilobytes; 150,000 connections and 65,000 messages
LARGE_OTHERWISE = 6_000
ADDRESS_SPACE = 768 * MEBIBYTE
MOST_MEMORY = 192 * MEBIBYTE
MOST_OUTPUT = 6  # bytes a byte of input; an AMF3 reference of two bytes is printed as an object of 24
MOST_EVENTS = 4  # a packet
FEW_EVENTS, LITTLE_OUTPUT = 100, 100_000  # that every run may have
# What must be said of limits that are reached.
SAID = {
    "out_of_order": "buffer_limit", "descending": "buffer_limit", "open_messages": "retained_bytes_limit",
    "amf0_bombs": "amf_depth_limit", "amf3_bombs": "amf_expansion_limit",
}  # fmt: skip

SIZES = (200, 400, 800)  # kilobytes
MOST_INSTRUCTIONS = 1500  # a byte of the file
MOST_GROWTH, FREE_GROWTH = 1.5, 50  # of the instructions a byte, when the size is doubled; instructions
DAMAGED = ("pubplay_ffmpeg_nginx.pcap", "pub_gst_librtmp_nginx.pcap", "srs_avc_aac.pcap")
MOST_OF_DAMAGED = 2  # times what a byte of the intact capture takes


def check_memory(name, program, scratch):
    path = scratch / f"{name}.pcap"
    HOSTILE[name](LARGE.get(name, LARGE_OTHERWISE), path)
    size, packets = path.stat().st_size, len(capture_file.read(path))
    try:
        output, _, memory = measured(["/usr/bin/prlimit", f"--as={ADDRESS_SPACE}", program, *ANALYZE, path])
    except Failure as failure:
        return [f"{name}: {failure}"]
    finally:
        path.unlink()
    events = output.count(b"\n")
    said = f"{events} events, {len(output)} bytes, {memory // MEBIBYTE} MiB"
    print(f"{name}: {size} bytes, {packets} packets: {said}", flush=True)
    wrong = []
    if memory > MOST_MEMORY:
        wrong.append(f"{name}: {memory} bytes of memory")
    if events > FEW_EVENTS + MOST_EVENTS * packets:
        wrong.append(f"{name}, events: {events} of {packets} packets")
    if len(output) > LITTLE_OUTPUT + MOST_OUTPUT * size:
        wrong.append(f"{name}: {len(output)} bytes of {size} bytes")
    if name in SAID and f'"{SAID[name]}"'.encode() not in output:
        wrong.append(f"{name}: {SAID[name]} is not said")
    return wrong


def instructions(program, path):
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    command = [*command, program, *ANALYZE, "-o", "/dev/null", path]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(re.search(r"I +refs: +([\d,]+)", result.stderr)[1].replace(",", ""))


def check_operations(name, program, scratch):
    counted = []
    for size in SIZES:
        path = scratch / f"{name}_{size}.pcap"
        HOSTILE[name](size, path)
        counted.append((path.stat().st_size, instructions(program, path)))
        path.unlink()
    first, last = (
        (after[1] - before[1]) / (after[0] - before[0]) for before, after in zip(counted, counted[1:])
    )
    print(f"{name}: {first:.0f}, {last:.0f} instructions a byte", flush=True)
    if last > MOST_INSTRUCTIONS:
        return [f"{name}, instructions: {last:.0f} a byte"]
    if last > first * MOST_GROWTH + FREE_GROWTH:
        return [f"{name}, growth: {first:.0f} instructions a byte become {last:.0f}"]
    return []


def check_damaged(name, program, scratch):
    """Damage makes a capture no more than twice as dear, byte for byte."""
    capture = Capture(SAMPLES / name)
    empty = scratch / f"{name}_empty.pcapng"
    write(empty, capture.intact()[:1])
    start = instructions(program, empty)
    costs = {}
    for damage in ("none", "loss_1", "loss_5", "loss_20"):
        path = scratch / f"{name}_{damage}.pcapng"
        write(path, DAMAGES[damage](capture, generator_for(name, damage, 0)))
        costs[damage] = (instructions(program, path) - start) / path.stat().st_size
    print(f"{name}:", *(f"{damage} {cost:.1f}" for damage, cost in costs.items()), "instructions a byte", flush=True)
    return [
        f"{name}, instructions of {damage}: {cost:.1f} a byte, intact {costs['none']:.1f}"
        for damage, cost in costs.items()
        if cost > MOST_OF_DAMAGED * costs["none"]
    ]


CHECKS = {"memory": [(check_memory, HOSTILE)], "operations": [(check_operations, HOSTILE), (check_damaged, DAMAGED)]}


def main():
    program, counts, complaints = sys.argv[1], Counter(), []
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(cpu_count()) as pool:
        for check, names in CHECKS[sys.argv[2]]:
            for lines in pool.map(partial(check, program=program, scratch=Path(scratch)), names):
                complaints += lines
                counts["captures"] += 1
    own = "events" if sys.argv[2] == "memory" else "instructions"
    wrong = list(unexpected(complaints, lambda known: known.partition(", ")[2].startswith(own)))
    print(*wrong, f"{counts['captures']} captures, {len(wrong)} complaints", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
