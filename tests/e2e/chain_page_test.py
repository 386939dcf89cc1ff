#!/usr/bin/env python3
"""docs/CHAIN.md, from an empty chain to a claimed balance: every block of commands, run as it stands.

chain_page_test.py BINARIES SOURCE
"""
import json
import os
import pathlib
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
    """The first of so many ports in a row that nobody listens on."""
    while True:
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            first = holder.getsockname()[1]
        if first + count < 65536 and all(is_free(first + i) for i in range(count)):
            return first


class Page(unittest.TestCase):
    def test_every_block_runs_and_the_owner_is_paid(self):
        if not ANVIL.is_dir():
            self.skipTest(f"no anvil at {ANVIL}")
        page = (SOURCE / "docs/CHAIN.md").read_text()
        blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
        self.assertGreater(len(blocks), 6)
        first = free_ports(4)
        environment = {**os.environ, "PATH": f"{BINARIES}:{ANVIL}:{os.environ['PATH']}", "SOURCE": str(SOURCE),
                       "RPC_PORT": str(first), "PORT": str(first)}
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.Popen(["bash", "-euo", "pipefail", "-c", "".join(blocks)], cwd=folder, env=environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
            try:
                # What runs in the background keeps its own ends of the pipes open: wait for the shell only.
                run.wait(timeout=600)
            finally:
                os.killpg(run.pid, signal.SIGKILL)
            out, errors = run.communicate()
        self.assertEqual(run.returncode, 0, errors + out)
        self.assertEqual(json.loads(out.splitlines()[-1])["balance"], str(3 * 10**16), out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
