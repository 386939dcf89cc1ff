#!/usr/bin/env python3
"""Fails when a folder includes what its layer may not. Run by ctest as `layers`.

The tables are the architecture: docs/ARCHITECTURE.md draws them, this enforces them.
"""
import pathlib
import re
import sys

# folder -> folders of ours it may include (itself is always allowed)
MAY_INCLUDE = {
    "core": set(),
    "radio": {"core"},
    "rewards": {"core"},
    "hotspot": {"core", "radio"},
    "verifier": {"core", "radio", "rewards"},
    "simulator": {"core", "radio", "rewards", "hotspot", "verifier"},
    "cli": {"core", "radio", "rewards", "hotspot", "verifier", "simulator"},
    "tests": {"core", "radio", "rewards", "hotspot", "verifier", "simulator", "cli", "tests"},
}

# The decision path: same bytes from same input, on every machine.
PURE = [
    (r"\b(float|double)\b", "integers only"),
    (r"#include\s*[<\"](boost/|SoapySDR|liquid|fftw|cmath|math\.h|fstream|iostream|thread|random|unordered_)",
     "a pure function of its arguments"),
    (r"\b(std::chrono::(system|steady|high_resolution)_clock|random_device|rand\()",
     "no clock, no randomness"),
]
# (path prefix, path prefixes excepted, [(pattern, what to do instead)])
BANNED = [
    ("core/", (), [(r"#include\s*[<\"](boost/|SoapySDR|liquid|fftw)", "core has no I/O library and no DSP")]),
    ("radio/", (), [(r"#include\s*[<\"](boost/|sodium)", "samples in, frames out: no network, no keys")]),
    ("verifier/", ("verifier/evidence_audit",), [(r'#include\s*"radio/', "only the evidence audit sees samples")]),
    ("verifier/rules/", (), PURE),
    ("verifier/judge", (), PURE),
    ("verifier/quorum/set_agreement", (), PURE),
    ("verifier/quorum/channel_agreement", (), PURE),
    ("rewards/", ("rewards/chain/",), PURE),
]
# Asio stays at the rim: sockets live in these files, handlers and decoders know none.
ASIO = re.compile(r"#include\s*[<\"]boost/(asio|beast)")
ASIO_WRAPPERS = {"rewards/chain/asio.h", "hotspot/asio.h", "verifier/asio.h"}
TOML = re.compile(r"#include\s*[<\"]toml\+\+/")
INCLUDE = re.compile(r'^\s*#include\s*"([a-z_]+)/')


def problems_of(path, name):
    folder = name.split("/")[0]
    for number, line in enumerate(path.read_text().splitlines(), 1):
        where = f"{name}:{number}"
        match = INCLUDE.match(line)
        if match and match[1] in MAY_INCLUDE and match[1] not in MAY_INCLUDE[folder] | {folder}:
            yield f"{where}: {folder}/ may not include {match[1]}/"
        code = line.split("//")[0]
        if ASIO.search(code) and name not in ASIO_WRAPPERS:
            yield f"{where}: Boost.Asio and Beast only through {', '.join(sorted(ASIO_WRAPPERS))}"
        if TOML.search(code) and name != "core/toml.h":
            yield f"{where}: toml++ only through core/toml.h, which says why"
        for prefix, excepted, rules in BANNED:
            if name.startswith(prefix) and not name.startswith(excepted or ("\0",)):
                for pattern, instead in rules:
                    if re.search(pattern, code):
                        yield f"{where}: banned here: {pattern} ({instead})"


def problems(root):
    for folder in MAY_INCLUDE:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in {".h", ".cpp"}:
                yield from problems_of(path, path.relative_to(root).as_posix())


if __name__ == "__main__":
    found = list(problems(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
    print("\n".join(found) or "layers: ok")
    sys.exit(bool(found))
