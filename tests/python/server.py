"""nginx with its RTMP module as a server on loopback, ffmpeg as its publisher, and what it takes to run them."""

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 60  # seconds until something counts as hung
NGINX_CONFIGURATION = """
load_module {modules}/ngx_rtmp_module.so; {more_modules}
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 64; }}
rtmp {{ server {{ listen {address}:{port}; chunk_size 4096; application live {{ live on; {more} }} }} }}
{beside}
"""
# RTMPS: nginx takes TLS off and gives the rest to its own RTMP port.
TLS_IN_FRONT = """
stream {{ server {{
  listen {address}:{tls_port} ssl; ssl_certificate {pem}; ssl_certificate_key {pem}; proxy_pass {address}:{port};
}} }}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.05)


@contextmanager
def running(command, stop=signal.SIGTERM, **streams):
    """A process that is stopped by its own id, whatever happens."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **streams)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(stop)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def nginx(folder, port, more="", tls_port=None, pem=None, address="127.0.0.1"):
    """`more`: of its configuration, for the application "live". With `tls_port` and `pem`, a file with key and
    certificate, it takes RTMPS there as well."""
    modules = next(path for path in ("/usr/lib/nginx/modules", "/usr/share/nginx/modules") if Path(path).is_dir())
    more_modules = f"load_module {modules}/ngx_stream_module.so;" if tls_port else ""
    beside = TLS_IN_FRONT.format(tls_port=tls_port, pem=pem, port=port, address=address) if tls_port else ""
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX_CONFIGURATION.format(**locals()))
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    return running([program, "-c", configuration, "-p", folder, "-e", folder / "nginx.log"], stderr=subprocess.DEVNULL)


def listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def publish(port, realtime=True, scheme="rtmp", environment=None, host="127.0.0.1", name="test", before=()):
    """Three seconds to scheme://host:port/live/name. `before`: words in front of the command."""
    pace = "-re" if realtime else ""
    command = f"ffmpeg -nostdin -loglevel error {pace} -f lavfi -i testsrc=size=320x240:rate=25".split()
    command += "-f lavfi -i sine -t 3 -c:v libx264 -preset ultrafast -g 25 -c:a aac -f flv".split()
    address, environment = f"{scheme}://{host}:{port}/live/{name}", {**os.environ, **(environment or {})}
    streams = {"stdin": subprocess.DEVNULL, "env": environment}
    subprocess.run([*before, *command, address], **streams, check=True, timeout=PATIENCE)
