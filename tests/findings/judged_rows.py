"""What the judge finds in the media of a stream: publishers that send for some seconds, each with one thing wrong."""

from rows import ROWS
from rtmp_writer import AUDIO, COMMAND_AMF0, DATA_AMF0, VIDEO, amf0_values
from session import CLIENT, SERVER, Session

AVC_320 = "0164000cffe1001a6764000cacd941419f9f011000000300100000030320f142996001000468efbcb0"
AVC_OTHER = AVC_320.replace("0cffe1", "0dffe1")
AAC_48_STEREO = "1190"
METADATA = {"width": 320.0, "height": 180.0, "framerate": 25.0, "videocodecid": 7.0, "audiocodecid": 10.0, "stereo": True}
FRAME, SAMPLES = 40, 1024 * 1000 / 48000  # milliseconds of a picture, and of an audio frame
BEGIN = 100  # milliseconds from the first packet to the first frame


class Publisher(Session):
    """Publishes a stream. The beginning takes less than BEGIN."""

    def __init__(self, metadata=METADATA, wrapped=True, headers=True):
        super().__init__()
        for direction in (CLIENT, SERVER):
            self.set_chunk_size(direction, 65536)
        self.command(CLIENT, "connect", 1, {"app": "live", "tcUrl": "rtmp://192.0.2.2/live"})
        self.command(SERVER, "_result", 1, {"fmsVer": "FMS/3,0,1,123"}, {"code": "NetConnection.Connect.Success"})
        self.command(CLIENT, "createStream", 2, None)
        self.command(SERVER, "_result", 2, None, 1.0)
        self.command(CLIENT, "publish", 3, None, "x", "live", stream=1)
        self.command(SERVER, "onStatus", 0, None, {"level": "status", "code": "NetStream.Publish.Start"}, stream=1)
        if metadata is not None:
            self.metadata(metadata, wrapped)
        if headers:
            self.video_header(AVC_320)
            self.audio(0, 0, bytes.fromhex("af00" + AAC_48_STEREO))

    def command(self, direction, *values, stream=0):
        values = [float(value) if isinstance(value, int) else value for value in values]
        self.send(direction, COMMAND_AMF0, amf0_values(*values), None, chunk_stream_id=3, stream=stream)

    def metadata(self, metadata, wrapped=True):
        values = (("@setDataFrame",) if wrapped else ()) + ("onMetaData", metadata)
        self.send(CLIENT, DATA_AMF0, amf0_values(*values), None, chunk_stream_id=4, stream=1)

    def video_header(self, configuration):
        body = bytes.fromhex("1700000000" + configuration)
        self.send(CLIENT, VIDEO, body, None, chunk_stream_id=6, stream=1)

    def audio(self, at, timestamp, body=b"\xaf\x01" + bytes(100)):
        self.at(BEGIN + at if at else 0)
        self.send(CLIENT, AUDIO, body, None, chunk_stream_id=5, stream=1, time=round(timestamp))

    def video(self, at, timestamp, key=False, flag=None, composition=0, size=500):
        self.at(BEGIN + at)
        flag = key if flag is None else flag
        picture = (size.to_bytes(4, "big") + (b"\x65" if key else b"\x41")).ljust(size + 4, b"\x00")
        body = (b"\x17" if flag else b"\x27") + b"\x01" + (composition & 0xFFFFFF).to_bytes(3, "big") + picture
        self.send(CLIENT, VIDEO, body, None, chunk_stream_id=6, stream=1, time=round(timestamp))

    def run(self, begin, end, arrives=None, stamped=None, audio_rate=1.0, keys=50, audio=True, lost=None, **picture):
        """Frames of media time `begin` to `end`, in seconds; as they are made, or as the functions of milliseconds say. `picture`:
        functions of the frame's number, for what video() wants besides."""
        times = [(number * FRAME, VIDEO, number) for number in range(int(begin * 1000 / FRAME), int(end * 1000 / FRAME))]
        if audio:
            length = SAMPLES / audio_rate
            times += [(number * length, AUDIO, number) for number in range(int(begin * 1000 / length) + 1, int(end * 1000 / length))]
        for time, type_id, number in sorted(times):
            at = arrives(time) if arrives else time
            timestamp = stamped(time) if stamped else time
            if type_id == AUDIO:
                self.audio(at, timestamp)
            elif not (lost and lost(number)):
                more = {name: function(number) for name, function in picture.items()}
                self.video(at, timestamp, key=number % keys == 0, **more)
        return self


def late(time):
    """On time for 10 s, then at half the speed."""
    return time if time < 10_000 else 10_000 + (time - 10_000) * 2


def fast(time):
    return time if time < 16_000 else 16_000 + (time - 16_000) / 1.5


def paused(time):
    return time if time < 10_000 else time + 4000


def irregular(time):
    return time + (0 if int(time / 1000) % 2 else 700 - time % 1000 * 0.7)


def changed():
    session = Publisher().run(0, 3)
    session.video_header(AVC_OTHER)
    return session.run(3, 6)


def late_metadata(**options):
    session = Publisher(metadata=None).run(0, 3)
    session.metadata(METADATA, **options)
    return session.run(3, 4)


# Id: a function that makes the session.
SESSIONS = {
    "starved": lambda: Publisher().run(0, 20, late),
    "too_fast": lambda: Publisher().run(0, 40, fast),
    "media_pause": lambda: Publisher().run(0, 14, paused),
    "jitter": lambda: Publisher().run(0, 25, irregular),
    "interleave_wide": lambda: Publisher().run(0, 14, stamped=lambda time: time if time % FRAME == 0 else time + 800),
    "av_drift": lambda: Publisher().run(0, 160, audio_rate=1, stamped=lambda time: time * 0.999 if time % FRAME == 0 else time),
    "audio_clock": lambda: Publisher().run(0, 30, audio_rate=1.01),
    "frame_rate_drop": lambda: Publisher().run(0, 40, lost=lambda number: number > 600 and number % 2 == 1),
    "frames_missing": lambda: Publisher().run(0, 30, lost=lambda number: number > 250 and number % 20 == 1),
    "bitrate_drop": lambda: Publisher().run(0, 50, size=lambda number: 2000 if number < 700 else 500),
    "buffer_need": lambda: Publisher().run(0, 14, paused),
    "track_silent": lambda: Publisher().run(0, 20, lost=lambda number: number > 250),
    "key_distance": lambda: Publisher().run(0, 20, keys=250),
    "open_gop": lambda: Publisher().run(0, 14, composition=lambda number: (120, 40)[number % 50 == 1]),
    "key_flag_contradicts": lambda: Publisher().run(0, 5, flag=lambda number: number % 25 == 0),
    "time_back": lambda: Publisher().run(0, 14, stamped=lambda time: time if time < 12_000 else time - 500),
    "time_jump": lambda: Publisher().run(0, 14, stamped=lambda time: time if time < 12_000 else time + 5000),
    "time_frozen": lambda: Publisher().run(0, 14, audio=False, stamped=lambda time: min(time, 12_000) if time < 12_400 else time),
    "time_wrap": lambda: Publisher().run(0, 14, stamped=lambda time: time + (1 << 24) - 12_000),
    "presentation_before_decoding": lambda: Publisher().run(0, 5, composition=lambda number: -40 if number == 90 else 0),
    "header_missing": lambda: Publisher(headers=False).run(0, 2),
    "header_changed": changed,
    "metadata_missing": lambda: Publisher(metadata=None).run(0, 3),
    "metadata_late": late_metadata,
    "metadata_unwrapped": lambda: Publisher(wrapped=False).run(0, 2),
    "metadata_contradicts": lambda: Publisher(METADATA | {"width": 640.0}).run(0, 2),
}  # fmt: skip
IDS = set(SESSIONS)
ROWS.extend(SESSIONS.items())
