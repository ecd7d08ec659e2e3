"""Mumble's own client on a sound card that is there: `crates/e2e/src/mouth_to_ear/mumble.rs` runs it.

It joins the server at ``MUMBLE_ADDRESS`` as ``PLAYER_NAME`` in the channel ``ROOM``, with the devices ``MICROPHONE``
and ``LOUDSPEAKER`` of the PulseAudio at ``PULSE_SERVER``, and prints ``player has joined``. It leaves when its input
ends. Each argument is a setting besides, such as ``net/framesperpacket=1``; all others are those of a fresh
installation, but that it transmits all the time, and asks and reads out nothing.
"""

import configparser
import contextlib
import io
import os
import pathlib
import sys
import tempfile

from mumble_program import Screen, address_of, prepare

CONTINUOUSLY = "0"


def settings(more):
    sections = configparser.RawConfigParser()
    sections.read_dict({
        "audio": {"input": "PulseAudio", "output": "PulseAudio", "transmit": CONTINUOUSLY},
        "pulseaudio": {"input": os.environ["MICROPHONE"], "output": os.environ["LOUDSPEAKER"]},
        "net": {"reconnect": "false"},
        "tts": {"enable": "false"},
    })
    for setting in more:
        place, value = setting.split("=", 1)
        section, key = place.split("/", 1)
        sections.read_dict({section: {key: value}})
    text = io.StringIO()
    sections.write(text, space_around_delimiters=False)
    return text.getvalue()


def main(home, stack):
    address = address_of(os.environ["MUMBLE_ADDRESS"])
    prepare(home, address, settings(sys.argv[1:]))
    Screen(home, stack).start_mumble(address, os.environ["PLAYER_NAME"], os.environ["ROOM"])
    print("player has joined", flush=True)
    sys.stdin.read()


with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as everything:
    main(pathlib.Path(folder), everything)
