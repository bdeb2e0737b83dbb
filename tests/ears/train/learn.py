#!/usr/bin/env python3
"""Teaches the net of letters what was said, and writes it as the program reads it.

    tests/ears/train/learn.py DIR OUT [--epochs N] [--after NET] NAMES...

NAMES: what spoil.py made in DIR. OUT: the net (ONNX). The connectionist temporal classification of A. Graves and others
(2006): the letters in their order, wherever they are. With `--after` that net goes on, and learns to tell what was said
from what it may be taken for.
"""

import argparse
import pathlib
import random
import sys
import time

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1])]
import speak

TOGETHER = 32  # clips
RATES = [6e-4, 1.5e-3]  # of the embedding's upper half, and of what is new
LATER = [3.2e-4, 8e-4]  # the same for a net that goes on
KEPT = 0.998  # of the mean over all steps, at each step


def read(directory, names):
    """(frames, text) of every clip that has room for its letters."""
    import numpy

    found = []
    for name in names:
        file = numpy.load(directory / f"{name}.npz")
        halfway, at = file["halfway"], 0
        for length, text in zip(file["lengths"], file["texts"]):
            letters = spelt(str(text))
            twice = sum(one == two for one, two in zip(letters, letters[1:]))
            if 0 < len(letters) + twice < length - 5:
                found.append((halfway[at : at + length], str(text)))
            at += length
    return found


def spelt(text):
    import net

    return [net.LETTERS.index(letter) + 1 for letter in text.lower() if letter.isalpha()]


def batches(found):
    """Of clips that are about as long as each other."""
    random.shuffle(found)
    some = 20 * TOGETHER
    parts = [sorted(found[at : at + some], key=lambda one: len(one[0])) for at in range(0, len(found), some)]
    full = [part[at : at + TOGETHER] for part in parts for at in range(0, len(part) - TOGETHER + 1, TOGETHER)]
    random.shuffle(full)
    return full


def together(batch):
    """[clips, CHANNELS, frames, BANDS]; the last frame of a shorter clip goes on. Every channel a little off."""
    import net
    import torch

    frames = max(len(half) for half, _ in batch)
    x = torch.zeros(len(batch), frames, net.CHANNELS * net.BANDS)
    for one, (half, _) in zip(x, batch):
        one[: len(half)] = torch.from_numpy(half.astype("float32"))
        one[len(half) :] = one[len(half) - 1]
    x = x * (1 + 0.15 * torch.randn(len(batch), 1, x.shape[2]) * random.random())
    return x.reshape(len(batch), frames, net.CHANNELS, net.BANDS).permute(0, 2, 1, 3)


def learn(model, found, epochs, rates, loss):
    """`loss` takes [steps, clips, letters], how many steps each clip has, and what was said. Afterwards the model has the mean
    of its weights over the last steps."""
    import torch
    from torch import nn

    new = [value for name, value in model.named_parameters() if not name.startswith("embedding")]
    groups = [{"params": model.embedding.parameters()}, {"params": new}]
    best = torch.optim.AdamW(groups, 1e-3, weight_decay=1e-2)
    steps = epochs * len(batches(found))
    rate = torch.optim.lr_scheduler.OneCycleLR(best, rates, total_steps=steps, pct_start=0.1)
    mean = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(KEPT))
    started = time.monotonic()
    for epoch in range(epochs):
        total = 0
        for batch in (full := batches(found)):
            said = model.from_halfway(together(batch))
            lost = max(len(half) for half, _ in batch) - said.shape[1]  # frames at the ends
            lengths = torch.tensor([len(half) - lost for half, _ in batch])
            off = loss(said.transpose(0, 1), lengths, [text for _, text in batch])
            best.zero_grad()
            off.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 2, error_if_nonfinite=True)
            best.step()
            rate.step()
            mean.update_parameters(model)
            total += off.item()
        print(f"{epoch + 1}/{epochs}: {total / len(full):.3f}, {time.monotonic() - started:.0f} s", flush=True)
    model.load_state_dict(mean.module.state_dict())


def write(model, out):
    """The net with what is constant reckoned, and with the weights of its convolutions in 8 bits: a quarter of the size."""
    import onnx
    import onnxruntime
    import torch

    names = {"input_names": ["spectrum"], "output_names": ["letters"]}
    lengths = {"spectrum": {1: "frames"}, "letters": {1: "steps"}}
    torch.onnx.export(model.eval(), torch.randn(1, 150, 32), str(out), **names, dynamic_axes=lengths, dynamo=False)
    plain = onnxruntime.SessionOptions()
    plain.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    plain.optimized_model_filepath = str(out)
    onnxruntime.InferenceSession(str(out), plain)
    whole = onnx.load(out)
    in_eight_bits(whole.graph)
    del whole.opset_import[1:]
    onnx.save(whole, out)


def in_eight_bits(graph):
    import numpy
    from onnx import helper, numpy_helper

    convolve = {node.input[1] for node in graph.node if node.op_type == "Conv"}
    weights, nodes = [], []
    for one in graph.initializer:
        if one.name not in convolve:
            weights.append(one)
            continue
        values = numpy_helper.to_array(one)
        step = numpy.abs(values).max((1, 2, 3)[: values.ndim - 1]) / 127 + 1e-12
        whole = numpy.round(values / step.reshape((-1,) + (1,) * (values.ndim - 1))).astype(numpy.int8)
        parts = [one.name + "_whole", one.name + "_step"]
        weights += [numpy_helper.from_array(whole, parts[0]), numpy_helper.from_array(step.astype(numpy.float32), parts[1])]
        nodes.append(helper.make_node("DequantizeLinear", parts, [one.name], axis=0))
    nodes += graph.node
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(weights)
    graph.node.extend(nodes)


def letters_alone(said, lengths, texts):
    import torch
    from torch import nn

    letters = [torch.tensor(spelt(text)) for text in texts]
    return nn.CTCLoss(zero_infinity=True)(said, torch.cat(letters), lengths, torch.tensor([len(one) for one in letters]))


def apart_too():
    import apart

    rivals = apart.Rivals()
    return lambda said, lengths, texts: apart.loss(
        said, lengths, [[spelt(one) for one in [text, *rivals(text)]] for text in texts]
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--after", type=pathlib.Path)
    options = parser.parse_args()
    speak.own_python(options.directory, HERE)

    import net
    import torch

    torch.manual_seed(1)
    random.seed(1)
    model = net.read(options.after) if options.after else net.Letters(net.embedding())
    how = (LATER, apart_too()) if options.after else (RATES, letters_alone)
    learn(model, read(options.directory, options.names), options.epochs, *how)
    write(model, options.out)


if __name__ == "__main__":
    main()
