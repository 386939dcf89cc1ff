#!/usr/bin/env python3
"""A verifier's intake log as a stranger checks it: `earshot log verify` and `prove` over HTTP and on copies of its files.

log_test.py BIN_DIR
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from verifierd import Verifierd

BIN = pathlib.Path(sys.argv[1])


def earshot(*words):
    result = subprocess.run([BIN / "earshot", "log", *map(str, words)], capture_output=True, text=True, timeout=120)
    return result.returncode, result.stdout, result.stderr


def refused(code, *words, says):
    found, out, errors = earshot(*words)
    assert found == code, (words, found, errors)
    assert errors.count("\n") == 1 and says in errors, errors


def load(service, seconds):
    acknowledged = service.directory / "acknowledged"
    clients = subprocess.Popen([BIN / "verifier-load", "post", str(service.port), acknowledged, "2"],
                               stdout=subprocess.PIPE, text=True)
    time.sleep(seconds)
    service.kill()
    clients.communicate(timeout=60)
    service.start()


def copy_of(service, folder):
    """What the service publishes of its log, as files of the same names."""
    def fetch(name):
        status, data, headers = service.request("/" + name)
        assert status == 200, (name, status)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
        return data, headers
    fetch("healthz")
    checkpoint, headers = fetch("checkpoint")
    assert headers["Cache-Control"] == "no-store", headers
    size = int(checkpoint.decode().splitlines()[1])
    for index in range((size + 255) // 256):
        width = min(256, size - index * 256)
        suffix = f"{index:03d}" + ("" if width == 256 else f".p/{width}")
        for kind in ("entries", "0"):
            _, headers = fetch(f"tile/{kind}/{suffix}")
            assert headers["Cache-Control"] == "public, max-age=31536000, immutable", headers
    return size


def main():
    service = Verifierd(BIN, extra='[identity]\nname = "example.org/earshot"\n').start()
    try:
        url = f"http://127.0.0.1:{service.port}"
        key = service.request("/healthz")[1]["log_key"]
        assert key.startswith("example.org/earshot+"), key
        code, out, _ = earshot("verify", "--log", url, "--key", key, "--save", service.directory / "empty")
        assert code == 0 and json.loads(out)["size"] == 0, out
        load(service, 0.6)
        url = f"http://127.0.0.1:{service.port}"
        assert service.request("/healthz")[1]["log_key"] == key, "a restart keeps the key"
        first = service.directory / "first"
        code, out, errors = earshot("verify", "--log", url, "--key", key, "--save", first)
        assert code == 0 and json.loads(out)["size"] > 3, (out, errors)
        load(service, 0.6)
        url = f"http://127.0.0.1:{service.port}"
        code, out, errors = earshot("verify", "--log", url, "--since", first)
        assert code == 0 and key in errors, errors
        size = json.loads(out)["size"]

        proof = service.directory / "proof"
        code, out, _ = earshot("prove", "--index", 3, "--log", url, "--key", key, "-o", proof)
        entry = json.loads(out)
        assert code == 0 and entry["kind"] in ("header", "message"), out
        assert proof.read_text().startswith("c2sp.org/tlog-proof@v1\nextra ")
        code, out, _ = earshot("verify", "--proof", proof, "--key", key)
        assert code == 0 and json.loads(out) == entry, out
        code, out, _ = earshot("prove", entry["id"], "--log", url, "--key", key, "-o", proof)
        assert code == 0 and json.loads(out) == entry, out
        refused(1, "prove", "00" * 32, "--log", url, "--key", key, "-o", proof, says="no entry of")
        refused(2, "prove", "--index", size, "--log", url, "--key", key, "-o", proof, says="there is no entry")
        refused(2, "prove", "--log", url, "--key", key, "-o", proof, says="either")
        proof.write_text(proof.read_text().replace("index 3", "index 2"))
        refused(1, "verify", "--proof", proof, "--key", key, says="is not number 2")

        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            size = copy_of(service, folder)
            code, out, _ = earshot("verify", "--log", folder, "--key", key, "--since", first)
            assert code == 0 and json.loads(out)["size"] == size, out
            bundle = folder / "tile" / "entries" / ("000" if size >= 256 else f"000.p/{size}")
            whole = bundle.read_bytes()
            bundle.write_bytes(whole[:43 * 2 + 20] + bytes([whole[43 * 2 + 20] ^ 1]) + whole[43 * 2 + 21:])
            refused(1, "verify", "--log", folder, "--key", key, says="entry 2 is not what its tile says")
            bundle.write_bytes(whole[:-1])
            refused(65, "verify", "--log", folder, "--key", key, says="tile/entries/000")
            bundle.write_bytes(whole)
            checkpoint = folder / "checkpoint"
            text = checkpoint.read_text()
            checkpoint.write_text(text.replace(f"\n{size}\n", f"\n{size - 1}\n"))
            refused(65, "verify", "--log", folder, "--key", key, says="is wrong")
            other = key.replace("example.org", "example.net")
            refused(65, "verify", "--log", folder, "--key", other, says="note key")
            refused(69, "verify", "--log", folder / "nowhere", "--key", key, says="No such file")
        print(f"log: {size} entries verified, proven and altered")
    finally:
        service.remove()


if __name__ == "__main__":
    main()
