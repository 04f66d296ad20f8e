#!/usr/bin/python3
"""Writes docs/damaged-captures.md: what is found of damaged captures.

    damage_report.py --program PATH [--captures DIRECTORY] [--seeds N] [--starts N] [--scores FILE] [--output FILE]

--scores keeps the counts; with a file that is there already, nothing is run again.
"""

import argparse
import json
import sys
from collections import Counter
from os import cpu_count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))

from carried_test import rows as carried_rows  # noqa: E402
from damage import DAMAGES, MIDSTREAM, MIDSTREAM_OTHER_PORT  # noqa: E402
from program import SAMPLES  # noqa: E402
from runs import MIDSTREAMS, Subject  # noqa: E402
from sender_faults_test import measure, rows  # noqa: E402
from score import added, captures_in, phantoms, ratio, run, wrong_fields  # noqa: E402

OUTPUT = SAMPLES.parent / "docs" / "damaged-captures.md"
WORDS = {
    "none": "intact", "burst": "a burst of 100 packets for each 1,000", "one_way_to_server": "client's packets alone",
    "one_way_to_client": "server's packets alone", "twice": "every packet twice", "delayed": "1 % of the packets come 4 s late",
    "clock_steps": "the clock is set three times by a minute", "gaps": "five gaps of 1 to 300 bytes a direction",
    MIDSTREAM: "begins at a random byte", MIDSTREAM_OTHER_PORT: "the same, on a port where RTMP is not expected",
}  # fmt: skip
BY_CAPTURE = ("loss_0.1", "loss_1", "loss_5", "loss_20", "burst", "snap_128", "gaps")

SENDER_RUNS = 32  # of each sample and fault: 2,000 in all, as not every sample can have each fault
SENDER_TITLES = ("fault", "runs", "at most two lost", "lost", "phantoms", "wrong", "size not told")
SENDERS = """
## Senders that break the rules

No byte is missing here: a sender says once what is not so, at a random place of 20 samples (`sender_faults_test.py`). **Lost**
are messages that are healthy themselves, in all runs together; **phantoms** and **wrong** as above, incomplete messages
included; **size not told**: runs without `chunk_size_not_obeyed` although a message is split in another way than announced.
"""

CARRIED_SEEDS = 50
CARRIED_TITLES = ("carrier", "packets lost", "runs", "messages that are there", "recall", "phantoms", "wrong timestamps")
CARRIED = """
## RTMP in TLS, HTTP and RTMPE

The samples that have keys, {seeds} times each (`carried_test.py`). A message is there if all bytes of the carrier that it is
made of are captured, and so is what its session's keys depend on: the opening of TLS, the public keys of RTMPE. Heads of HTTP
may be missing. RTMFP has a test of its own (`tests/rtmfp/damaged_test.py`): every message whose fragments are there is found.
"""

HEAD = """# Damaged captures

How much is found of a capture of which parts are missing, and whether anything is invented. The page is written by

    tests/damaged/damage_report.py --program build/run/analyzer/app/rtmpscope --captures {captures} --seeds {seeds} --starts {starts}

## How it is measured

A capture of real software is damaged, and the program's output is compared with what it says about the intact capture, which
`tests/differential` compares with other decoders. `tests/damaged` knows of each byte of each stream whether a packet that is
left still carries it. A message is **intact** if all bytes of all of its chunks are there, headers included.

- **Recall**: intact messages that are reported as complete, of all that are intact.
- **Phantoms**: messages that are reported as complete although they lack bytes or were reported before; messages of any kind
  where none begins; and connections that are taken for RTMP and are not.
- **Wrong**: fields of found messages that contradict the truth. Fields that are left out are not wrong.
- **Timestamps**: those that are not marked as estimates, but wrong; and the share of estimates that are right within
  100 ms. Where no absolute timestamp of a direction was captured, as in most that begin in mid-stream, nothing tells when
  its clock began.
- **Partial**: messages of which the first chunk header is there but not all else, and which are reported as incomplete.
- **Begun in mid-stream**: the capture begins with a random byte of a direction. One of the first two whole messages that begin
  after it must be found, and the chunk size must be right, where a message of the first MiB is longer than a chunk.

What is not found within two messages, as far as it is understood: messages right after the start whose length only a lost
header gave, where nothing repeats it and their contents do not show where they end (AAC as long as the frame before). On a port
where RTMP is not expected, fewer than three messages cannot be told from other protocols.

Captures without a truth are left out of the sums: those that lack bytes themselves, and those that are encrypted. Phantoms are
looked for in the latter all the same. Time is processor time for one run with one job, start of the program included.

The captures are those of `samples/` and others of the same lab: {count} in all. Each is damaged with {seeds} seed(s), and begun at
{starts} random bytes on each of two ports. Without `--captures` the command measures `samples/` alone. The recall of those is
guarded by the test `damaged_recall`; what is wrong and known is in `tests/damaged/known_open.py`.
"""


def percent(value):
    return "" if value is None else f"{value * 100:.2f} %"


def words(name):
    if name.startswith("loss_"):
        return f"{name[5:]} % of the packets lost"
    return f"cut at {name[5:]} bytes" if name.startswith("snap_") else WORDS[name]


def table(titles, rows):
    yield "| " + " | ".join(titles) + " |"
    yield "|---" + "|---:" * (len(titles) - 1) + "|"
    yield from ("| " + " | ".join(map(str, row)) + " |" for row in rows)


def summary(scores):
    titles = (
        "damage", "runs", "intact messages", "recall", "phantoms", "wrong", "wrong timestamps", "good estimates", "partial",
    )  # fmt: skip
    rows = []
    for name in (*DAMAGES, *MIDSTREAMS):
        counts = added(scores, name)["counts"]
        rows.append((
            words(name), counts.get("runs", 0), counts.get("intact", 0), percent(ratio(counts, "found", "intact")),
            phantoms(counts), wrong_fields(counts), counts.get("timestamp_wrong", 0),
            percent(ratio(counts, "timestamp_estimated_near", "timestamp_estimated")),
            percent(ratio(counts, "partial_found", "partial")),
        ))  # fmt: skip
    return table(titles, rows)


def midstream(scores):
    for name in MIDSTREAMS:
        counts = Counter(added(scores, name)["counts"])
        yield (
            f"- {words(name)}: {counts['recognised']} of {counts['recognition_asked']} are recognised after 64 KiB. "
            f"Of {counts['starts']} starts in streams of audio and video, {counts['sync_soon']} "
            f"({percent(ratio(counts, 'sync_soon', 'starts'))}) are found within two messages. "
            f"The chunk size is right in {counts['chunk_size_right']} of {counts['chunk_size_asked']} cases "
            f"({percent(ratio(counts, 'chunk_size_right', 'chunk_size_asked'))})."
        )


def by_capture(scores, chunk_sizes):
    """Recall in percent; phantoms and wrong timestamps over all damages."""
    titles = (
        "capture", "chunk sizes", *BY_CAPTURE, "found soon", "chunk size right", "phantoms", "wrong timestamps", "ms", "MiB",
    )  # fmt: skip
    rows = []
    for capture in sorted({score["capture"] for score in scores}):
        own = {score["damage"]: score for score in scores if score["capture"] == capture}
        total = sum((Counter(score["counts"]) for score in own.values()), Counter())
        if not total["intact"]:
            continue
        start = own.get(MIDSTREAM, {"counts": {}})["counts"]
        rows.append((
            capture, ", ".join(map(str, chunk_sizes[capture])),
            *(percent(ratio(own[name]["counts"], "found", "intact")) for name in BY_CAPTURE),
            percent(ratio(start, "sync_soon", "starts")), percent(ratio(start, "chunk_size_right", "chunk_size_asked")),
            phantoms(total), total["timestamp_wrong"], f"{total['microseconds'] / total['runs'] / 1000:.0f}",
            f"{max(score['memory'] for score in own.values()) / (1 << 20):.0f}",
        ))  # fmt: skip
    return table(titles, rows)


def page(options, scores, chunk_sizes, sender_faults, carried):
    count = len({score["capture"] for score in scores})
    yield HEAD.format(captures=options.shown_captures, seeds=options.seeds, starts=options.starts, count=count)
    yield "## All captures\n"
    yield from summary(scores)
    yield ""
    yield from midstream(scores)
    yield SENDERS
    yield from table(SENDER_TITLES, sender_faults)
    yield CARRIED.format(seeds=CARRIED_SEEDS)
    yield from table(CARRIED_TITLES, carried)
    yield "\n## By capture\n"
    yield from by_capture(scores, chunk_sizes)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--captures", type=Path, default=SAMPLES)
    parser.add_argument("--shown-captures", default="samples", help="what the page calls the folder of captures")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--starts", type=int, default=200)
    parser.add_argument("--scores", type=Path)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--jobs", type=int, default=cpu_count())
    options = parser.parse_args()
    captures = captures_in(options.captures)
    if options.scores and options.scores.exists():
        scores = json.loads(options.scores.read_text())
    else:
        scores = run(options.program, captures, [*DAMAGES, *MIDSTREAMS], options.seeds, options.starts, options.jobs)
        if options.scores:
            options.scores.write_text(json.dumps(scores))
    chunk_sizes = {path.name: Subject(options.program, path).chunk_sizes() for path in captures}
    faults = rows(measure(options.program, SENDER_RUNS, options.jobs))
    carried = list(carried_rows(options.program, SAMPLES, CARRIED_SEEDS, options.jobs))
    options.output.write_text("\n".join(page(options, scores, chunk_sizes, faults, carried)) + "\n")


if __name__ == "__main__":
    main()
