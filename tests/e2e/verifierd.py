"""Starts and stops earshot-verifierd for the end-to-end tests. Standard library only."""
import json
import pathlib
import re
import shutil
import signal
import ssl
import subprocess
import tempfile
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Verifierd:
    """One service in a directory of its own; start() it as often as it is stopped or killed."""

    def __init__(self, bin_dir, directory=None, port=0, node="http://127.0.0.1:9", virtual=False, extra="",
                 reserve_bytes=0, http="", store="", tls=None):
        """With `tls`, a Tls of certificates.py, it serves https."""
        self.program = pathlib.Path(bin_dir) / "earshot-verifierd"
        self.directory = pathlib.Path(directory or tempfile.mkdtemp(prefix="verifierd-"))
        self.config = self.directory / "verifierd.toml"
        self.errors = self.directory / "stderr"
        self.process = None
        self.port = None
        self.scheme = "https" if tls else "http"
        self.trust = tls and ssl.create_default_context(cafile=tls.ca)
        if tls:
            http += f'tls_certificate = "{tls.certificate}"\ntls_key = "{tls.key}"\n'
        self.config.write_text(
            f'network = 31337\npolicy_file = "{ROOT}/rewards/policies/earshot-1.toml"\n'
            f'[http]\nport = {port}\ndrain_seconds = 5\n{http}'
            f'[ingest]\nkey_requests_per_second = 0\nstrangers_per_second = 0\n'
            f'[store]\ndirectory = "{self.directory}/store"\nreserve_bytes = {reserve_bytes}\n{store}'
            f'[chain]\nrpc_url = "{node}"\ntimeout_seconds = 1\n'
            f'[simulation]\nvirtual_clock = {"true" if virtual else "false"}\n{extra}')

    def start(self):
        with open(self.errors, "a") as errors:
            self.process = subprocess.Popen([self.program, "serve", "-c", self.config], stderr=errors,
                                            stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        match = re.fullmatch(rf"listening on {self.scheme}://127\.0\.0\.1:(\d+)\n", line)
        if not match:
            raise AssertionError(f"verifierd did not start: {line!r}, {self.errors.read_text()}")
        self.port = int(match[1])
        return self

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def log(self):
        return self.errors.read_text()

    def request(self, path, body=None, content_type="application/octet-stream"):
        """(status, parsed JSON or bytes, headers)"""
        request = urllib.request.Request(f"{self.scheme}://127.0.0.1:{self.port}{path}", data=body)
        if body is not None:
            request.add_header("Content-Type", content_type)
        try:
            answer = urllib.request.urlopen(request, timeout=30, context=self.trust)
        except urllib.error.HTTPError as error:
            answer = error
        data = answer.read()
        if "json" in answer.headers.get("Content-Type", ""):
            data = json.loads(data)
        return answer.status, data, answer.headers

    def remove(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)
