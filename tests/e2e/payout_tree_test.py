#!/usr/bin/env python3
"""`earshot rewards tree` and OpenZeppelin's package itself, on random sets: the same roots, the same proofs.

payout_tree_test.py BINARIES SOURCE
"""
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

BINARIES, SOURCE = pathlib.Path(sys.argv.pop(1)).resolve(), pathlib.Path(sys.argv.pop(1)).resolve()
PACKAGE = SOURCE / "node_modules/@openzeppelin/merkle-tree"

# Reads sets, prints for each the root and the proof of its entry `who`.
PEER = """
const {StandardMerkleTree} = require(process.argv[1]);
const sets = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(sets.map(({leaves, who}) => {
  const tree = StandardMerkleTree.of(leaves, ["address", "uint256"]);
  return {root: tree.root, proof: tree.getProof(who)};
})));
"""


def random_set(rng):
    count = rng.choice([1, 2, 3, rng.randint(4, 40), rng.randint(41, 300)])
    accounts = rng.sample(range(1 << 40), count)
    big = [0, 1, 10**18, (1 << 128) - 1, (1 << 256) - 1]
    amounts = [rng.choice(big) if rng.random() < 0.2 else rng.randrange(1 << rng.randint(1, 256)) for _ in accounts]
    return {"leaves": [[f"0x{account * 0x9E3779B97F4A7C15F39CC0605CEDC835 % (1 << 160):040x}", str(amount)]
                       for account, amount in zip(accounts, amounts)],
            "who": rng.randrange(count)}


class RandomSets(unittest.TestCase):
    def test_roots_and_proofs_are_the_packages(self):
        node = shutil.which("node")
        if node is None or not PACKAGE.is_dir():
            self.skipTest("no node, or no @openzeppelin/merkle-tree in node_modules")
        rng = random.Random(20779)
        sets = [random_set(rng) for _ in range(60)]
        peer = subprocess.run([node, "-e", PEER, str(PACKAGE)], input=json.dumps(sets), capture_output=True, text=True,
                              timeout=300, check=True)
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "leaves.json"
            for one, expected in zip(sets, json.loads(peer.stdout), strict=True):
                file.write_text(json.dumps(one["leaves"]))
                account, amount = one["leaves"][one["who"]]
                run = subprocess.run([BINARIES / "earshot", "rewards", "tree", file, "--proof", account],
                                     capture_output=True, text=True, timeout=60, check=True)
                found = json.loads(run.stdout)
                self.assertEqual((found["root"], found["proof"]), (expected["root"], expected["proof"]))
                self.assertEqual(found["cumulative"], amount)


if __name__ == "__main__":
    unittest.main(verbosity=2)
