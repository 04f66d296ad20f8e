"""What is odd about audio and video."""

from rows import media, row
from rtmp_writer import COMMAND_AMF0, VIDEO, amf0_values
from session import CLIENT, Session

HVC1, AVC1, AV01, VP09 = (name.encode().hex() for name in ("hvc1", "avc1", "av01", "vp09"))
OPUS, FLAC = "4f707573", "664c6143"
HIGH_AROUND_422 = "0164001f ffe10017 677a000bb6cb4162760220000003002000000641e28554"  # the SPS has 10 bit
STREAMINFO = "120012000004490004de0ac440f0000033aecd36f8ab0a878da30b37b9efb6c64d51"

media({
    "audio_silence": "audio ",
    "video_empty": "video ",
    "media_header_short": "video 17 01 0000",
    "media_codec_unknown": "video 1a 0102",
    "media_codec_nonstandard": "audio df fc010203",
    "media_fourcc_unknown": "video 91 78797a31 0102",
    "video_frame_type_unknown": "video 62 010203",
    "media_packet_type_unknown": "video 17 03 000000 aabb",
    "video_command_unknown": "video 57 02",
    "video_composition_time_negative": "video 27 01 ffffd8 00000002 4101",
    "media_trailing_bytes": "video 17 02 000000 ff",
    "modex_type_unknown": f"video 97 00aa11 {HVC1} 000000 00000003 020201",
    "modex_data_short": f"video 97 010000 01 {HVC1} 000000 00000003 020201",
    "modex_nanoseconds_range": f"video 97 020f424001 {HVC1} 000000 00000003 020201",
    "modex_limit": f"video 97 {17 * '0200000107'} {HVC1}",
    "multitrack_type_unknown": f"video 96 31 {AVC1} 0000",
    "multitrack_track_length": f"video 96 11 {AVC1} 00 0000ff 000000",
    "multitrack_limit": f"video 96 13 {AV01} {257 * '05000000'}",
    "video_metadata_name": f"video d4 {HVC1} 00 4000000000000000 3f",
    "configuration_empty": "video 17 00 000000",
    "configuration_short": "video 17 00 000000 0142c00dffe1001c6742",
    "configuration_end_cut": "audio af 00 119056e5",
    "configuration_contradicts_sequence": f"video 17 00 000000 {HIGH_AROUND_422} 01000468ce0fc8 fdf8f800",
    "configuration_limit": f"video 90 {VP09} 000b820202020000 {70_000 * '00'}",
    "configuration_version": "video 17 00 000000 0242c00dffe001000468ce3c80",
    "configuration_nal_length_size": f"video 90 {AVC1} 014d400bfe e0000102",
    "configuration_parameter_set_missing": "video 17 00 000000 0142c00dffe001000468ce3c80",
    "configuration_parameter_set_unreadable": "video 17 00 000000 0142c00dffe100046742c00d01000468ce3c80",
    "configuration_parameter_set_limit": f"video 17 00 000000 0142c00dff ff {31 * '00026742'} ff {255 * '00026800'}",
    "configuration_magic": f"audio 90 {OPUS} 0102380180bb0000000000",
    "configuration_full_box": f"video 90 {VP09} 01000000000b820202020000",
    "configuration_flac_bare": f"audio 90 {FLAC} {STREAMINFO}",
    "aac_adts": "audio af 01 fff150801fbffc210a",
    "nal_length": "video 27 01 000000 00000009 4101",
    "nal_start_code": "video 27 01 000000 00000001 41010203040506",
    "nal_limit": f"video 96 11 {AVC1} 00 001806 000000 {1025 * '0000000106'}".replace("001806", f"{1025 * 5 + 3:06x}"),
    "multichannel_order_unknown": f"audio 94 {OPUS} 0902aa",
    "multichannel_count": f"audio 94 {OPUS} 01020000003f",
})  # fmt: skip


@row("video_size_changed")
def video_size_changed():
    """VP8 key frames of 322x182 and of 320x180, on a published stream."""
    session = Session()
    publish = amf0_values("publish", 3, None, "x", "live")
    session.send(CLIENT, COMMAND_AMF0, publish, None, chunk_stream_id=8, stream=1)
    for size in ("4201b600", "4001b400"):
        body = bytes.fromhex("9176703038b05a009d012a" + size + "0047088585")
        session.send(CLIENT, VIDEO, body, None, chunk_stream_id=6, stream=1)
    return session
