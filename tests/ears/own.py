#!/usr/bin/env python3
"""Measures what the ears make of the program's own speech: how many commands it gives by itself, and how many of a person's
who speaks meanwhile, 12 dB softer at the microphone, are obeyed. Everything is computed, nothing is played.

    tests/ears/own.py CLIPS EARS --matside PROGRAM --hear PROGRAM [--voice heart] [--minutes 60] [--say stop]

CLIPS is the folder of clips.py, whose python is used. The sessions are rendered and their pauses shortened; the room is
-12 dB after 40 ms, -20 dB after 75 ms and 300 ms of reverberation, behind an output that is late by 180 ms.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

RATE = 16_000
LATE, SOFTER = 0.18, 12.0
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def own_python(directory):
    venv = directory / "venv"
    if pathlib.Path(sys.prefix).resolve() != venv.resolve():
        os.execv(venv / "bin" / "python", [str(venv / "bin" / "python"), *sys.argv])


def cues(path):
    """(begin, end, text) in seconds."""
    clock = lambda text: sum(float(part) * 60**at for at, part in enumerate(reversed(text.split(":"))))
    for block in path.read_text().split("\n\n"):
        found = re.match(r"(\S+) --> (\S+)\n(.*)", block.strip(), re.S)
        if found and not found[3].startswith("["):
            yield clock(found[1]), clock(found[2]), found[3].replace("\n", " ")


def spoken(options, seconds, directory):
    """The lines of the sessions, one after another: samples, and (at, length, text)."""
    import numpy
    import soundfile
    from scipy.signal import resample_poly

    parts, lines, at = [], [], 0
    for path in sorted((REPOSITORY / "sessions").glob("*.toml")) * 50:
        wav = directory / f"{path.stem}.wav"
        if not wav.exists():
            command = [options.matside, "render", path, "-q", "--voice", options.voice, "-o", wav]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        samples, rate = soundfile.read(wav, dtype="float32", always_2d=True)
        samples = resample_poly(samples[:, 0], 1, rate // RATE)
        for begin, end, text in cues(wav.with_suffix(".vtt")):
            part = samples[int(begin * RATE) : int((end + 0.3) * RATE)]
            parts.append(part)
            lines.append((at, int((end - begin) * RATE), text))
            at += len(part)
        if at > seconds * RATE:
            break
    return numpy.concatenate(parts)[: int(seconds * RATE)], lines


def room(played, random_):
    import numpy
    from scipy.signal import fftconvolve

    way = numpy.zeros(int(0.5 * RATE))
    late = int(LATE * RATE)
    tail = random_.standard_normal(int(0.3 * RATE)) * numpy.exp(-numpy.arange(int(0.3 * RATE)) / (0.3 * RATE / 6.9))
    way[late + 640 : late + 640 + len(tail)] += 0.02 * tail[: len(way) - late - 640]
    way[late + 640] += 10 ** (-12 / 20)
    way[late + 1_200] += 10 ** (-20 / 20)
    mic = fftconvolve(played, way)[: len(played)]
    return mic + 10 ** (-62 / 20) * random_.standard_normal(len(mic))


def people(directory, say):
    """What different voices said: samples without silence, by voice."""
    import soundfile

    found = collections.defaultdict(list)
    for row in (directory / "clips.tsv").read_text().splitlines():
        file, condition, voice, _, _, _, text, before, length = row.split("\t")
        if condition == "clean" and text == say:
            samples, _ = soundfile.read(directory / file, dtype="float32")
            found[voice].append(samples[int(before) : int(before) + int(length)])
    return [(voice, clips[0]) for voice, clips in sorted(found.items())]


def heard(options, mic, played, lines, context, directory):
    import soundfile

    for name, samples in (("mic", mic), ("played", played)):
        soundfile.write(directory / f"{name}.wav", samples, RATE, "PCM_16")
    rows = "".join(f"{at}\t{length}\t{text}\n" for at, length, text in lines)
    (directory / "lines.tsv").write_text(rows)
    job = "\t".join([str(directory / "mic.wav"), context, str(directory / "played.wav"), str(directory / "lines.tsv")])
    done = subprocess.run([options.hear, options.ears], input=job + "\n", capture_output=True, text=True, check=True)
    return [one for one in map(json.loads, done.stdout.splitlines()) if "job" not in one]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("clips", type=pathlib.Path)
    parser.add_argument("ears", type=pathlib.Path)
    parser.add_argument("--matside", type=pathlib.Path, required=True)
    parser.add_argument("--hear", type=pathlib.Path, required=True)
    parser.add_argument("--voice", default="heart")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--say")
    parser.add_argument("--context", default="commands")
    options = parser.parse_args()
    own_python(options.clips)

    import numpy

    with tempfile.TemporaryDirectory() as directory:
        directory, random_ = pathlib.Path(directory), numpy.random.default_rng(1)
        played, lines = spoken(options, options.minutes * 60, directory)
        mic = room(played, random_)
        said = []
        if options.say:
            voices, echo = people(options.clips, options.say), numpy.sqrt(numpy.mean(mic**2))
            at = 8 * RATE
            while at + 2 * RATE < len(mic):
                voice, clip = voices[len(said) % len(voices)]
                level = echo * 10 ** (-SOFTER / 20) / numpy.sqrt(numpy.mean(clip**2))
                mic[at : at + len(clip)] += level * clip
                said.append((at, at + len(clip), voice))
                at += int(random_.uniform(4, 7) * RATE)
        own, obeyed, late = 0, set(), []
        for one in heard(options, mic, played, lines, options.context, directory):
            of = [i for i, (begin, end, _) in enumerate(said) if begin < one["at"] < end + 1.2 * RATE]
            right = f'Command(\\"{options.say}\\")' in json.dumps(one["told"])
            if of and right:
                obeyed.add(of[0])
                late.append((one["at"] - said[of[0]][1]) / RATE)
            else:
                own += 1
                print("by itself", one)
        print(f"{len(played) / RATE / 60:.1f} minutes of speech, voice {options.voice}, {options.context}: {own} by itself")
        if said:
            missed = collections.Counter(voice for i, (_, _, voice) in enumerate(said) if i not in obeyed)
            print(f"obeyed {len(obeyed)} of {len(said)}; after the end of the word, median {numpy.median(late):.2f} s")
            print("missed", dict(missed))


main()
