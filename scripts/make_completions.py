#!/usr/bin/env python3
"""make_completions.py PROGRAM OUTPUT_DIR [RUNNER...]: completion for bash, zsh and fish, from what the program's own --help says.

Writes NAME (bash), _NAME (zsh) and NAME.fish. The runner's words come before the program's where it is another machine's."""
import pathlib
import re
import sys
from dataclasses import dataclass, field

from make_man import ask

NOT_A_VALUE = ("REQUIRED", "Needs:", "Excludes:")


@dataclass
class Option:
    names: list
    takes_value: bool
    choices: list
    about: str


@dataclass
class Command:
    path: str  # "earshot/iq/decode"
    commands: list = field(default_factory=list)  # (name, about)
    options: list = field(default_factory=list)
    positionals: bool = False

    def names(self):
        return [name for option in self.options for name in option.names]


def entries(lines):
    """(section, left, right) of each "  left   right", the right side perhaps on the next line."""
    section, found = "", []
    for line in lines:
        if re.match(r"^\S.*:$", line):
            section = line[:-1]
        elif re.match(r"^  \S", line):
            left, _, right = line[2:].partition("  ")
            found.append([section, left.strip(), right.strip()])
        elif line.startswith("   ") and found:
            found[-1][2] = (found[-1][2] + " " + line.strip()).strip()
    return found


def option(left, about):
    names, *rest = left.split()
    value = rest[0] if rest and rest[0] not in NOT_A_VALUE else ""
    # auto|on|off are words to type; N|all has one.
    choices = [word for word in value.split("|") if word.islower()] if "|" in value else []
    return Option(names.split(","), bool(value), choices, about)


def explore(program, words=()):
    """Every command of the program, groups before what is in them."""
    command = Command("/".join((pathlib.Path(program[-1]).name, *words)))
    for section, left, right in entries(ask(program, *words, "--help")):
        if left.startswith("-"):
            command.options.append(option(left, right))
        elif section == "Subcommands":
            command.commands.append((left.split()[0], right))
        elif section == "Positionals":
            command.positionals = True
    yield command
    for name, _ in command.commands:
        yield from explore(program, (*words, name))


def patterns(words):
    return " | ".join(words)


def steps(commands):
    """Paths of commands, and of options whose next word is their value."""
    down = [f"{c.path}/{name}" for c in commands for name, _ in c.commands]
    values = [f"{c.path}/{name}" for c in commands for o in c.options if o.takes_value for name in o.names]
    return down, values


def chosen(commands):
    """(paths, choices) of options whose values are words."""
    for command in commands:
        for each in command.options:
            if each.choices:
                yield [f"{command.path}/{name}" for name in each.names], each.choices


def walk(commands, first, last, words):
    """Shell code (bash and zsh): where the cursor is, and which option's value it is at."""
    down, values = steps(commands)
    return [
        f"  for ((i = {first}; i < {last}; i++)); do",
        f"    word=${{{words}[i]}}",
        "    if [[ -n $value_of ]]; then value_of=; continue; fi",
        '    case "$at/$word" in',
        f"      {patterns(down)}) at=$at/$word ;;",
        f"      {patterns(values or ['-'])}) value_of=$word ;;",
        "    esac",
        "  done",
    ]


def bash(name, commands):
    out = [f"# bash completion for {name}, from its own --help", f"_{name.replace('-', '_')}() {{",
           f"  local cur=${{COMP_WORDS[COMP_CWORD]}} at={name} value_of= words= options= files= word i",
           *walk(commands, 1, "COMP_CWORD", "COMP_WORDS"),
           "  COMPREPLY=()",
           "  if [[ -n $value_of ]]; then",
           '    case "$at/$value_of" in']
    for paths, choices in chosen(commands):
        out.append(f"      {patterns(paths)}) words='{' '.join(choices)}' ;;")
    out += ["      *) return ;;  # A file, perhaps.", "    esac",
            "  else", "    case $at in"]
    for c in commands:
        out.append(f"      {c.path}) words='{' '.join(n for n, _ in c.commands)}' options='{' '.join(c.names())}'"
                   f" files={'yes' if c.positionals else ''} ;;")
    out += ["    esac",
            "    [[ $cur != -* && -n $files ]] && return",
            "    [[ $cur == -* || -z $words ]] && words=$options",
            "  fi",
            '  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")',
            "}", f"complete -o bashdefault -o default -F _{name.replace('-', '_')} {name}"]
    return out


def quoted(text, escape="'\\''"):
    return "'" + text.replace("'", escape) + "'"


def zsh(name, commands):
    out = [f"#compdef {name}", f"# zsh completion for {name}, from its own --help",
           f"local at={name} value_of= files= word i", "local -a below options", "() {",
           *walk(commands, 2, "CURRENT", "words"), "}",
           "if [[ -n $value_of ]]; then",
           '  case "$at/$value_of" in']
    for paths, choices in chosen(commands):
        out.append(f"    {patterns(paths)}) compadd -- {' '.join(choices)} ;;")
    out += ["    *) _files ;;", "  esac", "  return", "fi", "case $at in"]
    for c in commands:
        below = " ".join(quoted(f"{n}:{about}") for n, about in c.commands)
        options = " ".join(quoted(f"{n}:{o.about}") for o in c.options for n in o.names)
        out += [f"  {c.path})", f"    below=({below})", f"    options=({options})",
                f"    files={'yes' if c.positionals else ''} ;;"]
    return out + ["esac",
                  "if [[ ${words[CURRENT]} != -* && -n $files ]]; then", "  _files",
                  "elif [[ ${words[CURRENT]} == -* || ${#below} -eq 0 ]]; then", "  _describe -o option options",
                  "else", "  _describe command below", "fi"]


def fish(name, commands):
    at = f"__{name.replace('-', '_')}_at"
    down, values = steps(commands)

    def listed(paths):
        return " ".join(map(quoted, paths or ["-"]))
    out = [f"# fish completion for {name}, from its own --help", f"function {at}", f"  set -l at {name}", "  set -l value_of",
           "  for word in (commandline -opc)[2..-1]",
           '    if test -n "$value_of"', "      set value_of", "      continue", "    end",
           '    switch "$at/$word"', f"      case {listed(down)}", '        set at "$at/$word"',
           f"      case {listed(values)}", "        set value_of yes", "    end", "  end",
           '  test "$at" = "$argv[1]"', "end"]
    for c in commands:
        here = f"complete -c {name} -n '{at} {c.path}'"
        if not c.positionals:
            out.append(f"{here} -f")
        out += [f"{here} -a {quoted(n)} -d {quoted(about, chr(92) + chr(39))}" for n, about in c.commands]
        for o in c.options:
            spelled = " ".join(f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in o.names)
            value = f" -x -a {quoted(' '.join(o.choices))}" if o.choices else " -r -F" if o.takes_value else ""
            out.append(f"{here} {spelled}{value} -d {quoted(o.about, chr(92) + chr(39))}")
    return out


def main():
    program, output, *runner = sys.argv[1:]
    name = pathlib.Path(program).name
    commands = list(explore([*runner, program]))
    for file, lines in ((name, bash(name, commands)), (f"_{name}", zsh(name, commands)),
                        (f"{name}.fish", fish(name, commands))):
        (pathlib.Path(output) / file).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
