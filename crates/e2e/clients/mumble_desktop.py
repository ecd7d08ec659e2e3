"""The client of ``cargo xtask clients`` that is Mumble's own, as Debian has it: ``outside.rs`` says what it does.

It runs on a screen and with sound devices that are not there: Xvfb, and a PulseAudio of its own, where what is played
to the sink ``mic`` is the microphone and the sink ``ear`` is the loudspeaker. Mumble transmits while there is a voice.
"""

import contextlib
import hashlib
import os
import pathlib
import socket
import sqlite3
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse

PATIENCE_S = 60
# Mumble goes on for a while after the last word, and then its jitter buffer is emptied.
TAIL_S = 1.0

HOST, PORT = os.environ["MUMBLE_ADDRESS"].rsplit(":", 1)
NAME, ROOM = os.environ["PLAYER_NAME"], os.environ["ROOM"]

# It transmits by voice activity and asks nothing; voice passes as it is.
SETTINGS = """[General]
lastupdate=9
databaselocation={database}
[audio]
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
[ui]
askonquit=false
usage=false
updatecheck=false
plugincheck=false
"""

MODULES = [
    "module-null-sink sink_name=ear rate=48000",
    "module-null-sink sink_name=mic rate=48000",
    "module-remap-source source_name=microphone master=mic.monitor",
]


def run(*command, **options):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=sys.stderr, **options)


def until(what, is_so):
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > end:
            sys.exit(f"timed out waiting until {what}")
        time.sleep(0.1)


class Devices:
    """A screen and a sound server of their own; what is started on them ends with them."""

    def __init__(self, home, stack):
        self.home = home
        self.stack = stack
        self.variables = os.environ | {
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"),
        }
        screen = self.start("Xvfb", "-displayfd", "1", "-nolisten", "tcp", stdout=subprocess.PIPE)
        self.variables["DISPLAY"] = f":{int(screen.stdout.readline())}"
        address = home / "pulse.sock"
        modules = [f"module-native-protocol-unix socket={address}", *MODULES]
        loads = [word for module in modules for word in ("-L", module)]
        self.start("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", *loads)
        self.variables["PULSE_SERVER"] = f"unix:{address}"
        until("PulseAudio is there", lambda: self.control("set-default-source", "microphone"))
        until("it has a loudspeaker", lambda: self.control("set-default-sink", "ear"))

    def start(self, *command, stdout=subprocess.DEVNULL):
        process = subprocess.Popen(command, env=self.variables, stdin=subprocess.DEVNULL, stdout=stdout)
        self.stack.callback(process.wait)
        self.stack.callback(process.terminate)
        return process

    def control(self, *words):
        return subprocess.run(("pactl", *words), env=self.variables, stderr=subprocess.DEVNULL).returncode == 0

    def lists(self, kind):
        command = ("pactl", "list", "short", kind)
        return subprocess.run(command, env=self.variables, capture_output=True, text=True).stdout


def users():
    """How many users the server has, as server lists ask for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as question:
        question.connect((HOST, int(PORT)))
        question.settimeout(1)
        question.send(bytes(12))
        try:
            return struct.unpack(">4x8xI8x", question.recv(24))[0]
        except TimeoutError:
            return 0


def confirm_certificate(database):
    """As if a person had confirmed the server's certificate before."""
    shown = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((HOST, int(PORT))))
    with contextlib.closing(sqlite3.connect(database)) as confirmed, confirmed:
        confirmed.execute(
            "CREATE TABLE cert (id INTEGER PRIMARY KEY AUTOINCREMENT, hostname TEXT, port INTEGER, digest TEXT)"
        )
        row = (HOST, int(PORT), hashlib.sha1(shown).hexdigest())
        confirmed.execute("INSERT INTO cert (hostname, port, digest) VALUES (?, ?, ?)", row)


def make_certificate(home):
    """The client's own, lest its wizard asks for one."""
    key, certificate = home / "key.pem", home / "certificate.pem"
    names = ["-subj", "/CN=player", "-addext", "basicConstraints=critical,CA:FALSE"]
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", *names]
    run(*request, "-keyout", key, "-out", certificate)
    (home / "Documents").mkdir()
    backup = home / "Documents" / "MumbleAutomaticCertificateBackup.p12"
    pack = ["openssl", "pkcs12", "-export", "-passout", "pass:"]
    run(*pack, "-inkey", key, "-in", certificate, "-out", backup)


def main(home, stack):
    database = home / "mumble.sqlite"
    confirm_certificate(database)
    make_certificate(home)
    for folder in ("config/Mumble", "data/Mumble/Mumble"):
        (home / folder).mkdir(parents=True)
    (home / "config/Mumble/Mumble.conf").write_text(SETTINGS.format(database=database))
    devices = Devices(home, stack)
    heard = stack.enter_context(open(os.environ["HEARD"], "ab", buffering=0))
    form = ["--raw", "--format=float32le", "--rate=48000", "--channels=1"]
    devices.start("parec", "--device=ear.monitor", "--latency-msec=20", *form, stdout=heard)
    others = users()
    user, room = urllib.parse.quote(NAME), urllib.parse.quote(ROOM)
    client = devices.start("mumble", f"mumble://{user}@{HOST}:{PORT}/{room}?version=1.2.0")
    until("it is connected", lambda: users() > others)
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
