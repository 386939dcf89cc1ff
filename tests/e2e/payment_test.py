#!/usr/bin/env python3
"""scripts/demo-payment from an empty chain to the hotspot owner's balance and the sensor's withdrawal.

payment_test.py BINARIES SOURCE
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

BINARIES, SOURCE = pathlib.Path(sys.argv.pop(1)).resolve(), pathlib.Path(sys.argv.pop(1)).resolve()
TOKEN = 10**18


class Payment(unittest.TestCase):
    def test_a_sensor_pays_a_hotspot_and_gets_the_rest_back(self):
        with tempfile.TemporaryDirectory() as folder:
            facts = pathlib.Path(folder) / "facts.json"
            run = subprocess.run([SOURCE / "scripts/demo-payment", "--binaries", BINARIES, "--json", facts],
                                 capture_output=True, text=True, timeout=800)
            if run.returncode == 69:
                self.skipTest(run.stderr.strip())
            self.assertEqual(run.returncode, 0, run.stderr + run.stdout)
            got = json.loads(facts.read_text())
        earned = 4 * 10**16  # Four packets were paid, though one was not heard.
        self.assertEqual(int(got["earned"]), earned)
        self.assertEqual(int(got["owner_balance"]), earned)
        self.assertEqual(int(got["status"]["account"]["deposit"]), 100 * TOKEN)
        self.assertEqual(int(got["status"]["paid_by_deposits"]), earned)
        self.assertEqual(int(got["sensor_balance"]), 1_600 * TOKEN - earned)
        self.assertEqual(int(got["final"]["withdrawn"]), 100 * TOKEN - earned)
        self.assertIn("100000000000000000000 deposited 90000000000000000000 are free", got["refused"])
        self.assertIn("stale", got["replay"])
        self.assertIn("StillReserved", got["too_early"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
