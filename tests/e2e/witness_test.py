#!/usr/bin/env python3
"""One verifier witnesses the logs of another: cosignatures over HTTP, a witness that is killed, and what it refuses.

witness_test.py BIN_DIR
"""
import hashlib
import json
import pathlib
import subprocess
import sys
import time

from verifierd import Verifierd

BIN = pathlib.Path(sys.argv[1])


def until(what, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError("nothing came of it in time")


def checkpoint(service, path="/checkpoint"):
    """(size, signers) of what the service publishes."""
    status, data, headers = service.request(path)
    if status != 200:
        assert status == 503 and headers["Retry-After"], status
        return None
    assert headers["Cache-Control"] == "no-store", headers
    text, signatures = data.decode().split("\n\n")
    return int(text.splitlines()[1]), [line.split()[1] for line in signatures.splitlines()]


def add_checkpoint(service, body):
    status, data, headers = service.request("/witness/add-checkpoint", body.encode(), "text/plain")
    return status, data, headers.get("Content-Type", "")


def main():
    log = Verifierd(BIN, extra='[identity]\nname = "example.org/a"\n').start()
    keys = log.request("/healthz")[1]
    log.stop()
    logs = json.dumps([keys["log_key"], keys["network_log_key"]])
    witness = Verifierd(BIN, extra=f'[identity]\nname = "example.net/b"\n[cosigning]\nlogs = {logs}\n').start()
    try:
        witness_key = witness.request("/healthz")[1]["witness_key"]
        assert witness_key.startswith("example.net/b/witness+"), witness_key
        witness = Verifierd(BIN, directory=kept(witness), port=witness.port,
                            extra=f'[identity]\nname = "example.net/b"\n[cosigning]\nlogs = {logs}\n').start()
        address = f"{witness_key} http://127.0.0.1:{witness.port}/witness"
        log = Verifierd(BIN, directory=log.directory, extra='[identity]\nname = "example.org/a"\n[cosigning]\n'
                        f'witnesses = ["{address}"]\nleast = 1\ninterval_seconds = 1\n').start()
        both = ["example.org/a", "example.net/b/witness"]
        assert until(lambda: checkpoint(log)) == (0, both)
        assert until(lambda: checkpoint(log, "/network/checkpoint")) == (0, ["example.org/a/network", both[1]])
        post_some(log)
        size = until(lambda: checkpoint(log)[0])
        result = subprocess.run([BIN / "earshot", "log", "verify", "--log", f"http://127.0.0.1:{log.port}", "--key",
                                 keys["log_key"]], capture_output=True, text=True, timeout=60)
        assert result.returncode == 0 and json.loads(result.stdout)["size"] >= size, result.stderr

        # Nobody answers: what was published stays. The witness comes back and goes on where it was.
        witness.kill()
        until(lambda: "cosignatures of the intake log" in log.log())
        assert checkpoint(log)[1] == both
        post_some(log)
        witness.start()
        until(lambda: checkpoint(log)[0] > size)
        assert checkpoint(log)[1] == both

        # What it refuses, and what it shows.
        held = log.request("/checkpoint")[1].decode()
        note = held[:held.rindex("\u2014 example.net")]
        size = int(held.splitlines()[1])
        status, data, kind = add_checkpoint(witness, f"old 0\n\n{note}")
        assert (status, kind) == (409, "text/x.tlog.size") and int(data) >= size, (status, data, kind)
        assert add_checkpoint(witness, f"old {size + 1}\n\n{note}")[0] == 400
        assert add_checkpoint(witness, "nonsense")[0] == 400
        assert add_checkpoint(witness, f"old 0\n\n{note.replace('example.org/a', 'example.org/z')}")[0] == 404
        forged = note.replace(f"\n{size}\n", f"\n{size + 1}\n", 1)
        assert add_checkpoint(witness, f"old 0\n\n{forged}")[0] == 403
        origin = hashlib.sha256(b"example.org/a").hexdigest()
        status, data, _ = witness.request(f"/witness/{origin}/checkpoint")
        assert status == 200 and "\u2014 example.net/b/witness " in data.decode(), data
        assert witness.request(f"/witness/{'0' * 64}/checkpoint")[0] == 404
        assert log.request("/witness/add-checkpoint", b"old 0\n")[0] == 404, "it witnesses nobody"
        print(f"witness: {size} entries cosigned")
    finally:
        log.remove()
        witness.remove()


def kept(service):
    service.stop()
    return service.directory


def post_some(service):
    """Clients post until they are stopped by the service's death; here they are stopped by hand."""
    acknowledged = service.directory / "acknowledged"
    clients = subprocess.Popen([BIN / "verifier-load", "post", str(service.port), acknowledged, "1"],
                               stdout=subprocess.PIPE, text=True)
    before = service.request("/healthz")[1]["log_size"]
    until(lambda: service.request("/healthz")[1]["log_size"] > before)
    clients.kill()
    clients.communicate(timeout=60)


if __name__ == "__main__":
    main()
