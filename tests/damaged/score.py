#!/usr/bin/python3
"""Says how much of damaged captures the program finds, and whether it invents anything.

    score.py --program PATH [--captures DIRECTORY] [--seeds N] [--starts N] [--damage NAME…] [--only GLOB] [--json FILE]

Prints one line a capture and damage, over all seeds. The truth is what the program says about the intact capture.
"""

import argparse
import json
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from os import cpu_count
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "python"))

from damage import DAMAGES  # noqa: E402
from judge import FORBIDDEN  # noqa: E402
from program import SAMPLES  # noqa: E402
from runs import MIDSTREAMS, Subject  # noqa: E402

COLUMNS = (
    ("runs", "runs"), ("intact", "intact"), ("found", "found"), ("recall", None), ("phantoms", None), ("wrong", None),
    ("time wrong", "timestamp_wrong"), ("estimated", "timestamp_estimated"), ("partial", None), ("recognised", None),
    ("sync", None), ("chunk size", None), ("ms", None), ("MiB", None), ("failed", "failed"),
)  # fmt: skip


def score_capture(path, program, damages, seeds, starts):
    subject = Subject(program, path)
    if not subject.messages:
        damages = [name for name in damages if name not in MIDSTREAMS]
    return [subject.score(name, starts if name in MIDSTREAMS else seeds) for name in damages]


def ratio(counts, part, whole):
    return counts.get(part, 0) / counts[whole] if counts.get(whole) else None


def wrong_fields(counts):
    return sum(count for name, count in counts.items() if name.startswith("wrong_")) + counts.get("partial_wrong", 0)


def phantoms(counts):
    return sum(counts.get(name, 0) for name in FORBIDDEN if name != "timestamp_wrong")


def row(score):
    counts = score["counts"]
    computed = {
        "recall": ratio(counts, "found", "intact"), "phantoms": phantoms(counts), "wrong": wrong_fields(counts),
        "partial": ratio(counts, "partial_found", "partial"), "sync": ratio(counts, "sync_soon", "starts"),
        "recognised": ratio(counts, "recognised", "recognition_asked"),
        "chunk size": ratio(counts, "chunk_size_right", "chunk_size_asked"),
        "ms": counts.get("microseconds", 0) / 1000 / max(1, counts.get("runs", 0)), "MiB": score["memory"] / (1 << 20),
    }  # fmt: skip
    return [computed[title] if key is None else counts.get(key, 0) for title, key in COLUMNS]


def shown(title, value):
    if value is None:
        return "-"
    if title in ("ms", "MiB"):
        return f"{value:.1f}"
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def line(cells):
    head, *others = cells
    return f"{head:<50}" + "".join(f"{cell:>11}" for cell in others)


def table(scores):
    yield line(["capture and damage", *(title for title, _ in COLUMNS)])
    for score in scores:
        cells = [shown(title, value) for (title, _), value in zip(COLUMNS, row(score))]
        yield line([f"{score['capture']} {score['damage']}", *cells])


def added(scores, damage):
    """All captures of one damage."""
    counts, memory = Counter(), 0
    for score in scores:
        if score["damage"] == damage:
            counts.update(score["counts"])
            memory = max(memory, score["memory"])
    return {"capture": "all", "damage": damage, "counts": dict(counts), "memory": memory, "examples": []}


def captures_in(directory, pattern="*"):
    """Captures of TCP: RTMFP is another protocol."""
    names = [path for path in directory.glob(pattern) if ".pcap" in path.name and path.suffix != ".md"]
    return sorted(path for path in names if not path.name.startswith("rtmfp_"))


def run(program, captures, damages, seeds, starts, jobs):
    score = partial(score_capture, program=program, damages=damages, seeds=seeds, starts=starts)
    by_size = sorted(captures, key=lambda path: -path.stat().st_size)
    with ProcessPoolExecutor(jobs) as pool:
        scores = [score for listed in pool.map(score, by_size) for score in listed]
    return sorted(scores, key=lambda score: (score["capture"], damages.index(score["damage"])))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--captures", type=Path, default=SAMPLES)
    parser.add_argument("--only", default="*", metavar="GLOB", help="names of captures")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--starts", type=int, default=20, help="places at which mid-stream versions begin")
    parser.add_argument("--damage", nargs="+", choices=[*DAMAGES, *MIDSTREAMS], default=[*DAMAGES, *MIDSTREAMS])
    parser.add_argument("--json", type=Path, help="where to write all counts and examples")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="show N examples of each kind of error")
    parser.add_argument("--jobs", type=int, default=cpu_count())
    options = parser.parse_args()
    captures = captures_in(options.captures, options.only)
    scores = run(options.program, captures, options.damage, options.seeds, options.starts, options.jobs)
    if options.json:
        options.json.write_text(json.dumps(scores, indent=1))
    print(*table([*scores, *(added(scores, damage) for damage in options.damage)]), sep="\n")
    show_examples(scores, options.show)
    return 1 if any(score["counts"].get(name) for score in scores for name in (*FORBIDDEN, "failed")) else 0


def show_examples(scores, most):
    for score in scores:
        shown_yet = Counter()
        for count, text in score["examples"]:
            shown_yet[count] += 1
            if shown_yet[count] <= most:
                print(f"{score['capture']} {score['damage']}, {count}: {text}")


if __name__ == "__main__":
    sys.exit(main())
