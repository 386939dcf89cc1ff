"""Programs that are kept running as systemd would keep them."""
import ctypes
import os
import resource
import signal
import subprocess
import threading
import time

RESTART_SECONDS = 1.0  # The packages' units wait 10.
NEVER_RESTARTED = (2, 65, 77, 78)  # RestartPreventExitStatus= of the packages' units.
PATIENCE = 120
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervised:
    """One program. Its standard error goes line by line to `on_line` and to a log file, by way of a pipe, so that
    limits on its files are not limits on its log. Started again after it failed, not after it was told to stop."""

    def __init__(self, name, command, log_path, on_line, on_event, environment=None, started_in=None):
        self.name, self.command, self.log_path = name, [str(word) for word in command], log_path
        self.on_line, self.on_event, self.environment = on_line, on_event, environment
        self.started_in = started_in  # Called in the child before the program; for namespaces.
        self.process = None
        self.reader = None
        self.restarts = 0
        self.due = None  # When it is to be started again.
        self.held = False  # Somebody keeps it down.
        self.exit = None
        self.stopping = False
        self.file_limit = None  # Bytes that its files may have when it starts; none: as ours.

    def start(self):
        def before():
            die_with_parent()
            if self.file_limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE,
                                   (self.file_limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
            if self.started_in:
                self.started_in()

        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True, errors="replace", env=self.environment,
                                        start_new_session=True, preexec_fn=before)
        self.reader = threading.Thread(target=self._read, args=(self.process.stderr,), daemon=True)
        self.reader.start()
        self.due = None

    def _read(self, pipe):
        with open(self.log_path, "a") as log:
            for line in pipe:
                log.write(f"{time.strftime('%H:%M:%S')} {line}")
                log.flush()
                self.on_line(self, line.rstrip("\n"))

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def look(self):
        """Starts it again when it is due. To be called often."""
        if self.stopping or self.held or self.is_running():
            return
        if self.due is None:
            self.exit = self.process.returncode
            end = f"by signal {-self.exit}" if self.exit < 0 else f"with {self.exit}"
            self.on_event(self, "ended", f"{self.name} ended {end}")
            self.due = time.monotonic() + RESTART_SECONDS
        if self.exit in NEVER_RESTARTED or time.monotonic() < self.due:
            return
        self.restarts += 1
        self.start()
        self.on_event(self, "restarted", f"{self.name} is started again")

    def kill(self):
        if self.is_running():
            self.process.kill()

    def terminate(self):
        """Asks it to stop, for good or until start()."""
        if self.is_running():
            self.process.send_signal(signal.SIGTERM)

    def wait(self):
        """Its exit code; killed when it does not obey."""
        if self.process is None:
            return 0
        try:
            self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join(timeout=PATIENCE)
        return self.process.returncode


def cost_of(process):
    """CPU seconds of a running process so far, and its memory at the peak in bytes; zeros when it is gone."""
    try:
        with open(f"/proc/{process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        with open(f"/proc/{process.pid}/status") as status:
            peak = next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), 0)
    except (OSError, AttributeError):
        return 0.0, 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), peak * 1024
