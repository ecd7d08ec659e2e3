//! Mumble's own client, as Debian has it, on a screen and with sound devices that are not there.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use consonance_mumble::CertificateHash;
use consonance_mumble::client::{ClientSettings, MumbleClient};
use consonance_testing::command::{Folder, Program, read_output, until_written};
use consonance_testing::sound;
use consonance_testing::tone::tone;
use serde_json::json;

use super::{PATIENCE, PYTHON, SECOND_BYTES, serve, tone_of, until_synced};

#[test]
#[ignore = "takes Mumble, Xvfb and PulseAudio: cargo xtask mumble --desktop"]
fn mumbles_own_client_and_a_native_player_hear_each_other() {
    let folder = Folder::new();
    let (_server, address, at) = serve(&folder, "");
    let devices = Devices::open(&folder);
    let screen = Program::launch(Command::new("Xvfb"), &["-displayfd", "1", "-nolisten", "tcp"], &[]);
    let display = format!(":{}", screen.until_line("the screen", |line| line.parse::<u32>().is_ok()));
    trust(&folder, at);
    identify(&folder);
    settle_in(&folder);
    let heard = folder.file("heard.wav");
    let native = ["join", &address, "--name", "Nat", "--json", "--listen", "lobby", "--speak", "lobby"];
    let sound = ["--tone", "400", "--null-devices", "--output", &heard];
    let native = Program::start(&[&native[..], &sound[..]].concat());
    native.until_event(&json!({"event": "players_synced"}));

    let home = folder.file("");
    let (configuration, data) = (folder.file("config"), folder.file("data"));
    let variables = [
        ("DISPLAY", &*display),
        ("PULSE_SERVER", &*devices.address),
        ("HOME", &*home),
        ("XDG_CONFIG_HOME", &*configuration),
        ("XDG_DATA_HOME", &*data),
    ];
    let url = format!("mumble://Mia@{at}/lobby?version=1.2.0");
    let client = Program::launch(Command::new("mumble"), &[&url], &variables);
    native.until_event(&json!({"event": "started_speaking", "name": "Mia"}));
    let said = folder.file("said.wav");
    sound::write(Path::new(&said), &tone(600.0, 0.4, 8 * 48_000)).unwrap();
    let _playing = devices.launch("paplay", &["--device=mic", &said]);
    let by_client = folder.file("by-client.raw");
    let record = ["--device=ear.monitor", "--format=s16le", "--rate=48000", "--channels=1", &by_client];
    let recording = devices.launch("parec", &record);
    until_written(&heard, fs::metadata(&heard).unwrap().len() + 4 * SECOND_BYTES);
    until_written(&by_client, 3 * SECOND_BYTES);
    drop((recording, client));
    native.until_event(&json!({"event": "player_left", "name": "Mia"}));
    native.interrupt().assert_well();
    let hz = tone_of(&read_output(&heard, true));
    assert!((hz - 600.0).abs() < 12.0, "{hz} Hz from Mumble");
    let raw = fs::read(&by_client).unwrap();
    let samples =
        raw.chunks_exact(2).map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0);
    let hz = tone_of(&samples.collect::<Vec<_>>());
    assert!((hz - 400.0).abs() < 8.0, "{hz} Hz at Mumble");
}

/// A `PulseAudio` of the test's own: what is played to `mic` is the microphone, and `ear` is the loudspeaker.
struct Devices {
    _server: Program,
    address: String,
}

impl Devices {
    fn open(folder: &Folder) -> Self {
        let socket = folder.file("pulse.sock");
        let home = folder.file("");
        let listen = format!("module-native-protocol-unix socket={socket}");
        let modules = [
            &*listen,
            "module-null-sink sink_name=ear rate=48000",
            "module-null-sink sink_name=mic rate=48000",
            "module-remap-source source_name=microphone master=mic.monitor",
        ];
        let mut arguments = vec!["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"];
        arguments.extend(modules.iter().flat_map(|module| ["-L", module]));
        let variables = [("HOME", &*home), ("XDG_RUNTIME_DIR", &*home)];
        let server = Program::launch(Command::new("pulseaudio"), &arguments, &variables);
        let address = format!("unix:{socket}");
        let devices = Self { _server: server, address };
        let deadline = Instant::now() + PATIENCE;
        while !devices.is_default("set-default-source", "microphone") {
            assert!(Instant::now() < deadline, "PulseAudio does not come up");
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        assert!(devices.is_default("set-default-sink", "ear"));
        devices
    }

    fn is_default(&self, action: &str, name: &str) -> bool {
        let mut command = Command::new("pactl");
        command.args([action, name]).env("PULSE_SERVER", &self.address).output().unwrap().status.success()
    }

    fn launch(&self, program: &str, arguments: &[&str]) -> Program {
        Program::launch(Command::new(program), arguments, &[("PULSE_SERVER", &self.address)])
    }
}

/// Has the client trust the server's certificate, as if a person had confirmed it before.
fn trust(folder: &Folder, at: std::net::SocketAddr) {
    let mut client = MumbleClient::connect(at, ClientSettings::new("Stranger")).unwrap();
    until_synced(&mut client);
    let digest = CertificateHash::of(&client.server_certificate().unwrap()).user_hash();
    let script = format!(
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); \
         db.execute('CREATE TABLE cert (id INTEGER PRIMARY KEY AUTOINCREMENT, hostname TEXT, port INTEGER, digest TEXT)'); \
         db.execute('INSERT INTO cert (hostname, port, digest) VALUES (?, ?, ?)', ('{}', {}, '{digest}')); db.commit()",
        at.ip(),
        at.port()
    );
    let python = std::env::var_os(PYTHON).expect("the environment that cargo xtask mumble makes");
    run(Command::new(python).args(["-c", &script, &folder.file("mumble.sqlite")]));
}

/// Gives the client a certificate, lest it asks for one.
fn identify(folder: &Folder) {
    let (key, certificate) = (folder.file("key.pem"), folder.file("certificate.pem"));
    let made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=Mia"];
    let leaf = ["-addext", "basicConstraints=critical,CA:FALSE"];
    run(Command::new("openssl").args(made).args(leaf).args(["-keyout", &key, "-out", &certificate]));
    let backup = folder.file("Documents/MumbleAutomaticCertificateBackup.p12");
    fs::create_dir_all(folder.file("Documents")).unwrap();
    let packed = ["pkcs12", "-export", "-passout", "pass:", "-inkey", &key, "-in", &certificate, "-out"];
    run(Command::new("openssl").args(packed).arg(backup));
}

/// Settings of the client: it always speaks, asks nothing, and reads nothing aloud.
fn settle_in(folder: &Folder) {
    let settings = format!(
        "[General]\nlastupdate=9\ndatabaselocation={}\n\
         [audio]\ninput=PulseAudio\noutput=PulseAudio\ntransmit=0\n\
         [pulseaudio]\ninput=microphone\noutput=ear\n\
         [net]\nreconnect=false\n[tts]\nenable=false\n\
         [ui]\naskonquit=false\nusage=false\nupdatecheck=false\nplugincheck=false\n",
        folder.file("mumble.sqlite")
    );
    fs::create_dir_all(folder.file("config/Mumble")).unwrap();
    fs::create_dir_all(folder.file("data/Mumble/Mumble")).unwrap();
    fs::write(folder.file("config/Mumble/Mumble.conf"), settings).unwrap();
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
