#!/usr/bin/env python3
"""Measures recognisers on the clips of clips.py: right, wrong and falsely accepted, for each condition and split.

    tests/ears/measure.py DIR EARS [--share 0.1] [--hear PROGRAM] [--pocketsphinx]

EARS is the folder of the installed ears. "plain" is Vosk with the phrases alone, the first guess taken. "chain" is what the
program makes of the clip, from the samples to the meaning: `cargo build --release --example hear`.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import tomllib
import zlib

import clips

HERE = pathlib.Path(__file__).resolve()


class Vosk:
    def __init__(self, model, contexts):
        import vosk

        vosk.SetLogLevel(-1)
        self.vosk, self.model, self.contexts, self.ready = vosk, vosk.Model(str(model)), contexts, {}

    def guesses(self, context, samples):
        """(words, score), the likeliest first."""
        if context not in self.ready:
            phrases = json.dumps([*self.contexts[context], "[unk]"])
            self.ready[context] = self.vosk.KaldiRecognizer(self.model, 16_000, phrases)
            self.ready[context].SetMaxAlternatives(10)
        self.ready[context].AcceptWaveform(samples.tobytes())
        found = json.loads(self.ready[context].FinalResult())["alternatives"]
        clean = lambda text: " ".join(word for word in text.split() if word != "[unk]")
        return [(clean(one["text"]), one["confidence"]) for one in found]


class Sphinx:
    def __init__(self, contexts):
        from pocketsphinx import Decoder

        self.decoder = Decoder(samprate=16_000, lm=None, loglevel="FATAL")
        self.contexts, self.ready = contexts, set()

    def guesses(self, context, samples):
        name = "".join(letter for letter in context if letter.isalpha())
        if name not in self.ready:
            known = [text for text in self.contexts[context] if all(map(self.decoder.lookup_word, text.split()))]
            grammar = f"#JSGF V1.0; grammar {name}; public <phrase> = {' | '.join(known)};"
            self.decoder.add_jsgf_string(name, grammar)
            self.ready.add(name)
        self.decoder.activate_search(name)
        self.decoder.start_utt()
        self.decoder.process_raw(samples.tobytes(), full_utt=True)
        self.decoder.end_utt()
        heard = self.decoder.hyp()
        return [(heard.hypstr if heard else "", 0.0)]


def answers(context):
    """The ids of a question's answers, in their order."""
    path = clips.SESSIONS / "check-ins" / f"{context}.toml"
    return [answer["id"] for answer in tomllib.loads(path.read_text())["answer"]] if path.exists() else []


def meaning(told):
    """`answer:3`, `number:4`, `command:stop`, or nothing, of what `hear` calls them."""
    found = re.match(r"Some\(Meant\((Answer|Number|Command)\(\"?([^)\"]*)\"?\)\)\)", told)
    return f"{found[1].lower()}:{found[2]}" if found else None


class Chain:
    """Clips through the whole program, many at a time."""

    def __init__(self, program, ears, rows, directory):
        half = len(rows) // 2
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            parts = pool.map(lambda part: self.run(program, ears, part, directory), (rows[:half], rows[half:]))
        self.heard = {file: heard for part in parts for file, heard in part.items()}

    @staticmethod
    def run(program, ears, rows, directory):
        jobs = "".join(f"{directory / file}\t{context}\n" for file, context in rows)
        done = subprocess.run([program, ears], input=jobs, capture_output=True, text=True, check=True)
        found, now = {}, []
        for line in map(json.loads, done.stdout.splitlines()):
            if "job" in line:
                found[str(pathlib.Path(line["job"]).relative_to(directory))], now = now, []
            else:
                now.append(line)
        return found

    def first(self, file, answers):
        """What the first thing that was heard leads to; `asked` where it is asked about."""
        if not self.heard[file]:
            return None
        one = self.heard[file][0]
        meant = meaning(one["told"])
        if not meant or not one["sure"]:
            return "asked"
        kind, which = meant.split(":")
        return f"answer:{answers[int(which)]}" if kind == "answer" else meant


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("ears", type=pathlib.Path)
    parser.add_argument("--hear", type=pathlib.Path)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--pocketsphinx", action="store_true")
    parser.add_argument("--verbose", action="store_true", help="each clip that was not right")
    options = parser.parse_args()
    clips.own_python(options.directory, HERE)

    import soundfile

    contexts = json.loads((options.directory / "contexts.json").read_text())
    rows = [row.split("\t") for row in (options.directory / "clips.tsv").read_text().splitlines()]
    rows = [row for row in rows if zlib.crc32(row[0].split("/")[1].encode()) <= options.share * 2**32]
    ways = {"plain": Vosk(options.ears, contexts)}
    if options.pocketsphinx:
        ways["pocketsphinx"] = Sphinx(contexts)
    if options.hear:
        ways["chain"] = Chain(options.hear, options.ears, [(row[0], row[4]) for row in rows], options.directory)
    count = collections.Counter()
    for file, condition, _, split, context, expected, *_ in rows:
        samples, _ = soundfile.read(options.directory / file, dtype="int16")
        for way, engine in ways.items():
            if way == "chain":
                got = engine.first(file, answers(context))
            else:
                got = contexts[context].get(engine.guesses(context, samples)[0][0])
            kind = "decoys" if expected == "-" else "phrases"
            asked = got == "asked"
            result = "right" if got == expected else "asked" if asked else "wrong" if got else "nothing"
            result = {"wrong": "accepted", "asked": "decoy asked"}.get(result, result) if kind == "decoys" else result
            if options.verbose and way == "chain" and (result in ("wrong", "nothing", "asked", "accepted", "decoy asked")):
                print(result, file, context, expected, engine.heard[file], sep="\t", file=sys.stderr)
            for part in (split, "all"):
                count[way, part, condition, kind] += 1
                count[way, part, condition, result] += 1
    for way in ways:
        for part in ("train", "held", "human", "all"):
            share = lambda what, of: "/".join(
                f"{100 * count[way, part, condition, what] / max(1, count[way, part, condition, of]):.1f}"
                for condition in clips.CONDITIONS
            )
            print(f"{way:13} {part:6} right {share('right', 'phrases')}  wrong {share('wrong', 'phrases')}", end="  ")
            print(f"asked again {share('asked', 'phrases')}  decoys: accepted {share('accepted', 'decoys')}", end="  ")
            print(f"asked about {share('decoy asked', 'decoys')} %")


if __name__ == "__main__":
    main()
