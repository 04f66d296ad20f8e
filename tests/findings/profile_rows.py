"""What the judge finds when it holds a publisher against its platform.

Some limits of real platforms take minutes of many megabits: so there is a platform of the test's own, by a host name.
"""

import json

from conduct_rows import AAC_FRAME, AAC_HEADER, AVC_HEADER, goodbye, media, publishing
from rows import row
from rtmp_writer import AUDIO, VIDEO, u32

YOUTUBE, TWITCH, FACEBOOK = "a.rtmp.youtube.com/live2", "live.twitch.tv/app", "live-api-s.facebook.com/rtmp"
HEVC_FIELDS = "42010101600000030040000003000003005aa005a200905965654a4c2f016868000003000800000300c840"
INTERLACED = bytes.fromhex(
    "9068766331" "0101600000004000000000005af000fcfdf8f800000f" "01a10001" f"{len(HEVC_FIELDS) // 2:04x}" + HEVC_FIELDS
)
OURS = "ingest.example.org/live"
FRAME = b"\x17\x01\0\0\0" + u32(40) + b"\x65" + b"\x88" * 39


def to_platform(address):
    return publishing("key", tc_url=f"rtmp://{address}", app=address.split("/")[1])


def stream(address, *parts):
    """What is sent: (message type, body)."""
    session = to_platform(address)
    for type_id, body in parts:
        media(session, type_id, body)
    return goodbye(session)


@row("profile_transport")
def plain_rtmp_to_facebook():
    return stream(FACEBOOK, (AUDIO, AAC_HEADER), (AUDIO, AAC_FRAME))


@row("profile_video_codec", "profile_enhanced_rtmp")
def vp9_to_youtube():
    return stream(YOUTUBE, (VIDEO, b"\x90vp09" + b"\1\0\0\0\0\x0a\x82\2\2\2\0\0"), (VIDEO, b"\x91vp09" + b"\x82I\x83B"))


@row("profile_audio_codec")
def nellymoser_to_youtube():
    return stream(YOUTUBE, (AUDIO, b"\x62" + bytes(64)))


@row("profile_video_profile")
def high_to_an_ingest_of_baseline():
    return stream("bintu-1.nanocosmos.de/live", (VIDEO, AVC_HEADER), (VIDEO, FRAME))


@row("profile_audio_sample_rate")
def low_sample_rate():
    return stream(YOUTUBE, (AUDIO, b"\xaf\x00\x13\x90"), (AUDIO, AAC_FRAME))  # 22050 Hz


@row("profile_audio_channels")
def six_channels():
    return stream(YOUTUBE, (AUDIO, b"\xaf\x00\x12\x30"), (AUDIO, AAC_FRAME))


def of_one_kind(type_id, head, frame):
    session = to_platform(YOUTUBE if type_id == VIDEO else "abc.global-contribute.live-video.net/app")
    media(session, type_id, head)
    for time in range(0, 12):
        media(session, type_id, frame, 1000 * time)
        session.pause(1)
    return goodbye(session)


@row("profile_audio_missing")
def video_alone():
    return of_one_kind(VIDEO, AVC_HEADER, FRAME)


@row("profile_tracks")
def two_tracks_of_audio():
    session = to_platform(YOUTUBE)
    media(session, AUDIO, AAC_HEADER)
    media(session, AUDIO, AAC_FRAME)
    for kind in (0, 1):  # sequence start and frame of track 1
        media(session, AUDIO, bytes([0x95, kind]) + b"mp4a\1" + (b"\x12\x10" if kind == 0 else b"\x21" * 8))
    return goodbye(session)


def wanted(value, **more):
    return {"value": value, "sources": ["test"], **more}


PROFILES = {
    "format": "rtmpscope-profiles",
    "version": 1,
    "sources": {"test": {"title": "This test", "url": "https://example.org"}},
    "profiles": [
        {
            "id": "ours",
            "name": "Our ingest",
            "match": {"hosts": ["ingest.example.org"], "sources": ["test"]},
            "video": {
                "keyframe_s": wanted({"recommended": 2, "max": 3}),
                "keyframe_constant": wanted(True),
                "open_gop": wanted(False),
                "bframes_max": wanted(0),
                "fps_max": wanted(5),
                "resolution_max": wanted("160x120"),
                "interlaced": wanted(False),
                "levels": wanted({"1080p60": "1.1"}),
                "required": wanted(True),
                "bitrate_max_kbps": wanted(10),
                "bitrate": [{"width": 1920, "height": 1080, "fps": 60, "min_kbps": 9, "sources": ["test"]}],
            },
            "audio": {"bitrate_max_kbps": wanted(1)},
            "session": {"max_duration_h": wanted(1)},
        },
        {
            "id": "short",
            "name": "Short groups",
            "match": {"hosts": ["short.example.org"], "sources": ["test"]},
            "video": {"keyframe_s": wanted({"min": 2})},
        },
    ],
}


def write_profiles(path):
    path.write_text(json.dumps(PROFILES))


def video_for(seconds, key_every, address=OURS, rate=1, size=40, head=AVC_HEADER, composition=0, early=False):
    """Frames that come at their time. `early`: the picture behind a key frame is shown before it."""
    session = to_platform(address)
    media(session, VIDEO, head)
    for number in range(int(seconds * rate)):
        key = number % int(key_every * rate) == 0
        time = 1000 * number // rate
        shift = -1500 if early and number % int(key_every * rate) == 1 else composition * (number % 2)
        body = bytes([0x17 if key else 0x27, 1]) + (shift & 0xFFFFFF).to_bytes(3, "big")
        body += u32(size) + bytes([0x65 if key else 0x41]) + b"\x88" * (size - 1)
        media(session, VIDEO, body, time)
        session.pause(1 / rate)
    return goodbye(session)


@row("profile_key_distance_max", "profile_key_distance_recommended")
def far_key_frames():
    return video_for(30, 5)


@row("profile_key_distance_min")
def near_key_frames():
    return video_for(12, 1, address="short.example.org/live")


@row("profile_key_distance_constant")
def irregular_key_frames():
    session = to_platform(OURS)
    media(session, VIDEO, AVC_HEADER)
    for number in range(24):
        key = number % 6 in (0, 1, 3)
        media(session, VIDEO, FRAME if key else b"\x27" + FRAME[1:9] + b"\x41" + FRAME[10:], 1000 * number)
        session.pause(1)
    return goodbye(session)


@row("profile_open_gop")
def open_groups():
    return video_for(36, 4, early=True)


@row("profile_b_pictures", "profile_resolution", "profile_video_level", "profile_frame_rate")
def pictures_of_another_kind():
    return video_for(4, 2, rate=25, composition=80)


@row("profile_bitrate_high")
def high_bit_rate():
    return video_for(45, 2, size=2000)


@row("profile_bitrate_low")
def low_bit_rate():
    return video_for(45, 2, size=40)


@row("profile_interlaced")
def interlaced_video():
    return video_for(3, 1, head=INTERLACED)


@row("profile_audio_bitrate", "profile_video_missing")
def audio_of_too_many_bits():
    session = to_platform(OURS)
    media(session, AUDIO, AAC_HEADER)
    for number in range(14):
        media(session, AUDIO, b"\xaf\x01" + b"\x21" * 400, 1000 * number)
        session.pause(1)
    return goodbye(session)


@row("profile_duration")
def nearly_an_hour():
    session = to_platform(OURS)
    media(session, AUDIO, AAC_HEADER)
    media(session, AUDIO, AAC_FRAME)
    session.pause(3500)
    media(session, AUDIO, AAC_FRAME, 3_500_000)
    return goodbye(session)
