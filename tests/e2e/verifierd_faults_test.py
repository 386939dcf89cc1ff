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
        assert (code, errors) == (78, f"earshot-verifierd: {path}: cannot be read\n"), errors
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


def a_full_disk_loses_nothing_acknowledged():
    if os.geteuid() != 0:
        return "mounting a small tmpfs takes root"
    with tempfile.TemporaryDirectory() as directory:
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", directory], capture_output=True).returncode:
            return "this machine does not let us mount a tmpfs"
        service = None
        try:
            service = Verifierd(BIN, directory=directory).start()
            ballast = pathlib.Path(directory) / "ballast"
            with open(ballast, "wb", buffering=0) as file:
                try:
                    while True:
                        file.write(b"\0" * 4096)
                except OSError:
                    pass
            log = tempfile.NamedTemporaryFile()
            result = subprocess.run([BIN / "verifier-load", "post", str(service.port), log.name, "1"],
                                    capture_output=True, text=True, timeout=60)
            # Debian's RocksDB asserts in its own writer when the log cannot grow, which ends the service.
            ballast.unlink()
            service.kill()
            service.start()
            result = subprocess.run([BIN / "verifier-load", "check", str(service.port), log.name], capture_output=True,
                                    text=True, timeout=60)
            assert result.returncode == 0, result.stderr
        finally:
            if service:
                service.remove()
            subprocess.run(["umount", "-l", directory], check=False)


def main():
    global BIN
    BIN = pathlib.Path(sys.argv[1])
    for test in (a_busy_port_is_69, a_wrong_configuration_is_78_and_names_every_problem, a_wrong_usage_is_2,
                 a_good_configuration_is_0, a_second_service_on_one_store_is_69, a_store_that_may_not_be_made_is_77,
                 a_damaged_store_is_65, a_dead_node_is_one_line_and_rounds_have_no_entropy,
                 a_malformed_report_is_400_with_one_line, a_full_disk_loses_nothing_acknowledged):
        skipped = test()
        print(f"{'skipped' if skipped else 'ok'}: {test.__name__}{': ' + skipped if skipped else ''}", flush=True)


if __name__ == "__main__":
    main()
