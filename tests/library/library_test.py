"""The installed library: examples are built as a user does, and say what the program says.

    library_test.py PROGRAM BUILD_FOLDER
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path

import packets
import segments
from live_socket import may_listen, sniffing
from program import Program, SAMPLES, samples
from server import PATIENCE, running, wait_until

ROOT = SAMPLES.parent
EXAMPLES = ROOT / "docs/examples"
PUBLISH = SAMPLES / "pub_ffmpeg_nginx_avc_aac.pcap"


def output_of(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    assert done.returncode in (0, 1), f"{command}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def install(build, prefix):
    subprocess.run(["cmake", "--install", build, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL)


def build_with_cmake(prefix, folder):
    """The examples, and dump_messages beside them, by find_package."""
    output_of("cmake", "-S", EXAMPLES, "-B", folder, f"-DCMAKE_PREFIX_PATH={prefix}")
    output_of("cmake", "--build", folder)


def build_with_pkg_config(prefix, source, program, static):
    folder = next(prefix.glob("lib/**/pkgconfig"))
    environment = os.environ | {"PKG_CONFIG_PATH": str(folder)}
    flags = output_of("pkg-config", "--cflags", "--libs", *(["--static"] if static else []), "rtmpscope",
                      env=environment).split()
    if static:
        flags = [str(folder.parent / "librtmpscope.a") if flag == "-lrtmpscope" else flag for flag in flags]
    subprocess.run(["c++", "-std=c++20", "-Wall", "-Wextra", "-Werror", source, "-o", program, *flags,
                    f"-Wl,-rpath,{folder.parent}"], check=True)


def check_headers(prefix):
    for header in sorted((prefix / "include/rtmpscope").glob("*.hpp")):
        subprocess.run(["c++", "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-x", "c++",
                        "-I", prefix / "include", "-include", header, "/dev/null"], check=True)
        for included in re.findall(r"#include [<\"](.*?)[>\"]", header.read_text()):
            assert included.startswith("rtmpscope/") or "." not in included, f"{header.name} includes {included}"


def check_symbols(prefix):
    library = next(prefix.glob("lib/**/librtmpscope.so"))
    lines = output_of("nm", "-DC", "--defined-only", library).splitlines()
    foreign = [line for line in lines if "rtmpscope::v1::" not in line and "RTMPSCOPE_" not in line.split(" ", 2)[2]]
    assert not foreign, foreign[:5]
    assert any("rtmpscope::v1::Analyzer::run" in line for line in lines)


def endpoint(value):
    return f"{value.get('address')}:{value.get('port')}"


def line_of(event):
    """What dump_messages prints for an event of the program's NDJSON; None: nothing."""
    kind, number = event.get("event"), event.get("connection")
    if kind == "connection_open":
        return f"open {number} {endpoint(event.get('client'))} {endpoint(event.get('server'))} {event.get('transport')}"
    if kind == "message":
        words = [event.get(key) for key in ("type_id", "chunk_stream_id", "timestamp", "length", "stream_offset")]
        line = f"message {number} {event.get('frame')} {event.get('direction')} "
        line += " ".join(map(str, words)) + f" {int(event.get('complete'))}"
        command = event.get("command")
        return line if command is None else f"{line} {command.get('name', '')} {code_of(command)}"
    if kind == "finding":
        return f"finding {number} {event.get('frame')} {event.get('id')}"
    if kind == "gap":
        return f"gap {number} {event.get('direction')} {event.get('stream_offset')}"
    return f"close {number} {event.get('reason')}" if kind == "connection_close" else None


def code_of(command):
    codes = [value.get("code") for value in command.get("arguments", []) if hasattr(value, "get")]
    return next((code for code in codes if isinstance(code, str)), "")


def check_messages(program, dump, capture):
    told = [line for line in map(line_of, program.events("--no-analysis", "-j", "1", capture)) if line]
    shown = output_of(dump, capture).splitlines()
    # Connections that end at one time may end in another order.
    assert Counter(told) == Counter(shown), f"{capture.name}: {list((Counter(told) - Counter(shown)).items())[:3]} " \
                                            f"{list((Counter(shown) - Counter(told)).items())[:3]}"
    return len(shown)


def check_key_frames(program, example):
    counts = Counter()
    for event in program.events(PUBLISH):
        if event.get("video") and event.get("video").get("frame_type") == "key" and \
                event.get("video").get("packet_type") == "coded_frames":
            counts[event.get("stream_name")] += 1
    expected = [f"#1 {name}: {count} key frames" for name, count in counts.items()]
    assert output_of(example, PUBLISH).splitlines() == expected, (output_of(example, PUBLISH), expected)


def streams(capture):
    """What client and server sent, as bytes; the client is the one that begins."""
    parts, order = {}, []
    for packet in packets.read(capture):
        segment = segments.parse(packet)
        if segment is None:
            continue
        if segment.flow not in order:
            order.append(segment.flow)
        if segment.payload:
            parts.setdefault(segment.flow, {})[segment.sequence] = segment.payload
    return [b"".join(payload for _, payload in sorted(parts[flow].items())) for flow in order]


def check_own_bytes(program, example, folder):
    files = []
    for name, content in zip(("client", "server"), streams(PUBLISH)):
        files.append(folder / name)
        files[-1].write_bytes(content)
    shown = output_of(example, *files).splitlines()
    commands = [event for event in program.events(PUBLISH) if event.get("command")]
    told = [f"{'>' if event.get('direction') == 'to_server' else '<'} {event.get('command').get('name')} "
            f"{code_of(event.get('command'))}" for event in commands]
    for sign in "><":  # each direction has an order; between the two the program was given none
        assert [line for line in shown if line[0] == sign] == [line for line in told if line[0] == sign], shown


def play(client_bytes, server_bytes, port):
    """Both sides of a recorded session over loopback."""
    with socket.create_server(("127.0.0.1", port)) as server, socket.create_connection(("127.0.0.1", port)) as client:
        accepted, _ = server.accept()
        with accepted:
            def send(to, content):
                to.sendall(content)
                to.shutdown(socket.SHUT_WR)

            senders = [threading.Thread(target=send, args=pair)
                       for pair in ((client, client_bytes), (accepted, server_bytes))]
            for sender in senders:
                sender.start()
            for receiver in (client, accepted):
                while receiver.recv(1 << 16):
                    pass
            for sender in senders:
                sender.join()


def check_interface(example):
    if not may_listen():
        print("watch_interface: listening is not allowed here")
        return
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with tempfile.TemporaryFile() as output, \
            running([example, "lo", f"tcp port {port}"], signal.SIGINT, stdout=output) as watch:
        wait_until(lambda: sniffing(watch) or watch.poll() is not None, "watch_interface does not listen")
        play(*streams(PUBLISH), port)

        def shown():
            output.seek(0)
            return output.read()

        wait_until(lambda: b"closed" in shown(), "watch_interface did not see the end")
        watch.send_signal(signal.SIGINT)
        assert watch.wait(PATIENCE) == 0
        assert b"#1 127.0.0.1 connected\n#1 publish avc_aac\n#1 closed" in shown(), shown()


def main():
    program, build = Program(sys.argv[1]), Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as scratch:
        prefix, folder = Path(scratch) / "prefix", Path(scratch) / "examples"
        install(build, prefix)
        check_headers(prefix)
        check_symbols(prefix)
        build_with_cmake(prefix, folder)
        build_with_pkg_config(prefix, EXAMPLES / "count_key_frames.cpp", folder / "by_pkg_config", static=False)
        dump = folder / "dump_messages"
        build_with_pkg_config(prefix, ROOT / "tests/library/dump_messages.cpp", dump, static=True)
        for example in ("count_key_frames", "count_key_frames_static", "by_pkg_config"):
            check_key_frames(program, folder / example)
        check_own_bytes(program, folder / "feed_own_bytes", folder)
        check_interface(folder / "watch_interface")
        # The library takes packets, not files: it has no secrets that a capture file holds.
        plain = [capture for capture in samples() if "_dsb" not in capture.name]
        lines = sum(check_messages(program, dump, capture) for capture in plain)
        missing = subprocess.run([dump, "/nowhere"], capture_output=True, check=False)
        assert missing.returncode == 2 and b"/nowhere" in missing.stderr, missing
    print(f"{lines} lines of the library equal the program's")


if __name__ == "__main__":
    main()
