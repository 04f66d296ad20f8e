"""Events `stats`: sums of what all other events say, in any interval and with any number of threads.

    stats_test.py PROGRAM
"""

import sys
import unittest

from program import Program, samples

GROWING = ("packets", "bytes", "opened", "closed", "messages", "video_bytes", "audio_bytes", "key_frames",
           "resent_bytes", "missing_bytes", "notes", "warnings", "errors")


def sums(stats):
    return {key: sum(event.get(key) for event in stats) for key in GROWING}


def of_kind(events, *kinds):
    return [event for event in events if event.get("event") in kinds]


def expected(events):
    """The same figures, from all events of a run."""
    end = of_kind(events, "capture_end")[0]
    messages = of_kind(events, "message")
    findings = of_kind(events, "finding")

    def size(kind):
        return sum(message.get("length") for message in messages if message.get(kind))

    def count(severity):
        return sum(finding.get("suppressed") or 1 for finding in findings if finding.get("severity") == severity)

    return {"packets": end.get("packets"), "bytes": end.get("bytes"), "opened": end.get("connections"),
            "messages": len(messages), "video_bytes": size("video"), "audio_bytes": size("audio"),
            "missing_bytes": sum(gap.get("length") or 0 for gap in of_kind(events, "gap")),
            "notes": count("note"), "warnings": count("warning"), "errors": count("error")}


class StatsTest(unittest.TestCase):
    program: Program

    def stats(self, capture, *options):
        return self.program.events("--only", "stats", *options, capture)

    def test_sums_are_those_of_the_events(self):
        for capture in samples():
            with self.subTest(capture.name):
                stats = self.stats(capture)
                events = self.program.events(capture)
                wanted = expected(events)
                if any(event.get("complete") is False for event in events):  # no event says how much came of it
                    for key in ("video_bytes", "audio_bytes"):
                        self.assertLessEqual(sums(stats)[key], wanted.pop(key))
                self.assertEqual({key: sums(stats)[key] for key in wanted}, wanted)
                self.assertEqual([stats[-1].get(key) for key in ("connections", "publishing", "playing")], [0, 0, 0])
                self.assertTrue(all(event.get("connections") >= 0 and event.get("interval") >= 0 for event in stats))

    def test_the_interval_changes_no_sum(self):
        capture = next(path for path in samples() if path.name == "netem_loss5.pcap")
        each_second = self.stats(capture)
        each_third = self.stats(capture, "--interval", 3)
        self.assertEqual(sums(each_second), sums(each_third))
        self.assertGreater(sums(each_second)["resent_bytes"], 0)
        self.assertGreater(sums(each_second)["key_frames"], 0)
        self.assertEqual((len(each_second), len(each_third)), (9, 4))
        self.assertAlmostEqual(sum(event.get("interval") for event in each_second),
                               sum(event.get("interval") for event in each_third))
        self.assertEqual(max(event.get("publishing") for event in each_second), 1)
        self.assertEqual(max(event.get("playing") for event in each_second), 1)

    def test_threads_change_nothing(self):
        for name in ("multi_8streams.pcap", "netem_loss5.pcap", "rtmpt_crtmp_publish_ffmpeg.pcap"):
            for capture in samples():
                if capture.name != name:
                    continue
                one = self.program.ndjson("--stats", "--samples", "-j", 1, capture)
                self.assertEqual(one, self.program.ndjson("--stats", "--samples", "-j", 4, capture))

    def test_samples_of_every_other_second(self):
        capture = next(path for path in samples() if path.name == "netem_loss5.pcap")
        for kind in ("sample", "tcp_sample"):
            every = self.program.events("--only", kind, capture)
            other = self.program.events("--only", kind, "--interval", 2, capture)
            self.assertTrue(all(event in every for event in other))
            self.assertTrue(len(every) // 3 <= len(other) <= len(every) * 2 // 3, (len(every), len(other)))

    def test_text_has_a_line_of_each(self):
        capture = next(path for path in samples() if path.name == "netem_loss5.pcap")
        text = self.program.run("analyze", "--stats", "--interval", 3, "--full", capture).stdout.decode()
        lines = [line for line in text.splitlines() if "stats of" in line]
        self.assertEqual(len(lines), 4)
        self.assertIn("1 published, 1 played", lines[1])
        self.assertIn("bytes sent again", lines[1])

    def test_an_interval_needs_something_to_be_shown(self):
        result = self.program.run("analyze", "--interval", 3, samples()[0])
        self.assertEqual(result.returncode, 2)
        self.assertIn(b"--interval needs --stats or --samples", result.stderr)


if __name__ == "__main__":
    StatsTest.program = Program(sys.argv.pop(1))
    unittest.main()
