#!/usr/bin/env python3
"""Runs clang-tidy-19 over our translation units in parallel; a clean file is remembered by the hash of its
preprocessed text and of .clang-tidy, under build/tidy-cache."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("core", "radio", "rewards", "hotspot", "verifier", "simulator", "cli")
CACHE = ROOT / "build" / "tidy-cache"


def key_of(entry):
    command = shlex.split(entry["command"])
    command = [word for word in command if not word.endswith("ccache")]
    output = command.index("-o")
    del command[output : output + 2]
    command[command.index("-c")] = "-E"
    text = subprocess.run(command + ["-P"], cwd=entry["directory"], capture_output=True, check=True).stdout
    return hashlib.sha256(text + (ROOT / ".clang-tidy").read_bytes()).hexdigest()


def check(entry, build):
    key = CACHE / key_of(entry)
    if key.exists():
        return ""
    result = subprocess.run(
        ["clang-tidy-19", "--quiet", "-p", build, "--extra-arg=-Wno-unknown-warning-option", entry["file"]],
        capture_output=True, text=True)
    if result.returncode == 0:
        key.touch()
        return ""
    return result.stdout + result.stderr


def main():
    build = sys.argv[1]
    entries = [e for e in json.loads((pathlib.Path(build) / "compile_commands.json").read_text())
               if pathlib.Path(e["file"]).is_relative_to(ROOT)
               and pathlib.Path(e["file"]).relative_to(ROOT).parts[0] in FOLDERS]
    CACHE.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        reports = [r for r in pool.map(lambda e: check(e, build), entries) if r]
    print("\n".join(reports), end="")
    print(f"tidy: {len(entries)} files, {len(reports)} with findings")
    return bool(reports)


if __name__ == "__main__":
    sys.exit(main())
