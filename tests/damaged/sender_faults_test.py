"""Senders that break the rules once (sender_faults.py): at most two healthy messages are lost, and nothing is invented.

    sender_faults_test.py PROGRAM [RUNS_OF_EACH_SAMPLE]
"""

import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from os import cpu_count
from pathlib import Path

from judge import brief, differences
from program import SAMPLES
from runs import Failure, Subject, analyze, generator_for
from sender_faults import FAULTS, Edited, Headers, write

SUBJECTS = (
    "enh_multi_mixed_ffnew_nginx", "exts_pub_offset_16775", "link_sll2", "netem_clean_10ms", "nms_gst_publish",
    "obs_nginx",
    "play_vod_chunk_1936", "pub_ffmpeg_nginx_avc_aac", "pub_ffmpeg_nginx_legacy_mulaw", "pub_gst_librtmp_nginx",
    "pubplay_ffmpeg_nginx", "rtmp_crtmp_play_rtmpdump", "rtmp_crtmp_publish_ffmpeg", "rtmp_tcserver_ffmpeg",
    "srs_avc_aac",
    "encap_mpls2", "encap_pppoe", "encap_vlan_ipv6", "encap_vxlan", "ip_fragments",
)  # fmt: skip
RUNS = 2  # of each sample and fault
LEAST_MESSAGES, MOST_LOST = 12, 2
WORDS = {
    "wrong length": "one header says a wrong length",
    "chunk size": "another chunk size is announced than used, or none",
    "continuation": "messages are continued with headers of type 1 or 2",
    "extended bytes": "four extended bytes follow that no field announces",
}  # fmt: skip
MOST_SHOWN = 40


@dataclass
class Result:
    words: str
    lost: list = field(default_factory=list)
    invented: list = field(default_factory=list)
    wrong: list = field(default_factory=list)
    unseen: bool = False

    @property
    def good(self):
        return len(self.lost) <= MOST_LOST and not self.unseen


class Judge:
    """Compares the events of a direction with the truth, but for faulty messages."""

    def __init__(self, words, fault, stream, edited):
        self.fault, self.stream, self.edited = fault, stream, edited
        self.result, self.found = Result(words), set()

    def judge(self, events):
        for event in events:
            if event["event"] == "message":
                self.judge_message(event)
        for position, message in self.stream.messages.items():
            if position not in self.found and position not in self.fault.faulty:
                self.result.lost.append(f"{brief(message.event)} at {self.edited.new(position)}")
        return self.result

    def judge_message(self, event):
        position = self.edited.old(event["stream_offset"])
        words = f"{brief(event)} at {event['stream_offset']}"
        message = self.stream.messages.get(position)
        if position in self.fault.faulty or position in self.stream.incomplete or self.is_edit(event["stream_offset"]):
            return
        if message is None or position in self.found:
            self.result.invented.append(words)
        elif event["complete"]:
            self.found.add(position)
            self.compare(message, event, words)

    def is_edit(self, offset):
        """A message that the fault has brought in."""
        return any(not edit.removed and edit.inserted and offset == self.edited.new(edit.position) - len(edit.inserted)
                   for edit in self.fault.edits)

    def compare(self, message, event, words):
        expected = (message.event["timestamp"] + self.fault.later) % 2**32
        if event.get("timestamp_exact", True) and event.get("timestamp") != expected:
            self.result.wrong.append(f"{words}: timestamp is {expected}, found {event.get('timestamp')}")
        for name, one, other in differences(message.event, event):
            self.result.wrong.append(f"{words}: {name} is {one!r:.100}, found {other!r:.100}")


def run_one(subject, name, seed, scratch):
    """A Result, or nothing if the fault cannot be had there."""
    generator = generator_for(subject.path.name, name, seed)
    keys = [key for key in subject.known_streams if len(subject.truth.streams[key].messages) >= LEAST_MESSAGES]
    if not keys:
        return None
    number, sender = generator.choice(keys)
    conversation = subject.capture.conversations[number]
    stream = subject.truth.streams[number, sender]
    fault = FAULTS[name](Headers(stream, conversation.streams[sender].content), generator)
    if fault is None:
        return None
    path = Path(scratch) / f"{subject.path.stem}_{name.replace(' ', '_')}_{seed}.pcap"
    edited = {
        end: Edited(one.content, fault.edits if end == sender else []) for end, one in conversation.streams.items()
    }
    write(path, subject.capture, conversation, edited)
    direction = "to_server" if sender == conversation.client else "to_client"
    words = f"{path.stem} {direction}: {fault.words}"
    try:
        events, _, _ = analyze(subject.program, path)
    except Failure as failure:
        return Result(words, invented=[str(failure)])
    if scratch == "/tmp":  # kept by hand
        print(path)
    own = (one for one in events if one.get("direction") == direction)
    result = Judge(words, fault, stream, edited[sender]).judge(own)
    result.unseen = bool(fault.sizes) and not tells_size(events, fault.sizes)
    path.unlink()
    return result


def tells_size(events, sizes):
    found = [one for one in events if one["event"] == "finding" and one["id"] == "chunk_size_not_obeyed"]
    return bool(found)


def run_sample(name, program, runs):
    """[(fault, Result)]"""
    subject = Subject(program, SAMPLES / f"{name}.pcap")
    with tempfile.TemporaryDirectory() as scratch:
        results = [(fault, run_one(subject, fault, seed, scratch)) for fault in FAULTS for seed in range(runs)]
    return [(fault, result) for fault, result in results if result]


def measure(program, runs, jobs=None):
    """[(fault, Result)] of all samples"""
    with ProcessPoolExecutor(jobs or cpu_count()) as pool:
        listed = pool.map(partial(run_sample, program=program, runs=runs), SUBJECTS)
        return [one for results in listed for one in results]


def rows(results):
    """For docs/damaged-captures.md: (fault, runs, share that loses few, lost messages, invented, wrong, not told)"""
    for fault in FAULTS:
        own = [result for name, result in results if name == fault]
        good = f"{sum(len(result.lost) <= MOST_LOST for result in own) / len(own) * 100:.2f} %"
        lost = sum(len(result.lost) for result in own)
        invented, wrong = (sum(map(len, lists)) for lists in zip(*((one.invented, one.wrong) for one in own)))
        yield WORDS[fault], len(own), good, lost, invented, wrong, sum(result.unseen for result in own)


def main():
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else RUNS
    results = measure(sys.argv[1], runs)
    complaints = []
    for fault in FAULTS:
        own = [result for name, result in results if name == fault]
        good, counts = sum(result.good for result in own), Counter()
        for result in own:
            counts.update(invented=len(result.invented), wrong=len(result.wrong), runs_wrong=bool(result.wrong),
                          unseen=result.unseen)  # fmt: skip
            if result.invented or result.wrong or not result.good:
                complaints.append(f"{result.words}: {len(result.lost)} lost {result.lost[:2]}, "
                                  f"invented {result.invented[:2]}, wrong {result.wrong[:2]}"
                                  f"{', not told' if result.unseen else ''}")
        print(f"{fault}: {good} of {len(own)} runs lose at most {MOST_LOST}; {dict(counts)}")
    print(*complaints[:MOST_SHOWN], f"{len(results)} runs, {len(complaints)} complaints", sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
