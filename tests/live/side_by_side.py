"""rtmpscope and tcpdump listen side by side on loopback while a session runs."""

import os
import shutil
import signal
import sys
from contextlib import ExitStack

from live_socket import sniffing
from server import PATIENCE, running, wait_until

SKIPPED = 77
# What a live run cannot know or what depends on when it was stopped.
# Figures of the media are times of arrival.
NOT_COMPARED = {"capture_start", "capture_end", "stream_totals", "score"}
# Both see the same packets, but each has its own clock reading of them.
TIMING = {
    "time", "uid", "duration_ms", "server_response_ms", "client_response_ms", "response_time_ms", "response_ms",
    "least_response_ms", "mean_response_ms", "most_response_ms", "first_time", "last_packet_time", "last_data_time",
    "asked_time", "since", "until", "rtt_to_receiver_ms", "sentence", "next_step",
}  # fmt: skip


def record(program, folder, port, session, *options):
    """Runs `session()`, which talks with a server on `port`. Returns (live output, exit code, capture file). Ends the
    process with 77 where listening is not allowed."""
    capture, live_output, live_errors = folder / "beside.pcap", folder / "live.ndjson", folder / "live.err"
    filter_text, beside_log = f"tcp port {port}", folder / "tcpdump.log"
    tcpdump = shutil.which("tcpdump", path=os.environ["PATH"] + ":/usr/sbin")
    with ExitStack() as stack:
        output, errors, log = (stack.enter_context(open(path, "wb")) for path in (live_output, live_errors, beside_log))
        tcpdump_command = [tcpdump, *"-i lo -n -U -B 16384 --immediate-mode -w".split(), capture, filter_text]
        beside = stack.enter_context(running(tcpdump_command, signal.SIGINT, stderr=log))
        live_command = [program.path, "live", "-i", "lo", "-f", filter_text, "--format", "ndjson", *options]
        live = stack.enter_context(running(live_command, signal.SIGINT, stdout=output, stderr=errors))
        wait_until(lambda: sniffing(beside) or beside.poll() is not None, "tcpdump does not listen")
        if beside.poll() is not None:
            print("capturing is not allowed here:", beside_log.read_text())
            sys.exit(SKIPPED)
        wait_until(lambda: sniffing(live) or live.poll() is not None, "rtmpscope does not listen")
        session()
        closed = b"connection_close"
        wait_until(lambda: closed in live_output.read_bytes() or live.poll() is not None, "no connection_close")
        for process in (live, beside):
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)
    sys.stderr.write(live_errors.read_text())
    return live_output.read_bytes(), live.returncode, capture


def told(events):
    """Events as both runs must tell them."""
    return [event.without(TIMING) for event in events if event.get("event") not in NOT_COMPARED]


def check_same(live_events, file_events, status, last_command):
    """Both tell the same, and it is a published session up to that command."""
    assert status == 0, f"exit code {status} after SIGINT"
    assert live_events[-1].get("event") == "capture_end", "no summary after SIGINT"
    kinds = {event.get("event") for event in live_events}
    assert {"capture_start", "connection_open", "handshake_done", "message", "connection_close"} <= kinds, kinds
    names = [event.get("command").get("name") for event in live_events if event.get("command")]
    assert {"connect", "publish", "onStatus", last_command} <= set(names), names
    for one, other in zip(told(live_events), told(file_events)):
        assert one == other, f"live: {one}\nfile: {other}"
    assert len(told(live_events)) == len(told(file_events))
