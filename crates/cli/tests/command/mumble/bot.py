"""A bot of the library pymumble, for the tests: says a tone, writes down what it hears, and answers texts.

Arguments: port, name, channel, Hz of its tone, file for what it hears (16 bits, 48 kHz, mono, no head).
Prints a line for each thing that happens; ends when its input ends.
"""

import math
import struct
import sys
import threading
import time

import pymumble_py3
from pymumble_py3 import constants

port, name, channel, hz, heard = sys.argv[1:6]
rate = 48000


def say(line):
    print(line, flush=True)


bot = pymumble_py3.Mumble("127.0.0.1", name, port=int(port), reconnect=False)
bot.set_receive_sound(True)
out = open(heard, "wb", buffering=0)


def on_sound(user, chunk):
    out.write(chunk.pcm)


def on_text(message):
    say("text " + message.message)
    if message.actor in bot.users:
        bot.users[message.actor].send_text_message("<b>echo</b> " + message.message)


bot.callbacks.set_callback(constants.PYMUMBLE_CLBK_SOUNDRECEIVED, on_sound)
bot.callbacks.set_callback(constants.PYMUMBLE_CLBK_TEXTMESSAGERECEIVED, on_text)
bot.callbacks.set_callback(constants.PYMUMBLE_CLBK_USERCREATED, lambda user: say("user " + user["name"]))
bot.callbacks.set_callback(constants.PYMUMBLE_CLBK_PERMISSIONDENIED, lambda event: say("denied " + event.reason))
bot.start()
bot.is_ready()
say("ready")
bot.channels.find_by_tree(channel.split("/")).move_in()
while bot.my_channel()["name"] != channel.split("/")[-1]:
    time.sleep(0.05)
say("moved")

stopped = threading.Event()


def speak():
    """Keeps a fifth of a second of the tone waiting."""
    sample = 0
    step = rate // 50
    while not stopped.is_set():
        if bot.sound_output.get_buffer_size() < 0.2:
            tone = [int(16000 * math.sin(2 * math.pi * float(hz) * (sample + i) / rate)) for i in range(step)]
            sample += step
            bot.sound_output.add_sound(struct.pack("<%dh" % step, *tone))
        else:
            time.sleep(0.01)


if float(hz) > 0:
    threading.Thread(target=speak, daemon=True).start()
for line in sys.stdin:
    pass
stopped.set()
bot.stop()
