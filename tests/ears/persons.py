#!/usr/bin/env python3
"""Scripted persons do a session by voice in the virtual room (see `tests/room`), with an echo and noise, and the journal is
compared with what they said: answers, symptoms, commands, and how it ended.

    tests/ears/persons.py PROGRAM [PERSON...] [--voice en-us+f3 --voice en-gb+m3 --voice joe] [--losses]

PERSON is a file in `persons/`, all of them by default. Each turn of a person may have

    at      what the program has to say first, a pattern; without, the person goes on by themselves
    after   speaks so many seconds later, also into what the program says; without, as soon as the program is quiet
    say     the words
    rows    what the journal has to hold of it, one text or several
    then    what shows that it was taken, a pattern, or "" for nothing; without, the answer of `rows`
    lose    `mic` or `speaker`: gone for some seconds, with `--losses` only

Who is not understood says it again, as people do, and that is counted; "Did you say …?" is answered truly. A row is
`CHECK-IN: ANSWER`, `COMMAND EXERCISE`, `worse EXERCISE`, `level EXERCISE LEVEL` or `ended HOW`. Latency is from the last
sound of an answer to its being taken; memory is the most that was seen. Frames that the room lost, other than while the
loudspeaker is away, spoil a run. Exit code 1 when a journal differs, or a person gave up.
"""

import argparse
import json
import math
import pathlib
import statistics
import subprocess
import sys
import time
import tomllib

from room import Program, Room, Voice

PERSONS = pathlib.Path(__file__).parent / "persons"
TRIES = 3
PATIENCE = 8.0  # seconds, before somebody says it again
CALM = 0.8  # seconds of silence before somebody speaks


class GaveUp(Exception):
    pass


class Person:
    def __init__(self, room, program, voice, options):
        self.room, self.program, self.voice, self.options = room, program, voice, options
        self.late, self.again, self.asked = [], 0, 0

    def do(self, turn):
        if "at" in turn and self.program.wait(turn["at"], 600)[1] is None:
            raise GaveUp(f"never heard {turn['at']!r}")
        if "lose" in turn and self.options.losses:
            self.lose(turn["lose"])
        if "say" not in turn:
            return
        then = turn["then"] if "then" in turn else "> " + rows(turn)[0].split(": ")[-1]
        for _ in range(TRIES):
            if self.speak(turn, then):
                return
            self.again += 1
            turn = {**turn, "after": None}
        raise GaveUp(f"said {turn['say']!r}, never got {then!r}")

    def speak(self, turn, then):
        if turn.get("after") is None:
            self.room.quiet(CALM)
        else:
            self.program.wait("(?!)", turn["after"])
        end = self.utter(turn["say"])
        if not then:
            self.program.wait("(?!)", end + 2 - time.time())
            return True
        taken, line = self.program.wait(then, end + PATIENCE - time.time(), r"^Did you say .*\?$|^I did not hear")
        if line and line.startswith("I did not hear"):
            raise GaveUp(f"said {turn['say']!r}, and got {line!r}")
        if line and line.startswith("Did you say") and "Did you say" not in then:
            self.asked += 1
            meant = line[len("Did you say ") : -1].lower() in turn["say"].lower()
            self.room.quiet(CALM)
            end = self.utter("yes" if meant else "no")
            taken, line = self.program.wait(then, end + PATIENCE - time.time())
        if line and then.startswith("> "):
            self.late.append(taken - end)
        return line

    def utter(self, words):
        # Captions from before are no reply.
        self.program.wait("(?!)", 0)
        _, end = self.room.say(self.voice.clip(words), self.options.level)
        self.program.note(f">> {words}")
        self.program.look()
        return end

    def lose(self, what):
        """Unplugged and plugged in again; goes on when the program has it back."""
        away, back = {"mic": ("mic-unplug", "mic-plug"), "speaker": ("unplug", "plug")}[what]
        self.room(away)
        self.program.note(f"## {away}")
        self.program.wait("(?!)", 8)
        self.room(back)
        self.program.note(f"## {back}")
        if what == "mic" and self.program.wait("the microphone is back", 30)[1] is None:
            raise GaveUp("the microphone never came back")


def written(row):
    """What the journal says, as persons have it; nothing for what nobody said."""
    match row["kind"]:
        case "answer":
            number = f", {row['number']}" if "number" in row else ""
            return f"{row['check-in']}: {row.get('answer', 'none')}{number}"
        case "note" if row["note"] not in ("invited", "sound-lost", "sound-back"):
            return f"{row['note']} {row.get('about', '')}".strip()
        case "level":
            return f"level {row['exercise']} {row['level']}"
        case "ending":
            return f"ended {row['ending']}"


def journal(program, env):
    exported = subprocess.run([program, "journal", "export"], env=env, capture_output=True, check=True)
    return [text for text in map(written, json.loads(exported.stdout)["rows"]) if text]


def rows(turn):
    found = turn.get("rows", [])
    return [found] if isinstance(found, str) else found


def percentile(values, share):
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else math.nan


def run(options, name, voice_name):
    person = tomllib.loads((PERSONS / f"{name}.toml").read_text())
    room = Room(options.echo, options.noise)
    try:
        env = room.environment(f"{room.folder}/state")
        voice = Voice(voice_name, options.program, options.clips or room.folder)
        for turn in person["turn"]:
            voice.clip(turn.get("say", "yes"))
        command = [options.program, "run", "--captions", "--ears", "always", *options.option, "--invite", "gentle-daily"]
        log = open(options.logs / f"{name}-{voice_name}.log", "w") if options.logs else open("/dev/null", "w")
        program = Program(command, env, log)
        someone, trouble = Person(room, program, voice, options), None
        try:
            for turn in person["turn"]:
                someone.do(turn)
            code = program.end(120)
        except GaveUp as why:
            trouble, code = str(why), None
            program.process.terminate()
            program.end(20)
        found = journal(options.program, env)
        wanted = [row for turn in person["turn"] for row in rows(turn)] + [f"ended {person['ends']}"]
        same = found == wanted
        told = sum("I cannot hear you" in (line or "") for _, line in program.lines)
        if options.losses and told != sum(turn.get("lose") == "mic" for turn in person["turn"]):
            trouble = trouble or f"the lost microphone was told {told} times"
        now = room("now")
        # Of the microphone in bytes, two for each.
        lost = sum(now.get(name, 0) for name in ("filled_frames", "trimmed_frames")) + now.get("mic_bytes_dropped", 0) // 2
    finally:
        room.stop()
    minutes = (program.lines[-1][0] - program.began) / 60
    median = statistics.median(someone.late) if someone.late else math.nan
    print(
        f"{name:10} {voice_name:10} {'as said' if same else 'DIFFERS'} rows {len(wanted)} exit {code} minutes {minutes:.1f} "
        f"answers {len(someone.late)} median {median:.2f} s 95% {percentile(someone.late, 0.95):.2f} s "
        f"again {someone.again} asked {someone.asked} resident {program.resident:.0f} MB own {program.private:.0f} MB "
        f"processor {program.cpu:.0f} s lost frames {lost}"
        + (f" -- {trouble}" if trouble else ""),
        flush=True,
    )
    if not same:
        print(f"  wanted {wanted}\n  found  {found}", flush=True)
    return same and not trouble


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("person", nargs="*")
    parser.add_argument("--voice", action="append", help="of espeak-ng, or one that is installed")
    parser.add_argument("--losses", action="store_true", help="microphone and loudspeaker are unplugged meanwhile")
    parser.add_argument("--echo", default="40:-12,75:-20", help="from the loudspeaker, as milliseconds:decibels")
    parser.add_argument("--noise", default="-60", help="in the microphone, in decibels")
    parser.add_argument("--level", default="-26", help="of the person, in decibels")
    parser.add_argument("--option", action="append", default=[], help="one more for the program")
    parser.add_argument("--clips", type=pathlib.Path, help="folder where what was synthesized is kept")
    parser.add_argument("--logs", type=pathlib.Path, help="folder for a log of each run")
    options = parser.parse_args()
    options.program = options.program.resolve()
    names = options.person or sorted(path.stem for path in PERSONS.glob("*.toml"))
    voices = options.voice or ["en-us+f3", "en-gb+m3", "joe"]
    sys.exit(not all([run(options, name, voice) for name in names for voice in voices]))


main()
