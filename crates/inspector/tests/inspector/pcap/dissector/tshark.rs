//! Runs tshark over packets that were captured as a program does it.

use std::path::Path;
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

use consonance_inspector::pcap::{
    CaptureLink, CapturedPacket, PacketCapture, PacketCaptureSettings, PacketDirection,
};

/// The columns that tests ask for.
const FIELDS: &[&str] = &[
    "_ws.col.Info",
    "_ws.expert.message",
    "consonance.delivery",
    "consonance.type",
    "consonance.session",
    "consonance.client.id",
    "consonance.client.name",
    "consonance.codec",
    "consonance.codec.frame",
    "consonance.codec.rate",
    "consonance.room.name",
    "consonance.joined",
    "consonance.voice.sender",
    "consonance.voice.session",
    "consonance.voice.sequence",
    "consonance.voice.frame",
    "consonance.channel.kind",
    "consonance.channel.positional",
    "consonance.channel.closing",
    "consonance.channel.priority",
    "consonance.channel.session",
    "consonance.channel.bits",
    "consonance.channel.recipient",
    "consonance.text.kind",
    "consonance.text.sender",
    "consonance.text.recipient",
    "consonance.text",
    "consonance.relay.destination",
    "consonance.capabilities",
    "consonance.capabilities.proximity",
    "consonance.report.frames",
    "consonance.report.redundancy.dred",
    "consonance.report.redundancy.repeat",
    "consonance.report.run",
    "consonance.position.number",
    "consonance.position.x",
    "consonance.position.y",
    "consonance.position.z",
    "consonance.position.absurd",
    "consonance.item.length",
    "consonance.item.bytes",
    "consonance.malformed.short",
    "consonance.malformed.magic",
    "consonance.malformed.type",
    "consonance.malformed.recipient",
    "consonance.malformed.client",
    "consonance.malformed.room",
];

/// tshark's output for one packet: a column for each field, several values with `|` between them.
pub(crate) struct Row(Vec<String>);

impl Row {
    pub(crate) fn get(&self, field: &str) -> &str {
        let column = FIELDS.iter().position(|of| *of == field).expect("the field is asked for");
        &self.0[column]
    }

    pub(crate) fn is_malformed(&self) -> bool {
        FIELDS.iter().zip(&self.0).any(|(field, value)| field.contains(".malformed.") && !value.is_empty())
    }
}

/// Captures packets and dissects them with tshark.
pub(crate) fn dissected(name: &str, packets: &[Vec<u8>]) -> Vec<Row> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dissector");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name).with_extension("pcapng");
    let _was_not_there = fs::remove_file(&path);
    let capture = PacketCapture::start(&path, PacketCaptureSettings::default()).unwrap();
    let sink = capture.sink();
    for chunk in packets.chunks(1_000) {
        for packet in chunk {
            let (at, link) = (Instant::now(), CaptureLink::Server);
            let direction = PacketDirection::Received;
            sink.record(&CapturedPacket { at, link, direction, is_reliable: true, packet });
        }
        // Let the writer catch up, so that no packet is dropped.
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    assert_eq!(capture.stop().unwrap().packets, packets.len() as u64);
    read(&path)
}

fn read(path: &Path) -> Vec<Row> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/wireshark/consonance.lua");
    let tshark = env::var_os("TSHARK").unwrap_or_else(|| "tshark".into());
    let mut command = Command::new(tshark);
    command.arg("-X").arg(format!("lua_script:{}", script.display())).arg("-r").arg(path);
    command.args(["-T", "fields", "-E", "occurrence=a", "-E", "aggregator=|"]);
    for field in FIELDS {
        command.args(["-e", field]);
    }
    let output = command.output().unwrap();
    let (told, complaints) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{complaints}");
    for words in [&told, &complaints] {
        let fault = words.lines().find(|line| line.contains("Lua Error") || line.contains("Lua:"));
        assert_eq!(fault, None);
    }
    told.lines().map(|line| Row(line.split('\t').map(str::to_owned).collect())).collect()
}
