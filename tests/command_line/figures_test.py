"""Figures of media, from bytes to text and JSON: rates, tracks, aggregates.

    figures_test.py PROGRAM
"""

import json
import re
import sys
import tempfile
import unittest
from pathlib import Path

import packets
from program import Program
from publisher import AAC, CHUNK_SIZE, CLIENT, INTER, KEY, MILLISECOND, SERVER, Publisher
from rtmp_writer import AGGREGATE, AUDIO, VIDEO, chunks, header, message, u24, u32


class FiguresTest(unittest.TestCase):
    program: Program

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def capture(self, *conversations):
        """All packets in the order of time."""
        path = self.folder / "capture.pcap"
        every = [packet for conversation in conversations for packet in conversation.packets]
        packets.write_pcap(path, sorted(every, key=lambda packet: packet.time))
        return path

    def document(self, path, *options):
        return json.loads(self.program.run("analyze", "--format", "json", *options, path).stdout)

    def connection(self, path):
        (connection,) = self.document(path)["connections"]
        return connection

    def stream(self, path):
        return self.connection(path)["streams"][0]

    def summary(self, path, *options):
        return self.program.run("analyze", "--summary", "--no-analysis", *options, path).stdout.decode()

    def assert_rates(self, media, bit_rate, frame_rate, places=2):
        self.assertAlmostEqual(media["bit_rate"] / bit_rate, 1, places)
        self.assertAlmostEqual(media["frame_rate"] / frame_rate, 1, places)

    # ---- rates

    def test_the_last_frame_has_a_length_too(self):
        publisher = Publisher()
        publisher.video(range(0, 2000, 40))
        publisher.close()
        path = self.capture(publisher)
        video = self.stream(path)["video"]
        self.assertEqual((video["frames"], video["duration_ms"]), (50, 2000))
        self.assertEqual((video["bit_rate"], video["frame_rate"]), (1_000_000, 25))
        self.assertNotIn("rates_exact", video)
        self.assertIn("50 messages, 1 key, 250 kB, 1.0 Mbit/s, 25 fps", self.summary(path))

    def test_timestamps_that_begin_late_or_wrap_or_jump(self):
        clocks = {
            "late": range(16_777_000, 16_779_000, 40),
            "wraps": range(2**32 - 1000, 2**32 + 1000, 40),
            "wraps in 24 bits": [time & 0xFFFFFF for time in range(2**24 - 1000, 2**24 + 1000, 40)],
            "jumps on": [*range(0, 1000, 40), *range(31_000, 32_000, 40)],
            "jumps back": [*range(31_000, 32_000, 40), *range(0, 1000, 40)],
            "jumps far": [*range(0, 1000, 40), *range(3_000_000_000, 3_000_001_000, 40)],
        }
        for name, clock in clocks.items():
            with self.subTest(name):
                publisher = Publisher()
                # ffmpeg dates the configuration 0, wherever the frames begin.
                publisher.frame(VIDEO, bytes.fromhex("170000000001640028ffe10000010000"), 0)
                publisher.video(clock)
                publisher.close()
                video = self.stream(self.capture(publisher))["video"]
                self.assertEqual((video["duration_ms"], video["bit_rate"], video["frame_rate"]), (2000, 1_000_000, 25))

    def test_a_pause_is_media(self):
        publisher = Publisher()
        for time in (*range(0, 400, 40), *range(20_000, 20_400, 40)):
            publisher.frame(VIDEO, INTER + bytes(95), time)
        publisher.close()
        self.assertGreater(self.stream(self.capture(publisher))["video"]["duration_ms"], 20_000)

    def test_one_frame_has_no_rate(self):
        publisher = Publisher()
        publisher.video([1_000_000])
        publisher.close()
        path = self.capture(publisher)
        self.assertNotIn("bit_rate", self.stream(path)["video"])
        self.assertNotIn("bit/s", self.summary(path))

    def test_lost_packets_do_not_lower_the_rates(self):
        publisher = Publisher()
        for place in range(100):
            if place in range(30, 60) or place % 9 == 5:  # several frames in a row, and one packet of some
                wire = message(VIDEO, INTER + bytes(4995), 6, place * 40, 1, CHUNK_SIZE)
                publisher.time = max(publisher.time, publisher.media_began + place * 40 * MILLISECOND)
                lost = slice(0, len(wire)) if place in range(30, 60) else slice(2000, 3448)
                publisher.say(CLIENT, wire[: lost.start])
                publisher.skip(CLIENT, len(wire[lost]))
                publisher.say(CLIENT, wire[lost.stop :])
            else:
                publisher.frame(VIDEO, INTER + bytes(4995), place * 40)
        publisher.close()
        path = self.capture(publisher)
        video = self.stream(path)["video"]
        self.assert_rates(video, 1_000_000, 25)
        self.assertIs(video["rates_exact"], False)
        self.assertAlmostEqual(video["duration_ms"] / 4000, 1, 1)
        self.assertLess(video["bytes"], 70 * 5000)
        self.assertRegex(self.summary(path), r"about (1\.0 Mbit/s|99\d kbit/s), 25 fps")

    def test_a_capture_that_begins_in_mid_stream_has_estimated_timestamps_first(self):
        whole = Publisher()
        begin = len(whole.packets)
        body = INTER + bytes(4995)
        for place in range(100):
            whole.time = max(whole.time, whole.media_began + place * 40 * MILLISECOND)
            time = 20_000 + place * 40
            first = header(0, 6, time, len(body), VIDEO, 1) if place % 50 == 0 else header(1, 6, 40, len(body), VIDEO)
            whole.say(CLIENT, chunks(first, body, 6, CHUNK_SIZE))
        whole.close()
        whole.packets = whole.packets[begin + 20 :]
        path = self.capture(whole)
        video = self.stream(path)["video"]
        self.assert_rates(video, 1_000_000, 25)
        self.assertEqual((video["first_timestamp"], video["last_timestamp"]), (22_000, 23_960))
        self.assertLess(video["duration_ms"], 4000)

    def test_a_cut_message_counts_what_came(self):
        publisher = Publisher()
        wire = message(VIDEO, INTER + bytes(1_000_000 - 5), 6, 0, 1, 2_000_000)
        publisher.say(CLIENT, wire[: 12 + 1000])
        publisher.close()
        path = self.capture(publisher)
        self.assertEqual(self.stream(path)["video"]["bytes"], 1000)
        self.assertIn("1 message, 0 key, 1.0 kB\n", self.summary(path))
        self.assertNotIn("MB", self.summary(path))

    # ---- tracks

    def assert_two_tracks(self, path, kind="video"):
        stream = self.stream(path)
        tracks = stream[f"{kind}_tracks"]
        self.assertEqual([track["track_id"] for track in tracks], [0, 1])
        self.assertEqual(stream[kind], tracks[0])
        for track in tracks:
            self.assertEqual((track["frames"], track["frame_rate"]), (50, 25))
        return tracks

    def test_tracks_are_rows(self):
        publisher = Publisher()
        for place in range(50):
            publisher.frame(VIDEO, (INTER if place % 25 else KEY) + bytes(4995), place * 40)
            first = b"\xa6" if place % 25 else b"\x96"
            publisher.frame(VIDEO, first + b"\x03hvc1\x01" + bytes(993), place * 40)
        publisher.close()
        path = self.capture(publisher)
        first, second = self.assert_two_tracks(path)
        self.assertEqual((first["codec"], second["codec"]), ("H.264/AVC", "H.265/HEVC"))
        self.assertEqual((first["bit_rate"], second["bit_rate"]), (1_000_000, 200_000))
        self.assertEqual((first["key_frames"], second["key_frames"]), (2, 2))
        rows = re.findall(r"^ +video track (\d) (\S+) .*50 messages, 2 key, (.+)$", self.summary(path), re.MULTILINE)
        self.assertEqual(
            rows, [("0", "H.264/AVC", "250 kB, 1.0 Mbit/s, 25 fps"), ("1", "H.265/HEVC", "50.0 kB, 200 kbit/s, 25 fps")]
        )

    def test_messages_with_several_tracks(self):
        """One FourCC for all, one for each; audio, too."""
        one = Publisher(1)
        many = Publisher(2)
        audio = Publisher(3)
        for place in range(50):
            first, second = bytes(1000), bytes(500)
            each = b"\x00" + u24(1000) + first, b"\x01" + u24(500) + second
            one.frame(VIDEO, b"\xa6\x11avc1" + each[0] + each[1], place * 40)
            many.frame(VIDEO, b"\xa6\x23avc1" + each[0] + b"hvc1" + each[1], place * 40)
            audio.frame(AUDIO, b"\x95\x11Opus" + each[0] + each[1], place * 40)
        codecs = {one: ["H.264/AVC"] * 2, many: ["H.264/AVC", "H.265/HEVC"], audio: ["Opus"] * 2}
        for publisher, expected in codecs.items():
            publisher.close()
            tracks = self.assert_two_tracks(self.capture(publisher), "audio" if publisher is audio else "video")
            self.assertEqual([track["codec"] for track in tracks], expected)
            self.assertEqual([track["bytes"] for track in tracks], [50_000, 25_000])
            self.assertEqual([track["bit_rate"] for track in tracks], [200_000, 100_000])

    def test_a_track_that_begins_later_may_come_first(self):
        publisher = Publisher()
        for place in range(50):
            for track in ([7] if place < 10 else [7, 2]):
                publisher.frame(VIDEO, b"\xa6\x03hvc1" + bytes([track]) + bytes(993), place * 40)
        publisher.close()
        stream = self.stream(self.capture(publisher))
        self.assertEqual([(t["track_id"], t["messages"]) for t in stream["video_tracks"]], [(2, 40), (7, 50)])

    def test_a_track_alone_is_no_list(self):
        publisher = Publisher()
        publisher.video(range(0, 2000, 40))
        stream = self.stream(self.capture(publisher))
        self.assertNotIn("video_tracks", stream)
        self.assertNotIn("track_id", stream["video"])

    # ---- aggregates

    def aggregates(self):
        publisher = Publisher(use="play")
        for place in range(25):
            body = b""
            for sub in range(2):
                time = 100_000 + (place * 2 + sub) * 40
                for type_id, data in ((VIDEO, INTER + bytes(995)), (AUDIO, AAC + bytes(98))):
                    tag = bytes([type_id]) + u24(len(data)) + u24(time) + bytes([time >> 24]) + bytes(3) + data
                    body += tag + u32(len(tag))
            publisher.frame(AGGREGATE, body, 5000 + place * 80, side=SERVER)
        publisher.close()
        return self.capture(publisher)

    def test_aggregates_count(self):
        path = self.aggregates()
        connection = self.connection(path)
        self.assertEqual(connection["to_client"]["video_messages"], 50)
        self.assertEqual(connection["to_client"]["audio_messages"], 50)
        video, audio = connection["streams"][0]["video"], connection["streams"][0]["audio"]
        self.assertEqual((video["frames"], video["bytes"], video["bit_rate"]), (50, 50_000, 200_000))
        self.assertEqual((video["first_timestamp"], video["last_timestamp"]), (5000, 6960))
        self.assertEqual((audio["frames"], audio["bit_rate"], audio["codec"]), (50, 20_000, "AAC"))
        self.assertIn("50 messages, 0 key, 50.0 kB, 200 kbit/s, 25 fps", self.summary(path))

    def test_types_have_one_form_inside_and_outside(self):
        for event in self.document(self.aggregates())["events"]:
            if event.get("type") != "aggregate":
                continue
            self.assertEqual(event["type_id"], AGGREGATE)
            inner = event["aggregate"]["messages"]
            self.assertEqual([(each["type"], each["type_id"]) for each in inner[:2]], [("video", 9), ("audio", 8)])
            return
        self.fail("no aggregate")


if __name__ == "__main__":
    FiguresTest.program = Program(sys.argv.pop(1))
    unittest.main()
