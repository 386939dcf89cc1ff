#!/usr/bin/env python3
"""earshot-hotspotd as its owner meets it: keys, configuration, doctor, devices, listen, calibrate, status, and a run in
real time on the virtual air. Standard library only.

hotspotd_test.py BIN_DIR SOURCE_DIR
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BINARIES = pathlib.Path(sys.argv.pop(1)).resolve()
SOURCE = pathlib.Path(sys.argv.pop(1)).resolve()
PATIENCE = 180
ENVIRONMENT = {**os.environ, "SOAPY_SDR_ROOT": "/nonexistent", "SOAPY_SDR_PLUGIN_PATH": str(BINARIES.parent / "soapy")}

CONFIG = """
[hotspot]
key_file = "{folder}/key"
state_directory = "{folder}/state"
region = "EU868"
[verifier]
url = "http://127.0.0.1:9"
network = 31337
timeout_s = 5
[source]
device = "driver=earshot_air,ether=hotspotd-{process},nf=6"
rate_hz = 1000000
gain = {{ LNA = 20, VGA = 0 }}
[status]
listen = "127.0.0.1:{port}"
[calibration]
full_scale_dbm = -40.0
"""


class Hotspotd(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)
        self.config = self.folder / "config.toml"
        self.write_config(0)

    def write_config(self, port):
        self.config.write_text(CONFIG.format(folder=self.folder, process=os.getpid(), port=port))

    def run_it(self, *words, code=0):
        result = subprocess.run([BINARIES / "earshot-hotspotd", *map(str, words)], capture_output=True, text=True,
                                timeout=PATIENCE, env=ENVIRONMENT)
        self.assertEqual(result.returncode, code, (words, result.stdout, result.stderr))
        return result.stdout

    def make_key(self):
        return json.loads(self.run_it("key", "new", self.folder / "key", "--json"))

    def test_keys_are_private_named_and_come_back_from_a_backup(self):
        made = self.make_key()
        self.assertRegex(made["name"], r"^[a-z]+-[a-z]+-[a-z]+$")
        self.assertEqual((self.folder / "key").stat().st_mode & 0o777, 0o600)
        self.run_it("key", "new", self.folder / "key", code=2)
        self.run_it("key", "backup", self.folder / "key", self.folder / "backup")
        (self.folder / "key").unlink()
        restored = json.loads(self.run_it("key", "restore", self.folder / "backup", self.folder / "key", "--json"))
        self.assertEqual(restored["hotspot"], made["hotspot"])
        (self.folder / "key").chmod(0o640)
        self.run_it("key", "show", self.folder / "key", code=77)

    def test_the_example_is_valid(self):
        self.run_it("config", "check", "-c", SOURCE / "hotspot/hotspotd.example.toml")

    def test_devices_tells_what_a_driver_has(self):
        found = json.loads(self.run_it("devices", "driver=earshot_air", "--json"))
        self.assertEqual([gain["name"] for gain in found[0]["gains"]], ["LNA", "VGA"])
        self.run_it("devices", "serial=1", code=78)
        self.run_it("devices", "driver=nobody_has_this", code=69)

    def test_doctor_finds_what_is_wrong_and_what_is_not(self):
        self.make_key()
        findings = {one["what"]: one for one in json.loads(self.run_it("doctor", "-c", self.config, "--json", code=1))}
        self.assertEqual(findings["verifier"]["health"], "bad")
        for what in ("key", "region", "device", "samples"):
            self.assertEqual(findings[what]["health"], "good", findings)
        (self.folder / "key").chmod(0o644)
        self.assertIn("BAD  key", self.run_it("doctor", "-c", self.config, code=1))

    def test_calibrate_finds_full_scale_in_the_noise(self):
        found = json.loads(self.run_it("calibrate", "-c", self.config, "--noise-figure", "6", "--json"))
        self.assertAlmostEqual(found["full_scale_dbm"], -20 - 20, delta=0.3)

    def test_listen_shows_the_spectrum(self):
        lines = self.run_it("listen", "-c", self.config, "--seconds", "2.5", "--json").splitlines()
        spectra = [json.loads(line)["spectrum_dbfs"] for line in lines if "spectrum" in line]
        self.assertGreaterEqual(len(spectra), 1)
        # -114 dBm of noise in 1 MHz and 64 parts, full scale -40 dBm.
        self.assertAlmostEqual(sum(spectra[0]) / 64, -173.975 + 6 + 60 - 18.06 + 40, delta=1)
        self.assertIn("floor", self.run_it("listen", "-c", self.config, "--seconds", "1.5"))

    def test_listen_shows_anybodys_frames_from_a_recording(self):
        recording = self.folder / "frame_868.3M_1000k.cf32"
        subprocess.run([BINARIES / "earshot", "iq", "encode", "--sf", "9", "--bw", "125000", "--cr", "4/5", "--payload",
                        "c0ffee", "--rate", "1000000", "--sync", "12", "--format", "cf32", "-o", recording],
                       check=True, timeout=PATIENCE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # A pause after it: 0.3 s.
        with open(recording, "ab") as samples:
            samples.write(bytes(8 * 300_000))
        self.config.write_text(re.sub(r'device = .*', f'device = "driver=earshot_file,path={recording}"',
                                      re.sub(r"gain = .*", "", self.config.read_text())))
        lines = self.run_it("listen", "-c", self.config, "--seconds", "2", "--json").splitlines()
        frames = [json.loads(line) for line in lines if "payload" in line]
        self.assertGreaterEqual(len(frames), 1, lines)
        self.assertEqual((frames[0]["payload"], frames[0]["sf"], frames[0]["sync"], frames[0]["crc_ok"]),
                         ("c0ffee", 9, "12", True))
        self.assertAlmostEqual(frames[0]["rssi_dbm"], -40 - 6.02, delta=0.3)  # encode leaves half of the range
        self.assertEqual(frames[0]["freq_hz"], 868_300_000)

    def test_run_in_real_time_tells_how_it_is_and_ends_when_asked(self):
        self.make_key()
        log = self.folder / "log"
        with open(log, "w") as errors:
            process = subprocess.Popen([BINARIES / "earshot-hotspotd", "run", "-c", self.config], stderr=errors,
                                       env=ENVIRONMENT)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        deadline = time.monotonic() + PATIENCE
        while not re.search(r"status at", log.read_text()):
            self.assertLess(time.monotonic(), deadline, log.read_text())
            time.sleep(0.1)
        self.write_config(re.search(r"status at http://127\.0\.0\.1:(\d+)/", log.read_text())[1])
        status = {}
        while not status.get("radio", {}).get("hears"):
            self.assertLess(time.monotonic(), deadline, (status, log.read_text()))
            status = json.loads(self.run_it("status", "-c", self.config, "--json"))
        self.assertGreater(status["radio"]["samples"], 0)
        self.assertGreater(status["clock"]["error_s"], 0)
        self.assertIn("radio hears", self.run_it("status", "-c", self.config))
        # The state directory is its own.
        self.run_it("onboard", "file", "-c", self.config, code=69)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=PATIENCE), 0, log.read_text())
        self.run_it("status", "-c", self.config, code=69)


if __name__ == "__main__":
    unittest.main()
