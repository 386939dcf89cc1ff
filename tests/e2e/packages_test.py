#!/usr/bin/env python3
"""The Debian packages as who installs them gets them, units, udev rules and completions included.

packages_test.py BIN_DIR SOURCE_DIR
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BIN = SOURCE = None
PROGRAMS = {"hotspot": ("earshot-hotspotd", 8), "verifier": ("earshot-verifierd", 8), "tools": ("earshot", 1)}

SERVICES = {"hotspot": "earshot-hotspotd", "verifier": "earshot-verifierd", "tools": "earshot-submitter"}


def run(*command, **more):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, **more)
    assert result.returncode == 0, (command, result.stdout[-500:], result.stderr[-1500:])
    return result.stdout


def missing(*programs):
    absent = [program for program in programs if not shutil.which(program)]
    return f"no {' '.join(absent)} here" if absent else None


def fields(deb):
    """Control fields, continuation lines joined."""
    found = {}
    for line in run("dpkg-deb", "-f", deb).strip().splitlines():
        if line.startswith(" "):
            found[name] += "\n" + line
        else:
            name, found[name] = line.split(": ", 1)
    return found


def packed(directory):
    """component -> (package file, folder with its contents, folder with its control files)"""
    run("cpack", "-B", directory, "-D", "CPACK_DEBIAN_COMPRESSION_TYPE=gzip", cwd=BIN.parent)
    found = {}
    for component in PROGRAMS:
        deb, = pathlib.Path(directory).glob(f"earshot-{component}_*.deb")
        root = pathlib.Path(directory) / component
        run("dpkg-deb", "-x", deb, root)
        run("dpkg-deb", "-e", deb, root / "DEBIAN")
        found[component] = deb, root
    return found


def every_package_has_what_debian_asks_for(packages):
    for component, (deb, root) in packages.items():
        program, section = PROGRAMS[component]
        name = f"earshot-{component}"
        control = fields(deb)
        version = run(BIN / program, "--version").split()[1]
        assert control["Package"] == name and control["Version"] == f"{version}-1", control
        assert "libc6 (>=" in control["Depends"] and "libfftw3-single3" in control["Depends"], control
        assert len(control["Description"].splitlines()) > 2 and "<" in control["Maintainer"], control
        for file in (f"usr/bin/{program}", f"usr/share/man/man{section}/{program}.{section}.gz",
                     f"usr/share/doc/{name}/copyright", f"usr/share/doc/{name}/changelog.Debian.gz",
                     f"usr/share/bash-completion/completions/{program}", f"usr/share/zsh/vendor-completions/_{program}",
                     f"usr/share/fish/vendor_completions.d/{program}.fish"):
            assert (root / file).stat().st_size > 0, file
        changelog = run("gzip", "-dc", root / f"usr/share/doc/{name}/changelog.Debian.gz")
        assert changelog.startswith(f"earshot ({control['Version']}) "), changelog
        listing = run("dpkg-deb", "-c", deb)
        assert all(line.split()[1] == "root/root" for line in listing.splitlines()), listing
        assert not re.search(r"usr/local|\.\./", listing), listing
        assert run(root / f"usr/bin/{program}", "--version") == run(BIN / program, "--version")


def the_copyright_says_that_binaries_are_under_the_gpl(packages):
    for component, (_, root) in packages.items():
        text = (root / f"usr/share/doc/earshot-{component}/copyright").read_text()
        assert "FFTW" in text and "GPL-3" in text and "License: Expat" in text, component


def services_come_with_unit_and_configuration_that_fit(packages):
    for component in ("hotspot", "verifier"):  # The third has an environment, not a file of its own.
        _, root = packages[component]
        program = PROGRAMS[component][0]
        unit = (root / f"lib/systemd/system/{program}.service").read_text()
        config = f"etc/earshot/{component}d.toml"
        assert f"ExecStart=/usr/bin/{program} " in unit and f"-c /{config}\n" in unit, unit
        assert (root / "DEBIAN/conffiles").read_text() == f"/{config}\n"
        text = (root / config).read_text()
        # The policy as the package puts it, without which the configuration is not complete.
        for path in re.findall(r'^policy_file = "(.*)"', text, re.M):
            text = text.replace(path, f"{root}{path}")
        there = root / "checked.toml"
        there.write_text(text)
        run(BIN / program, "config", "check", "-c", there)
    assert (packages["verifier"][1] / "usr/share/earshot/policies/earshot-1.toml").exists()


def the_submitters_environment_is_what_its_unit_reads(packages):
    _, root = packages["tools"]
    unit = (root / "lib/systemd/system/earshot-submitter.service").read_text()
    assert "EnvironmentFile=/etc/earshot/submitter.env\n" in unit
    assert (root / "DEBIAN/conffiles").read_text() == "/etc/earshot/submitter.env\n"
    given = re.findall(r"^(\w+)=", (root / "etc/earshot/submitter.env").read_text(), re.M)
    assert sorted(given) == sorted(re.findall(r"\$\{?(\w+)", unit)), given


def the_hotspots_user_and_state_agree_in_unit_scripts_and_configuration(packages):
    _, root = packages["hotspot"]
    unit = (root / "lib/systemd/system/earshot-hotspotd.service").read_text()
    user = re.search(r"^User=(\S+)", unit, re.M)[1]
    group = re.search(r"^SupplementaryGroups=(\S+)", unit, re.M)[1]
    state = "/var/lib/" + re.search(r"^StateDirectory=(\S+)", unit, re.M)[1]
    postinst = (root / "DEBIAN/postinst").read_text()
    assert f"--home {state} " in postinst and f" {user}\n" in postinst and f"adduser --quiet {user} {group}" in postinst
    postrm = (root / "DEBIAN/postrm").read_text()
    assert f"rm -rf {state}\n" in postrm and f"deluser --quiet --system {user} " in postrm
    assert f'key_file = "{state}/' in (root / "etc/earshot/hotspotd.toml").read_text()
    assert "adduser" in fields(packages["hotspot"][0])["Depends"]
    for component in PROGRAMS:
        for script in ("postinst", "prerm", "postrm"):
            path = packages[component][1] / "DEBIAN" / script
            assert path.stat().st_mode & 0o777 == 0o755, path
            run("sh", "-n", path)


def soapysdr_finds_the_packaged_module(packages):
    if not shutil.which("SoapySDRUtil"):
        return
    module, = packages["tools"][1].glob("usr/lib/*/SoapySDR/modules0.8/earshot_soapy.so")
    found = run("SoapySDRUtil", "--find=driver=earshot_air", env={"SOAPY_SDR_PLUGIN_PATH": str(module.parent),
                                                                   "PATH": "/usr/bin:/bin"})
    assert "driver = earshot_air" in found, found


def lintian_has_nothing_to_say(packages):
    if shutil.which("lintian"):
        run("lintian", "--fail-on", "error,warning", "--allow-root", *(deb for deb, _ in packages.values()))


def units_are_correct_and_sandboxed(packages):
    """Exposure below 2.5 of 10, and what supervision needs."""
    for component, program in SERVICES.items():
        unit = packages[component][1] / f"lib/systemd/system/{program}.service"
        text = unit.read_text()
        for wanted in ("Type=notify", "WatchdogSec=", "Restart=on-failure", "NoNewPrivileges=yes"):
            assert wanted in text, (unit, wanted)
        if shutil.which("systemd-analyze"):
            # Programs and manual pages are not installed where this runs.
            checked = packages[component][1] / f"{program}.service"
            checked.write_text(re.sub(r"Documentation=.*\n", "", text.replace("/usr/bin/", f"{BIN}/")))
            verified = subprocess.run(["systemd-analyze", "verify", checked], capture_output=True, text=True)
            if not ("Failed to" in verified.stderr and "bus" in verified.stderr):
                assert verified.returncode == 0 and "earshot" not in verified.stderr, verified.stderr
            said = run("systemd-analyze", "security", "--offline=true", "--threshold=25", unit)
            print("  " + said.strip().splitlines()[-1])


def packages_are_complete():
    skipped = missing("dpkg-deb", "dpkg-shlibdeps", "cpack")
    if skipped:
        return skipped
    with tempfile.TemporaryDirectory() as directory:
        packages = packed(directory)
        for fact in (every_package_has_what_debian_asks_for, the_copyright_says_that_binaries_are_under_the_gpl,
                     services_come_with_unit_and_configuration_that_fit, the_submitters_environment_is_what_its_unit_reads,
                     the_hotspots_user_and_state_agree_in_unit_scripts_and_configuration,
                     soapysdr_finds_the_packaged_module, units_are_correct_and_sandboxed, lintian_has_nothing_to_say):
            fact(packages)
            print(f"  {fact.__name__}", flush=True)
    return None


def udev_rules_name_each_device_once_and_let_plugdev_in():
    rule = re.compile(r'ATTR\{idVendor\}=="([0-9a-f]{4})", ATTR\{idProduct\}=="([0-9a-f]{4})", MODE="0660", '
                      r'GROUP="plugdev", TAG\+="uaccess"(, ENV\{ID_MM_DEVICE_IGNORE\}="1")?')
    lines = (SOURCE / "packaging/59-earshot-sdr.rules").read_text().splitlines()
    lines = [line for line in lines if line and not line.startswith("#")]
    assert lines[0] == 'ACTION=="remove", GOTO="earshot_sdr_end"' and lines[-1] == 'LABEL="earshot_sdr_end"'
    devices = [rule.fullmatch(line).groups()[:2] for line in lines if line.startswith("ATTR")]
    assert len(devices) == len(lines) - 4 == len(set(devices)), devices
    # RTL-SDR, HackRF One, Airspy, LimeSDR Mini, bladeRF 2.0, Pluto, B210.
    wanted = "0bda:2838 1d50:6089 1d50:60a1 0403:601f 2cf0:5250 0456:b673 2500:0020".split()
    assert {tuple(each.split(":")) for each in wanted} <= set(devices)


def asked(shell, folder, words):
    """What the shell offers for the last of the words."""
    program = words[0]
    if shell == "fish":
        script = f"source {folder}/{program}.fish; complete -C '{' '.join(words)}'"
        return [line.split("\t")[0] for line in run("fish", "--no-config", "-c", script).splitlines()]
    if shell == "zsh":  # Its own functions stand in for its line editor: they print what they are given.
        script = ("_describe() { print -rl -- ${(P)${@[-1]}%%:*} }; _files() { print FILES }; "
                  "compadd() { print -rl -- ${@[2,-1]} }; "
                  f"complete_it() {{ source {folder}/_{program} }}; words=({' '.join(map(repr, words))}); "
                  f"CURRENT={len(words)}; complete_it")
        prefix = words[-1]
        return [line for line in run("zsh", "-f", "-c", script).splitlines() if line.startswith(prefix) or line == "FILES"]
    script = (f"source {folder}/{program}; COMP_WORDS=({' '.join(map(repr, words))}); COMP_CWORD={len(words) - 1}; "
              f"_{program.replace('-', '_')}; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
    return run("bash", "--norc", "-c", script).split()


def shells_complete_what_help_says():
    shells = [shell for shell in ("bash", "zsh", "fish") if shutil.which(shell)]
    with tempfile.TemporaryDirectory() as folder:
        for program, _ in PROGRAMS.values():
            run(sys.executable, "-B", SOURCE / "scripts/make_completions.py", BIN / program, folder)
            for shell, file in (("bash", program), ("zsh", f"_{program}"), ("fish", f"{program}.fish")):
                if shell in shells:
                    run(shell, "-n", f"{folder}/{file}")
        for shell in shells:
            offered = asked(shell, folder, ["earshot", ""])
            told = re.findall(r"^  (\w+) ", run(BIN / "earshot", "--help").split("Subcommands:")[1], re.M)
            assert set(told) <= set(offered), (shell, told, offered)
            assert "decode" in asked(shell, folder, ["earshot", "iq", "de"]), shell
            assert "--ldro" in asked(shell, folder, ["earshot", "iq", "decode", "--rate", "1M", "--ld"]), shell
            assert set(asked(shell, folder, ["earshot", "iq", "decode", "--ldro", ""])) == {"auto", "on", "off"}, shell
            assert {"new", "show", "backup", "restore"} <= set(asked(shell, folder, ["earshot-hotspotd", "key", ""])), shell
            assert "--config" in asked(shell, folder, ["earshot-verifierd", "serve", "--"]), shell
    absent = {"bash", "zsh", "fish"} - set(shells)
    return f"no {' '.join(sorted(absent))} here; the others are fine" if absent else None


def main():
    global BIN, SOURCE
    BIN, SOURCE = (pathlib.Path(each).resolve() for each in sys.argv[1:3])
    for test in (udev_rules_name_each_device_once_and_let_plugdev_in, shells_complete_what_help_says, packages_are_complete):
        skipped = test()
        print(f"{'skipped' if skipped else 'ok'}: {test.__name__}{': ' + skipped if skipped else ''}", flush=True)


if __name__ == "__main__":
    main()
