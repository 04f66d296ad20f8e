"""What joins events with each other, with other tools and with other captures; and the order of text.

    joining_test.py PROGRAM
"""

import json
import re
import sys
import tempfile
import unittest
from pathlib import Path

from packets import read, write_pcap
from program import SAMPLES, Program

TWO_CONNECTIONS = SAMPLES / "pubplay_ffmpeg_nginx.pcap"
SEVERAL = [SAMPLES / name for name in ("pubplay_ffmpeg_nginx.pcap", "err_publish_denied.pcap", "auth_adobe_bad.pcap",
                                       "err_plain_http_on_1935.pcap")]


def address(endpoint):
    """Without what its SYN says, which connection_open alone has."""
    return {key: endpoint[key] for key in ("address", "port")}


class JoiningTest(unittest.TestCase):
    program: Program

    def events(self, *arguments):
        return [json.loads(line) for line in self.program.ndjson(*arguments).splitlines()]

    def uids(self, *arguments):
        """By the client's port."""
        return {event["client"]["port"]: event["uid"] for event in self.events(*arguments)
                if event["event"] == "connection_open"}

    def test_every_event_of_a_connection_has_its_uid(self):
        events = self.events(*SEVERAL, "--chunks")
        names = {}
        for event in events:
            if event["event"].startswith("capture_"):
                self.assertNotIn("uid", event)
            else:
                self.assertRegex(event["uid"], r"\AC[0-9A-Za-z]{17}\Z")
                self.assertEqual(names.setdefault(event["connection"], event["uid"]), event["uid"])
        self.assertEqual(len(set(names.values())), len(names))
        self.assertGreater(len(names), 4)

    def test_the_uid_is_the_same_wherever_the_packets_are_read(self):
        uids = self.uids(TWO_CONNECTIONS)
        self.assertEqual(uids, self.uids(TWO_CONNECTIONS, "--jobs", 1))
        self.assertEqual(uids, self.uids(TWO_CONNECTIONS, "--only", "connection_open"))
        merged = self.uids(SEVERAL[2], TWO_CONNECTIONS, SEVERAL[1])
        self.assertEqual(uids, {port: merged[port] for port in uids})
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "copy.pcap"
            write_pcap(copy, read(TWO_CONNECTIONS))
            self.assertEqual(uids, self.uids(copy))

    def test_the_document_has_the_uids_of_the_events(self):
        result = self.program.run("analyze", "--format", "json", *SEVERAL)
        document = json.loads(result.stdout)
        told = {event["connection"]: event["uid"] for event in document["events"] if "uid" in event}
        self.assertEqual(told, {each["connection"]: each["uid"] for each in document["connections"]})

    def test_close_repeats_what_open_said(self):
        events = self.events(*SEVERAL)
        opened = {event["uid"]: event for event in events if event["event"] == "connection_open"}
        closed = [event for event in events if event["event"] == "connection_close"]
        self.assertEqual(len(closed), len(opened))
        for event in closed:
            self.assertEqual(event["community_id"], opened[event["uid"]]["community_id"])
            for side in ("client", "server"):
                self.assertEqual(event[side], address(opened[event["uid"]][side]))

    def test_addresses_on_each_line(self):
        events = self.events(TWO_CONNECTIONS, "--addresses", "--ranges")
        opened = {event["uid"]: event for event in events if event["event"] == "connection_open"}
        for event in events:
            if "uid" in event:
                for side in ("client", "server"):
                    ends = {key: event[f"{side}_{key}"] for key in ("address", "port")}
                    self.assertEqual(ends, address(opened[event["uid"]][side]))

    def test_deceptive_characters_are_escaped(self):
        """A stream name that would reorder the line around it."""
        name, deceptive = b"avc_aac", "a‮c\u00adab".encode()[:7]
        self.assertEqual(len(deceptive), len(name))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "deceptive.pcap"
            path.write_bytes((SAMPLES / "pub_ffmpeg_nginx_avc_aac.pcap").read_bytes().replace(name, deceptive))
            for options in ([], ["--format", "ndjson"], ["--format", "json"]):
                output = self.program.run("analyze", *options, path).stdout
                self.assertNotIn("‮".encode(), output)
                self.assertNotIn("\u00ad".encode(), output)
                self.assertIn(rb"\u202", output)


class OrderTest(unittest.TestCase):
    program: Program

    def text(self, *arguments):
        return self.program.run("analyze", *arguments).stdout.decode()

    def blocks(self, *arguments):
        """Numbers of connections as their blocks come."""
        return [int(number) for number in re.findall(r"^#(\d+)  \S+ → ", self.text(*arguments), re.M)]

    def table(self, *arguments):
        return [int(number) for number in re.findall(r"^ *#(\d+)  \d{4}-\d\d-\d\d ", self.text(*arguments), re.M)]

    def test_blocks_stand_in_the_order_of_beginnings(self):
        numbers = self.blocks(*SEVERAL)
        opened = [json.loads(line) for line in self.program.ndjson("--only", "connection_open", *SEVERAL).splitlines()]
        expected = [event["connection"] for event in sorted(opened, key=lambda event: event["time"])]
        self.assertEqual(numbers, expected)
        self.assertGreater(len(numbers), 4)
        self.assertNotEqual(self.blocks("--sort", "end", *SEVERAL), numbers)
        self.assertCountEqual(self.blocks("--sort", "end", *SEVERAL), numbers)

    def test_more_than_four_connections_have_a_table_first(self):
        for options in ([], ["--summary", "--no-analysis"]):
            text = self.text(*options, *SEVERAL)
            self.assertLess(text.index("start (UTC)"), text.index("#1  127"))
            self.assertEqual(self.table(*options, *SEVERAL), self.blocks(*options, *SEVERAL))
        self.assertNotIn("start (UTC)", self.text(TWO_CONNECTIONS))
        self.assertNotIn("start (UTC)", self.text("--sort", "end", *SEVERAL))

    def test_other_orders(self):
        closed = [json.loads(line) for line in self.program.ndjson(*SEVERAL).splitlines()]
        closed = [event for event in closed if event["event"] == "connection_close"]
        sizes = {event["connection"]: event["to_server"]["bytes"] + event["to_client"]["bytes"] for event in closed}
        times = {event["connection"]: event["duration_ms"] for event in closed}
        for order, figures in (("bytes", sizes), ("duration", times)):
            expected = sorted(figures, key=lambda number: (-figures[number], number))
            self.assertEqual(self.blocks("--sort", order, *SEVERAL), expected)
            self.assertEqual(self.table("--sort", order, *SEVERAL), expected)

    def test_the_worst_come_first(self):
        number = self.blocks("--sort", "findings", SAMPLES / "err_metadata_zero_length.pcap", TWO_CONNECTIONS)
        self.assertEqual(len(number), 3)
        text = self.text("--sort", "findings", SAMPLES / "err_metadata_zero_length.pcap", TWO_CONNECTIONS)
        self.assertIn("findings", text[:text.index(f"#{number[1]}  ")])

    def test_threads_do_not_change_the_order(self):
        self.assertEqual(self.text("--jobs", 1, *SEVERAL), self.text("--jobs", 7, *SEVERAL))

    def test_the_last_line_counts_what_is_shown(self):
        last = self.text("--summary", "--connection", 2, TWO_CONNECTIONS).splitlines()[-1]
        totals = [json.loads(line) for line in self.program.ndjson("--connection", 2, TWO_CONNECTIONS).splitlines()]
        closed = next(event for event in totals if event["event"] == "connection_close")
        packets = closed["to_server"]["packets"] + closed["to_client"]["packets"]
        self.assertRegex(last, rf"\Ashown: 1 RTMP connection, {packets} packets, \S+ kB; of 2 RTMP connections, \d+ ")
        self.assertNotIn("shown: ", self.text("--summary", TWO_CONNECTIONS))


if __name__ == "__main__":
    JoiningTest.program = OrderTest.program = Program(sys.argv.pop(1))
    unittest.main()
