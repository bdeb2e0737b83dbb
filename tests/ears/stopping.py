#!/usr/bin/env python3
"""How long it takes from the end of the word "stop" to silence at the loudspeaker, in the virtual room (see `tests/room`).

    tests/ears/stopping.py CLIPS PROGRAM [--trials 60] [--softer 0 --softer 6]

CLIPS is the folder of clips.py, each of whose voices says "stop" in turn; nothing else of it is used. In each trial the program
is started anew, without a memory, and speaks; after half a minute the person says the word, so many decibels softer at the
microphone than the program's echo. Obeyed is who hears the goodbye. Where the program happened to be between two sentences,
the moment at which it decided counts.
"""

import argparse
import math
import pathlib
import random
import statistics
import sys
import tempfile
import time
import wave

from room import SILENT, Program, Room

GOODBYE = "We stop here"
BREATH = 0.25  # seconds that the program is silent before the goodbye
SESSION = '''format = 1
title = "Talk"
language = "en"
minutes = [0.1, 60]
[[step]]
say = """
{}"""
'''
TALK = """The feet lift gently from the floor, and the arms swing along with them as they like.
Both knees come toward the chest, one after the other, and the hands hold them behind the thigh.
The hips lift from the floor as far as it is comfortable, and then they come down again slowly.
One arm reaches forward along the floor, and the back stays as still as it can meanwhile.
The back arches softly toward the ceiling, and then it rounds down again, without any hurry.
"""


def words(folder, destination):
    """(voice, file) for each voice that says "stop" in silence, without the silence around it."""
    for row in (folder / "clips.tsv").read_text().splitlines():
        file, condition, voice, _, _, _, text, before, length = row.split("\t")
        if (condition, text) == ("clean", "stop") and voice != "human":
            path = f"{destination}/{voice}.wav"
            with wave.open(str(folder / file)) as whole, wave.open(path, "w") as word:
                whole.setpos(int(before))
                word.setparams(whole.getparams())
                word.writeframes(whole.readframes(int(length)))
            yield voice, path


class Itself(Exception):
    """It stopped before anybody had said so."""


def trial(room, options, session, clip, softer, dice):
    """Seconds from the end of the word to silence, or nothing where it was not obeyed."""
    with tempfile.TemporaryDirectory() as state:
        command = [options.program, "run", "--captions", "--ears", "always", *options.option, session]
        program = Program(command, room.environment(state), sys.stderr if options.verbose else open("/dev/null", "w"))
        began, _ = program.wait("^Both knees", 60)
        # A room is learnt while the program speaks.
        program.wait("(?!)", options.after + dice.uniform(0, 4))
        if began is None or any(GOODBYE in (line or "") for _, line in program.lines):
            program.process.kill()
            raise Itself
        heard = [level for level in room.loudness(time.time() - 8, time.time()) if level > SILENT]
        echo = 20 * math.log10(math.hypot(*heard) / len(heard) ** 0.5) + room.gain
        _, end = room.say(clip, echo - softer)
        told, _ = program.wait(GOODBYE, end + 4 - time.time())
        time.sleep(0.3)
        program.process.kill()
        program.end(5)
    if told is None:
        return None
    levels, at = room.loudness(end - 2, told + 0.3), round((told - end + 2) * 100)
    while levels[at] > SILENT:
        at += 1
    while levels[at - 1] <= SILENT:
        at -= 1
    return max((at - 200) / 100, told - BREATH - end)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", type=pathlib.Path)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--softer", type=float, action="append")
    parser.add_argument("--after", type=float, default=25, help="seconds of speech before that")
    parser.add_argument("--option", action="append", default=[], help="one more for the program")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    options.program, softer = options.program.resolve(), options.softer or [0.0, 6.0]
    room, dice, late = Room("40:-12,75:-20", "-60"), random.Random(1), {level: [] for level in softer}
    room.gain = 10 * math.log10(10**-1.2 + 10**-2)
    try:
        session = pathlib.Path(room.folder) / "talk.toml"
        session.write_text(SESSION.format(TALK * 9))
        voices = sorted(words(options.clips, room.folder))
        for number in range(options.trials):
            level = softer[number // len(voices) % len(softer)]
            voice, clip = voices[number % len(voices)]
            try:
                late[level].append(trial(room, options, session, clip, level, dice))
                print(voice, level, late[level][-1], flush=True)
            except Itself:
                late[level].append(None)
                print(voice, level, "stopped by itself", flush=True)
    finally:
        room.stop()
    for level, all_ in late.items():
        obeyed = sorted(one for one in all_ if one is not None)
        if obeyed:
            last = obeyed[math.ceil(0.95 * len(obeyed)) - 1]
            print(f"{level} dB softer: obeyed {len(obeyed)} of {len(all_)}, median {statistics.median(obeyed):.2f} s, 95% {last:.2f} s")


main()
