"""Export Objects: the FLV files hold the audio, video and data messages that the analyzer tells, stream by stream, with
the bytes that a slow decoder finds, and ffprobe reads them as what was sent."""

import json
import subprocess
import re
import sys
from collections import defaultdict

from flv_reader import SET_DATA_FRAME, VIDEO, is_coded, rebased, tags, told
from program import SAMPLES, Program, keys_of, samples
from wireshark import IN_ORDER, Tshark

sys.path.append(str(SAMPLES.parent / "tests/differential"))
import reference_rtmp  # noqa: E402
import streams  # noqa: E402

# Fills its gaps only with segments that come late.
OUT_OF_ORDER = ["netem_loss5.pcap"]
# The analyzer decodes neither TLS nor HTTP.
OTHER_CARRIERS = {"rtmps_tls13_rtmpdump_nginx_dsb.pcapng": 0, "rtmpt_crtmp_publish_ffmpeg.pcap": 1}
# Two passes give the same.
TWICE = ["midstream_chunk128.pcap", "rtmfp_publish_play.pcap", "rtmpe_crtmp_play_ffmpeg.pcap",
         "netem_loss5.pcap", "pubplay_ffmpeg_nginx.pcap"]
# The program's own export writes the same.
SAME_AS_PROGRAM = ["pub_ffmpeg_nginx_avc_aac.pcap", "pubplay_ffmpeg_nginx.pcap", "enh_multi_mixed_ffnew_nginx.pcap",
                   "pub_gst_librtmp_nginx.pcap", "srs_avc_aac.pcap"]
# Cut packets and encrypted ones hold no whole message.
NOTHING_WHOLE = ["snaplen_96.pcap"]
# Messages whose stream is not known yet are the analyzer's stream 0.
STREAM_NOT_KNOWN = ["midstream_chunk128.pcap"]


def export(tshark, capture, *arguments):
    """{file name: bytes}"""
    folder = tshark.folder("exported")
    tshark.run("-n", "-q", "-r", tshark.readable(capture), "--export-objects", f"rtmpscope,{folder}", *arguments)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def check_messages(program, tshark, capture, *arguments):
    """How many tags there are."""
    files = [tags(content) for content in export(tshark, capture, *arguments).values()]
    expected = told(program, capture, capture.name in STREAM_NOT_KNOWN, keys_of(capture))
    if capture.name in NOTHING_WHOLE:
        return 0
    shapes = [[(type_id, len(body)) for type_id, _, body in file] for file in files]
    wanted = [[(type_id, length) for type_id, _, length in stream] for stream in expected]
    assert sorted(shapes) == sorted(wanted), f"{[len(f) for f in files]} tags, {[len(m) for m in expected]} messages"
    for file, shape in zip(files, shapes):
        coded = [is_coded(type_id, body) for type_id, _, body in file]
        candidates = [rebased(stream, coded) for stream, kind in zip(expected, wanted) if kind == shape]
        found = [(type_id, timestamp, len(body)) for type_id, timestamp, body in file]
        assert any(found[i:] == candidate[i:] for candidate in candidates for i in [first_frame(coded)]), "times differ"
    return sum(map(len, files))


def first_frame(coded):
    return coded.index(True) if True in coded else len(coded)


def script(body):
    """Without what an export changes: the duration becomes that of the file."""
    body = body.removeprefix(SET_DATA_FRAME)
    at = body.find(b"\0\x08duration\0")
    return body if at < 0 else body[: at + 11] + bytes(8) + body[at + 19 :]


def check_bytes(tshark, capture):
    """Every tag's body is that of a message in the streams as tshark's own reassembly has them."""
    bodies = set()
    for stream in streams.tcp_streams(capture):
        for way in (stream.to_server, stream.to_client):
            bodies |= {(message.type_id, script(message.body)) for message in reference_rtmp.messages(way)}
    for content in export(tshark, capture).values():
        for type_id, _, body in tags(content):
            assert (type_id, script(body)) in bodies, f"a tag of type {type_id} with {len(body)} bytes was never sent"


def probe(path):
    command = ["ffprobe", "-v", "error", "-show_packets", "-show_streams", "-of", "json", str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def check_ffprobe(tshark):
    """A player's view: codecs, and each packet's size and times. The H.264 packets lack FLV's 5 bytes, the AAC ones
    2."""
    capture = SAMPLES / "pub_ffmpeg_nginx_avc_aac.pcap"
    (content,) = export(tshark, capture).values()
    seen = probe(tshark.root / "exported/live_avc_aac.flv")
    assert {stream["codec_name"] for stream in seen["streams"]} == {"h264", "aac"}
    expected = defaultdict(list)
    for type_id, timestamp, body in tags(content):
        if is_coded(type_id, body):
            kind, head = ("video", 5) if type_id == VIDEO else ("audio", 2)
            shift = int.from_bytes(body[2:5], "big", signed=True) if type_id == VIDEO else 0
            expected[kind].append((len(body) - head, timestamp, timestamp + shift))
    for kind, packets in expected.items():
        found = [(int(packet["size"]), packet["dts"], packet["pts"]) for packet in seen["packets"]
                 if packet["codec_type"] == kind]
        assert found == packets, kind
    assert (len(expected["video"]), len(expected["audio"])) == (127, 216), {k: len(v) for k, v in expected.items()}


def check_program(program, tshark, capture):
    """`rtmpscope export flv` writes the same files, their durations included."""
    own = tshark.folder("own")
    program.run("export", "flv", capture, "-o", own, "--force")
    ours = sorted(path.read_bytes() for path in own.iterdir())
    theirs = sorted(export(tshark, capture).values())
    assert ours == theirs, f"{capture.name}: {len(ours)} and {len(theirs)} files, which differ"


def check_names(tshark):
    """Publisher and player of one stream; redaction; what other carriers bring."""
    capture = SAMPLES / "pubplay_ffmpeg_nginx.pcap"
    assert list(export(tshark, capture)) == ["live_room1-1.flv", "live_room1.flv"]
    redacted = export(tshark, capture, "-o", "rtmpscope.redact:TRUE")
    name = r"(app-[0-9a-f]{6}_name-[0-9a-f]{6})"
    assert re.fullmatch(rf"{name}-1\.flv {name}\.flv", " ".join(redacted)), list(redacted)
    assert not any(b"GitHub" in content or b"room1" in content for content in redacted.values())
    for name, count in OTHER_CARRIERS.items():
        assert len(export(tshark, SAMPLES / name)) == count, name


def main():
    program, plugin, series = Program(sys.argv[1]), sys.argv[2], sys.argv[3]
    total = 0
    failures = []
    with Tshark(plugin, series) as tshark:
        for capture in samples():
            if capture.name in OTHER_CARRIERS:
                continue
            order = [*(IN_ORDER if capture.name in OUT_OF_ORDER else []), *tshark.keys(capture)]
            for passes in ([], ["-2"]) if capture.name in TWICE else ([],):
                try:
                    total += check_messages(program, tshark, capture, *order, *passes)
                except AssertionError as failure:
                    failures.append(f"{capture.name} {' '.join(passes)}: {failure}")
        for name in ("enh_multi_mixed_ffnew_nginx.pcap", "pub_gst_librtmp_nginx.pcap", "srs_avc_aac.pcap"):
            check_bytes(tshark, SAMPLES / name)
        for name in SAME_AS_PROGRAM:
            check_program(program, tshark, SAMPLES / name)
        check_ffprobe(tshark)
        check_names(tshark)
    print(f"{total} tags compared")
    print(*failures, sep="\n")
    assert total > 5_000, total
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
