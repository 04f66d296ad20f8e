"""What the sessions send, made once: small.flv (120 s, 320x180, about 250 kbit/s), large.flv (30 s, about 4 Mbit/s),
and server.pem, a key and a certificate that nobody knows."""

import subprocess
from pathlib import Path

from server import PATIENCE
from stage import FFMPEG

AUDIO = "-f lavfi -i sine=frequency=440:beep_factor=2:sample_rate=44100"
ENCODED = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50 -bf 2 -c:a aac -b:a 64k -ac 2"
SMALL = f"-f lavfi -i testsrc2=size=320x180:rate=25 {AUDIO} -t 120 {ENCODED} -b:v 180k -maxrate 200k -bufsize 200k"
LARGE = (
    f"-f lavfi -i testsrc2=size=640x360:rate=25,noise=alls=60:allf=t {AUDIO} -t 30 {ENCODED}"
    " -b:v 4M -minrate 4M -maxrate 4M -bufsize 1M"
)
CERTIFICATE = "openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=live.example"


def make_media(folder):
    folder = Path(folder)
    for name, options in (("small.flv", SMALL), ("large.flv", LARGE)):
        if not (folder / name).exists():
            subprocess.run([*FFMPEG, *options.split(), folder / name], check=True)
    pem = folder / "server.pem"
    if not pem.exists():
        parts = [folder / "key.pem", folder / "certificate.pem"]
        command = [*CERTIFICATE.split(), "-keyout", parts[0], "-out", parts[1]]
        subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
        pem.write_text("".join(part.read_text() for part in parts))
        pem.chmod(0o644)
