#!/usr/bin/env python3
"""What goes wrong says so in one clear line and with the right exit code or status (DESIGN section 9).

verifierd_faults_test.py BIN_DIR
"""
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

from verifierd import Verifierd

BIN = None


def run(*words):
    result = subprocess.run([BIN / "earshot-verifierd", *words], capture_output=True, text=True, timeout=60)
    return result.returncode, result.stderr


def one_line(text):
    assert text.count("\n") == 1 and text.endswith("\n"), f"expected one line, found: {text!r}"
    return text


def a_busy_port_is_69():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        service = Verifierd(BIN, port=port)
        code, errors = run("serve", "-c", service.config)
        assert code == 69, code
        assert one_line(errors) == f"earshot-verifierd: 127.0.0.1:{port} is in use by another process\n", errors
        service.remove()


def a_wrong_configuration_is_78_and_names_every_problem():
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "c.toml"
        code, errors = run("serve", "-c", path)
        assert (code, errors) == (78, f"earshot-verifierd: {path}: cannot read: No such file or directory\n"), errors
        path.write_text("network = 31337\n[http]\nprt = 80\n")
        code, errors = run("config", "check", "-c", path)
        assert code == 78
        for key in ("http.prt: unknown key", "policy_file: missing", "store.directory: missing", "chain.rpc_url: missing"):
            assert f"{path}: {key}" in errors, errors
        code, errors = run("serve", "-c", "/dev/null")
        assert code == 78


def a_wrong_usage_is_2():
    assert run()[0] == 2
    assert run("serve")[0] == 2
    assert run("dance")[0] == 2
    assert run("--help")[0] == 0


def a_good_configuration_is_0():
    service = Verifierd(BIN)
    code, errors = run("config", "check", "-c", service.config)
    assert code == 0 and errors == "", errors
    service.remove()


def a_second_service_on_one_store_is_69():
    first = Verifierd(BIN).start()
    code, errors = run("serve", "-c", first.config)
    assert code == 69, errors
    assert "message store: " in one_line(errors), errors
    first.remove()


def a_store_that_may_not_be_made_is_77():
    if os.geteuid() == 0:
        return "root may do everything"
    service = Verifierd(BIN)
    service.config.write_text(service.config.read_text().replace(f"{service.directory}/store", "/root/store"))
    code, errors = run("serve", "-c", service.config)
    assert code == 77, errors
    one_line(errors)
    service.remove()


def a_damaged_store_is_65():
    service = Verifierd(BIN).start()
    service.stop()
    for ending in ("", "-wal", "-shm"):
        file = service.directory / f"store/registry.sqlite{ending}"
        if file.exists():
            file.write_bytes(b"x" * 8192)
    code, errors = run("serve", "-c", service.config)
    assert code == 65, (code, errors)
    assert "registry" in one_line(errors)
    service.remove()


def a_dead_node_is_one_line_and_rounds_have_no_entropy():
    service = Verifierd(BIN, virtual=True).start()
    day = 86_400_000_000_000
    for time_ns in (20_000 * day - 600 * 10**9, 20_000 * day + 600 * 10**9):
        status, _, _ = service.request("/v1/simulation/clock", b'{"unix_ns":"%d"}' % time_ns)
        assert status == 200, status
    status, body, _ = service.request("/v1/rounds/current")
    assert status == 200 and body["entropy"] is None, body
    lines = [line for line in service.log().splitlines() if "does not answer" in line]
    assert len(lines) == 1 and "127.0.0.1:9" in lines[0], service.log()
    assert service.stop() == 0
    service.remove()


def a_malformed_report_is_400_with_one_line():
    service = Verifierd(BIN).start()
    for path in ("/v1/headers", "/v1/bodies"):
        for content_type in ("application/octet-stream", "application/json"):
            status, body, _ = service.request(path, b"\x00nonsense", content_type)
            assert status == 400 and "\n" not in body["error"], body
    status, body, _ = service.request("/v1/bodies", b"x" * (1 << 20) + b"y")
    assert status == 413, status
    service.remove()


class SmallDisk:
    """A tmpfs of 32 MiB as the store's directory of a service; the log and the configuration stay outside."""

    def __init__(self, directory):
        self.mount = pathlib.Path(directory) / "store"
        self.ballast = self.mount / "ballast"

    @staticmethod
    def why_not():
        if os.geteuid() != 0:
            return "mounting a small tmpfs takes root"
        with tempfile.TemporaryDirectory() as directory:
            if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", directory], capture_output=True).returncode:
                return "this machine does not let us mount a tmpfs"
            subprocess.run(["umount", directory], check=True)
        return None

    def __enter__(self):
        self.mount.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m,mode=0700", "tmpfs", self.mount], check=True)
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.mount], check=False)

    def fill(self):
        with open(self.ballast, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                pass

    def free(self):
        self.ballast.unlink()


def load(*words, seconds=60):
    """(what it printed, its complaints); killed after `seconds`."""
    process = subprocess.Popen([BIN / "verifier-load", *map(str, words)], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    try:
        return process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()


def acknowledged(log):
    return len(pathlib.Path(log).read_text().splitlines())


def drop_torn_line(log):
    """The load was killed while it noted something down."""
    path = pathlib.Path(log)
    text = path.read_text()
    path.write_text(text[:text.rfind("\n") + 1])


def everything_is_held(service, log):
    held, errors = load("check", service.port, log)
    assert errors == "" and int(held) == acknowledged(log), errors


def wait_for_more(process, log, before):
    """Until 20 batches more than `before` are acknowledged: a load left alone fills the small disk by itself."""
    while acknowledged(log) < before + 20 and process.poll() is None:
        time.sleep(0.01)


def fill_under_load(service, disk, log):
    """Fills the disk while batches come in, until all are refused."""
    process = subprocess.Popen([BIN / "verifier-load", "post", str(service.port), log, "3"], stderr=subprocess.PIPE,
                               stdout=subprocess.DEVNULL, text=True)
    wait_for_more(process, log, acknowledged(log))
    disk.fill()
    _, errors = process.communicate(timeout=60)
    assert errors.splitlines() == ["verifier-load: answered 503, Retry-After 10"] * 3, errors


def wait_until_ready(service):
    """It finds out by itself that there is room again: nobody posts to what is not ready."""
    deadline = time.monotonic() + 60
    while service.request("/readyz")[0] != 200:
        assert time.monotonic() < deadline, service.log()
        time.sleep(0.05)


def a_full_disk_is_503_until_there_is_room(reserve_bytes):
    with tempfile.TemporaryDirectory() as directory, SmallDisk(directory) as disk:
        service = Verifierd(BIN, directory=directory, reserve_bytes=reserve_bytes).start()
        log = str(pathlib.Path(directory) / "acknowledged")
        for _ in range(2):
            pathlib.Path(log).touch()
            fill_under_load(service, disk, log)
            before = acknowledged(log)
            for _ in range(3):
                _, errors = load("post", service.port, log, 1)
                assert errors == "verifier-load: answered 503, Retry-After 10\n", errors
            assert acknowledged(log) == before
            assert service.request("/healthz")[0] == 200 and service.process.poll() is None, service.log()
            # Near a reserve room comes and goes by itself.
            assert reserve_bytes or service.request("/readyz")[0] == 503, "a load balancer sends the posts elsewhere"
            everything_is_held(service, log)
            disk.free()
            wait_until_ready(service)
            process = subprocess.Popen([BIN / "verifier-load", "post", str(service.port), log, "2"])
            wait_for_more(process, log, before)
            process.kill()
            process.wait()
            drop_torn_line(log)
            assert acknowledged(log) > before, service.log()
            everything_is_held(service, log)
        lines = service.log().splitlines()
        # Near the reserve room comes and goes by itself, as RocksDB drops old logs: a line each time, not each request.
        told = ["full" if "disk full" in line else "works" for line in lines
                if "disk full" in line or "message store: works again" in line]
        assert 2 <= told.count("full") <= 20, service.log()
        assert told == (["full", "works"] * len(told))[:len(told)], service.log()
        assert service.stop() == 0
        service.start()
        everything_is_held(service, log)
        service.kill()


def a_full_disk_is_survived():
    if reason := SmallDisk.why_not():
        return reason
    a_full_disk_is_503_until_there_is_room(reserve_bytes=0)  # Into the write that fails.
    a_full_disk_is_503_until_there_is_room(reserve_bytes=8 << 20)  # Refused before.


def a_service_does_not_start_on_a_full_disk_and_says_why():
    if reason := SmallDisk.why_not():
        return reason
    with tempfile.TemporaryDirectory() as directory, SmallDisk(directory) as disk:
        service = Verifierd(BIN, directory=directory)
        disk.fill()
        code, errors = run("serve", "-c", service.config)
        assert code == 69, (code, errors)
        assert "disk full" in one_line(errors), errors
        disk.free()
        service.start().kill()


def an_epoch_that_a_full_disk_keeps_from_being_sealed_is_sealed_later():
    if reason := SmallDisk.why_not():
        return reason
    day = 86_400 * 10**9
    with tempfile.TemporaryDirectory() as directory, SmallDisk(directory) as disk:
        service = Verifierd(BIN, directory=directory, virtual=True).start()

        def move_to(time_ns):
            return service.request("/v1/simulation/clock", b'{"unix_ns":"%d"}' % time_ns)[0]

        assert move_to(20_000 * day - 600 * 10**9) == 200
        assert move_to(20_000 * day + 600 * 10**9) == 200
        disk.fill()
        after_seal = 20_001 * day + 9 * 3600 * 10**9
        assert move_to(after_seal) == 503, service.log()
        assert service.request("/v1/epochs/20000")[1]["status"] == "grace"
        disk.free()
        assert move_to(after_seal) == 200
        assert service.request("/v1/epochs/20000")[1]["status"] == "sealed", service.log()
        files = {part: service.request(f"/v1/epochs/20000/{part}")[1] for part in ("record", "seal", "artifact")}
        assert all(files.values()), files
        assert service.stop() == 0


def main():
    global BIN
    BIN = pathlib.Path(sys.argv[1])
    for test in (a_busy_port_is_69, a_wrong_configuration_is_78_and_names_every_problem, a_wrong_usage_is_2,
                 a_good_configuration_is_0, a_second_service_on_one_store_is_69, a_store_that_may_not_be_made_is_77,
                 a_damaged_store_is_65, a_dead_node_is_one_line_and_rounds_have_no_entropy,
                 a_malformed_report_is_400_with_one_line, a_full_disk_is_survived,
                 a_service_does_not_start_on_a_full_disk_and_says_why,
                 an_epoch_that_a_full_disk_keeps_from_being_sealed_is_sealed_later):
        skipped = test()
        print(f"{'skipped' if skipped else 'ok'}: {test.__name__}{': ' + skipped if skipped else ''}", flush=True)


if __name__ == "__main__":
    main()
