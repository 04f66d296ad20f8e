"""What the JSON document says of tiny clips is what ffprobe says of the same clips.

    ffprobe_test.py PROGRAM
"""

import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from os import cpu_count
from pathlib import Path

from clips import CLIPS, encode, first_frame_side_data, messages, probed
from program import Program
from streams import analyzed

# (clips, member): why the program says something else than ffprobe. A row that no clip needs fails the test.
DIFFERENCES = {
    ("avc_gray", "chroma_format"): "FFmpeg decodes monochrome H.264 as 4:2:0 and says that; the SPS says monochrome",
    ("vp9_bt709", "color_primaries"): "from the vpcC of the MP4 file; VP9 itself has a matrix only",
    ("vp9_bt709", "transfer_characteristics"): "from the vpcC, too",
}  # fmt: skip

PROFILES = {"Rext": "Range Extensions"}
PRIMARIES = {"bt709": 1, "smpte170m": 6, "bt2020": 9}
TRANSFER = {"bt709": 1, "smpte170m": 6, "smpte2084": 16, "arib-std-b67": 18}
MATRIX = {"bt709": 1, "bt470bg": 5, "smpte170m": 6, "bt2020nc": 9, "gbr": 0}
CHROMA = {"420": "4:2:0", "422": "4:2:2", "444": "4:4:4"}


def sample_format(name):
    """(chroma format, bits) of yuv420p10le, gray, and others."""
    if name.startswith("gray"):
        return "monochrome", int(re.sub(r"\D", "", name.removeprefix("gray")) or 8)
    found = re.fullmatch(r"yuvj?(\d{3})p(\d+)?(?:le)?", name)
    return (CHROMA[found[1]], int(found[2] or 8)) if found else (None, None)


def level_text(codec, level):
    if codec == "h264":
        return "1b" if level == 9 else f"{level // 10}.{level % 10}"
    if codec == "hevc":
        return f"{level // 30}.{level % 30 // 3}"
    if codec == "av1":
        return f"{2 + level // 4}.{level % 4}"
    return None


def video_facts(stream):
    """{member of the document: value}; None: not known to ffprobe."""
    codec = stream["codec_name"]
    chroma, bits = sample_format(stream.get("pix_fmt", ""))
    facts = {"width": stream["width"], "height": stream["height"]}
    if codec not in ("flashsv", "flashsv2"):
        facts |= {"chroma_format": chroma, "bit_depth": bits}
    if codec in ("h264", "hevc", "av1", "vp9"):
        profile = stream.get("profile")
        facts["profile"] = PROFILES.get(profile, profile)
        facts["color_primaries"] = PRIMARIES.get(stream.get("color_primaries"))
        facts["transfer_characteristics"] = TRANSFER.get(stream.get("color_transfer"))
        facts["matrix_coefficients"] = MATRIX.get(stream.get("color_space"))
        facts["full_range"] = {"pc": True, "tv": False}.get(stream.get("color_range"))
    if codec in ("h264", "hevc", "av1"):
        facts["level"] = level_text(codec, stream["level"])
    if codec in ("h264", "hevc"):
        facts["sequence_frame_rate"] = float(Fraction(stream["r_frame_rate"]))
        aspect = stream.get("sample_aspect_ratio", "1:1")
        facts["sample_aspect_ratio"] = aspect if aspect != "0:1" else "1:1"
        facts["interlaced"] = stream.get("field_order", "progressive") not in ("progressive", "unknown")
    return facts


def light_facts(side_data):
    """Mastering display and content light level."""
    display = side_data["Mastering display metadata"]
    light = side_data["Content light level metadata"]
    return {
        "mastering_max_luminance": float(Fraction(display["max_luminance"])),
        "mastering_min_luminance": float(Fraction(display["min_luminance"])),
        "max_cll": light["max_content"],
        "max_fall": light["max_average"],
    }


def audio_facts(stream):
    codec = stream["codec_name"]
    facts = {"sample_rate": int(stream["sample_rate"]), "channels": stream["channels"]}
    layout = re.search(r"(\d)\.(\d)", stream.get("channel_layout", ""))
    if layout and stream["channels"] > 2:
        facts["low_frequency_channels"] = int(layout[2])
    if codec == "aac":
        facts["profile"] = stream["profile"]
    if codec == "flac":
        facts["bits_per_sample"] = int(stream["bits_per_raw_sample"])
    if codec.startswith("pcm"):
        facts["bits_per_sample"] = stream["bits_per_sample"]
    if codec == "opus":
        second, third = (float(packet["pts_time"]) for packet in stream["packets"][1:3])
        facts["packet_duration_ms"] = round(1000 * (third - second), 1)
    return facts


def said(media, member):
    """What the document says; the members of ffprobe's form are put together."""
    if member == "sample_aspect_ratio":
        return f"{media.get('sample_aspect_width', 1)}:{media.get('sample_aspect_height', 1)}"
    if member == "interlaced":
        return media.get("interlaced", False)
    return media.get(member)


def equal(left, right):
    return abs(left - right) < 0.01 if isinstance(left, float) and right is not None else left == right


def compare(program, folder, clip):
    """Lines about what differs, and how many values were compared."""
    stream = probed(folder, clip)
    summary, findings, _ = analyzed(program, messages(folder, clip, stream))
    media = summary["audio" if clip.is_audio else "video"]
    facts = audio_facts(stream) if clip.is_audio else video_facts(stream)
    if "hdr" in clip.name:
        facts |= light_facts(first_frame_side_data(folder, clip))
    wrong = [(clip.name, member, value, said(media, member)) for member, value in facts.items()
             if not equal(value, said(media, member))]  # fmt: skip
    loud = [(clip.name, "finding", None, finding) for finding in findings if finding not in QUIET_FINDINGS]
    return wrong + loud, len(facts)


# Notes about ffmpeg's habits.
QUIET_FINDINGS = {"configuration_flac_bare", "video_composition_time_negative"}


def main():
    program = Program(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        encode(Path(folder))
        with ThreadPoolExecutor(cpu_count()) as pool:
            results = list(pool.map(lambda clip: compare(program, Path(folder), clip), CLIPS))
    used, unexplained = set(), []
    for wrong, _ in results:
        for name, member, expected, found in wrong:
            rows = [row for row in DIFFERENCES if re.fullmatch(row[0], name) and row[1] == member]
            used |= set(rows)
            if not rows:
                unexplained.append(f"{name}: {member} is {found}, ffprobe says {expected}")
    stale = [f"{row}: no clip needs this row" for row in DIFFERENCES if row not in used]
    compared = sum(count for _, count in results)
    print(*unexplained, *stale, f"{len(CLIPS)} clips, {compared} values, {len(unexplained)} differ", sep="\n")
    assert len(CLIPS) >= 100 and compared > 500
    sys.exit(1 if unexplained or stale else 0)


if __name__ == "__main__":
    main()
