"""A person and the program in a virtual room: what the person says, what the program says, and what it costs. Owns the room's
life; the rig is found at `MATSIDE_ROOM`, as by `tests/room`. Needs nothing but Python, the rig and, for its voices,
`espeak-ng`.
"""

import array
import json
import math
import os
import pathlib
import queue
import re
import subprocess
import tempfile
import threading
import time
import wave

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SILENT = 0.004  # of full scale: nothing sounds


class Room:
    """A loudspeaker, a microphone, an echo between them and some noise. Levels in decibels of full scale."""

    def __init__(self, echo, noise):
        rig = pathlib.Path(os.environ.get("MATSIDE_ROOM", REPOSITORY.parent / "shared" / "room"))
        self.rig, self.folder = rig / "virtual-room.sh", tempfile.mkdtemp(prefix="matside-")
        self.place = {**os.environ, "VIRTUAL_ROOM": f"{self.folder}/room"}
        self.zero = self("start", "--echo", echo, "--noise", str(noise), "--ttl", "5400")["unix_at_room_0"]

    def __call__(self, *words):
        done = subprocess.run([self.rig, *map(str, words)], env=self.place, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"virtual room: {done.stderr.strip()}")
        return json.loads(done.stdout) if done.stdout.startswith("{") else done.stdout

    def environment(self, state):
        """That of a program which lives here: ears, voices and spoken lines are the user's, the journal is not."""
        gone = ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY")
        env = {name: value for name, value in os.environ.items() if name not in gone}
        env.update(re.findall(r"^export (\w+)='(.*)'$", self("env"), re.M))
        for name, usual in (("XDG_DATA_HOME", ".local/share"), ("XDG_CACHE_HOME", ".cache")):
            env[name] = os.environ.get(name, str(pathlib.Path.home() / usual))
        return {**env, "XDG_STATE_HOME": str(state)}

    def say(self, clip, level):
        """The person speaks. When that begins and ends, in Unix time."""
        said = self("say", clip, "--level", level)
        return said["unix_start"], said["unix_start"] + said["end"] - said["start"]

    def loudness(self, begin, end):
        """Of the loudspeaker between two Unix times, as shares of full scale, one for 10 ms."""
        path = f"{self.folder}/heard.wav"
        self("heard", path, "--from", begin - self.zero, "--to", end - self.zero)
        with wave.open(path) as file:
            step = file.getframerate() // 100 * file.getnchannels()
            samples = array.array("h", file.readframes(file.getnframes()))
        blocks = [samples[at : at + step] for at in range(0, len(samples) - step + 1, step)]
        return [math.hypot(*block) / len(block) ** 0.5 / 32768 for block in blocks]

    def quiet(self, seconds, patience=60):
        """Waits until nothing has sounded for so long. Looks rarely: each look costs more than the program does."""
        until = time.time() + patience
        # What was just begun is not heard yet.
        time.sleep(seconds)
        while time.time() < until:
            now = time.time()
            loud = [at for at, level in enumerate(self.loudness(now - seconds, now)) if level > SILENT]
            if not loud:
                return
            time.sleep(max(0.1, now + loud[-1] / 100 - time.time()))

    def stop(self):
        self("stop")
        subprocess.run(["rm", "-r", self.folder], check=False)


class Voice:
    """Speaks with a voice of espeak-ng, as "en-us+f3", or one that the program has installed, as "joe"."""

    def __init__(self, name, program, folder):
        self.name, self.program, self.folder = name, program, folder

    def clip(self, words):
        path = f"{self.folder}/{self.name}-{re.sub('[^a-z]+', '-', words.lower())}.wav"
        if not os.path.exists(path):
            espeak = ["espeak-ng", "-v", self.name, "-s", "150", "-w", path, words]
            pack = [self.program, "voices", "say", self.name, words, "-o", path]
            subprocess.run(espeak if self.name.startswith("en") else pack, check=True, stdout=subprocess.DEVNULL)
            trim(path)
        return path


def trim(path):
    """Takes the silence off both ends: latency counts from the last sound."""
    with wave.open(path) as file:
        parameters, samples = file.getparams(), array.array("h", file.readframes(file.getnframes()))
    loud = max(map(abs, samples)) // 50
    heard = [at for at, sample in enumerate(samples) if abs(sample) > loud]
    with wave.open(path, "w") as file:
        file.setparams(parameters)
        file.writeframes(samples[heard[0] : heard[-1] + 1].tobytes())


class Program:
    """The program under test, and the lines that it prints: captions and what it tells about its sound."""

    def __init__(self, command, env, log):
        self.env, self.command, self.log = env, command, log
        self.lines, self.next, self.printed = [], 0, queue.Queue()
        self.resident, self.private, self.cpu, self.began = 0, 0, 0.0, time.time()
        self.process = subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.note(line.rstrip())
            self.printed.put((time.time(), line.rstrip()))
        self.printed.put((time.time(), None))

    def note(self, text):
        print(f"{time.time() - self.began:7.2f} {text}", file=self.log, flush=True)

    def take(self, seconds):
        """The next line that was printed, as (time, text); the text is None at the end, the time when there was none."""
        if self.next == len(self.lines):
            if self.lines and self.lines[-1][1] is None:
                return self.lines[-1]
            try:
                self.lines.append(self.printed.get(timeout=max(0, seconds)))
            except queue.Empty:
                return None, None
        self.next += 1
        return self.lines[self.next - 1]

    def wait(self, pattern, seconds, other=None):
        """(time, line) of the first line from here on with `pattern`, or with `other`; (None, None) without."""
        until = time.time() + seconds
        while True:
            at, line = self.take(until - time.time())
            if line is None:
                return None, None
            if re.search(pattern, line) or other and re.search(other, line):
                return at, line

    def look(self):
        """Memory in MB, the most that was seen, and seconds of the processor."""
        try:
            numbers = pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
            ticks = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            return
        size = lambda name: sum(map(int, re.findall(rf"^{name}\w*: +(\d+)", numbers, re.M))) / 1024
        self.resident, self.private = max(self.resident, size("Rss")), max(self.private, size("Private_"))
        self.cpu = (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")

    def end(self, patience):
        """The exit code, or None for one that had to be killed."""
        self.wait("(?!)", patience)
        try:
            return self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return None
