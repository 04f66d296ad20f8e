"""Hostile captures cost no more than their size: memory, output and operations are bounded, and limits are told.

    hostile_test.py PROGRAM memory|operations|crowds|carriers|keys

memory: large captures with little address space. operations: instructions, counted by cachegrind, not time; they must
grow no faster than the input, and be few for large frames. crowds: what many connections hold together, and the healthy
one behind them. carriers: memory and operations for what carries RTMP. keys: the same for key logs.
"""

import gzip
import json
import random
import re
import struct
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
from hostile_carriers import CARRIERS
from hostile_crowds import CROWDS, HEALTHY
from known_open import unexpected
from program import SAMPLES
from runs import ANALYZE, Failure, generator_for, measured

sys.path.append(str(SAMPLES.parent / "tests/bench"))
import make_captures  # noqa: E402

MEBIBYTE = 1 << 20
MADE = {**HOSTILE, **CROWDS, **CARRIERS}
# Kilobytes: 150,000 connections, 65,000 messages, and more bytes than may wait for earlier ones.
LARGE = {"half_open": 11_000, "open_messages": 40_000, "out_of_order": 12_000, "descending": 12_000}
LARGE_OTHERWISE = 6_000
ADDRESS_SPACE = 768 * MEBIBYTE
MOST_MEMORY = 192 * MEBIBYTE
MOST_OUTPUT = 6  # bytes a byte of input; an AMF3 reference of two bytes is printed as an object of 24
MOST_EVENTS = 4  # a packet
FEW_EVENTS, LITTLE_OUTPUT = 100, 100_000  # that every run may have
# More of both, where long segments are full of messages of a byte or none: each is an event.
TINY_MESSAGES = {"lost_again": (230, 10)}
# What must be said of limits that are reached.
SAID = {
    "out_of_order": "buffer_limit", "descending": "buffer_limit", "open_messages": "retained_bytes_limit",
    "rtmfp_hellos": "rtmfp_hellos_left_out", "lonely_fragments": "incomplete_datagrams", "clock_set": "clock_jumps",
    "half_open_from_one": "half_open_pushed_out",
    "amf0_bombs": "amf_depth_limit", "amf3_bombs": "amf_expansion_limit",
}  # fmt: skip

# And what the last line of the text says.
SAID_AT_LAST = {
    "half_open_from_one": "connections without payload forgotten, as there were too many",
    "lonely_fragments": "incomplete IP datagrams", "clock_set": "jumps of the clock",
    "rtmfp_hellos": "RTMFP hellos left out",
    "open_bodies": "messages in progress shortened to save memory",
}  # fmt: skip

# Many connections: kilobytes, bytes of output a byte of input, and what must be said.
CROWD_SIZE = {"open_bodies": 300_000, "closed_bodies": 90_000, "open_chunk_streams": 25_000, "open_searches": 300_000,
              "waiting_searches": 150_000, "pending_text": 30_000, "unanswered": 3_000}  # fmt: skip
CROWD_SAID = {
    "open_bodies": ("retained_bytes_limit", "memory_scarce"), "open_chunk_streams": ("memory_scarce",),
    "waiting_searches": ("memory_scarce",),
    "unanswered": ("requests_forgotten", "message_streams_not_listed"),
}  # fmt: skip
CROWD_MEMORY = 256 * MEBIBYTE
MOST_OF_A_JUDGED_CONNECTION = 16 * 1024  # bytes, what the judge remembers of one without media
MOST_MEMORY_OF_ALL = 600 * MEBIBYTE  # whatever the input
LITTLE_ADDRESS_SPACE, OUT_OF_MEMORY = 240 * MEBIBYTE, 6  # the exit code
MILLION_HALF_OPEN = 71_500  # kilobytes
SUMMARY = ("analyze", "--summary", "--jobs", "1")
MOST_SUMMARY_INSTRUCTIONS = 300  # a byte of the file
MOST_JUDGED_INSTRUCTIONS = 1500  # messages without a byte: 1440 of them cost, most others 100 to 300
# What is above it so far, and may only fall. Messages of five bytes: 290 to 520 a byte, as many of them are found.
MORE_SUMMARY_INSTRUCTIONS = {"lost_again": 320}

SIZES = (200, 400, 800)  # kilobytes
# Where the share of messages that are found differs from size to size, growth shows over a wider range only.
WIDER_SIZES = {"lost_again": (100, 400, 6400)}
MOST_INSTRUCTIONS = 1500  # a byte of the file
MOST_GROWTH, FREE_GROWTH = 1.5, 50  # of the instructions a byte, when the size is doubled; instructions
KEYED, KEY_LINE, LARGE_KEY_LOG = "rtmps_no_keys.pcap", 172, 100_000_000  # sample, characters of a line, of a log
MOST_KEY_MEMORY, MOST_KEY_INSTRUCTIONS = 256 * MEBIBYTE, 100
DAMAGED = ("pubplay_ffmpeg_nginx.pcap", "pub_gst_librtmp_nginx.pcap", "srs_avc_aac.pcap")
PUBLISHED = "pub_ffmpeg_nginx_avc_aac.pcap"
MOST_OF_LARGE_FRAMES = 0.5  # instructions a byte: a copy takes one, as valgrind counts it
MOST_OF_DAMAGED = 2  # times what a byte of the intact capture takes


def check_memory(name, program, scratch):
    path = scratch / f"{name}.pcap"
    MADE[name](LARGE.get(name, LARGE_OTHERWISE), path)
    size, packets = path.stat().st_size, packets_in(path)
    try:
        output, _, memory = measured(["/usr/bin/prlimit", f"--as={ADDRESS_SPACE}", program, *ANALYZE, path])
    except Failure as failure:
        return [f"{name}: {failure}"]
    else:
        wrong = last_line(name, program, path)
    finally:
        path.unlink()
    events = output.count(b"\n")
    said = f"{events} events, {len(output)} bytes, {memory // MEBIBYTE} MiB"
    print(f"{name}: {size} bytes, {packets} packets: {said}", flush=True)
    if memory > MOST_MEMORY:
        wrong.append(f"{name}: {memory} bytes of memory")
    most_events, most_output = TINY_MESSAGES.get(name, (MOST_EVENTS, MOST_OUTPUT))
    if events > FEW_EVENTS + most_events * packets:
        wrong.append(f"{name}, events: {events} of {packets} packets")
    if len(output) > LITTLE_OUTPUT + most_output * size:
        wrong.append(f"{name}: {len(output)} bytes of {size} bytes")
    if name in SAID and f'"{SAID[name]}"'.encode() not in output:
        wrong.append(f"{name}: {SAID[name]} is not said")
    return wrong


def packets_in(path):
    contents = path.read_bytes()
    is_pcapng = contents.startswith(struct.pack("<I", capture_file.SECTION_HEADER))
    return sum(1 for _ in (capture_file.read_pcapng if is_pcapng else capture_file.read_pcap)(contents))


def connections_in(program, path):
    options = ("--no-analysis", "--format", "ndjson", "--only", "connection_open")
    output, _, _ = measured([program, "analyze", *options, path])
    return output.count(b'"event":"connection_open"')


def last_line(name, program, path):
    if name not in SAID_AT_LAST:
        return []
    output, _, _ = measured([program, *SUMMARY, path])
    line = output.decode().splitlines()[-1]
    return [] if SAID_AT_LAST[name] in line else [f"{name}: the last line is {line}"]


def check_crowd(name, program, scratch):
    """In each format: memory stays bounded, the healthy connection is decoded, and limits are told."""
    path, wrong = scratch / f"{name}.pcap.gz", []  # what is mapped from a file would count as memory
    CROWDS[name](CROWD_SIZE[name], scratch / name)
    path.write_bytes(gzip.compress((scratch / name).read_bytes(), 1))
    connections = connections_in(program, scratch / name)
    (scratch / name).unlink()
    for output_format in ("summary", "text", "ndjson"):
        options = ("--summary",) if output_format == "summary" else ("--format", output_format)
        try:
            output, _, memory = measured([program, "analyze", *options, "--jobs", "1", path])
        except Failure as failure:
            wrong.append(f"{name}, {output_format}: {failure}")
            continue
        print(f"{name}, {output_format}: {len(output)} bytes, {memory // MEBIBYTE} MiB", flush=True)
        if memory > min(CROWD_MEMORY + connections * MOST_OF_A_JUDGED_CONNECTION, MOST_MEMORY_OF_ALL):
            wrong.append(f"{name}, {output_format}: {memory} bytes of memory")
        if output_format != "ndjson":
            continue
        wrong += last_line(name, program, path)
        decoded = output.count(b'"type":"video"')
        if decoded != HEALTHY:
            wrong.append(f"{name}: {decoded} messages of the healthy connection")
        wrong += [f"{name}: {said} is not said" for said in CROWD_SAID.get(name, ()) if said.encode() not in output]
    path.unlink()
    return wrong


def check_out_of_memory(name, program, scratch):
    """With too little address space for one event, what came before it is printed, and the exit code says so."""
    path = scratch / f"{name}_memory.pcap"
    CROWDS[name](CROWD_SIZE[name], path)
    command = ["/usr/bin/prlimit", f"--as={LITTLE_ADDRESS_SPACE}", program, *ANALYZE, path]
    result = subprocess.run(command, capture_output=True, check=False)
    path.unlink()
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    kinds = [line["event"] for line in lines]
    told = bool(lines) and lines[-1].get("fault", {}).get("text", "").startswith("out of memory at packet ")
    if result.returncode == OUT_OF_MEMORY and told and kinds[-1] == "capture_end" and kinds.count("message") > 4:
        return []
    return [f"{name}, out of memory: exit code {result.returncode}, {len(lines)} lines, {result.stderr[:200]!r}"]


def check_million(name, program, scratch):
    path = scratch / f"{name}.pcap"
    HOSTILE[name](MILLION_HALF_OPEN, path)
    _, _, memory = measured([program, *SUMMARY, path])
    path.unlink()
    print(f"{name}, a million: {memory // MEBIBYTE} MiB", flush=True)
    return [f"{name}, a million: {memory} bytes of memory"] if memory > MOST_MEMORY_OF_ALL else []


def check_summary(name, program, scratch):
    """The output costs nothing then. With the judge each event is a record besides."""
    path, wrong = scratch / f"{name}_summary.pcap", []
    MADE[name](SIZES[1], path)
    most = MORE_SUMMARY_INSTRUCTIONS.get(name, MOST_SUMMARY_INSTRUCTIONS)
    for what, options, limit in (("decoded", ("--no-analysis",), most), ("judged", (), MOST_JUDGED_INSTRUCTIONS)):
        cost = instructions(program, path, (*SUMMARY, *options)) / path.stat().st_size
        said = f"{name}, summary, {what}: {cost:.0f} instructions a byte"
        print(said, flush=True)
        if cost > limit:
            wrong.append(said)
    path.unlink()
    return wrong


def instructions(program, path, options=ANALYZE):
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    command = [*command, program, *options, "-o", "/dev/null", path]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(re.search(r"I +refs: +([\d,]+)", result.stderr)[1].replace(",", ""))


def check_operations(name, program, scratch):
    counted = []
    for size in WIDER_SIZES.get(name, SIZES):
        path = scratch / f"{name}_{size}.pcap"
        MADE[name](size, path)
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


def check_large_frames(name, program, scratch):
    """Of an intact stream of large frames in large packets the payload is not touched."""
    file_header, opening = make_captures.read_capture(SAMPLES / name)
    counted = []
    for megabytes in (8, 16):
        path = scratch / f"frames_{megabytes}.pcap"
        session = make_captures.high_bit_rate_session(opening, megabytes * 1_000_000)
        make_captures.write_copies(path, file_header, session, copies=1, stagger=1000)
        counted.append((path.stat().st_size, instructions(program, path)))
        path.unlink()
    (smaller, of_smaller), (larger, of_larger) = counted
    cost = (of_larger - of_smaller) / (larger - smaller)
    print(f"large frames: {cost:.2f} instructions a byte", flush=True)
    return [f"large frames: {cost:.2f} instructions a byte"] if cost > MOST_OF_LARGE_FRAMES else []


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


def key_log(path, size):
    """Half of the lines are secrets of a session each, the others of no use, and one is longer than any line may be."""
    generator = random.Random(2012)
    with open(path, "w") as file:
        for n in range(size // KEY_LINE):
            digits = generator.randbytes(80).hex()
            kind = ("CLIENT_RANDOM", "CLIENT_TRAFFIC_SECRET_0", "UNKNOWN", "#")[n % 4]
            file.write(f"{kind} {digits[:64]} {digits[64:]}\n")
        file.write("CLIENT_RANDOM " + "0" * MEBIBYTE + "\n")


def check_key_log(name, program, scratch):
    """A key log of 100 MB is read once, and no more is kept than the limits allow."""
    path, capture, wrong = scratch / name, SAMPLES / KEYED, []
    key_log(path, LARGE_KEY_LOG)
    _, _, memory = measured([program, *SUMMARY, "--keys", path, capture])
    print(f"{name}: {path.stat().st_size} bytes, {memory // MEBIBYTE} MiB", flush=True)
    if memory > MOST_KEY_MEMORY:
        wrong.append(f"{name}: {memory} bytes of memory")
    counted = []
    for size in SIZES:
        key_log(path, size * 1000)
        counted.append((path.stat().st_size, instructions(program, capture, (*SUMMARY, "--keys", path))))
    first, last = ((after[1] - before[1]) / (after[0] - before[0]) for before, after in zip(counted, counted[1:]))
    path.unlink()
    print(f"{name}: {first:.0f}, {last:.0f} instructions a byte", flush=True)
    if last > min(MOST_KEY_INSTRUCTIONS, first * MOST_GROWTH + FREE_GROWTH):
        wrong.append(f"{name}, instructions: {first:.0f} a byte become {last:.0f}")
    return wrong


CHECKS = {
    "memory": [(check_memory, HOSTILE)],
    "operations": [(check_operations, HOSTILE), (check_damaged, DAMAGED), (check_summary, (*HOSTILE, *CROWDS)),
                   (check_large_frames, (PUBLISHED,))],
    "carriers": [(check_memory, CARRIERS), (check_operations, CARRIERS)],
    "keys": [(check_key_log, ("key_log",))],
    "crowds": [(check_crowd, CROWDS), (check_million, ("half_open",)), (check_out_of_memory, ("closed_bodies",))],
}


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
