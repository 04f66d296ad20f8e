"""--redact: no text of the wire that is not known to be harmless, in any output; pseudonyms that can be joined.

    redaction_test.py PROGRAM
"""

import re
import sys
import tempfile
import unittest
from pathlib import Path

import marked_texts
from flv_reader import DATA, tags
from program import Program, SAMPLES

SAMPLE = SAMPLES / "pubplay_ffmpeg_nginx.pcap"
KEY = "a key of 16 bytes or more"
OUTPUTS = (
    (), ("--ascii",), ("--chunks",), ("--summary",), ("--color", "always"),
    ("--format", "json"), ("--format", "json", "--chunks", "--ranges"),
    ("--format", "ndjson"), ("--format", "ndjson", "--chunks", "--ranges"), ("--format", "ndjson", "--only", "finding"),
)  # fmt: skip
PSEUDONYM = r"<[a-z0-9_]+ [0-9a-f]{6}, \d+ bytes?>"
NO_INPUT = 3
ADDRESS = (
    r"10\.0\.0\.\d|192\.0\.2\.2|(?<![0-9a-f])50000(?![0-9a-f])|1:[A-Za-z0-9+/]{27}="
    r"|[0-9>]:1935\b(?!,)|\"port\":\d"
)


class RedactionTest(unittest.TestCase):
    program: Program

    @classmethod
    def setUpClass(cls):
        cls.root = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.capture = cls.root / "marked.pcap"
        cls.markers = marked_texts.write(cls.capture)
        cls.key = cls.root / "key"
        cls.key.write_text(KEY)

    def analyze(self, capture, *options):
        result = self.program.run("analyze", *options, capture)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout.decode() + result.stderr.decode()

    # ---- what must not be shown

    def test_the_markers_are_where_texts_are_shown(self):
        plain = self.analyze(self.capture, "--format", "ndjson")
        self.assertEqual([marker for marker in self.markers if marker not in plain], [])
        self.assertGreater(len(self.markers), 2000)

    def test_no_output_shows_a_marker(self):
        for options in OUTPUTS:
            for redact in (["--redact"], ["--redact-key", self.key], ["--redact-addresses"]):
                with self.subTest(options=options, redact=redact):
                    output = self.analyze(self.capture, *options, *redact)
                    self.assertNotIn(marked_texts.PREFIX, output)
                    self.assertNotIn(b"ZQ".hex() * 2, output)
                    self.assertNotRegex(output, r'"hex"')
                    self.assertNotIn(str(int.from_bytes(b"ZQ.1", "big")), output)

    def test_addresses_are_shown_unless_they_are_redacted_too(self):
        for options in OUTPUTS:
            with self.subTest(options=options):
                shown = self.analyze(self.capture, *options, "--redact")
                hidden = self.analyze(self.capture, *options, "--redact-addresses")
                self.assertNotRegex(hidden, ADDRESS)
                if "--only" not in options:
                    self.assertRegex(shown, r"10\.0\.0\.1")

    def test_exported_files_show_no_marker(self):
        folder = self.root / "files"
        result = self.program.run("export", "flv", self.capture, "-o", folder, "--redact-key", self.key)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn(marked_texts.PREFIX, result.stdout.decode() + result.stderr.decode())
        files = {path.name: path.read_bytes() for path in folder.iterdir()}
        self.assertTrue(files)
        scripts = 0
        for name, content in files.items():
            self.assertRegex(name, r"^(app-[0-9a-f]{6}_)?(name-[0-9a-f]{6}|stream\d+)(-\d+)*\.flv$")
            for kind, _, body in tags(content):
                if kind == DATA:
                    scripts += 1
                    self.assertNotIn(b"ZQ", body)
        self.assertGreater(scripts, 10)

    def test_what_is_harmless_is_shown(self):
        output = self.analyze(SAMPLES / "srs_avc_aac.pcap", "--redact")
        for text in ("connect(1)", "NetConnection.Connect.Success", '"Connection succeeded"', "onMetaData",
                     "width: 320", "FMLE/3.0 (compatible; Lavf62.19.101)", "flashVer", "127.0.0.1:1955"):  # fmt: skip
            self.assertIn(text, output)

    # ---- pseudonyms

    def test_a_name_has_one_pseudonym_everywhere(self):
        for options in OUTPUTS[:9]:
            with self.subTest(options=options):
                output = self.analyze(SAMPLE, *options, "--redact")
                names = re.findall(r"<name ([0-9a-f]{6}), 5 bytes>", output)
                self.assertEqual(len(set(names)), 1, output)
                self.assertGreaterEqual(len(names), 2)
                self.assertNotIn("room1", output)

    def test_a_name_is_the_same_with_and_without_its_query(self):
        output = self.analyze(self.capture, "--redact", "--summary")
        self.assertRegex(output, r"publish .*<name [0-9a-f]{6}, \d+ bytes>\?<query [0-9a-f]{6}, 9 bytes>")
        self.assertRegex(output, r"publish .*mp4:<name [0-9a-f]{6}, \d+ bytes>")

    def test_keys(self):
        def pseudonyms(*options):
            return re.findall(PSEUDONYM, self.analyze(SAMPLE, "--format", "ndjson", *options))

        same = pseudonyms("--redact-key", self.key)
        self.assertEqual(same, pseudonyms("--redact", "--redact-key", self.key, "--jobs", "1"))
        with_line_end = self.root / "with_line_end"
        with_line_end.write_text(KEY + "\r\n")
        self.assertEqual(same, pseudonyms("--redact-key", with_line_end))
        other = self.root / "other"
        other.write_text(KEY + ".")
        runs = [same, pseudonyms("--redact-key", other), pseudonyms("--redact"), pseudonyms("--redact")]
        self.assertEqual(len(set(map(tuple, runs))), len(runs))

    def test_keys_that_cannot_be_read(self):
        empty = self.root / "empty"
        empty.write_bytes(b"\n")
        for path, reason in ((self.root / "missing", "No such file"), (empty, "empty"), (self.root, "directory")):
            for command in (["analyze"], ["export", "flv", "-o", self.root / "none"]):
                with self.subTest(path=path, command=command):
                    result = self.program.run(*command, SAMPLE, "--redact-key", path)
                    self.assertEqual((result.returncode, result.stdout), (NO_INPUT, b""))
                    self.assertRegex(result.stderr.decode(), rf"\Artmpscope: {path}: .*{reason}.*\n\Z")


if __name__ == "__main__":
    RedactionTest.program = Program(sys.argv.pop(1))
    unittest.main()
