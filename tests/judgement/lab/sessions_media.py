"""Sessions whose media is not as it should be."""

import time

from client import Publisher, metadata_of
from expected import one, session
from sessions_ends import publishing
from stage import PORT, stop

FIRST_EXTENDED = 16_777_215  # ms: 4 h 39 min 37 s
PATH_IS_FINE = ("path_loss", "path_slow", "path_timeout", "sender_blocked")


@session(
    "ffmpeg reads its input at half speed (-readrate 0.5): an encoder that is too slow",
    one("client_stopped", "client", "certain", findings=("starved",), not_findings=PATH_IS_FINE),
)
def slow_encoder(stage):
    stage.nginx()
    stage.capture_at()
    publisher = publishing(stage, pace=("-readrate", "0.5"))
    time.sleep(20)
    stop(publisher)
    stage.finish()


@session(
    "the audio's times are 0.3 % longer than its samples (setts)",
    one("client_stopped", "client", "certain", findings=("audio_clock",), not_findings=PATH_IS_FINE),
)
def audio_resampled(stage):
    stage.nginx()
    stage.capture_at()
    publisher = publishing(stage, more=("-bsf:a", "setts=ts=TS*1.003"))
    time.sleep(35)
    stop(publisher)
    stage.finish()


@session(
    "the client's time passes 4 h 39 min 37 s after 5 s; the client does not repeat the extended timestamp",
    one("extended_time", "server", "likely", not_findings=PATH_IS_FINE),
)
def extended_time_left_out(stage):
    stage.nginx()
    stage.capture_at()
    publisher = Publisher(stage.address, PORT)
    publisher.publish(stage.large, 12, FIRST_EXTENDED - 5000, repeats_extended=False)
    stage.finish(1)


@session(
    "the client's time passes 4 h 39 min 37 s after 5 s, and the client repeats the extended timestamp",
    one("client_stopped", "client", "certain", above_note=False),
)
def extended_time_repeated(stage):
    stage.nginx()
    stage.capture_at()
    publisher = Publisher(stage.address, PORT)
    publisher.publish(stage.large, 12, FIRST_EXTENDED - 5000)
    stage.finish(1)


@session(
    "as extended_time_repeated, to an nginx that does not want it repeated (publish_time_fix off)",
    one("extended_time", "server", "possible", not_findings=PATH_IS_FINE),
)
def extended_time_not_wanted(stage):
    stage.nginx(of_server="publish_time_fix off;")
    stage.capture_at()
    publisher = Publisher(stage.address, PORT)
    publisher.publish(stage.large, 12, FIRST_EXTENDED - 5000)
    stage.finish(1)


WRONG = {"width": 1280.0, "height": 720.0, "framerate": 50.0, "videocodecid": 7.0, "videodatarate": 2500.0,
         "audiocodecid": 10.0, "audiosamplerate": 22050.0, "stereo": False}


@session(
    "onMetaData says 1280x720, 50 fps, 2500 kbit/s, 22.05 kHz mono; the stream is 320x180, 25 fps, 44.1 kHz "
    "stereo",
    one("client_stopped", "client", "certain", findings=("metadata_contradicts",), not_findings=PATH_IS_FINE),
)
def metadata_wrong(stage):
    stage.nginx()
    stage.capture_at()
    publisher = Publisher(stage.address, PORT)
    publisher.publish(stage.small, 10, metadata=metadata_of(WRONG))
    stage.finish()
