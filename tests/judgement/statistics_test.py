"""Figures of the media against others that nothing of the analyzer is in: counts, sizes, times and key frames as ffprobe reads
them in the FLV files that export writes; arrivals, rates, and a player that plays, from the messages' own times.

    statistics_test.py PROGRAM
"""

import json
import statistics
import subprocess
import sys
import tempfile
import unittest
from collections import defaultdict
from pathlib import Path

from flv_reader import AUDIO, VIDEO
from program import Program, keys_of, samples

TYPES = {AUDIO: "audio", VIDEO: "video"}
BUFFERS = (0.5, 1, 2, 5, 10)
# One media stream each, complete, of codecs that ffprobe of Debian 12 reads packet by packet.
CAPTURES = (
    "pub_ffmpeg_nginx_avc_aac", "pub_gst_librtmp_nginx", "nms_gst_publish", "netem_loss5", "netem_clean_10ms", "obs_nginx",
    "srs_avc_aac", "pubplay_ffmpeg_nginx", "rtmp_crtmp_publish_ffmpeg", "encap_vlan_ipv6", "link_sll2", "play_vod_chunk_1936",
)


class Message:
    def __init__(self, event):
        self.type = event["type_id"]
        self.time = seconds_of(event["time"])
        self.timestamp = event["timestamp"]
        self.length = event["length"]
        body = event[TYPES[self.type]]
        self.key = self.type == VIDEO and body.get("frame_type") == "key"
        self.coded = body.get("packet_type") in ("coded_frames", "coded_frames_x", None) and self.length > 0

    def delay(self):
        return self.time - self.timestamp / 1000


def seconds_of(text):
    """Of the day: captures are shorter, and a float has no room for nanoseconds since 1970."""
    hours, minutes, rest = text[11:-1].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def streams_of(program, capture):
    """{(connection, direction, message stream): [Message]}, and the totals that the analyzer says of each."""
    messages, totals, recorded = defaultdict(list), {}, set()
    for line in program.ndjson(*keys_of(capture), capture).splitlines():
        event = json.loads(line)
        key = (event.get("connection"), event.get("direction"), event.get("message_stream_id"))
        if event["event"] == "stream_totals":
            totals[key] = event
        elif event.get("type") in TYPES.values():
            message = Message(event)
            if message.coded:
                messages[key].append(message)
        elif event.get("user_control", {}).get("event_type") == "stream_is_recorded":
            recorded.add(key[0])
    return messages, totals, recorded


def track(totals, type_id):
    return next(one for one in totals["tracks"] if f"{TYPES[type_id]}_codec" in one)


def packets_of(flv):
    """ffprobe's packets: {"video": [(milliseconds, is key)], …}."""
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_entries", "packet=codec_type,dts_time,flags,size", str(flv)]
    found = defaultdict(list)
    for packet in json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["packets"]:
        found[packet["codec_type"]].append((round(float(packet["dts_time"]) * 1000), "K" in packet["flags"]))
    return found


class Player:
    """Plays a stream frame by frame: it waits until its buffer holds enough, and stalls where a frame is not there in time."""

    def __init__(self, buffer):
        self.buffer, self.playing, self.begun = buffer, False, False
        self.stalls, self.stalled, self.stall_began = 0, 0.0, None
        self.position = self.clock = 0.0
        self.arrived = {}

    def receive(self, message):
        media = message.timestamp / 1000
        if not self.begun:
            if not message.key:
                self.arrived[message.type] = media
                return
            self.begun, self.position = True, media
        self.arrived[message.type] = media
        if self.playing and message.time - self.clock > media + 5e-7:
            self.playing, self.position = False, media
            self.stalls += 1
            self.stall_began = self.clock + media
        ahead = min(self.arrived.values())
        if max(self.arrived.values()) - ahead > 5:
            ahead = max(self.arrived.values())
        if not self.playing and ahead - self.position >= self.buffer - 5e-7:
            if self.stall_began is not None:
                self.stalled += message.time - self.stall_began
            self.playing, self.stall_began = True, None
            self.clock = message.time - self.position


def needs_of(messages):
    """For each key frame: how long a player that joins there must wait to play everything on time."""
    latest, needs = None, []
    for message in reversed(messages):
        latest = message.delay() if latest is None else max(latest, message.delay())
        if message.key:
            needs.append(latest - message.delay())
    return needs


class StatisticsTest(unittest.TestCase):
    program: Program

    @classmethod
    def setUpClass(cls):
        cls.captures = {path.stem: path for path in samples()}

    def each(self):
        for name in CAPTURES:
            messages, totals, recorded = streams_of(self.program, self.captures[name])
            self.assertEqual(set(messages), set(totals), name)
            for key, of_stream in messages.items():
                with self.subTest(name, stream=key):
                    yield of_stream, totals[key], key[0] in recorded

    def test_counts_sizes_and_rates(self):
        checked = 0
        for messages, totals, _ in self.each():
            self.assertEqual(totals["media_messages"], len(messages))
            for type_id in {message.type for message in messages}:
                frames = [message for message in messages if message.type == type_id]
                told = track(totals, type_id)
                self.assertEqual(told["frames"], len(frames))
                self.assertEqual(told["bytes"], sum(frame.length for frame in frames))
                lasts = frames[-1].timestamp - frames[0].timestamp
                self.assertEqual(told["media_ms"], lasts)
                if lasts >= 1000:
                    mean = lasts / (len(frames) - 1)
                    self.assertAlmostEqual(told["rate_kbps"], told["bytes"] * 8 / (lasts + mean), delta=0.1 + told["rate_kbps"] / 500)
                    checked += 1
        self.assertGreater(checked, 20)

    def test_frame_rates_and_key_frames(self):
        checked = 0
        for messages, totals, _ in self.each():
            frames = [message for message in messages if message.type == VIDEO]
            if len(frames) < 50:
                continue
            told = track(totals, VIDEO)
            rate = (len(frames) - 1) * 1000 / (frames[-1].timestamp - frames[0].timestamp)
            self.assertAlmostEqual(told["frame_rate"], rate, delta=0.002)
            keys = [frame.timestamp for frame in frames if frame.key]
            self.assertEqual(told["key_frames"], len(keys))
            distances = [after - before for before, after in zip(keys, keys[1:])]
            if distances:
                self.assertAlmostEqual(told["key_distance_p50_ms"], statistics.median(distances), delta=max(distances) / 64)
                self.assertEqual(told["key_longest_ms"], max(distances))
            checked += 1
        self.assertGreater(checked, 10)

    def test_against_ffprobe(self):
        checked = 0
        for name in CAPTURES:
            _, totals, _ = streams_of(self.program, self.captures[name])
            with tempfile.TemporaryDirectory() as folder, self.subTest(name):
                self.program.run("export", "flv", *keys_of(self.captures[name]), self.captures[name], "-o", folder)
                read = [packets_of(path) for path in sorted(Path(folder).glob("*.flv"))]
                self.assertEqual(len(read), len(totals))
                expected = sorted(summary(packets) for packets in read)
                self.assertEqual(expected, sorted(told_summary(one) for one in totals.values()))
                checked += len(read)
        self.assertGreater(checked, len(CAPTURES))

    def test_a_player_that_plays(self):
        checked = stalls = 0
        for messages, totals, _ in self.each():
            needs = needs_of(messages)
            if not needs:
                continue
            # A drift that is corrected makes the difference; in a minute it is less.
            self.assertAlmostEqual(totals["buffer_need_ms"], max(needs) * 1000, delta=1)
            self.assertAlmostEqual(totals["buffer_need_median_ms"], statistics.median(needs) * 1000, delta=1 + max(needs) * 1000 / 32)
            players = [Player(buffer) for buffer in BUFFERS]
            for message in messages:
                for player in players:
                    player.receive(message)
            self.assertEqual([one["buffer_ms"] for one in totals["players"]], [buffer * 1000 for buffer in BUFFERS])
            for player, told in zip(players, totals["players"]):
                self.assertEqual(told["stalls"], player.stalls, player.buffer)
                if player.stall_began is not None:
                    player.stalled += messages[-1].time - player.stall_began
                self.assertAlmostEqual(told["stalled_ms"], player.stalled * 1000, delta=1)
                stalls += player.stalls
            checked += 1
        self.assertGreater(checked, 10)

    def test_seconds_add_up(self):
        """What samples say of seconds is what came in them."""
        for name in CAPTURES:
            arrived, told = defaultdict(int), {}
            begin = {}
            for line in self.program.ndjson(*keys_of(self.captures[name]), "--samples", self.captures[name]).splitlines():
                event = json.loads(line)
                if event["event"] == "sample":
                    for one in event["tracks"]:
                        type_id = VIDEO if "video_codec" in one else AUDIO
                        key = (event["connection"], event["direction"], type_id, seconds_of(event["begin"]))
                        told[key] = (one["frames"], one["arrived_kbps"])
                elif event.get("type") in TYPES.values():
                    message = Message(event)
                    first = begin.setdefault(event["connection"], message.time)
                    second = int((message.time - first) * 1e6) // 1_000_000
                    if message.coded:
                        arrived[event["connection"], event["direction"], message.type, second, 0] += 1
                        arrived[event["connection"], event["direction"], message.type, second, 1] += message.length
            self.assertTrue(told or name.startswith("play_vod"), name)
            for (connection, direction, type_id, time), (frames, rate) in told.items():
                second = round(time - begin[connection])
                where = (name, connection, direction, TYPES[type_id], second)
                self.assertEqual(frames, arrived[connection, direction, type_id, second, 0], where)
                self.assertAlmostEqual(rate, arrived[connection, direction, type_id, second, 1] * 8 / 1000, delta=0.051, msg=where)


def summary(packets):
    video = packets.get("video", [])
    return (len(video), len(packets.get("audio", [])), sum(key for _, key in video), video[-1][0] - video[0][0] if video else 0)


def told_summary(totals):
    counts = {type_id: track(totals, type_id) for type_id in TYPES if any(f"{TYPES[type_id]}_codec" in one for one in totals["tracks"])}
    video, audio = counts.get(VIDEO, {}), counts.get(AUDIO, {})
    return (video.get("frames", 0), audio.get("frames", 0), video.get("key_frames", 0), video.get("media_ms", 0))


if __name__ == "__main__":
    StatisticsTest.program = Program(sys.argv.pop(1))
    unittest.main()
