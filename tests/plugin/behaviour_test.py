"""What a user of Wireshark relies on: filters, preferences, Decode As, other ports, RTMPS, links between packets."""

import json
import re
import struct
import sys
import tempfile
from collections import Counter
from pathlib import Path

from packets import read, write_pcap
from program import SAMPLES
from wireshark import Tshark

PUBLISH = SAMPLES / "pub_ffmpeg_nginx_avc_aac.pcap"
PUBLISH_AND_PLAY = SAMPLES / "pubplay_ffmpeg_nginx.pcap"
HEVC = SAMPLES / "enh_multi_mixed_ffnew_nginx.pcap"
BIG_FRAMES = SAMPLES / "pub_gst_librtmp_nginx.pcap"
REFUSED = SAMPLES / "err_play_vod_missing.pcap"
TCSERVER = SAMPLES / "rtmp_tcserver_ffmpeg.pcap"
ABORTED = SAMPLES / "encap_vxlan.pcap"
OBS = SAMPLES / "obs_nginx.pcap"
OTHER_PORT = SAMPLES / "play_vod_chunk_1936.pcap"
PORT_REUSE = SAMPLES / "port_reuse.pcap"
RTMPT = SAMPLES / "rtmpt_crtmp_publish_ffmpeg.pcap"
RTMPS_GST = SAMPLES / "rtmps_gst_nginx_dsb.pcapng"
RTMPTS = SAMPLES / "rtmpts_crtmp_publish_ffmpeg_dsb.pcapng"
RTMPS = SAMPLES / "rtmps_tls13_rtmpdump_nginx_dsb.pcapng"
PREFERENCES = {"rtmpscope.key_file", "rtmpscope.media_detail", "rtmpscope.redact", "rtmpscope.redact_addresses",
               "rtmpscope.redact_key", "rtmpscope.tcp.port", "rtmpscope.tls.port"}


def column(tshark, capture, field, *arguments):
    """The values of one column or field, a list with an element for each packet."""
    output = tshark.run("-n", "-r", tshark.readable(capture), "-T", "fields", "-e", field, *arguments)
    return output.decode().splitlines()


def filtered(tshark, capture, display_filter, *arguments):
    return column(tshark, capture, "frame.number", "-Y", display_filter, *arguments)


def check_filters(tshark):
    assert filtered(tshark, PUBLISH, "rtmpscope.message.type_id == 9 && rtmpscope.message.stream_name == \"avc_aac\"")
    assert filtered(tshark, PUBLISH, "rtmpscope.command.name == \"connect\" && rtmpscope.app == \"live\"") == ["12"]
    assert filtered(tshark, PUBLISH, "rtmpscope.chunk.format == 3")
    assert filtered(tshark, PUBLISH, "rtmpscope.amf.key == \"flashVer\"")
    multitrack = filtered(tshark, HEVC, 'rtmpscope.video.first_packet_type == "Multitrack"')
    assert multitrack and multitrack == filtered(tshark, HEVC, "rtmpscope.video.multitrack_type")
    assert not filtered(tshark, PUBLISH, "rtmpt")


def check_findings(tshark):
    """An expert item stands under the value that it is about; one filter finds all; an end is no fault."""
    details = tshark.run("-n", "-r", tshark.readable(TCSERVER), "-O", "rtmpscope").decode()
    # One line has name and value; Wireshark 4.6 says -Infinity.
    assert re.search(r"\n( +)priority = Number: -[Ii]nf(inity)?\n"
                     r"\1    \[Expert Info .+: number is NaN or infinite\]", details)
    one = filtered(tshark, TCSERVER, "rtmpscope.finding.amf_number_not_finite")
    assert one and set(one) <= set(filtered(tshark, TCSERVER, "rtmpscope.finding"))
    assert one == filtered(tshark, TCSERVER, 'rtmpscope.finding.id == "amf_number_not_finite"')
    assert len(filtered(tshark, ABORTED, "rtmpscope.message_unfinished")) == 1
    assert not filtered(tshark, ABORTED, "rtmpscope.message_incomplete")


def check_links(tshark):
    assert column(tshark, PUBLISH, "rtmpscope.message.request_frame", "-Y", "frame.number == 16") == ["12"]
    request = column(tshark, PUBLISH, "rtmpscope.message.response_frame", "-Y", "frame.number == 12", "-2")
    assert request == ["16"], request
    # publish and play are answered by an onStatus of another transaction
    for capture, name, code in ((PUBLISH, "publish", "NetStream.Publish.Start"),
                                (REFUSED, "play", "NetStream.Play.StreamNotFound")):
        (request,) = column(tshark, capture, "frame.number", "-e", "rtmpscope.message.response_frame", "-2", "-Y",
                            f'rtmpscope.command.name == "{name}"')
        asked, answered = request.split("\t")
        (status,) = column(tshark, capture, "rtmpscope.message.opening_frame", "-e",
                           "rtmpscope.message.opening_response_time", "-e", "rtmpscope.amf.string", "-Y",
                           f"frame.number == {answered}")
        opening, time, texts = status.split("\t")
        assert opening == asked and 0 < float(time) < 0.01 and code in texts, status


def check_reassembled(tshark):
    """Once it is known, a packet with a part of a message says which one completes it, as that one says the first."""
    parts = column(tshark, BIG_FRAMES, "frame.number", "-e", "rtmpscope.reassembled_in", "-e", "_ws.col.Info", "-2",
                   "-Y", "rtmpscope.reassembled_in")
    rows = [row.split("\t") for row in parts]
    firsts = dict(row.split("\t") for row in column(
        tshark, BIG_FRAMES, "frame.number", "-e", "rtmpscope.message.first_frame", "-Y", "rtmpscope.message.chunks > 1")
        if "," not in row)
    assert len(rows) > 50 and all(int(part) < int(whole) for part, whole, _ in rows), rows[:9]
    assert all(int(firsts[whole]) <= int(part) for part, whole, _ in rows if whole in firsts), rows[:9]
    assert any(re.fullmatch(r"\[part of Video, \d+ bytes, complete in packet " + whole + r"\]", info)
               for _, whole, info in rows), rows[:9]
    assert not filtered(tshark, BIG_FRAMES, "rtmpscope.reassembled_in")  # not known in one pass


def check_segments(tshark):
    """A message names the packets that it came in, with as many of its bytes as it has."""
    details = tshark.run("-n", "-r", tshark.readable(BIG_FRAMES), "-O", "rtmpscope").decode()
    lists = re.findall(r"Came in: (\d+) segments, (\d+) bytes: (.+)\]\n((?: +\[Segment: .+\n)+)"
                       r" +\[Segment count: (\d+)\]\n(?:.*\n){,6}? +\[Length: (\d+) bytes?\]", details)
    assert len(lists) > 50, lists[:3]
    for count, size, named, rows, counted, length in lists:
        segments = re.findall(r"\[Segment: (\d+), (\d+) bytes?\]", rows)
        assert len(segments) == int(count) == int(counted) and named.startswith(f"#{segments[0][0]} ({segments[0][1]})")
        assert sum(int(part) for _, part in segments) == int(size) == int(length), rows
    frames = column(tshark, BIG_FRAMES, "frame.number", "-e", "rtmpscope.message.segment", "-Y",
                    "rtmpscope.message.segment_count == 2")
    assert len(frames) > 20
    for number, segments in (row.split("\t") for row in frames):
        assert segments.split(",")[-1] == number, segments


def check_evident_lines(tshark):
    """A line that says what one beside it says is hidden from people; filters and exports have the field."""
    packets = tshark.run("-n", "-r", tshark.readable(BIG_FRAMES), "-O", "rtmpscope").decode().split("\nFrame ")
    lines = {False: set(), True: set()}  # by whether the message came in several packets
    for packet in packets:
        assert "[Payload length: " not in packet, packet
        number = re.match(r"(?:Frame )?(\d+)", packet)[1]
        for message in re.findall(r"^ {4}Message: .+\n((?: {8}.+\n)+)", packet, re.MULTILINE):
            assert re.search(r"\[Type id: [\w ()]+ \(\d+\)\]", message), message
            assert not re.search(rf"\[(Complete: True|Type: .+|Chunks: 1|First frame: {number})\]", message), message
            lines["[First frame: " in message].update(re.findall(r"\[(\w+(?: \w+)?): ", message))
    spread = {"First frame", "Stream offset", "Chunks"}
    assert spread <= lines[True] and lines[False] and not {"First frame", "Stream offset"} & lines[False], lines
    for name in ("type", "chunks", "complete", "first_frame", "stream_offset"):
        assert all(column(tshark, BIG_FRAMES, f"rtmpscope.message.{name}", "-Y", "rtmpscope.message")), name


def check_empty_lists(tshark):
    """A command without arguments has no line for them, but the field."""
    capture = SAMPLES / "netem_clean_10ms.pcap"
    details = tshark.run("-n", "-r", tshark.readable(capture), "-O", "rtmpscope").decode()
    assert re.search(r"\n( +)Arguments\n\1 ", details) and not re.search(r"\n( +)Arguments\n(?!\1 )", details)
    commands = filtered(tshark, capture, "rtmpscope.command")
    assert commands and commands == filtered(tshark, capture, "rtmpscope.command.arguments")


def check_ports(tshark):
    assert filtered(tshark, OTHER_PORT, "rtmpscope.message")
    off = ["--disable-heuristic", "rtmpscope_tcp"]
    assert not filtered(tshark, OTHER_PORT, "rtmpscope", *off)
    assert filtered(tshark, OTHER_PORT, "rtmpscope.message", *off, "-d", "tcp.port==1936,rtmpscope")
    assert filtered(tshark, OTHER_PORT, "rtmpscope.message", *off, "-o", "rtmpscope.tcp.port:1935-1936")


def check_port_goes_back(tshark):
    """To Wireshark's own dissector: by the preference, a disabled protocol, or Decode As, whatever else changes."""
    off = ["--disable-heuristic", "rtmpscope_tcp"]
    decode_as = ["-d", "tcp.port==1935,rtmpt"]
    for how in (["-o", "rtmpscope.tcp.port:"], ["-o", "rtmpscope.tcp.port:1936"], ["--disable-protocol", "rtmpscope"],
                decode_as, [*decode_as, "-o", "rtmpscope.media_detail:TRUE"], [*decode_as, "-2"]):
        assert filtered(tshark, PUBLISH, "rtmpt", *how, *off), how
        assert not filtered(tshark, PUBLISH, "rtmpscope", *how, *off), how
    assert filtered(tshark, PUBLISH, "echo", "-d", "tcp.port==1935,echo", "--disable-protocol", "rtmpscope", *off)


def check_info(tshark):
    """What media people look for: codec, kind of frame, track, time and size."""
    info = column(tshark, PUBLISH, "_ws.col.Info", "-Y", "rtmpscope.video || rtmpscope.audio")
    assert any(re.fullmatch(r"Video H\.264 key frame, ts \d+, \d+ bytes", line) for line in info), info[:9]
    assert any(re.fullmatch(r"Video H\.264 frame, ts 120, 316 bytes", line) for line in info), info[:9]
    assert any(re.fullmatch(r"Audio AAC, ts 80, 218 bytes", line) for line in info), info[:9]
    info = column(tshark, HEVC, "_ws.col.Info", "-Y", "rtmpscope.video || rtmpscope.audio")
    assert any(re.search(r"Audio Opus, track 1, ts \d+, \d+ bytes", line) for line in info), info[:9]
    assert any("Sequence start  [track 1  main 1.0, 160x90, 25 fps]" in line for line in info), info[:9]
    assert not any("[]" in line for line in info)
    details = tshark.run("-n", "-r", tshark.readable(PUBLISH), "-V").decode()
    assert "\nReal-Time Messaging Protocol (rtmpscope), Video H.264 frame, ts 120, 316 bytes\n" in details


def check_bytes(tshark):
    """Of what lies in the packet, all bytes are there, to be found by their values; what is cut says so."""
    one_packet = "rtmpscope.message.type_id == 9 && rtmpscope.video.data"
    rows = column(tshark, OBS, "rtmpscope.message.length", "-e", "rtmpscope.video.data", "-e",
                  "rtmpscope.message.first_frame", "-e", "frame.number", "-Y", one_packet)
    whole = [(int(length), data) for length, data, first, frame in (row.split("\t") for row in rows) if first == frame]
    assert len(whole) > 9 and all(length == len(data) // 2 + 5 for length, data in whole), whole
    end = ":".join(re.findall("..", whole[0][1][-16:]))
    assert filtered(tshark, OBS, f"rtmpscope.video.data contains {end}"), end
    hexdump = tshark.run("-n", "-r", tshark.readable(PUBLISH), "-x", "-Y", "rtmpscope.handshake").decode()
    assert "RTMP handshake" not in hexdump  # it lies in the packets
    cut = tshark.run("-n", "-r", tshark.readable(BIG_FRAMES), "-x", "-Y", "rtmpscope.message.chunks > 2").decode()
    assert re.search(r"^RTMP message, first 32 of \d+ bytes \(32 bytes\):$", cut, re.MULTILINE)
    details = tshark.run("-n", "-r", tshark.readable(BIG_FRAMES), "-O", "rtmpscope").decode()
    kept = re.findall(r"^ +Data: (\w+)(?: \[first (\d+) of (\d+) bytes\])?$", details, re.MULTILINE)
    marked = [(text, int(first), int(length)) for text, first, length in kept if first]
    assert len(marked) > 50 and len(marked) < len(kept), kept[:5]
    assert all(len(text) == 2 * first < 2 * length for text, first, length in marked if len(text) < 70), marked[:5]


def check_properties(tshark):
    """Exports keep the name and the value of a property together."""
    lines = tshark.run("-n", "-r", tshark.readable(PUBLISH), "-T", "json", "-J", "rtmpscope", "-Y",
                       "frame.number == 27").decode()
    assert re.search(r'"rtmpscope.amf.property": "code = NetStream.Publish.Start",\s+"rtmpscope.amf.property_tree": {'
                     r'\s+"rtmpscope.amf.key": "code",[^{}]+"rtmpscope.amf.string": "NetStream.Publish.Start",', lines)
    (line,) = (json.loads(line) for line in tshark.run(
        "-n", "-r", tshark.readable(PUBLISH), "-T", "ek", "-Y", "frame.number == 27").splitlines() if b"layers" in line)
    properties = line["layers"]["rtmpscope"]["rtmpscope_rtmpscope_amf_property"]
    assert properties == ["level = status", "code = NetStream.Publish.Start", "description = Start publishing"]
    assert filtered(tshark, PUBLISH, 'rtmpscope.amf.property == "level = status"')[:2] == ["16", "27"]
    details = tshark.run("-n", "-r", tshark.readable(PUBLISH), "-O", "rtmpscope").decode()
    assert re.search(r"\n( +)width = Number: 320\n\1\S", details)  # and no second line


def check_gap_text(tshark):
    """While a packet is shown, nobody knows what comes later."""
    with tempfile.TemporaryDirectory() as folder:
        capture = Path(folder) / "one_packet_missing.pcap"
        packets = list(read(PUBLISH))
        write_pcap(capture, packets[:59] + packets[60:])
        details = tshark.run("-n", "-r", tshark.readable(capture), "-O", "rtmpscope").decode()
    assert re.search(r"\[?gap: \d+ bytes missing, not seen before this packet", details), details[-2000:]
    assert re.search(r"\[Cause: not seen before this packet \(0\)\]", details)


def check_redaction(tshark):
    plain = tshark.run("-r", tshark.readable(PUBLISH), "-O", "rtmpscope").decode()
    masked = tshark.run("-r", tshark.readable(PUBLISH), "-O", "rtmpscope", "-o", "rtmpscope.redact:TRUE").decode()
    assert "avc_aac" in plain
    assert "avc_aac" not in masked and re.search(r"<name [0-9a-f]{6}, 7 bytes>", masked)


def check_rtmps(tshark):
    frames = filtered(tshark, RTMPS, "tls && rtmpscope.handshake")
    assert frames == ["11"], frames
    assert column(tshark, RTMPS, "_ws.col.Protocol", "-Y", "rtmpscope") == ["RTMPS"]
    info = column(tshark, RTMPS_GST, "_ws.col.Info", "-Y", "rtmpscope")
    assert any(re.fullmatch(r"releaseStream\(0\)  \"gst\" \| FCPublish\(0\)  \"gst\" \| createStream\(2\)", line)
               for line in info), info  # three records of TLS
    assert not any("Application Data" in line for line in info), info
    transports = set(column(tshark, RTMPTS, "_ws.col.Protocol", "-Y", "rtmpscope"))
    assert transports == {"RTMPTS"}, transports


def check_rtmpt(tshark):
    """Requests have a media type, this server's responses have none."""
    for passes in ([], ["-2"]):
        values = column(tshark, RTMPT, "rtmpscope.message.type_id", "-Y", "rtmpscope.message", *passes)
        types = [int(value) for line in values for value in line.split(",")]
        assert (types.count(8), types.count(9), types.count(20)) == (169, 100, 14), types
        assert column(tshark, RTMPT, "rtmpscope.rtmpt.session_id", "-Y", "frame.number == 8") == ["c16a5320fa475530"]
        assert not filtered(tshark, RTMPT, "rtmpscope.gap || rtmpscope.sync_lost", *passes)


def check_statistics(tshark):
    """Rows of cells, below the line with the columns' names."""
    def table(name, first_column, capture=PUBLISH):
        lines = tshark.run("-n", "-q", "-r", tshark.readable(capture), "-z", name).decode().splitlines()
        rows = [[cell.strip() for cell in line.split("|")] for line in lines if " |" in line]
        assert rows[0][0] == first_column, rows
        return rows[1:]

    (stream,) = table("rtmpscope,streams", "Connection")
    number, *stream = stream
    assert number == "0"
    assert stream[1:5] == ["127.0.0.1:1935", "live", "avc_aac", "publish"], stream
    assert stream[6].startswith("H.264/AVC") and "320x180" in stream[6] and stream[7].startswith("AAC"), stream
    assert (stream[5], stream[8:11]) == ("0", ["0", "346", "143776"]), stream
    # 127 frames, 3 of them key frames with 2 s between, beside the configuration and the end of the sequence.
    assert stream[11:16] == ["5.1", "227.2", "3", "25.0", "2.0"], stream
    # Blank where there is nothing to measure: not 0.
    (stream,) = (row for row in table("rtmpscope,streams", "Connection", REFUSED) if row[5] == "play")
    assert stream[9:12] == ["0", "0", "0"] and not any(stream[12:]), stream
    assert [row[5] for row in table("rtmpscope,streams", "Connection", PUBLISH_AND_PLAY)] == ["publish", "play"]
    rows = table("rtmpscope,streams", "Connection", HEVC)
    assert rows == sorted(rows, key=lambda row: int(row[0])) and {row[7] for row in rows} > {"-"}, rows
    assert [row[5] for row in rows] == ["publish"] * 3 + ["play"] * 3, rows
    tracks = [(row[6], row[7].split()[0], row[15]) for row in rows if row[7] != "-"]
    assert tracks[:2] == [("0", "H.264/AVC", "25.0"), ("1", "H.265/HEVC", "25.0")], tracks
    commands = {row[2]: row for row in table("rtmpscope,commands", "Packet")}
    connected = "NetConnection.Connect.Success"
    assert commands["connect"][3:9] == ["1", "", "_result", connected, "16", "44.0"], commands
    assert commands["releaseStream"][5:] == ["", "", ""], commands  # blank, not 0
    assert commands["publish"][3:9] == ["5", "avc_aac", "onStatus", "NetStream.Publish.Start", "27", "0.1"], commands
    (play,) = (row for row in table("rtmpscope,commands", "Packet", REFUSED) if row[2] == "play")
    assert play[4:9] == ["none", "onStatus", "NetStream.Play.StreamNotFound", "27", "0.7"], play
    with tempfile.TemporaryDirectory() as folder:
        capture = Path(folder) / "large_id.pcap"
        name = b"\x02\x00\x04play\x00"
        usual, large = (name + struct.pack(">d", number) for number in (4, 1234567))
        assert usual in REFUSED.read_bytes()
        capture.write_bytes(REFUSED.read_bytes().replace(usual, large))
        (play,) = (row for row in table("rtmpscope,commands", "Packet", capture) if row[2] == "play")
        assert play[3] == "1234567", play  # no exponent


# What Wireshark's own dissector has since 4.4 only.
SINCE_4_4 = {f"rtmpt.{kind}.{name}" for kind in ("audio", "video") for name in (
    "is_ex_header", "packet_type", "fourcc", "multitrack.control", "multitrack.type", "multitrack.track.id",
    "multitrack.track.length")} | {"rtmpt.audio.multitrack.track.packet_type", "rtmpt.video.multitrack.packet_type",
                                   "rtmpt.video.command"}  # fmt: skip


def check_stream_numbers(tshark):
    numbers = column(tshark, PUBLISH_AND_PLAY, "rtmpscope.stream", "-Y", "rtmpscope")
    assert list(dict.fromkeys(numbers)) == ["0", "1"], set(numbers)


def check_port_reuse(tshark):
    """Three connections from one port are three, also if the first one begins with the server's packet: then Wireshark
    has the endpoints of that one the other way round."""
    with tempfile.TemporaryDirectory() as folder:
        capture = Path(folder) / "port_reuse_without_first_packet.pcap"
        write_pcap(capture, list(read(PORT_REUSE))[1:])
        for passes in ([], ["-2"]):
            rows = column(tshark, capture, "rtmpscope.stream", "-e", "rtmpscope.message.type_id", "-Y",
                          "rtmpscope.message", *passes)
            messages = Counter()
            for stream, types in (row.split("\t") for row in rows):
                messages[stream] += len(types.split(","))
            assert messages == {"0": 90, "1": 90, "2": 90}, messages


def followed(tshark, capture, number):
    """Lines of either direction: (from the client, from the server)."""
    output = tshark.run("-n", "-q", "-r", tshark.readable(capture), "-z", f"follow,rtmpscope,ascii,{number}").decode()
    ways = {"": [], "\t": []}
    indent = ""
    for line in output.split("Node 1:")[1].splitlines()[1:]:
        if length := re.fullmatch(r"(\t?)\d+", line):
            indent = length[1]
        elif line and not line.startswith("="):
            ways[indent].append(line)
    return ways[""], ways["\t"]


def check_follow(tshark):
    client, server = followed(tshark, PUBLISH, 0)
    assert client[0] == "+0.000  C0", client[:3]
    assert any(re.match(r"\+0\.047  connect\(1\)  \{app: \"live\"", line) for line in client), client[:8]
    assert any("NetStream.Publish.Start" in line for line in server), server
    assert sum("  video  H.264/AVC" in line for line in client) == 129
    # The second connection plays what the first one publishes.
    client, server = followed(tshark, PUBLISH_AND_PLAY, 1)
    assert any("play(" in line for line in client) and not any("publish(" in line for line in client), client
    assert sum("  video  " in line for line in server) > 50


def check_follow_bytes(tshark):
    """Raw and hex are the bytes of the stream, but for redacted ones; nothing of them is lost."""
    def raw(*arguments):
        output = tshark.run("-n", "-q", "-r", tshark.readable(PUBLISH), "-z", "follow,rtmpscope,raw,0", *arguments)
        return output.decode().split("Node 1:")[1].splitlines()[1:-1]

    lines = raw()
    sent = bytes.fromhex("".join(line for line in lines if not line.startswith("\t")))
    own = tshark.run("-n", "-q", "-r", tshark.readable(PUBLISH), "-z", "follow,tcp,raw,0").decode()
    theirs = [line for line in own.split("Node 1:")[1].splitlines()[1:-1] if not line.startswith("\t")]
    assert sent[0] == 3 and sent == bytes.fromhex("".join(theirs)), (len(sent), len(theirs))
    assert all("avc_aac".encode().hex() not in line for line in raw("-o", "rtmpscope.redact:TRUE"))


def check_media_detail(tshark):
    """Every NAL unit goes to Wireshark's dissector, parameter sets and those of large messages, too."""
    detail = ["-o", "rtmpscope.media_detail:TRUE"]
    # Since 4.6 h265.nal_unit_type is something else.
    h265_type = "h265.type" if "\th265.type\t" in tshark.run("-G", "fields").decode() else "h265.nal_unit_type"
    for capture, types, unit in ((PUBLISH, "h264.nal_unit_hdr", "rtmpscope.video.nal_units.nal_unit.type"),
                                 (HEVC, h265_type, "rtmpscope.video.tracks.track.nal_units.nal_unit.type")):
        sets = unit.replace("nal_units.nal_unit", "configuration.parameter_sets.parameter_set")
        rows = column(tshark, capture, types, "-e", unit, "-e", sets, "-Y", types.split(".")[0], *detail)
        pairs = [[cell.split(",") if cell else [] for cell in row.split("\t")] for row in rows]
        assert pairs and all(sorted(map(int, a)) == sorted(map(int, b + c)) for a, b, c in pairs), pairs
        assert not filtered(tshark, capture, "rtmpscope.nal_unit_undecoded", *detail)
        assert column(tshark, capture, "_ws.col.Info", *detail) == column(tshark, capture, "_ws.col.Info")
        assert not filtered(tshark, capture, "h264 || h265")
    # All of a message that came in several packets: the Data field has all bytes but the header's 5.
    type_id = "rtmpscope.message.type_id"
    lengths = column(tshark, BIG_FRAMES, "rtmpscope.message.length", "-e", "rtmpscope.video.data", "-Y",
                     f"{type_id} == 9 && rtmpscope.message.chunks > 1 && !{type_id} == 8", *detail)
    single = [row.split("\t") for row in lengths if "," not in row]
    assert single and all(int(length) == len(data) // 2 + 5 for length, data in single), single


def check_documentation(tshark):
    """Every field that docs/wireshark.md and the README name exists, and every one of Wireshark's own dissector has a
    row."""
    fields = tshark.run("-G", "fields").decode().splitlines()
    known = {line.split("\t")[2] for line in fields if line.startswith(("F", "P"))}
    reference = SAMPLES.parent / "docs/wireshark.md"
    never = re.compile(r"rtmpscope\.(document|capture|connection_close|tls|tunnel_|event\.(?!direction))")
    assert not [name for name in known if never.match(name)]
    named = {name for page in (reference, SAMPLES.parent / "README.md")
             for name in re.findall(r"`((?:rtmpscope|rtmfp)\.[a-z0-9_.]*[a-z0-9])[` ]", page.read_text())}
    missing = named - known - PREFERENCES
    assert len(named) > 40 and not missing, missing
    theirs = {name for name in known if name.startswith(("rtmpt.", "amf."))} | SINCE_4_4
    rows = re.findall(r"^\| `((?:rtmpt|amf)\.[a-z0-9_.]+)` \| (.+) \|$", reference.read_text(), re.MULTILINE)
    assert sorted(theirs) == sorted(name for name, _ in rows), theirs.symmetric_difference(name for name, _ in rows)
    assert len(theirs) == 97, len(theirs)
    assert all(text.startswith(("`rtmpscope.", "none: ")) for _, text in rows), rows


def check_others(tshark):
    """Whatever is not RTMP stays with those who know it."""
    assert not filtered(tshark, SAMPLES / "err_plain_http_on_1935.pcap", "rtmpscope.message || rtmpscope.handshake")
    assert not filtered(tshark, SAMPLES / "rtmps_no_keys.pcap", "rtmpscope")


def main():
    plugin, series = sys.argv[2], sys.argv[3]
    with Tshark(plugin, series) as tshark:
        assert b"rtmpscope.so" in tshark.run("-G", "plugins"), "tshark does not load the plugin"
        for check in (check_filters, check_findings, check_links, check_reassembled, check_segments,
                      check_evident_lines, check_empty_lists, check_ports, check_port_goes_back, check_info,
                      check_bytes, check_properties, check_gap_text, check_redaction, check_rtmps, check_rtmpt,
                      check_statistics, check_stream_numbers, check_port_reuse, check_follow, check_follow_bytes,
                      check_media_detail, check_documentation, check_others):
            check(tshark)


if __name__ == "__main__":
    main()
