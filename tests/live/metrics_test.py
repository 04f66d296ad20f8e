"""Metrics of a live run: the figures of its events, in a bounded number of series, for whoever asks.

    metrics_test.py PROGRAM

Exits with 77 (skipped) where listening is not allowed.
"""

import os
import random
import socket
import string
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.error import HTTPError

from live_run import start, wait_for_listening, wait_until_confined
from metrics_page import MOST_SERIES, read, text_at, total
from program import Program, parse
from rtmp_talk import HANDSHAKE
from rtmp_writer import amf0_values, message
from server import PATIENCE, free_port, listening, nginx, publish, wait_until

NAMES = 5000


def of_kind(events, kind):
    return [event for event in events if event.get("event") == kind]


def check_figures(series, events):
    """The sums of the run's own events."""
    opened, closed = of_kind(events, "connection_open"), of_kind(events, "connection_close")
    messages = of_kind(events, "message")
    assert total(series, "rtmpscope_connections_opened_total") == len(opened) == 1
    assert total(series, "rtmpscope_connections_closed_total") == len(closed) == 1
    assert total(series, "rtmpscope_connections") == total(series, "rtmpscope_streams") == 0
    for kind in ("audio", "video"):
        media = [event for event in messages if event.get(kind)]
        assert total(series, "rtmpscope_media_messages_total", kind=kind, use="publish") == len(media) > 50
        size = sum(event.get("length") for event in media)
        assert total(series, "rtmpscope_media_bytes_total", kind=kind) == size
    keys = [event for event in messages if event.get("video") and event.get("video").get("frame_type") == "key"
            and event.get("video").get("packet_type") == "coded_frames"]
    assert total(series, "rtmpscope_key_frames_total", use="publish") == len(keys) >= 3
    assert total(series, "rtmpscope_key_frame_interval_seconds_count") == len(keys) - 1
    assert abs(total(series, "rtmpscope_key_frame_interval_seconds_sum") - (len(keys) - 1)) < 0.2
    for command in ("connect", "createStream", "publish"):
        assert total(series, "rtmpscope_commands_total", command=command, result="ok") == 1, command
        assert total(series, "rtmpscope_command_response_seconds_count", command=command) == 1
    assert total(series, "rtmpscope_commands_total", command="deleteStream", result="none") == 1
    requests = [event for event in messages if event.get("command") and event.get("direction") == "to_server"]
    assert total(series, "rtmpscope_commands_total") == len(requests)
    assert total(series, "rtmpscope_handshake_duration_seconds_count") == 1
    assert total(series, "rtmpscope_media_lead_seconds_count", use="publish") >= 2
    findings = of_kind(events, "finding")
    assert total(series, "rtmpscope_findings_total") == len(findings)


def check_session(program, folder):
    """The last page that is asked for has all that happened before."""
    port, metrics = free_port(), free_port()
    output, context = start(program, folder, port, "--format", "ndjson", "--metrics", f"127.0.0.1:{metrics}")
    with nginx(folder, port), context as live:
        wait_for_listening(live, folder)
        wait_until_confined(live)
        before = read(text_at(metrics))
        assert total(before, "rtmpscope_capture_packets_total") == 0
        wait_until(lambda: listening(port), "nginx does not listen")
        publish(port)
        wait_until(lambda: total(read(text_at(metrics)), "rtmpscope_connections_closed_total") == 1,
                   "the end of the session is not in the metrics")
        text = text_at(metrics)
        live.terminate()
        assert live.wait(PATIENCE) == 0, (folder / "errors").read_text()
    series, events = read(text), parse(output.read_bytes())
    assert set(before) == set(series) or len(set(series) - set(before)) == len(
        {finding.get("id") for finding in of_kind(events, "finding") if finding.get("after_gap")}), "new series"
    check_figures(series, events)
    check_process(series)
    lint = subprocess.run(["promtool", "check", "metrics"], input=text.encode(), capture_output=True, check=False)
    assert lint.returncode == 0 and not lint.stdout + lint.stderr, lint.stdout + lint.stderr


def check_process(series):
    assert 0 < total(series, "process_cpu_seconds_total") < PATIENCE
    assert 1e6 < total(series, "process_resident_memory_bytes") < total(series, "process_virtual_memory_bytes")
    assert total(series, "rtmpscope_build_info") == 1
    assert total(series, "rtmpscope_capture_packets_total", interface="lo") > 100


def random_name():
    return "".join(random.choices(string.ascii_letters + string.digits, k=24))


def swallow(listener, count):
    for _ in range(count):
        side, _ = listener.accept()
        with side:
            while side.recv(65536):
                pass


def send_names(port, count):
    """Connections of one client each, with names that nobody has heard of. Returns the names."""
    names = [random_name() for _ in range(count)]
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        server = threading.Thread(target=swallow, args=(listener, count))
        server.start()
        for name in names:
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(b"\x03" + bytes(2 * HANDSHAKE))
                client.sendall(message(20, amf0_values("connect", 1.0, {"app": name, "tcUrl": f"rtmp://{name}/{name}",
                                                                        "flashVer": name}))
                               + message(20, amf0_values("publish", 2.0, None, name, "live"))
                               + message(20, amf0_values(name, 3.0, None)))
        server.join()
    return names


def check_names(program, folder):
    """Neither a series nor a label comes of what peers say."""
    port, metrics = free_port(), free_port()
    _, context = start(program, folder, port, "--summary", "--metrics", f"127.0.0.1:{metrics}")
    with context as live:
        wait_for_listening(live, folder)
        wait_until_confined(live)
        before = read(text_at(metrics))
        names = send_names(port, NAMES)
        wait_until(lambda: total(read(text_at(metrics)), "rtmpscope_connections_closed_total") == NAMES,
                   "not all connections are seen")
        text = text_at(metrics)
        live.terminate()
        assert live.wait(PATIENCE) == 0
    series = read(text)
    assert len(before) <= len(series) <= MOST_SERIES, len(series)
    assert not any(name in text for name in names)
    assert {name for name, _ in series} == {name for name, _ in before}
    assert total(series, "rtmpscope_commands_total", command="connect", result="unanswered") == NAMES
    assert total(series, "rtmpscope_commands_total", command="other", result="none") == NAMES
    print(f"{len(series)} series after {NAMES} connections, {len(before)} before")


def check_streams(program, folder):
    """Of two streams one has series; its name is there on request alone."""
    for names in (True, False):
        port, metrics = free_port(), free_port()
        options = ("--metrics-streams", "1", *(("--metrics-names",) if names else ()))
        output, context = start(program, folder, port, "--format", "ndjson", "--metrics", f"127.0.0.1:{metrics}",
                                *options)  # fmt: skip
        with nginx(folder, port), context as live:
            wait_for_listening(live, folder)
            wait_until_confined(live)
            wait_until(lambda: listening(port), "nginx does not listen")
            publishers = [threading.Thread(target=publish, args=(port,), kwargs={"name": name})
                          for name in ("first", "second")]
            texts = []
            for publisher in publishers:
                publisher.start()
            while any(publisher.is_alive() for publisher in publishers):
                texts.append(text_at(metrics))
                time.sleep(0.1)
            wait_until(lambda: total(read(text_at(metrics)), "rtmpscope_connections_closed_total") == 2,
                       "the ends are not in the metrics")
            last = read(text_at(metrics))
            live.terminate()
            assert live.wait(PATIENCE) == 0, (folder / "errors").read_text()
        check_stream_series(texts, last, parse(output.read_bytes()), names)


def check_stream_series(texts, last, events, names):
    pages = [read(text) for text in texts]
    both = [page for page in pages if total(page, "rtmpscope_streams") == 2]
    assert both and all(total(page, "rtmpscope_metrics_folded_streams") == 1 for page in both), len(both)
    streams = {dict(labels).get("stream") for page in pages for name, labels in page
               if name == "rtmpscope_stream_lead_seconds"}
    uids = {event.get("uid") for event in of_kind(events, "connection_open")}
    assert streams and {stream.rsplit("/")[0] for stream in streams} <= uids, (streams, uids)
    for page in pages:
        assert sum(name == "rtmpscope_stream_media_bytes_total" for name, _ in page) <= 3
        assert (total(page, "rtmpscope_stream_media_bytes_total") <= total(page, "rtmpscope_media_bytes_total"))
    assert any(total(page, "rtmpscope_stream_media_bytes_total", stream="other") > 0 for page in both)
    assert any(total(page, "rtmpscope_stream_media_bytes_total") == total(page, "rtmpscope_media_bytes_total") > 0
               for page in pages), "bytes of streams are not all bytes"
    info = [dict(labels) for page in pages for name, labels in page if name == "rtmpscope_stream_info"]
    assert bool(info) == names and all(each["app"] == "live" for each in info), info
    assert not names or {each["name"] for each in info} <= {"first", "second"}, info
    assert not [key for key in last if key[0] in ("rtmpscope_stream_info", "rtmpscope_stream_lead_seconds")]
    lint = subprocess.run(["promtool", "check", "metrics"], input=texts[-1].encode(), capture_output=True, check=False)
    assert lint.returncode == 0 and not lint.stdout + lint.stderr, lint.stdout + lint.stderr


def answer(port, request):
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        client.sendall(request)
        whole = b""
        while more := client.recv(65536):
            whole += more
    return whole.split(b"\r\n", 1)[0]


def check_requests(program, folder):
    """What is no request for the page, and readers that are slow, harm nobody."""
    port, metrics = free_port(), free_port()
    _, context = start(program, folder, port, "--metrics", f"127.0.0.1:{metrics}")
    with context as live:
        wait_for_listening(live, folder)
        wait_until_confined(live)
        slow = [socket.create_connection(("127.0.0.1", metrics)) for _ in range(15)]
        slow[0].sendall(b"GET /met")
        assert "rtmpscope_build_info" in text_at(metrics)
        assert "rtmpscope_build_info" in text_at(metrics, "/metrics?debug=1")
        for path in ("/", "/metrics2", "/../etc/passwd"):
            try:
                text_at(metrics, path)
            except HTTPError as error:
                assert error.code == 404, (path, error.code)
            else:
                raise AssertionError(f"there is {path}")
        assert answer(metrics, b"POST /metrics HTTP/1.1\r\n\r\n") == b"HTTP/1.1 405 Method Not Allowed"
        assert answer(metrics, b"\x03" + bytes(9000)) == b"HTTP/1.1 400 Bad Request"
        for client in slow:  # closed by the program after a while
            client.settimeout(PATIENCE)
            assert client.recv(1) == b""
            client.close()
        with socket.create_connection(("127.0.0.1", metrics)) as lost:
            lost.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
        assert "rtmpscope_build_info" in text_at(metrics)
        live.terminate()
        assert live.wait(PATIENCE) == 0


def check_complaints(program):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        for options, code, text in (
                (("--metrics", address), 3, f"cannot listen on {address}: Address already in use"),
                (("--metrics", "9464"), 2, "'9464' is not HOST:PORT"),
                (("--metrics", "127.0.0.1:0"), 2, "is not HOST:PORT"),
                (("--metrics", "127.0.0.1:9464", "--no-analysis"), 2, "does not go with --no-analysis"),
                (("--metrics-streams", "3"), 2, "--metrics"),
                (("--metrics", "127.0.0.1:9464", "--metrics-names"), 2, "--metrics-streams"),
                (("--metrics", "127.0.0.1:9464", "--metrics-streams", "3", "--metrics-names", "--redact"), 2,
                 "--metrics-names does not go with --redact")):
            result = program.run("live", "-i", "lo", *options, timeout=PATIENCE)
            assert result.returncode == code and text in result.stderr.decode(), (options, result)


def main():
    program = Program(sys.argv[1])
    random.seed(23)
    for check in (check_session, check_names, check_streams, check_requests):
        with tempfile.TemporaryDirectory() as name:
            os.chmod(name, 0o777)
            check(program, Path(name))
    check_complaints(program)


if __name__ == "__main__":
    main()
