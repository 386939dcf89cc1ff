#!/usr/bin/env python3
"""The village from samples to balances: what scripts/demo promises, checked as data.

usage: demo_test.py FOLDER-OF-BINARIES SOURCE-FOLDER
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BINARIES = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else pathlib.Path("build/release/bin")
SOURCE = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else pathlib.Path(".")
EARSHOT = BINARIES / "earshot"
VILLAGE = SOURCE / "simulator/scenarios/village.toml"

# What gives each attack away (docs/VERDICTS.md).
TELLING = {
    "position": {"timing_mismatch"},
    "rssi": {"rssi_above_free_space", "noise_floor"},
    "replay": {"replayed_beacon"},
    "evidence": {"evidence_root_mismatch", "evidence_no_beacon", "evidence_other_tag"},
}


def earshot(*arguments, timeout=600, binary=EARSHOT):
    return subprocess.run([str(binary), *map(str, arguments)], capture_output=True, text=True, timeout=timeout)


def children_named(*names):
    """Processes of ours by the name of their program."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if any(command[0].endswith(name.encode()) for name in names):
            found.append((int(entry.name), command))
    return found


class Demo(unittest.TestCase):
    """One run is made for all; tests look at what it left, in the order of their names."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="earshot-demo-"))
        cls.out = cls.folder / "out"
        begun = time.monotonic()
        cls.first = earshot("sim", "run", VILLAGE, "--out", cls.out, "--json", cls.folder / "epoch.json")
        cls.seconds = time.monotonic() - begun
        if cls.first.returncode != 0:
            raise AssertionError(f"exit {cls.first.returncode}: {cls.first.stderr}")
        cls.epoch = json.loads((cls.folder / "epoch.json").read_text())

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def hotspots(self):
        return {hotspot["name"]: hotspot for hotspot in self.epoch["hotspots"]}

    def test_a_village_of_the_promised_size(self):
        hotspots = self.epoch["hotspots"]
        self.assertEqual(len(hotspots), 8)
        self.assertEqual(len({hotspot["owner"] for hotspot in hotspots}), 6)
        self.assertEqual(sum(not hotspot["transmits"] for hotspot in hotspots), 2)
        self.assertGreaterEqual(len(self.epoch["beacons"]), 24)
        self.assertLessEqual({beacon["sf"] for beacon in self.epoch["beacons"]}, {7, 8, 9, 10})
        self.assertGreaterEqual(len({beacon["sf"] for beacon in self.epoch["beacons"]}), 3)

    def test_all_four_cheats_are_caught_for_what_they_did(self):
        cheats = [hotspot for hotspot in self.epoch["hotspots"] if hotspot["attack"] != "none"]
        self.assertEqual({cheat["attack"] for cheat in cheats}, set(TELLING))
        for cheat in cheats:
            reasons = {one["reason"] for one in cheat["caught_by"]}
            self.assertTrue(reasons & TELLING[cheat["attack"]], f"{cheat['name']}: {cheat['caught_by']}")
            self.assertIn(cheat["name"], self.first.stdout)
            for reason in reasons & TELLING[cheat["attack"]]:
                self.assertIn(reason, self.first.stdout)

    def test_no_honest_report_is_rejected_for_cheating(self):
        self.assertGreater(self.epoch["honest_reports"], 20)
        self.assertEqual(self.epoch["honest_reports_rejected"], 0)
        for name, hotspot in self.hotspots().items():
            if hotspot["attack"] == "none":
                self.assertIn(hotspot["tier"], ("located", "listener"), name)
                self.assertEqual(hotspot["beacons_accepted"], hotspot["beacons"], name)
                self.assertGreater(int(hotspot["amount"]), 0, name)

    def test_the_position_liar_gets_nothing(self):
        for hotspot in self.epoch["hotspots"]:
            if hotspot["attack"] == "position":
                self.assertEqual((hotspot["tier"], hotspot["amount"]), ("unproven", "0"))

    def test_every_report_has_a_verdict_and_a_reason(self):
        self.assertTrue(self.epoch["reports"])
        for report in self.epoch["reports"]:
            self.assertIn(report["verdict"], ("accepted", "rejected", "late", "void"))
            self.assertTrue(report["reason"])
            self.assertEqual(report["verdict"] == "accepted", report["reason"] == "ok")

    def test_payouts_are_the_emission_and_balances_the_claims(self):
        payouts = {payout["account"]: int(payout["amount"]) for payout in self.epoch["payouts"]}
        self.assertEqual(sum(payouts.values()), int(self.epoch["emitted"]))
        self.assertTrue(self.epoch["claims"])
        for claim in self.epoch["claims"]:
            self.assertEqual(claim["balance"], claim["amount"])
            self.assertEqual(int(claim["balance"]), payouts[claim["account"]])
        self.assertGreater(self.epoch["block"], 0)

    def test_files_are_there(self):
        stem = f"epoch-{self.epoch['epoch']}"
        for name in ("record", "seal", "policy.toml", "artifact"):
            self.assertGreater((self.out / f"{stem}.{name}").stat().st_size, 0)
        self.assertEqual((self.out / "coverage.png").read_bytes()[:4], b"\x89PNG")
        coverage = json.loads((self.out / "coverage.geojson").read_text())
        self.assertEqual(coverage["type"], "FeatureCollection")
        kinds = [feature["geometry"]["type"] for feature in coverage["features"]]
        self.assertEqual(kinds.count("Point"), 8)
        self.assertGreater(kinds.count("LineString"), 40)
        recordings = list((self.out / "recordings").glob("*.sigmf-data"))
        self.assertEqual(len(recordings), 8)
        self.assertLess(sum(recording.stat().st_size for recording in recordings), 1 << 30)

    def test_recordings_say_who_where_and_when(self):
        for name, hotspot in self.hotspots().items():
            meta = json.loads((self.out / "recordings" / f"{name}.sigmf-meta").read_text())
            self.assertEqual(meta["global"]["earshot:hotspot"], name)
            self.assertEqual(meta["global"]["earshot:key"], hotspot["key"])
            self.assertEqual(meta["global"]["core:datatype"], "ci8")
            self.assertGreaterEqual(len(meta["captures"]), 18)
            for capture in meta["captures"]:
                self.assertTrue(capture["core:datetime"].endswith("Z"))
                self.assertEqual(capture["core:geolocation"]["coordinates"][1], hotspot["place"]["latitude"])

    def test_recordings_and_a_second_run_give_the_same_bytes(self):
        for what in (self.out / "recordings", VILLAGE):
            again = self.folder / "again"
            run = earshot("sim", "run", what, "--out", again, "--force", "--json", self.folder / "again.json")
            self.assertEqual(run.returncode, 0, run.stderr)
            second = json.loads((self.folder / "again.json").read_text())
            self.assertEqual(second["root"], self.epoch["root"])
            self.assertEqual(second["reports"], self.epoch["reports"])
            for name in ("record", "seal", "artifact"):
                file = f"epoch-{self.epoch['epoch']}.{name}"
                self.assertEqual((again / file).read_bytes(), (self.out / file).read_bytes(), file)
            self.assertEqual(second["transaction"], self.epoch["transaction"])

    def test_the_audit_agrees_until_a_byte_is_changed(self):
        number = self.epoch["epoch"]
        copy = self.folder / "copy"
        copy.mkdir()
        for file in self.out.glob(f"epoch-{number}.*"):
            shutil.copy(file, copy)
        audit = earshot("audit", "--epoch", number, "--log", copy)
        self.assertEqual(audit.returncode, 0, audit.stderr)
        # In a record the byte may also make it one that cannot be judged at all.
        for name, codes in (("record", (1, 65)), ("seal", (1,))):
            file = copy / f"epoch-{number}.{name}"
            whole = file.read_bytes()
            changed = bytearray(whole)
            changed[len(whole) // 2] ^= 1
            file.write_bytes(changed)
            audit = earshot("audit", "--epoch", number, "--log", copy)
            self.assertIn(audit.returncode, codes, audit.stderr)
            self.assertEqual(audit.stderr.count("\n"), 1, audit.stderr)
            file.write_bytes(whole)


class Faults(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="earshot-faults-"))

    def tearDown(self):
        shutil.rmtree(self.folder)

    def check(self, run, code, *words):
        self.assertEqual(run.returncode, code, run.stderr)
        complaint = run.stderr.strip().splitlines()[-1]
        for word in words:
            self.assertIn(word, complaint)
        self.assertEqual(run.stdout, "")
        left = {path.name for path in self.folder.iterdir() if "partial" in path.name or path.name == "out"}
        self.assertEqual(left, set(), "nothing half-written")

    def test_a_missing_scenario(self):
        self.check(earshot("sim", "run", self.folder / "no.toml", "--out", self.folder / "out"), 69, "no.toml")

    def test_a_scenario_with_mistakes(self):
        scenario = self.folder / "bad.toml"
        scenario.write_text(VILLAGE.read_text().replace("seed = 868", "seed = -1").replace("[air]", "[air]\nwind = 3"))
        self.check(earshot("sim", "run", scenario, "--out", self.folder / "out"), 65, "seed", "wind")

    def test_recordings_without_their_scenario(self):
        (self.folder / "empty").mkdir()
        self.check(earshot("sim", "run", self.folder / "empty", "--out", self.folder / "out"), 65, "scenario.toml")

    def test_an_output_that_is_somebody_elses(self):
        (self.folder / "mine").mkdir()
        (self.folder / "mine" / "thesis.tex").write_text("years of work")
        for force in ([], ["--force"]):
            run = earshot("sim", "run", VILLAGE, "--out", self.folder / "mine", *force)
            self.check(run, 2, "mine")
        self.assertTrue((self.folder / "mine" / "thesis.tex").exists())

    def test_a_missing_node(self):
        environment = dict(os.environ, EARSHOT_ANVIL=str(self.folder / "anvil"))
        run = subprocess.run([EARSHOT, "sim", "run", VILLAGE, "--out", self.folder / "out"], capture_output=True,
                             text=True, env=environment, timeout=60)
        self.check(run, 69, "anvil")

    def test_a_missing_verifier(self):
        alone = self.folder / "bin" / "earshot"
        alone.parent.mkdir()
        shutil.copy(EARSHOT, alone)
        run = earshot("sim", "run", VILLAGE, "--out", self.folder / "out", binary=alone)
        # The copy is outside the source tree, so the policy is looked for where it is called.
        self.assertEqual(run.returncode, 69, run.stderr)

    def test_an_interrupt_leaves_no_children_and_no_files(self):
        process = subprocess.Popen([EARSHOT, "sim", "run", VILLAGE, "--out", self.folder / "out"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 60
        mine = str(self.folder).encode()
        while not any(mine in b" ".join(command) for _, command in children_named("earshot-verifierd")):
            self.assertLess(time.monotonic(), deadline, "the verifier never started")
            self.assertIsNone(process.poll())
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=60)
        self.assertEqual(process.returncode, -signal.SIGINT, complaint)
        self.assertIn("interrupted", complaint)
        self.assertFalse([pid for pid, command in children_named("earshot-verifierd") if mine in b" ".join(command)])
        self.assertEqual(list(self.folder.iterdir()), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
