#!/usr/bin/env python3
"""Measures what the ears make of the program's own speech: how much of it is taken out, how many commands it gives by
itself, and how many of a person's who speaks meanwhile, 12 dB softer at the microphone, are obeyed. Everything is computed,
nothing is played.

    tests/ears/own.py CLIPS EARS --matside PROGRAM --hear PROGRAM [--voice heart] [--minutes 60] [--cuts 20] [--say stop] [--room plain]

CLIPS is the folder of clips.py, whose python is used. The sessions are rendered and their pauses shortened; the room is
-12 dB after 40 ms, -20 dB after 75 ms and, unless it is `plain`, 300 ms of reverberation. The output is late by 100 to 260 ms.
With `--cuts` it is cut off every so many seconds and begins anew, late by another time; what was handed to it last is still
heard for up to 85 ms, as on a device that threw less away than the program thinks.
"""

import argparse
import collections
import json
import pathlib
import random
import re
import subprocess
import tempfile

import clips

RATE, PLAYED = 16_000, 48_000
SOFTER = 12.0
MEANT = {"it hurts": "worse"}
HERE = pathlib.Path(__file__).resolve()
REPOSITORY = HERE.parents[2]


def cues(path):
    """(begin, end, text) in seconds."""
    clock = lambda text: sum(float(part) * 60**at for at, part in enumerate(reversed(text.split(":"))))
    for block in path.read_text().split("\n\n"):
        found = re.match(r"(\S+) --> (\S+)\n(.*)", block.strip(), re.S)
        if found and not found[3].startswith("["):
            yield clock(found[1]), clock(found[2]), found[3].replace("\n", " ")


def spoken_lines(wav):
    """Line after line: samples at the rate of the output, length in seconds, text."""
    import soundfile

    samples, rate = soundfile.read(wav, dtype="float32", always_2d=True)
    for begin, end, text in cues(wav.with_suffix(".vtt")):
        yield samples[int(begin * rate) : int((end + 0.3) * rate), 0], end - begin, text


def parts(options, directory):
    """What all the sessions say."""
    for path in sorted((REPOSITORY / "sessions").glob("*.toml")) * 50:
        wav = (options.rendered or directory) / f"{path.stem}.wav"
        if not wav.exists():
            command = [options.matside, "render", path, "-q", "--voice", options.voice, "-o", wav]
            if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
                continue
        yield from spoken_lines(wav)


def way(room, random_):
    """From the loudspeaker to the microphone."""
    import numpy
    from scipy.signal import firwin

    response = numpy.zeros(int(0.4 * PLAYED))
    first, long = int(0.04 * PLAYED), int(0.3 * PLAYED)
    if room != "plain":
        tail = random_.standard_normal(long) * numpy.exp(-numpy.arange(long) / (long / 6.9))
        response[first : first + long] += 0.0115 * numpy.convolve(tail, firwin(65, 7_000, fs=PLAYED), "same")
    response[first] += 10 ** (-12 / 20)
    response[int(0.075 * PLAYED)] += 10 ** (-20 / 20)
    return response


def spoken(options, directory, random_):
    """What the program plays and what comes back, at 16 kHz; its lines as (at, length, text), a cut without a length."""
    import numpy
    from scipy.signal import fftconvolve, resample_poly

    length = int(options.minutes * 60 * RATE)
    played, mic, lines = numpy.zeros(length + 40 * RATE), numpy.zeros(length + 40 * RATE), []
    response, at, late = way(options.room, random_), 0, random_.uniform(0.10, 0.26)
    soon = lambda: random_.uniform(0.5, 1.5) * options.cuts * RATE if options.cuts else length * 2
    cut = soon()
    for part, seconds, text in parts(options, directory):
        lines.append((at, int(seconds * RATE), text))
        heard = part
        if at > cut:
            kept = int(random_.uniform(0.3, 0.9) * seconds * PLAYED)
            part, heard = part[:kept], part[: kept + int(random_.uniform(0, 0.085) * PLAYED)]
        frames = int(late * PLAYED)
        back = fftconvolve(numpy.concatenate([numpy.zeros(frames % 3), heard]), response)
        # The two are converted by different means.
        for to, begin, samples in (
            (played, at, resample_poly(part, 1, 3)),
            (mic, at + frames // 3, resample_poly(back, 1, 3, window=("kaiser", 8.0))),
        ):
            to[begin : begin + len(samples)] += samples
        at += len(part) // 3
        if at > cut:
            lines.append((at, 0, "cut"))
            at += int(random_.uniform(0.25, 0.5) * RATE)
            late, cut = random_.uniform(0.10, 0.26), at + soon()
        if at > length:
            break
    return played[:length], mic[:length], lines


def people(directory, say):
    """What different voices said: samples without silence, by voice."""
    import soundfile

    found = collections.defaultdict(list)
    for row in (directory / "clips.tsv").read_text().splitlines():
        file, condition, voice, _, _, _, text, before, length = row.split("\t")
        if condition == "clean" and text == say:
            samples, _ = soundfile.read(directory / file, dtype="float32")
            found[voice].append(samples[int(before) : int(before) + int(length)])
    return [(voice, said[0]) for voice, said in sorted(found.items())]


def heard(options, mic, played, lines, context, directory):
    import soundfile

    for name, samples in (("mic", mic), ("played", played)):
        soundfile.write(directory / f"{name}.wav", samples, RATE, "PCM_16")
    rows = "".join(f"{at}\t{length}\t{text}\n" for at, length, text in lines)
    (directory / "lines.tsv").write_text(rows)
    job = "\t".join([str(directory / "mic.wav"), context, str(directory / "played.wav"), str(directory / "lines.tsv")])
    done = subprocess.run([options.hear, options.ears], input=job + "\n", capture_output=True, text=True, check=True)
    *heard, last = map(json.loads, done.stdout.splitlines())
    return heard, last["gone"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("clips", type=pathlib.Path)
    parser.add_argument("ears", type=pathlib.Path)
    parser.add_argument("--matside", type=pathlib.Path, required=True)
    parser.add_argument("--hear", type=pathlib.Path, required=True)
    parser.add_argument("--voice", default="heart")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rendered", type=pathlib.Path, help="where the rendered sessions are kept")
    parser.add_argument("--cuts", type=float, default=0)
    parser.add_argument("--room", choices=["plain", "live"], default="live")
    parser.add_argument("--say")
    parser.add_argument("--context", default="commands")
    options = parser.parse_args()
    clips.own_python(options.clips, HERE)

    import numpy

    with tempfile.TemporaryDirectory() as directory:
        directory, random_ = pathlib.Path(directory), numpy.random.default_rng(1)
        played, mic, lines = spoken(options, directory, random_)
        cuts = [at for at, length, _ in lines if not length]
        said = []
        if options.say:
            voices, echo = people(options.clips, options.say), numpy.sqrt(numpy.mean(mic**2))
            at = 8 * RATE
            while at + 2 * RATE < len(mic):
                if any(at - RATE < cut < at + 1.5 * RATE for cut in cuts):
                    at += RATE
                    continue
                voice, clip = voices[len(said) % len(voices)]
                level = echo * 10 ** (-SOFTER / 20) / numpy.sqrt(numpy.mean(clip**2))
                mic[at : at + len(clip)] += level * clip
                said.append((at, at + len(clip), voice))
                at += int(random_.uniform(4, 7) * RATE)
        mic += 10 ** (-65 / 20) * random_.standard_normal(len(mic))
        own, obeyed, late = 0, set(), []
        found, gone = heard(options, mic, played, lines, options.context, directory)
        for one in found:
            of = [i for i, (begin, end, _) in enumerate(said) if begin < one["at"] < end + 1.2 * RATE]
            right = f'Command("{MEANT.get(options.say, options.say)}")' in one["told"]
            if of and right:
                obeyed.add(of[0])
                late.append((one["at"] - said[of[0]][1]) / RATE)
            else:
                own += 1
                print("by itself", one)
        print(f"{len(played) / RATE / 60:.1f} minutes of speech, voice {options.voice}, {options.context}, {len(cuts)} cuts")
        print(f"{gone:.1f} dB of the echo gone, half of the seconds; {own} by itself")
        if said:
            missed = collections.Counter(voice for i, (_, _, voice) in enumerate(said) if i not in obeyed)
            print(f"obeyed {len(obeyed)} of {len(said)}; after the end of the word, median {numpy.median(late):.2f} s")
            print("missed", dict(missed))


if __name__ == "__main__":
    main()
