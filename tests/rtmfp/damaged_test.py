"""RTMFP captures with lost, repeated and reordered datagrams give what is there, and nothing else: damaged_test.py
PROGRAM RTMFP_MESSAGES

The truth is the slow reading of the same damaged capture: every message whose fragments are all there, and no other.
The startup of sessions stays: without it there are no keys.
"""

import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

import packets
import reference_rtmfp
from program import SAMPLES
from reference_test import difference, in_order, key_file, truth, whole_messages

SEEDS = (1, 2, 3)


def damage(capture, change):
    """`change` gets the packets behind each startup; startup packets stay where they are."""
    startup = {d.frame for d in reference_rtmfp.datagrams(capture) if reference_rtmfp.startup_chunks(d.payload)}
    result, run = [], []
    for frame, packet in enumerate(capture, 1):
        if frame in startup:
            result += [*change(run), packet]
            run = []
        else:
            run.append(packet)
    return result + change(run)


def lossy(rate):
    return lambda run, generator: [packet for packet in run if generator.random() >= rate]


def repeated(run, generator):
    return [packet for packet in run for _ in range(1 + (generator.random() < 0.2))]


def reordered(run, generator):
    """Each packet up to three places away; times stay."""
    places = sorted(range(len(run)), key=lambda place: place + generator.random() * 3)
    return [packets.Packet(one.time, other.link_type, other.data, other.original_length)
            for one, other in zip(run, map(run.__getitem__, places))]


def all_at_once(run, generator):
    return reordered(repeated(lossy(0.05)(run, generator), generator), generator)


DAMAGES = {"1 % lost": lossy(0.01), "5 % lost": lossy(0.05), "30 % lost": lossy(0.3), "repeated": repeated,
           "reordered": reordered, "all at once": all_at_once}  # fmt: skip


def check(dump, sample, name, seed, scratch):
    generator = random.Random(f"{sample.name} {name} {seed}")
    damaged = damage(packets.read(sample), lambda run: DAMAGES[name](run, generator))
    path = scratch / sample.name
    packets.write_pcap(path, damaged)
    path.with_suffix(".keys").write_text(key_file(sample).read_text())
    expected, found = list(truth(path)), list(whole_messages(dump, path))
    assert in_order(found)
    if Counter(found) == Counter(expected):
        return []
    return [f"{sample.name}, {name}, {seed}: {difference(found, expected)}"]


def main():
    dump, samples = sys.argv[2], sorted(SAMPLES.glob("rtmfp_*.pcap"))
    with tempfile.TemporaryDirectory() as scratch:
        wrong = [
            line
            for sample in samples
            for name in DAMAGES
            for seed in SEEDS
            for line in check(dump, sample, name, seed, Path(scratch))
        ]
    print(*wrong, f"{len(samples) * len(DAMAGES) * len(SEEDS)} captures, {len(wrong)} wrong", sep="\n")
    return 1 if wrong or not samples else 0


if __name__ == "__main__":
    sys.exit(main())
