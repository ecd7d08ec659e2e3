"""The client of ``cargo xtask check clients`` that is Mumble's own, as Debian has it: ``outside.rs`` says what it does.

It runs on a screen and with sound devices that are not there: Xvfb, and a PulseAudio of its own, where what is played
to the sink ``mic`` is the microphone and the sink ``ear`` is the loudspeaker. Mumble transmits while there is a voice.
"""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from mumble_program import Screen, address_of, prepare, run, until

# Mumble goes on for a while after the last word, and then its jitter buffer is emptied.
TAIL_S = 1.0

# It transmits by voice activity; voice passes as it is.
SETTINGS = """[audio]
input=PulseAudio
output=PulseAudio
transmit=1
vadsource=0
vadmin=0.3
vadmax=0.4
voicehold=25
noisesupress=0
loudness=1000
quality=72000
framesperpacket=2
echo=false
attenuateothers=false
[pulseaudio]
input=microphone
output=ear
[net]
reconnect=true
[tts]
enable=false
"""

MODULES = [
    "module-null-sink sink_name=ear rate=48000",
    "module-null-sink sink_name=mic rate=48000",
    "module-remap-source source_name=microphone master=mic.monitor",
]


class Devices(Screen):
    """A screen and a sound server of their own; what is started on them ends with them."""

    def __init__(self, home, stack):
        super().__init__(home, stack)
        address = home / "pulse.sock"
        modules = [f"module-native-protocol-unix socket={address}", *MODULES]
        loads = [word for module in modules for word in ("-L", module)]
        self.start("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", *loads)
        self.variables["PULSE_SERVER"] = f"unix:{address}"
        until("PulseAudio is there", lambda: self.control("set-default-source", "microphone"))
        until("it has a loudspeaker", lambda: self.control("set-default-sink", "ear"))

    def control(self, *words):
        return subprocess.run(("pactl", *words), env=self.variables, stderr=subprocess.DEVNULL).returncode == 0

    def lists(self, kind):
        command = ("pactl", "list", "short", kind)
        return subprocess.run(command, env=self.variables, capture_output=True, text=True).stdout


def main(home, stack):
    address = address_of(os.environ["MUMBLE_ADDRESS"])
    prepare(home, address, SETTINGS)
    devices = Devices(home, stack)
    heard = stack.enter_context(open(os.environ["HEARD"], "ab", buffering=0))
    form = ["--raw", "--format=float32le", "--rate=48000", "--channels=1"]
    devices.start("parec", "--device=ear.monitor", "--latency-msec=20", *form, stdout=heard)
    client = devices.start_mumble(address, os.environ["PLAYER_NAME"], os.environ["ROOM"])
    until("it plays", lambda: devices.lists("sink-inputs").strip())
    time.sleep(TAIL_S)
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "say":
            run("paplay", "--device=mic", os.environ["WORDS"], env=devices.variables)
            time.sleep(TAIL_S)
            print("said", flush=True)
        if client.poll() is not None:
            sys.exit(f"Mumble has ended with {client.returncode}")


with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as everything:
    main(pathlib.Path(folder), everything)
