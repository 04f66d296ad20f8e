"""What senders do that the standard does not have, and clocks that are wrong: from bytes to messages and events.

    odd_senders_test.py PROGRAM

Each test stands for a public report; what must come out is what other programs make of it.
"""

import sys
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import packets
from program import Program
from publisher import FIN, Publisher
from rtmp_writer import AUDIO, EXTENDED, VIDEO, WINDOW_SIZE, chunks, header, u24, u32
from session import CLIENT, SERVER, Session

SECOND = 1_000_000_000
AAC = b"\xaf\x01"
AUDIO_STREAM, VIDEO_STREAM = 4, 6


def port_of(event):
    return event.get("client").get("port")


class OddSendersTest(unittest.TestCase):
    program: Program

    def capture(self, *lists, name="capture.pcap"):
        path = Path(self.enterContext(tempfile.TemporaryDirectory())) / name
        packets.write_pcap(path, [packet for each in lists for packet in each])
        return path

    def seen(self, wire):
        """Of a client that sends these bytes: (type, length, timestamp) of complete media, and ids of findings."""
        session = Session()
        session.raw(CLIENT, wire)
        session.end()
        events = list(self.program.events("--no-analysis", self.capture(session.packets)))
        media = [
            (event.get("type"), event.get("length"), event.get("timestamp"))
            for event in events
            if event.get("event") == "message" and event.get("type") in ("audio", "video") and event.get("complete")
        ]
        return media, [event.get("id") for event in events if event.get("event") == "finding"]

    # ---- a message that goes on with a header of another type

    def audio_of_two_chunks(self, again, count, length):
        """Each message's second chunk has a header of type `again`."""
        wire = b""
        for n in range(count):
            body = AAC + bytes([n]) * (length + n - 2)
            first = header(0, AUDIO_STREAM, 23 * n, len(body), AUDIO, 1)
            second = header(again, AUDIO_STREAM, 0, len(body), AUDIO)
            rest = body[128:]
            wire += first + body[:128] + second + rest[:128]
            wire += (header(again, AUDIO_STREAM, 0, len(body), AUDIO) + rest[128:]) if rest[128:] else b""
        return wire

    def test_messages_that_go_on_with_headers_of_type_1_and_2(self):
        for again in (1, 2):
            with self.subTest(again):
                media, findings = self.seen(self.audio_of_two_chunks(again, 61, 302))
                self.assertEqual(media, [("audio", 302 + n, 23 * n) for n in range(61)])
                self.assertEqual(findings, ["continuation_not_type3"])

    def test_one_such_message_before_healthy_ones(self):
        healthy = b"".join(
            chunks(header(0, AUDIO_STREAM, 23 * n, 200, AUDIO, 1), AAC + bytes(198), AUDIO_STREAM) for n in range(1, 6)
        )
        media, findings = self.seen(self.audio_of_two_chunks(2, 1, 200) + healthy)
        self.assertEqual(media, [("audio", 200, 23 * n) for n in range(6)])
        self.assertEqual(findings, ["continuation_not_type3"])

    # ---- extended timestamps

    def test_extended_timestamps_that_no_field_announces(self):
        """From 0xFFFFFF on, the field has the lower 24 bits, and four bytes with the whole time follow."""
        wire, expected = b"", []
        for n in range(20):
            time = EXTENDED - 100 + 33 * n
            for kind, stream, size in ((VIDEO, VIDEO_STREAM, 909), (AUDIO, AUDIO_STREAM, 202)):
                begin = b"\x27\1\0\0\0" if kind == VIDEO else AAC
                body = begin + bytes([n]) * (size - len(begin))
                extended = u32(time) if time >= EXTENDED else b""
                fields = u24(time & EXTENDED) + u24(size) + bytes([kind]) + b"\1\0\0\0"
                wire += chunks(bytes([stream]) + fields + extended, body, stream, 128, extended)
                expected.append(("video" if kind == VIDEO else "audio", size, time))
        media, findings = self.seen(wire)
        self.assertEqual(media, expected)
        self.assertEqual(set(findings), {"extended_timestamp_unannounced"})

    def test_absolute_times_in_the_extended_field_of_type_1_headers(self):
        begin = 2_147_481_600
        body = AAC + bytes(279)
        wire = chunks(header(0, AUDIO_STREAM, begin - 23, len(body), AUDIO, 1), body, AUDIO_STREAM)
        for n in range(20):
            wire += chunks(header(1, AUDIO_STREAM, begin + 23 * n, len(body), AUDIO), body, AUDIO_STREAM)
        media, findings = self.seen(wire)
        self.assertEqual(media, [("audio", 281, begin - 23 + 23 * n) for n in range(21)])
        self.assertIn("extended_timestamp_absolute", findings)

    def test_extended_timestamps_of_zero_on_type_3_chunks(self):
        wire, expected = b"", []
        for n in range(5):
            for kind, stream, size, time in ((VIDEO, VIDEO_STREAM, 9000 if n == 0 else 700 + n, 17_000_000 + 33 * n),
                                             (AUDIO, AUDIO_STREAM, 182 + n, 17_000_005 + 33 * n)):  # fmt: skip
                begin = b"\x17\1\0\0\0" + u32(size - 9) + b"\x65" if kind == VIDEO else AAC
                body = begin + bytes([n + 1]) * (size - len(begin))
                wire += chunks(header(0, stream, time, size, kind, 1), body, stream, 128, u32(0))
                expected.append(("video" if kind == VIDEO else "audio", size, time))
        media, findings = self.seen(wire)
        self.assertEqual(media, expected)
        self.assertEqual(set(findings), {"extended_timestamp_differs"})

    # ---- beginnings

    def test_messages_where_both_handshakes_and_the_servers_syn_are_lost(self):
        """On another port than RTMP's: the server's first captured byte can be any."""
        session = Session(port=1950)
        syn, begin = session.packets[0], len(session.packets)
        for n in range(200):
            session.send(SERVER, WINDOW_SIZE, u32(5_000_000 + n), None, chunk_stream_id=2)
            session.send(CLIENT, AUDIO, AAC + bytes([n]) * 150, None, chunk_stream_id=4, time=23 * n, stream=1)
        session.end()
        events = self.program.events(self.capture([syn], session.packets[begin:]))
        self.assertEqual(sum(event.get("type") == "audio" for event in events), 200)

    # ---- clocks and order of captures

    @staticmethod
    def idle_then_another():
        """A connection that falls silent, and packets of another one for 40 minutes."""
        silent, other = Publisher(number=1), Publisher(number=2)
        silent.video(range(0, 200, 40))
        other.time = silent.time
        for _ in range(2400):
            other.time += SECOND
            other.send(True)
        other.send(True, flags=FIN | 16)
        return silent.packets, other.packets

    def closes(self, *arguments):
        events = self.program.events(*arguments)
        return [event for event in events if event.get("event") == "connection_close"]

    def test_one_packet_dated_2106_ends_no_time_out(self):
        silent, other = self.idle_then_another()
        wrong = replace(Publisher(number=3).packets[0], time=(2**32 - 1) * SECOND)
        for place in (0, len(silent) + 10):
            with self.subTest(place):
                capture = sorted(silent + other, key=lambda packet: packet.time)
                capture.insert(place, wrong)
                (close,) = (each for each in self.closes(self.capture(capture)) if port_of(each) == 40001)
                self.assertEqual(close.get("reason"), "idle")
                self.assertTrue(close.get("time").startswith("2023-11-14T22:28:2"), close.get("time"))

    def test_captures_out_of_order_end_their_connections_as_they_should(self):
        silent, other = self.idle_then_another()
        later = Publisher(number=3)
        later.time = silent[0].time + 7200 * SECOND
        later.packets = [replace(packet, time=packet.time + 7200 * SECOND) for packet in later.packets]
        later.close()
        first = self.capture(sorted(silent + other, key=lambda packet: packet.time))
        second = self.capture(later.packets)
        closes = self.closes(first, second, "--order", "sequence")
        reasons = {port_of(close): close.get("reason") for close in closes}
        self.assertEqual(reasons, {40001: "idle", 40002: "fin", 40003: "fin"})


if __name__ == "__main__":
    OddSendersTest.program = Program(sys.argv.pop(1))
    unittest.main()
