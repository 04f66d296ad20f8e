"""What a session has at hand: a folder, servers, ffmpeg, and a capture of it all. Lives in the session's namespace."""

import http.server
import signal
import subprocess
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from hosts import CLIENT_ADDRESS, SERVER_ADDRESS, configure, tool, two_hosts
from live_socket import sniffing
from server import PATIENCE, wait_until

PORT = 1935
FFMPEG = "ffmpeg -hide_banner -nostdin -loglevel error".split()
NGINX_CONFIGURATION = """
load_module {modules}/ngx_rtmp_module.so; load_module {modules}/ngx_stream_module.so;
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log info;
events {{ worker_connections 64; }}
rtmp {{ access_log off; server {{ listen {port}; chunk_size 4096; {of_server} application live {{ live on; {more} }}
  application vod {{ play {folder}; }} }} }}
stream {{ server {{
  listen {tls_port} ssl; ssl_certificate {pem}; ssl_certificate_key {pem}; {tls} proxy_pass 127.0.0.1:{port};
}} }}
"""
TLS_PORT = 443


class Stage:
    """`media` is the folder with small.flv, large.flv and server.pem (see media.py)."""

    def __init__(self, folder, capture, media):
        self.folder, self.capture, self.media = Path(folder), Path(capture), Path(media)
        self.small, self.large = self.media / "small.flv", self.media / "large.flv"
        self.pem = self.media / "server.pem"
        self.address, self.client_address = "127.0.0.1", "127.0.0.1"
        self.client = self.server = self.between = None
        self._stack = ExitStack()
        self._dumpcap = None
        configure("link", "set", "lo", "up")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._stack.close()

    def add_hosts(self):
        """From now on clients and servers are on two hosts; the device between them is `between`."""
        self.client, self.server, self.between = self._stack.enter_context(two_hosts())
        self.address, self.client_address = SERVER_ADDRESS, CLIENT_ADDRESS

    def start(self, command, host=None):
        """A process that ends at the latest with the session."""
        words = list(map(str, command))
        log = open(self.folder / f"{len(list(self.folder.iterdir()))}.log", "wb")
        process = subprocess.Popen(
            host.command(words) if host else words, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        log.close()
        self._stack.callback(stop_process, process)
        return process

    def capture_at(self, host=None, expression=f"tcp port {PORT}"):
        """dumpcap listens from now on, until `finish`. (tcpdump wants to become another user, which the root of a
        user namespace cannot.)"""
        interface = "wire" if host else "lo"
        command = [tool("dumpcap"), "-q", "-P", "-B", 16, "-i", interface, "-f", expression, "-w", self.capture]
        self._dumpcap = self.start(command, host)
        wait_until(lambda: sniffing(self._dumpcap), "dumpcap does not listen")

    def finish(self, quiet=0.5):
        """Ends the capture after `quiet` seconds."""
        time.sleep(quiet)
        self._dumpcap.send_signal(signal.SIGINT)
        self._dumpcap.wait(PATIENCE)

    def captured(self):
        """Bytes in the capture so far."""
        return self.capture.stat().st_size if self.capture.exists() else 0

    def wait_for_traffic(self, more):
        """Until that many more bytes are captured."""
        goal = self.captured() + more
        wait_until(lambda: self.captured() >= goal, f"no {more} bytes more in the capture")

    def wait_for_silence(self, seconds):
        """Until nothing is captured for so long: what a sender that is gone has left in buffers takes its time."""
        last = [self.captured(), time.monotonic()]

        def is_silent():
            if self.captured() != last[0]:
                last[:] = self.captured(), time.monotonic()
            return time.monotonic() - last[1] >= seconds

        wait_until(is_silent, "the capture does not get silent")

    def nginx(self, more="", of_server="", tls=""):
        """`more` is of the application "live", `of_server` of the RTMP server, `tls` of the RTMPS port in front."""
        modules = next(path for path in ("/usr/lib/nginx/modules", "/usr/share/nginx/modules") if Path(path).is_dir())
        configuration = self.folder / "nginx.conf"
        values = {"folder": self.folder, "port": PORT, "tls_port": TLS_PORT, "pem": self.pem, "modules": modules}
        configuration.write_text(NGINX_CONFIGURATION.format(**values, more=more, of_server=of_server, tls=tls))
        log = self.folder / "nginx.log"
        process = self.start([tool("nginx"), "-c", configuration, "-p", self.folder, "-e", log], self.server)
        wait_until(lambda: self.listens(PORT) or process.poll() is not None, "nginx does not listen")
        assert process.poll() is None, log.read_text()
        return process

    def listens(self, port):
        """Looked up in the kernel's table: a trial would be in the capture."""
        host = self.server.pid if self.server else "self"
        lines = Path(f"/proc/{host}/net/tcp").read_text().splitlines()[1:]
        return any(line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A" for line in lines)

    def ffmpeg(self, *words):
        return self.start([*FFMPEG, *words], self.client)

    def publish(self, name="test", source=None, pace=("-re",), more=(), scheme="rtmp", port=PORT, app="live"):
        """ffmpeg sends a file, again and again, as it is."""
        url = f"{scheme}://{self.address}:{port}/{app}/{name}"
        loop = ("-stream_loop", "-1", "-i", source or self.small)
        return self.ffmpeg(*pace, *loop, "-c", "copy", *more, "-f", "flv", url)

    def play(self, name="test", app="live"):
        return self.ffmpeg("-i", f"rtmp://{self.address}:{PORT}/{app}/{name}", "-c", "copy", "-f", "null", "-")

    def http_server(self, answer):
        """URL of a server on 127.0.0.1 (of the server's host: use without hosts only) that answers with the status that
        `answer(path, number of requests before)` gives."""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(answer))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self._stack.callback(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}"


def handler(answer):
    class Handler(http.server.BaseHTTPRequestHandler):
        requests = 0

        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(answer(self.path, Handler.requests))
            Handler.requests += 1
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_):
            pass

    return Handler


def stop_process(process):
    if process.poll() is None:
        process.kill()
        process.wait()


def stop(process, how=signal.SIGTERM):
    """Sends the signal and waits for the end."""
    process.send_signal(how)
    process.wait(PATIENCE)


def pause(process, seconds):
    """The process does nothing for so long; its kernel goes on."""
    process.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
    process.send_signal(signal.SIGCONT)
