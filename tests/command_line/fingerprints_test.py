"""Which software both sides of the samples' connections are, read line by line against samples/README.md; and the
table of fingerprints.

    fingerprints_test.py PROGRAM
"""

import json
import sys
import tempfile
import unittest
from pathlib import Path

from program import SAMPLES, Program, keys_of, samples

FFMPEG_5, FFMPEG_8, FFMPEG = "ffmpeg 5.x", "ffmpeg 8.x", "ffmpeg"
NGINX, SRS, RTMFP_CLIENT, RTMFP_SERVER = "nginx_rtmp", "srs 7.0.18", "rtmfp_cpp_client", "rtmfp_cpp"
# Too little was said to tell these apart.
LIKE_NGINX = "nginx-rtmp, lal, livego or joy4 family (old Owncast, vdk)?"
LIKE_CRTMPSERVER = "crtmpserver / EvoStream or MonaServer?"
LIKE_LIBRTMP = "librtmp publisher (rtmpsink and others), rtmpdump / librtmp player or GStreamer rtmpsink with flvmux?"
NOBODY = ""

# Client and server of each connection. A player of FFmpeg does not say its version.
PUBLISHED, PLAYED = (FFMPEG_5, NGINX), (FFMPEG, NGINX)
SOFTWARE = {
    "auth_adobe_bad": [(FFMPEG, LIKE_CRTMPSERVER), (FFMPEG, LIKE_CRTMPSERVER), (FFMPEG, NOBODY)],
    "encap_mpls2": [PUBLISHED, PLAYED],
    "encap_pppoe": [PUBLISHED, PLAYED],
    "encap_vlan_ipv6": [PUBLISHED, PLAYED],
    "encap_vxlan": [PUBLISHED, PLAYED],
    "enh_multi_mixed_ffnew_nginx": [(FFMPEG, NGINX), PLAYED],  # a version that the table does not know
    "err_connect_rejected": [(FFMPEG_5, LIKE_NGINX)],
    "err_metadata_zero_length": [PUBLISHED],
    "err_plain_http_on_1935": [(NOBODY, NOBODY)],
    "err_play_live_missing": [PLAYED],
    "err_play_vod_missing": [PLAYED],
    "err_publish_denied": [PUBLISHED],
    "exts_pub_offset_16775": [PUBLISHED, PLAYED],
    "ip_fragments": [PUBLISHED, PLAYED],
    "link_sll2": [PUBLISHED, PLAYED],
    "midstream_chunk128": [(NOBODY, NOBODY)],
    "netem_clean_10ms": [PUBLISHED, PLAYED],
    "netem_loss5": [PUBLISHED, PLAYED],
    "nms_gst_publish": [("gst_rtmp2sink 1.22.0", "nms")],
    "obs_nginx": [("obs 29.0.2.1", NGINX)],
    "oneway_s2c": [(NOBODY, NGINX), (NOBODY, NGINX)],
    "pcapng_two_interfaces": [PUBLISHED],
    "play_vod_chunk_1936": [PLAYED],
    "port_reuse": [PUBLISHED, PUBLISHED, PUBLISHED],
    "pub_ffmpeg_nginx_avc_aac": [PUBLISHED],
    "pub_ffmpeg_nginx_legacy_mulaw": [PUBLISHED],
    "pub_gst_librtmp_nginx": [("gst_rtmpsink 1.22.0", NGINX)],
    "pubplay_ffmpeg_nginx": [PUBLISHED, PLAYED],
    "rtmfp_checksum": [(RTMFP_CLIENT, RTMFP_SERVER)],
    "rtmfp_impaired": [(RTMFP_CLIENT, RTMFP_SERVER), (RTMFP_CLIENT, RTMFP_SERVER)],
    "rtmfp_publish_play": [(RTMFP_CLIENT, RTMFP_SERVER), (RTMFP_CLIENT, RTMFP_SERVER)],
    "rtmfp_redirector": [(NOBODY, NOBODY), (RTMFP_CLIENT, RTMFP_SERVER)],
    "rtmp_crtmp_play_rtmpdump": [("rtmpdump", "crtmpserver")],
    "rtmp_crtmp_publish_ffmpeg": [(FFMPEG_5, "crtmpserver")],
    "rtmp_tcserver_ffmpeg": [(FFMPEG_5, RTMFP_SERVER), (FFMPEG, RTMFP_SERVER)],
    "rtmpe_crtmp_play_ffmpeg": [(FFMPEG, "crtmpserver")],
    "rtmps_gst_nginx_dsb": [("gst_rtmp2sink 1.22.0", NGINX)],
    "rtmps_nms_ffmpeg_dsb": [(FFMPEG_5, "nms")],
    "rtmps_no_keys": [(NOBODY, NOBODY)],
    "rtmps_tls12_ffmpeg_nginx_dsb": [PUBLISHED, PLAYED],
    "rtmps_tls13_rtmpdump_nginx_dsb": [(LIKE_LIBRTMP, NOBODY)],
    "rtmpt_crtmp_publish_ffmpeg": [(FFMPEG_5, "crtmpserver")],
    "rtmpte_crtmp_play_ffmpeg": [(FFMPEG, "crtmpserver")],
    "rtmpts_crtmp_publish_ffmpeg_dsb": [(FFMPEG_5, "crtmpserver")],
    "snaplen_96": [(NOBODY, NOBODY)],
    "srs_avc_aac": [(FFMPEG_8, SRS), (FFMPEG, SRS)],
}


class FingerprintsTest(unittest.TestCase):
    program: Program

    def software(self, capture):
        """(client, server) of each connection: id and version, or the name of the family with a question mark."""
        found = {}
        for event in self.program.events(*keys_of(capture), capture):
            sides = found.setdefault(event.get("connection"), {})
            if event.get("event") == "fingerprint":  # the last one of a side counts
                name = event.get("id") or event.get("name") + "?"
                sides[event.get("side")] = " ".join(filter(None, (name, event.get("version"))))
        found.pop(None, None)
        return [tuple(found[number].get(side, NOBODY) for side in ("client", "server")) for number in sorted(found)]

    def test_the_software_of_each_sample(self):
        self.assertEqual({path.stem for path in samples()}, set(SOFTWARE))
        for path in samples():
            with self.subTest(path.stem):
                self.assertEqual(self.software(path), SOFTWARE[path.stem])

    def test_what_matched_is_told(self):
        (event,) = [event for event in self.program.events(SAMPLES / "obs_nginx.pcap")
                    if event.get("event") == "fingerprint" and event.get("side") == "client"][-1:]  # fmt: skip
        self.assertIn("set_chunk_size: 4096 before connect", event.get("matched"))
        self.assertIn("connect.flashVer = FMLE/3.0 (compatible; FMSc/1.0)", event.get("matched"))
        self.assertGreaterEqual(event.get("score"), 30)

    # ---- the table

    def table(self, *arguments):
        return json.loads(self.program.run("fingerprints", "--format", "json", *arguments).stdout)

    def test_the_table_names_marks_limits_and_issues(self):
        table = self.table()
        (srs,) = [row for row in table["programs"] if row["id"] == "srs"]
        self.assertEqual(srs["side"], "server")
        self.assertIn("result.fmsVer is FMS/3,5,3,888 (5)", srs["marks"])
        self.assertIn(("srs", "client_silent_s", "5 s"),
                      [(row["program"], row["limit"], row["value"]) for row in table["limits"]])  # fmt: skip
        (issue,) = [row for row in table["known_issues"] if row["id"] == "obs_ext_timestamp"]
        self.assertIn("https://github.com/obsproject/obs-studio/issues/10097", issue["sources"])

    def test_text_and_markdown_hold_all_programs(self):
        ids = [row["id"] for row in self.table()["programs"]]
        for form in ("text", "markdown"):
            text = self.program.run("fingerprints", "--format", form).stdout.decode()
            self.assertEqual([], [name for name in ids if name not in text])

    def test_a_file_adds_programs(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "mine.json"
            program = {"id": "mine", "name": "Mine", "side": "client", "features": [
                {"feature": "connect.flashVer", "op": "eq", "value": "X", "weight": 10}]}  # fmt: skip
            path.write_text(json.dumps({"format": "rtmpscope-fingerprints", "version": 1, "fingerprints": [program]}))
            self.assertEqual(self.table(path)["programs"][-1]["marks"], "connect.flashVer is X (10)")

    def test_a_file_tells_software_of_captures(self):
        capture = SAMPLES / "pub_ffmpeg_nginx_avc_aac.pcap"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "mine.json"
            program = {"id": "mine", "name": "Mine", "side": "client", "features": [
                {"feature": "connect.flashVer", "op": "re", "value": "Lavf", "weight": 60}]}  # fmt: skip
            path.write_text(json.dumps({"format": "rtmpscope-fingerprints", "version": 1, "fingerprints": [program]}))
            found = [(event.get("side"), event.get("id"))
                     for event in self.program.events("--fingerprints", path, capture)
                     if event.get("event") == "fingerprint"]  # fmt: skip
            self.assertEqual(found[-2:], [("client", "mine"), ("server", NGINX)])
            path.write_text("{")
            for command in ("analyze", "check"):
                wrong = self.program.run(command, "--fingerprints", path, capture)
                self.assertNotEqual(wrong.returncode, 0)
                self.assertIn(b"mine.json: line 1", wrong.stderr)

    def test_a_bad_file_is_named_with_its_place(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "mine.json"
            for text, complaint in (("{\n]", "line 2, column 1: this is no JSON"),
                                    ('{"format": "x"}', 'format: "rtmpscope-fingerprints" is expected')):  # fmt: skip
                path.write_text(text)
                result = self.program.run("fingerprints", path)
                self.assertEqual(result.returncode, 3)
                self.assertEqual(result.stderr.decode(), f"rtmpscope: {path}: {complaint}\n")


if __name__ == "__main__":
    FingerprintsTest.program = Program(sys.argv.pop(1))
    unittest.main()
