#!/usr/bin/env python3
"""Measures how soon after its first words the program lets itself be stopped: "stop" is said 2 to 12 seconds into what it
says, with nothing known of the room. Everything is computed, as in own.py.

    tests/ears/early.py CLIPS EARS --hear PROGRAM --rendered DIR [--softer 6] [--each 12]

CLIPS is the folder of clips.py, whose python is used; DIR holds rendered sessions with their captions.
"""

import argparse
import collections
import pathlib
import tempfile

import clips
import own

HERE = pathlib.Path(__file__).resolve()
SPOKEN, AT = 18, (2, 3, 4, 5, 6, 7, 9, 12)


def lines(file, random_):
    """Twelve lines of a session, from anywhere: samples at the rate of the output, and (at, length, text) at 16 kHz."""
    import numpy

    spoken = list(own.spoken_lines(file))
    first, parts, said, at = random_.integers(max(1, len(spoken) - 12)), [], [], 0
    for part, seconds, text in spoken[first : first + 12]:
        parts.append(part)
        said.append((at // 3, int(seconds * own.RATE), text))
        at += len(part)
    return numpy.concatenate(parts)[: SPOKEN * own.PLAYED], said


def trial(file, room, clip, at, softer, random_):
    """What the microphone hears and what was played, at 16 kHz; the lines; nothing if there is too little of it."""
    import numpy
    from scipy.signal import fftconvolve, resample_poly

    played, said = lines(file, random_)
    late = numpy.zeros(int(random_.uniform(0.10, 0.26) * own.PLAYED))
    back = fftconvolve(numpy.concatenate([late, played]), own.way(room, random_))
    mic = resample_poly(back[: len(played)], 1, 3, window=("kaiser", 8.0))
    echo = numpy.sqrt(numpy.mean(mic[mic**2 > 1e-8] ** 2))
    begin, clip = at * own.RATE, clip * echo * 10 ** (-softer / 20) / numpy.sqrt(numpy.mean(clip**2))
    if begin + len(clip) + 2 * own.RATE > len(mic):
        return None
    mic[begin : begin + len(clip)] += clip
    mic += 10 ** (-65 / 20) * random_.standard_normal(len(mic))
    played = resample_poly(played, 1, 3)
    return mic, played, [line for line in said if line[0] < len(played)], begin + len(clip)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("clips", type=pathlib.Path)
    parser.add_argument("ears", type=pathlib.Path)
    parser.add_argument("--hear", type=pathlib.Path, required=True)
    parser.add_argument("--rendered", type=pathlib.Path, required=True)
    parser.add_argument("--softer", type=float, default=6)
    parser.add_argument("--each", type=int, default=12)
    options = parser.parse_args()
    clips.own_python(options.clips, HERE)

    import numpy

    random_, voices = numpy.random.default_rng(5), own.people(options.clips, "stop")
    files, of, obeyed, itself = sorted(options.rendered.glob("*.wav")), collections.Counter(), collections.Counter(), 0
    with tempfile.TemporaryDirectory() as directory:
        for at in AT:
            for number in range(options.each):
                room, clip = ("plain", "live")[number % 2], voices[(number + at) % len(voices)][1]
                made = trial(files[(7 * number + at) % len(files)], room, clip, at, options.softer, random_)
                if not made:
                    continue
                *sounds, end = made
                found, _ = own.heard(options, *sounds, "commands", pathlib.Path(directory))
                within = [one for one in found if at * own.RATE < one["at"] < end + 1.2 * own.RATE]
                of[at] += 1
                obeyed[at] += any('Command("stop")' in one["told"] for one in within)
                itself += len(found) - len(within)
    print(f"{options.softer:g} dB softer than the echo:", ", ".join(f"{at} s {obeyed[at]} of {of[at]}" for at in AT))
    print(f"{itself} by itself")


main()
