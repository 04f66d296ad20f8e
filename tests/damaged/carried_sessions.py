"""Sessions in TLS, HTTP and RTMPE: what the intact capture says is the truth; what a damaged version of it says is
compared with that.

A message counts as there if all bytes of the carrier that it is made of are captured, and so is what the keys of its
session depend on. Behind a gap of unknown length offsets are not those of the intact capture: messages are found again
by what they say.
"""

import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import packets
from carried_places import as_it_is, read_key_log, tls_content, tunnel_places
from conversations import Capture, write
from intact_truth import chunk_range, header_lengths
from judge import Verdict, brief, differences
from layers import endpoint
from program import keys_of
from ranges import Ranges
from runs import Failure, analyze

WAYS = ("to_server", "to_client")
PUBLIC_KEYS = 1537  # bytes of each direction of RTMPE: the version, and the block with the public key
HTTP, TLS, RTMPE = ("rtmpt", "rtmpts", "rtmpte"), ("rtmps", "rtmpts"), ("rtmpe", "rtmpte")


@dataclass
class Message:
    event: dict
    needed: list  # ranges of the carrier


@dataclass
class Session:
    conversation: object
    senders: dict  # by direction
    messages: dict = field(default_factory=lambda: {way: [] for way in WAYS})  # complete ones, by offset
    for_keys: dict = field(default_factory=lambda: {way: [] for way in WAYS})  # ranges of the carrier

    def has_keys(self, captured):
        return all(captured[way].cover(*one) for way in WAYS for one in self.for_keys[way])


class CarriedSubject:
    """A capture with the keys of its sessions."""

    def __init__(self, program, path):
        self.program, self.path = str(program), Path(path)
        self.capture = Capture(path)
        self.scratch = tempfile.TemporaryDirectory()
        self.options = self.key_options()
        events, _, _ = analyze(self.program, self.path, "--chunks", *self.options)
        self.sessions = {}
        for opened in (event for event in events if event["event"] == "connection_open"):
            session = self.session_of(opened)
            if session:
                self.read_messages(session, opened, events)
                self.sessions[frozenset(session.senders.values())] = session

    def key_options(self):
        """Damaged versions are written without what is in a pcapng file beside its packets."""
        inside = packets.secrets(self.path) if self.path.suffix == ".pcapng" else b""
        if not inside:
            return tuple(map(str, keys_of(self.path)))
        path = Path(self.scratch.name) / "inside.keys"
        path.write_bytes(inside)
        return "--keys", str(path)

    def session_of(self, opened):
        senders = dict(zip(WAYS, ends_of(opened)))
        conversation = self.capture.current.get(frozenset(senders.values()))
        return Session(conversation, senders) if conversation and conversation.whole else None

    def read_messages(self, session, opened, events):
        streams = {way: session.conversation.streams[sender].content for way, sender in session.senders.items()}
        places = self.places(session, opened["transport"], streams)
        own = [event for event in events if event.get("connection") == opened["connection"]]
        for way in WAYS:
            said = [event for event in own if event.get("direction") == way]
            chunks = [event for event in said if event["event"] == "chunk"]
            lengths = dict(zip((chunk["stream_offset"] for chunk in chunks), header_lengths(chunks)))
            pending = defaultdict(list)
            for event in said:
                if event["event"] == "chunk":
                    pending[event["chunk_stream_id"]].append(chunk_range(event, lengths[event["stream_offset"]], 0))
                if event["event"] != "message":
                    continue
                ranges = pending.pop(event["chunk_stream_id"], [])
                ranges = [one for one in ranges if one[0] >= event["stream_offset"]]
                if event["complete"]:
                    needed = [one for chunk in ranges for one in places[way].needed(*chunk)]
                    session.messages[way].append(Message(event, needed))

    def places(self, session, transport, streams):
        """Of the RTMP bytes in the TCP streams. Notes what the keys depend on."""
        places = {way: as_it_is(stream) for way, stream in streams.items()}
        if transport in TLS:
            log, outer = read_key_log(Path(self.options[1]).read_text()), streams
            read = {way: tls_content(outer[way], way, log) for way in WAYS}
            places, streams = ({way: read[way][part] for way in WAYS} for part in (0, 1))
            for way in WAYS:
                session.for_keys[way] += [(0, piece.outer) for piece in places[way].pieces[:1]]
        if transport in HTTP:
            found = dict(zip(WAYS, tunnel_places(streams["to_server"], streams["to_client"])))
            places = {way: found[way].inside(places[way]) for way in WAYS}
        if transport in RTMPE:
            for way in WAYS:
                session.for_keys[way] += places[way].needed(0, PUBLIC_KEYS)
        return places

    def run(self, damaged):
        path = Path(self.scratch.name) / "damaged.pcapng"
        write(path, damaged)
        try:
            events, _, _ = analyze(self.program, path, *self.options)
        except Failure as failure:
            verdict = Verdict()
            verdict.note("failed", str(failure))
            return verdict
        return judge(self, damaged, events)


def judge(subject, damaged, events):
    """A Verdict: "intact" messages are those whose bytes and keys are there, "found" those of them that are told."""
    verdict, captured = Verdict(), subject.capture.captured(damaged)
    opened = [event for event in events if event["event"] == "connection_open"]
    senders = {}  # {connection: {direction: who sends}}
    for event in opened:
        senders[event["connection"]] = dict(zip(WAYS, ends_of(event)))
    for ends, session in subject.sessions.items():
        own = {way: captured.get((session.conversation.number, session.senders[way]), Ranges()) for way in WAYS}
        has_keys = session.has_keys(own)
        numbers = [number for number, ways in senders.items() if frozenset(ways.values()) == ends]
        for way in WAYS:
            true = [
                Candidate(message, all(own[way].cover(*one) for one in message.needed), has_keys)
                for message in session.messages[way]
            ]
            for number in numbers:
                told = (event for event in events if event["event"] == "message" and event["connection"] == number)
                sender = session.senders[way]
                said = [event for event in told if senders[number][event["direction"]] == sender and event["complete"]]
                compare(verdict, true, said, damaged)
            count(verdict, true, way)
    verdict.counts["runs"] += 1
    return verdict


def ends_of(opened):
    return [endpoint(opened[side]["address"], opened[side]["port"]) for side in ("client", "server")]


def count(verdict, true, way):
    for candidate in (one for one in true if one.captured and one.has_keys):
        verdict.counts["intact"] += 1
        if candidate.used:
            verdict.counts["found"] += 1
        else:
            verdict.note("missed", f"{way}, offset {candidate.offset}, {brief(candidate.message.event)}")


@dataclass
class Candidate:
    """A message of the intact capture, which one of the damaged version may be."""

    message: Message
    captured: bool  # all its bytes
    has_keys: bool  # without them it may be found all the same: a session of TLS 1.3 can be entered anywhere
    used: bool = False

    @property
    def offset(self):
        return self.message.event["stream_offset"]


def compare(verdict, true, said, damaged):
    """Offsets differ by what gaps of unknown length hide, and by lost records of TLS that are no content: the order of
    messages is the same."""
    reached = 0
    for event in sorted(said, key=lambda one: one["stream_offset"]):
        last = damaged[event["frame"] - 1].origin + 1
        same = [
            one
            for one in true
            if not one.used and one.offset >= reached and one.message.event["frame"] <= last and says(one, event)
        ]
        exact = [one for one in same if keeps_time(one, event)]
        words = f"{event['direction']}, frame {event['frame']}, offset {event['stream_offset']}, {brief(event)}"
        chosen = next((one for one in exact if one.captured), None)
        if chosen is None and same:
            lacking = f"{words}: bytes of it are not there"
            verdict.note("phantom_lacking" if exact else "timestamp_wrong", lacking if exact else words)
        elif chosen is None:
            verdict.note("phantom_absent", f"{words}: no such message")
        else:
            chosen.used, reached = True, chosen.offset
            verdict.counts["timestamp_exact"] += event.get("timestamp_exact", True)


def says(candidate, event):
    return not any(differences(candidate.message.event, event))


def keeps_time(candidate, event):
    """What is said to be exact is right."""
    return not event.get("timestamp_exact", True) or event.get("timestamp") == candidate.message.event["timestamp"]
