"""Mumble's own client, as Debian has it, for programs that test with it: its home, its screen, its start."""

import contextlib
import hashlib
import os
import socket
import sqlite3
import ssl
import struct
import subprocess
import sys
import time
import urllib.parse

PATIENCE_S = 60

# It asks nothing; `prepare` adds where its database is.
QUIET_SETTINGS = """[ui]
askonquit=false
usage=false
updatecheck=false
plugincheck=false
"""


def run(*command, **options):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=sys.stderr, **options)


def until(what, is_so):
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > end:
            sys.exit(f"timed out waiting until {what}")
        time.sleep(0.1)


class Screen:
    """A home and a screen of its own; what is started on it ends with it."""

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

    def start(self, *command, stdout=subprocess.DEVNULL):
        process = subprocess.Popen(command, env=self.variables, stdin=subprocess.DEVNULL, stdout=stdout)
        self.stack.callback(process.wait)
        self.stack.callback(process.terminate)
        return process

    def start_mumble(self, address, name, room):
        """Starts the client, and waits until the server has it."""
        others = users(address)
        host, port = address
        name, room = urllib.parse.quote(name), urllib.parse.quote(room)
        client = self.start("mumble", f"mumble://{name}@{host}:{port}/{room}?version=1.2.0")
        until("it is connected", lambda: users(address) > others)
        return client


def address_of(text):
    host, port = text.rsplit(":", 1)
    return host, int(port)


def users(address):
    """How many users the server has, as server lists ask for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as question:
        question.connect(address)
        question.settimeout(1)
        question.send(bytes(12))
        try:
            return struct.unpack(">4x8xI8x", question.recv(24))[0]
        except TimeoutError:
            return 0


def prepare(home, address, settings):
    """Puts everything into a home that a client with these settings needs to join without a question."""
    database = home / "mumble.sqlite"
    confirm_certificate(address, database)
    make_certificate(home)
    for folder in ("config/Mumble", "data/Mumble/Mumble"):
        (home / folder).mkdir(parents=True)
    general = f"[General]\nlastupdate=9\ndatabaselocation={database}\n"
    (home / "config/Mumble/Mumble.conf").write_text(general + settings + QUIET_SETTINGS)


def confirm_certificate(address, database):
    """As if a person had confirmed the server's certificate before."""
    shown = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(address))
    with contextlib.closing(sqlite3.connect(database)) as confirmed, confirmed:
        confirmed.execute(
            "CREATE TABLE cert (id INTEGER PRIMARY KEY AUTOINCREMENT, hostname TEXT, port INTEGER, digest TEXT)"
        )
        row = (*address, hashlib.sha1(shown).hexdigest())
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
