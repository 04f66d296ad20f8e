"""The preference rtmpscope.redact: no text of the wire that is not known to be harmless, in anything that is shown.

    redaction_test.py PROGRAM PLUGIN SERIES
"""

import re
import sys
import tempfile
import unittest
from pathlib import Path

import marked_texts
from program import Program, SAMPLES
from wireshark import Tshark

SAMPLE = SAMPLES / "pubplay_ffmpeg_nginx.pcap"
RTMPT = SAMPLES / "rtmpt_crtmp_publish_ffmpeg.pcap"
VIEWS = {
    "tree": ["-O", "rtmpscope"],
    "tree with media": ["-O", "rtmpscope", "-o", "rtmpscope.media_detail:TRUE"],
    "columns": ["-T", "fields", "-e", "_ws.col.Info"],
    "experts": ["-q", "-z", "expert"],
    "streams": ["-q", "-z", "rtmpscope,streams"],
    "commands": ["-q", "-z", "rtmpscope,commands"],
    "follow": ["-q", "-z", "follow,rtmpscope,ascii,0"],
}


class RedactionTest(unittest.TestCase):
    program: Program
    tshark: Tshark

    @classmethod
    def setUpClass(cls):
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        capture = folder / "marked.pcap"
        marked_texts.write(capture)
        cls.capture = cls.tshark.readable(capture)
        (folder / "key").write_text("a key of 16 bytes or more\n")
        cls.key = cls.tshark.readable(folder / "key")

    def show(self, view, *preferences, capture=None):
        options = [option for preference in preferences for option in ("-o", f"rtmpscope.{preference}")]
        arguments = ["-n", "-r", capture or self.capture, *VIEWS[view], *options]
        output, errors = self.tshark.run_with_errors(*arguments)
        return output.decode(), errors.decode()

    def test_no_view_shows_a_marker(self):
        for view in VIEWS:
            with self.subTest(view=view):
                # What tshark says of packets that belong to other protocols is not the plugin's.
                plain, redacted = (self.show(view, f"redact:{flag}")[0] for flag in ("FALSE", "TRUE"))
                other = r"GET /ZQ|PROXY ZQ"
                if view not in ("experts",):
                    self.assertIn(marked_texts.PREFIX, re.sub(other, "", plain))
                self.assertNotIn(marked_texts.PREFIX, re.sub(other, "", redacted))

    def test_pseudonyms_are_those_of_the_program(self):
        text = self.program.run("analyze", "--redact-key", self.key, SAMPLE).stdout.decode()
        name = re.search(r"<name [0-9a-f]{6}, 5 bytes>", text)[0]
        sample = self.tshark.readable(SAMPLE)
        for view in ("tree", "columns", "streams", "commands", "follow"):
            with self.subTest(view=view):
                self.assertIn(name, self.show(view, "redact:TRUE", f"redact_key:{self.key}", capture=sample)[0])

    def test_a_key_that_cannot_be_read_is_told(self):
        sample = self.tshark.readable(SAMPLE)
        output, errors = self.show("streams", "redact:TRUE", "redact_key:/no/such/file", capture=sample)
        self.assertIn("/no/such/file", errors)
        self.assertNotIn("room1", output)

    def test_addresses(self):
        sample = self.tshark.readable(SAMPLE)
        for view in ("streams", "commands"):
            with self.subTest(view=view):
                self.assertIn("127.0.0.1:", self.show(view, "redact:TRUE", capture=sample)[0])
                self.assertNotRegex(self.show(view, "redact_addresses:TRUE", capture=sample)[0], r"127\.0\.0\.1")

    def test_ids_of_tunnels(self):
        sample = self.tshark.readable(RTMPT)
        field = ["-T", "fields", "-e", "rtmpscope.rtmpt.session_id", "-Y", "rtmpscope.rtmpt.session_id"]
        shown = self.tshark.run("-n", "-r", sample, *field, "-o", "rtmpscope.redact:TRUE").decode().split("\n")
        self.assertEqual(len(set(filter(None, shown))), 1)
        self.assertRegex(shown[0], r"<session [0-9a-f]{6}, 16 bytes>")


if __name__ == "__main__":
    program_path, plugin, series = sys.argv[1:4]
    del sys.argv[1:4]
    RedactionTest.program = Program(program_path)
    with Tshark(plugin, series) as RedactionTest.tshark:
        unittest.main()
