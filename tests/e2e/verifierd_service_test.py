#!/usr/bin/env python3
"""The service as its operator meets it: stopping under load, systemd, logs, metrics, floods.

verifierd_service_test.py BIN_DIR
"""
import json
import os
import pathlib
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from verifierd import Verifierd

BIN = None


def acknowledged(log):
    path = pathlib.Path(log)
    return len(path.read_text().splitlines()) if path.exists() else 0


def wait_until(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.01)


def metrics(service):
    """name{labels} -> value"""
    status, body, headers = service.request("/metrics")
    assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4"), headers
    found = {}
    for line in body.decode().splitlines():
        if line.startswith("#"):
            continue
        match = re.fullmatch(r"([a-z_]+(?:\{.*\})?) ([0-9.e+-]+|\+Inf)", line)
        assert match, f"not Prometheus' text format: {line!r}"
        found[match[1]] = float(match[2])
    return found


def sigterm_under_load_loses_nothing():
    service = Verifierd(BIN)
    log = service.directory / "acknowledged"
    for _ in range(3):
        service.start()
        before = acknowledged(log)
        clients = subprocess.Popen([BIN / "verifier-load", "post", str(service.port), log, "4"],
                                   stdout=subprocess.PIPE, text=True)
        wait_until(lambda: acknowledged(log) >= before + 40, "load")
        assert service.stop() == 0, service.log()
        clients.communicate(timeout=60)
        assert service.log().rstrip().endswith("stopped"), service.log()
    service.start()
    check = subprocess.run([BIN / "verifier-load", "check", str(service.port), log], capture_output=True, text=True,
                           timeout=120)
    assert check.returncode == 0 and int(check.stdout) == acknowledged(log), check.stderr
    assert "cut off" not in service.log(), service.log()
    service.remove()


def systemd_hears_that_it_is_ready_alive_and_stopping():
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(60)
            service = Verifierd(BIN)
            os.environ["NOTIFY_SOCKET"] = path
            try:
                service.start()
            finally:
                del os.environ["NOTIFY_SOCKET"]
            assert manager.recv(100) == b"READY=1"
            assert manager.recv(100) == b"WATCHDOG=1"
            assert manager.recv(100) == b"WATCHDOG=1"
            assert service.stop() == 0
            said = manager.recv(100)
            while said == b"WATCHDOG=1":
                said = manager.recv(100)
            assert said == b"STOPPING=1", said
            service.remove()


def logs_are_json_when_asked_for_and_carry_priorities_for_journald():
    service = Verifierd(BIN, extra='[log]\nformat = "json"\n').start()
    assert service.stop() == 0
    lines = [json.loads(line) for line in service.log().splitlines()]
    messages = [line["message"] for line in lines]
    assert messages[-1] == "stopped" and "stopping: SIGTERM" in messages, lines
    assert all(line.keys() == {"time", "level", "message"} for line in lines), lines
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", lines[0]["time"]), lines[0]
    service.remove()
    service = Verifierd(BIN)
    os.environ["JOURNAL_STREAM"] = "8:1"
    try:
        service.start()
    finally:
        del os.environ["JOURNAL_STREAM"]
    assert service.stop() == 0
    assert service.log().splitlines()[-1] == "<6>info: stopped", service.log()
    service.remove()


def metrics_count_what_happens():
    service = Verifierd(BIN).start()
    before = metrics(service)
    assert before["earshot_store_up"] == 1 and before["earshot_disk_free_bytes"] > 0, before
    log = service.directory / "acknowledged"
    clients = subprocess.Popen([BIN / "verifier-load", "post", str(service.port), log, "1"])
    wait_until(lambda: acknowledged(log) >= 10, "load")
    clients.kill()
    clients.wait()
    service.request("/v1/headers", b"nonsense")
    service.request("/nothing")
    after = metrics(service)
    for name, least in (('earshot_http_requests_total{route="POST /v1/headers",status="202"}', 10),
                        ('earshot_http_requests_total{route="POST /v1/headers",status="400"}', 1),
                        ('earshot_http_requests_total{route="other",status="404"}', 1),
                        ('earshot_intake_requests_total{outcome="accepted"}', 20),
                        ("earshot_intake_accepted_total", 40), ("earshot_commit_seconds_count", 1),
                        ("earshot_log_entries", 40), ("process_cpu_seconds_total", 0)):
        assert after.get(name, -1) >= least, (name, after)
    assert service.request("/readyz")[:2] == (200, {"status": "ready"})
    service.remove()


def not_ready_when_there_is_no_room():
    service = Verifierd(BIN).start()
    assert service.stop() == 0
    service.config.write_text(service.config.read_text().replace("reserve_bytes = 0", f"reserve_bytes = {1 << 40}"))
    service.start()
    if metrics(service)["earshot_disk_free_bytes"] >= 1 << 40:
        service.remove()
        return "this machine has a terabyte free"
    status, body, headers = service.request("/readyz")
    assert status == 503 and "reserve" in body["error"] and headers["Retry-After"] == "5", body
    assert service.request("/healthz")[0] == 200
    service.remove()


def peak_memory(service):
    text = pathlib.Path(f"/proc/{service.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", text)[1]) * 1024


def a_flood_of_bodies_does_not_fill_the_memory():
    """200 connections bring half a megabyte each and then nothing: 100 MB on their way, 8 MiB of them held."""
    limit = 8 << 20
    service = Verifierd(BIN, http=f"max_buffered_bytes = {limit}\nmax_connections = 300\n").start()
    service.request("/healthz")
    before = peak_memory(service)
    flood = []
    refused = 0
    for _ in range(200):
        peer = socket.create_connection(("127.0.0.1", service.port), timeout=60)
        peer.sendall(b"POST /v1/bodies HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
        try:
            peer.sendall(b"x" * 500_000)
        except OSError:
            pass
        flood.append(peer)
        refused = metrics(service)["earshot_http_requests_refused_total"]
    assert refused > 100, refused
    assert service.request("/v1/rounds/current")[0] == 200, "others are served all the while"
    grown = peak_memory(service) - before
    # Twice the limit for strings that grow, and 64 KiB of input for each connection.
    assert grown < 2 * limit + 200 * 65536 + (16 << 20), f"{grown} bytes more"
    for peer in flood:
        peer.close()
    wait_until(lambda: metrics(service)["earshot_body_bytes"] == 0, "bodies are let go")
    print(f"flood: {refused:.0f} of 200 refused, peak memory {grown / 1e6:.1f} MB more")
    service.remove()


def connections_beyond_the_limit_are_503():
    service = Verifierd(BIN, http="max_connections = 4\n").start()
    peers = [socket.create_connection(("127.0.0.1", service.port), timeout=60) for _ in range(12)]
    # Several threads accept: which four stay is theirs to say.
    wait_until(lambda: len(select.select(peers, [], [], 0)[0]) == 8, "eight are refused")
    answers = [peer.recv(1000) for peer in select.select(peers, [], [], 0)[0]]
    assert all(answer.startswith(b"HTTP/1.1 503 ") and b"Retry-After: 1\r\n" in answer for answer in answers), answers
    for peer in peers:
        peer.close()
    service.remove()


def installed_to(directory):
    """What `cmake --install` puts beside the programs; the unit with the program of this build."""
    build = BIN.parent
    subprocess.run(["cmake", "--install", build, "--prefix", f"{directory}/usr", "--component", "service"], check=True,
                   stdout=subprocess.DEVNULL, env={**os.environ, "DESTDIR": ""})
    root = pathlib.Path(directory)
    unit = root / "usr/lib/systemd/system/earshot-verifierd.service"
    text = unit.read_text()
    config = re.search(r"serve -c (\S+)", text)[1]
    return root, unit, text, config


def the_installed_unit_is_sandboxed_and_correct():
    if not shutil.which("systemd-analyze"):
        return "no systemd-analyze here"
    with tempfile.TemporaryDirectory() as directory:
        _, unit, text, _ = installed_to(directory)
        program = re.search(r"ExecStart=(\S+)", text)[1]
        # The manual page is not installed where this runs.
        text = re.sub(r"Documentation=.*\n", "", text.replace(program, str(BIN / "earshot-verifierd")))
        unit.write_text(text)
        verified = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
        if "Failed to" in verified.stderr and "bus" in verified.stderr:
            return verified.stderr.strip()
        assert verified.returncode == 0 and "earshot" not in verified.stderr, verified.stderr
        # Exposure below 2.5 of 10.
        security = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=25", unit],
                                  capture_output=True, text=True)
        assert security.returncode == 0, security.stdout[-300:] + security.stderr
        print(security.stdout.strip().splitlines()[-1])
        for wanted in ("Type=notify", "WatchdogSec=", "Restart=on-failure"):
            assert wanted in text, wanted


def the_installed_configuration_is_complete():
    with tempfile.TemporaryDirectory() as directory:
        root, _, _, config = installed_to(directory)
        example = root / "usr" / "share/earshot/verifierd.toml"
        text = example.read_text()
        policy = re.search(r'policy_file = "(.*)"', text)[1]
        assert (root / "usr/share/earshot/policies" / pathlib.Path(policy).name).exists(), policy
        assert pathlib.Path(policy).is_absolute() and config.endswith("/earshot/verifierd.toml"), (policy, config)
        text = text.replace(policy, str(root / "usr/share/earshot/policies" / pathlib.Path(policy).name))
        example.write_text(text)
        result = subprocess.run([BIN / "earshot-verifierd", "config", "check", "-c", example], capture_output=True,
                                text=True)
        assert result.returncode == 0, result.stderr


def main():
    global BIN
    BIN = pathlib.Path(sys.argv[1]).resolve()
    for test in (sigterm_under_load_loses_nothing, systemd_hears_that_it_is_ready_alive_and_stopping,
                 logs_are_json_when_asked_for_and_carry_priorities_for_journald, metrics_count_what_happens,
                 not_ready_when_there_is_no_room, a_flood_of_bodies_does_not_fill_the_memory,
                 connections_beyond_the_limit_are_503, the_installed_unit_is_sandboxed_and_correct,
                 the_installed_configuration_is_complete):
        skipped = test()
        print(f"{'skipped' if skipped else 'ok'}: {test.__name__}{': ' + skipped if skipped else ''}", flush=True)


if __name__ == "__main__":
    main()
