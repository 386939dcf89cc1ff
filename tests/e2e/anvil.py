"""A chain of one's own for tests and demonstrations: anvil from npm, a real EVM node. Standard library only."""
import json
import os
import pathlib
import platform
import socket
import subprocess
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]


def find_anvil():
    """Where it is, or would be: ask exists()."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return pathlib.Path(os.environ.get("EARSHOT_ANVIL")
                        or ROOT / f"node_modules/@foundry-rs/anvil-linux-{machine}/bin/anvil")


def free_port(address="127.0.0.1"):
    with socket.socket() as holder:
        holder.bind((address, 0))
        return holder.getsockname()[1]


class Anvil:
    """Mines a block with each transaction and when told to; a block is final once two more follow. Its accounts are
    those of every development node, and it signs for them."""

    def __init__(self, timestamp, address="127.0.0.1", patience=300, **popen):
        port = free_port(address)
        self.url = f"http://{address}:{port}"
        self.patience = patience
        self.process = subprocess.Popen(
            [find_anvil(), "--host", address, "--port", str(port), "--silent", "--slots-in-an-epoch", "1",
             "--timestamp", str(timestamp)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **popen)
        deadline = time.monotonic() + patience
        while True:
            try:
                self.call("eth_chainId")
                return
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.05)

    def call(self, method, *parameters):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=self.patience) as reply:
            answer = json.load(reply)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def fund(self, address):
        self.call("anvil_setBalance", address, hex(10**20))

    def timestamp(self):
        """Of the newest block, seconds."""
        return int(self.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def pass_time(self, seconds):
        self.call("evm_increaseTime", hex(seconds))
        self.call("evm_mine")

    def mine_at(self, timestamp):
        """A block of that time, unless there is a later one."""
        if timestamp > self.timestamp():
            self.call("evm_setNextBlockTimestamp", timestamp)
            self.call("evm_mine")

    def finalize(self):
        for _ in range(3):
            self.call("evm_mine")

    def stop(self):
        self.process.kill()
        self.process.wait()
