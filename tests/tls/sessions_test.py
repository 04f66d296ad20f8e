"""RTMP in TLS sessions of every kind gives the same messages as without TLS.

    sessions_test.py PROGRAM
"""

import ssl
import sys
import unittest

import carried
from carried import LONG_SAMPLE, SAMPLE
from program import Program
from session import CLIENT, SERVER, Session
from tls_session import NO_ENCRYPT_THEN_MAC, certificate

V1_0, V1_1, V1_2, V1_3 = (
    ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
)
SUITES_1_3 = (
    "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_CCM_SHA256",
    "TLS_AES_128_CCM_8_SHA256",
)


def suites(names, without_encrypt_then_mac=False):
    def prepare(client, server):
        for context in (client, server):
            context.set_ciphers(f"{names}:@SECLEVEL=0")
            if without_encrypt_then_mac:
                context.options |= NO_ENCRYPT_THEN_MAC

    return prepare


class SessionsTest(unittest.TestCase):
    program: Program

    def plain(self, sample):
        return carried.messages(self.program.events(sample))

    def assert_same(self, session, sample=SAMPLE):
        events = carried.analyzed(self.program, session)
        self.assertEqual(carried.by_direction(carried.messages(events)), carried.by_direction(self.plain(sample)))
        opened = [event for event in events if event.get("event") == "connection_open"]
        self.assertEqual([event.get("transport") for event in opened], ["rtmps"])
        opening = next(event for event in events if event.get("event") == "tls")
        self.assertEqual(opening.get("keys"), "found")
        self.assertEqual([event for event in events if event.get("event") == "finding"], [])
        return opening, events

    def test_the_sample_has_messages_of_both_sides(self):
        for sample in (SAMPLE, LONG_SAMPLE):
            self.assertTrue(all(carried.by_direction(self.plain(sample)).values()))

    def test_every_suite_of_tls_1_3(self):
        for name in SUITES_1_3:
            with self.subTest(name):
                session = carried.made(version=V1_3, prepare=carried.set_1_3_suite(name))
                opening, _ = self.assert_same(session)
                self.assertEqual((opening.get("version"), opening.get("cipher_suite")), ("tls_1_3", name))
                self.assertEqual(opening.get("certificates")[0].get("names"), ["media.example"])

    def test_every_suite_up_to_tls_1_2(self):
        seen = set()
        for pem in (certificate(), certificate(kind="rsa")):
            for name in carried.suites_up_to_1_2():
                for version, in_old_order in ((V1_2, False), (V1_2, True), (V1_1, True), (V1_0, True), (V1_0, False)):
                    session = self.session_up_to_1_2(pem, name, version, in_old_order)
                    if session is None:
                        continue
                    with self.subTest(name, version=version, in_old_order=in_old_order):
                        opening, _ = self.assert_same(session)
                        cbc = "_CBC_" in opening.get("cipher_suite")
                        self.assertEqual(opening.get("encrypt_then_mac"), True if cbc and not in_old_order else None)
                        self.assertTrue(opening.get("extended_master_secret"))
                        seen.add((opening.get("version"), opening.get("cipher_suite"), in_old_order))
        self.assertGreaterEqual(len(seen), 60)
        self.assertEqual({version for version, _, _ in seen}, {"tls_1_0", "tls_1_1", "tls_1_2"})
        for kind in ("_128_GCM_", "_256_GCM_", "_128_CCM", "_CCM_8", "CHACHA20", "_CBC_SHA256", "_CBC_SHA384"):
            self.assertTrue(any(kind in suite for _, suite, _ in seen), kind)

    @staticmethod
    def session_up_to_1_2(pem, name, version, in_old_order):
        """None: not for this certificate or version."""
        try:
            prepare = suites(name, in_old_order)
            return carried.made(pem=pem, version=version, prepare=prepare)
        except ssl.SSLError:
            return None

    def test_any_segments(self):
        for version in (V1_2, V1_3):
            for size in (1, 5, 37, 1000, 60_000):
                with self.subTest(version=version, size=size):
                    self.assert_same(carried.made(version=version, segment_size=size))

    def test_a_long_conversation(self):
        for version in (V1_2, V1_3):
            with self.subTest(version=version):
                self.assert_same(carried.made(LONG_SAMPLE, version=version), LONG_SAMPLE)

    def test_resumed_sessions(self):
        for version in (V1_2, V1_3):
            with self.subTest(version=version):
                first = carried.made(version=version)
                self.assertIsNone(self.assert_same(first)[0].get("resumed"))
                second = carried.made(version=version, resumes=first)
                self.assertTrue(second.ends[CLIENT].session_reused)
                self.assertTrue(self.assert_same(second)[0].get("resumed"))

    def test_hello_retry(self):
        def prepare(_, server):
            server.set_ecdh_curve("secp384r1")

        session = carried.made(version=V1_3, prepare=prepare)
        self.assertTrue(self.assert_same(session)[0].get("hello_retry"))

    def test_key_updates(self):
        def update(session, number):
            if number % 3 == 1:
                carried.update_keys(session, CLIENT, asks_for_reply=number % 2 == 0)
            if number % 4 == 2:
                carried.update_keys(session, SERVER)

        session = carried.made(LONG_SAMPLE, version=V1_3, between=update)
        _, events = self.assert_same(session, LONG_SAMPLE)
        updates = [event for event in events if event.get("event") == "tls_key_update"]
        self.assertEqual({event.get("direction") for event in updates}, {CLIENT, SERVER})
        self.assertGreater(len(updates), 10)

    def test_the_totals_are_those_of_the_content(self):
        session = carried.made()
        events = carried.analyzed(self.program, session)
        total = next(event for event in events if event.get("event") == "tls_end")
        for direction in (CLIENT, SERVER):
            size = sum(len(data) for way, data in carried.conversation(SAMPLE) if way == direction)
            self.assertEqual(total.get(direction).get("content_bytes"), size)

    def test_behind_an_http_proxy(self):
        def ask(session):
            session.raw(CLIENT, b"CONNECT media.example:443 HTTP/1.1\r\nHost: media.example\r\n\r\n")
            session.raw(SERVER, b"HTTP/1.1 407 Who are you\r\nContent-Length: 3\r\n\r\nwho")
            session.raw(CLIENT, b"CONNECT media.example:443 HTTP/1.1\r\nProxy-Authorization: Basic YTpi\r\n\r\n")
            session.raw(SERVER, b"HTTP/1.1 200 Connection established\r\n\r\n")

        def told(events):
            asked = [event for event in events if event.get("event") == "http_connect"]
            return [(event.get("host"), event.get("port"), event.get("status")) for event in asked]

        answers = [("media.example", 443, 407), ("media.example", 443, 200)]
        _, events = self.assert_same(carried.made(port=3128, version=V1_3, opening=ask))
        self.assertEqual(told(events), answers)
        plain = Session(port=3128, handshake=False)
        ask(plain)
        for direction, data in carried.conversation(SAMPLE):
            plain.raw(direction, data)
        plain.end()
        events = carried.analyzed(self.program, plain, keys=False)
        self.assertEqual(carried.by_direction(carried.messages(events)), carried.by_direction(self.plain(SAMPLE)))
        self.assertEqual(told(events), answers)

    def test_without_keys_the_session_is_told_by_its_shape(self):
        for version in (V1_2, V1_3):
            for names in ("ECDHE+AESGCM", "ECDHE+AES128+SHA"):
                session = carried.made(version=version, port=8443, prepare=suites(names))
                events = carried.analyzed(self.program, session, keys=False)
                opened = [event.get("transport") for event in events if event.get("event") == "connection_open"]
                self.assertEqual(opened, ["rtmps"])
                opening = next(event for event in events if event.get("event") == "tls")
                self.assertEqual((opening.get("keys"), opening.get("likeness")), ("none_given", "high"))


if __name__ == "__main__":
    SessionsTest.program = Program(sys.argv.pop(1))
    unittest.main()
