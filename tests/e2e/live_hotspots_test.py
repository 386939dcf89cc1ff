#!/usr/bin/env python3
"""Two hotspot daemons on the virtual air and a verifier: one beacons, the other hears it, reports it, and the verifier
takes header and body. On a virtual clock that waits for everybody, so that no load of the machine changes what happens.

live_hotspots_test.py BIN_DIR SOURCE_DIR
"""
import json
import math
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

from anvil import Anvil, find_anvil
from verifierd import Verifierd

BINARIES = pathlib.Path(sys.argv.pop(1)).resolve()
SOURCE = pathlib.Path(sys.argv.pop(1)).resolve()
sys.path.insert(0, str(SOURCE / "scripts"))
from one_machine.plan import Site, hotspot_text  # noqa: E402

DAY = 86_400
PATIENCE = 300
METERS = 5_000
TRAFFIC = ("earshot_http_connections_total", "earshot_http_requests_total")
OWNER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"  # Anvil's first account, which it signs for.


def iso(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


class Hotspot:
    """A daemon with its folder, at a place on flat ground."""

    def __init__(self, folder, site, verifier):
        self.folder = folder / site.name
        self.folder.mkdir()
        self.site, self.verifier = site, verifier
        self.config = self.folder / "hotspotd.toml"
        self.log_file = self.folder / "log"
        self.process = None
        made = self.run("key", "new", self.folder / "key")
        assert made.returncode == 0, made.stderr
        self.configure("")

    def configure(self, air):
        self.config.write_text(hotspot_text(self.site, self.folder, self.verifier, OWNER, air, moves_clock=True,
                                            window_rounds=1, timeout_s=120))

    def environment(self):
        return {**os.environ, "SOAPY_SDR_ROOT": "/nonexistent",
                "SOAPY_SDR_PLUGIN_PATH": str(BINARIES.parent / "soapy")}

    def run(self, *words):
        return subprocess.run([BINARIES / "earshot-hotspotd", *map(str, words)], capture_output=True, text=True,
                              timeout=PATIENCE, env=self.environment())

    def start(self, air):
        self.configure(air)
        with open(self.log_file, "a") as log:
            self.process = subprocess.Popen([BINARIES / "earshot-hotspotd", "run", "-c", self.config], stderr=log,
                                            env=self.environment())

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def log(self):
        return self.log_file.read_text()

    def status(self):
        address = re.findall(r"status at (http://\S+)", self.log())[-1]
        return json.load(urllib.request.urlopen(address, timeout=PATIENCE))

    def metrics(self):
        address = re.findall(r"status at (http://\S+)/status", self.log())[-1]
        return urllib.request.urlopen(address + "/metrics", timeout=PATIENCE).read().decode()


class LiveHotspots(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not find_anvil().exists():
            raise unittest.SkipTest(f"no anvil at {find_anvil()}")
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="earshot-live-"))
        cls.midnight = (int(time.time()) // DAY + 1) * DAY
        cls.node = Anvil(cls.midnight - 7200)
        policy = (SOURCE / "rewards/policies/earshot-1.toml").read_text()
        policy = policy.replace("window_rounds = 360 ", "window_rounds = 1 ")
        policy = policy.replace("max_spreading_factor = 10 ", "max_spreading_factor = 8 ")
        (cls.folder / "policy.toml").write_text(policy)
        cls.verifier = Verifierd(BINARIES, node=cls.node.url, virtual=True)
        text = cls.verifier.config.read_text()
        cls.verifier.config.write_text(
            text.replace(f"{SOURCE}/rewards/policies/earshot-1.toml", f"{cls.folder}/policy.toml"))
        cls.verifier.start()
        # The chain's block after the commitment is final before the epoch opens.
        for before in (3300, 2400, 1500, 600):
            cls.move_clock(cls.midnight - before)
            cls.node.pass_time(900)
            cls.node.pass_time(1)
        url = f"http://127.0.0.1:{cls.verifier.port}"
        cls.sender = Hotspot(cls.folder, Site("sender", True, METERS, 0, 0), url)
        cls.witness = Hotspot(cls.folder, Site("witness", False, 0, 0, 0), url)

    @classmethod
    def tearDownClass(cls):
        for hotspot in (cls.sender, cls.witness):
            hotspot.kill()
        cls.verifier.remove()
        cls.node.stop()
        shutil.rmtree(cls.folder)

    @classmethod
    def move_clock(cls, seconds):
        status, body, _ = cls.verifier.request("/v1/simulation/clock", b'{"unix_ns":"%d"}' % (seconds * 10**9))
        assert status == 200, body

    @classmethod
    def counted(cls, name):
        """The sum of a counter of the verifier over its labels."""
        text = cls.verifier.request("/metrics")[1].decode()
        return sum(int(value) for value in re.findall(rf"^{name}(?:{{.*}})? (\d+)$", text, re.M))

    def air(self, start, members):
        return f",ether=live-{os.getpid()},clock=virtual,members={members},start={iso(start)}"

    def onboard(self, hotspot):
        made = hotspot.run("onboard", "file", "-c", hotspot.config)
        self.assertEqual(made.returncode, 0, made.stderr)
        path = hotspot.folder / "onboarding.json"
        path.write_text(made.stdout)
        typed = json.loads(made.stdout)
        signature = self.node.call("eth_signTypedData_v4", OWNER, typed)
        wrong = signature[:20] + ("0" if signature[20] != "0" else "1") + signature[21:]
        refused = hotspot.run("onboard", "send", "-c", hotspot.config, path, wrong)
        self.assertEqual((refused.returncode, refused.stderr.count("\n")), (65, 1), refused.stderr)
        typed["message"]["transmits"] = not typed["message"]["transmits"]
        (hotspot.folder / "changed.json").write_text(json.dumps(typed))
        refused = hotspot.run("onboard", "send", "-c", hotspot.config, hotspot.folder / "changed.json", signature)
        self.assertEqual(refused.returncode, 65, refused.stderr)
        sent = hotspot.run("onboard", "send", "-c", hotspot.config, path, signature)
        self.assertEqual(sent.returncode, 0, sent.stderr)
        self.assertIn("was taken", sent.stdout)

    def wait_for(self, what, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            for hotspot in (self.sender, self.witness):
                self.assertIn(hotspot.process.poll(), (None, 0), hotspot.log())
            self.assertLess(time.monotonic(), deadline, what + "\n" + self.sender.log() + self.witness.log())
            time.sleep(0.1)

    def test_a_beacon_is_sent_heard_reported_and_acknowledged(self):
        self.onboard(self.sender)
        self.onboard(self.witness)
        connections, requests = map(self.counted, TRAFFIC)
        start = self.midnight + 40
        for hotspot in (self.sender, self.witness):
            hotspot.start(self.air(start, 2))
        self.wait_for("no header was acknowledged",
                      lambda: re.search(r"delivered [1-9]\d* headers", self.witness.log()))
        self.wait_for("no beacon was confirmed", lambda: "sent the beacon" in self.sender.log())
        heard = re.search(r"heard beacon ([0-9a-f]{32}) at (\S+) on (\d+) Hz, SF(\d+), (\S+) dBm", self.witness.log())
        sent = re.search(r"will send the beacon of round \d+ at (\S+) on (\S+) MHz, SF(\d+), (\S+) dBm conducted",
                         self.sender.log())
        self.assertEqual(int(heard[3]), round(float(sent[2]) * 1e6))
        self.assertEqual(heard[4], sent[3])
        loss = 20 * math.log10(4 * math.pi * METERS * int(heard[3]) / 299792458)
        self.assertAlmostEqual(float(heard[5]), float(sent[4]) + 2.15 - loss + 2.15, delta=1.0)
        # Once a second of the virtual clock.
        self.wait_for("the status does not show the report", lambda: self.witness.status()["frames"]["reports"] >= 1)
        self.assertTrue(self.witness.status()["radio"]["hears"])
        self.assertIn("earshot_hotspot_reports_total", self.witness.metrics())
        # Asked to stop while the other one goes on: time must not hang on either.
        self.assertEqual(self.witness.stop(), 0)
        self.assertEqual(self.sender.stop(), 0)
        # A connection for each daemon, and for each of the two questions after the counters.
        connections, requests = self.counted(TRAFFIC[0]) - connections, self.counted(TRAFFIC[1]) - requests
        self.assertLess(connections, requests / 2)
        # The body follows when the commit deadline is over: from disk, by another process.
        self.witness.start(self.air(self.midnight + 3600, 1))
        self.wait_for("no body was acknowledged",
                      lambda: re.search(r"delivered \d+ headers, [1-9]\d* bodies", self.witness.log()))
        self.assertEqual(self.witness.stop(), 0)
        self.sender.start(self.air(self.midnight + 3700, 1))
        self.wait_for("the beacon's own report was not acknowledged",
                      lambda: re.search(r"delivered \d+ headers, [1-9]\d* bodies", self.sender.log()))
        self.assertEqual(self.sender.stop(), 0)
        self.assertNotIn("refused", self.witness.log() + self.sender.log())


if __name__ == "__main__":
    unittest.main()
