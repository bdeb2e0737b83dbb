"""What a phrase may be taken for, and how well a net tells it from that. Needs the packages of speak.py."""

import collections
import random

import clips
import speak

NEAR, NEARER = 24, 8  # phrases that are spelt most alike
FEW = [(0, NEARER, 5), (NEARER, NEAR, 4)]  # so many of these each time,
ALMOST, ANY, ALL = 3, 4, 16  # phrases with a word that sounds almost alike, any others, and rivals together
FIT = 0.3  # how much a letter's likelihood counts, about as in `src/ear/choose.rs`
TOO_LONG = 1e4  # instead of an infinite loss
WEIGHT = 3  # of being told apart, against the letters alone


def bare(text):
    return text.replace(" ", "")


class Rivals:
    def __init__(self):
        self.texts, self.means, self.near = speak.Texts(), collections.defaultdict(set), {}
        for context, known in clips.contexts().items():
            for text, meaning in known.items():
                self.means[text].add((context, meaning))

    def __call__(self, text):
        """ALL texts with other letters; most are near to it and have another meaning."""
        if text not in self.near:
            self.near[text] = self.nearest(text)
        found = [one for begin, end, some in FEW for one in random.sample(self.near[text][begin:end], some)]
        found += [self.texts.almost(text, random) for _ in range(ALMOST)]
        found += random.choices(self.texts.phrases, k=ANY)
        found = [one for one in found if bare(one) != bare(text)][:ALL]
        return found + random.choices(self.near[text], k=ALL - len(found))

    def nearest(self, text):
        from rapidfuzz.distance import Levenshtein

        def far(phrase):
            one, two = bare(text), bare(phrase)
            far = Levenshtein.distance(one, two) / max(len(one), len(two))
            a_part = one.startswith(two) or one.endswith(two) or two.startswith(one) or two.endswith(one)
            return 0.6 * far if a_part else far

        same = self.means.get(text, set())
        others = [one for one in self.texts.phrases if bare(one) != bare(text) and not same & self.means[one]]
        return sorted(others, key=far)[:NEAR]


def loss(said, lengths, tried):
    """`said`: [steps, clips, letters] as logarithms. `tried`: for each clip the letters that were said, then those of its
    rivals. The loss of the letters, as that of learn.py, and that of their being taken for a rival (maximum mutual information)."""
    import torch
    from torch.nn import functional

    flat, each = [letters for texts in tried for letters in texts], len(tried[0])
    off = functional.ctc_loss(
        said.repeat_interleave(each, 1),
        torch.tensor([letter for letters in flat for letter in letters]),
        lengths.repeat_interleave(each),
        torch.tensor([len(letters) for letters in flat]),
        reduction="none",
        zero_infinity=True,  # otherwise one text that is too long for its sound makes every weight no number
    ).reshape(len(tried), each)
    off = off.masked_fill(off == 0, TOO_LONG)
    letters = off[:, 0] / torch.tensor([len(texts[0]) for texts in tried])
    taken = -torch.log_softmax(-FIT * off, 1)[:, 0]
    return (letters + WEIGHT * taken)[off[:, 0] < TOO_LONG].mean()
