"""Plays one session and writes its capture: play_session.py NAME CAPTURE MEDIA. In a namespace (lab_test.py)."""

import sys
import tempfile

import sessions_ends  # noqa: F401
import sessions_media  # noqa: F401
import sessions_network  # noqa: F401
import sessions_refusals  # noqa: F401
import sessions_silence  # noqa: F401
from expected import SESSIONS
from stage import Stage


def main():
    name, capture, media = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder, Stage(folder, capture, media) as stage:
        try:
            SESSIONS[name].play(stage)
        except BaseException:
            for log in sorted(stage.folder.glob("*.log")):
                print(f"== {log.name}\n{log.read_text(errors='replace')[-2000:]}", file=sys.stderr)
            raise


if __name__ == "__main__":
    main()
