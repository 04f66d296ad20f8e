"""What a connection amounts to, from bytes to text and JSON: what TCP sent again, how it ended, names and statuses.

    connection_test.py PROGRAM
"""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from collections import Counter
from dataclasses import replace
from pathlib import Path

import packets
from program import SAMPLES, Program
from publisher import ACK, CLIENT, FIN, MILLISECOND, PUSH, SERVER, Publisher

RST = 4
SECOND = 1000 * MILLISECOND
AGAIN = ("retransmission", "fast_retransmission", "spurious_retransmission", "out_of_order")


class ConnectionTest(unittest.TestCase):
    program: Program

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def capture(self, *lists):
        """Packets in the order given."""
        path = self.folder / "capture.pcap"
        packets.write_pcap(path, [packet for each in lists for packet in each])
        return path

    def connections(self, path):
        document = json.loads(self.program.run("analyze", "--format", "json", path).stdout)
        closes = [event for event in document["events"] if event["event"] == "connection_close"]
        for connection, close in zip(document["connections"], closes, strict=True):
            for key in ("reason", "ended_by", "reset"):
                self.assertEqual(connection.get(key), close.get(key))  # the two say the same
            for key in ("to_server", "to_client"):
                said = {name: close[key][name] for name in connection[key]}  # the event says more
                self.assertEqual(connection[key], said)
        return document["connections"]

    def connection(self, path):
        (connection,) = self.connections(path)
        return connection

    def summary(self, path):
        return self.program.run("analyze", "--summary", "--no-analysis", path).stdout.decode()

    # ---- sent again, or overtaken

    def sent(self, *parts):
        """A connection with a round trip of 10 ms, and what its client's direction came to. Parts are lists of (number
        of a segment of 1000 bytes, milliseconds before it, whether the server acknowledges)."""
        publisher = Publisher()
        for index, packet in enumerate(publisher.packets[2:], 2):
            publisher.packets[index] = replace(packet, time=packet.time + 10 * MILLISECOND)
        publisher.time += 20 * MILLISECOND
        begin = publisher.next[CLIENT]
        highest = 0
        for number, wait, acknowledged in parts:
            publisher.time += wait * MILLISECOND
            publisher.send(CLIENT, bytes(1000), ACK | PUSH, begin + number * 1000)
            highest = max(highest, number + 1)
            publisher.next[CLIENT] = begin + highest * 1000
            if acknowledged:
                publisher.send(SERVER)
        publisher.close()
        totals = self.connection(self.capture(publisher.packets))["to_server"]
        return tuple(totals[key] for key in (
            "out_of_order_segments", "retransmitted_segments", "retransmitted_bytes", "missing_bytes"))  # fmt: skip

    def test_a_hole_of_the_capture_is_not_out_of_order(self):
        self.assertEqual(self.sent((0, 1, True), (2, 1, True), (3, 1, True)), (0, 0, 0, 1000))

    def test_a_segment_that_others_have_overtaken(self):
        self.assertEqual(self.sent((0, 1, True), (2, 1, False), (1, 1, True), (3, 1, True)), (1, 0, 0, 0))
        self.assertEqual(self.sent((0, 1, True), (3, 1, False), (2, 1, False), (1, 1, True)), (2, 0, 0, 0))

    def test_a_loss_before_the_capture_point_is_sent_again(self):
        self.assertEqual(self.sent((0, 1, True), (2, 1, False), (3, 1, False), (1, 12, True)), (0, 1, 1000, 0))

    def test_a_loss_behind_the_capture_point_is_sent_again(self):
        self.assertEqual(self.sent((0, 1, False), (1, 1, False), (0, 12, True)), (0, 1, 1000, 0))

    def test_what_the_receiver_had_long_ago_came_late(self):
        self.assertEqual(self.sent((0, 1, True), (2, 1, True), (3, 1, True), (1, 20, True)), (1, 0, 0, 0))

    def clocked(self, clock_of_filler):
        """What a segment counts as that fills a gap 10 ms late, by its clock; that of the segment behind is 1000."""
        publisher = Publisher()
        begin = publisher.next[CLIENT]
        for number, wait, clock in ((1, 1, 1000), (0, 10, clock_of_filler)):
            publisher.time += wait * MILLISECOND
            publisher.send(CLIENT, bytes(1000), ACK | PUSH, begin + number * 1000)
            packet = publisher.packets[-1]
            options = b"\x01\x01\x08\x0a" + clock.to_bytes(4, "big") + bytes(4)
            ip, tcp, payload = packet.data[14:34], packet.data[34:54], packet.data[54:]
            ip = ip[:2] + (len(ip) + len(tcp) + len(options) + len(payload)).to_bytes(2, "big") + ip[4:]
            tcp = tcp[:12] + bytes([8 << 4]) + tcp[13:]
            publisher.packets[-1] = packet.with_data(packet.data[:14] + ip + tcp + options + payload)
        publisher.next[CLIENT] = begin + 2000
        publisher.send(SERVER)
        publisher.close()
        totals = self.connection(self.capture(publisher.packets))["to_server"]
        return totals["out_of_order_segments"], totals["retransmitted_segments"]

    def test_the_senders_clock_says_when_a_segment_was_sent(self):
        """With a round trip of 0.2 ms, both would be taken for sent again."""
        self.assertEqual(self.clocked(999), (1, 0))
        self.assertEqual(self.clocked(1010), (0, 1))

    def test_text_says_both(self):
        publisher = Publisher()
        publisher.send(CLIENT, bytes(100), ACK | PUSH, publisher.next[CLIENT] - 100)
        publisher.close()
        self.assertIn("(100 B in 1 segment retransmitted)", self.summary(self.capture(publisher.packets)))

    def tshark(self, path):
        """Segments with payload that were sent again or came late, by port of the sender and of the other side."""
        fields = [f"tcp.analysis.{name}" for name in AGAIN]
        command = ["tshark", "-r", path, "-Y", "tcp.len > 0 && (" + " || ".join(fields) + ")", "-T", "fields"]
        command += ["-e", "tcp.srcport", "-e", "tcp.dstport"]
        lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
        return Counter(tuple(map(int, line.split())) for line in lines)

    @unittest.skipUnless(shutil.which("tshark"), "no tshark")
    def test_figures_are_those_of_tshark(self):
        """tshark cannot always tell the two from each other: it looks at the last segment, not at the gap."""
        for name in ("netem_loss5.pcap", "netem_clean_10ms.pcap", "pub_ffmpeg_nginx_avc_aac.pcap"):
            path = SAMPLES / name
            with self.subTest(name):
                ours = Counter()
                for connection in self.connections(path):
                    client, server = connection["client"]["port"], connection["server"]["port"]
                    for sender, direction in (((client, server), "to_server"), ((server, client), "to_client")):
                        totals = connection[direction]
                        ours[sender] += totals["retransmitted_segments"] + totals["out_of_order_segments"]
                self.assertEqual(+ours, self.tshark(path))

    def test_a_lossy_path_reorders_nothing(self):
        connections = self.connections(SAMPLES / "netem_loss5.pcap")
        totals = [each["to_server"] for each in connections if each["client"]["port"] == 57498]
        self.assertEqual([(t["retransmitted_segments"], t["out_of_order_segments"]) for t in totals], [(15, 0)])

    # ---- ends

    def ended(self, *flags):
        """(reason, who, whether a reset came, the words) of a connection that ends with these (side, flags)."""
        publisher = Publisher()
        for side, flag in flags:
            publisher.send(side, flags=flag)
        path = self.capture(publisher.packets)
        connection = self.connection(path)
        self.assertEqual(
            connection["to_server"]["packets"] + connection["to_client"]["packets"], len(publisher.packets)
        )
        words = self.summary(path).splitlines()[1].split(" s, ")[-1].split(" ms, ")[-1]
        return connection["reason"], connection.get("ended_by"), connection.get("reset", False), words

    def test_ends(self):
        fin, reset, ack = FIN | ACK, RST, ACK
        client, server = "closed by the client", "closed by the server"
        for flags, expected in {
            ((CLIENT, fin), (SERVER, fin), (CLIENT, ack)): ("fin", "client", False, client),
            ((CLIENT, fin), (SERVER, ack), (SERVER, fin), (CLIENT, ack)): ("fin", "client", False, client),
            ((SERVER, fin), (CLIENT, fin), (SERVER, ack)): ("fin", "server", False, server),
            ((CLIENT, fin), (SERVER, fin)): ("fin", "client", False, client),
            ((CLIENT, fin), (SERVER, fin), (CLIENT, reset)): ("fin", "client", True, client + ", then reset"),
            ((CLIENT, fin), (SERVER, ack)): ("fin", "client", False, client),
            ((SERVER, fin), (CLIENT, ack)): ("fin", "server", False, server),
            # A side that has closed and gets more resets.
            ((CLIENT, fin), (SERVER, ack), (CLIENT, reset)): ("fin", "client", True, client + ", then reset"),
            ((CLIENT, fin), (SERVER, reset)): ("reset", "server", True, "reset by the server"),
            ((SERVER, reset),): ("reset", "server", True, "reset by the server"),
            ((CLIENT, reset),): ("reset", "client", True, "reset by the client"),
            (): ("capture_end", None, False, "capture ended first"),
        }.items():
            with self.subTest(flags):
                self.assertEqual(self.ended(*flags), expected)

    def test_a_second_copy_of_a_capture_counts(self):
        publisher = Publisher()
        publisher.video(range(0, 2000, 40))
        publisher.close()
        once = publisher.packets
        for name, shift in {"later": 5 * SECOND, "long after": 500 * SECOND, "with its own times": 0}.items():
            with self.subTest(name):
                again = [replace(packet, time=packet.time + shift) for packet in once]
                first, second = self.connections(self.capture(once, again))
                self.assertEqual(first["streams"][0]["video"], second["streams"][0]["video"])
                self.assertEqual(second["to_server"]["retransmitted_bytes"], 0)

    def notes(self, path):
        found = [event for event in self.program.events(path) if event.get("event") == "finding"]
        return [(event.get("connection"), event.get("id")) for event in found]

    def test_a_second_copy_of_a_capture_that_has_no_end_counts(self):
        publisher = Publisher()
        publisher.video(range(0, 2000, 40))
        whole, without_start = publisher.packets, publisher.packets[20:]
        for name, once, shift in (
            ("its own times", whole, 0), ("later", whole, 5 * SECOND), ("before", whole, -50 * SECOND),
            ("without a SYN", without_start, 0),
        ):  # fmt: skip
            with self.subTest(name):
                again = [replace(packet, time=packet.time + shift) for packet in once]
                path = self.capture(once, again)
                first, second = self.connections(path)
                self.assertEqual(first["reason"], "port_reuse")
                self.assertEqual(second["reason"], "capture_end")
                self.assertEqual(first["streams"][0]["video"], second["streams"][0]["video"])
                for connection in (first, second):
                    self.assertEqual(connection["to_server"]["retransmitted_segments"], 0)
                self.assertIn((second["connection"], "connection_repeated"), self.notes(path))
                said = self.program.run("analyze", "--no-analysis", path).stdout.decode()
                self.assertIn("a second copy, not another connection", said)

    def test_a_second_copy_without_a_start_counts_behind_the_end_too(self):
        publisher = Publisher()
        publisher.video(range(0, 2000, 40))
        publisher.close()
        once = publisher.packets[20:]
        first, second = self.connections(self.capture(once, once))
        self.assertEqual(first["streams"][0]["video"], second["streams"][0]["video"])

    def test_what_may_be_a_second_copy_is_said_to_be_so(self):
        """Replayed at once, as a loop does: two capture points with other clocks begin alike."""
        publisher = Publisher()
        publisher.video(range(0, 2000, 40))
        once = publisher.packets
        shift = once[-1].time - once[0].time + 20 * MILLISECOND
        path = self.capture(once, [replace(packet, time=packet.time + shift) for packet in once])
        connection = self.connection(path)
        self.assertEqual(self.notes(path).count((connection["connection"], "syn_again")), 1)
        self.assertGreater(connection["to_server"]["retransmitted_segments"], 0)

    def test_a_short_second_copy_may_be_one(self):
        publisher = Publisher()
        publisher.video(range(0, 400, 40))
        path = self.capture(publisher.packets, publisher.packets)
        self.assertEqual([note for _, note in self.notes(path) if note == "syn_again"], ["syn_again"])
        self.assertEqual(self.connection(path)["streams"][0]["video"]["messages"], 10)

    def test_a_clock_that_is_set_makes_no_second_copy(self):
        publisher = Publisher()
        publisher.video(range(0, 2000, 40))
        once = publisher.packets
        for shift in (-60 * SECOND, 60 * SECOND, once[0].time - once[30].time):
            with self.subTest(shift):
                late = [replace(packet, time=packet.time + shift) for packet in once[30:]]
                path = self.capture(once[:30], late)
                self.assertEqual(self.connection(path)["streams"][0]["video"]["messages"], 50)
                self.assertFalse({"syn_again", "connection_repeated"} & {note for _, note in self.notes(path)})

    def test_a_second_capture_point_is_no_second_connection(self):
        publisher = Publisher()
        publisher.video(range(0, 200, 40))
        publisher.close()
        late = [replace(packet, time=packet.time + 30 * MILLISECOND) for packet in publisher.packets]
        both = sorted(publisher.packets + late, key=lambda packet: packet.time)
        self.assertEqual(self.connection(self.capture(both))["streams"][0]["video"]["messages"], 5)

    # ---- names, statuses

    def test_an_empty_name_is_a_name(self):
        for use in ("publish", "play"):
            with self.subTest(use):
                publisher = Publisher(name="", use=use)
                publisher.close()
                path = self.capture(publisher.packets)
                stream = self.connection(path)["streams"][0]
                self.assertEqual((stream["use"], stream["name"]), (use, ""))
                self.assertIn(f'{use} ""  on stream 1', self.summary(path))
                requests = [e for e in self.program.events(path) if e.get("stream_name") is not None]
                self.assertEqual([event.get("stream_name") for event in requests], [""])

    def test_a_status_on_stream_0_belongs_to_the_stream_that_asked(self):
        publisher = Publisher(name=None)
        publisher.command(CLIENT, "publish", 3, None, "a", "live", stream=1)
        publisher.command(CLIENT, "play", 4, None, "b", stream=2)
        for code in ("NetStream.Play.Start", "NetStream.Publish.Start"):
            publisher.command(SERVER, "onStatus", 0, None, {"level": "status", "code": code})
        publisher.close()
        path = self.capture(publisher.packets)
        streams = {stream["name"]: stream["status"] for stream in self.connection(path)["streams"]}
        self.assertEqual(streams, {"a": "NetStream.Publish.Start", "b": "NetStream.Play.Start"})
        self.assertIn("play b  on stream 2  NetStream.Play.Start", self.summary(path))

    def test_a_notification_may_be_a_name_alone(self):
        publisher = Publisher()
        publisher.command(SERVER, "onFCPublish")
        publisher.close()
        path = self.capture(publisher.packets)
        findings = [event for event in self.program.events(path) if event.get("event") == "finding"]
        self.assertIn(("command_name_alone", "note"), [(f.get("id"), f.get("severity")) for f in findings])
        self.assertNotIn("transaction_id_missing", [f.get("id") for f in findings])


if __name__ == "__main__":
    ConnectionTest.program = Program(sys.argv.pop(1))
    unittest.main()
