"""Streams of other senders than those of the lab (stream_kinds.py), begun at random bytes and with packets lost: they
are found as soon as others, with the right chunk size, and nothing is invented.

    kinds_test.py PROGRAM
"""

import random
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from os import cpu_count
from pathlib import Path

import stream_kinds
from runs import MIDSTREAMS, Subject
from score import phantoms, wrong_fields

STARTS, SEEDS = 12, 2
KINDS = (
    # Enhanced RTMP with frame type 0, as gortmplib sends it to players.
    "hvc1 aac 128 type1", "hvc1 opus 65536 type0", "av01 aac 4096 compressed", "vp09 silent_aac 1000 type1",
    "av01 silent_opus 5000 type0", "hvc1 aac 128 compressed segments shared",
    # Chunk sizes beyond the usual ones.
    "avc aac 333 type1", "avc aac 1000 compressed", "hvc1 aac 333 compressed", "hvc1 aac 5000 type1",
    "avc opus 77 compressed segments shared", "avc aac 5000 type1", "avc aac 1717 type0",
    # Silence, whose headers and bodies are all alike.
    "none silent_aac 128 compressed", "avc silent_aac 4096 compressed", "none silent_opus 128 compressed",
    # A chunk a segment.
    "avc aac 128 compressed segments", "avc aac 128 type1 segments shared", "hvc1 opus 128 compressed segments",
)  # fmt: skip
LEAST_SOON, LEAST_CHUNK_SIZE, LEAST_RECALL = 0.97, 0.99, 0.95


def check(kind, program):
    """(counts, complaints)"""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / f"{kind.replace(' ', '_')}.pcap"
        stream_kinds.write(kind, random.Random(kind), path)
        subject = Subject(program, path)
        said = stream_kinds.said(kind, random.Random(kind))
        streams = subject.truth.streams.values()
        media = sum(message.is_media for stream in streams for message in stream.messages.values())
        wrong = [] if media == said else [f"{kind}: {media} messages of {said} are found in the intact capture"]
        total = Counter()
        for name, count in (*((name, STARTS) for name in MIDSTREAMS), ("loss_20", SEEDS)):
            score = subject.score(name, count)
            counts = Counter(score["counts"])
            total += counts
            wrong += complaints(f"{kind}, {name}", counts, name in MIDSTREAMS, score["examples"])
    return total, wrong


def complaints(name, counts, midstream, examples):
    bad = phantoms(counts) + wrong_fields(counts) + counts["timestamp_wrong"] + counts["failed"]
    if bad:
        yield f"{name}: {bad} invented or wrong, {examples[:2]}"
    if midstream:
        if counts["recognised"] < counts["recognition_asked"]:
            yield f"{name}: {counts['recognised']} of {counts['recognition_asked']} are recognised"
    elif counts["found"] < LEAST_RECALL * counts["intact"]:
        yield f"{name}: {counts['found']} of {counts['intact']} messages are found"


def shares(total):
    """Over all kinds: complaints about what may be missed now and then."""
    for part, whole, least in (
        ("sync_soon", "starts", LEAST_SOON), ("chunk_size_right", "chunk_size_asked", LEAST_CHUNK_SIZE),
    ):  # fmt: skip
        print(f"{part}: {total[part]} of {total[whole]}")
        if total[part] < least * total[whole] or not total[whole]:
            yield f"{part}: less than {least}"


def main():
    with ProcessPoolExecutor(cpu_count()) as pool:
        results = list(pool.map(partial(check, program=sys.argv[1]), KINDS))
    wrong = [line for _, lines in results for line in lines]
    wrong += shares(sum((counts for counts, _ in results), Counter()))
    print(*wrong, f"{len(KINDS)} kinds of streams, {len(wrong)} complaints", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
