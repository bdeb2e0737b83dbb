#!/usr/bin/env python3
"""Measures recognisers on the clips of clips.py: right, wrong and falsely accepted, for each condition and split.

    tests/ears/measure.py DIR MODEL [--share 0.1] [--pocketsphinx]

MODEL is the folder of the Vosk model. "plain" takes the first guess, "chosen" what `src/ear/choose.rs` is sure of: its
numbers stand here again. Uses DIR/venv, and puts `vosk` and `pocketsphinx` into it.
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import time
import zlib

CONDITIONS = ["clean", "noise", "music", "reverb", "reverb+noise"]
NEAR, OTHER, NONE = 3.0, 0.6, 0.8


def own_python(directory):
    venv = directory / "venv"
    python = venv / "bin" / "python"
    if pathlib.Path(sys.prefix).resolve() == venv.resolve():
        return
    subprocess.run([python, "-m", "pip", "install", "-q", "vosk==0.3.45", "pocketsphinx==5.1.1"], check=True)
    os.execv(python, [str(python), *sys.argv])


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


def plain(guesses, phrases):
    return phrases.get(guesses[0][0])


def chosen(guesses, phrases):
    best = {}
    for words, score in guesses:
        meaning = phrases.get(words, None if words else "-")
        if meaning:
            best[meaning] = max(best.get(meaning, score), score)
    ranked = sorted(best.items(), key=lambda one: -one[1])
    if not ranked or ranked[0][0] == "-" or guesses[0][1] - ranked[0][1] > NEAR:
        return None
    ahead = all(ranked[0][1] - score >= (NONE if meaning == "-" else OTHER) for meaning, score in ranked[1:])
    return ranked[0][0] if ahead else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--pocketsphinx", action="store_true")
    options = parser.parse_args()
    own_python(options.directory)

    import soundfile

    contexts = json.loads((options.directory / "contexts.json").read_text())
    vosk = Vosk(options.model, contexts)
    ways = {"plain": (vosk, plain), "chosen": (vosk, chosen)}
    if options.pocketsphinx:
        ways["pocketsphinx"] = (Sphinx(contexts), plain)
    count, seconds, begun = collections.Counter(), 0, time.process_time()
    for row in (options.directory / "clips.tsv").read_text().splitlines():
        file, condition, _, split, context, expected, *_ = row.split("\t")
        if zlib.crc32(file.split("/")[1].encode()) > options.share * 2**32:
            continue
        samples, _ = soundfile.read(options.directory / file, dtype="int16")
        seconds += len(samples) / 16_000
        heard = {engine: engine.guesses(context, samples) for engine in {engine for engine, _ in ways.values()}}
        for way, (engine, judge) in ways.items():
            got = judge(heard[engine], contexts[context])
            kind = "decoys" if expected == "-" else "phrases"
            result = "accepted" if kind == "decoys" and got else "right" if got == expected else "wrong" if got else ""
            for part in (split, "all"):
                count[way, part, condition, kind] += 1
                count[way, part, condition, result] += 1
    for way in ways:
        for part in ("train", "held", "human", "all"):
            share = lambda what, of: "/".join(
                f"{100 * count[way, part, condition, what] / max(1, count[way, part, condition, of]):.1f}"
                for condition in CONDITIONS
            )
            print(f"{way:13} {part:6} right {share('right', 'phrases')}  wrong {share('wrong', 'phrases')}", end="  ")
            print(f"decoys accepted {share('accepted', 'decoys')} %")
    print(f"{(time.process_time() - begun) / seconds:.3f} x real time in all")


main()
