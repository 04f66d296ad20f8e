"""TLS sessions between two ends in one process (Python's ssl, which is OpenSSL) as packets, and their keys."""

import datetime
import ssl
import tempfile
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from session import CLIENT, SERVER, START, Session

DAY = datetime.timedelta(days=1)
CAPTURE_TIME = datetime.datetime.utcfromtimestamp(START / 1e9)  # of the first packet
NO_ENCRYPT_THEN_MAC = 1 << 19  # SSL_OP_NO_ENCRYPT_THEN_MAC, which Python has no name for


@lru_cache
def certificate(name="media.example", valid_from=-DAY, valid_to=DAY, kind="ecdsa"):
    """PEM of a key and a certificate signed with it, valid from and to these times after the capture's first packet."""
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(CAPTURE_TIME + valid_from)
    builder = builder.not_valid_after(CAPTURE_TIME + valid_to)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    signed = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + signed.public_bytes(serialization.Encoding.PEM)


class TlsSession(Session):
    """`prepare(client, server)` may change both contexts before the handshake. Call `handshake_tls` first."""

    def __init__(self, port=1935, server_name="media.example", pem=None, version=None, prepare=None, resumes=None):
        super().__init__(port=port, handshake=False)
        self.keys = ""
        self.server_name = server_name
        self.segment_size = 1400
        with tempfile.TemporaryDirectory() as folder:
            pem_file = Path(folder) / "server.pem"
            pem_file.write_bytes(pem or certificate())
            self.key_log = tempfile.NamedTemporaryFile()
            client, server = resumes.contexts if resumes else (
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            )
            if not resumes:
                client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
                server.load_cert_chain(pem_file)
                for context in (client, server):
                    if version:
                        context.minimum_version = context.maximum_version = version
            client.keylog_filename = self.key_log.name
            if prepare:
                prepare(client, server)
        self.contexts = (client, server)
        self.incoming = {CLIENT: ssl.MemoryBIO(), SERVER: ssl.MemoryBIO()}  # by the side that reads
        self.outgoing = {CLIENT: ssl.MemoryBIO(), SERVER: ssl.MemoryBIO()}
        earlier = resumes.ends[CLIENT].session if resumes else None
        self.ends = {
            CLIENT: client.wrap_bio(self.incoming[CLIENT], self.outgoing[CLIENT], server_hostname=server_name,
                                    session=earlier),
            SERVER: server.wrap_bio(self.incoming[SERVER], self.outgoing[SERVER], server_side=True),
        }

    def handshake_tls(self, change=lambda direction, wire: wire):
        """`change` may change what is captured of each flight, not what the other end gets."""
        for _ in range(8):
            for direction in (CLIENT, SERVER):
                try:
                    self.ends[direction].do_handshake()
                except ssl.SSLWantReadError:
                    pass
                except ssl.SSLError:
                    self.transfer(direction, change)
                    self.keys = Path(self.key_log.name).read_text()
                    return False
                self.transfer(direction, change)
        self.keys = Path(self.key_log.name).read_text()
        for end in self.ends.values():  # tickets
            try:
                end.read(1)
            except ssl.SSLWantReadError:
                pass
        return True

    def write(self, direction, data, change=lambda wire: wire):
        """Application data of one side. `change` may change what is captured."""
        self.ends[direction].write(data)
        self.transfer(direction, lambda _, wire: change(wire))
        other = self.ends[SERVER if direction == CLIENT else CLIENT]
        received = b""
        while len(received) < len(data):
            received += other.read(1 << 20)
        assert received == data

    def transfer(self, direction, change=lambda direction, wire: wire):
        wire = self.outgoing[direction].read()
        if not wire:
            return
        self.incoming[SERVER if direction == CLIENT else CLIENT].write(wire)
        self.raw(direction, change(direction, wire), segment_size=self.segment_size)

    def close_tls(self):
        """Both sides say close_notify."""
        for direction in (CLIENT, SERVER):
            try:
                self.ends[direction].unwrap()
            except (ssl.SSLWantReadError, ssl.SSLError):
                pass
            self.transfer(direction)

    def leave_out(self, direction, size):
        """Bytes that were sent and acknowledged, and are not in the capture."""
        self.sequence[direction] = (self.sequence[direction] + size) & 0xFFFFFFFF
