"""RTMP in TLS where packets are missing: what is whole is found, and nothing else is.

    damage_test.py PROGRAM
"""

import random
import ssl
import sys
import unittest

import carried
from carried import LONG_SAMPLE
from program import Program
from segments import FIN, SYN
from session import CLIENT, ETHERNET, SERVER
from tls_session import TlsSession

IP_AND_TCP = len(ETHERNET) + 40
RECALL = 0.99  # of the messages whose bytes are there
MIDSTREAM_RECALL = 0.95  # of random starts
STARTS = 200
FLAGS_AT = len(ETHERNET) + 20 + 13


class Recorded(TlsSession):
    """Notes which packets each piece of content came in."""

    def __init__(self, **options):
        super().__init__(**options)
        self.pieces = {CLIENT: [], SERVER: []}  # (offset in the content, end, first packet, packet behind the last)
        self.length = {CLIENT: 0, SERVER: 0}

    def write(self, direction, data, change=lambda wire: wire):
        first, begin = len(self.packets), self.length[direction]
        super().write(direction, data, change)
        self.length[direction] += len(data)
        self.pieces[direction].append((begin, self.length[direction], first, len(self.packets)))


def recorded(version, prepare=None, segment_size=1400, port=1935):
    session = Recorded(version=version, prepare=prepare, port=port)
    session.segment_size = segment_size
    assert session.handshake_tls()
    session.opening = len(session.packets)
    carried.carry(session, LONG_SAMPLE)
    return session


def is_data(packet):
    return len(packet.data) > IP_AND_TCP and not packet.data[FLAGS_AT] & (SYN | FIN)


def spans(messages):
    """{(direction, offset of the first chunk): (message, offset of what follows)}"""
    found = {}
    for direction, listed in carried.by_direction(messages).items():
        offsets = sorted({message.get("stream_offset") for message in listed})
        follows = dict(zip(offsets, offsets[1:] + [1 << 60]))
        for message in listed:
            offset = message.get("stream_offset")
            found[direction, offset] = message, follows[offset]
    return found


class DamageTest(unittest.TestCase):
    program: Program

    def setUp(self):
        self.truth = spans(carried.messages(self.program.events(LONG_SAMPLE)))

    def lost_content(self, session, dropped):
        for direction, pieces in session.pieces.items():
            for begin, end, first, behind in pieces:
                if any(number in dropped for number in range(first, behind)):
                    yield direction, begin, end

    def judge(self, session, dropped, exact=True):
        """(messages whose bytes are there, how many of these were found); fails if one was found that is none. Not
        `exact`: where messages are is not known behind a gap."""
        kept = [packet for number, packet in enumerate(session.packets) if number not in dropped]
        packets, session.packets = session.packets, kept
        events = carried.analyzed(self.program, session)
        session.packets = packets
        listed = {key: message for key, (message, _) in spans(carried.messages(events)).items()}
        found = {key: message for key, message in listed.items() if message.get("complete")}
        for key, message in found.items() if exact else ():
            self.assertIn(key, self.truth)
            self.assertEqual(message.get("length"), self.truth[key][0].get("length"), key)
        self.assert_no_phantoms(found.values())
        lost = list(self.lost_content(session, dropped))
        whole = {
            (direction, begin)
            for (direction, begin), (_, end) in self.truth.items()
            if not any(way == direction and first < end and behind > begin for way, first, behind in lost)
        }
        return len(whole), len(whole & set(found))

    def test_losses(self):
        for version, cbc in ((ssl.TLSVersion.TLSv1_3, False), (ssl.TLSVersion.TLSv1_2, False)):
            session = recorded(version)
            data = [n for n, packet in enumerate(session.packets) if n >= session.opening and is_data(packet)]
            whole = found = 0
            for seed in range(10):
                dropped = set(random.Random(seed).sample(data, max(1, len(data) // 100)))
                there, seen = self.judge(session, dropped)
                whole, found = whole + there, found + seen
            with self.subTest(version=version, cbc=cbc, found=found, whole=whole):
                self.assertGreater(whole, 1000)
                self.assertGreaterEqual(found / whole, RECALL)

    def test_losses_of_cbc_leave_nothing_wrong(self):
        def prepare(*contexts):
            for context in contexts:
                context.set_ciphers("AES128-SHA:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")

        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_2):
            session = recorded(version, prepare)
            data = [n for n, packet in enumerate(session.packets) if n >= session.opening and is_data(packet)]
            for seed in range(5):
                _, found = self.judge(session, set(random.Random(seed).sample(data, len(data) // 100)), exact=False)
                self.assertGreater(found, 0)

    def test_a_gap_has_the_exact_length(self):
        session = recorded(ssl.TLSVersion.TLSv1_3)
        data = [n for n, packet in enumerate(session.packets) if n >= session.opening + 20 and is_data(packet)]
        for first in data[10:40]:
            dropped = {first, first + 1, first + 2}
            lost = [end - begin for way, begin, end in self.lost_content(session, dropped) if way == CLIENT]
            kept = [packet for number, packet in enumerate(session.packets) if number not in dropped]
            packets, session.packets = session.packets, kept
            events = carried.analyzed(self.program, session, "--only", "gap")
            session.packets = packets
            gaps = [event for event in events if event.get("event") == "gap" and event.get("direction") == CLIENT]
            self.assertEqual(sum(gap.get("length") for gap in gaps), sum(lost))

    def test_starts_within_a_session(self):
        sessions = [recorded(ssl.TLSVersion.TLSv1_3, carried.set_1_3_suite(name), size, 8443)
                    for name in ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
                                 "TLS_AES_128_CCM_SHA256") for size in (1400, 500)]  # fmt: skip
        opened = 0
        for seed in range(STARTS):
            session = sessions[seed % len(sessions)]
            randomly = random.Random(seed)
            last = len(session.packets) * 3 // 4
            start = randomly.randrange(session.opening, last)
            packets, session.packets = session.packets, session.packets[start:]
            events = carried.analyzed(self.program, session)
            session.packets = packets
            found = [event for event in events if event.get("event") == "tls"]
            opened += bool(found) and found[0].get("keys") == "found" and found[0].get("midstream") is True
            complete = [event for event in carried.messages(events) if event.get("complete")]
            self.assert_no_phantoms(complete)
        self.assertGreaterEqual(opened, MIDSTREAM_RECALL * STARTS)

    def assert_no_phantoms(self, found):
        """Times that are said to be exact have to be right."""
        true = [message for message, _ in self.truth.values()]
        for keys, listed in (
            (("direction", "type", "length"), found),
            (
                ("direction", "type", "length", "timestamp"),
                [message for message in found if message.get("timestamp_exact") is not False],
            ),
        ):
            known = {tuple(message.get(key) for key in keys) for message in true}
            self.assertLessEqual({tuple(message.get(key) for key in keys) for message in listed}, known)


if __name__ == "__main__":
    DamageTest.program = Program(sys.argv.pop(1))
    unittest.main()
