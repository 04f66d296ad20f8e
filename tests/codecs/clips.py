"""Tiny clips of many codecs and parameters: how ffmpeg makes them, and the RTMP messages of each.

What ffmpeg muxes into FLV is taken from there, tag by tag. Codecs that it has no FLV form for become messages of
Enhanced RTMP, made of the extradata and the packets that ffprobe finds in another container.
"""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

from flv_reader import AUDIO, DATA, VIDEO, tags

QUIET = ["-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
FOURCC = {"h264": b"avc1", "hevc": b"hvc1", "av1": b"av01", "vp8": b"vp08", "vp9": b"vp09",
          "opus": b"Opus", "flac": b"fLaC", "ac3": b"ac-3", "eac3": b"ec-3", "mp3": b".mp3"}  # fmt: skip
SEQUENCE_START, CODED_FRAMES, CODED_FRAMES_X = 0x90, 0x91, 0x93
INTER_FRAME = 0x20 ^ 0x10  # what makes an inter frame of a key frame
WITH_RECORD = {"h264", "hevc", "av1", "opus", "flac"}


@dataclass(frozen=True)
class Clip:
    name: str
    arguments: str  # of ffmpeg, for this output
    source: str = "testsrc=s=176x144:r=25"  # lavfi
    suffix: str = "flv"

    @property
    def is_audio(self):
        return self.source.startswith("sine")


def x264(name, arguments="", **options):
    return Clip(f"avc_{name}", f"-c:v libx264 -preset ultrafast {arguments}", **options)


def x265(name, arguments="", parameters="", **options):
    command = f"-c:v libx265 -preset ultrafast {arguments} -x265-params log-level=none:pools=none{parameters}"
    return Clip(f"hevc_{name}", command, suffix="mp4", **options)


def vp9(name, arguments="", **options):
    return Clip(f"vp9_{name}", f"-c:v libvpx-vp9 -deadline realtime -cpu-used 8 {arguments}", suffix="mp4", **options)


def av1(name, arguments="", **options):
    return Clip(f"av1_{name}", f"-c:v libaom-av1 -usage realtime -cpu-used 8 {arguments}", suffix="mp4", **options)


def sound(name, arguments, rate=48000, suffix="flv"):
    return Clip(name, arguments, source=f"sine=r={rate}:d=0.2", suffix=suffix)


def size(width, height, rate="25"):
    return {"source": f"testsrc=s={width}x{height}:r={rate}"}


BT709 = "-color_primaries bt709 -color_trc bt709 -colorspace bt709 -color_range tv"
HDR10 = ":colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:max-cll=1000,400:" \
        "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"  # fmt: skip

VIDEO_CLIPS = [
    x264("baseline", "-profile:v baseline -pix_fmt yuv420p"),
    x264("main", "-profile:v main -pix_fmt yuv420p -preset medium"),
    x264("high", "-profile:v high -pix_fmt yuv420p -preset medium"),
    x264("high_10", "-profile:v high10 -pix_fmt yuv420p10le"),
    x264("high_422", "-profile:v high422 -pix_fmt yuv422p"),
    x264("high_422_10", "-profile:v high422 -pix_fmt yuv422p10le"),
    x264("high_444", "-profile:v high444 -pix_fmt yuv444p"),
    x264("gray", "-pix_fmt gray"),
    x264("high_10_intra", "-profile:v high10 -pix_fmt yuv420p10le -g 1"),
    x264("high_422_intra", "-profile:v high422 -pix_fmt yuv422p -g 1"),
    x264("odd_size", "-pix_fmt yuv444p", **size(175, 143)),
    x264("cropped", "-pix_fmt yuv420p", **size(638, 358)),
    x264("level_3_1", "-pix_fmt yuv420p -level 3.1"),
    x264("level_5_2", "-pix_fmt yuv420p -level 5.2"),
    x264("ntsc", "-pix_fmt yuv420p", suffix="mp4", **size(176, 144, "30000/1001")),
    x264("film", "-pix_fmt yuv420p", suffix="mp4", **size(176, 144, "24000/1001")),
    x264("fast", "-pix_fmt yuv420p", **size(176, 144, "60")),
    x264("slow", "-pix_fmt yuv420p", suffix="mp4", **size(176, 144, "15/2")),
    x264("bt709", f"-pix_fmt yuv420p {BT709}"),
    x264("bt601", "-pix_fmt yuv420p -color_primaries smpte170m -color_trc smpte170m -colorspace smpte170m"),
    x264("bt2020", "-pix_fmt yuv420p10le -color_primaries bt2020 -color_trc arib-std-b67 -colorspace bt2020nc"),
    x264("full_range", "-pix_fmt yuvj420p"),
    x264("sar_16_11", "-pix_fmt yuv420p -vf setsar=16/11"),
    x264("sar_4_3", "-pix_fmt yuv420p -vf setsar=4/3"),
    x264("sar_odd", "-pix_fmt yuv420p -vf setsar=7/5"),
    x264("interlaced", "-pix_fmt yuv420p -flags +ilme+ildct -x264-params tff=1", **size(720, 576)),
    x264("bottom_first", "-pix_fmt yuv420p -flags +ilme+ildct -x264-params bff=1", **size(720, 576)),
    x264("fake_interlaced", "-pix_fmt yuv420p -x264-params fake-interlaced=1"),
    x264("slices", "-pix_fmt yuv420p -slices 4"),
    x265("main", "-pix_fmt yuv420p"),
    x265("main_10", "-pix_fmt yuv420p10le"),
    x265("main_12", "-pix_fmt yuv420p12le"),
    x265("422", "-pix_fmt yuv422p"),
    x265("422_10", "-pix_fmt yuv422p10le"),
    x265("444", "-pix_fmt yuv444p"),
    x265("444_10", "-pix_fmt yuv444p10le"),
    x265("gray", "-pix_fmt gray"),
    x265("ntsc", "-pix_fmt yuv420p", **size(176, 144, "30000/1001")),
    x265("fast", "-pix_fmt yuv420p", **size(176, 144, "60")),
    x265("odd_size", "-pix_fmt yuv444p", **size(175, 143)),
    x265("cropped", "-pix_fmt yuv420p", **size(638, 358)),
    x265("bt709", f"-pix_fmt yuv420p {BT709}", ":colorprim=bt709:transfer=bt709:colormatrix=bt709:range=limited"),
    x265("hdr10", "-pix_fmt yuv420p10le", HDR10),
    x265("full_range", "-pix_fmt yuv420p", ":range=full"),
    x265("sar", "-pix_fmt yuv420p -vf setsar=12/11", ":sar=12\\:11"),
    x265("high_tier", "-pix_fmt yuv420p", ":level-idc=51:high-tier=1"),
    x265("level_4", "-pix_fmt yuv420p", ":level-idc=41:high-tier=0"),
    x265("scaling_lists", "-pix_fmt yuv420p", ":scaling-list=default"),
    x265("frames_between", "-pix_fmt yuv420p", ":bframes=3:ref=3"),
    x265("long_sets", "-preset medium -pix_fmt yuv420p", ":temporal-layers=1"),
    vp9("0", "-pix_fmt yuv420p"),
    vp9("1", "-pix_fmt yuv444p"),
    vp9("1_422", "-pix_fmt yuv422p"),
    vp9("2", "-pix_fmt yuv420p10le"),
    vp9("2_12", "-pix_fmt yuv420p12le"),
    vp9("3", "-pix_fmt yuv444p10le"),
    vp9("size", "-pix_fmt yuv420p", **size(321, 181)),
    vp9("bt709", f"-pix_fmt yuv420p {BT709}"),
    av1("main", "-pix_fmt yuv420p"),
    av1("main_10", "-pix_fmt yuv420p10le"),
    av1("high", "-pix_fmt yuv444p"),
    av1("professional", "-pix_fmt yuv422p"),
    av1("12", "-pix_fmt yuv420p12le"),
    av1("size", "-pix_fmt yuv420p", **size(322, 182)),
    av1("bt709", f"-pix_fmt yuv420p {BT709}"),
    av1("bt2020", "-pix_fmt yuv420p10le -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc"),
    Clip("vp8", "-c:v libvpx -deadline realtime -pix_fmt yuv420p", suffix="ivf"),
    Clip("vp8_size", "-c:v libvpx -deadline realtime -pix_fmt yuv420p", suffix="ivf", **size(321, 181)),
    Clip("sorenson", "-c:v flv"),
    Clip("sorenson_size", "-c:v flv", **size(322, 182)),
    Clip("flashsv", "-c:v flashsv"),
    Clip("flashsv2", "-c:v flashsv2"),
]

AUDIO_CLIPS = [
    *(sound(f"aac_{layout}", f"-c:a aac -af aformat=channel_layouts={layout}")
      for layout in ("mono", "stereo", "3.0", "4.0", "5.0", "5.1", "7.1", "2.1", "quad", "6.0", "6.1", "octagonal")),
    *(sound(f"aac_{rate}", f"-c:a aac -ar {rate}") for rate in (8000, 16000, 22050, 32000, 44100, 96000)),
    sound("mp3_44100", "-c:a libmp3lame -ar 44100 -ac 2"),
    sound("mp3_22050_mono", "-c:a libmp3lame -ar 22050"),
    sound("mp3_11025", "-c:a libmp3lame -ar 11025 -ac 2"),
    sound("mp3_8000", "-c:a libmp3lame -ar 8000 -write_xing 0 -id3v2_version 0", suffix="mp3"),
    sound("mp3_48000", "-c:a libmp3lame -ar 48000 -ac 2 -write_xing 0 -id3v2_version 0", suffix="mp3"),
    sound("mp3_24000", "-c:a libmp3lame -ar 24000 -write_xing 0 -id3v2_version 0", suffix="mp3"),
    sound("pcm_44100", "-c:a pcm_s16le -ar 44100 -ac 2"),
    sound("pcm_11025", "-c:a pcm_u8 -ar 11025"),
    sound("alaw", "-c:a pcm_alaw -ar 8000"),
    sound("mulaw", "-c:a pcm_mulaw -ar 8000 -ac 2"),
    sound("speex", "-c:a libspeex -ar 16000 -ac 1"),
    sound("nellymoser_8000", "-c:a nellymoser -ar 8000 -ac 1"),
    sound("nellymoser_16000", "-c:a nellymoser -ar 16000 -ac 1"),
    sound("nellymoser_22050", "-c:a nellymoser -ar 22050 -ac 1"),
    sound("adpcm", "-c:a adpcm_swf -ar 22050 -ac 2"),
    *(sound(f"opus_{layout}", f"-c:a libopus -af aformat=channel_layouts={layout} -mapping_family {family}",
            suffix="mp4")
      for layout, family in (("mono", 0), ("stereo", 0), ("3.0", 1), ("5.1", 1), ("7.1", 1))),
    sound("opus_10_ms", "-c:a libopus -frame_duration 10", suffix="mp4"),
    sound("opus_60_ms", "-c:a libopus -frame_duration 60", suffix="mp4"),
    sound("flac_16", "-c:a flac -sample_fmt s16 -ac 2 -strict -2", suffix="mp4"),
    sound("flac_24", "-c:a flac -sample_fmt s32 -ar 96000 -strict -2", suffix="mp4"),
    sound("flac_5.1", "-c:a flac -ac 6 -strict -2", suffix="mp4"),
    *(sound(f"ac3_{layout}", f"-c:a ac3 -af aformat=channel_layouts={layout}", suffix="ac3")
      for layout in ("mono", "stereo", "3.0", "5.1", "quad(side)")),
    sound("ac3_44100", "-c:a ac3 -ar 44100", suffix="ac3"),
    sound("ac3_32000", "-c:a ac3 -ar 32000", suffix="ac3"),
    *(sound(f"eac3_{layout}", f"-c:a eac3 -af aformat=channel_layouts={layout}", suffix="eac3")
      for layout in ("mono", "stereo", "5.1")),
    sound("eac3_44100", "-c:a eac3 -ar 44100 -b:a 192k -ac 2", suffix="eac3"),
]  # fmt: skip

CLIPS = VIDEO_CLIPS + AUDIO_CLIPS


def encode(folder):
    """All clips, several outputs of one ffmpeg for each source."""
    sources = {}
    for clip in CLIPS:
        sources.setdefault(clip.source, []).append(clip)
    groups = [(source, clips[at : at + 12]) for source, clips in sources.items() for at in range(0, len(clips), 12)]
    with ThreadPoolExecutor(cpu_count()) as pool:
        list(pool.map(lambda group: encode_group(folder, *group), groups))


def encode_group(folder, source, clips):
    command = ["ffmpeg", *QUIET, "-f", "lavfi", "-i", source]
    for clip in clips:
        length = ["-t", "0.2"] if clip.is_audio else ["-frames:v", "3"]
        command += [*length, *clip.arguments.split(), str(path_of(folder, clip))]
    result = subprocess.run(command, check=False, stderr=subprocess.PIPE)
    assert result.returncode == 0, (source, result.stderr.decode(errors="replace")[:2000])


def path_of(folder, clip):
    return folder / f"{clip.name}.{clip.suffix}"


def probed(folder, clip):
    """What ffprobe says of the stream, with its extradata and packets."""
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_packets", "-show_data", "-show_entries",
               "packet=pos,size,flags,pts_time:stream_side_data", str(path_of(folder, clip))]  # fmt: skip
    result = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    document = json.loads(result.stdout)
    stream = document["streams"][0]
    stream["packets"] = document.get("packets", [])
    return stream


def first_frame_side_data(folder, clip):
    """{type: members} of what ffprobe decodes beside the first frame."""
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_frames", "-read_intervals", "%+#1",
               "-show_entries", "frame=side_data_list", str(path_of(folder, clip))]  # fmt: skip
    result = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    listed = json.loads(result.stdout)["frames"][0].get("side_data_list", [])
    return {data["side_data_type"]: data for data in listed}


def extradata(stream):
    """ffprobe prints it as a hexadecimal dump."""
    lines = stream.get("extradata", "").strip().splitlines()
    return b"".join(bytes.fromhex(line[10:49].replace(" ", "")) for line in lines)


def messages(folder, clip, stream):
    """[(type, milliseconds, body)]"""
    contents = path_of(folder, clip).read_bytes()
    if clip.suffix == "flv":
        return [tag for tag in tags(contents) if tag[0] != DATA]
    codec = stream["codec_name"]
    type_id = AUDIO if clip.is_audio else VIDEO
    made = []
    if codec in WITH_RECORD:
        made.append((type_id, 0, bytes([SEQUENCE_START]) + FOURCC[codec] + extradata(stream)))
    for at, packet in enumerate(stream["packets"]):
        start = int(packet["pos"]) + (12 if clip.suffix == "ivf" else 0)
        kind = CODED_FRAMES_X if codec in ("h264", "hevc") else CODED_FRAMES
        if not clip.is_audio and "K" not in packet["flags"]:
            kind ^= INTER_FRAME
        made.append((type_id, 20 * at, bytes([kind]) + FOURCC[codec] + contents[start : start + int(packet["size"])]))
    return made
