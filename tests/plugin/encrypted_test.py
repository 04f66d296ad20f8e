"""RTMPE, RTMPTE and RTMFP in Wireshark: the preference for keys, what is shown with them and without, RTMFP's packets,
filters, columns, statistics, Follow, Decode As.

    encrypted_test.py PROGRAM PLUGIN SERIES
"""

import re
import sys
import tempfile
import unittest
from pathlib import Path

from program import SAMPLES
from wireshark import Tshark

RTMPE = SAMPLES / "rtmpe_crtmp_play_ffmpeg.pcap"
RTMPTE = SAMPLES / "rtmpte_crtmp_play_ffmpeg.pcap"
RTMFP = SAMPLES / "rtmfp_publish_play.pcap"
IMPAIRED = SAMPLES / "rtmfp_impaired.pcap"
CHECKSUM = SAMPLES / "rtmfp_checksum.pcap"
REDIRECTED = SAMPLES / "rtmfp_redirector.pcap"
ENCRYPTED = (RTMPE, RTMPTE, RTMFP, IMPAIRED, CHECKSUM, REDIRECTED)
SESSIONS = (RTMFP, IMPAIRED, CHECKSUM, REDIRECTED)
TLS_LINE = "CLIENT_RANDOM " + "01" * 32 + " " + "02" * 48 + "\n"


class EncryptedTest(unittest.TestCase):
    tshark: Tshark

    def run_with_keys(self, capture, *arguments):
        keys = self.tshark.keys(capture)
        return self.tshark.run("-n", "-r", self.tshark.readable(capture), *keys, *arguments).decode()

    def column(self, capture, field, *arguments, keys=True):
        options = self.tshark.keys(capture) if keys else []
        path = self.tshark.readable(capture)
        output = self.tshark.run("-n", "-r", path, "-T", "fields", "-e", field, *options, *arguments)
        return output.decode().splitlines()

    def frames(self, capture, display_filter, *arguments, keys=True):
        return self.column(capture, "frame.number", "-Y", display_filter, *arguments, keys=keys)

    def what_is_said_of(self, keys):
        """What tshark says on stderr of that key file."""
        options = ["-o", f"rtmpscope.key_file:{keys}", "-Y", "rtmpscope.message"]
        return self.tshark.run_with_errors("-n", "-r", self.tshark.readable(RTMPE), *options)

    # ---- the key file

    def test_a_key_file_that_is_missing_or_of_no_use_is_told_once(self):
        with tempfile.TemporaryDirectory() as folder:
            lines = {"empty": "", "comments": "# nothing\n", "tls": TLS_LINE, "broken": "RTMPE dh_secret=xyz\n"}
            for name, text in lines.items():
                (Path(folder) / name).write_text(text)
            said = {name: self.what_is_said_of(self.tshark.readable(Path(folder) / name)) for name in lines}
        said["missing"] = self.what_is_said_of("/nowhere/keys.txt")
        useless = "has no usable key line"
        expected = {"missing": "cannot be opened", "empty": "there are no keys", "comments": useless, "broken": useless,
                    "tls": "tls.keylog_file"}  # fmt: skip
        for name, text in expected.items():
            with self.subTest(file=name):
                messages, errors = said[name]
                self.assertEqual(errors.decode().count(text), 1, errors)
                self.assertEqual(messages, b"")

    def test_keys_appear_in_no_output(self):
        for capture in ENCRYPTED:
            shown = self.run_with_keys(capture, "-T", "pdml").lower().replace(":", "")
            text = capture.with_suffix(".keys").read_text().lower()
            secrets = re.findall(r"(?:shared_secret |dh_secret=|[rt]x_(?:aes128|hmac)=)([0-9a-f]{32,})", text)
            self.assertTrue(secrets, capture.name)
            for secret in secrets:
                self.assertNotIn(secret, shown, capture.name)

    def test_without_keys_it_is_said_what_there_is(self):
        for capture in (RTMPE, RTMPTE):
            self.assertTrue(self.frames(capture, "rtmpscope.finding.encrypted_stream", keys=False))
            self.assertFalse(self.frames(capture, "rtmpscope.message", keys=False))
        for capture in SESSIONS:
            self.assertTrue(self.frames(capture, "rtmfp.no_key", keys=False))
            self.assertFalse(self.frames(capture, "rtmpscope.message", keys=False))
            self.assertTrue(self.frames(capture, "rtmpscope.rtmfp_hello", keys=False))
            self.assertFalse(self.frames(capture, "rtmfp.no_key"))

    # ---- RTMPE

    def test_names_of_protocols(self):
        for capture, name in ((RTMPE, "RTMPE"), (RTMPTE, "RTMPTE"), (RTMFP, "RTMFP")):
            shown = set(self.column(capture, "_ws.col.Protocol", "-Y", "rtmpscope.message.complete == 1"))
            self.assertEqual(shown, {name})

    def test_rtmpte_is_decrypted_in_http(self):
        for passes in ([], ["-2"]):
            names = self.column(RTMPTE, "rtmpscope.command.name", "-Y", "rtmpscope.command.name", *passes)
            self.assertIn("connect", names[0])
            self.assertFalse(self.frames(RTMPTE, "rtmpscope.gap || rtmpscope.sync_lost", *passes))

    def test_bytes_in_clear_are_a_data_source(self):
        shown = self.run_with_keys(RTMPE, "-x", "-Y", 'rtmpscope.command.name == "connect"')
        self.assertRegex(shown, r"Deciphered RTMPE \(\d+ bytes\):")
        self.assertIn("connect", shown)

    # ---- RTMFP

    def test_bytes_in_clear_are_found_in_the_protocol(self):
        self.assertTrue(self.frames(RTMPE, 'rtmpscope contains "connect"'))
        self.assertFalse(self.frames(RTMPE, 'rtmpscope contains "connect"', keys=False))

    def test_the_protocol_can_be_disabled_in_rtmfp(self):
        off = ("--disable-protocol", "rtmpscope")
        self.assertFalse(self.frames(RTMFP, "rtmpscope", *off))
        self.assertTrue(self.frames(RTMFP, "rtmfp", *off))

    def test_sessions_are_found_by_content_and_by_decode_as(self):
        everything = self.frames(RTMFP, "udp")
        self.assertEqual(self.frames(RTMFP, "rtmfp"), everything)
        off = ["--disable-heuristic", "rtmpscope_udp"]
        self.assertEqual(self.frames(RTMFP, "rtmfp", *off), [])
        ports = set(self.column(RTMFP, "udp.dstport"))
        decode = [part for port in ports for part in ("-d", f"udp.port=={port},rtmfp")]
        self.assertEqual(self.frames(RTMFP, "rtmpscope.message", *off, *decode),
                         self.frames(RTMFP, "rtmpscope.message"))  # fmt: skip

    def test_both_passes_show_the_same(self):
        for capture in SESSIONS:
            once, twice = (self.run_with_keys(capture, "-O", "rtmfp,rtmpscope", *passes) for passes in ([], ["-2"]))
            # The first pass does not know yet who answers.
            twice = re.sub(r"(?m)^ *\[Response frame: \d+\]\n", "", twice)
            self.assertEqual(once, twice, capture.name)

    def test_the_tree_of_a_packet(self):
        for capture in SESSIONS:
            with self.subTest(capture=capture.name):
                self.assertTrue(self.frames(capture, "rtmfp.session_id == 0 && rtmfp.flags.mode == 3"))
                self.assertTrue(self.frames(capture, "rtmfp.timestamp && rtmfp.flags.mode == 1"))
                self.assertTrue(self.frames(capture, "rtmfp.acknowledgement.sequence_number > 1"))
                self.assertFalse(self.frames(capture, "rtmfp.malformed_chunk || _ws.malformed"))
        connect = ["-Y", 'rtmpscope.command.name == "connect"']
        (flow, *_) = self.column(RTMFP, "rtmfp.user_data.flow", *connect)
        self.assertEqual(flow.split(",")[0], self.column(RTMFP, "rtmpscope.message.flow_id", *connect)[0])

    def test_the_info_column(self):
        info = self.column(RTMFP, "_ws.col.Info")
        self.assertTrue(any("connect(1)" in line for line in info), info[:12])
        self.assertTrue(any("Data Acknowledgement" in line for line in info), info[-12:])

    def test_findings_are_expert_items(self):
        self.assertTrue(self.frames(IMPAIRED, "rtmpscope.finding.rtmfp_packet_repeated"))

    def test_statistics(self):
        table = self.run_with_keys(RTMFP, "-q", "-z", "rtmpscope,streams")
        rows = [line for line in table.splitlines() if " |" in line]
        uses = [[cell.strip() for cell in row.split("|")][5] for row in rows[1:]]
        self.assertEqual(sorted(uses), ["play", "publish"], rows)
        commands = self.run_with_keys(RTMFP, "-q", "-z", "rtmpscope,commands")
        self.assertRegex(commands, r"\|connect \|1 \| \|_result \|")

    def test_follow(self):
        numbers = list(dict.fromkeys(self.column(RTMFP, "rtmpscope.stream", "-Y", "rtmpscope.message")))
        lines = [self.run_with_keys(RTMFP, "-q", "-z", f"follow,rtmpscope,ascii,{number}") for number in numbers]
        self.assertTrue(all("connect(1)" in text for text in lines), numbers)
        self.assertEqual(sum("publish(" in text for text in lines), 1)

    def test_redaction(self):
        shown = self.run_with_keys(RTMFP, "-O", "rtmfp,rtmpscope", "-o", "rtmpscope.redact:TRUE")
        self.assertRegex(shown, r"<name [0-9a-f]{6}, \d+ bytes>")
        pdml = self.run_with_keys(RTMFP, "-T", "pdml", "-o", "rtmpscope.redact:TRUE")
        self.assertNotIn("rtmfp.user_data.data", pdml)


if __name__ == "__main__":
    EncryptedTest.tshark = Tshark(sys.argv[2], sys.argv[3])
    with EncryptedTest.tshark:
        unittest.main(argv=sys.argv[:1] + sys.argv[4:])
