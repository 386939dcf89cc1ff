#!/usr/bin/env python3
"""make_man.py PROGRAM VERSION TEMPLATE OUTPUT [RUNNER...]: a manual page whose commands are what the program itself says.

The template is roff with @VERSION@ and @COMMANDS@; for the latter every command's --help is asked for, groups first. The
runner's words come before the program's where it is another machine's (qemu)."""
import pathlib
import re
import subprocess
import sys


def ask(program, *words):
    """Lines that the program, a list of words itself, prints."""
    run = subprocess.run([*program, *words], capture_output=True, text=True, check=True)
    return run.stdout.strip("\n").splitlines()


def subcommands(lines):
    """Names under "Subcommands:", where there are any."""
    if "Subcommands:" not in lines:
        return []
    names = []
    for line in lines[lines.index("Subcommands:") + 1:]:
        if not line.startswith("  "):
            break
        found = re.match(r"  (\S+)", line)
        if found:
            names.append(found.group(1))
    return names


def leaves(program, path=()):
    """(path, help) of each command that has no commands of its own."""
    lines = ask(program, *path, "--help")
    names = subcommands(lines)
    if not names:
        yield path, lines
    for name in names:
        yield from leaves(program, (*path, name))


def roff(line):
    line = line.replace("\\", "\\e").replace("-", "\\-").rstrip()
    return "\\&" + line if line.startswith((".", "'")) else line


def commands(program):
    out = []
    for path, lines in leaves(program):
        options = [line for line in lines[1:] if not line.startswith(("Usage:", "  -h,--help"))]
        out += [f".SS {' '.join(path)}", roff(lines[0]), ".PP", ".nf", *map(roff, options), ".fi"]
    return "\n".join(out)


def main():
    program, version, template, output, *runner = sys.argv[1:]
    text = pathlib.Path(template).read_text()
    text = text.replace("@VERSION@", version).replace("@COMMANDS@", commands([*runner, program]))
    pathlib.Path(output).write_text(text)


if __name__ == "__main__":
    main()
