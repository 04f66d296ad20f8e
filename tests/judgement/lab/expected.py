"""What must come out of a session, and the list of all sessions."""

from dataclasses import dataclass

SESSIONS = {}  # by name


@dataclass(frozen=True)
class Expected:
    """Of one connection. `causes`: any of them, where it is the kernel's choice what is on the wire (a FIN, or a reset
    if something was unread). `ended_by`: client, server, or None for nobody in the capture. `confidence`: at least.
    `findings` and `not_findings`: ids; those of the decoder, too. `above_note`: whether there may be any above note.
    `says`: must be in the sentence."""

    causes: tuple
    ended_by: str | None
    confidence: str
    findings: tuple = ()
    not_findings: tuple = ()
    above_note: bool = True
    says: str = ""


@dataclass(frozen=True)
class Session:
    name: str
    done: str  # what was done
    expected: tuple  # of each connection, in the order of their first packets
    quick: bool
    options: tuple  # of the program
    play: object  # function of a Stage


def session(done, *expected, quick=True, options=()):
    """Decorates a function that plays a session on a Stage; the function's name is the session's."""

    def add(function):
        SESSIONS[function.__name__] = Session(function.__name__, done, expected, quick, options, function)
        return function

    return add


def one(causes, ended_by, confidence, **more):
    """`causes` with blanks between."""
    return Expected(tuple(causes.split()), ended_by, confidence, **more)


# Ends that a person caused on purpose.
CLIENT_STOPPED = one("client_stopped", "client", "certain")
HEALTHY = one("client_stopped", "client", "certain", above_note=False)
# What ffmpeg's kernel says when the program is killed.
CLIENT_KILLED = one("client_closed client_vanished", "client", "likely", findings=("end_abrupt",))
SERVER_ENDED = one("server_closed server_reset", "server", "certain")
