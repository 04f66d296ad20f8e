"""Audio and video tag headers: legacy, and Enhanced RTMP v1 and v2."""

import struct

from rows import ABSENT, row
from rtmp_writer import AUDIO, VIDEO, amf0, amf0_values, u16, u24, u32
from session import CLIENT, Session

# High profile, 320x180 at 25 frames a second: sequence and picture parameter set of libx264.
AVC_RECORD = bytes.fromhex("0164000cffe1001a6764000cacd941419f9f011000000300100000030320f142996001000468efbcb0fdf8f800")
NAL = u32(5) + b"\x65\x88\x84\x00\x10"
HEVC_NAL = u32(5) + b"\x26\x01\xaf\x09\x40"  # type 19, IDR_W_RADL


def media(type_id, *cases, findings=()):
    """A session with one message for each (body, expected members of its audio or video)."""
    session = Session()
    session.set_chunk_size(CLIENT, 65536)
    key = "audio" if type_id == AUDIO else "video"
    for number, (body, members) in enumerate(cases):
        expected = {"type": key, "timestamp": 40 * number, "length": len(body), key: members}
        session.send(CLIENT, type_id, body, expected, chunk_stream_id=6, stream=1, time=40 * number)
    session.findings = list(findings)
    return session


def audio(*cases, findings=()):
    return media(AUDIO, *cases, findings=findings)


def video(*cases, findings=()):
    return media(VIDEO, *cases, findings=findings)


def s24(value):
    return u24(value & 0xFFFFFF)


@row("Audio tag header", "AAC: packet type, AudioSpecificConfig, and data apart from each other")
def aac():
    head = {
        "codec": "aac",
        "sound_format": 10,
        "enhanced": False,
        "sound_rate": "44_khz",
        "sound_size": "16_bit",
        "sound_type": "stereo",
    }
    start = {
        "packet_type": "sequence_start",
        "configuration": {"object_type": "lc", "sample_rate": 44100, "channels": 2},
    }
    frame = {"packet_type": "coded_frames", "configuration": ABSENT, "data": {"length": 4, "hex": "21100504"}}
    return audio((b"\xaf\x00\x12\x10", head | start), (b"\xaf\x01\x21\x10\x05\x04", head | frame))


@row("Audio tag header", "all legacy formats by their names, rates, sizes and channels")
def legacy_audio():
    formats = {
        0: "pcm", 1: "adpcm", 3: "pcm_le", 4: "nellymoser", 5: "nellymoser", 6: "nellymoser", 7: "alaw", 8: "mulaw",
        11: "speex", 15: "device_specific",
    }  # fmt: skip
    shape = {"sound_rate": "11_khz", "sound_size": "16_bit", "sound_type": "mono", "enhanced": False}
    cases = [
        (bytes([number << 4 | 0x6, 0x55]), {"codec": name, "sound_format": number} | shape)
        for number, name in formats.items()
    ]
    return audio(*cases)


@row("Audio tag header", "Speex (0xB) and device-specific sound (0xF) are not enhanced audio")
def not_enhanced():
    speex = {"codec": "speex", "enhanced": False, "packet_type": ABSENT, "fourcc": ABSENT, "data": {"length": 6}}
    device = {"codec": "device_specific", "enhanced": False, "fourcc": ABSENT}
    body = b"OpusXX"
    return audio(
        *((bytes([first]) + body, speex) for first in (0xB0, 0xB1, 0xB2, 0xB6)),
        (b"\xf0" + body, device),
        (b"\xf5" + body, device),
    )


@row("Audio tag header", "MP3: the frame header tells what the tag header cannot")
def mp3():
    frame = {"codec": "mp3", "frame": {"sample_rate": 48000, "channels": 2, "bit_rate_kbps": 128}}
    return audio((b"\x2f\xff\xfb\x94\x00" + bytes(380), frame))


@row("Video tag header", "AVC: packet type, signed composition time, configuration and NAL units")
def avc():
    head = {"codec": "avc", "codec_id": 7, "enhanced": False}
    configuration = {
        "profile": 100,
        "profile_name": "high",
        "level": 12,
        "nal_length_size": 4,
        "width": 320,
        "height": 180,
    }
    start = {
        "frame_type": "key",
        "packet_type": "sequence_start",
        "composition_time_ms": 0,
        "configuration": configuration,
    }
    key = {"frame_type": "key", "packet_type": "coded_frames", "composition_time_ms": 80, "configuration": ABSENT}
    nal_units = [{"length": 5, "type": 5, "type_name": "idr_slice"}]
    early = {"frame_type": "inter", "packet_type": "coded_frames", "composition_time_ms": -40}
    end = {"packet_type": "sequence_end"}
    return video(
        (b"\x17\x00" + s24(0) + AVC_RECORD, head | start),
        (b"\x17\x01" + s24(80) + NAL, head | key | {"nal_units": nal_units, "data": {"length": 9}}),
        (b"\x27\x01" + s24(-40) + NAL, head | early),
        (b"\x17\x02" + s24(0), head | end),
        findings=["video_composition_time_negative"],
    )


@row("Video tag header", "frame types and legacy codecs by their names")
def legacy_video():
    types = {1: "key", 2: "inter", 3: "disposable_inter", 4: "generated_key"}
    codecs = {2: "sorenson_h263", 3: "screen_video", 6: "screen_video_2"}
    cases = [
        (bytes([kind << 4 | 2]) + bytes(8), {"frame_type": name, "codec": "sorenson_h263"})
        for kind, name in types.items()
    ]
    cases += [
        (bytes([0x10 | number]) + bytes(8), {"codec": name, "codec_id": number}) for number, name in codecs.items()
    ]
    vp6 = {"codec": "vp6", "horizontal_adjustment": 3, "vertical_adjustment": 1}
    alpha = {"codec": "vp6_alpha", "horizontal_adjustment": 0, "alpha_offset": 258}
    return video(*cases, (b"\x14\x31" + bytes(8), vp6), (b"\x15\x00" + u24(258) + bytes(300), alpha))


@row("Video tag header", "command frames hold one byte, whatever the codec")
def command_frames():
    start, end = {"frame_type": "command", "command": "seek_start"}, {"frame_type": "command", "command": "seek_end"}
    return video(
        (b"\x52\x00", start), (b"\x52\x01", end), (b"\x57\x00", start | {"packet_type": ABSENT}), (b"\x57\x01", end)
    )


@row("Video tag header", "private codec ids: 12 is HEVC (issue 78), 13 AV1; laid out as AVC")
def private_codec_ids():
    hevc = {
        "codec": "hevc",
        "codec_id": 12,
        "packet_type": "coded_frames",
        "composition_time_ms": 80,
        "enhanced": False,
    }
    nal_units = [{"length": 5, "type": 19, "type_name": "idr_w_radl"}]
    av1 = {"codec": "av1", "codec_id": 13, "packet_type": "coded_frames"}
    session = video(
        (b"\x1c\x01" + s24(80) + HEVC_NAL, hevc | {"nal_units": nal_units}), (b"\x1d\x01" + s24(0) + bytes(9), av1)
    )
    session.findings = 2 * ["media_codec_nonstandard"]
    return session


@row("Audio tag header", "private codec id 13 is Opus")
def private_opus():
    return audio((b"\xdf\x01\xfc\x01\x02", {"codec": "opus", "sound_format": 13}), findings=["media_codec_nonstandard"])


# Enhanced RTMP


@row("Enhanced RTMP", "composition time of hvc1, avc1 and vvc1 CodedFrames; CodedFramesX and other codecs have none")
def enhanced_composition_time():
    def frame(fourcc, packet_type, body, **more):
        name = {1: "coded_frames", 3: "coded_frames_x"}[packet_type]
        expected = {"enhanced": True, "frame_type": "key", "fourcc": fourcc, "packet_type": name} | more
        return bytes([0x90 | packet_type]) + fourcc.encode() + body, expected

    hevc_units = [{"length": 5, "type": 19}]
    return video(
        frame(
            "hvc1",
            1,
            s24(80) + HEVC_NAL,
            codec="hevc",
            composition_time_ms=80,
            nal_units=hevc_units,
            data={"length": 9},
        ),
        frame("avc1", 1, s24(40) + NAL, codec="avc", composition_time_ms=40, nal_units=[{"length": 5, "type": 5}]),
        frame("vvc1", 1, s24(120) + u32(5) + b"\x00\x41\x80\x00\x10", codec="vvc", composition_time_ms=120),
        frame("hvc1", 3, HEVC_NAL, codec="hevc", composition_time_ms=ABSENT, nal_units=hevc_units, data={"length": 9}),
        frame("av01", 1, b"\x12\x00\x32\x02\x10\x00", codec="av1", composition_time_ms=ABSENT, data={"length": 6}),
        frame("vp09", 1, b"\x82\x49\x83\x42\x00\x13\xf0\x0b\x30", codec="vp9", composition_time_ms=ABSENT),
    )


@row("Enhanced RTMP", "ModEx with a nanosecond offset, in front of the FourCC; several; and of unknown type")
def modex():
    frame = b"hvc1" + s24(80) + HEVC_NAL
    expected = {"fourcc": "hvc1", "packet_type": "coded_frames", "composition_time_ms": 80, "frame_type": "key"}
    offset = {"length": 3, "nanosecond_offset": 500_000, "type": "timestamp_nanoseconds"}
    unknown = {"length": 2, "type": 3, "data": {"length": 2, "hex": "aabb"}}
    long_form = {"length": 300, "type": 1}
    return video(
        (b"\x97\x02" + u24(500_000) + b"\x01" + frame, expected | {"nanosecond_offset": 500_000, "modex": [offset]}),
        (
            b"\x97\x01\xaa\xbb\x37\x02" + u24(500_000) + b"\x01" + frame,
            expected | {"nanosecond_offset": 500_000, "modex": [unknown, offset]},
        ),
        (
            b"\x97\xff" + u16(299) + bytes(300) + b"\x11" + frame,
            expected | {"nanosecond_offset": ABSENT, "modex": [long_form]},
        ),
        findings=2 * ["modex_type_unknown"],
    )


@row("Enhanced RTMP", "ModEx on audio, in front of a multitrack header")
def modex_audio():
    body = b"\x97\x02" + u24(250) + b"\x05" + b"\x01Opus\x03" + b"\xfc\x01\x02"
    members = {
        "nanosecond_offset": 250,
        "multitrack_type": "one_track",
        "packet_type": "coded_frames",
        "fourcc": "Opus",
    }
    return audio((body, members | {"tracks": [{"track_id": 3, "data": {"length": 3}}]}))


@row("Enhanced RTMP", "metadata frames: colorInfo with HDR, as FFmpeg (D4) and OBS (84) send it")
def color_info():
    color = {
        "colorConfig": {"bitDepth": 10, "colorPrimaries": 9, "transferCharacteristics": 16, "matrixCoefficients": 9},
        "hdrCll": {"maxFall": 400, "maxCLL": 1000},
        "hdrMdcv": {"redX": 0.708, "redY": 0.292, "maxLuminance": 1000, "minLuminance": 0.0001},
    }
    body = b"hvc1" + amf0_values("colorInfo", color)
    members = {"packet_type": "metadata", "fourcc": "hvc1", "metadata": {"colorInfo": color}, "command": ABSENT}
    reset = b"\xd4hvc1" + amf0("colorInfo") + b"\x06"
    return video(
        (b"\xd4" + body, members),
        (b"\x84" + body, members),
        (reset, {"packet_type": "metadata", "metadata": {"colorInfo": None}}),
    )


@row("Enhanced RTMP", "command frame: one byte and no FourCC")
def enhanced_command():
    members = {"enhanced": True, "frame_type": "command", "command": "seek_start", "fourcc": ABSENT}
    return video((b"\xd5\x00", members), (b"\xd1\x01", members | {"command": "seek_end"}))


@row("Enhanced RTMP", "sequence start and end of each codec; AV1 as an MPEG-2 TS descriptor")
def enhanced_sequences():
    def sequence(fourcc, codec, record=b"", packet_type=0, **more):
        name = {0: "sequence_start", 2: "sequence_end", 5: "mpeg2ts_sequence_start"}[packet_type]
        body = bytes([0x90 | packet_type]) + fourcc.encode() + record
        return body, {"packet_type": name, "fourcc": fourcc, "codec": codec, "frame_type": "key"} | more

    av1c = b"\x81\x05\x0c\x00"
    av1 = {"profile": 0, "level": 5, "chroma_format": "4:2:0"}
    vpcc = b"\x01\x00\x00\x00" + b"\x00\x0b\x82\x02\x02\x02\x00\x00"
    return video(
        sequence("avc1", "avc", AVC_RECORD, configuration={"profile_name": "high", "width": 320}),
        sequence("av01", "av1", av1c, configuration=av1),
        sequence(
            "av01", "av1", b"\x80\x04" + av1c, 5, configuration=av1 | {"descriptor_tag": 128, "descriptor_length": 4}
        ),
        sequence("vp09", "vp9", vpcc, configuration={"profile": 0, "level": 11, "luma_bit_depth": 8}),
        *(sequence(*names, packet_type=2) for names in (("hvc1", "hevc"), ("vvc1", "vvc"), ("vp08", "vp8"))),
        findings=["configuration_full_box"],  # as FFmpeg sends it
    )


def track(track_id, body, fourcc=b""):
    return fourcc + bytes([track_id]) + u24(len(body)) + body


@row("Enhanced RTMP", "video multitrack: one track, many tracks, many tracks with many codecs (track id 7 is 7)")
def video_multitrack():
    first, second = s24(80) + NAL, s24(40) + NAL
    head = {"enhanced": True, "frame_type": "key", "packet_type": "coded_frames"}
    hevc = s24(120) + HEVC_NAL
    one = head | {"multitrack_type": "one_track", "fourcc": "hvc1"}
    many = head | {"multitrack_type": "many_tracks", "fourcc": "avc1"}
    codecs = head | {"multitrack_type": "many_tracks_many_codecs", "fourcc": ABSENT}
    return video(
        (
            b"\x96\x01hvc1\x07" + hevc,
            one | {"tracks": [{"track_id": 7, "composition_time_ms": 120, "data": {"length": 9}}]},
        ),
        (
            b"\x96\x11avc1" + track(0, first) + track(7, second),
            many
            | {
                "tracks": [
                    {"track_id": 0, "length": 12, "composition_time_ms": 80},
                    {"track_id": 7, "composition_time_ms": 40},
                ]
            },
        ),
        (
            b"\x96\x21" + track(7, hevc, b"hvc1") + track(1, first, b"avc1"),
            codecs
            | {
                "tracks": [
                    {"fourcc": "hvc1", "codec": "hevc", "track_id": 7, "length": 12, "composition_time_ms": 120},
                    {"fourcc": "avc1", "codec": "avc", "track_id": 1, "length": 12, "composition_time_ms": 80},
                ]
            },
        ),
    )


@row("Enhanced RTMP", "audio multitrack: the same three; data ends where the track's length says")
def audio_multitrack():
    head = {"enhanced": True, "packet_type": "coded_frames"}
    one = head | {"multitrack_type": "one_track", "fourcc": "mp4a", "codec": "aac"}
    many = head | {"multitrack_type": "many_tracks", "fourcc": "Opus", "codec": "opus"}
    codecs = head | {"multitrack_type": "many_tracks_many_codecs", "fourcc": ABSENT}
    return audio(
        (b"\x95\x01mp4a\x01\x21\x10", one | {"tracks": [{"track_id": 1, "data": {"length": 2, "hex": "2110"}}]}),
        (
            b"\x95\x11Opus" + track(1, b"\xfc\x01") + track(2, b"\xfc\x02\x03"),
            many
            | {
                "tracks": [
                    {"track_id": 1, "length": 2, "data": {"hex": "fc01"}},
                    {"track_id": 2, "length": 3, "data": {"hex": "fc0203"}},
                ]
            },
        ),
        (
            b"\x95\x21" + track(1, b"\xfc\x01", b"Opus") + track(2, b"\x21\x10", b"mp4a"),
            codecs
            | {
                "tracks": [
                    {"fourcc": "Opus", "codec": "opus", "track_id": 1, "length": 2, "data": {"hex": "fc01"}},
                    {"fourcc": "mp4a", "codec": "aac", "track_id": 2, "length": 2, "data": {"hex": "2110"}},
                ]
            },
        ),
    )


@row("Enhanced RTMP", "a track's length beyond the message is said, and stays within it")
def multitrack_too_long():
    body = b"\x95\x11Opus" + track(1, b"\xfc\x01") + b"\x02" + u24(1000) + b"\xfc"
    members = {
        "tracks": [{"track_id": 1, "data": {"length": 2}}, {"track_id": 2, "length": 1000, "data": {"length": 1}}]
    }
    return audio((body, members), findings=["multitrack_track_length"])


@row("Enhanced RTMP", "MultichannelConfig: native mask, custom mapping, unspecified order")
def multichannel():
    surround = ["front_left", "front_right", "front_center", "low_frequency_1", "back_left", "back_right"]
    native = {"channel_order": "native", "channel_count": 6, "channel_mask": 63, "speakers": surround}
    custom = {
        "channel_order": "custom",
        "channel_count": 3,
        "channel_mask": ABSENT,
        "speakers": ["front_right", "unused", "unknown"],
    }
    unspecified = {"channel_order": "unspecified", "channel_count": 2}
    head = {"packet_type": "multichannel_config", "fourcc": "Opus", "enhanced": True}
    return audio(
        (b"\x94Opus\x01\x06" + u32(0x3F), head | {"multichannel": native}),
        (b"\x94Opus\x02\x03\x01\xfe\xff", head | {"multichannel": custom}),
        (b"\x94Opus\x00\x02", head | {"multichannel": unspecified}),
    )


@row("Enhanced RTMP", "audio sequence start of each codec, and sequence end")
def enhanced_audio_sequences():
    opus = b"OpusHead\x01\x02" + struct.pack("<HIhB", 312, 48000, 0, 0)
    streaminfo = bytes.fromhex("1000 1000 000000 000000 0bb802f0 00000000".replace(" ", "")) + bytes(16)

    def start(fourcc, codec, record, **configuration):
        members = {"enhanced": True, "packet_type": "sequence_start", "fourcc": fourcc, "codec": codec}
        return b"\x90" + fourcc.encode() + record, members | ({"configuration": configuration} if configuration else {})

    end = {"packet_type": "sequence_end", "fourcc": "Opus", "codec": "opus"}
    return audio(
        start("Opus", "opus", opus, channels=2, pre_skip=312, sample_rate=48000),
        start("fLaC", "flac", b"fLaC\x80\x00\x00\x22" + streaminfo, sample_rate=48000, channels=2, bits_per_sample=16),
        start("fLaC", "flac", streaminfo, sample_rate=48000, channels=2, bits_per_sample=16),
        start("mp4a", "aac", b"\x12\x10", object_type="lc", sample_rate=44100, channels=2),
        start("ac-3", "ac3", b""),
        start("ec-3", "eac3", b""),
        (b"\x92Opus", end),
        findings=["configuration_flac_bare"],  # as FFmpeg sends it
    )


@row("Enhanced RTMP", "reserved packet types and FourCCs are said, and kept as bytes")
def enhanced_unknown():
    unknown = {"enhanced": True, "fourcc": "xxxx", "codec": "unknown", "data": {"length": 2, "hex": "0102"}}
    return video(
        (b"\x91xxxx\x01\x02", unknown),
        (b"\x99hvc1\x01\x02", {"packet_type": 9, "fourcc": "hvc1"}),
        findings=["media_fourcc_unknown", "media_packet_type_unknown"],
    )
