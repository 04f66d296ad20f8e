"""`rtmpscope check` and `rtmpscope profiles`: what they print, and with which exit code.

    check_test.py PROGRAM
"""

import json
import sys
import tempfile
import unittest
from pathlib import Path

from program import Program, SAMPLES

OK, READ_IN_PART, USAGE, NO_INPUT = range(4)  # as in the manual
NOTE_FOUND, WARNING_FOUND, ERROR_FOUND = 10, 11, 12
HEALTHY = SAMPLES / "pub_ffmpeg_nginx_avc_aac.pcap"
REFUSED = SAMPLES / "err_publish_denied.pcap"
LOSSY = SAMPLES / "netem_loss5.pcap"

OURS = {
    "format": "rtmpscope-profiles",
    "version": 1,
    "sources": {"ours": {"title": "Our rules", "url": "https://example.org/rules"}},
    "profiles": [
        {
            "id": "ours",
            "name": "Our ingest",
            "video": {"resolution_max": {"value": "160x120", "sources": ["ours"]}},
        }
    ],
}


class CheckTest(unittest.TestCase):
    program: Program

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def check(self, *arguments):
        return self.program.run("check", "--no-progress", *arguments)

    def rows(self, *arguments):
        return json.loads(self.check("--format", "json", *arguments).stdout)["checks"]

    def profiles(self, document):
        path = self.folder / "ours.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return path

    def test_a_healthy_session_passes(self):
        result = self.check(HEALTHY)
        self.assertEqual(result.returncode, OK, result.stdout.decode())
        lines = result.stdout.decode().splitlines()
        self.assertEqual(lines[0].split(), ["CONN", "SIDE", "CHECK", "SEVERITY", "RESULT", "VALUE", "LIMIT", "FRAMES"])
        self.assertRegex(lines[-1], r"^1 connections: 0 errors, 0 warnings, \d+ notes; \d+ checks passed, ")

    def test_a_refusal_has_the_code_of_errors(self):
        result = self.check(REFUSED)
        self.assertEqual(result.returncode, ERROR_FOUND, result.stdout.decode())
        self.assertEqual(self.check("--fail-on", "error", REFUSED).returncode, ERROR_FOUND)

    def test_what_analyze_finds_is_checked(self):
        """Whatever the judge finds of media, TCP and conduct; the findings of the decoder are tallied there."""
        for capture in (LOSSY, REFUSED):
            events = self.program.run("analyze", "--format", "ndjson", "--only", "finding", capture).stdout
            found = [json.loads(line) for line in events.splitlines()]
            judged = {(event["connection"], event["id"]) for event in found if "priority" in event}
            self.assertTrue(judged)
            self.assertLessEqual(judged, {(row["connection"], row["check"]) for row in self.rows(capture)})
        self.assertIn("path_loss", {row["check"] for row in self.rows(LOSSY)})

    def without_packets(self, capture, numbers):
        data, kept, at, number = capture.read_bytes(), [], 24, 0
        while at < len(data):
            size = 16 + int.from_bytes(data[at + 8:at + 12], "little")
            if number not in numbers:
                kept.append(data[at:at + size])
            at, number = at + size, number + 1
        path = self.folder / "without.pcap"
        path.write_bytes(data[:24] + b"".join(kept))
        return path

    def answers(self, capture):
        """{(side, check): (answer, reason)} of connection 1, with what did not fail"""
        return {(row.get("side"), row["check"]): (row["result"], row.get("text"))
                for row in self.rows("--all", capture) if row["connection"] == 1}

    def test_rules_about_figures_answer_where_they_find_nothing(self):
        found = self.answers(HEALTHY)
        self.assertEqual(found["client", "media_pause"][0], "pass")
        self.assertEqual(found["client", "path_loss"][0], "pass")
        self.assertEqual(found["client", "starved"], ("undecided", "less than 10 s of media"))
        self.assertEqual(found["server", "path_loss"], ("undecided", "less than 50 kB"))
        self.assertNotIn(("server", "starved"), found)
        damaged = self.answers(self.without_packets(HEALTHY, range(200, 204)))
        for check in ("media_pause", "time_back", "path_slow"):
            self.assertEqual(damaged["client", check][0], "undecided", check)
            self.assertRegex(damaged["client", check][1], "missing")
        lossy = [row for row in self.rows(LOSSY) if row["check"] == "path_loss"]
        self.assertEqual({row["limit"] for row in lossy}, {"1 %", "5 %"})
        self.assertTrue(all(row["value"].endswith(" %") for row in lossy))

    def test_severities_below_the_one_asked_for_do_not_count(self):
        ours = self.profiles(OURS)
        options = ("--profiles", ours, "--profile", "ours", HEALTHY)
        result = self.check(*options)
        self.assertEqual(result.returncode, WARNING_FOUND, result.stdout.decode())
        self.assertEqual(self.check("--fail-on", "error", *options).returncode, OK)
        uncertain = json.loads(json.dumps(OURS))
        uncertain["profiles"][0]["video"]["resolution_max"]["uncertain"] = True
        options = ("--profiles", self.profiles(uncertain), "--profile", "ours", HEALTHY)
        self.assertEqual(self.check(*options).returncode, OK)
        self.assertEqual(self.check("--fail-on", "note", *options).returncode, NOTE_FOUND)

    def test_faults_of_reading_come_first(self):
        cut = self.folder / "cut.pcap"
        cut.write_bytes(REFUSED.read_bytes()[:-10])
        self.assertEqual(self.check(cut).returncode, READ_IN_PART)
        self.assertEqual(self.check(self.folder / "none.pcap").returncode, NO_INPUT)
        self.assertEqual(self.check("--fail-on", "anything", REFUSED).returncode, USAGE)

    def test_rows_say_what_is_and_what_is_wanted(self):
        rows = self.rows("--profiles", self.profiles(OURS), "--profile", "ours", HEALTHY)
        row = next(row for row in rows if row["check"] == "profile_resolution")
        self.assertEqual(row["result"], "fail")
        self.assertEqual(row["severity"], "warning")
        self.assertEqual(row["value"], "320x180")
        self.assertEqual(row["limit"], "at most 160x120")
        self.assertTrue(row["frames"])

    def test_all_has_what_passed_and_why_something_is_undecided(self):
        rows = self.rows("--all", HEALTHY)
        results = {row["result"] for row in rows}
        self.assertLessEqual({"pass", "not applicable"}, results)
        for row in rows:
            if row["result"] == "undecided":
                self.assertTrue(row["text"], row)
        self.assertIn("RTMP 5.3.1.2.1", {row.get("clause") for row in rows})

    def test_the_number_of_threads_changes_nothing(self):
        self.assertEqual(self.check("-j", 1, REFUSED, HEALTHY).stdout, self.check("-j", 4, REFUSED, HEALTHY).stdout)

    def test_a_misspelt_profile(self):
        for command in (("check", HEALTHY), ("analyze", HEALTHY)):
            result = self.program.run(*command, "--profile", "yuotube")
            self.assertEqual(result.returncode, USAGE)
            self.assertEqual(result.stderr.decode(),
                             "rtmpscope: there is no profile 'yuotube'; did you mean youtube?\n")

    def test_a_file_of_profiles_that_is_wrong(self):
        for contents, complaint in (
            ("{", "line 1, column 2: this is no JSON"),
            ("{}", 'format: "rtmpscope-profiles" is expected'),
            (json.dumps(OURS).replace("resolution_max", "resolution_mix"),
             "profiles[0].video.resolution_mix: is no such member; did you mean resolution_max?"),
        ):
            path = self.profiles(contents)
            result = self.check("--profiles", path, HEALTHY)
            self.assertEqual(result.returncode, NO_INPUT)
            self.assertEqual(result.stderr.decode(), f"rtmpscope: {path}: {complaint}\n")

    def test_profiles_are_listed(self):
        listed = json.loads(self.program.run("profiles", "--format", "json").stdout)
        self.assertEqual(len({row["id"] for row in listed}), len(listed))
        self.assertIn("youtube", {row["id"] for row in listed})
        self.assertIn("YouTube Live", self.program.run("profiles").stdout.decode())

    def test_one_profile_is_shown_with_its_sources(self):
        rows = json.loads(self.program.run("profiles", "youtube", "--format", "json").stdout)
        row = next(row for row in rows if row["name"] == "key frame distance")
        self.assertEqual(row["value"], "2 s, at most 4 s")
        self.assertIn("https://developers.google.com/youtube/", row["sources"])
        result = self.program.run("profiles", "twich")
        self.assertEqual(result.returncode, USAGE)
        self.assertIn("did you mean twitch?", result.stderr.decode())

    def test_findings_of_a_profile_name_it(self):
        options = ("--profiles", self.profiles(OURS), "--profile", "ours", "--only", "finding")
        lines = self.program.ndjson(HEALTHY, *options).splitlines()
        found = [json.loads(line) for line in lines]
        row = next(event for event in found if event["id"] == "profile_resolution")
        self.assertEqual(row["profile"], "ours")
        self.assertIn("Our ingest wants at most 160x120", row["text"])


if __name__ == "__main__":
    CheckTest.program = Program(sys.argv.pop(1))
    unittest.main()
