"""`rtmpscope export flv`: the files hold the messages that the analyzer tells, ffprobe reads them as what was sent,
names are safe, nothing is overwritten unasked, and what goes wrong is said with the right exit code.

    export_flv_test.py PROGRAM
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from flv_reader import AUDIO, VIDEO, is_coded, rebased, tags, told
from packets import read, write_pcap
from program import Program, SAMPLES, keys_of, samples
from rtmp_writer import COMMAND_AMF0, amf0_values

sys.path.append(str(SAMPLES.parent / "tests/built_in_dissector_faults"))
from session import CLIENT, SERVER, Session  # noqa: E402

OK, READ_IN_PART, USAGE, NO_INPUT, NO_OUTPUT, NOTHING = range(6)  # as in the manual
SAMPLE = SAMPLES / "pub_ffmpeg_nginx_avc_aac.pcap"
PUBLISH_AND_PLAY = SAMPLES / "pubplay_ffmpeg_nginx.pcap"
CUT = SAMPLES / "snaplen_96.pcap"
# Messages whose stream is not known yet are the analyzer's stream 0.
STREAM_NOT_KNOWN = ["midstream_chunk128.pcap"]
NOBODY = 65534
AVC_CONFIGURATION, AVC_FRAME = b"\x17\0\0\0\0configuration", b"\x27\1\0\0\0frame"
MEDIA = ("audio", "video", "data_amf0", "data_amf3", "aggregate")


def publish(name, stream=1):
    return amf0_values("publish", 0, None, name, "live"), {"chunk_stream_id": 8, "stream": stream}


class ExportFlvTest(unittest.TestCase):
    program: Program

    def setUp(self):
        self.root = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.root.chmod(0o755)
        self.folder = self.root / "out"

    def export(self, *arguments, code=OK, **options):
        result = self.program.run("export", "flv", *arguments, "-o", self.folder, **options)
        self.assertEqual(result.returncode, code, result.stderr.decode())
        return result

    def assert_fails(self, code, *arguments, folder=None):
        """One line says what is wrong."""
        result = self.program.run("export", "flv", *arguments, "-o", folder or self.folder)
        self.assertEqual(result.returncode, code)
        self.assertRegex(result.stderr.decode(), r"\Artmpscope: [^\n]+\n\Z")
        return result.stderr.decode()

    def files(self):
        return {path.name: path.read_bytes() for path in sorted(self.folder.iterdir())}

    def names(self):
        return list(self.files())

    def capture(self, session):
        session.end()
        path = self.root / "made.pcap"
        write_pcap(path, session.packets)
        return path

    # ---- contents

    def test_the_tags_are_the_messages_that_the_analyzer_tells(self):
        total = 0
        for capture in samples():
            with self.subTest(capture=capture.name):
                shutil.rmtree(self.folder, ignore_errors=True)
                keys = keys_of(capture)
                streams = told(self.program, capture, capture.name in STREAM_NOT_KNOWN, keys)
                result = self.program.run("export", "flv", *keys, capture, "-o", self.folder)
                files = [tags(contents) for contents in self.files().values()] if self.folder.exists() else []
                self.assertEqual(result.returncode in (OK, READ_IN_PART), bool(files))
                total += self.compare(files, streams)
        self.assertGreater(total, 5000)

    def compare(self, files, streams):
        shapes = [[(type_id, len(body)) for type_id, _, body in file] for file in files]
        wanted = [[(type_id, length) for type_id, _, length in stream] for stream in streams]
        self.assertEqual(sorted(shapes), sorted(wanted))
        for file, shape in zip(files, shapes):
            coded = [is_coded(type_id, body) for type_id, _, body in file]
            first = coded.index(True) if True in coded else len(coded)
            found = [(type_id, time, len(body)) for type_id, time, body in file][first:]
            candidates = [rebased(stream, coded)[first:] for stream, kind in zip(streams, wanted) if kind == shape]
            self.assertIn(found, candidates)
        return sum(map(len, files))

    def test_ffprobe_reads_what_was_sent(self):
        for name in ("pub_ffmpeg_nginx_avc_aac.pcap", "pub_gst_librtmp_nginx.pcap", "srs_avc_aac.pcap"):
            self.export(SAMPLES / name)
            for path in self.folder.iterdir():
                with self.subTest(capture=name, file=path.name):
                    self.compare_with_ffprobe(path)
            shutil.rmtree(self.folder)

    def compare_with_ffprobe(self, path):
        """H.264 packets lack FLV's 5 bytes, AAC ones 2."""
        command = ["ffprobe", "-v", "error", "-show_packets", "-show_streams", "-of", "json", path]
        seen = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        frames = [tag for tag in tags(path.read_bytes()) if is_coded(tag[0], tag[2])]
        for kind, type_id, head, codec in (("video", VIDEO, 5, "h264"), ("audio", AUDIO, 2, "aac")):
            names = [stream["codec_name"] for stream in seen["streams"] if stream["codec_type"] == kind]
            self.assertEqual(names, [codec])
            packets = [packet for packet in seen["packets"] if packet["codec_type"] == kind]
            found = [(int(packet["size"]), packet["dts"], "K" in packet["flags"]) for packet in packets]
            sent = [(len(body) - head, time, kind == "audio" or body[0] >> 4 == 1)
                    for tag_type, time, body in frames if tag_type == type_id]  # fmt: skip
            self.assertEqual(found, sent)

    def test_threads_change_nothing(self):
        expected = None
        for jobs in (1, 2, 5):
            result = self.export(PUBLISH_AND_PLAY, SAMPLE, "-j", jobs, "--force")
            expected = expected or (result.stdout, self.files())
            self.assertEqual((result.stdout, self.files()), expected)

    def test_the_metadata_gets_the_duration(self):
        self.export(SAMPLE)
        (contents,) = self.files().values()
        file = self.folder / self.names()[0]
        command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "json", file]
        probed = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        duration = float(probed["format"]["duration"])
        last = max(time for _, time, _ in tags(contents))
        self.assertAlmostEqual(duration, last / 1000, delta=0.001)

    def test_timestamps_as_sent(self):
        session = Session()
        body, header = publish("a")
        session.send(CLIENT, COMMAND_AMF0, body, None, **header)
        for time in (0x00FFFFFF, 0x01000002, 0xFFFFFFFF):
            session.send(CLIENT, AUDIO, b"\x2f1234", None, chunk_stream_id=4, stream=1, time=time)
        capture = self.capture(session)
        self.export(capture, "--timestamps", "as-sent")
        self.assertEqual([time for _, time, _ in tags(*self.files().values())], [0x00FFFFFF, 0x01000002, 0xFFFFFFFF])

    def test_enhanced_headers_stay_as_they_are(self):
        session = Session()
        body, header = publish("a")
        session.send(CLIENT, COMMAND_AMF0, body, None, **header)
        sent = [(VIDEO, b"\x90hvc1configuration"), (AUDIO, b"\x90OpusOpusHead"), (VIDEO, b"\x91hvc1\0\0\0frame"),
                (VIDEO, b"\x93hvc1frame"), (VIDEO, b"\x96\x01av01\0frame"), (AUDIO, b"\x91Opusframe")]  # fmt: skip
        for type_id, body in sent:
            session.send(CLIENT, type_id, body, None, chunk_stream_id=6, stream=1)
        self.export(self.capture(session))
        self.assertEqual([(type_id, body) for type_id, _, body in tags(*self.files().values())], sent)

    def test_audio_or_video_alone(self):
        for type_id, flags in ((AUDIO, 4), (VIDEO, 1)):
            with self.subTest(type_id=type_id):
                session = Session()
                body, header = publish("a")
                session.send(CLIENT, COMMAND_AMF0, body, None, **header)
                session.send(CLIENT, type_id, b"\x2f1234", None, chunk_stream_id=6, stream=1)
                self.export(self.capture(session), "--force")
                (contents,) = self.files().values()
                self.assertEqual(contents[4], flags)
                self.assertEqual(tags(contents), [(type_id, 0, b"\x2f1234")])

    # ---- incomplete messages

    def incomplete(self, capture):
        return [event for event in self.program.events(capture) if event.get("event") == "message" and
                event.get("type") in MEDIA and not event.get("complete")]  # fmt: skip

    def test_incomplete_messages_are_left_out_and_listed(self):
        packets = read(SAMPLE)
        large = [number for number, packet in enumerate(packets) if len(packet.data) > 1000]
        capture = self.root / "gaps.pcap"
        write_pcap(capture, [packet for number, packet in enumerate(packets) if number not in large[3:30:4]])
        missing = self.incomplete(capture)
        self.assertTrue(missing)
        result = self.export(capture)
        report = result.stdout.decode()
        plural = "" if len(missing) == 1 else "s"
        self.assertIn(f"left out: {len(missing)} incomplete message{plural}\n", report)
        self.assertIn(f"1 file in {self.folder}, {len(missing)} incomplete message{plural} left out\n", report)
        for event in missing[:20]:
            frame, length, timestamp = (event.get(key) for key in ("frame", "length", "timestamp"))
            self.assertRegex(report, f"packet {frame}: .*, {length} bytes?, {timestamp} ms\n")
        self.compare([tags(contents) for contents in self.files().values()], told(self.program, capture, False))

    def test_a_capture_of_cut_packets_has_nothing_to_export(self):
        result = self.export(CUT, code=NOTHING)
        missing = len(self.incomplete(CUT))
        self.assertIn(f"left out: {missing} incomplete messages\n", result.stdout.decode())
        self.assertIn(f"and {missing - 20} more\n", result.stdout.decode())
        self.assertFalse(self.folder.exists(), "a folder that nothing was put into is removed again")

    def test_a_capture_that_begins_in_mid_stream(self):
        capture = self.root / "midstream.pcap"
        write_pcap(capture, read(SAMPLE)[60:])
        report = self.export(capture).stdout.decode()
        self.assertIn("the configuration of the video was not captured", report)
        self.assertIn("the configuration of the audio was not captured", report)
        self.assertNotIn("configuration", self.export(SAMPLE, "--force").stdout.decode())

    def test_a_capture_that_ends_within_a_packet_is_read_up_to_there(self):
        capture = self.root / "cut.pcap"
        capture.write_bytes(SAMPLE.read_bytes()[:-7])
        result = self.export(capture, code=READ_IN_PART)
        self.assertIn(str(capture), result.stderr.decode())
        self.assertEqual(len(self.names()), 1)

    # ---- streams

    def test_both_sides_and_their_numbers(self):
        report = self.export(PUBLISH_AND_PLAY).stdout.decode()
        self.assertEqual(self.names(), ["live_room1-2.flv", "live_room1.flv"])
        counts = r"\d+ video, \d+ audio, \d+ data, \d+\.\d{3} s, "
        self.assertRegex(report, r"live_room1\.flv: connection 1 published, " + counts)
        self.assertRegex(report, r"live_room1-2\.flv: connection 2 played, ")

    def test_selection(self):
        for arguments, names in {
            ("--connection", "2"): ["live_room1.flv"],
            ("--stream", "room1"): ["live_room1-2.flv", "live_room1.flv"],
        }.items():
            with self.subTest(arguments=arguments):
                self.export(PUBLISH_AND_PLAY, *arguments)
                self.assertEqual(self.names(), names)
                shutil.rmtree(self.folder)
        self.assert_fails(NOTHING, PUBLISH_AND_PLAY, "--stream", "room2")

    def test_more_streams_than_files_are_open(self):
        session = Session()
        count = 150
        for stream in range(1, count + 1):
            body, header = publish(f"s{stream:03}", stream)
            session.send(CLIENT, COMMAND_AMF0, body, None, **header)
        for turn in range(3):
            for stream in range(1, count + 1):
                body = bytes([0x2F, turn, stream])
                session.send(CLIENT, AUDIO, body, None, chunk_stream_id=4, stream=stream, time=turn)
        self.export(self.capture(session))
        files = [tags(contents) for contents in self.files().values()]
        self.assertEqual(len(files), count)
        for stream, file in enumerate(files, 1):
            self.assertEqual(file, [(AUDIO, turn, bytes([0x2F, turn, stream])) for turn in range(3)])

    # ---- names and what is there already

    def test_hostile_names(self):
        names = ["../../etc/passwd", "/etc/passwd", "..", "", ".hidden", "-rf", "a\nb\x1b[31m", "x" * 1000, "con|<>:*?",
                 "\u202egnp.exe", "same", "same", "sa\0me"]  # fmt: skip
        session = Session()
        connect = amf0_values("connect", 1, {"app": "../..\n" + "y" * 500})
        session.send(CLIENT, COMMAND_AMF0, connect, None)
        for stream, name in enumerate(names, 1):
            body, header = publish(name, stream)
            session.send(CLIENT, COMMAND_AMF0, body, None, **header)
            session.send(CLIENT, VIDEO, AVC_CONFIGURATION, None, chunk_stream_id=6, stream=stream)
            session.send(CLIENT, VIDEO, AVC_FRAME, None, chunk_stream_id=6, stream=stream)
        report = self.export(self.capture(session)).stdout.decode()
        found = [path.name for path in self.root.rglob("*") if path.is_file() and path.name != "made.pcap"]
        self.assertEqual(sorted(found), sorted(self.names()), "none elsewhere")
        self.assertEqual(len(found), len(names))
        for name in found:
            self.assertTrue(name.isprintable() and name.endswith(".flv") and len(name.encode()) <= 255, name)
            self.assertIsNone(set(name).intersection("/\\:*?\"<>|%") or None, name)
            self.assertNotIn(name[0], ".-")
            self.assertIn(name + ": ", report)

    def test_nothing_is_overwritten_unless_asked_for(self):
        self.export(SAMPLE)
        (path,) = self.folder.iterdir()
        contents = path.read_bytes()
        path.write_bytes(b"precious")
        error = self.assert_fails(NO_OUTPUT, SAMPLE)
        self.assertIn(f"{path} exists; --force overwrites it", error)
        self.assertEqual(path.read_bytes(), b"precious")
        self.export(SAMPLE, "--force")
        self.assertEqual(path.read_bytes(), contents)

    def test_a_link_is_replaced_and_not_followed(self):
        self.folder.mkdir()
        elsewhere = self.root / "elsewhere"
        elsewhere.write_bytes(b"precious")
        link = self.folder / "live_avc_aac.flv"
        link.symlink_to(elsewhere)
        self.assert_fails(NO_OUTPUT, SAMPLE)
        self.export(SAMPLE, "--force")
        self.assertEqual(elsewhere.read_bytes(), b"precious")
        self.assertFalse(link.is_symlink())

    def test_a_folder_that_cannot_be_written_to(self):
        file = self.root / "file"
        file.touch()
        self.assertIn("is not a folder", self.assert_fails(NO_OUTPUT, SAMPLE, folder=file))
        self.assert_fails(NO_OUTPUT, SAMPLE, folder=file / "below")
        self.assert_fails(NO_OUTPUT, SAMPLE, folder=self.root / "no/such")
        closed = self.root / "closed"
        closed.mkdir(0o555)
        command = [self.program.path, "export", "flv", str(SAMPLE), "-o", str(closed)]
        if os.geteuid() == 0:  # root may write everywhere; copies, since their own folders may be closed to others
            shutil.copy(self.program.path, self.root / "rtmpscope")
            shutil.copy(SAMPLE, self.root / "sample.pcap")
            command[0], command[3] = str(self.root / "rtmpscope"), str(self.root / "sample.pcap")
            command[:0] = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        result = subprocess.run(command, capture_output=True, check=False)
        self.assertEqual(result.returncode, NO_OUTPUT)
        self.assertRegex(result.stderr.decode(), r"\Artmpscope: cannot write to [^\n]+: Permission denied\n\Z")

    def test_a_full_disk(self):
        limited = ["bash", "-c", 'trap "" XFSZ; ulimit -f 8; exec "$@"', "-", self.program.path]
        command = [*limited, "export", "flv", str(SAMPLE), "-o", str(self.folder)]
        result = subprocess.run(command, capture_output=True, check=False)
        self.assertEqual(result.returncode, NO_OUTPUT)
        self.assertRegex(result.stderr.decode(), r"\Artmpscope: cannot write [^\n]+: File too large\n\Z")

    # ---- bad use

    def test_no_rtmp(self):
        session = Session(port=80, handshake=False)
        session.raw(CLIENT, b"GET / HTTP/1.1\r\n\r\n")
        session.raw(SERVER, b"HTTP/1.1 200 OK\r\n\r\n")
        error = self.assert_fails(NOTHING, self.capture(session))
        self.assertIn("no complete audio, video or data message", error)
        self.assertFalse(self.folder.exists())

    def test_bad_command_lines(self):
        incomplete = ["export"], ["export", "flv"], ["export", "flv", SAMPLE]
        wrong = ["export", "mp4", SAMPLE, "-o", "x"], ["export", "flv", SAMPLE, "-o", "x", "--timestamps", "never"]
        for arguments in (*incomplete, *wrong):
            with self.subTest(arguments=arguments):
                result = self.program.run(*arguments)
                self.assertEqual(result.returncode, USAGE)
                self.assertRegex(result.stderr.decode(), r"\Artmpscope: [^\n]+\n\Z")
        self.assert_fails(NO_INPUT, "no/such/file.pcap")


if __name__ == "__main__":
    ExportFlvTest.program = Program(sys.argv.pop(1))
    unittest.main()
