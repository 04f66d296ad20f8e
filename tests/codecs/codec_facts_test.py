"""Facts about codecs, each with its right value. One class a codec; the bytes are those of real encoders, shortened, or
say what they are.

    codec_facts_test.py PROGRAM
"""

import sys
import unittest

from program import Program
from rtmp_writer import AGGREGATE, AUDIO, VIDEO, u16, u24, u32
from streams import analyzed

# A NAL unit with x264's identifier and text; its size is what counts.
X264 = bytes.fromhex("dc45e9bde6d948b7962cd820d923eeef") + b"x264 - core 164 r3095 baee400 - H.264/MPEG-4 AVC codec"


def nal(text, length=0):
    """With its length in front, and zeros up to `length` bytes."""
    body = bytes.fromhex(text) if isinstance(text, str) else text
    body += b"\x00" * (length - len(body))
    return u32(len(body)) + body


def x264_sei(length):
    payload = X264 + b" " * (length - 8 - len(X264))
    return nal(b"\x06\x05\xff\xff" + bytes([len(payload) - 510]) + payload + b"\x80")


def avc_record(first, sps, last):
    """configurationVersion to the length size, SPS, PPS and what follows them."""
    sps = bytes.fromhex(sps)
    return bytes.fromhex("1700000000" + first + "ffe1") + u16(len(sps)) + sps + bytes.fromhex(last)


def avc(record, *frames):
    """A key frame from each list of NAL units."""
    header = bytes.fromhex("1701000000")
    return [(VIDEO, 0, record)] + [(VIDEO, 40 * at, header + b"".join(units)) for at, units in enumerate(frames)]


def hevc(record):
    return [(VIDEO, 0, bytes.fromhex("9068766331" + record))]


def audio(*bodies):
    return [(AUDIO, 20 * at, bytes.fromhex(body)) for at, body in enumerate(bodies)]


class CodecTest(unittest.TestCase):
    program: Program

    def check(self, messages, *findings, **expected):
        """The stream's media has the members; the connection has the findings."""
        stream, found, media = analyzed(self.program, messages)
        kind = "video" if messages[0][0] == VIDEO else "audio"
        self.assertEqual({name: stream[kind].get(name) for name in expected}, expected)
        self.assertEqual(found, list(findings))
        return stream[kind], media


class Avc(CodecTest):
    # 176x144 of x264, one for each profile.
    BASELINE = avc_record("0142c00b", "6742c00bda0b13b011000003000100000300320f142aa0", "01000468ce0fc8")
    HIGH = avc_record("0164000b", "6764000bacd942c4ec0440000003004000000c83c50a6580", "01000668ebe3cb22c0fdf8f800")
    HIGH_10_INTRA = avc_record("016e100b", "676e100ba6cb8589d80880000003008000001902", "01000468ce0fc8fdfafa00")
    TICKS = avc_record("0142c00b", "6742c00bda0b13b0110000030001000007d00f142aa0", "01000468ce0fc8")
    FAKE_INTERLACED = avc_record("014d4015", "674d4015da0b29f2e022000003000200000300641e2c5d40", "01000468ce0fc8")
    # The record of High, 4:2:0 with 8 bits around the SPS of another profile.
    CONTRADICTED = avc_record("0164001f", "677a000bb6cb4162760220000003002000000641e28554", "01000468ce0fc8fdf8f800")
    IDR = nal("6588843a0c6001420322b907", 2724)

    def test_constraints_name_the_profile(self):
        self.check(avc(self.BASELINE, [self.IDR]), profile="Constrained Baseline", level="1.1", frame_rate=None)
        self.check(avc(self.HIGH_10_INTRA, [self.IDR]), profile="High 10 Intra", bit_depth=10, chroma_format="4:2:0")

    def test_what_the_sequence_says_counts(self):
        contradiction = ["configuration_contradicts_sequence"] * 4  # profile, chroma format, two depths
        expected = {"profile": "High 4:2:2", "bit_depth": 10, "chroma_format": "4:2:2", "width": 176, "height": 144}
        self.check(avc(self.CONTRADICTED, [self.IDR]), *contradiction, **expected)

    def test_a_key_frame_shows_its_slices_behind_a_long_text(self):
        video, media = self.check(avc(self.HIGH, [x264_sei(686), self.IDR]), encoder=X264[16:].decode() + " " * 608)
        units = media[1]["video"]["nal_units"]
        self.assertEqual([unit["type_name"] for unit in units], ["sei", "idr_slice"])
        self.assertEqual(units[1]["slice_type"], "i")
        self.assertNotIn("nal_units_cut", media[1]["video"])

    def test_a_list_that_ends_early_says_so(self):
        _, media = self.check(avc(self.HIGH, [x264_sei(686), nal("6588843a", 4000), nal("6500"), nal("6500")]))
        self.assertEqual([unit["type_name"] for unit in media[1]["video"]["nal_units"]], ["sei", "idr_slice"])
        self.assertTrue(media[1]["video"]["nal_units_cut"])

    def test_a_new_sequence_in_a_key_frame_counts_from_there(self):
        sps = "6742c01eda0280bfe5c044000003000400000300c83c58ba80"
        messages = avc(self.HIGH, [self.IDR], [nal(sps), nal("68ce0fc8"), x264_sei(596), self.IDR])
        expected = {"profile": "Constrained Baseline", "level": "3.0", "width": 640, "height": 360,
                    "sequence_frame_rate": 25}
        _, media = self.check(messages, "video_size_changed", **expected)
        self.assertEqual(media[2]["video"]["sequence"]["width"], 640)

    def test_a_record_of_another_size_is_a_change(self):
        larger = avc_record("0142c01e", "6742c01eda0280bfe5c044000003000400000300c83c58ba80", "01000468ce0fc8")
        messages = [(VIDEO, 0, self.HIGH), (VIDEO, 0, self.HIGH), (VIDEO, 40, larger), (VIDEO, 80, larger)]
        self.check(messages, "video_size_changed", width=640, height=360)

    def test_a_tick_rate_is_no_frame_rate(self):
        video, _ = self.check(avc(self.TICKS, [self.IDR]), sequence_frame_rate=1000, fixed_frame_rate=False)
        self.assertIn("up to 1000 fps", video["detail"])

    def test_a_sequence_that_allows_fields_is_not_called_interlaced(self):
        idr = nal("6588821d063000a101915c838f3cc780", 4974)
        video, _ = self.check(avc(self.FAKE_INTERLACED, [idr]), fields_allowed=True, interlaced=None)
        self.assertIn("fields allowed", video["detail"])
        self.assertNotIn("interlaced", video["detail"])


    def test_picture_timing_says_whether_pictures_are_interlaced(self):
        sps = "67640028acd94078044fde0220000003002000000643e2c5b2c0"  # 1920x1080, no delays in picture timing
        record = avc_record("01640028", sps, "01000668fba3cb22c0fdf8f800")
        for timing, interlaced in (("0601013080", True), ("0601010080", False)):
            self.check(avc(record, [nal(timing), self.IDR]), fields_allowed=True, interlaced=interlaced)


class Hevc(CodecTest):
    SPS_29_97 = "42010101600000030090000003000003003ca01620245965654a4c2f01680800001f480003a98040"
    SPS_FIELDS = "42010101600000030040000003000003005aa005a200905965654a4c2f016868000003000800000300c840"

    @staticmethod
    def record(head, sps):
        """One array with the SPS."""
        return head + "01" + "a10001" + f"{len(sps) // 2:04x}" + sps

    def test_the_vui_has_the_frame_rate(self):
        record = self.record("0101600000009000000000003cf000fcfdf8f800000f", self.SPS_29_97)
        video, _ = self.check(hevc(record), width=176, height=144, bit_depth=8, chroma_format="4:2:0", level="2.0")
        self.assertAlmostEqual(video["sequence_frame_rate"], 30000 / 1001)
        self.assertIn("29.97 fps", video["detail"])

    def test_fields_are_interlaced(self):
        record = self.record("0101600000004000000000005af000fcfdf8f800000f", self.SPS_FIELDS)
        video, _ = self.check(hevc(record), fields_allowed=True, interlaced=True, sequence_frame_rate=25)
        self.assertIn("interlaced", video["detail"])


class Av1(CodecTest):
    KEY_FRAME = "91617630311200" "0a0e000000f9debe3c42151020202140" "32ae2b100227c8e27ebb78df"

    def test_several_ticks_a_picture_divide_the_frame_rate(self):
        record = "906176303181080c000a140400000fa40003a982800002155dfe1b9fff3048"
        video, _ = self.check([(VIDEO, 0, bytes.fromhex(record))], width=1920, height=1080, fixed_frame_rate=True)
        self.assertAlmostEqual(video["sequence_frame_rate"], 60000 / 1001 / 2)

    def test_a_record_without_a_sequence_header_leaves_the_size_to_the_first_key_frame(self):
        frame = bytes.fromhex(self.KEY_FRAME)
        messages = [(VIDEO, 0, bytes.fromhex("9061763031811f0c00")), (VIDEO, 0, frame + b"\x00" * (5576 - len(frame)))]
        self.check(messages, width=176, height=144, profile="Main", bit_depth=8, chroma_format="4:2:0")


class Aac(CodecTest):
    def test_six_channels_need_not_be_5_1(self):
        record = "af00118004c844002008840d4c61766335392e33372e31303056e500"
        expected = {"channels": 6, "low_frequency_channels": 0, "detail": "LC 48 kHz 6.0"}
        self.check(audio(record), **expected)
        self.check(audio("af0011b0"), channels=6, low_frequency_channels=1, detail="LC 48 kHz 5.1")

    def test_usac_has_frame_length_and_sbr(self):
        _, media = self.check(audio("af00f94643620000"), sample_rate=48000, channels=2)
        record = media[0]["audio"]["configuration"]
        self.assertEqual((record["frame_length"], record["sbr"]), (2048, True))

    def test_an_extension_that_is_cut_is_no_error(self):
        self.check(audio("af00119056e5"), "configuration_end_cut", sample_rate=48000, channels=2)
        self.check(audio("af0011"), "configuration_short", sample_rate=None)


class OtherAudio(CodecTest):
    def test_opus_projection_has_a_matrix(self):
        record = "904f707573" "4f707573486561640104380180bb0000000003" "0202" + "00" * 32
        audio_, media = self.check(audio(record), channels=4, low_frequency_channels=None)
        record = media[0]["audio"]["configuration"]
        self.assertEqual(record["demixing_matrix"]["length"], 32)
        self.assertNotIn("channel_mapping", record)
        self.assertNotIn("unparsed", record)
        self.assertIn("4 channels", audio_["detail"])

    def test_opus_packets_have_a_duration(self):
        record = "904f707573" "4f707573486561640102380180bb0000000000"
        _, media = self.check(audio(record, "914f707573fc010203"), packet_duration_ms=20, sample_rate=48000, channels=2)
        self.assertEqual(media[1]["audio"]["frame"]["samples"], 960)

    def test_a_dependent_substream_adds_channels(self):
        first = "0b77017f3f87c0" + "00" * (768 - 7)
        second = "0b7740bf34801020" + "00" * (384 - 8)
        expected = {"channels": 8, "low_frequency_channels": 1, "sample_rate": 48000}
        audio_, media = self.check(audio("9165632d33" + first + second), **expected)
        frame = media[0]["audio"]["frame"]
        self.assertEqual((frame["length"], frame["bit_rate_kbps"], frame["samples"]), (1152, 288, 1536))
        self.assertIn("7.1", audio_["detail"])

    def test_bit_rates_are_rounded(self):
        frame = "0b7701a07487c000208401001c80ae0606018187a3b22ad4a986eed0a64a99f3" + "00" * 802
        _, media = self.check(audio("9165632d33" + frame), sample_rate=44100, channels=2)
        self.assertEqual(media[0]["audio"]["frame"]["bit_rate_kbps"], 192)

    def test_codecs_with_a_fixed_rate_have_it_whatever_the_tag_says(self):
        self.check(audio("b6368d359cb80000"), sample_rate=16000, channels=1)
        self.check(audio("72f07650fe"), sample_rate=8000, channels=1, bits_per_sample=8)
        self.check(audio("82f07650fe"), sample_rate=8000, channels=1)
        self.check(audio("3ff07650fe"), sample_rate=44100, channels=2, bits_per_sample=16)
        self.check(audio("62f07650fe"), sample_rate=5512, channels=1)
        self.check(audio("42f07650fe"), sample_rate=16000, channels=1)

    def test_mp3_says_its_rate_itself(self):
        self.check(audio("2efffb54c400000984"), sample_rate=48000, channels=1)
        self.check(audio("2afff3540400000984"), sample_rate=24000, channels=2)


    def test_a_channel_map_is_a_layout(self):
        audio_, _ = self.check(audio("944f7075730106" "0000003f"), channels=6, low_frequency_channels=1)
        self.assertEqual(audio_["detail"], "5.1")


class Aggregates(CodecTest):
    def test_a_wrong_last_back_pointer_is_said_once(self):
        frame = bytes.fromhex("af0121100460")
        tag = bytes([AUDIO]) + u24(len(frame)) + bytes(7) + frame
        right, wrong = u32(len(tag)), u32(7)
        twice = [(AGGREGATE, 0, tag + right + tag + wrong), (AGGREGATE, 20, tag + right + tag + wrong)]
        self.assertEqual(analyzed(self.program, twice)[1], ["aggregate_last_back_pointer"])
        missing = [(AGGREGATE, 0, tag + right + tag), (AGGREGATE, 20, tag + right + tag)]
        self.assertEqual(analyzed(self.program, missing)[1], ["aggregate_back_pointer_missing"])
        inner = [(AGGREGATE, 0, tag + wrong + tag + right)] * 2
        self.assertEqual(analyzed(self.program, inner)[1], ["aggregate_back_pointer"] * 2)


class OtherVideo(CodecTest):
    def test_vvc_has_its_size_in_the_sequence(self):
        sps = "0079000d024380004007810021ceaaa788021aac"  # 1918x1078, 10 bit; its VUI is cut
        record = bytes.fromhex("9076766331" "fe018f0001" "0014" + sps)
        self.check([(VIDEO, 0, record)], width=1918, height=1078, bit_depth=10, chroma_format="4:2:0")

    def test_a_key_frame_of_another_size_is_a_change(self):
        vp9 = "000b820202020000"
        frames = [bytes.fromhex(f"91767030398249834200{size}f00b360638241c1842") for size in ("13", "14")]
        messages = [(VIDEO, 0, bytes.fromhex("9076703039" + vp9)), (VIDEO, 0, frames[0]), (VIDEO, 40, frames[1])]
        video, _ = self.check(messages, "video_size_changed", height=180, profile="Profile 0")
        self.assertEqual(video["width"], 336)

    def test_the_first_of_several_tracks_counts(self):
        def track(number, size):
            frame = bytes.fromhex("b05a009d012a" + size + "0047088585")
            return bytes([number]) + u24(len(frame)) + frame

        body = bytes.fromhex("9611" "76703038") + track(0, "4201b600") + track(1, "a0005a00")
        self.check([(VIDEO, 0, body)], width=322, height=182)

    def test_vp9_and_vp8_have_their_size_in_key_frames(self):
        vp9 = bytes.fromhex("917670303982498342" "0013f00b360638241c1842000d605fcd")
        self.check([(VIDEO, 0, vp9)], width=320, height=180, bit_depth=8, chroma_format="4:2:0")
        vp8 = bytes.fromhex("9176703038b05a009d012a4201b6000047088585")
        self.check([(VIDEO, 0, vp8)], width=322, height=182, bit_depth=8, chroma_format="4:2:0")


if __name__ == "__main__":
    CodecTest.program = Program(sys.argv.pop(1))
    unittest.main()
