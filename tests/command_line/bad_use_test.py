"""What the program says, and with which exit code, when something outside the capture is wrong.

    bad_use_test.py PROGRAM
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from program import Program, SAMPLES

OK, READ_IN_PART, USAGE, NO_INPUT, NO_OUTPUT = range(5)  # as in the manual
SAMPLE = SAMPLES / "err_publish_denied.pcap"
LARGE_SAMPLE = SAMPLES / "pubplay_ffmpeg_nginx.pcap"
NOBODY = 65534


class BadUseTest(unittest.TestCase):
    program: Program

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.folder.chmod(0o755)

    def assert_fails(self, result, code):
        """The right code, nothing on stdout, and one line that says what is wrong."""
        error = result.stderr.decode()
        self.assertEqual(result.returncode, code, error)
        self.assertEqual(result.stdout, b"")
        self.assertRegex(error, r"\Artmpscope: [^\n]+\n\Z")
        return error

    def file(self, contents):
        path = self.folder / "input.pcap"
        path.write_bytes(contents)
        return path

    def test_a_missing_file(self):
        error = self.assert_fails(self.program.run("analyze", "no/such/file.pcap"), NO_INPUT)
        self.assertIn("no/such/file.pcap", error)

    def test_a_missing_key_file(self):
        error = self.assert_fails(self.program.run("analyze", "--keys", "no/such/keys.txt", SAMPLE), NO_INPUT)
        self.assertIn("no/such/keys.txt", error)
        self.assert_fails(self.program.run("analyze", "--keys", self.folder, SAMPLE), NO_INPUT)

    def test_key_files_that_are_of_no_use(self):
        plain = self.program.run("analyze", SAMPLE).stdout
        for contents, complaint in ((b"", "is empty"), (b"# nothing\nKEY 12\n", "no usable key line"),
                                    (b"RTMFP tx_aes128=" + 32 * b"0" + b"\nRTMPE 1\n", "the first is line 2")):
            keys = self.folder / "keys.txt"
            keys.write_bytes(contents)
            result = self.program.run("analyze", "--keys", keys, SAMPLE)
            self.assertEqual(result.returncode, OK)
            self.assertEqual(result.stdout, plain)
            self.assertRegex(result.stderr.decode(), rf"\Artmpscope: [^\n]*{complaint}[^\n]*\n\Z")

    def test_a_key_file_of_100_megabytes_is_read_in_bounded_memory(self):
        keys = self.folder / "keys.txt"
        with keys.open("wb") as file:
            for first in range(0, 560_000, 10_000):
                file.write(b"".join(b"CLIENT_RANDOM %064x %096x\n" % (n, n) for n in range(first, first + 10_000)))
        self.assertGreater(keys.stat().st_size, 95_000_000)
        command = ["/usr/bin/env", "bash", "-c", 'ulimit -v 1000000; exec "$@"', "-", str(self.program.path)]
        result = subprocess.run([*command, "analyze", "--keys", str(keys), "-j1", str(SAMPLE)], capture_output=True,
                                check=False)
        self.assertEqual(result.returncode, OK, result.stderr)
        self.assertIn(b"35712 are left out", result.stderr)

    def test_a_directory(self):
        self.assert_fails(self.program.run("analyze", self.folder), NO_INPUT)

    def test_a_file_without_permission(self):
        path = self.file(SAMPLE.read_bytes())
        path.chmod(0)
        command = [self.program.path, "analyze", str(path)]
        if os.geteuid() == 0:  # root may read everything; a copy, since its own folder may be closed to others
            shutil.copy(self.program.path, self.folder / "rtmpscope")
            command[0] = str(self.folder / "rtmpscope")
            command[:0] = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        result = subprocess.run(command, capture_output=True, check=False)
        self.assertIn("ermission", self.assert_fails(result, NO_INPUT))

    def test_a_file_that_is_no_capture(self):
        for contents in (b"", b"short", b"a text of more than twenty-four bytes\n" * 10, b"\x1f\x8b broken gzip"):
            with self.subTest(contents=contents[:10]):
                self.assert_fails(self.program.run("analyze", self.file(contents)), NO_INPUT)

    def test_one_bad_file_among_good_ones(self):
        self.assert_fails(self.program.run("analyze", SAMPLE, "no/such/file.pcap"), NO_INPUT)

    def test_a_file_that_ends_within_a_packet_is_read_up_to_there(self):
        contents = SAMPLE.read_bytes()
        for missing in (1, 7, 20):
            with self.subTest(missing=missing):
                path = self.file(contents[:-missing])
                result = self.program.run("analyze", "--format", "ndjson", path)
                self.assertEqual(result.returncode, READ_IN_PART)
                self.assertIn(b'"publish"', result.stdout)
                self.assertIn(str(path), result.stderr.decode())

    def test_a_file_without_packets(self):
        result = self.program.run("analyze", self.file(SAMPLE.read_bytes()[:24]))
        self.assertEqual((result.returncode, result.stderr), (OK, b""))

    def test_wrong_arguments(self):
        for arguments in (
            [],
            ["nonsense"],
            ["analyze"],
            ["analyze", "--nonsense", SAMPLE],
            ["analyze", "--format", "nonsense", SAMPLE],
            ["analyze", "--jobs", "nonsense", SAMPLE],
            ["analyze", "--jobs", "0", SAMPLE],
            ["analyze", "--connection", "0", SAMPLE],
            ["analyze", "-f", "tcp port nonsense", SAMPLE],
            ["live"],
            ["schema", "nonsense"],
        ):
            with self.subTest(arguments=arguments):
                result = self.program.run(*arguments)
                self.assertEqual(result.returncode, USAGE, result.stderr)
                self.assertEqual(result.stdout, b"")
                self.assertIn(b"rtmpscope", result.stderr)

    def test_a_wrong_argument_is_named(self):
        for arguments, named in (
            (["analyse", SAMPLE], "'analyse'"),
            (["analyze", "--connection", "0", SAMPLE], "0 not in range 1 to"),
            (["analyze", "--connection", "1,2", SAMPLE], "1,2 not in range 1 to"),
            (["fields", "--format", "ndjson"], "ndjson not in {text,markdown,json}"),
        ):
            with self.subTest(arguments=arguments):
                self.assertIn(named, self.assert_fails(self.program.run(*arguments), USAGE))

    def test_a_word_of_only_that_is_none(self):
        for word, suggestion in (("vidio", "did you mean video?"), ("Publish", "did you mean publish?"),
                                 ("nonsense", "name:nonsense"), ("video,findings", "did you mean finding?")):
            with self.subTest(word=word):
                self.assertIn(suggestion, self.assert_fails(self.program.run("analyze", "--only", word, SAMPLE), USAGE))
        result = self.program.run("analyze", "--format", "ndjson", "--only", "name:nonsense", SAMPLE)
        self.assertEqual((result.returncode, result.stdout), (OK, b""))

    def test_a_range_that_ends_before_it_begins(self):
        for begin, end in (("+2", "+1"), ("+1", "+1"), ("2026-11-22T00:00:01Z", "2026-11-22T00:00:00Z")):
            with self.subTest(begin=begin):
                error = self.assert_fails(self.program.run("analyze", "--from", begin, "--to", end, SAMPLE), USAGE)
                self.assertIn("--to is not later than --from", error)

    def test_a_range_of_two_kinds_that_ends_before_it_begins(self):
        """It is known only when the capture has begun."""
        result = self.program.run("analyze", "--from", "+1", "--to", "1990-01-01T00:00:00Z", SAMPLE)
        self.assertEqual(result.returncode, USAGE)
        self.assertIn(b"--to is not later than --from", result.stderr)
        result = self.program.run("analyze", "--from", "1990-01-01T00:00:00Z", "--to", "+1", SAMPLE)
        self.assertEqual((result.returncode, result.stderr), (OK, b""))

    def test_a_connection_that_the_capture_does_not_have(self):
        for format_name in ("text", "ndjson", "json"):
            result = self.program.run("analyze", "--format", format_name, "--connection", 7, SAMPLE)
            self.assertEqual(result.returncode, USAGE)
            self.assertEqual(result.stderr, b"rtmpscope: --connection 7: the capture has connection 1 only\n")
        result = self.program.run("export", "flv", "--connection", 7, LARGE_SAMPLE, "-o", self.folder / "out")
        self.assertEqual(result.returncode, USAGE)
        self.assertEqual(result.stderr, b"rtmpscope: --connection 7: the capture has connections 1 to 2\n")

    def test_an_interface_that_does_not_exist(self):
        self.assert_fails(self.program.run("live", "-i", "nonsense0"), NO_INPUT)

    def test_help_and_version_are_no_errors(self):
        for arguments in (["--help"], ["analyze", "--help"], ["live", "--help"], ["--version"]):
            with self.subTest(arguments=arguments):
                result = self.program.run(*arguments)
                self.assertEqual((result.returncode, result.stderr), (OK, b""))
                self.assertIn(b"rtmpscope", result.stdout)

    def test_an_output_that_cannot_be_opened(self):
        for output in (self.folder, self.folder / "no" / "such" / "folder"):
            with self.subTest(output=output):
                self.assert_fails(self.program.run("analyze", SAMPLE, "-o", output), NO_OUTPUT)

    def test_an_output_that_is_an_input(self):
        path = self.file(SAMPLE.read_bytes())
        link, hard_link = self.folder / "link", self.folder / "hard_link"
        link.symlink_to(path)
        hard_link.hardlink_to(path)
        for output in (path, link, hard_link):
            with self.subTest(output=output):
                error = self.assert_fails(self.program.run("analyze", LARGE_SAMPLE, path, "-o", output), USAGE)
                self.assertIn(str(output), error)
        with open(path, "rb") as file:
            self.assert_fails(self.program.run("analyze", "-", "-o", link, stdin=file), USAGE)
        self.assertEqual(path.read_bytes(), SAMPLE.read_bytes())

    def test_nobody_reads_the_errors(self):
        cut = self.file(SAMPLE.read_bytes()[:-5])
        for arguments, code in (
            (["analyze", "no/such/file.pcap"], NO_INPUT),
            (["nonsense"], USAGE),
            (["analyze", cut], READ_IN_PART),
        ):
            read_end, write_end = os.pipe()
            os.close(read_end)
            with open("/dev/full", "wb") as full, os.fdopen(write_end, "wb") as nobody:
                for errors in (full, nobody):
                    with self.subTest(arguments=arguments, errors=errors.name):
                        self.assertEqual(self.program.run(*arguments, stderr=errors).returncode, code)

    def test_a_full_disk(self):
        for arguments in ([SAMPLE], [LARGE_SAMPLE, "--format", "ndjson"], [SAMPLE, "--format", "json"]):
            with self.subTest(arguments=arguments), open("/dev/full", "wb") as full:
                result = self.program.run("analyze", *arguments, stdout=full)
                self.assertEqual(result.returncode, NO_OUTPUT)
                self.assertEqual(result.stderr.count(b"\n"), 1, result.stderr)
                self.assert_fails(self.program.run("analyze", *arguments, "-o", "/dev/full"), NO_OUTPUT)

    def test_a_reader_that_goes_away_is_no_error(self):
        for arguments in ([LARGE_SAMPLE], [LARGE_SAMPLE, "--format", "ndjson", "--chunks"], [SAMPLE]):
            with self.subTest(arguments=arguments):
                read_end, write_end = os.pipe()
                os.close(read_end)
                result = self.program.run("analyze", *arguments, stdout=write_end)
                os.close(write_end)
                self.assertEqual((result.returncode, result.stderr), (OK, b""))

    def test_a_document_has_all_connections_whatever_events_are_shown(self):
        whole = json.loads(self.program.run("analyze", LARGE_SAMPLE, "--format", "json").stdout)
        for selection in (["--only", "command"], ["--to", "+1"], ["--from", "+1"]):
            with self.subTest(selection=selection):
                result = self.program.run("analyze", LARGE_SAMPLE, "--format", "json", *selection)
                part = json.loads(result.stdout)
                self.assertLess(len(part["events"]), len(whole["events"]))
                self.assertEqual(part["connections"], whole["connections"])
                self.assertEqual(part["capture"], whole["capture"])

    def test_who_selects_chunk_events_gets_them(self):
        self.assertEqual(
            self.program.ndjson(SAMPLE, "--only", "chunk"), self.program.ndjson(SAMPLE, "--only", "chunk", "--chunks")
        )
        self.assertIn(b'"event":"chunk"', self.program.ndjson(SAMPLE, "--only", "chunk"))

    def test_an_output_file_holds_what_would_be_printed(self):
        output = self.folder / "output"
        result = self.program.run("analyze", SAMPLE, "-o", output)
        self.assertEqual((result.returncode, result.stdout), (OK, b""))
        self.assertEqual(output.read_bytes(), self.program.run("analyze", SAMPLE).stdout)


if __name__ == "__main__":
    BadUseTest.program = Program(sys.argv.pop(1))
    unittest.main()
