#!/usr/bin/env python3
"""Numbers, negation, hesitation and corrections, said by several voices: never the opposite of what was said.

    tests/ears/said.py DIR EARS HEAR [--matside PROGRAM]

DIR is that of clips.py, with its Python packages; HEAR is the program of `cargo build --release --example hear`. The voices
`heart` and `joe` are the program's own. Sounds are written to DIR/said.
"""

import argparse
import collections
import json
import pathlib
import subprocess

import clips
import measure

HERE = pathlib.Path(__file__).resolve()
VOICES = [f"espeak:{voice}" for voice in ("en-us", "en-us+f3", "en-gb+m3", "en-gb-scotland+f2")]
VOICES += [f"flite:{voice}" for voice in ("awb", "rms", "slt")] + ["matside:heart", "matside:joe"]
NUMBERS = "zero one two three four five six seven eight nine ten".split()
# Kind, question, what is said, what it must lead to. Where it must lead to nothing or to a question, `-`.
TABLE = [("number", "pain-now", word, f"number:{number}") for number, word in enumerate(NUMBERS)]
TABLE += [("about", "pain-now", f"about {word}", f"number:{NUMBERS.index(word)}") for word in ("two", "four", "six", "nine")]
TABLE += [("or", "pain-now", said, "-") for said in ("four or five", "two or three", "six or seven", "eight or nine")]
TABLE += [
    ("point", "pain-now", "seven point five", "number:8"),
    ("point", "pain-now", "three point two", "number:3"),
    ("point", "pain-now", "six and a half", "number:7"),
    ("alike", "pain-now", "then", "-"),
    ("not", "pain-now", "not four", "-"),
    ("not", "how-was-it", "not worse", "-"),
    ("not", "how-was-it", "not really worse", "-"),
    ("not", "how-was-it", "not better", "-"),
    ("not", "how-was-it", "it isn't worse", "-"),
    ("not", "commands", "don't stop", "-"),
    ("not", "commands", "not harder", "-"),
    ("not", "commands", "no pain", "-"),
    ("hesitation", "pain-now", "um four", "number:4"),
    ("hesitation", "pain-now", "well I think maybe six", "number:6"),
    ("hesitation", "how-was-it", "um the same", "answer:same"),
    ("hesitation", "red-flags", "um no", "answer:no"),
    ("correction", "pain-now", "no I mean three", "number:3"),
    ("correction", "pain-now", "four sorry five", "number:5"),
    ("correction", "how-was-it", "worse no I mean better", "answer:better"),
    ("repeated", "pain-now", "four four", "number:4"),
    ("repeated", "red-flags", "no no", "answer:no"),
    ("repeated", "red-flags", "yes yes", "answer:yes"),
    ("repeated", "how-was-it", "the same the same", "answer:same"),
]


def speak(voice, text, path, matside):
    engine, name = voice.split(":")
    commands = {
        "espeak": ["espeak-ng", "-v", name, "-s", "150", "-w", path, text],
        "flite": ["flite", "-voice", name, "-t", text, "-o", path],
        "matside": [matside, "voices", "say", name, text, "-o", path],
    }
    subprocess.run(commands[engine], check=True, capture_output=True)


def at_16_khz(path, out):
    import numpy
    import soundfile

    silence = numpy.random.default_rng(1).standard_normal(12_000) * 0.0005
    samples = numpy.concatenate([silence, clips.at_level(clips.read(path), -24), silence])
    soundfile.write(out, numpy.clip(samples, -1, 1), clips.RATE, subtype="PCM_16")


def meaning(told, question):
    found = measure.meaning(told)
    kind, _, which = (found or "-").partition(":")
    return f"answer:{measure.answers(question)[int(which)]}" if kind == "answer" else found or "-"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("ears", type=pathlib.Path)
    parser.add_argument("hear", type=pathlib.Path)
    parser.add_argument("--matside", default="matside")
    options = parser.parse_args()
    clips.own_python(options.directory, HERE)
    folder = options.directory / "said"
    folder.mkdir(exist_ok=True)
    jobs = {}
    for voice in VOICES:
        for kind, question, said, wanted in TABLE:
            path = folder / f"{voice.replace(':', '-')}-{said.replace(' ', '-')}.wav"
            if not path.exists():
                speak(voice, said, folder / "raw.wav", options.matside)
                at_16_khz(folder / "raw.wav", path)
            jobs[str(path), question] = (kind, voice, said, wanted)
    lines = "".join(f"{path}\t{question}\n" for path, question in jobs)
    done = subprocess.run([options.hear, options.ears], input=lines, capture_output=True, text=True, check=True)
    count, heard, left = collections.Counter(), [], iter(jobs.items())
    for line in map(json.loads, done.stdout.splitlines()):
        if "job" not in line:
            heard.append(line)
            continue
        (_, question), (kind, voice, said, wanted) = next(left)
        sure = [meaning(one["told"], question) if one["sure"] else "-" for one in heard]
        # The last that was clear counts; nothing, or a question, is "-".
        got = next((one for one in reversed(sure) if one != "-"), "-")
        result = "right" if got == wanted else "asked again" if got == "-" else "wrong"
        count[kind, result] += 1
        count[kind, "all"] += 1
        if result == "wrong":
            print(f"wrong: {voice} said `{said}`: {[(one['words'], one['told']) for one in heard]}")
        heard = []
    for kind in dict.fromkeys(row[0] for row in TABLE):
        figures = ", ".join(f"{what} {count[kind, what]}" for what in ("right", "asked again", "wrong"))
        print(f"{kind}: {count[kind, 'all']} said; {figures}")


main()
