"""What the text says of odd messages, from bytes to lines.

    text_test.py PROGRAM
"""

import re
import struct
import sys
import tempfile
import unittest
from pathlib import Path

from packets import write_pcap
from program import Program, samples
from rtmp_writer import (ACKNOWLEDGEMENT, AUDIO, COMMAND_AMF0, DATA_AMF0, USER_CONTROL, VIDEO, amf0_values,
                         properties, u16)
from session import CLIENT, SERVER, Session

NEW = "rtmp://198.51.100.9:1935/live?token=SECRET"


class TextTest(unittest.TestCase):
    program: Program

    def text(self, session, *options):
        """The lines of the conversation behind the handshake, without the column of times."""
        if not session.packets[-1].data[-20 + 13] & 1:
            session.end()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "capture.pcap"
            write_pcap(path, session.packets)
            wide = {"COLUMNS": "400", "LC_ALL": "C.UTF-8"}
            output = self.program.run("analyze", "--no-analysis", path, *options, env=wide).stdout.decode()
        lines = [line.split(None, 1)[1] for line in output.splitlines() if re.match(r" +\+\d", line)]
        return [line for line in lines if "handshake" not in line]

    @staticmethod
    def saying(side, *bodies, type_id=COMMAND_AMF0, stream=0, chunk_stream_id=3):
        session = Session()
        for body in bodies:
            session.send(side, type_id, body, None, chunk_stream_id=chunk_stream_id, stream=stream)
        return session

    # ---- addresses

    def test_a_redirect_shows_where_to(self):
        status = {"level": "error", "code": "NetConnection.Connect.Rejected", "description": "Redirect"}
        session = self.saying(SERVER, amf0_values("_error", 1, None, status | {"ex": {"code": 302, "redirect": NEW}}))
        (line,) = self.text(session)
        self.assertEqual(line, f'←  _error(1)  NetConnection.Connect.Rejected  "Redirect"  302 to "{NEW}"')
        (line,) = self.text(session, "--redact")
        self.assertRegex(line, r'302 to "rtmp://<host [0-9a-f]{6}, 12 bytes>:1935/<path .*, 4 bytes>\?<query .*>"$')
        self.assertNotIn("SECRET", line)

    def test_a_request_to_reconnect_shows_where_to(self):
        status = {"level": "status", "code": "NetConnection.Connect.ReconnectRequest", "description": "Maintenance"}
        bodies = [amf0_values("onStatus", 0, None, status | more) for more in ({"tcUrl": NEW}, {"tcUrl": ""}, {})]
        first, *others = self.text(self.saying(SERVER, *bodies))
        plain = '←  onStatus(0)  NetConnection.Connect.ReconnectRequest  "Maintenance"'
        self.assertEqual((first, others), (f'{plain}  to "{NEW}"', [plain, plain]))

    # ---- messages without what they should have

    def test_data_without_a_name_is_data(self):
        bodies = amf0_values(1, 2, "@setDataFrame"), amf0_values(None, 3), amf0_values(None)
        lines = self.text(self.saying(CLIENT, *bodies, type_id=DATA_AMF0, stream=1))
        self.assertEqual([line for line in lines if "note:" not in line],
                         ['→  data  1  2  "@setDataFrame"', "→  data  null  3", "→  data  null"])

    def test_data_without_a_body_is_data(self):
        lines = self.text(self.saying(CLIENT, b"", type_id=DATA_AMF0, stream=1))
        self.assertEqual(lines[-1], "→  data  (empty)")

    def test_control_values_that_are_missing_are_not_invented(self):
        session = Session()
        for type_id, body in ((USER_CONTROL, b""), (USER_CONTROL, b"\0"), (USER_CONTROL, u16(6)),
                              (ACKNOWLEDGEMENT, b"\0\0\1"), (ACKNOWLEDGEMENT, b"\0\0\0\1")):  # fmt: skip
            session.send(SERVER, type_id, body, None, chunk_stream_id=2)
        lines = [line for line in self.text(session) if "error:" not in line]
        self.assertEqual(lines, ["←  User Control", "←  User Control", "←  Ping Request", "←  Acknowledgement",
                                 "←  Acknowledgement 1"])

    def test_dates_say_their_zone_in_words(self):
        def date(zone):
            return b"\x0b" + struct.pack(">dh", 1_700_000_000_000, zone)

        for zone, words in ((-20480, "-20480"), (60, "60")):
            body = amf0_values("onMetaData", b"\x03" + properties({"creationdate": date(zone)}))
            finding, line = self.text(self.saying(CLIENT, body, type_id=DATA_AMF0, stream=1))
            self.assertEqual(finding, f"→  note: date has a time zone of {words} minutes  [amf0_date_time_zone]")
            self.assertIn("creationdate: 2023-11-14T22:13:20.000Z", line)

    # ---- times

    def times(self, output):
        return [float(time) for time in re.findall(r"^ +\+(\d+\.\d{3}) ", output, re.MULTILINE)]

    def test_times_of_a_connection_never_go_back(self):
        checked = 0
        for sample in samples():
            output = self.program.run("analyze", sample, "--chunks").stdout.decode()
            for block in output.split("\n\n"):
                times = self.times(block)
                checked += len(times)
                self.assertEqual(times, sorted(times), sample.name)
        self.assertGreater(checked, 1000)

    def test_lines_about_bytes_that_had_to_wait_stand_where_these_came(self):
        """A segment of the client is lost, and what it sent behind that is told only when there are enough messages."""
        session = Session()
        session.set_chunk_size(CLIENT, 4096)
        video = b"\x27\1\0\0\0" + bytes(range(256)) * 4
        for turn in range(40):
            session.send(CLIENT, VIDEO, video, None, chunk_stream_id=6, stream=1, time=40 * turn)
            session.send(CLIENT, AUDIO, b"\xaf\1" + bytes(100), None, chunk_stream_id=4, stream=1, time=40 * turn)
            ping = u16(6) + turn.to_bytes(4, "big")
            session.send(SERVER, USER_CONTROL, ping, None, chunk_stream_id=2)
        session.end()
        lost = next(i for i, packet in enumerate(session.packets) if len(packet.data) > 1000 and i > 60)
        packets = session.packets[:lost] + session.packets[lost + 1 :]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "capture.pcap"
            write_pcap(path, packets)
            output = self.program.run("analyze", path).stdout.decode()
            events = [event.get("time") for event in self.program.events(path) if event.get("connection")]
        self.assertIn("gap:", output)
        self.assertNotEqual(events, sorted(events), "nothing had to wait")
        self.assertEqual(self.times(output), sorted(self.times(output)))

    def test_times_of_responses_are_rounded_alike(self):
        seen = set()
        for sample in samples():
            output = self.program.run("analyze", sample).stdout.decode()
            seen.update(re.findall(r"  \[([\d.]+ m?s)\]$", output, re.MULTILINE))
            self.assertNotRegex(output, r"handshake done: .*\[(?!\d\.\d ms|\d\d+ ms|\d+\.\d{3} s)")
        for time in seen:
            self.assertRegex(time, r"^(\d\.\d ms|[1-9]\d{1,2} ms|\d+\.\d{3} s|1000 ms|10\.0 ms)$")


if __name__ == "__main__":
    TextTest.program = Program(sys.argv.pop(1))
    unittest.main()
