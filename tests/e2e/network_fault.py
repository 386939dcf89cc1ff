#!/usr/bin/env python3
"""scripts/network as a person runs it, short: three hotspots, two epochs, one fault. It says itself whether anything
acknowledged was lost, whether all recovered and whether every epoch was settled; here it is looked at from outside.

network_fault.py BIN_DIR SOURCE_DIR FAULT     FAULT: none, or one of scripts/network --list-faults
"""
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BINARIES, SOURCE, FAULT = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), sys.argv[3]
SKIPPED = 69
PATIENCE = 600
STATES = ["grace", "sealed", "judged", "submitted", "finalized"]


def states_of(events):
    """{epoch: the states that were told, in order}"""
    states = {}
    for event in events:
        if event["event"] == "epoch":
            states.setdefault(event["epoch"], []).append(event["state"])
    return states


def run_until_told(command):
    """Without a number of epochs: told to stop when the first is settled. (exit code, events)"""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    events = []
    for line in process.stdout:
        events.append(json.loads(line))
        if events[-1].get("state") == "finalized":
            process.send_signal(signal.SIGTERM)
    return process.wait(timeout=PATIENCE), events


def run_to_the_end(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=PATIENCE)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def check_published(out, epochs, key):
    """Anybody can judge them again, with nothing but the published folder."""
    for epoch in epochs:
        audit = subprocess.run([BINARIES / "earshot", "audit", "--epoch", str(epoch), "--log", out / "published", "--key",
                                key, "--json"], capture_output=True, text=True, timeout=PATIENCE)
        assert audit.returncode == 0, audit.stderr
        facts = json.loads(audit.stdout)
        assert facts["identical"] and facts["network_log_at_hand"], facts


def check_nothing_is_left(out):
    for status in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = status.read_bytes().decode(errors="replace")
        except OSError:
            continue
        assert str(out) not in words, f"still runs: {words}"


def check(events, code, out):
    ended = events[-1]
    assert ended["event"] == "ended" and code == 0 and ended["problems"] == [], (code, events[-30:])
    assert ended["counts"]["judged"] > 0, ended
    states = states_of(events)
    settled = [epoch for epoch in states if "finalized" in states[epoch]]
    assert settled and all(states[epoch] == STATES for epoch in settled), states
    faults = [event["state"] for event in events if event["event"] == "fault"]
    assert faults == ([] if FAULT == "none" else ["begins", "ends"]), faults
    check_published(out, settled, ended["key"])
    check_nothing_is_left(out)


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="earshot-network-test-"))
    out = folder / "out"
    command = [sys.executable, SOURCE / "scripts/network", "--hotspots", "3", "--json", "--out", out, "--binaries", BINARIES]
    try:
        began = time.monotonic()
        if FAULT == "none":
            code, events = run_until_told(command)
        else:
            code, events = run_to_the_end([*command, "--epochs", "2", "--fault", FAULT])
        if code == SKIPPED:
            print("skipped: " + " ".join(event["line"] for event in events))
            return SKIPPED
        try:
            check(events, code, out)
        except AssertionError:
            for event in events:
                print(event["time"], event["line"])
            for log in sorted(out.rglob("log")):
                print(f"--- {log}", *log.read_text().splitlines()[-40:], sep="\n")
            raise
        print(f"{FAULT}: {time.monotonic() - began:.0f} s, {events[-1]['counts']}")
        return 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
