#!/usr/bin/env python3
"""The SoapySDR drivers as strangers use them: SoapySDRUtil, and an unmodified rtl_433 that decodes another process's
burst and measures its level. Standard library only."""
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

BIN_DIR = pathlib.Path(sys.argv.pop(1))
sys.argv.pop(1)  # The source folder.
ENVIRONMENT = {**os.environ, "SOAPY_SDR_ROOT": "/nonexistent", "SOAPY_SDR_PLUGIN_PATH": str(BIN_DIR.parent / "soapy")}
ETHER = f"e2e-{os.getpid()}"
PATIENCE = 120

HERTZ = 433.93e6
METERS = 1000
POWER_DBM = 14
SECRET = "e3a1c5907f1234"
BITS = "10" * 40 + "".join(f"{byte:08b}" for byte in bytes.fromhex("2dd4" + SECRET)) + "0" * 8


def util(*arguments):
    result = subprocess.run(["SoapySDRUtil", *arguments], env=ENVIRONMENT, capture_output=True, text=True,
                            timeout=PATIENCE)
    return result.returncode, result.stdout + result.stderr


@unittest.skipUnless(shutil.which("SoapySDRUtil"), "soapysdr-tools is not installed")
class Util(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        path = pathlib.Path(cls.folder.name) / "g001_868.3M_1000k.cs8"
        path.write_bytes(bytes(range(256)) * 4096)
        cls.drivers = {"earshot_file": f"driver=earshot_file,path={path}",
                       "earshot_air": f"driver=earshot_air,ether={ETHER}-util"}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_finds_each_driver_when_asked_by_name_and_none_otherwise(self):
        for name, arguments in self.drivers.items():
            code, text = util(f"--find={arguments}")
            self.assertEqual(code, 0, text)
            self.assertIn(f"driver = {name}", text)
        self.assertIn("No devices found", util("--find")[1])

    def test_probes_what_they_can_do(self):
        text = util(f"--probe={self.drivers['earshot_file']}")[1]
        for fact in ["Channels: 1 Rx, 0 Tx", "Native format: CS16 [full-scale=32768]", "Sample rates: 1 MSps",
                     "868.3 MHz"]:
            self.assertIn(fact, text)
        text = util(f"--probe={self.drivers['earshot_air']}")[1]
        for fact in ["Channels: 1 Rx, 1 Tx", "Timestamps: YES", "Full-duplex: YES", "LNA gain range: [0, 40] dB"]:
            self.assertIn(fact, text)

    def test_streams_at_the_rate_that_was_asked_for(self):
        for arguments in self.drivers.values():
            process = subprocess.Popen(["SoapySDRUtil", f"--args={arguments}", "--rate=1e6", "--direction=RX"],
                                       env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            text = ""
            deadline = time.monotonic() + PATIENCE
            while "Msps\t" not in text and time.monotonic() < deadline:
                text += process.stdout.read(1)
            process.kill()
            process.wait()
            process.stdout.close()
            rate = re.search(r"([\d.]+) Msps\t", text)
            self.assertTrue(rate, text)
            # A loaded machine may lose some; nothing may come too fast.
            self.assertLess(float(rate[1]), 1.05)
            self.assertGreater(float(rate[1]), 0.2)

    def test_says_why_a_device_does_not_open(self):
        code, text = util("--probe=driver=earshot_file,path=/nonexistent/x_1M_1000k.cs8")
        self.assertNotEqual(code, 0)
        self.assertIn("/nonexistent/x_1M_1000k.cs8", text)


@unittest.skipUnless(shutil.which("rtl_433"), "rtl-433 is not installed")
class Rtl433(unittest.TestCase):
    def test_decodes_a_burst_of_another_process_at_the_level_of_the_link_budget(self):
        receiver = subprocess.Popen(
            ["rtl_433", "-R", "0", "-d", f"driver=earshot_air,ether={ETHER},x=0", "-f", "433.92M", "-s", "250k",
             "-g", "40", "-F", "json", "-M", "level", "-n", "50M",
             "-X", "n=earshot,m=FSK_PCM,s=100,l=100,r=4000,preamble=2dd4"],
            env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        os.set_blocking(receiver.stdout.fileno(), False)
        self.addCleanup(receiver.stdout.close)
        self.addCleanup(receiver.wait)
        self.addCleanup(receiver.kill)
        text = b""
        deadline = time.monotonic() + PATIENCE
        # It is asked again until it has heard one: nothing says when its receiver is up.
        while b"\n" not in text and time.monotonic() < deadline:
            subprocess.run([BIN_DIR / "air-sender", f"driver=earshot_air,ether={ETHER},x={METERS}", str(HERTZ),
                            str(POWER_DBM), BITS], env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL,
                           timeout=PATIENCE)
            time.sleep(0.3)
            text += receiver.stdout.read() or b""
        self.assertIn(b"\n", text, "nothing decoded")
        heard = json.loads(text.splitlines()[0])
        self.assertTrue(heard["rows"][0]["data"].startswith(SECRET), heard)
        loss = 20 * math.log10(4 * math.pi * METERS * HERTZ / 299792458)
        full_scale_dbm = -20 - 40
        self.assertAlmostEqual(heard["rssi"], POWER_DBM - loss - full_scale_dbm, delta=1.0)
        self.assertAlmostEqual((heard["freq1"] + heard["freq2"]) / 2, HERTZ / 1e6, delta=0.02)


def tearDownModule():
    # Killed programs leave their air; the next one of that name would make it anew.
    for segment in pathlib.Path("/dev/shm").glob(f"earshot-air-{ETHER}*"):
        segment.unlink()


if __name__ == "__main__":
    unittest.main()
