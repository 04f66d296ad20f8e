"""Damaged captures of RTMPS, RTMPT, RTMPTS, RTMPE and RTMPTE with their keys: what is there is found, and nothing else.

    carried_test.py PROGRAM [--seeds N] [--captures DIRECTORY] [--loss RATE] [--show N]

RTMFP is the matter of tests/rtmfp/damaged_test.py, where every message whose fragments are there must be found.
"""

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from os import cpu_count
from pathlib import Path

from carried_sessions import CarriedSubject
from damage import loss
from judge import FORBIDDEN, Verdict
from program import SAMPLES, keys_of
from runs import generator_for

SEEDS = 6
LOSS = 0.01
REPORTED_LOSSES = (0.01, 0.05)
LEAST_RECALL = 0.99  # of the messages whose bytes and keys are there
LEAST_OF_CAPTURE = 0.98
CARRIERS = ("rtmps_", "rtmpt_", "rtmpts_", "rtmpe_", "rtmpte_")
WITHOUT_KEYS = ("rtmps_no_keys",)


def captures_of(folder):
    found = (path for path in folder.iterdir() if path.suffix in (".pcap", ".pcapng"))
    return sorted(path for path in found if path.name.startswith(CARRIERS) and not path.name.startswith(WITHOUT_KEYS))


def score(path, program, seeds, rate):
    subject, total = CarriedSubject(program, path), Verdict()
    for seed in range(seeds):
        verdict = subject.run(loss(rate)(subject.capture, generator_for(path.name, f"loss_{rate * 100:g}", seed)))
        verdict.examples = [(count, f"seed {seed}: {text}") for count, text in verdict.examples]
        total += verdict
    return total


def measured(program, folder, seeds, rate, jobs=None):
    """{capture: Verdict}"""
    paths = captures_of(folder)
    with ProcessPoolExecutor(jobs or cpu_count()) as pool:
        return dict(zip(paths, pool.map(partial(score, program=program, seeds=seeds, rate=rate), paths)))


def rows(program, folder, seeds, jobs):
    """Of docs/damaged-captures.md: one for each carrier and rate."""
    for rate in REPORTED_LOSSES:
        scores = measured(program, folder, seeds, rate, jobs)
        for carrier in CARRIERS:
            own = [verdict.counts for path, verdict in scores.items() if path.name.startswith(carrier)]
            total = sum(own, Counter())
            if total["intact"]:
                forbidden = sum(total[name] for name in FORBIDDEN if name != "timestamp_wrong")
                found = (percent(total["found"] / total["intact"], 2), forbidden, total["timestamp_wrong"])
                yield carrier.strip("_").upper(), percent(rate, 0), total["runs"], total["intact"], *found


def percent(value, digits):
    return f"{value * 100:.{digits}f} %"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--captures", type=Path, default=SAMPLES)
    parser.add_argument("--loss", type=float, default=LOSS)
    parser.add_argument("--show", type=int, default=5, metavar="N", help="show N examples of what is wrong or missed")
    options = parser.parse_args()
    total, wrong = Verdict(), []
    for path, verdict in measured(options.program, options.captures, options.seeds, options.loss).items():
        counts = verdict.counts
        print(f"{path.name}: {counts['found']} of {counts['intact']} messages in {counts['runs']} runs", flush=True)
        for count, text in verdict.examples[: options.show]:
            print(f"  {count}: {text}")
        bad = (one for one in verdict.examples if one[0] in (*FORBIDDEN, "failed"))
        wrong += [f"{path.name}, {count}: {text}" for count, text in bad]
        if counts["found"] < LEAST_OF_CAPTURE * counts["intact"]:
            wrong.append(f"{path.name}: less than {LEAST_OF_CAPTURE} is found")
        total += verdict
    intact, found = total.counts["intact"], total.counts["found"]
    if found < LEAST_RECALL * intact:
        wrong.append(f"less than {LEAST_RECALL} is found")
    print(*wrong, f"{found} of {intact} messages ({found / max(1, intact):.2%}), {len(wrong)} wrong", sep="\n")
    return 1 if wrong or not intact else 0


if __name__ == "__main__":
    sys.exit(main())
