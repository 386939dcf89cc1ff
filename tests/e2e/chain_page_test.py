#!/usr/bin/env python3
"""docs/CHAIN.md, from an empty chain to a claimed balance: every block of commands, run as it stands.

chain_page_test.py BINARIES SOURCE
"""
import contextlib
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

BINARIES, SOURCE = pathlib.Path(sys.argv.pop(1)).resolve(), pathlib.Path(sys.argv.pop(1)).resolve()
ANVIL = SOURCE / "node_modules/@foundry-rs/anvil-linux-amd64/bin"


def is_free(port):
    with socket.socket() as holder:
        return holder.connect_ex(("127.0.0.1", port)) != 0


def free_ports(count):
    """The first of so many ports in a row that nobody listens on at this moment, below those that systems give out."""
    while True:
        first = random.randrange(20_000, 32_000)
        if all(is_free(first + i) for i in range(count)):
            return first


def walk(commands, first_port):
    """(exit code, output, errors) of the commands in an empty folder. Nothing that they start is left."""
    environment = {**os.environ, "PATH": f"{BINARIES}:{ANVIL}:{os.environ['PATH']}", "SOURCE": str(SOURCE),
                   "RPC_PORT": str(first_port), "PORT": str(first_port)}
    with tempfile.TemporaryDirectory() as folder, open(f"{folder}.out", "w+") as out, \
            open(f"{folder}.err", "w+") as errors:
        for name in (out.name, errors.name):
            os.unlink(name)
        run = subprocess.Popen(["bash", "-euo", "pipefail", "-c", commands], cwd=folder, env=environment, stdout=out,
                               stderr=errors, start_new_session=True)
        try:
            run.wait(timeout=600)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)
            run.wait()
        for text in (out, errors):
            text.seek(0)
        return run.returncode, out.read(), errors.read()


class Page(unittest.TestCase):
    def test_every_block_runs_and_the_owner_is_paid(self):
        if not ANVIL.is_dir():
            self.skipTest(f"no anvil at {ANVIL}")
        page = (SOURCE / "docs/CHAIN.md").read_text()
        blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
        self.assertGreater(len(blocks), 6)
        for _ in range(3):
            code, out, errors = walk("".join(blocks), free_ports(4))
            # Somebody else may have been faster, before our check or after it.
            if code == 0 or not re.search("is taken: set|has ended before", errors):
                break
        self.assertEqual(code, 0, errors + out)
        audits = [line for line in out.splitlines() if '"identical"' in line]
        self.assertEqual(len(audits), 6, out)  # By three verifiers, of two epochs.
        self.assertTrue(all(json.loads(line)["identical"] for line in audits), out)
        self.assertEqual(json.loads(out.splitlines()[-1])["balance"], str(3 * 10**16), out)

    def test_a_port_that_is_taken_is_said_at_once(self):
        if not ANVIL.is_dir():
            self.skipTest(f"no anvil at {ANVIL}")
        block = re.findall(r"^```sh\n(.*?)^```$", (SOURCE / "docs/CHAIN.md").read_text(), re.MULTILINE | re.DOTALL)[0]
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            holder.listen()
            port = holder.getsockname()[1]
            code, _, errors = walk(block, port)
        self.assertNotEqual(code, 0)
        self.assertEqual(errors, f"port {port} is taken: set RPC_PORT and PORT\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
