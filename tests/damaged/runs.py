"""One capture's damaged versions: made, given to the program, judged."""

import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from conversations import Capture, write
from damage import CERTAIN, DAMAGES, MIDSTREAM, MIDSTREAM_OTHER_PORT, cut_start, on_other_ports, random_starts
from judge import Judge, Verdict
from layers import endpoint
from midstream import judge_start
from intact_truth import Truth, parse

# The names that the fixed seeds were made of: with others every figure of docs/damaged-captures.md would change.
SEEDED_AS = {"gaps": "holes", "one gap": "one hole"}
MEASURE = Path(__file__).with_name("measure.py")
MIDSTREAMS = (MIDSTREAM, MIDSTREAM_OTHER_PORT)
ANALYZE = ("analyze", "--format", "ndjson", "--jobs", "1")


class Failure(Exception):
    """The program ended as it should not."""


def analyze(program, path, *options):
    """(events, processor seconds, peak memory in bytes)"""
    output, seconds, memory = measured([program, *ANALYZE, *options, str(path)])
    return parse(output), seconds, memory


def measured(command, good=(0, 1), **options):
    """(output, processor seconds, peak memory in bytes); Failure if the exit code is none of the good ones."""
    usage, usage_end = os.pipe()
    with tempfile.TemporaryFile() as errors:
        measure = [sys.executable, "-I", "-S", MEASURE, str(usage_end), *map(str, command)]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": errors, "pass_fds": (usage_end,)}
        result = subprocess.run(measure, check=False, **pipes, **options)
        os.close(usage_end)
        if result.returncode not in good:
            errors.seek(0)
            raise Failure(f"exit code {result.returncode}: {errors.read(500).decode(errors='replace')}")
        seconds, memory = json.loads(os.read(usage, 200))
    os.close(usage)
    return result.stdout, seconds, memory


class Subject:
    """A capture, its truth, and what the program needs for it while it is intact."""

    def __init__(self, program, path):
        self.program, self.path = str(program), Path(path)
        self.capture = Capture(path)
        events, self.seconds, self.memory = analyze(self.program, self.path, "--chunks")
        self.truth = Truth(self.capture, events)
        self.scratch = tempfile.TemporaryDirectory()

    @property
    def messages(self):
        return sum(len(stream.messages) for stream in self.truth.streams.values())

    @property
    def known_streams(self):
        return sorted(key for key, stream in self.truth.streams.items() if stream.messages)

    def chunk_sizes(self):
        """Those that long messages were cut into."""
        return sorted({
            stream.chunk_size_at(message.position)
            for stream in self.truth.streams.values()
            for message in stream.messages.values()
            if message.is_media
        })  # fmt: skip

    def run(self, damaged, judge=None):
        """A Verdict, with "microseconds", "memory" (the most) and "bytes" (of packets) among its counts."""
        path = Path(self.scratch.name) / "damaged.pcapng"
        write(path, damaged)
        try:
            events, seconds, memory = analyze(self.program, path)
        except Failure as failure:
            verdict = Verdict()
            verdict.note("failed", str(failure))
            return verdict, 0
        verdict = judge(events) if judge else Judge(self.capture, self.truth, damaged, events).judge()
        verdict.counts["runs"] += 1
        verdict.counts["microseconds"] += round(seconds * 1e6)
        verdict.counts["bytes"] += sum(len(entry.packet.data) for entry in damaged)
        return verdict, memory

    def score(self, name, seeds):
        """{"capture", "damage", "counts", "memory", "examples"} over all seeds; for mid-stream a seed is a start."""
        total, most = Verdict(), 0
        for verdict, memory in self.starts(name, seeds) if name in MIDSTREAMS else self.damages(name, seeds):
            total += verdict
            most = max(most, memory)
        return {
            "capture": self.path.name, "damage": name, "counts": dict(sorted(total.counts.items())), "memory": most,
            "examples": total.examples,
        }  # fmt: skip

    def damages(self, name, seeds):
        for seed in range(1 if name in CERTAIN else seeds):
            damaged = DAMAGES[name](self.capture, generator_for(self.path.name, name, seed))
            if damaged:
                yield named(self.run(damaged), f"seed {seed}")

    def starts(self, name, count):
        generator = generator_for(self.path.name, name, 0)
        for start in random_starts(self.capture, self.known_streams, generator, count):
            damaged = cut_start(self.capture, start)
            written, names = on_other_ports(self.capture, damaged) if name == MIDSTREAM_OTHER_PORT else (damaged, {})

            def judge(events):
                renamed = [with_true_ports(event, names) for event in events]  # noqa: B023
                return judge_start(self.capture, self.truth, damaged, renamed, start)  # noqa: B023

            yield named(self.run(written, judge), f"start {start.conversation}/{start.position}")


def with_true_ports(event, names):
    if event["event"] != "connection_open" or not names:
        return event
    ends = {}
    for side in ("client", "server"):
        address, port = event[side]["address"], event[side]["port"]
        end = endpoint(address, port)
        ends[side] = {"address": address, "port": int.from_bytes(names.get(end, end)[-2:], "big")}
    return event | ends


def named(result, name):
    verdict, memory = result
    verdict.examples = [(count, f"{name}: {text}") for count, text in verdict.examples]
    return verdict, memory


def generator_for(capture, damage, seed):
    return random.Random(f"{capture} {SEEDED_AS.get(damage, damage)} {seed}")
