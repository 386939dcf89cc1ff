#!/usr/bin/env python3
"""A 2xx means durable: under load from 4 threads the service is killed with SIGKILL again and again, and after each
start every message that it ever acknowledged is still there.

kill9_test.py BIN_DIR [ROUNDS]
"""
import pathlib
import random
import subprocess
import sys
import time

from verifierd import Verifierd

THREADS = 4
LOAD_SECONDS = (0.15, 0.6)  # Killed at a random moment, fixed by the seed.


def main():
    bin_dir = pathlib.Path(sys.argv[1])
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    load = bin_dir / "verifier-load"
    moments = random.Random(9)
    service = Verifierd(bin_dir)
    acknowledged = service.directory / "acknowledged"
    total = 0
    try:
        for number in range(rounds):
            service.start()
            clients = subprocess.Popen([load, "post", str(service.port), acknowledged, str(THREADS)],
                                       stdout=subprocess.PIPE, text=True)
            time.sleep(moments.uniform(*LOAD_SECONDS))
            service.kill()
            posted = int(clients.communicate(timeout=60)[0])
            assert clients.returncode == 0, f"load client: exit {clients.returncode}"
            total += posted
            # What this round acknowledged is checked at once, all of it at the end.
            service.start()
            recent = service.directory / "recent"
            lines = acknowledged.read_text().splitlines(keepends=True)
            recent.write_text("".join(lines[-posted:] if posted else []))
            check(load, service, recent, posted, f"kill {number + 1}")
            service.kill()
        service.start()
        check(load, service, acknowledged, total, "all")
        status, health, _ = service.request("/healthz")
        assert status == 200 and health["log_size"] >= total, health
        assert service.stop() == 0, "SIGTERM ends the service in good order"
        assert total >= 10 * rounds, f"only {total} batches were posted: this was no load"
        print(f"kill9: {rounds} kills, {total} acknowledged batches, none lost")
    finally:
        service.remove()


def check(load, service, file, count, what):
    result = subprocess.run([load, "check", str(service.port), file], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, f"{what}: {result.stderr}"
    assert int(result.stdout) == count, f"{what}: {result.stdout.strip()} of {count} are held"


if __name__ == "__main__":
    main()
