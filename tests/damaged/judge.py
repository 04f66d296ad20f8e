"""Compares what the program says about a damaged capture with the truth from the intact one."""

from collections import Counter
from dataclasses import dataclass, field

from ranges import Ranges
from intact_truth import CONTEXT_KEYS, HEADER_KEYS, Placement

ABSENT = object()
TIMESTAMPS, NEAR = 1 << 32, 100  # milliseconds


@dataclass
class Verdict:
    """Counts that may be added up over runs, and examples in words."""

    counts: Counter = field(default_factory=Counter)
    examples: list = field(default_factory=list)

    def note(self, count, text):
        self.counts[count] += 1
        self.examples.append((count, text))

    def __iadd__(self, other):
        self.counts += other.counts  # drops nothing: all counts are positive
        self.examples += other.examples
        return self


# What must never happen.
FORBIDDEN = (
    "phantom_absent", "phantom_lacking", "phantom_twice", "phantom_partial", "false_connection", "timestamp_wrong",
)  # fmt: skip


class Judge:
    def __init__(self, capture, truth, damaged, events):
        self.truth, self.events, self.verdict = truth, events, Verdict()
        self.placement = Placement(capture, damaged, events)
        self.captured = self.reachable(capture.captured(damaged))
        self.reported = set()
        self.partly = set()

    def reachable(self, captured):
        """Without what lies before the first packet of a stream without a SYN: no offset says that."""
        for number, bases in self.placement.bases.items():
            conversation = self.placement.opening(number)
            if conversation is None:
                continue
            for sender, base in bases.items():
                key, stream = (conversation.number, sender), conversation.streams.get(sender)
                if stream and stream.start is not None and key in captured:
                    begin = stream.position(base)
                    if begin > 0 and not self.is_reused(conversation):
                        captured[key] = captured[key].from_on(begin)
        return captured

    def is_reused(self, conversation):
        return sum(self.placement.opening(number) is conversation for number in self.placement.connections) > 1

    def intact(self, key, message):
        captured = self.captured.get(key)
        return captured is not None and all(captured.cover(*one) for one in message.ranges)

    def header_captured(self, key, message):
        captured, begin = self.captured.get(key), message.position
        return captured is not None and captured.cover(begin, begin + message.header_lengths[0])

    def judge(self):
        self.judge_connections()
        for event in self.events:
            if event["event"] == "message":
                self.judge_message(event)
        for key, stream in self.truth.streams.items():
            self.judge_rest(key, stream)
        return self.verdict

    def judge_connections(self):
        for number, event in self.placement.connections.items():
            conversation = self.placement.opening(number)
            if event["transport"] != "rtmp" or conversation is None:
                continue
            if self.truth.transports.get(conversation.number) != "rtmp":
                self.verdict.note("false_connection", f"connection {number} is no RTMP")

    def judge_message(self, event):
        place = self.placement.place(event)
        stream = place and self.truth.streams.get((place[0].number, place[1]))
        if not stream:
            return
        key, position = (place[0].number, place[1]), place[2]
        message = stream.messages.get(position)
        words = f"{event['direction']}, offset {event['stream_offset']} (position {position}), {brief(event)}"
        if position >= stream.end:
            self.verdict.counts["beyond_truth"] += 1
        elif event["complete"] and self.goes_beyond(key, stream, position, event):
            self.verdict.counts["beyond_truth"] += 1
        elif event["complete"]:
            self.judge_complete(key, message, event, words)
        elif message or position in stream.incomplete:
            self.judge_partial(key, message or stream.incomplete[position], event, words)
        else:
            self.verdict.note("phantom_partial", f"{words}: no such message, not even an incomplete one")

    def goes_beyond(self, key, stream, position, event):
        """The message in which the intact capture's connection ended, by a reset from the other side. Where that is
        missing, the rest that was captured after it belongs to the stream."""
        last = stream.incomplete.get(position)
        captured = self.captured.get(key)
        return last and last.end == stream.end and captured and captured.cover(position, position + event["length"])

    def judge_complete(self, key, message, event, words):
        if message is None:
            return self.verdict.note("phantom_absent", f"{words}: no such message")
        if (key, message.position) in self.reported:
            return self.verdict.note("phantom_twice", f"{words}: reported twice")
        self.reported.add((key, message.position))
        if not self.intact(key, message):
            missing = [list(self.captured.get(key, Ranges()).missing(*one)) for one in message.ranges]
            return self.verdict.note("phantom_lacking", f"{words}: lacks {sum(missing, [])[:3]}")
        self.verdict.counts["found"] += 1
        self.judge_timestamp(message, event, words)
        for name, one, other in differences(message.event, event):
            self.verdict.note("wrong_" + name, f"{words}: {name} is {one!r:.200}, found {other!r:.200}")
        if not same_length_of_body(message.event, event):
            self.verdict.counts["fields_left_out"] += 1

    def judge_partial(self, key, message, event, words):
        self.partly.add((key, message.position))
        if "timestamp" in event:
            self.judge_timestamp(message, event, words)
        for name in HEADER_KEYS[:-1]:  # the number of chunks counts those that were seen
            if name in event and event[name] != message.event[name]:
                text = f"{words}: {name} is {message.event[name]}, found {event[name]}"
                self.verdict.note("partial_wrong", text)

    def judge_timestamp(self, message, event, words):
        expected, found = message.event["timestamp"], event.get("timestamp")
        if event.get("timestamp_exact", True) and found is not None:
            self.verdict.counts["timestamp_exact"] += 1
            if found != expected:
                self.verdict.note("timestamp_wrong", f"{words}: timestamp is {expected}, found {found}")
        elif found is not None:
            self.verdict.counts["timestamp_estimated"] += 1
            distance = (found - expected) % TIMESTAMPS
            near = min(distance, TIMESTAMPS - distance) <= NEAR
            right = int(found == expected)
            self.verdict.counts.update(timestamp_estimated_right=right, timestamp_estimated_near=int(near))

    def judge_rest(self, key, stream):
        for position, message in stream.messages.items():
            if self.intact(key, message):
                self.verdict.counts["intact"] += 1
                if (key, position) not in self.reported:
                    self.verdict.note("missed", f"position {position} to {message.end}, {brief(message.event)}")
            elif self.header_captured(key, message):
                self.verdict.counts["partial"] += 1
                self.verdict.counts["partial_found"] += (key, position) in self.partly


def brief(event):
    named = event.get("command") or event.get("data") or {}
    return f"{event.get('type', '?')} {named.get('name', '')}".strip()


def differences(expected, found):
    """(name, what it is, what was found) of every field that contradicts the truth. A field that is left out does
    not.
    """
    for key in HEADER_KEYS:
        if key in found and found[key] != expected[key]:
            yield key, expected[key], found[key]
    if "stream_name" in found and found["stream_name"] != expected.get("stream_name"):
        yield "stream_name", expected.get("stream_name"), found["stream_name"]
    for key in (expected.keys() | found.keys()) - CONTEXT_KEYS:
        if key in found and not agrees(expected.get(key, ABSENT), found[key]):
            yield "body", expected.get(key), found[key]


def agrees(expected, found):
    """Equal, but for properties that were left out."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return all(key in expected and agrees(expected[key], value) for key, value in found.items())
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(agrees, expected, found))
    return expected == found


def same_length_of_body(expected, found):
    return all(key in found for key in expected if key not in CONTEXT_KEYS or key in HEADER_KEYS)
