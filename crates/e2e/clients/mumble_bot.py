"""The client of ``cargo xtask check clients`` that is a bot of Mumble, by pymumble: ``outside.rs`` says what it does."""

import array
import os
import sys
import threading
import time
import wave

import pymumble_py3
from pymumble_py3 import constants, errors

host, port = os.environ["MUMBLE_ADDRESS"].rsplit(":", 1)
with wave.open(os.environ["WORDS"]) as file:
    words = file.readframes(file.getnframes())
heard = open(os.environ["HEARD"], "ab", buffering=0)
bot = pymumble_py3.Mumble(host, os.environ["PLAYER_NAME"], port=int(port), reconnect=True)
bot.set_receive_sound(True)


def on_sound(user, chunk):
    samples = array.array("h", chunk.pcm)
    heard.write(array.array("f", (sample / 32768 for sample in samples)).tobytes())


bot.callbacks.set_callback(constants.PYMUMBLE_CLBK_SOUNDRECEIVED, on_sound)
def stay_in_room(arrived):
    """Moves into the room, also after the connection was lost and made again."""
    while True:
        bot.is_ready()
        try:
            if bot.my_channel()["name"] == os.environ["ROOM"]:
                arrived.set()
            else:
                bot.channels.find_by_tree([os.environ["ROOM"]]).move_in()
        except (KeyError, errors.UnknownChannelError):
            # The state of the session is still on its way.
            pass
        time.sleep(0.1)


bot.start()
in_room = threading.Event()
threading.Thread(target=stay_in_room, args=(in_room,), daemon=True).start()
in_room.wait()
print("ready", flush=True)
for line in sys.stdin:
    if line.strip() == "say":
        bot.sound_output.add_sound(words)
        while bot.sound_output.get_buffer_size() > 0:
            time.sleep(0.05)
        print("said", flush=True)
bot.stop()
