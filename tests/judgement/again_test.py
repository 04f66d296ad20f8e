"""A timeline of an earlier run is judged as the capture was, by analyze --events.

    again_test.py PROGRAM
"""

import json
import sys
import tempfile
import unittest
from pathlib import Path

from program import Program, keys_of, samples

JUDGED = {"verdict", "capture_verdict", "fingerprint", "score", "sample", "stream_totals"}


def judged(text):
    """The lines that are the judge's. Their order within the capture is that of what they are about."""
    lines = [line for line in text.decode().splitlines() if line]
    events = [(json.loads(line), line) for line in lines]
    return sorted(line for event, line in events if event["event"] in JUDGED or "priority" in event)


class AgainTest(unittest.TestCase):
    program: Program

    def test_the_same_of_captures_and_of_their_timelines(self):
        with tempfile.TemporaryDirectory() as folder:
            timeline = Path(folder, "timeline.ndjson")
            for capture in samples():
                with self.subTest(capture.name):
                    output = self.program.ndjson(*keys_of(capture), "--samples", "--jobs", 2, capture)
                    timeline.write_bytes(output)
                    again = self.program.run("analyze", "--events", timeline, "--samples", "--format", "ndjson")
                    self.assertEqual(again.stderr, b"")
                    self.assertEqual(judged(again.stdout), judged(output))
                    self.assertIn("verdict", output.decode())

    def test_redacted_timelines_have_the_same_causes(self):
        """Names are hidden there, and the verdicts do not hang on names."""
        for name in ("err_publish_denied", "auth_adobe_bad", "play_vod_chunk_1936"):
            capture = next(path for path in samples() if path.stem == name)
            output = self.program.ndjson(capture)
            redacted = self.program.ndjson("--redact", capture)
            self.assertEqual(causes(redacted), causes(output))

    def test_a_timeline_that_ends_early(self):
        capture = next(path for path in samples() if path.stem == "pub_ffmpeg_nginx_avc_aac")
        lines = self.program.ndjson(capture).splitlines(keepends=True)
        result = self.program.run("analyze", "--events", "-", "--verdict", input=b"".join(lines[:20]), stdin=None)
        self.assertIn(b"1 connections have no end in it", result.stderr)
        self.assertNotIn(b"[", result.stdout)
        cut = b"".join(lines[:20]) + lines[20][:30]
        result = self.program.run("analyze", "--events", "-", "--verdict", input=cut, stdin=None)
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"line 21", result.stderr)
        result = self.program.run("analyze", "--events", "-", input=b"{}\n", stdin=None)
        self.assertEqual(result.returncode, 3)


def causes(output):
    events = [json.loads(line) for line in output.decode().splitlines()]
    return [(event["connection"], event["cause"]) for event in events if event["event"] == "verdict"]


if __name__ == "__main__":
    AgainTest.program = Program(sys.argv.pop(1))
    unittest.main()
