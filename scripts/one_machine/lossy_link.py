"""The verifier behind a link that loses packets: a network namespace for the run, another one for the verifier, and
between them a link (two TUN devices) whose packets pass through this process. Nothing of the machine's own network is
touched, and everything is gone with the process.

Needs /dev/net/tun and the right to make network namespaces: root, or user namespaces that are allowed; `ip` and `unshare`.
"""
import ctypes
import fcntl
import os
import random
import select
import shutil
import struct
import subprocess
import sys
import threading

OURS, VERIFIERS = "10.77.0.1", "10.77.0.2"
MARK = "EARSHOT_NETWORK_NAMESPACE"  # In the environment of a process that is inside.
CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
MOST_PACKET_BYTES = 65_536
SEED = 1
LIBC = ctypes.CDLL(None, use_errno=True)


def ways_in():
    return ([],) * (os.geteuid() == 0) + (["--user", "--map-root-user"],)


def open_tun(name):
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return descriptor


def way_in():
    """The options of `unshare` that lead to a namespace in which a link can be made; nothing when none do."""
    if not shutil.which("unshare") or not shutil.which("ip"):
        return None
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    code = f"import sys; sys.path.insert(0, {here!r}); from one_machine.lossy_link import open_tun; open_tun('earshot0')"
    for options in ways_in():
        tried = subprocess.run(["unshare", *options, "--net", sys.executable, "-c", code], capture_output=True)
        if tried.returncode == 0:
            return options
    return None


def lacks():
    """Why it cannot be done here; nothing when it can."""
    if MARK in os.environ or way_in() is not None:
        return None
    return "packet-loss needs /dev/net/tun, `ip`, and root or user namespaces to make network namespaces with"


def enter(script, words):
    """Starts this run anew inside; returns only when it is there already."""
    if MARK not in os.environ:
        os.environ[MARK] = "1"
        os.execvp("unshare", ["unshare", *way_in(), "--net", sys.executable, script, *words])


def set_up(name, address, peer):
    for words in (("link", "set", "lo", "up"), ("address", "add", address, "peer", peer, "dev", name),
                  ("link", "set", name, "up")):
        subprocess.run(["ip", *words], check=True)


class LossyLink:
    def __init__(self):
        self.loss, self.lost, self.passed = 0.0, 0, 0
        self.random = random.Random(SEED)
        self.ours = open_tun("earshot0")
        set_up("earshot0", OURS, VERIFIERS)
        made = threading.Thread(target=self._make_other_end)
        made.start()
        made.join()
        threading.Thread(target=self._forward, daemon=True).start()

    def _make_other_end(self):
        """A thread may live in a namespace of its own; this one ends there."""
        if LIBC.unshare(CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        self.theirs = open_tun("earshot0")
        set_up("earshot0", VERIFIERS, OURS)
        self.namespace = os.open(f"/proc/self/task/{threading.get_native_id()}/ns/net", os.O_RDONLY)

    def enter_verifiers_end(self):
        """In a child, before it becomes the verifier."""
        if LIBC.setns(self.namespace, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")

    def _forward(self):
        other = {self.ours: self.theirs, self.theirs: self.ours}
        while True:
            for side in select.select(list(other), [], [])[0]:
                packet = os.read(side, MOST_PACKET_BYTES)
                if self.random.random() < self.loss:
                    self.lost += 1
                    continue
                self.passed += 1
                os.write(other[side], packet)
