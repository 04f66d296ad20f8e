"""What the judge finds when it holds a publisher against its platform."""

from conduct_rows import AAC_FRAME, AAC_HEADER, AVC_HEADER, goodbye, media, publishing
from rows import row
from rtmp_writer import AUDIO, VIDEO, u32

YOUTUBE, TWITCH, FACEBOOK = "a.rtmp.youtube.com/live2", "live.twitch.tv/app", "live-api-s.facebook.com/rtmp"
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
