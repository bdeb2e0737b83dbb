#!/usr/bin/env python3
"""What a microphone makes of the clips of speak.py, several times each, as far as the net's lower half takes it.

    tests/ears/train/spoil.py DIR NAME LISTS... [--copies N] [--first N] [--music DIR]

LISTS: tables of speak.py. Each copy, from the number `--first` on, is spoiled otherwise. DIR/NAME.npz: `halfway`, all clips
one after the other; `lengths`, their frames; `texts`. The music has to be other than the one that is measured with.
"""

import argparse
import pathlib
import sys
import zlib

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1])]
import clips
import speak

LONGEST = 3.5  # seconds
VOICES_IN_BABBLE, REMEMBERED = 5, 40
CONDITIONS = {"clean": 0.1, "noise": 0.24, "music": 0.14, "reverb": 0.12, "reverb+noise": 0.4}
DRY = 0.25  # share of the copies without the late echo, as a third look has them


def bands():
    """[lines of the spectrum, 32]: from 60 to 3800 Hz on the scale of M. Slaney's Auditory Toolbox, each of area 1."""
    import numpy

    def mel(hertz):
        return hertz * 3 / 200 if hertz < 1_000 else 15 + 27 * numpy.log(hertz / 1_000) / numpy.log(6.4)

    at = numpy.linspace(mel(60), mel(3_800), 34)
    edges = numpy.where(at < 15, at * 200 / 3, 1_000 * numpy.exp((at - 15) * numpy.log(6.4) / 27))[:, None]
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    line = numpy.arange(257) * clips.RATE / 512
    return (numpy.maximum(0, numpy.minimum((line - low) / (middle - low), (high - line) / (high - middle))) * 2 / (high - low)).T


def spectrum(samples, bands):
    """[samples at 16 kHz] -> [frames of 10 ms, 32], as `src/ear/letters/spectrum.rs` makes it."""
    import numpy

    window = numpy.zeros(512)
    window[56:456] = 32_767 * numpy.hanning(401)[:-1]
    frames = numpy.lib.stride_tricks.sliding_window_view(samples, 512)[::160]
    power = numpy.abs(numpy.fft.rfft(frames * window)) ** 2
    level = 10 * numpy.log10(numpy.maximum(power @ bands, 1e-10))
    return (numpy.maximum(level, level.max() - 80) / 10 + 2).astype(numpy.float32)


def without_late(samples):
    """As `src/ear/late.rs` does it."""
    import numpy
    from scipy.signal import istft, stft

    how = {"fs": clips.RATE, "nperseg": 512, "noverlap": 384}
    spectra = stft(samples, **how)[2]
    powers, means, late = abs(spectra.T) ** 2, [], numpy.zeros(257)
    early, next_ = (10 ** (-6 / 0.35 * frames * 128 / clips.RATE) for frames in (6, 1))
    for at, power in enumerate(powers):
        late = numpy.maximum(late * next_, means[at - 6] * early if at >= 6 else 0)
        means.append((means[-1] + power) / 2 if means else power)
        spectra[:, at] *= numpy.sqrt(numpy.maximum(1 - late / numpy.maximum(power, 1e-12), 0.18**2))
    return istft(spectra, **how)[1][: len(samples)]


class Room:
    def __init__(self, music):
        self.tracks, self.chords, self.heard = clips.Music(music), clips.Music(None), []

    def noise(self, length, random_):
        import numpy

        kind = random_.random()
        if kind < 0.6 or len(self.heard) < VOICES_IN_BABBLE:
            return clips.pink(length, random_)
        if kind < 0.75:
            return random_.standard_normal(length)
        if kind < 0.85:
            return numpy.cumsum(random_.standard_normal(length))
        voices = [self.heard[random_.integers(len(self.heard))] for _ in range(VOICES_IN_BABBLE)]
        return sum(numpy.resize(numpy.roll(voice, random_.integers(8_000)), length) for voice in voices)

    def music(self, length, random_):
        return (self.chords if random_.random() < 0.5 else self.tracks)(length, random_)

    def spoil(self, speech, random_):
        """A person of another size, at another pace, who speaks in a room."""
        import numpy

        condition = random_.choice(list(CONDITIONS), p=list(CONDITIONS.values()))
        level, aside = random_.uniform(-40, -16), random_.uniform(6, 16)
        faster, tilt = random_.uniform(0.88, 1.14), random_.uniform(-0.3, 0.3)
        speech = numpy.interp(numpy.arange(0, len(speech) - 1, faster), numpy.arange(len(speech)), speech)
        speech = numpy.append(speech[0], speech[1:] - tilt * speech[:-1])  # a duller or sharper microphone
        if condition.startswith("reverb"):
            speech = clips.room(speech, random_)
        speech = clips.at_level(speech, level)
        before, after = (numpy.zeros(int(random_.uniform(0.3, 0.7) * clips.RATE)) for _ in range(2))
        clip = numpy.concatenate([before, speech, after])
        if condition == "music":
            clip += clips.at_level(self.music(len(clip), random_), level - aside)
        elif condition.endswith("noise"):
            clip += clips.at_level(self.noise(len(clip), random_), level - aside)
        else:
            clip += clips.at_level(clips.pink(len(clip), random_), -65)
        clip = numpy.clip(clip, -1, 1)
        return without_late(clip) if random_.random() < DRY else clip

    def remember(self, speech):
        self.heard = [*self.heard, speech][-REMEMBERED:]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("name")
    parser.add_argument("lists", type=pathlib.Path, nargs="+")
    parser.add_argument("--copies", type=int, default=3)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--music", type=pathlib.Path)
    options = parser.parse_args()
    speak.own_python(options.directory, HERE)

    import net
    import numpy
    import torch

    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    lower, room, scale = net.Embedding(net.embedding()), Room(options.music), bands()
    halfway, texts = [], []
    for path, _, text in (line.split("\t") for list_ in options.lists for line in list_.read_text().splitlines()):
        try:
            speech = clips.read(path)
        except IndexError:  # nothing was said
            continue
        if len(speech) > LONGEST * clips.RATE:
            continue
        room.remember(speech)
        for copy in range(options.first, options.first + options.copies):
            clip = room.spoil(speech, numpy.random.default_rng([copy, zlib.crc32(pathlib.Path(path).stem.encode())]))
            half = lower.low(torch.from_numpy(spectrum(clip, scale))[None])[0].permute(1, 0, 2)
            halfway.append(half.reshape(len(half), -1).numpy().astype(numpy.float16))
            texts.append(text)
    lengths = [len(half) for half in halfway]
    numpy.savez(options.directory / options.name, halfway=numpy.concatenate(halfway), lengths=lengths, texts=texts)
    print(len(texts), "clips")


if __name__ == "__main__":
    main()
