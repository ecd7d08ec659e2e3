//! Projects that use this repository only through its packages.

use std::fs;
use std::path::Path;

use super::{make, patches};
use crate::command;
use crate::failure::Failure;

/// A project of its own.
struct Project {
    name: &'static str,
    /// The line for `consonance` in its manifest.
    dependency: &'static str,
    program: &'static str,
}

const PROJECTS: [Project; 2] = [
    Project { name: "with-everything", dependency: "consonance = \"0.1\"\n", program: HOSTED },
    Project {
        name: "with-nothing",
        dependency: "consonance = { version = \"0.1\", default-features = false }\n",
        program: OFFLINE,
    },
];

/// Builds and runs every project in this folder, with the packages that are unpacked in that one.
///
/// # Errors
/// [`Failure`] where a project does not build, or its program does not do what it should.
pub(super) fn run(folder: &Path, crates: &Path) -> Result<(), Failure> {
    for project in &PROJECTS {
        let folder = folder.join(project.name);
        make(&folder.join("src"))?;
        write(&folder.join("Cargo.toml"), &manifest(project, crates)?)?;
        write(&folder.join("src/main.rs"), &format!("{}{COMMON}", project.program))?;
        let mut cargo = command::cargo(&folder, ["run", "--quiet"]);
        // One target folder for both, so that common crates are built once.
        command::run(cargo.env("CARGO_TARGET_DIR", crates.with_file_name("target")))?;
    }
    Ok(())
}

fn manifest(project: &Project, crates: &Path) -> Result<String, Failure> {
    Ok(format!(
        "[package]\nname = \"{}\"\nedition = \"2024\"\n\n[dependencies]\n{}\n\
         [profile.dev.package.\"*\"]\nopt-level = 2\n\n[workspace]\n\n{}",
        project.name,
        project.dependency,
        patches(crates, |_| true)?
    ))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|cause| Failure::File { path: path.to_owned(), cause })
}

/// A session in the same process, and two players in it.
const HOSTED: &str = r#"
use consonance::VoiceChat;
use consonance::host::{DedicatedServer, SessionLoop, SessionsSettings};
use consonance::transport::memory::MemoryNetwork;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let network = MemoryNetwork::new();
    let mut sessions = SessionLoop::new(&SessionsSettings::new(["main"])?);
    sessions.add_network(Box::new(network.listen()));
    let _server = DedicatedServer::start(sessions);
    let bob = VoiceChat::over(Box::new(network.client("main"))).name("Bob").listen_to_room("lobby").start()?;
    let alice = VoiceChat::over(Box::new(network.client("main"))).name("Alice").speak_in_room("lobby");
    let _alice = alice.input(Box::<Tone>::default()).start()?;
    until_heard(&bob, "Alice")
}
"#;

/// A session without a network.
const OFFLINE: &str = r#"
use consonance::VoiceChat;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let chat = VoiceChat::offline().name("Alice").speak_in_room("lobby");
    let alice = chat.input(Box::<Tone>::default()).start()?;
    until_heard(&alice, "Loopback")
}
"#;

const COMMON: &str = r#"
use consonance::EventKind;
use consonance::audio::{BLOCK_SAMPLES, Input, Read};

#[derive(Default)]
struct Tone(f32);

impl Input for Tone {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        for sample in block {
            self.0 = (self.0 + 440.0 / 48_000.0).fract();
            *sample = 0.3 * (std::f32::consts::TAU * self.0).sin();
        }
        Read::Samples
    }
}

fn until_heard(listener: &VoiceChat, speaker: &str) -> Result<(), Box<dyn std::error::Error>> {
    while let Some(event) = listener.wait_event(std::time::Duration::from_secs(60)) {
        if event.kind == (EventKind::StartedSpeaking { name: speaker.into() }) {
            println!("{speaker} is heard");
            return Ok(());
        }
    }
    Err(format!("{speaker} is not heard").into())
}
"#;
