"""What comes through a pipe is shown while the pipe is still open, and a terminal's width and locale are respected.

    pipe_test.py PROGRAM
"""

import os
import pty
import select
import struct
import subprocess
import sys
import time
import unittest
from contextlib import contextmanager
from fcntl import ioctl
from termios import TIOCSWINSZ

from program import SAMPLES, Program

PATIENCE = 30  # seconds until something counts as hung
SAMPLE = SAMPLES / "pubplay_ffmpeg_nginx.pcap"
LONG_LINES = SAMPLES / "pub_ffmpeg_nginx_avc_aac.pcap"


class PipeTest(unittest.TestCase):
    program: Program

    @contextmanager
    def reading(self, *options):
        command = [self.program.path, "analyze", *options, "-"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            try:
                yield process
            finally:
                process.kill()

    def output_until(self, process, text):
        """What the process printed, up to where `text` was seen."""
        seen, deadline = b"", time.monotonic() + PATIENCE
        while text not in seen:
            ready, _, _ = select.select([process.stdout], [], [], max(deadline - time.monotonic(), 0))
            self.assertTrue(ready, f"{text} does not come: {seen[-200:]}")
            seen += os.read(process.stdout.fileno(), 65536)
        return seen

    def test_events_come_while_the_pipe_is_open(self):
        capture = SAMPLE.read_bytes()
        with self.reading("--format", "ndjson") as process:
            process.stdin.write(capture[:len(capture) // 2])
            process.stdin.flush()
            seen = self.output_until(process, b'"name":"publish"')
            self.assertNotIn(b"capture_end", seen)

    def test_blocks_come_when_their_connections_end(self):
        first, second = (SAMPLES / name for name in ("err_publish_denied.pcap", "pubplay_ffmpeg_nginx.pcap"))
        with self.reading() as process:
            process.stdin.write(first.read_bytes())
            process.stdin.write(second.read_bytes()[24:2000])
            process.stdin.flush()
            self.assertIn(b"#1  ", self.output_until(process, b"publish(5)"))


class TerminalTest(unittest.TestCase):
    program: Program

    def lines(self, *options, columns=None, terminal=None, locale="C.UTF-8"):
        """Lines of the conversation; `terminal`: columns of a terminal that takes the output."""
        environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LANG", "LC_CTYPE")}
        environment |= {"LC_ALL": locale} | ({"COLUMNS": str(columns)} if columns is not None else {})
        command = [self.program.path, "analyze", "--color", "never", "--no-progress", *options, LONG_LINES]
        if terminal is None:
            output = subprocess.run(command, capture_output=True, check=True, env=environment).stdout
        else:
            output = on_terminal(command, environment, terminal)
        return [line.rstrip("\r") for line in output.decode().split("\n") if line.startswith("     +")]

    def widest(self, *options, **where):
        return max(map(len, self.lines(*options, **where)))

    def test_without_a_terminal_lines_have_at_most_160_columns(self):
        self.assertEqual(self.widest(), 160)

    def test_width_and_columns(self):
        self.assertEqual(self.widest("--width", "100"), 100)
        self.assertEqual(self.widest(columns=90), 90)
        self.assertEqual(self.widest("--width", "100", columns=90), 100)
        self.assertEqual(self.widest(columns="nonsense"), 160)

    def test_full_lines(self):
        full = self.lines("--full")
        self.assertGreater(max(map(len, full)), 250)
        self.assertFalse([line for line in full if line.endswith("…")])
        for cut, line in zip(self.lines(), full):
            self.assertEqual(cut.removesuffix("…"), line[:len(cut.removesuffix("…"))])

    def test_the_terminal_is_filled(self):
        self.assertEqual(self.widest(terminal=120), 120)
        self.assertEqual(self.widest(terminal=200), 200)

    def test_a_locale_without_utf8_has_ascii_in_pipes_too(self):
        for locale in ("C", "POSIX", "de_DE.ISO-8859-1"):
            with self.subTest(locale=locale):
                self.assertTrue(all(line.isascii() for line in self.lines(locale=locale)))
                self.assertTrue(any("->" in line for line in self.lines(locale=locale)))
        self.assertFalse(all(line.isascii() for line in self.lines()))


def on_terminal(command, environment, columns):
    ours, theirs = pty.openpty()
    ioctl(theirs, TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    with subprocess.Popen(command, stdout=theirs, env=environment) as process:
        os.close(theirs)
        output = b""
        try:
            while block := os.read(ours, 65536):
                output += block
        except OSError:  # the other side is closed
            pass
        process.wait(PATIENCE)
    os.close(ours)
    return output


if __name__ == "__main__":
    PipeTest.program = TerminalTest.program = Program(sys.argv.pop(1))
    unittest.main()
