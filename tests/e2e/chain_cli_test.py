#!/usr/bin/env python3
"""From sealed epochs to tokens as people type it: earshot chain, epoch and audit against a real node and a real
verifier over HTTP, and what they say when something is wrong.

usage: chain_cli_test.py FOLDER-OF-BINARIES SOURCE-FOLDER
"""
import http.server
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

from anvil import Anvil, find_anvil, free_port
from verifierd import Verifierd

BINARIES = pathlib.Path(sys.argv.pop(1)).resolve()
SOURCE = pathlib.Path(sys.argv.pop(1)).resolve()
DAY = 86_400
# Anvil's first development account, whose key anvil holds.
UNLOCKED = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
NOBODY = "0x00000000000000000000000000000000000000AA"
EMISSION = 20_000 * 10**18


def earshot(*words, folder=None):
    return subprocess.run([BINARIES / "earshot", *map(str, words)], capture_output=True, text=True, timeout=120,
                          cwd=folder)


class Liar:
    """A node in front of the real one that bends some answers: `bend` maps a method to what is said instead, or to
    a function of the question that gives it."""

    def __init__(self, node, bend):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                question = json.loads(body)
                said = bend.get(question["method"])
                if callable(said):
                    said = said(question)
                if said is None:
                    request = urllib.request.Request(node.url, body, {"Content-Type": "application/json"})
                    answer = urllib.request.urlopen(request, timeout=30).read()
                else:
                    answer = said.replace("$id", str(question["id"])).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Chain(unittest.TestCase):
    """Two sealed epochs of a verifier, the second of them quieter, and a node; tests share them."""

    @classmethod
    def setUpClass(cls):
        if not find_anvil().exists():
            raise unittest.SkipTest(f"no anvil at {find_anvil()}")
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="earshot-chain-"))
        cls.keys = {}
        for name in ("payer", "verifier-1", "verifier-2", "verifier-3", "owner"):
            made = earshot("key", "new", cls.folder / name)
            assert made.returncode == 0, made.stderr
            cls.keys[name] = json.loads(made.stdout)["account"]
        cls.epoch = int(time.time()) // DAY - 2
        cls.node = Anvil((cls.epoch + 2) * DAY + 60)
        cls.node.fund(cls.keys["payer"])
        cls.node.fund(cls.keys["owner"])
        cls.seal_two_epochs()
        cls.contract = cls.deploy()

    @classmethod
    def tearDownClass(cls):
        cls.service.remove()
        cls.node.stop()
        shutil.rmtree(cls.folder)

    @classmethod
    def seal_two_epochs(cls):
        """Hotspots that onboard on the first day and say nothing; the owner's account takes the verifiers' share."""
        policy = (SOURCE / "rewards/policies/earshot-1.toml").read_text()
        cls.policy = cls.folder / "policy.toml"
        begin = policy.index('verifiers_account = "') + len('verifiers_account = "')
        cls.policy.write_text(policy[:begin] + cls.keys["owner"] + policy[begin + 42:])
        cls.service = Verifierd(BINARIES, node=cls.node.url, virtual=True)
        config = cls.service.config.read_text()
        cls.service.config.write_text(
            config.replace(f"{SOURCE}/rewards/policies/earshot-1.toml", str(cls.policy)))
        assert str(cls.policy) in cls.service.config.read_text()
        cls.service.start()
        cls.url = f"http://127.0.0.1:{cls.service.port}"
        cls.move_clock(cls.epoch * DAY - 3600)
        load = subprocess.Popen([BINARIES / "verifier-load", "post", str(cls.service.port), cls.folder / "load", "1"],
                                stdout=subprocess.DEVNULL)
        while not (cls.folder / "load").exists() or not (cls.folder / "load").read_text():
            time.sleep(0.05)
        load.kill()
        load.wait()
        for day in (1, 2):
            cls.move_clock((cls.epoch + day) * DAY + 9 * 3600)
        cls.dir = cls.folder / "published"
        cls.dir.mkdir()
        for number in (cls.epoch, cls.epoch + 1):
            for part, ending in (("record", "record"), ("seal", "seal"), ("artifact", "artifact"), ("policy", "policy.toml")):
                with urllib.request.urlopen(f"{cls.url}/v1/epochs/{number}/{part}") as answer:
                    (cls.dir / f"epoch-{number}.{ending}").write_bytes(answer.read())

    @classmethod
    def move_clock(cls, seconds):
        status, body, _ = cls.service.request("/v1/simulation/clock", b'{"unix_ns":"%d"}' % (seconds * 10**9))
        assert status == 200, body

    @classmethod
    def deploy(cls, *more):
        signers = [word for i in (1, 2, 3) for word in ("--signer", cls.keys[f"verifier-{i}"])]
        run = earshot("chain", "deploy", "--rpc", cls.node.url, "--key", cls.folder / "payer", "--policy", cls.policy,
                      "--first-epoch", cls.epoch, "--wait", "mined", *signers, *more, folder=cls.folder)
        assert run.returncode == 0, run.stderr
        deployed = json.loads(run.stdout)
        assert (deployed["threshold"], deployed["signers"]) == (2, 3), deployed
        return deployed["contract"]

    def done(self, *words):
        run = earshot(*words, folder=self.folder)
        self.assertEqual((run.returncode, run.stderr), (0, ""), words)
        return run.stdout

    def fails(self, code, words, *command):
        """Fails with this code and one line that says these words, prints nothing else, leaves no file."""
        before = set(self.folder.iterdir())
        run = earshot(*command, folder=self.folder)
        self.assertEqual(run.returncode, code, (command, run.stderr))
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
        for word in [words] if isinstance(words, str) else words:
            self.assertIn(word, run.stderr)
        self.assertEqual(run.stdout, "")
        self.assertEqual(set(self.folder.iterdir()), before, "nothing half-written")

    def on(self, *command, contract=None, rpc=None):
        """The words of a chain command on our node and contract."""
        return ("chain", command[0], "--rpc", rpc or self.node.url, "--contract", contract or self.contract,
                *command[1:])

    def submit(self, number, *signers, contract=None, log=None, key="payer"):
        words = [word for signer in signers for word in ("--signer-key", self.folder / signer)]
        return self.on("submit", "--epoch", number, "--log", log or self.url, "--key", self.folder / key, "--wait",
                       "mined", *words, contract=contract)

    def claim(self, number, *more, contract=None, log=None, key="payer"):
        return self.on("claim", "--epoch", number, "--log", log or self.url, "--key", self.folder / key, "--wait",
                       "mined", *more, contract=contract)

    def status(self, contract):
        return json.loads(self.done(*self.on("status", "--account", self.keys["owner"], contract=contract)))

    # The way that everything takes when nothing is wrong.

    def test_two_epochs_from_the_seal_to_the_owners_balance(self):
        contract = self.deploy()
        self.assertEqual(self.status(contract)["epoch"], str(self.epoch - 1))
        first = json.loads(self.done(*self.submit(self.epoch, "verifier-1", "verifier-3", contract=contract)))
        self.assertEqual((first["epoch"], first["cumulative_total"]), (str(self.epoch), str(EMISSION)))
        again = json.loads(self.done(*self.submit(self.epoch, "verifier-1", "verifier-3", contract=contract)))
        self.assertEqual((again["state"], again["transaction"]), ("submitted before", None))
        status = self.status(contract)
        self.assertTrue(status["pending"])
        self.fails(1, "counts from", *self.claim(self.epoch, "--account", self.keys["owner"], contract=contract))
        self.node.pass_time(3601)
        self.assertFalse(self.status(contract)["pending"])

        # Somebody else pays the fee; the tokens go to the account.
        paid = json.loads(self.done(*self.claim(self.epoch, "--account", self.keys["owner"], contract=contract)))
        share = int(paid["paid"])
        self.assertEqual((paid["account"], paid["balance"]), (self.keys["owner"], str(share)))
        self.assertGreater(share, 0)
        self.assertEqual(self.status(contract)["account"], {"address": self.keys["owner"], "balance": str(share),
                                                            "claimed": str(share), "deposit": "0"})
        self.fails(1, "NothingToClaim", *self.claim(self.epoch, key="owner", contract=contract))
        balance = json.loads(self.done(*self.on("balance", self.keys["owner"], contract=contract)))
        self.assertEqual((balance["balance"], balance["deposit"]), (str(share), "0"))

        # The second epoch, signed apart and joined by who submits it, from files instead of HTTP.
        number = self.epoch + 1
        signatures = []
        for signer in ("verifier-2", "verifier-3"):
            signed = json.loads(self.done(*self.on("sign", "--epoch", number, "--log", self.dir, "--key",
                                                   self.folder / signer, contract=contract)))
            self.assertEqual(signed["signer"], self.keys[signer])
            signatures += ["--signature", signed["signature"]]
        self.done(*self.submit(number, contract=contract, log=self.dir), *signatures)
        status = self.status(contract)
        self.assertGreater(int(status["log_size"]), 0)
        self.assertEqual(int(status["newest_total"]), 2 * EMISSION)
        self.node.pass_time(3601)
        proof = self.folder / "proof.json"
        proof.write_text(self.done("rewards", "proof", "--epoch", number, "--log", self.dir, "--account",
                                   self.keys["owner"]))
        self.addCleanup(proof.unlink)
        root = status["newest_root"]
        self.assertEqual(json.loads(self.done("rewards", "check", proof, "--root", root))["root"], root)
        self.fails(1, "is for root", "rewards", "check", proof, "--root", "0x" + "00" * 32)
        once = json.loads(self.done(*self.on("claim", "--proof", proof, "--key", self.folder / "payer", "--wait", "mined",
                                             contract=contract)))
        self.assertEqual(once["account"], self.keys["owner"])
        bent = json.loads(proof.read_text())
        bent["cumulative"] += "0"
        proof.write_text(json.dumps(bent))
        self.fails(1, "does not lead to its root", "rewards", "check", proof)
        paid = [json.loads(line)
                for line in self.done(*self.claim(number, "--all", contract=contract, log=self.dir)).splitlines()]
        self.assertEqual(sum(int(one["cumulative"]) for one in paid), 2 * EMISSION)
        self.assertEqual(self.status(contract)["claimed"], str(2 * EMISSION))
        self.assertEqual([path.name for path in self.folder.glob("*.journal")], [], "journals are gone when done")

    def test_tables_are_for_people(self):
        pairs = (("chain status", self.on("status")), ("epoch show", ("epoch", "show", "--epoch", self.epoch, "--log",
                                                                     self.url)))
        for name, words in pairs:
            command = " ".join(f"'{word}'" for word in (BINARIES / "earshot", *words))
            run = subprocess.run(["script", "-qec", command, "/dev/null"], capture_output=True, text=True, timeout=60)
            self.assertEqual(run.returncode, 0, run.stdout)
            self.assertNotIn("{", run.stdout, name)
            self.assertGreater(run.stdout.count("\n"), 4, name)

    # What goes wrong.

    def test_a_dead_node_is_69(self):
        dead = f"http://127.0.0.1:{free_port()}"
        line = f"node at {dead} does not answer"
        self.fails(69, line, *self.on("status", rpc=dead))
        self.fails(69, line, *self.on("submit", "--epoch", self.epoch, "--log", self.url, "--key",
                                      self.folder / "payer", "--signer-key", self.folder / "verifier-1", rpc=dead))
        self.fails(69, line, *self.on("claim", "--epoch", self.epoch, "--log", self.url, "--key",
                                      self.folder / "owner", rpc=dead))
        self.fails(69, line, "chain", "deploy", "--rpc", dead, "--key", self.folder / "payer", "--first-epoch", 1,
                   "--signer", self.keys["payer"])

    def test_a_node_that_lies_gets_no_transaction(self):
        result = '{"jsonrpc":"2.0","id":$id,"result":%s}'
        lies = [({"eth_chainId": result % '"0x1"'}, 65, "is of network 31337, the node's chain is 1"),
                ({"eth_chainId": result % '"31337"'}, 65, "expected a quantity"),
                ({"eth_chainId": "<html>"}, 65, "is not JSON-RPC"),
                ({"eth_getBlockByNumber": result % '{"number":"0x1"}'}, 65, "block hash"),
                ({"eth_call": result % '"0x00"'}, 65, "is not the rewards contract"),
                ({"eth_estimateGas": result % "[]"}, 65, "expected a quantity")]
        nonce = self.node.call("eth_getTransactionCount", self.keys["payer"], "pending")
        for bend, code, words in lies:
            liar = Liar(self.node, bend)
            submit = self.submit(self.epoch, "verifier-1", "verifier-2")
            self.fails(code, words, *[liar.url if word == self.node.url else word for word in submit])
            liar.stop()
        self.assertEqual(self.node.call("eth_getTransactionCount", self.keys["payer"], "pending"), nonce)

    def test_a_key_in_another_program_signs(self):
        account = UNLOCKED
        words = self.on("sign", "--epoch", self.epoch, "--log", self.url, "--remote", self.node.url, "--account")
        signed = json.loads(self.done(*words, account))
        self.assertEqual(signed["signer"], account)
        self.fails(1, "refuses eth_signTypedData_v4", *words, NOBODY)
        self.fails(2, "either --key", *words, account, "--key", self.folder / "payer")

    def test_fees_are_paid_with_a_key_in_another_program(self):
        signer = ("--signer", self.node.url, "--from", UNLOCKED)
        deployed = json.loads(self.done(
            "chain", "deploy", "--rpc", self.node.url, "--fee-signer", *signer[1:], "--policy", self.policy,
            "--first-epoch", self.epoch, "--signer", self.keys["verifier-1"], "--wait", "mined"))
        contract = deployed["contract"]
        sent = json.loads(self.done(*self.on(
            "submit", "--epoch", self.epoch, "--log", self.url, *signer, "--wait", "mined", "--signer-key",
            self.folder / "verifier-1", contract=contract)))
        self.assertEqual(self.node.call("eth_getTransactionByHash", sent["transaction"])["from"], UNLOCKED.lower())
        self.node.pass_time(3601)
        paid = json.loads(self.done(*self.on(
            "claim", "--epoch", self.epoch, "--log", self.url, *signer, "--account", self.keys["owner"], "--wait",
            "mined", contract=contract)))
        self.assertGreater(int(paid["balance"]), 0)
        words = self.on("deposit", "--amount", 1, "--wait", "mined", contract=contract)
        self.fails(1, "refuses", *words, "--signer", self.node.url, "--from", self.keys["owner"])
        self.fails(2, "either --key, or a signer", *words, "--signer", self.node.url)
        self.fails(2, "either --key, or a signer", *words, *signer, "--key", self.folder / "payer")
        self.fails(2, "signer: ", *words, "--signer", "nowhere", "--from", UNLOCKED)
        dead = f"http://127.0.0.1:{free_port()}"
        self.fails(69, dead, "chain", "deploy", "--rpc", self.node.url, "--fee-signer", dead, "--from", UNLOCKED,
                   "--first-epoch", 1, "--signer", self.keys["payer"])

    def test_a_submission_goes_on_though_other_signatures_are_at_hand(self):
        contract = self.deploy()
        self.node.call("evm_setAutomine", False)
        cut = earshot(*self.submit(self.epoch, "verifier-1", "verifier-2", contract=contract), "--timeout", 0,
                      folder=self.folder)
        self.assertEqual(cut.returncode, 69, cut.stderr)
        self.assertIn("run the same command again", cut.stderr)
        self.node.call("evm_mine")
        self.node.call("evm_setAutomine", True)
        done = json.loads(self.done(*self.submit(self.epoch, "verifier-2", "verifier-3", contract=contract)))
        self.assertEqual(done["state"], "mined")

    def test_a_signer_that_lies_sends_nothing(self):
        """It signs something else than it was asked to, or for somebody else, or not at all."""
        def answer(question, result):
            return json.dumps({"jsonrpc": "2.0", "id": question["id"], "result": result})

        def signed(question, **changes):
            return self.node.call("eth_signTransaction", dict(question["params"][0], **changes))

        def changed(**changes):
            return {"eth_signTransaction": lambda question: answer(question, signed(question, **changes))}

        def bent(bend):
            return {"eth_signTransaction": lambda question: answer(question, bend(signed(question)))}

        second = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
        lies = [(changed(nonce="0x99"), 1, "changed the transaction: nonce is 153, asked for "),
                (changed(gas="0x1"), 1, "gas is 1, asked for "),
                (changed(maxFeePerGas="0xffffffffff"), 1, " fee is 1099511627775, asked for "),
                (changed(maxPriorityFeePerGas="0x0"), 1, "priority fee is 0, asked for "),
                (changed(to=NOBODY), 1, "receiver is 0x00000000000000000000000000000000000000AA, asked for "),
                (changed(data="0x00", input="0x00"), 1, "other data than asked for"),
                (changed(value="0x1"), 65, "found a value, expected none"),
                ({"eth_signTransaction": lambda question: answer(question, self.node.call(
                    "eth_signTransaction", dict(question["params"][0], **{"from": second})))}, 1,
                 f"signed with the key of {second}, asked for {UNLOCKED}"),
                (bent(lambda raw: raw[:-2]), 65, "RLP: "),
                (bent(lambda raw: raw + "00"), 65, "after the item"),
                (bent(lambda raw: "0x01" + raw[4:]), 65, "expected one of type 2"),
                (bent(lambda raw: {"tx": {}}), 65, "no signed transaction"),
                (bent(lambda raw: None), 65, "no signed transaction"),
                ({"eth_signTransaction": '{"jsonrpc":"2.0","id":$id,"error":{"code":-32000,"message":"denied"}}'}, 1,
                 "refuses eth_signTransaction: denied")]
        nonce = self.node.call("eth_getTransactionCount", UNLOCKED, "pending")
        words = self.on("submit", "--epoch", self.epoch, "--log", self.url, "--from", UNLOCKED, "--wait", "mined",
                        "--signer-key", self.folder / "verifier-1", "--signer-key", self.folder / "verifier-2",
                        contract=self.deploy())
        for bend, code, said in lies:
            liar = Liar(self.node, bend)
            self.fails(code, said, *words, "--signer", liar.url)
            liar.stop()
        self.assertEqual(self.node.call("eth_getTransactionCount", UNLOCKED, "pending"), nonce)
        # Clef calls it otherwise, and answers with an object.
        clef = Liar(self.node, {
            "eth_signTransaction": '{"jsonrpc":"2.0","id":$id,"error":{"code":-32601,"message":"no such method"}}',
            "account_signTransaction": lambda question: answer(question, {"raw": signed(question), "tx": {}})})
        self.assertEqual(json.loads(self.done(*words, "--signer", clef.url))["state"], "mined")
        clef.stop()

    def test_a_payer_may_sign_its_anchor_with_a_key_in_another_program(self):
        def opened(*who, name="anchor"):
            return ("channel", "open", "--contract", self.contract, "--chain-id", 31337, "--hotspot", "11" * 32, "--epoch",
                    self.epoch, "--unit-price", 1, "--units", 5, "--purse", self.folder / f"{name}.purse", "--out",
                    self.folder / name, *who)

        made = json.loads(self.done(*opened("--signer", self.node.url, "--from", UNLOCKED)))
        self.assertEqual(made["payer"], UNLOCKED)
        for file in ("anchor", "anchor.purse"):
            (self.folder / file).unlink()
        self.fails(2, "either --key, or --signer", *opened("--signer", self.node.url))
        self.fails(1, "refuses eth_signTypedData_v4", *opened("--signer", self.node.url, "--from", NOBODY))

        def for_more_units(question):
            account, document = question["params"]
            document["message"]["maxUnits"] = "65536"
            return json.dumps({"jsonrpc": "2.0", "id": question["id"],
                               "result": self.node.call("eth_signTypedData_v4", account, document)})
        liar = Liar(self.node, {"eth_signTypedData_v4": for_more_units})
        self.fails(1, "did not sign this anchor with", *opened("--signer", liar.url, "--from", UNLOCKED))
        liar.stop()

    def test_a_dead_verifier_is_69(self):
        dead = f"http://127.0.0.1:{free_port()}"
        self.fails(69, dead, *self.submit(self.epoch, "verifier-1", "verifier-2", log=dead))
        self.fails(69, dead, *self.claim(self.epoch, log=dead))
        for command in (("epoch", "show"), ("epoch", "explain", "00"), ("audit",)):
            self.fails(69, dead, *command, "--epoch", self.epoch, "--log", dead)

    def test_an_epoch_that_is_not_sealed_is_69(self):
        for command in (("epoch", "show"), ("audit",)):
            self.fails(69, "answers 404", *command, "--epoch", self.epoch + 7, "--log", self.url)
        self.fails(69, "answers HTTP 404", *self.submit(self.epoch + 7, "verifier-1", "verifier-2"))
        self.fails(69, f"epoch-{self.epoch + 7}.", "audit", "--epoch", self.epoch + 7, "--log", self.dir)

    def test_a_key_that_others_can_read_is_77(self):
        open_key = self.folder / "open"
        shutil.copy(self.folder / "payer", open_key)
        open_key.chmod(0o644)
        self.addCleanup(open_key.unlink)
        self.fails(77, "open", *self.submit(self.epoch, "verifier-1", "verifier-2", key="open"))
        self.fails(77, "open", *self.submit(self.epoch, "verifier-1", "open"))
        self.fails(77, "open", *self.claim(self.epoch, key="open"))
        self.fails(77, "open", "chain", "deploy", "--rpc", self.node.url, "--key", open_key, "--first-epoch", 1,
                   "--signer", self.keys["payer"])
        self.fails(77, "open", "key", "show", open_key)

    def test_a_key_that_is_none_is_65_and_a_missing_one_69(self):
        bad = self.folder / "bad"
        bad.write_text("not a key\n")
        bad.chmod(0o600)
        self.addCleanup(bad.unlink)
        self.fails(65, "bad", *self.submit(self.epoch, "verifier-1", "verifier-2", key="bad"))
        self.fails(69, "missing", *self.submit(self.epoch, "verifier-1", "verifier-2", key="missing"))

    def test_files_that_are_not_an_epochs_are_65(self):
        copy = self.folder / "copy"
        shutil.copytree(self.dir, copy)
        self.addCleanup(shutil.rmtree, copy)
        artifact = copy / f"epoch-{self.epoch}.artifact"
        whole = artifact.read_bytes()
        for broken, words in ((whole[:-1], "accounts"), (b"", "ERSH"), (b"x" + whole[1:], "ERSH"),
                              (whole[:-1] + bytes([whole[-1] ^ 1]), "sum to"),
                              ((self.dir / f"epoch-{self.epoch + 1}.artifact").read_bytes(), "is not the rewards file")):
            artifact.write_bytes(broken)
            self.fails(65, [str(artifact), words], *self.submit(self.epoch, "verifier-1", "verifier-2", log=copy))
            self.fails(65, str(artifact), *self.claim(self.epoch, log=copy))
        artifact.write_bytes(whole)
        for name in ("record", "seal"):
            file = copy / f"epoch-{self.epoch}.{name}"
            bytes_of = file.read_bytes()
            file.write_bytes(bytes_of[:40])
            self.fails(65, f"epoch {self.epoch}", "audit", "--epoch", self.epoch, "--log", copy)
            self.fails(65, f"epoch {self.epoch}", "epoch", "show", "--epoch", self.epoch, "--log", copy)
            file.write_bytes(bytes_of)

    def test_what_the_contract_would_refuse_is_told_before_a_fee_is_paid(self):
        nonce = self.node.call("eth_getTransactionCount", self.keys["payer"], "latest")
        self.fails(1, "2", *self.submit(self.epoch, "verifier-1"))
        self.fails(1, "BadSignature", *self.submit(self.epoch, "verifier-1", "owner"))
        self.fails(1, "EpochOutOfOrder", *self.submit(self.epoch + 1, "verifier-1", "verifier-2",
                                                      contract=self.past_contract()))
        self.fails(1, ["has nothing for", NOBODY], *self.claim(self.epoch, "--account", NOBODY))
        self.fails(1, "no contract", *self.on("status", contract=NOBODY))
        self.assertEqual(self.node.call("eth_getTransactionCount", self.keys["payer"], "latest"),
                         hex(int(nonce, 16) + self.deployed))

    deployed = 0

    def past_contract(self):
        """One whose first epoch is after both of ours."""
        self.deployed += 1
        signers = [word for i in (1, 2, 3) for word in ("--signer", self.keys[f"verifier-{i}"])]
        run = self.done("chain", "deploy", "--rpc", self.node.url, "--key", self.folder / "payer", "--policy",
                        self.policy, "--first-epoch", self.epoch + 5, "--wait", "mined", *signers)
        return json.loads(run)["contract"]

    def test_wrong_usage_is_2(self):
        wrong = self.keys["owner"][:-1] + ("0" if self.keys["owner"][-1] != "0" else "1")
        self.fails(2, "--contract", *self.on("status", contract="0x12"))
        self.fails(2, "--account", *self.on("status", "--account", "me"))
        self.fails(2, "--account", *self.claim(self.epoch, "--account", wrong[:-1]))
        self.fails(2, "--rpc", *self.on("status", rpc="localhost"))
        self.fails(2, "threshold", "chain", "deploy", "--rpc", self.node.url, "--key", self.folder / "payer",
                   "--first-epoch", 1, "--signer", self.keys["payer"], "--threshold", 2)
        self.fails(2, "--log is required", "audit", "--epoch", 1)
        self.fails(2, "ID is required", "epoch", "explain", "--epoch", 1, "--log", self.url)
        self.fails(2, "--all", *self.claim(self.epoch, "--all", "--account", NOBODY))

    # earshot epoch and audit, over HTTP and from files.

    def test_an_audit_says_whether_it_saw_the_epoch_before(self):
        for log in (self.url, self.url + "/", self.dir):
            for number, at_hand in ((self.epoch, False), (self.epoch + 1, True)):
                audit = json.loads(self.done("audit", "--epoch", number, "--log", log))
                self.assertTrue(audit["identical"])
                self.assertEqual(audit["previous_at_hand"], at_hand)
                self.assertTrue(all(step["same"] for step in audit["steps"]))

    def test_an_audit_notices_another_epoch_before(self):
        copy = self.folder / "forged"
        shutil.copytree(self.dir, copy)
        self.addCleanup(shutil.rmtree, copy)
        artifact = copy / f"epoch-{self.epoch}.artifact"
        other = bytearray(artifact.read_bytes())
        other[-1] ^= 1
        artifact.write_bytes(other)
        run = earshot("audit", "--epoch", self.epoch + 1, "--log", copy)
        self.assertEqual(run.returncode, 1)
        self.assertIn("previous epoch's artifact: published ", run.stderr)
        self.assertEqual(run.stderr.count("\n"), 1)

    def test_an_epoch_shows_and_explains_what_it_holds(self):
        for log in (self.url, self.dir):
            shown = json.loads(self.done("epoch", "show", "--epoch", self.epoch, "--log", log))
            self.assertTrue(shown["identical"])
            self.assertEqual(sum(int(one["cumulative"]) for one in shown["accounts"]), EMISSION)
            [verdict] = [one for one in shown["verdicts"] if one["type"] == "onboarding"]
            self.assertEqual((verdict["verdict"], verdict["reason"]), ("accepted", "ok"))
            for id in (verdict["id"], "0x" + verdict["id"][:12].upper()):
                explained = json.loads(self.done("epoch", "explain", id, "--epoch", self.epoch, "--log", log))
                self.assertEqual(explained["id"], verdict["id"])
                self.assertTrue(explained["meaning"] and explained["threshold"])
            hotspot = json.loads(self.done("epoch", "explain", verdict["hotspot"], "--epoch", self.epoch, "--log", log))
            self.assertEqual((hotspot["rule"], hotspot["tier"]), ("place", "unproven"))
            self.fails(2, "no messages or hotspots", "epoch", "explain", "f" * 64, "--epoch", self.epoch, "--log", log)


if __name__ == "__main__":
    unittest.main(verbosity=2)
