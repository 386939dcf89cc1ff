"""earshot iq as a person or a script meets it: round trips, others' vectors, and every fault."""
import hashlib
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import unittest

EARSHOT = pathlib.Path(sys.argv[1]) / "earshot"
SHARED = pathlib.Path(os.environ.get("EARSHOT_SHARED") or pathlib.Path(sys.argv[2]) / ".." / "shared")
BYTES_PER_SAMPLE = {"cf32": 8, "ci16": 4, "ci8": 2, "cu8": 2}
KEYS = (
    "time_ns time_utc freq_hz sf bw_hz cr implicit ldro sync preamble crc_ok payload snr_db "
    "rssi_dbfs rssi_dbm cfo_hz sample_start sample_count"
).split()


def earshot(*arguments, **options):
    return subprocess.run(
        [EARSHOT, *map(str, arguments)], capture_output=True, text=True, timeout=300, **options
    )


class InAFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="earshot-iq-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def done(self, *arguments, **options):
        result = earshot(*arguments, **options)
        self.assertEqual((result.returncode, result.stderr), (0, ""), arguments)
        return result.stdout

    def decoded(self, *arguments):
        return [json.loads(line) for line in self.done("iq", "decode", *arguments).splitlines()]

    def fails(self, code, words, *arguments, **options):
        """Fails with this code, one line that says these words, and no output."""
        result = earshot(*arguments, **options)
        self.assertEqual(result.returncode, code, (arguments, result.stderr))
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertTrue(result.stderr.endswith("\n"))
        self.assertIn(words, result.stderr)
        self.assertEqual(result.stdout, "")

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def write_sigmf(self, stem, samples, **changes):
        self.write(f"{stem}.sigmf-data", samples)
        meta = {
            "global": {"core:datatype": "ci8", "core:version": "1.2.0", "core:sample_rate": 250000},
            "captures": [{"core:sample_start": 0}],
            "annotations": [],
        }
        meta["global"].update(changes.pop("global_", {}))
        meta.update(changes)
        return self.write(f"{stem}.sigmf-meta", json.dumps(meta).encode())

    def frame(self, name="frame.ci8", sf=7, rate="250k", payload="e0010203"):
        path = self.folder / name
        self.done("iq", "encode", "--sf", sf, "--payload", payload, "--rate", rate, "-o", path)
        return path


class RoundTrip(InAFolder):
    def round_trip(self, sf, cr, rate, name, encode=(), decode=(), payload="00ff8040201008047f"):
        path = self.folder / name
        self.done("iq", "encode", "--sf", sf, "--cr", cr, "--rate", rate, "--payload", payload,
                  *encode, "-o", path)
        frames = self.decoded(path, "--rate", rate, *decode)
        self.assertEqual(len(frames), 1, (sf, cr, rate, name, encode))
        frame = frames[0]
        self.assertEqual(list(frame), KEYS)
        self.assertEqual(frame["payload"], payload)
        self.assertEqual((frame["sf"], frame["cr"]), (sf, cr))
        self.assertLessEqual(abs(frame["sample_start"]), 1)
        self.assertAlmostEqual(frame["rssi_dbfs"], -6.02, delta=0.3)
        return frame

    def test_every_spreading_factor_and_coding_rate_comes_back(self):
        for sf in range(7, 13):
            for cr in ("4/5", "4/6", "4/7", "4/8"):
                frame = self.round_trip(sf, cr, 125000, "frame.cf32")
                self.assertEqual((frame["crc_ok"], frame["implicit"]), (True, False))
                self.assertEqual(frame["ldro"], sf >= 11)

    def test_every_format_comes_back(self):
        for name in BYTES_PER_SAMPLE:
            self.round_trip(8, "4/6", 250000, f"frame.{name}")
            self.round_trip(8, "4/6", 250000, f"{name}.sigmf-meta", ("--format", name))

    def test_modes_come_back(self):
        self.assertIsNone(self.round_trip(7, "4/5", 250000, "a.cf32", ["--no-crc"],
                                          payload="f8370baa05afd88474e6")["crc_ok"])
        sync = self.round_trip(9, "4/5", 250000, "b.cf32", ["--sync", "0x34"], ["--sync", "34"])
        self.assertEqual(sync["sync"], "34")
        long = self.round_trip(8, "4/5", 250000, "c.cf32", ["--preamble", 20])
        self.assertEqual(long["preamble"], 20)
        self.assertTrue(self.round_trip(9, "4/8", 125000, "d.cf32", ["--ldro", "on"])["ldro"])
        self.assertFalse(self.round_trip(12, "4/5", 125000, "e.cf32", ["--ldro", "off"])["ldro"])
        implicit = self.round_trip(8, "4/7", 125000, "f.cf32", ["--implicit"],
                                   ["--implicit", "--length", 9, "--cr", "4/7", "--crc", "on"])
        self.assertEqual((implicit["implicit"], implicit["crc_ok"]), (True, True))
        wide = self.round_trip(7, "4/5", 1000000, "g.ci16", ["--bw", "500k"], ["--bw", "500k"])
        self.assertEqual(wide["bw_hz"], 500000)

    def test_another_sync_word_is_not_reported(self):
        path = self.frame()
        self.assertEqual(self.decoded(path, "--rate", "250k", "--sync", "34"), [])

    def test_a_recording_knows_its_frame(self):
        self.done("iq", "encode", "--sf", 7, "--payload", "e0", "-o", self.folder / "r.sigmf-meta")
        info = json.loads(self.done("iq", "info", self.folder / "r"))
        self.assertEqual(info["annotations"][0]["label"], "SF7 BW125 CR4/5 1 bytes")
        self.assertEqual(info["annotations"][0]["sample_count"], info["sample_count"])
        meta = json.loads((self.folder / "r.sigmf-meta").read_text())
        data = (self.folder / "r.sigmf-data").read_bytes()
        self.assertEqual(meta["global"]["core:sha512"], hashlib.sha512(data).hexdigest())
        self.assertIn("earshot", [e["name"] for e in meta["global"]["core:extensions"]])


class Placement(InAFolder):
    def test_captures_are_streams_of_their_own_with_their_own_time(self):
        frame = self.frame().read_bytes()
        gap = bytes(2000)
        data = gap + frame + gap + frame
        second = (len(gap) + len(frame)) // 2
        path = self.write_sigmf("two", data, captures=[
            {"core:sample_start": 0, "core:datetime": "2026-11-22T08:00:00Z",
             "core:frequency": 868300000.0},
            {"core:sample_start": second, "core:datetime": "2026-11-22T08:01:00.5Z",
             "core:frequency": 868500000.0}])
        first, later = self.decoded(path)
        self.assertEqual(first["sample_start"], 1000)
        self.assertEqual(later["sample_start"], second + 1000)
        self.assertEqual((first["freq_hz"], later["freq_hz"]), (868300000, 868500000))
        self.assertEqual(later["time_ns"] - first["time_ns"], 60_500_000_000)
        anchor_ns = 4_000_000 + round(12.25 * 128 / 125000 * 1e9)
        self.assertAlmostEqual(first["time_ns"], anchor_ns, delta=200)
        self.assertTrue(later["time_utc"].startswith("2026-11-22T08:01:00.5165"), later)

    def test_a_frame_cut_by_the_end_of_its_capture_is_not_glued_to_the_next(self):
        frame = self.frame().read_bytes()
        half = len(frame) // 4
        path = self.write_sigmf("cut", frame, captures=[
            {"core:sample_start": 0}, {"core:sample_start": half}])
        for heard in self.decoded(path):
            self.assertNotEqual((heard["payload"], heard["crc_ok"]), ("e0010203", True))

    def test_a_name_says_rate_frequency_and_format(self):
        path = self.frame("g1_868.1M_250k.cs8")
        self.assertEqual(self.decoded(path)[0]["freq_hz"], 868100000)

    def test_channels_are_found_where_they_are(self):
        path = self.frame("one_868.3M_250k.ci16")
        given = self.decoded(path, "--freq", "868.3M", "--channel", "868.3M")
        self.assertEqual([frame["payload"] for frame in given], ["e0010203"])
        self.assertEqual(self.decoded(path, "--channel", "0")[0]["freq_hz"], 868300000)

    def test_dbm_is_known_where_full_scale_is(self):
        frame = self.frame().read_bytes()
        path = self.write_sigmf("dbm", frame, global_={"earshot:full_scale_dbm": -40})
        heard = self.decoded(path)[0]
        self.assertAlmostEqual(heard["rssi_dbm"], heard["rssi_dbfs"] - 40, delta=0.011)

    def test_no_frame_is_no_line_and_no_failure(self):
        path = self.write("silence.ci8", bytes(200000))
        self.assertEqual(self.done("iq", "decode", path, "--rate", "250k"), "")


class Vectors(InAFolder):
    def setUp(self):
        super().setUp()
        if not (SHARED / "vectors" / "lora" / "vectors.json").exists():
            self.skipTest(f"no LoRa vectors in {SHARED}: set EARSHOT_SHARED")

    def test_frames_that_others_made_decode(self):
        vectors = json.loads((SHARED / "vectors" / "lora" / "vectors.json").read_text())
        for vector in vectors:
            arguments = [SHARED / "vectors" / "lora" / vector["file"], "--rate", vector["fs"]]
            if vector["implicit"]:
                arguments += ["--implicit", "--length", vector["payload_len"],
                              "--cr", vector["cr_name"], "--crc", "on" if vector["crc"] else "off"]
            with self.subTest(vector["file"]):
                frames = self.decoded(*arguments)
                self.assertEqual([frame["payload"] for frame in frames], [vector["payload"]])
                frame = frames[0]
                self.assertEqual(frame["crc_ok"], True if vector["crc"] else None)
                self.assertEqual((frame["sf"], frame["cr"]), (vector["sf"], vector["cr_name"]))
                self.assertEqual(frame["ldro"], vector["ldro"])
                self.assertEqual(int(frame["sync"], 16), vector["sync_word"])
                self.assertAlmostEqual(frame["cfo_hz"], vector["cfo_hz"], delta=5)
                self.assertAlmostEqual(frame["sample_start"], vector["frame_start_sample"], delta=2)

    def test_a_real_recording_decodes(self):
        recordings = list((SHARED / "recordings").glob("*_SF11_*.cs8"))
        if not recordings:
            self.skipTest(f"no recording in {SHARED}")
        frames = self.decoded(recordings[0], "--rate", "2M")
        self.assertEqual([frame["payload"] for frame in frames], ["68656c6c6f20"])
        self.assertEqual(frames[0]["cr"], "4/8")
        self.assertFalse(frames[0]["ldro"])


class Forms(InAFolder):
    """Every container and format, there and back, through the commands."""

    def recording(self, stem="a"):
        frame = self.frame("frame.ci8").read_bytes()
        return self.write_sigmf(
            stem, bytes(2000) + frame,
            global_={"core:hw": "none", "antenna:gain": 2.5, "core:extensions": [
                {"name": "antenna", "version": "1.0.0", "optional": True}]},
            captures=[{"core:sample_start": 0, "core:datetime": "2026-11-22T08:00:00Z",
                       "core:frequency": 868100000.0, "core:global_index": 500,
                       "core:geolocation": {"type": "Point", "coordinates": [7.25, 46.5]}}],
            annotations=[{"core:sample_start": 1000, "core:sample_count": 100, "core:label": "x"}])

    def test_every_form_keeps_the_samples_and_what_it_can_of_the_rest(self):
        source = self.recording()
        for name in ("b.sigmf-meta", "b.sigmf", "b.wav", "b.sdriq", "b_868.1M_250k.ci16",
                     "b_868.1M_250k.cf32"):
            path = self.folder / name
            self.done("iq", "convert", source, "-o", path)
            info = json.loads(self.done("iq", "info", path))
            self.assertEqual((info["rate_hz"], info["freq_hz"]), (250000, 868100000), name)
            frames = self.decoded(path)
            self.assertEqual([frame["payload"] for frame in frames], ["e0010203"], name)
            self.assertEqual(frames[0]["sample_start"], 1000, name)
            if not name.startswith("b_"):
                self.assertEqual(info["time_utc"], "2026-11-22T08:00:00.000000000Z", name)
            back = self.folder / "back.sigmf-meta"
            self.done("iq", "convert", path, "--to-format", "ci8", "-o", back)
            self.assertEqual((self.folder / "back.sigmf-data").read_bytes(),
                             (self.folder / "a.sigmf-data").read_bytes(), name)
            self.done("iq", "validate", back)

    def test_sigmf_keeps_all_of_the_metadata(self):
        self.done("iq", "convert", self.recording(), "-o", self.folder / "b.sigmf")
        self.done("iq", "convert", self.folder / "b.sigmf", "-o", self.folder / "c.sigmf-meta")
        meta = json.loads((self.folder / "c.sigmf-meta").read_text())
        self.assertEqual(meta["global"]["antenna:gain"], 2.5)
        self.assertEqual(meta["captures"][0]["core:global_index"], 500)
        self.assertEqual(meta["captures"][0]["core:geolocation"]["coordinates"], [7.25, 46.5])
        self.assertEqual(meta["annotations"][0]["core:label"], "x")

    def test_clipping_and_losses_are_told(self):
        loud = self.write("loud_250k.cf32", b"\0\0\0\x40\0\0\0\0" * 7 + bytes(8) * 3)
        told = json.loads(self.done("iq", "convert", loud, "-o", self.folder / "quiet.sigmf-meta",
                                    "--to-format", "ci8"))
        self.assertEqual(told["clipped"], 7)
        told = json.loads(self.done("iq", "convert", self.recording(), "-o", self.folder / "b.wav"))
        self.assertIn("1 annotation", told["lost"])

    def test_an_output_name_may_not_lie(self):
        self.fails(2, "another rate", "iq", "convert", self.recording(), "-o",
                   self.folder / "b_1000k.ci8")
        self.fails(2, "ci16", "iq", "convert", self.recording(), "--to-format", "cf32", "-o",
                   self.folder / "b.sdriq")
        raw = self.write("r.ci8", bytes(80))
        self.fails(2, "--rate", "iq", "convert", raw, "-o", self.folder / "r.wav")
        self.assertEqual(list(self.folder.glob("b*")) + list(self.folder.glob("r.w*")), [])

    def test_a_part_is_cut_out_in_seconds_or_samples(self):
        source = self.recording()
        by_time, by_sample = self.folder / "t.sigmf-meta", self.folder / "s.sigmf-meta"
        self.done("iq", "cut", source, "--from", "0.002", "--to", "0.02", "-o", by_time)
        self.done("iq", "cut", source, "--start-sample", 500, "--count", 4500, "-o", by_sample)
        self.assertEqual(by_time.read_bytes(), by_sample.read_bytes())
        meta = json.loads(by_time.read_text())
        self.assertEqual(meta["captures"][0]["core:datetime"], "2026-11-22T08:00:00.002000000Z")
        self.assertEqual(meta["captures"][0]["core:global_index"], 1000)
        self.assertEqual(meta["annotations"][0]["core:sample_start"], 500)
        self.done("iq", "validate", by_time)
        for words in (["--from", "1"], ["--count", "0"], ["--start-sample", "99999"], [],
                      ["--from", "0", "--count", "5"]):
            self.fails(2, "", "iq", "cut", source, *words, "-o", self.folder / "no.sigmf-meta")

    def test_a_collection_names_its_recordings(self):
        hashes = [hashlib.sha512(self.recording(name).read_bytes()).hexdigest() for name in "ab"]
        path = self.write("c.sigmf-collection", json.dumps({"collection": {
            "core:version": "1.2.0", "core:streams": [
                {"name": name, "hash": digest} for name, digest in zip("ab", hashes)]}}).encode())
        self.done("iq", "validate", path)
        self.assertEqual([r["recording"] for r in json.loads(
            self.done("iq", "info", path))["recordings"]], ["a", "b"])
        self.fails(2, "name one: a, b", "iq", "decode", path)
        self.assertEqual(len(self.decoded(path, "--recording", "b")), 1)
        self.recording("b").write_text((self.folder / "b.sigmf-meta").read_text() + " ")
        result = earshot("iq", "validate", path)
        self.assertEqual(result.returncode, 1)
        self.assertIn("core:streams/b/hash", result.stdout)


class Validate(InAFolder):
    def test_every_breach_is_told_with_its_key(self):
        path = self.write_sigmf("v", bytes(2001), captures=[
            {"core:sample_start": 50}, {"core:sample_start": 10, "core:datetime": "noon"}],
            annotations=[{"core:sample_start": 2, "core:freq_lower_edge": 1}],
            global_={"core:sample_rate": "fast", "foo:bar": 1, "plain": 2, "core:nope": 3,
                     "core:sha512": "ab"})
        result = earshot("iq", "validate", path)
        self.assertEqual((result.returncode, result.stderr.count("\n")), (1, 1))
        keys = [violation["key"] for violation in json.loads(result.stdout)["violations"]]
        self.assertCountEqual(keys, [
            "global/core:sample_rate", "global/foo:bar", "global/plain", "global/core:nope",
            "global/core:sha512", "captures[1]/core:sample_start", "captures[1]/core:datetime",
            "annotations[0]/core:freq_lower_edge", "dataset"])

    def test_a_dataset_that_is_not_the_hashed_one(self):
        path = self.write_sigmf("h", bytes(2000), global_={"core:sha512": "00" * 64})
        result = earshot("iq", "validate", path)
        self.assertEqual(result.returncode, 1)
        self.assertIn("core:sha512", result.stdout)

    def test_what_cannot_be_looked_at(self):
        self.fails(69, "No such file", "iq", "validate", self.folder / "none.sigmf-meta")
        self.fails(65, "is not JSON", "iq", "validate", self.write("j.sigmf-meta", b"{"))
        self.fails(65, "", "iq", "validate", self.write("t.sigmf", b"no tar"))
        self.fails(2, "is no SigMF", "iq", "validate", self.write("r.ci8", bytes(4)))


class Annotate(InAFolder):
    def test_frames_become_annotations_once(self):
        path = self.folder / "a.sigmf-meta"
        self.done("iq", "convert", self.frame("f_868.1M_250k.ci8"), "-o", path)
        self.done("iq", "annotate", path)
        once = path.read_bytes()
        meta = json.loads(once)
        self.assertEqual(len(meta["annotations"]), 1)
        self.assertEqual(meta["annotations"][0]["earshot:payload"], "e0010203")
        self.assertEqual(meta["annotations"][0]["core:freq_lower_edge"], 868100000 - 62500)
        self.done("iq", "annotate", path)
        self.assertEqual(path.read_bytes(), once)
        self.done("iq", "validate", path)
        self.fails(2, "no .sigmf-meta to write into", "iq", "annotate", self.frame(), "--rate", "250k")


class Waterfall(InAFolder):
    def test_is_a_picture_that_marks_the_frames(self):
        path = self.folder / "w.png"
        told = json.loads(self.done("iq", "waterfall", self.frame(), "--rate", "250k", "-o", path))
        self.assertEqual(told["frames"], 1)
        self.assertEqual(path.read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
        one = self.write("one.cf32", bytes(8))
        self.done("iq", "waterfall", one, "--rate", "250k", "--no-frames", "-o", path)
        self.fails(2, "--from", "iq", "waterfall", self.frame(), "--rate", "250k", "--from", "9",
                   "-o", path)


class Faults(InAFolder):
    def test_a_truncated_recording(self):
        path = self.write("t.cf32", bytes(1001))
        self.fails(65, "1001 bytes, which is no multiple of 8", "iq", "info", path)
        self.fails(65, "t.cf32: ", "iq", "decode", path, "--rate", "250k")
        self.done("iq", "encode", "--sf", 7, "--payload", "e0", "-o", self.folder / "s.sigmf-meta")
        data = (self.folder / "s.sigmf-data").read_bytes()
        self.write("s.sigmf-data", data[:8000])
        self.fails(65, "the data holds 1000 samples: truncated", "iq", "decode", self.folder / "s")

    def test_a_recording_that_is_not_what_its_hash_says(self):
        path = self.write_sigmf("h", bytes(2000), global_={"core:sha512": "00" * 64})
        self.fails(65, "core:sha512", "iq", "decode", path)
        self.fails(65, "core:sha512", "iq", "info", path)

    def test_a_wrong_format(self):
        path = self.write_sigmf("real", bytes(2000), global_={"core:datatype": "ri16_le"})
        self.fails(65, "real-valued", "iq", "decode", path)
        self.fails(65, "says no sample format", "iq", "decode", self.write("a.bin", bytes(8)))
        self.fails(65, "truncated", "iq", "decode", self.write("a.wav", bytes(8)))
        self.fails(2, "cf32, ci16 (cs16)", "iq", "info", self.frame(), "--format", "cf64")
        broken = self.write("j.sigmf-meta", b"{")
        self.write("j.sigmf-data", bytes(2))
        self.fails(65, "is not JSON at byte", "iq", "info", broken)

    def test_a_missing_file_or_sidecar(self):
        self.fails(69, "No such file", "iq", "decode", self.folder / "none.cf32", "--rate", "1M")
        data = self.write("lonely.sigmf-data", bytes(20))
        self.fails(69, "lonely.sigmf-meta: is missing", "iq", "decode", data)

    def test_a_rate_that_nobody_says(self):
        path = self.write("a.cf32", bytes(8000))
        self.fails(2, "give it with --rate", "iq", "decode", path)

    def test_a_bad_option(self):
        path = self.frame()
        for words, arguments in {
            "--bogus": ["iq", "decode", path, "--bogus"],
            "--sf": ["iq", "decode", path, "--rate", "1M", "--sf", "13"],
            "--rate": ["iq", "decode", path, "--rate", "fast"],
            "--channel": ["iq", "decode", path, "--rate", "250k", "--channel", "1M"],
            "--length": ["iq", "decode", path, "--length", "5"],
            "--payload": ["iq", "encode", "--sf", "7", "--payload", "xy", "-o", path],
            "4/9": ["iq", "encode", "--sf", "7", "--payload", "00", "--cr", "4/9", "-o", path],
            "subcommand": ["iq"],
            "FILE is required": ["iq", "info"],
        }.items():
            self.fails(2, words, *arguments)

    def test_an_output_that_cannot_be_written_leaves_nothing(self):
        frame = ["iq", "encode", "--sf", "7", "--payload", "00", "-o"]
        self.fails(69, "No such file", *frame, self.folder / "none" / "a.cf32")
        self.fails(69, "No space left", *frame, "/dev/full")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_full_disk_leaves_nothing(self):
        def small_disk():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

        for name in ("a.cf32", "a.sigmf-meta"):
            self.fails(69, "File too large", "iq", "encode", "--sf", "7", "--payload", "00",
                       "-o", self.folder / name, preexec_fn=small_disk)
            self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_full_disk_behind_stdout(self):
        path = self.frame()
        with open("/dev/full", "w") as full:
            result = subprocess.run([EARSHOT, "iq", "info", path], stdout=full,
                                    stderr=subprocess.PIPE, text=True)
        self.assertEqual((result.returncode, result.stderr.count("\n")), (69, 1))


class Help(InAFolder):
    def test_every_help_fits_a_screen(self):
        for words in ([], ["iq"], ["iq", "info"], ["iq", "decode"], ["iq", "encode"],
                      ["iq", "convert"], ["iq", "cut"], ["iq", "validate"], ["iq", "annotate"],
                      ["iq", "waterfall"]):
            lines = self.done(*words, "--help").splitlines()
            self.assertLess(len(lines), 40, words)
            self.assertLessEqual(max(map(len, lines)), 110, words)
        self.assertRegex(self.done("--version"), r"^earshot \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
