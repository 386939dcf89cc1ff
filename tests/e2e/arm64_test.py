#!/usr/bin/env python3
"""The arm64 build (scripts/check-arm64) under qemu: packages, the SoapySDR module in SoapySDR's own tool, and the same
frames from a recording as this machine finds. What is not built is skipped and named; without anything the exit is 69.

arm64_test.py BIN_DIR SOURCE_DIR
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BIN, SOURCE = (pathlib.Path(each).resolve() for each in sys.argv[1:3])
BUILD, ROOT = SOURCE / "build/arm64", SOURCE / "build/arm64-root"
ELF_AARCH64 = 183
CONFIG = """
[hotspot]
key_file = "{folder}/key"
state_directory = "{folder}/{state}"
region = "US915"
[verifier]
url = "http://127.0.0.1:9"
network = 31337
[source]
recording = "{folder}/air.sigmf-meta"
[status]
listen = ""
[calibration]
full_scale_dbm = -40.0
"""


def run(*command, expected=0, **more):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, **more)
    assert result.returncode == expected, (command, result.returncode, result.stdout[-500:], result.stderr[-1500:])
    return result


def on_arm(program, *words, modules=None, **more):
    environment = {"SOAPY_SDR_ROOT": "/nonexistent", "SOAPY_SDR_PLUGIN_PATH": str(modules or "/nonexistent"),
                   "PATH": os.environ["PATH"]}
    return run("qemu-aarch64", "-L", ROOT, program, *words, env=environment, **more)


def is_arm(path):
    head = path.read_bytes()[:20]
    return head[:4] == b"\x7fELF" and int.from_bytes(head[18:20], "little") == ELF_AARCH64


def recording(folder):
    """Two seconds of beacons at every spreading factor in eight channels, as SigMF."""
    factors = [word for factor in range(7, 13) for word in ("--sf", factor)]
    run(BIN / "make-busy-air", folder / "air.sigmf-data", "--seconds", 2, *factors)
    (folder / "air.sigmf-meta").write_text(json.dumps({
        "global": {"core:datatype": "ci8", "core:version": "1.0.0", "core:sample_rate": 2000000},
        "captures": [{"core:sample_start": 0, "core:frequency": 904600000, "core:datetime": "2026-11-22T08:00:30Z"}],
        "annotations": []}))


def soapysdr_lists_both_drivers(folder):
    module = BUILD / "soapy/earshot_soapy.so"
    assert is_arm(module), module
    tool = ROOT / "usr/bin/SoapySDRUtil"
    for arguments in ("driver=earshot_air", f"driver=earshot_file,path={folder}/air.sigmf-meta"):
        found = on_arm(tool, f"--find={arguments}", modules=module.parent).stdout
        assert f"driver = {arguments.split(',', 1)[0].split('=')[1]}" in found, found
    listed = on_arm(tool, "--info", modules=module.parent).stdout
    assert "earshot_air" in listed and "earshot_file" in listed, listed


def heard(log):
    """tag -> (channel, spreading factor, dBm, SNR) of each beacon that a daemon heard."""
    lines = re.findall(r"heard beacon (\w+) at \S+ on (\d+) Hz, (SF\d+), (\S+) dBm, SNR (\S+) dB", log)
    return {tag: (channel, factor, float(power), float(snr)) for tag, channel, factor, power, snr in lines}


def the_daemon_hears_the_same_beacons(folder):
    run(BIN / "earshot-hotspotd", "key", "new", folder / "key")
    logs = []
    for state in ("here", "arm64"):
        config = folder / f"{state}.toml"
        config.write_text(CONFIG.format(folder=folder, state=state))
        words = ("run", "--once", "-c", config)
        # 69: there is no verifier.
        logs.append(run(BIN / "earshot-hotspotd", *words, expected=69) if state == "here"
                    else on_arm(BUILD / "bin/earshot-hotspotd", *words, expected=69))
    here, arm = (heard(log.stderr) for log in logs)
    assert len(here) >= 20 and here.keys() == arm.keys(), (len(here), len(arm))
    for tag, (channel, factor, power, snr) in here.items():
        assert arm[tag][:2] == (channel, factor), (here[tag], arm[tag])
        assert abs(arm[tag][2] - power) <= 0.02 and abs(arm[tag][3] - snr) <= 0.02, (here[tag], arm[tag])


def decode_finds_the_same_frames(folder):
    channels = [word for offset in range(-700_000, 700_001, 200_000) for word in ("--channel", 904_600_000 + offset)]
    words = ("iq", "decode", folder / "air.sigmf-meta", "--json", *channels)
    here, arm = ([json.loads(line) for line in output.stdout.splitlines()]
                 for output in (run(BIN / "earshot", *words), on_arm(BUILD / "bin/earshot", *words)))
    exact = ("sf", "freq_hz", "payload", "crc_ok", "cr", "sync", "preamble")
    assert len(here) >= 20 and len(here) == len(arm), (len(here), len(arm))
    for one, other in zip(here, arm):
        assert [one[key] for key in exact] == [other[key] for key in exact], (one, other)
        assert abs(one["rssi_dbfs"] - other["rssi_dbfs"]) < 0.02 and abs(one["cfo_hz"] - other["cfo_hz"]) < 0.5


def packages_are_for_arm64(folder):
    for component, program in (("hotspot", "earshot-hotspotd"), ("verifier", "earshot-verifierd"), ("tools", "earshot")):
        deb = next((BUILD / "packages").glob(f"earshot-{component}_*_arm64.deb"), None)
        if deb is None:
            print(f"skipped: no package of {program}", flush=True)
            continue
        control = run("dpkg-deb", "-f", deb, "Architecture", "Depends").stdout
        assert "Architecture: arm64\n" in control and "libc6 (>=" in control and "libfftw3-single3" in control, control
        assert "libsodium23" in control and "libstdc++6" in control and "aarch64" not in control, control
        root = folder / component
        run("dpkg-deb", "-x", deb, root)
        assert is_arm(root / "usr/bin" / program)
        assert on_arm(root / "usr/bin" / program, "--version").stdout == run(BIN / program, "--version").stdout
        # What is asked of the programs while building was asked under qemu, and they say the same as here.
        assert list(root.glob(f"usr/share/man/man*/{program}.*.gz")), component
        ours = folder / f"{component}-completions"
        ours.mkdir()
        run(sys.executable, "-B", SOURCE / "scripts/make_completions.py", BIN / program, ours)
        packed = root / "usr/share/bash-completion/completions" / program
        assert packed.read_text() == (ours / program).read_text(), packed
        for module in root.glob("usr/lib/*/SoapySDR/modules0.8/*.so"):
            assert is_arm(module) and module.parts[-4] == "aarch64-linux-gnu", module


def main():
    if not shutil.which("qemu-aarch64") or not (ROOT / ".complete").exists():
        print("skipped: no arm64 build here (scripts/check-arm64 makes it)")
        return 69
    parts = {soapysdr_lists_both_drivers: "soapy/earshot_soapy.so", the_daemon_hears_the_same_beacons: "bin/earshot-hotspotd",
             decode_finds_the_same_frames: "bin/earshot", packages_are_for_arm64: "packages"}
    done = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        recording(folder)
        for test, needed in parts.items():
            if not (BUILD / needed).exists():
                print(f"skipped: {test.__name__}: build/arm64 has no {needed}", flush=True)
                continue
            test(folder)
            done += 1
            print(f"ok: {test.__name__}", flush=True)
    return 0 if done else 69


if __name__ == "__main__":
    sys.exit(main())
