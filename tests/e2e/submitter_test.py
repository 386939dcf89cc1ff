#!/usr/bin/env python3
"""earshot chain submit --follow: epochs go on chain as they are sealed, through restarts, a node that is down, fees that
rise and a signer in another program; the unit that runs it as a service says what the program takes.

usage: submitter_test.py FOLDER-OF-BINARIES SOURCE-FOLDER
"""
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from anvil import Anvil, find_anvil, free_port
from verifierd import Verifierd

BINARIES, SOURCE = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
del sys.argv[1:3]
DAY = 86_400
PATIENCE = 240
# Anvil's first development account, whose key anvil holds.
UNLOCKED = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"


def until(holds, what):
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"not in time: {what() if callable(what) else what}")
        time.sleep(0.02)


class Follower:
    """The program as a service manager runs it: its lines, its notifications."""

    def __init__(self, words, folder, extra=None):
        self.path = folder / "notify"
        self.path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.socket.setblocking(False)
        self.told = []
        self.log = folder / "log"
        with open(self.log, "a") as log:
            self.process = subprocess.Popen([str(word) for word in words], stderr=log, stdout=subprocess.PIPE, text=True,
                                            env=dict(os.environ, NOTIFY_SOCKET=str(self.path), **(extra or {})))

    def has_told(self, line):
        while True:
            try:
                self.told += self.socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return line in self.told

    def waits_for(self, pattern, times=1):
        def holds():
            self.has_told("")
            if self.process.poll() is not None:
                raise AssertionError(self.lines())
            return len(re.findall(pattern, self.lines())) >= times
        until(holds, lambda: f"{pattern} in {self.lines()}")

    def lines(self):
        return self.log.read_text()

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self.socket.close()

    def ends(self, signal_number=signal.SIGTERM):
        self.process.send_signal(signal_number)
        out, _ = self.process.communicate(timeout=PATIENCE)
        self.has_told("")
        return self.process.returncode, [json.loads(line) for line in out.splitlines()]


class Tunnel:
    """A port that leads to the node while it is open."""

    def __init__(self, port, node):
        self.target = int(node.url.rsplit(":", 1)[1])
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        try:
            while True:
                near, _ = self.listener.accept()
                threading.Thread(target=self.carry, args=(near,), daemon=True).start()
        except OSError:
            pass

    def carry(self, near):
        """A question and its answer, after which the node closes."""
        with near, socket.create_connection(("127.0.0.1", self.target)) as far:
            back = threading.Thread(target=self.pump, args=(far, near))
            back.start()
            self.pump(near, far)
            back.join()

    @staticmethod
    def pump(source, sink):
        try:
            while piece := source.recv(65536):
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Submitter(unittest.TestCase):
    """A verifier whose days pass when they are told to, and a chain of two of three signers."""

    @classmethod
    def setUpClass(cls):
        if not find_anvil().exists():
            raise unittest.SkipTest(f"no anvil at {find_anvil()}")
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="earshot-submitter-"))
        cls.accounts = {}
        for name in ("payer", "verifier-1", "verifier-2", "verifier-3", "owner"):
            cls.accounts[name] = json.loads(cls.earshot("key", "new", cls.folder / name))["account"]
        cls.epoch = int(time.time()) // DAY - 9
        cls.node = Anvil((cls.epoch + 1) * DAY + 60)
        cls.node.fund(cls.accounts["payer"])
        policy = (SOURCE / "rewards/policies/earshot-1.toml").read_text()
        begin = policy.index('verifiers_account = "') + len('verifiers_account = "')
        cls.policy = cls.folder / "policy.toml"
        cls.policy.write_text(policy[:begin] + cls.accounts["owner"] + policy[begin + 42:])
        cls.service = Verifierd(BINARIES, node=cls.node.url, virtual=True)
        config = cls.service.config.read_text()
        cls.service.config.write_text(config.replace(f"{SOURCE}/rewards/policies/earshot-1.toml", str(cls.policy)))
        cls.service.start()
        cls.url = f"http://127.0.0.1:{cls.service.port}"
        cls.move_clock(cls.epoch * DAY - 3600)
        load = subprocess.Popen([BINARIES / "verifier-load", "post", str(cls.service.port), cls.folder / "load", "1"],
                                stdout=subprocess.DEVNULL)
        until(lambda: (cls.folder / "load").exists() and (cls.folder / "load").read_text(), "a registration")
        load.kill()
        load.wait()

    @classmethod
    def tearDownClass(cls):
        cls.service.remove()
        cls.node.stop()
        shutil.rmtree(cls.folder)

    @staticmethod
    def earshot(*words):
        run = subprocess.run([BINARIES / "earshot", *map(str, words)], capture_output=True, text=True, timeout=PATIENCE)
        assert run.returncode == 0, run.stderr
        return run.stdout

    @classmethod
    def move_clock(cls, seconds):
        status, body, _ = cls.service.request("/v1/simulation/clock", b'{"unix_ns":"%d"}' % (seconds * 10**9))
        assert status == 200, body

    sealed = 0

    @classmethod
    def seal(cls, days):
        """So many epochs are over and sealed."""
        cls.sealed = max(cls.sealed, days)
        cls.node.mine_at((cls.epoch + cls.sealed) * DAY + 60)
        cls.move_clock((cls.epoch + cls.sealed) * DAY + 9 * 3600)

    def setUp(self):
        self.place = self.folder / self._testMethodName
        self.place.mkdir()
        signers = [word for i in (1, 2, 3) for word in ("--signer", self.accounts[f"verifier-{i}"])]
        self.contract = json.loads(self.earshot(
            "chain", "deploy", "--rpc", self.node.url, "--key", self.folder / "payer", "--policy", self.policy,
            "--first-epoch", self.epoch, "--wait", "mined", "--activation-delay", 60, "--journal",
            self.place / "deploy", *signers))["contract"]

    def words(self, *more, rpc=None, payer=None, state=None):
        keys = [word for i in (1, 2) for word in ("--signer-key", self.folder / f"verifier-{i}")]
        return [BINARIES / "earshot", "chain", "submit", "--follow", "--json", "--rpc", rpc or self.node.url,
                "--contract", self.contract, "--log", self.url, "--state", state or self.place / "state", "--poll",
                "0.05", *(("--key", self.folder / "payer") if payer is None else payer), *keys, *more]

    def follow(self, *more, **options):
        return self.start(self.words(*more, **options))

    def start(self, words):
        follower = Follower(words, self.place)
        self.addCleanup(follower.stop)
        return follower

    def status(self):
        return json.loads(self.earshot("chain", "status", "--rpc", self.node.url, "--contract", self.contract))

    def finish(self, follower, number):
        """The epoch's transaction gets final, and its root counts."""
        follower.waits_for(f"epoch {number}: .* is in block")
        self.node.finalize()
        follower.waits_for(f"epoch {number}: .* is final in block")
        self.node.pass_time(61)

    def test_epochs_follow_each_other_through_restarts_at_every_step(self):
        self.seal(1)
        follower = self.follow()
        until(lambda: follower.has_told("READY=1"), "READY")
        for done in range(self.sealed):
            self.finish(follower, self.epoch + done)
        first = self.epoch + self.sealed - 1
        follower.waits_for(f"epoch {first + 1}: is not sealed yet")
        until(lambda: follower.has_told("WATCHDOG=1"), "a beat")
        self.assertEqual(list((self.place / "state").glob("*.journal")), [])
        code, told = follower.ends()
        self.assertEqual((code, told[-1]["epoch"], len(told)), (0, str(first), self.sealed))
        self.assertIn("STOPPING=1", follower.told)

        # Killed while it waits for a seal, before the block, and when the transaction is in one.
        follower = self.follow()
        follower.waits_for(f"epoch {first + 1}: is not sealed yet", times=2)
        follower.ends(signal.SIGKILL)
        self.node.call("evm_setAutomine", False)
        self.seal(self.sealed + 1)
        follower = self.follow()
        follower.waits_for(f"epoch {first + 1}: .* waits for a block")
        follower.ends(signal.SIGKILL)
        journal = self.place / f"state/epoch-{first + 1}.journal"
        sent = json.loads(journal.read_text())
        follower = self.follow()
        follower.waits_for(f"epoch {first + 1}: taken up from ")
        self.node.call("evm_mine")
        self.node.call("evm_setAutomine", True)
        follower.waits_for(f"epoch {first + 1}: .* is in block")
        follower.ends(signal.SIGKILL)
        self.assertEqual(json.loads(journal.read_text())["nonce"], sent["nonce"], "no second transaction")
        follower = self.follow()
        self.finish(follower, first + 1)
        self.seal(self.sealed + 1)
        self.finish(follower, first + 2)
        code, told = follower.ends(signal.SIGINT)
        self.assertEqual((code, [one["epoch"] for one in told]), (0, [str(first + 1), str(first + 2)]))
        self.assertEqual(self.status()["epoch"], str(first + 2))
        self.assertEqual(len(re.findall("sent with nonce", follower.lines())), self.sealed, follower.lines())

    def test_a_node_that_is_down_for_a_while_is_asked_again(self):
        self.seal(2)
        gate = free_port()
        dead = f"http://127.0.0.1:{gate}"
        follower = self.follow(rpc=dead)
        follower.waits_for(f"node at {dead} does not answer")
        until(lambda: follower.has_told("READY=1"), "READY")
        tunnel = Tunnel(gate, self.node)
        follower.waits_for(f"epoch {self.epoch}: .* is in block")
        tunnel.close()
        follower.waits_for(f"epoch {self.epoch}: node at {dead} does not answer")
        self.node.finalize()
        tunnel = Tunnel(gate, self.node)
        follower.waits_for(f"epoch {self.epoch}: .* is final")
        follower.waits_for(f"epoch {self.epoch + 1}: waits for the one before")
        self.node.pass_time(61)
        self.finish(follower, self.epoch + 1)
        tunnel.close()
        self.assertEqual(follower.ends()[0], 0)

    def test_the_key_may_stay_in_another_program(self):
        self.seal(1)
        follower = self.follow(payer=("--signer", self.node.url, "--from", UNLOCKED))
        self.finish(follower, self.epoch)
        _, told = follower.ends()
        sent = self.node.call("eth_getTransactionByHash", told[0]["transaction"])
        self.assertEqual(sent["from"], UNLOCKED.lower())

    def test_another_was_first(self):
        """Ours is reverted; the contract says that the epoch is there, and we go on."""
        self.seal(2)
        keys = [word for i in (2, 3) for word in ("--signer-key", self.folder / f"verifier-{i}")]
        self.node.call("evm_setAutomine", False)
        follower = self.follow()
        follower.waits_for(f"epoch {self.epoch}: .* waits for a block")
        follower.process.send_signal(signal.SIGSTOP)
        sent = json.loads((self.place / f"state/epoch-{self.epoch}.journal").read_text())
        self.node.call("anvil_dropTransaction", sent["attempts"][-1]["hash"])
        self.node.call("evm_setAutomine", True)
        other = json.loads(self.earshot("key", "new", self.place / "other"))["account"]
        self.node.fund(other)
        self.earshot("chain", "submit", "--rpc", self.node.url, "--contract", self.contract, "--log", self.url, "--epoch",
                     self.epoch, "--key", self.place / "other", "--wait", "mined", "--journal", self.place / "rival", *keys)
        follower.process.send_signal(signal.SIGCONT)
        follower.waits_for(f"epoch {self.epoch}: transaction .* was reverted")
        follower.waits_for(f"epoch {self.epoch + 1}: waits for the one before")
        self.node.pass_time(61)
        self.finish(follower, self.epoch + 1)
        _, told = follower.ends()
        self.assertEqual([one["epoch"] for one in told], [str(self.epoch + 1)], "ours alone")
        self.assertEqual(self.status()["epoch"], str(self.epoch + 1))

    def test_signatures_that_are_missing_are_said(self):
        self.seal(1)
        words = self.words()
        words = words[:words.index("--signer-key")] + ["--signer-key", self.folder / "verifier-1"]
        follower = self.start(words)
        follower.waits_for(f"epoch {self.epoch}: is sealed; signatures of different signers: found 1, the contract wants 2")
        follower.ends()
        # Nobody named: the verifier itself is asked.
        follower = self.start(words[:words.index("--signer-key")])
        follower.waits_for(f"epoch {self.epoch}: is sealed; .* found 0, the contract wants 2; {self.url}: no signatures")
        follower.ends()

    def test_what_is_wrong_from_the_start_is_one_line(self):
        def fails(code, line, *words):
            run = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=PATIENCE)
            self.assertEqual((run.returncode, run.stderr.count("\n"), run.stdout), (code, 1, ""), run.stderr)
            self.assertIn(line, run.stderr)
        fails(2, "either --key, or a signer", *self.words(payer=()))
        fails(2, "either --key, or a signer", *self.words("--from", UNLOCKED))
        fails(2, "--gather", *self.words("--gather", "nowhere"))
        fails(69, "missing", *self.words("--signer-key", self.place / "missing"))
        fails(77, "--state", *self.words(state="/proc/nowhere"))
        fails(2, "--epoch", *self.words("--epoch", 7))
        follower = self.follow()
        until(lambda: follower.has_told("READY=1"), "READY")
        fails(69, "another process", *self.words())
        follower.ends()

    def test_the_unit_runs_what_its_environment_says(self):
        self.seal(1)
        unit = (SOURCE / "packaging/tools/earshot-submitter.service.in").read_text()
        command = re.search(r"^ExecStart=((?:.*\\\n)*.*)$", unit, re.M)[1].replace("\\\n", " ")
        given = dict(re.findall(r"^(\w+)=(.*)$", (SOURCE / "packaging/tools/submitter.env").read_text(), re.M))
        given.update(EARSHOT_RPC=self.node.url, EARSHOT_CONTRACT=self.contract, EARSHOT_LOG=self.url,
                     EARSHOT_OPTIONS="--poll 0.05 " + " ".join(
                         f"--signer-key {self.folder}/verifier-{i}" for i in (1, 2)))
        state = self.place / "service"
        state.mkdir()
        shutil.copy(self.folder / "payer", state / "fees.key")
        given = {name: value.strip('"').replace("/var/lib/earshot-submitter", str(state)) for name, value in given.items()}
        words = []
        for word in shlex.split(command.replace("@BINDIR@", str(BINARIES)).replace("/var/lib/earshot-submitter", str(state))):
            bare = re.fullmatch(r"\$(\w+)", word)
            words += given[bare[1]].split() if bare else [re.sub(r"\$\{(\w+)\}", lambda m: given[m[1]], word)]
        follower = self.start(words)
        self.finish(follower, self.epoch)
        self.assertEqual(follower.ends(), (0, []))


if __name__ == "__main__":
    unittest.main(verbosity=2)
