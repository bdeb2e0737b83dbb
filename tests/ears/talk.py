#!/usr/bin/env python3
"""An hour in a household: people talk, nobody means the program. What it believes all the same.

    tests/ears/talk.py DIR EARS HEAR [--minutes N] [--human DIR] [--music DIR]

DIR is that of clips.py, with its Python packages; HEAR is the program of `cargo build --release --example hear`. `--human`
holds recordings of people talking, any format, in any folder; `--music` as for clips.py. Every part is two minutes: in
silence, noise and music in turn, three parts while no question is open, then three while the one about red flags is. Talk
is dense: a sentence, then a second or two. Parts are written to DIR/talk.
"""

import argparse
import pathlib
import random

import clips
import measure

HERE = pathlib.Path(__file__).resolve()
PART = 120 * clips.RATE
PLACES = ["clean", "noise", "music"]
QUESTIONS = ["commands", "red-flags"]


def sentences(directory, human):
    """Files of speech: every sentence of household.txt by two voices, and as many recordings of people, if there are any."""
    (directory / "dry").mkdir(parents=True, exist_ok=True)
    random_ = random.Random(1)
    asked = [(voice, "", "", text) for text in clips.OOV for voice in random_.sample(sorted(clips.VOICES), 2)]
    done = [clips.synthesise((number, one, directory)) for number, one in enumerate(asked)]
    said = [path for path, _ in done if path]
    people = sorted(path for path in human.rglob("*") if path.is_file()) if human else []
    return said + random_.sample(people, min(len(people), len(said)))


def part(number, files, music):
    """[PART] samples of talk."""
    import numpy

    random_ = numpy.random.default_rng(number)
    clip, at = numpy.zeros(PART), clips.RATE
    while True:
        speech = clips.read(files[random_.integers(len(files))])
        level = random_.uniform(-40, -22)
        speech = clips.at_level(clips.room(speech, random_) if random_.random() < 0.7 else speech, level)
        if at + len(speech) > PART - clips.RATE:
            break
        clip[at : at + len(speech)] += speech
        at += len(speech) + int(random_.uniform(0.5, 2.5) * clips.RATE)
    place = PLACES[number % len(PLACES)]
    pieces = [music(PART // 8, random_) for _ in range(8)] if place == "music" else [clips.pink(PART, random_)]
    beside = numpy.concatenate(pieces)
    clip += clips.at_level(beside, -65 if place == "clean" else -42)
    return numpy.clip(clip, -1, 1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("ears", type=pathlib.Path)
    parser.add_argument("hear", type=pathlib.Path)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--human", type=pathlib.Path)
    parser.add_argument("--music", type=pathlib.Path)
    options = parser.parse_args()
    clips.own_python(options.directory, HERE)

    import soundfile

    directory = options.directory.resolve() / "talk"
    files, music = sentences(directory, options.human), clips.Music(options.music)
    jobs = []
    for number in range(options.minutes // 2):
        name = f"{number:02}.wav"
        soundfile.write(directory / name, part(number, files, music), clips.RATE, subtype="PCM_16")
        jobs.append((name, QUESTIONS[number // len(PLACES) % len(QUESTIONS)]))
    chain = measure.Chain(options.hear, options.ears, jobs, directory)
    count = dict.fromkeys(QUESTIONS, (0, 0))
    for name, question in jobs:
        for heard in chain.heard[name]:
            sure = bool(measure.meaning(heard["told"]) and heard["sure"])
            believed, asked = count[question]
            count[question] = believed + sure, asked + (not sure)
            print("believed" if sure else "asked about", name, question, heard, sep="\t")
    for question, (believed, asked) in count.items():
        print(f"{question}: {believed} believed, {asked} asked about")


if __name__ == "__main__":
    main()
