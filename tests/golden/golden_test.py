"""The output for real captures, letter for letter.

    golden_test.py PROGRAM [--update]

A change of the output shows up as a change of the files in expected/, for a person to look at: --update rewrites them.
"""

import difflib
import sys
from pathlib import Path

from program import Program, SAMPLES

EXPECTED = Path(__file__).with_name("expected")
KEY = Path(__file__).resolve().with_name("redaction_key")
CASES = {
    "publish_denied.txt": ["err_publish_denied.pcap"],
    "publish_denied.ndjson": ["err_publish_denied.pcap", "--format", "ndjson"],
    "publish_denied_chunks.txt": ["err_publish_denied.pcap", "--chunks"],
    "publish_denied.md": ["err_publish_denied.pcap", "--format", "markdown", "--show-secrets"],
    "wrong_password_verdict.txt": ["auth_adobe_bad.pcap", "--verdict"],
    "publish_and_play.txt": ["pubplay_ffmpeg_nginx.pcap"],
    "publish_and_play_summary.txt": ["pubplay_ffmpeg_nginx.pcap", "--summary"],
    "publish_and_play_commands.txt": ["pubplay_ffmpeg_nginx.pcap", "--only", "command_amf0"],
    "enhanced.txt": ["enh_multi_mixed_ffnew_nginx.pcap"],
    "wrong_password.txt": ["auth_adobe_bad.pcap"],
    "wrong_password_redacted.txt": ["auth_adobe_bad.pcap", "--redact-key", KEY],
    "stream_not_found.txt": ["err_play_vod_missing.pcap", "--ascii"],
    "zero_length_metadata.txt": ["err_metadata_zero_length.pcap"],
    "http.txt": ["err_plain_http_on_1935.pcap"],
    "rtmps_without_keys.txt": ["rtmps_no_keys.pcap"],
    "rtmps.txt": ["rtmps_gst_nginx_dsb.pcapng"],
    "rtmps_redacted.txt": ["rtmps_gst_nginx_dsb.pcapng", "--redact-key", KEY],
    "rtmps.ndjson": ["rtmps_tls13_rtmpdump_nginx_dsb.pcapng", "--format", "ndjson"],
    "rtmpe.txt": ["rtmpe_crtmp_play_ffmpeg.pcap"],
    "rtmfp.txt": ["rtmfp_redirector.pcap", "--keys", "rtmfp_redirector.keys"],
    "rtmfp_events.ndjson": ["rtmfp_redirector.pcap", "--keys", "rtmfp_redirector.keys", "--format", "ndjson", "--only",
                            "connection_open,rtmfp_hello,rtmfp_redirect,rtmfp_keying,rtmfp_open,rtmfp_flow_open,"
                            "rtmfp_flow_close,command,finding,connection_close"],
    "rtmfp_redacted.txt": ["rtmfp_redirector.pcap", "--keys", "rtmfp_redirector.keys", "--redact-key", KEY],
    "rtmfp_without_keys.txt": ["rtmfp_redirector.pcap"],
    "rtmfp_losses.txt": ["rtmfp_impaired.pcap", "--keys", "rtmfp_impaired.keys"],
    "rtmpe_with_keys.txt": ["rtmpe_crtmp_play_ffmpeg.pcap", "--keys", "rtmpe_crtmp_play_ffmpeg.keys"],
    "rtmpte_with_keys.txt": ["rtmpte_crtmp_play_ffmpeg.pcap", "--keys", "rtmpte_crtmp_play_ffmpeg.keys"],
    "rtmpt.txt": ["rtmpt_crtmp_publish_ffmpeg.pcap"],
    "rtmpt_redacted.txt": ["rtmpt_crtmp_publish_ffmpeg.pcap", "--redact-key", KEY],
    "port_reuse_summary.txt": ["port_reuse.pcap", "--summary"],
    "one_direction.txt": ["oneway_s2c.pcap"],
    "gap_in_handshake.txt": ["encap_vxlan.pcap"],
    "two_files_summary.txt": ["err_play_live_missing.pcap", "nms_gst_publish.pcap", "--summary", "--order", "sequence"],
}


def output(program, arguments):
    """With the folder of the samples as working directory, so that no path of this machine is in the output."""
    result = program.run("analyze", *arguments, "--jobs", 2, cwd=SAMPLES)
    if result.returncode != 0:
        raise RuntimeError(f"{arguments}: exit code {result.returncode}: {result.stderr.decode()}")
    return result.stdout.decode()


def main():
    program, failures = Program(Path(sys.argv[1]).resolve()), 0
    for name, arguments in CASES.items():
        path, found = EXPECTED / name, output(program, arguments)
        if "--update" in sys.argv:
            path.write_text(found)
            continue
        expected = path.read_text() if path.exists() else ""
        if found != expected:
            failures += 1
            sides = expected.splitlines(), found.splitlines()
            lines = difflib.unified_diff(*sides, f"expected/{name}", "found", lineterm="")
            print(*list(lines)[:40], sep="\n")
    print(f"{failures} of {len(CASES)} outputs differ")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
