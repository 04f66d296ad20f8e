"""The judge notices what is wrong: true output is spoiled in every way, and each way has to be counted.

    damage_score_test.py PROGRAM
"""

import copy
import sys

from damage import one_way, with_gaps
from judge import Judge
from program import SAMPLES
from ranges import Ranges
from runs import Subject, analyze
from intact_truth import Placement

CAPTURES = ("pub_gst_librtmp_nginx.pcap", "encap_vlan_ipv6.pcap", "ip_fragments.pcap", "port_reuse.pcap")


class Case:
    def __init__(self, program, name):
        self.subject = Subject(program, SAMPLES / name)
        self.events, _, _ = analyze(program, SAMPLES / name)
        self.damaged = self.subject.capture.intact()
        known = {place for stream in self.subject.truth.streams.values() for place in stream.messages}
        placement = Placement(self.subject.capture, self.damaged, self.events)
        self.messages = [
            n for n, event in enumerate(self.events)
            if event["event"] == "message" and event["complete"] and placement.place(event)[2] in known
        ]  # fmt: skip

    def counts(self, events, damaged=None):
        damaged = self.damaged if damaged is None else damaged
        return Judge(self.subject.capture, self.subject.truth, damaged, events).judge().counts

    def spoiled(self, change):
        """The counts after `change` had one message's event in hand; what it returns takes the event's place."""
        place = self.messages[len(self.messages) // 2]
        event = copy.deepcopy(self.events[place])
        return self.counts([*self.events[:place], *change(event), *self.events[place + 1 :]])


def with_values(**values):
    return lambda event: [event | values]


def later(key, by):
    return lambda event: [event | {key: event[key] + by}]


def other_body(event):
    (body,) = (key for key in ("command", "data", "video", "audio", "control", "user_control") if key in event)
    return [event | {body: event[body] | {"codec": "other", "name": "other"}}]


SPOILERS = (
    ("phantom_absent", later("stream_offset", 1)),
    (
        "phantom_partial",
        lambda event: [event, event | {"complete": False, "stream_offset": event["stream_offset"] + 1}],
    ),
    ("phantom_twice", lambda event: [event, event]),
    ("timestamp_wrong", later("timestamp", 1)),
    ("wrong_type_id", later("type_id", 1)),
    ("wrong_length", later("length", 1)),
    ("wrong_chunks", later("chunks", 1)),
    ("wrong_chunk_stream_id", later("chunk_stream_id", 1)),
    ("wrong_message_stream_id", later("message_stream_id", 1)),
    ("wrong_stream_name", with_values(stream_name="other")),
    ("wrong_body", other_body),
    ("missed", lambda event: []),
)
HARMLESS = (
    ("timestamp_estimated", lambda event: [event | {"timestamp": event["timestamp"] + 1, "timestamp_exact": False}]),
    (
        "found",
        lambda event: [{key: event[key] for key in event if key not in ("stream_name", "message_stream_id")}],
    ),
)
BAD = {name for name, _ in SPOILERS}


def check(case):
    sound = case.counts(case.events)
    if sound["found"] != sound["intact"] or not sound["found"] or BAD & set(sound):
        yield f"sound output is not sound: {dict(sound)}"
    for name, change in SPOILERS:
        counts = case.spoiled(change)
        if counts[name] != 1 and not (name == "phantom_absent" and counts["phantom_lacking"] == 1):
            yield f"{name} is not noticed: {dict(counts)}"
    for name, change in HARMLESS:
        counts = case.spoiled(change)
        if not counts[name] or BAD & set(counts):
            yield f"harmless, but complained of: {dict(counts)}"
    yield from check_lacking(case)


def check_lacking(case):
    """The true output, for a capture that does not have all of it: one byte is missing, then a whole direction."""
    (key, stream) = max(case.subject.truth.streams.items(), key=lambda pair: len(pair[1].messages))
    message = stream.in_order()[len(stream.messages) // 2]
    for position in (message.position, message.end - 1):
        damaged = with_gaps(case.subject.capture, {key: Ranges([(position, position + 1)])})
        counts = case.counts(events_of(case, damaged), damaged)
        if counts["phantom_lacking"] != 1 or counts["intact"] != counts["found"]:
            yield f"a message that lacks byte {position} is not noticed: {dict(counts)}"
    conversation = case.subject.capture.conversations[key[0]]
    damaged = one_way(key[1] != conversation.client)(case.subject.capture, None)
    if case.counts(events_of(case, damaged), damaged)["phantom_lacking"] < len(stream.messages):
        yield "messages of a direction that is missing are not noticed"


def events_of(case, damaged):
    """The true events with the numbers that the packets have in the damaged version; of packets that are gone, that of
    the next one."""
    places = {}
    for number, entry in enumerate(damaged, 1):
        places.setdefault(entry.origin + 1, number)
    following = len(damaged)
    for frame in range(len(case.damaged), 0, -1):
        following = places.setdefault(frame, following)
    moved = ("frame", "first_frame")
    return [event | {key: places[event[key]] for key in moved if key in event} for event in case.events]


def main():
    wrong = [f"{name}: {line}" for name in CAPTURES for line in check(Case(sys.argv[1], name))]
    print(*wrong, f"{len(CAPTURES)} captures, {len(wrong)} complaints", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
