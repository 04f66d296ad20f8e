"""Damaged versions of the samples: nothing is invented, and only what was lost is lost.

    damaged_test.py PROGRAM honest|one_gap|recall

honest: nothing in the output contradicts the truth. one_gap: what a single gap may change. recall: how much is found.
"""

import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from os import cpu_count

from damage import DAMAGES, with_gaps
from judge import FORBIDDEN, Judge
from known_open import unexpected
from program import samples
from ranges import Ranges
from runs import MIDSTREAMS, Subject, generator_for
from score import added, score_capture

SEEDS, STARTS = 2, 3
GAPS = 12  # of each kind and capture
LEAST_RECALL = {
    "none": 1, "twice": 1, "clock_steps": 1,
    "loss_0.1": 0.999, "loss_1": 0.995, "loss_5": 0.98, "loss_20": 0.95, "burst": 0.99,
}  # fmt: skip
# Less than all: a video message whose length only a lost header gave may be the first one, with another such behind it.
MIDSTREAM_SHARES = (
    ("recognised", "recognition_asked", 1),
    ("sync_soon", "starts", 0.97), ("chunk_size_right", "chunk_size_asked", 0.99),
)  # fmt: skip
SEQUENCE_START = "sequence_start"  # a gap there may change what later messages say
MOST_SHOWN = 20


def scores(program, names):
    score = partial(score_capture, program=program, damages=names, seeds=SEEDS, starts=STARTS)
    with ProcessPoolExecutor(cpu_count()) as pool:
        return [one for listed in pool.map(score, samples()) for one in listed]


def check_honest(program):
    return unexpected(list_dishonest(program), lambda known: known.partition(" ")[0].endswith(".pcap"))


def list_dishonest(program):
    found = scores(program, [*DAMAGES, *MIDSTREAMS])
    for score in found:
        for count, text in score["examples"]:
            if count in (*FORBIDDEN, "failed") or "wrong" in count and count != "chunk_size_wrong":
                yield f"{score['capture']} {score['damage']}, {count}: {text}"
    for name in ("none", "twice"):
        total = added(found, name)["counts"]
        if not total.get("found") or total["found"] != total["intact"]:
            yield f"{name}: {total.get('found')} of {total.get('intact')} messages found"


def check_recall(program):
    found = scores(program, [*LEAST_RECALL, *MIDSTREAMS])
    for name, least in LEAST_RECALL.items():
        total = added(found, name)["counts"]
        print(f"{name}: {total['found']} of {total['intact']} messages")
        if total["found"] < least * total["intact"]:
            yield f"{name}: less than {least} is found"
    for name in MIDSTREAMS:
        total = Counter(added(found, name)["counts"])
        for part, whole, least in MIDSTREAM_SHARES:
            print(f"{name}, {part}: {total[part]} of {total[whole]}")
            if total[part] < least * total[whole] or not total[whole]:
                yield f"{name}, {part}: less than {least}"
    for score in found:
        for count, text in score["examples"]:
            if count in ("not_recognised", "sync_late"):
                print(f"{score['capture']} {score['damage']}, {count}: {text}")


class GapJudge(Judge):
    """Also lists the messages that are told in the same words as before."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.unchanged = set()

    def judge_complete(self, key, message, event, words):
        before = self.verdict.counts.copy()
        super().judge_complete(key, message, event, words)
        after = self.verdict.counts - before
        if set(after) == {"found", "timestamp_exact"}:
            self.unchanged.add((key, message.position))


def one_gap(subject, key, begin, end):
    """The judge of a run with a gap there."""
    judges = []

    def judge(events):
        judges.append(GapJudge(subject.capture, subject.truth, damaged, events))
        return judges[0].judge()

    damaged = with_gaps(subject.capture, {key: Ranges([(begin, end)])})
    verdict, _ = subject.run(damaged, judge)
    return judges[0] if judges else None, verdict


def check_gaps(path, program):
    subject = Subject(program, path)
    generator = generator_for(path.name, "one gap", 0)
    if not subject.known_streams:
        return []
    wrong = [*check_anywhere(subject, generator), *check_in_media(subject, generator)]
    return [f"{path.name}: {line}" for line in wrong]


def check_anywhere(subject, generator):
    """A gap never changes a message that ended before it."""
    for key in generator.choices(subject.known_streams, k=GAPS):
        stream = subject.truth.streams[key]
        begin = generator.randrange(stream.end)
        judge, verdict = one_gap(subject, key, begin, begin + generator.choice((1, 20, 300, 3000)))
        yield from (f"gap at {begin}: {count}: {text}" for count, text in complaints(verdict))
        for position, message in stream.messages.items():
            if judge and message.end <= begin and (key, position) not in judge.unchanged:
                yield f"gap at {begin}: message at {position} to {message.end} is not as it was"


def check_in_media(subject, generator):
    """A gap within the payload of one chunk of a media message changes that message only."""
    candidates = [
        (key, message)
        for key in subject.known_streams
        for message in subject.truth.streams[key].messages.values()
        if message.is_media and message.event["length"] > 1 and SEQUENCE_START not in str(message.event)
    ]
    for key, message in generator.sample(candidates, min(GAPS, len(candidates))):
        place = generator.randrange(len(message.ranges))
        first, end = message.payload_range(place)
        begin = generator.randrange(first, end)
        judge, verdict = one_gap(subject, key, begin, generator.randint(begin + 1, end))
        where = f"gap at {begin} in the payload of {message.position} to {message.end}"
        yield from (f"{where}: {count}: {text}" for count, text in complaints(verdict))
        if not judge:
            continue
        if (key, message.position) not in judge.partly:
            yield f"{where}: the message itself is not told"
        for other in subject.known_streams:
            for position in subject.truth.streams[other].messages:
                if (other, position) not in judge.unchanged and (other, position) != (key, message.position):
                    yield f"{where}: message at {position} is not as it was"


def complaints(verdict):
    bad = (*FORBIDDEN, "failed", "partial_wrong")
    return [one for one in verdict.examples if one[0] in bad or one[0].startswith("wrong_")]


def check_one_gap(program):
    with ProcessPoolExecutor(cpu_count()) as pool:
        results = list(pool.map(partial(check_gaps, program=program), samples()))
    for wrong in results:
        yield from wrong


CHECKS = {"honest": check_honest, "one_gap": check_one_gap, "recall": check_recall}


def main():
    wrong = list(CHECKS[sys.argv[2]](sys.argv[1]))
    print(*wrong[:MOST_SHOWN], f"{len(wrong)} complaints", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
