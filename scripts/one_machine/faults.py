"""What is done to the network, and how it is repaired. A new fault is a class here: its name, what it does, what it needs."""
import resource
import time

from . import lossy_link, plan

SOON = 60  # Seconds of the virtual clock after the first epoch's opening.
FIRST_SEAL = plan.EPOCH + plan.GRACE  # Likewise.
GAP = 10 * plan.ROUND  # Between one fault's end and the next one's beginning.


class Fault:
    name = does = ""
    earliest = SOON
    is_early = True  # A whole epoch after it is waited for, and settled.
    lasts = 2 * plan.ROUND
    lossy_link = False  # Whether the verifier is to be behind one.
    wrong_clock = None  # Name of the hotspot whose clock is not to be believed.

    def begin(self, stage):
        raise NotImplementedError

    def keep_up(self, stage):
        """At every look while it lasts."""

    def has_lasted(self, stage, since):
        """`since`: the virtual clock when it began."""
        return stage.now >= since + self.lasts

    def end(self, stage):
        raise NotImplementedError

    def lacks(self):
        """Why it cannot be done here; nothing when it can."""
        return None


class VerifierDown(Fault):
    name = "verifier-down"
    does = "the verifier is killed (kill -9) and stays away for two minutes"

    def begin(self, stage):
        stage.verifier.held = True
        stage.verifier.kill()

    def end(self, stage):
        stage.verifier.held = False


class DaemonKilled(Fault):
    name = "daemon-killed"
    does = "hotspots are killed (kill -9) one after the other, each is started again as systemd would"

    def begin(self, stage):
        self.left = list(stage.hotspots)

    def keep_up(self, stage):
        if self.left and all(hotspot.is_running() for hotspot in stage.hotspots):
            self.left.pop().kill()

    def has_lasted(self, stage, since):
        return not self.left and all(hotspot.is_running() for hotspot in stage.hotspots)

    def end(self, stage):
        pass


class DeviceUnplugged(Fault):
    name = "device-unplugged"
    does = "two hotspots' devices are gone: one until its daemon looks for it anew, one until its daemon has given it up"

    def begin(self, stage):
        self.short, self.long = stage.hotspots[0], stage.hotspots[-1]
        self.restarts, self.began = self.long.restarts, time.monotonic()
        for hotspot in (self.short, self.long):
            (hotspot.folder / "faults" / "unplugged").touch()

    def keep_up(self, stage):
        if time.monotonic() > self.began + 1:  # Before its daemon, which waits 2 s, opens it anew.
            self.plug(self.short)

    @staticmethod
    def plug(hotspot):
        (hotspot.folder / "faults" / "unplugged").unlink(missing_ok=True)

    def has_lasted(self, stage, since):
        return self.long.restarts > self.restarts

    def end(self, stage):
        for hotspot in (self.short, self.long):
            self.plug(hotspot)


class ClockStepped(Fault):
    name = "clock-stepped"
    does = "a hotspot's clock is set a day ahead, two minutes later back to what is right"
    wrong_clock = plan.NAMES[1]

    def file(self, stage):
        return next(h for h in stage.hotspots if h.name == self.wrong_clock).folder / "faults" / "clock_ns"

    def begin(self, stage):
        self.file(stage).write_text(str(86_400 * 10**9))

    def end(self, stage):
        self.file(stage).unlink()


class DiskFull(Fault):
    name = "disk-full"
    does = ("no file of a hotspot can grow until it has given up, then none of the verifier for two minutes "
            "(RLIMIT_FSIZE: needs no privileges)")

    def begin(self, stage):
        self.hotspot, self.restarts = stage.hotspots[0], stage.hotspots[0].restarts
        self.verifier_since = None
        self.limit(self.hotspot, 0)

    @staticmethod
    def limit(process, size):
        """Bytes that a file may have, of the running process and of those that are started in its place; none: as ever."""
        process.file_limit = size
        if process.is_running():
            hard = resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE)[1]
            resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE, (hard if size is None else size, hard))

    def keep_up(self, stage):
        if self.verifier_since is None and self.hotspot.restarts > self.restarts:
            self.verifier_since = stage.now
            self.limit(self.hotspot, None)
            self.limit(stage.verifier, 0)

    def has_lasted(self, stage, since):
        return self.verifier_since is not None and super().has_lasted(stage, self.verifier_since)

    def end(self, stage):
        self.limit(stage.verifier, None)


class PacketLoss(Fault):
    name = "packet-loss"
    does = "every tenth packet from and to the verifier is lost for a minute (in network namespaces of its own)"
    share = 0.1
    lasts = plan.ROUND  # A packet that is sent again takes real time.
    lossy_link = True

    def lacks(self):
        return lossy_link.lacks()

    def begin(self, stage):
        stage.link.loss = self.share

    def end(self, stage):
        stage.link.loss = 0.0
        stage.events("link", f"lost {stage.link.lost} of {stage.link.lost + stage.link.passed} packets so far")


class SlowChain(Fault):
    name = "slow-chain"
    does = "no block comes from before the first epoch's seal until a submission has been given up and the next epoch is sealed"
    earliest = FIRST_SEAL - 30
    is_early = False  # The epochs that it holds up are worth looking at, not those 80 minutes later.
    lasts = plan.EPOCH + plan.ROUND

    def begin(self, stage):
        stage.mines = False
        stage.node.call("evm_setAutomine", False)

    def has_lasted(self, stage, since):
        return stage.now >= since + self.lasts and stage.gave_up_waiting.is_set()

    def end(self, stage):
        stage.node.call("evm_setAutomine", True)
        stage.node.call("evm_mine")
        stage.mines = True


FAULTS = {fault.name: fault for fault in (VerifierDown, DaemonKilled, DeviceUnplugged, ClockStepped, DiskFull, PacketLoss,
                                         SlowChain)}


class Trial:
    """Faults one after the other; what of the network had recovered when."""

    def __init__(self, faults, events, unrecovered):
        """`unrecovered(since)`: the problems that are left, as checks.unrecovered."""
        self.waiting, self.events, self.unrecovered = list(faults), events, unrecovered
        self.now_on = None  # The fault that lasts, and since when.
        self.repaired = None  # (fault, when, what each hotspot had delivered then)
        self.earliest = 0
        self.begun = 0
        self.last_epoch = 0  # The first that began after everything had recovered: what the network is worth then.

    def is_over(self):
        """Whether all have been, and everything has recovered from them."""
        return not self.waiting and self.now_on is None and self.repaired is None

    def step(self, stage):
        now = stage.now - stage.opening
        if self.repaired:
            self._look_for_recovery(stage)
        elif self.now_on:
            fault, since = self.now_on
            fault.keep_up(stage)
            if fault.has_lasted(stage, since):
                fault.end(stage)
                self.now_on = None
                since = {hotspot.name: hotspot.totals()["headers"] for hotspot in stage.hotspots}
                self.repaired = fault, stage.now, since
                self.events("fault", f"{fault.name} is repaired", state="ends", fault=fault.name)
        elif self.waiting and now >= max(self.earliest, self.waiting[0].earliest):
            fault = self.waiting.pop(0)
            self.events("fault", f"{fault.name}: {fault.does}", state="begins", fault=fault.name)
            self.begun += 1
            self.now_on = fault, stage.now
            fault.begin(stage)

    def _look_for_recovery(self, stage):
        fault, when, since = self.repaired
        if self.unrecovered(since):
            return
        self.events("recovered", f"recovered from {fault.name} after {stage.now - when} s of the virtual clock",
                    fault=fault.name, seconds=stage.now - when)
        if fault.is_early:
            self.last_epoch = stage.now // plan.EPOCH + 1
        self.repaired = None
        self.earliest = stage.now - stage.opening + GAP
