#!/usr/bin/env python3
"""Files at URLs, from a server of this test on 127.0.0.1, which also lies, breaks connections and changes files.

usage: http_test.py TRUENO
"""
import http.server
import json
import os
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

TRUENO = str(pathlib.Path(sys.argv.pop(1)).resolve())
TEXT = "a,b\n" + "".join(f"{i},text {i}\n" for i in range(400_000))  # several blocks
SUM = str(sum(range(400_000)))


class Handler(http.server.BaseHTTPRequestHandler):
    """The first part of a path says how the server behaves."""
    protocol_version = "HTTP/1.1"
    requests = {}
    lock = threading.Lock()

    def log_message(self, *unused):
        pass

    def count(self):
        with self.lock:
            self.requests[self.path] = self.requests.get(self.path, 0) + 1
            return self.requests[self.path]

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        number = self.count()
        how = self.path.split("/")[1]
        data = TEXT.encode()
        if how == "missing":
            return self.answer(404)
        if how == "closed":
            return self.answer(403)
        if how == "busy" and number < 3:
            return self.answer(503)
        if how == "always_busy":
            return self.answer(503)
        if how == "moved":
            return self.answer(302, Location="/plain/t.csv")
        if how == "elsewhere":
            return self.answer(302, Location="file:///etc/passwd")
        if how == "empty":
            return self.answer(416, Content_Range="bytes */0")
        if how == "json":
            data = b"".join(json.dumps({"a": i}).encode() + b"\n" for i in range(1000))
        if how == "no_ranges":
            return self.answer(200, data)
        if how == "slow":
            time.sleep(0.2)
        etag = '"v1"'
        if how in ("changes", "changes_silently") and number > 1:
            data, etag = data.replace(b"text", b"TEXT"), '"v2"'
        if how == "changes" and self.headers.get("If-Match") not in (None, etag):
            return self.answer(412)
        first, last = map(int, re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"]).groups())
        last = min(last, len(data) - 1)
        body = data[first:last + 1]
        headers = {"Content_Range": f"bytes {first}-{last}/{len(data)}", "ETag": etag}
        if how == "drops" and number % 2 == 0:
            self.send_response(206)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Range", headers["Content_Range"])
            self.end_headers()
            self.wfile.write(body[:len(body) // 2])
            self.close_connection = True
            return None
        if how == "wrong_place" and number > 1:
            headers["Content_Range"] = f"bytes {first + 1}-{last + 1}/{len(data) + 1}"
        if how == "wrong_begin" and number > 1:
            headers["Content_Range"] = f"bytes 0-{last - first}/{len(data)}"
        if how == "too_much" and number > 1:
            body += b"more"
        if how == "too_little" and number > 1:
            body = body[:-1]
        if how == "no_content_range":
            del headers["Content_Range"]
        if how == "grows" and number > 1:
            headers["Content_Range"] = f"bytes {first}-{last}/{len(data) + 100}"
            del headers["ETag"]
        return self.answer(206, body, **headers)


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, address):
        if not isinstance(sys.exc_info()[1], ssl.SSLError):  # a client that does not believe the certificate hangs up
            super().handle_error(request, address)


class Http(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.base = f"http://127.0.0.1:{cls.server.server_port}"
        cls.environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()

    def setUp(self):
        Handler.requests.clear()

    def run_sql(self, statement):
        return subprocess.run([TRUENO, "--format", "csv", "--no-footer", "-c", statement], capture_output=True, text=True, timeout=120,
                              env=self.environment)

    def value(self, statement):
        outcome = self.run_sql(statement)
        self.assertEqual(outcome.returncode, 0, outcome.stderr)
        return outcome.stdout.splitlines()[1]

    def failure(self, statement):
        outcome = self.run_sql(statement)
        self.assertEqual(outcome.returncode, 1, outcome.stdout)
        self.assertNotIn("Internal error", outcome.stderr)
        return outcome.stderr

    def sum_of(self, how):
        return f"SELECT sum(a) FROM '{self.base}/{how}/t.csv'"

    def test_files_are_read_in_ranges(self):
        self.assertEqual(self.value(self.sum_of("plain")), SUM)
        requests = Handler.requests["/plain/t.csv"]
        self.assertLess(requests, 30, "blocks, not rows")
        self.assertEqual(self.value(f"SELECT sum(a) FROM read_json(['{self.base}/json/1.json', '{self.base}/json/2.json?key=x'])"), "999000")

    def test_what_passes_is_tried_again(self):
        for how in ("busy", "drops", "slow", "moved"):
            with self.subTest(how=how):
                self.assertEqual(self.value(self.sum_of(how)), SUM)

    def test_servers_without_ranges_are_read_whole_and_once(self):
        self.assertEqual(self.value(self.sum_of("no_ranges")), SUM)
        self.assertEqual(Handler.requests["/no_ranges/t.csv"], 1)

    def test_failures_are_typed(self):
        self.assertIn("no file", self.failure(self.sum_of("missing")))
        self.assertIn("the server says 403", self.failure(self.sum_of("closed")))
        self.assertIn("the server says 503", self.failure(self.sum_of("always_busy")))
        self.assertEqual(Handler.requests["/always_busy/t.csv"], 4)
        self.assertIn("IO error", self.failure(self.sum_of("elsewhere")))
        self.assertIn("servers do not list files", self.failure(f"FROM '{self.base}/plain/*.csv'"))
        self.assertIn("URLs are only read", self.failure(f"COPY (SELECT 1) TO '{self.base}/plain/t.csv'"))

    def test_nobody_listens(self):
        self.server_less = "http://127.0.0.1:9"
        self.assertIn("IO error", self.failure(f"FROM '{self.server_less}/t.csv'"))

    def test_a_file_that_changes_is_an_error(self):
        for how in ("changes", "changes_silently", "grows"):
            with self.subTest(how=how):
                self.assertIn("changed while it was read", self.failure(self.sum_of(how)))

    def test_ranges_are_not_believed(self):
        for how in ("wrong_place", "wrong_begin", "too_much", "too_little", "no_content_range"):
            with self.subTest(how=how):
                self.assertRegex(self.failure(self.sum_of(how)), "changed while|was asked for|sends")

    def test_an_empty_file_has_no_rows(self):
        self.assertEqual(self.value(f"SELECT count(*) FROM read_json('{self.base}/empty/t.json')"), "0")


class Https(Http):
    """All of it once more over TLS, from a server whose certificate is its own authority."""
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.TemporaryDirectory()
        cls.certificate, key = f"{cls.folder.name}/certificate.pem", f"{cls.folder.name}/key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cls.certificate], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cls.certificate, key)
        cls.server.socket = context.wrap_socket(cls.server.socket, server_side=True, do_handshake_on_connect=False)
        cls.base = cls.base.replace("http:", "https:")
        cls.environment |= {"CURL_CA_BUNDLE": cls.certificate}

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.folder.cleanup()

    def test_a_server_that_nobody_vouches_for_is_refused(self):
        strangers = {name: value for name, value in self.environment.items() if name not in ("CURL_CA_BUNDLE", "SSL_CERT_FILE")}
        self.addCleanup(setattr, self, "environment", self.environment)
        self.environment = strangers
        self.assertRegex(self.failure(self.sum_of("plain")), "IO error: .*certificate")
        self.environment = strangers | {"SSL_CERT_FILE": self.certificate}
        self.assertEqual(self.value(self.sum_of("plain")), SUM)
        self.environment = strangers | {"CURL_CA_BUNDLE": f"{self.folder.name}/nothing.pem"}
        self.assertRegex(self.failure(self.sum_of("plain")), "IO error: .*CA")
        self.assertEqual(Handler.requests.keys(), {"/plain/t.csv"})

    def test_a_server_by_another_name_is_refused(self):
        self.addCleanup(setattr, self, "base", self.base)
        self.base = self.base.replace("127.0.0.1", "localhost")
        self.assertRegex(self.failure(self.sum_of("plain")), "IO error: .*(certificate|peer)")


if __name__ == "__main__":
    unittest.main()
