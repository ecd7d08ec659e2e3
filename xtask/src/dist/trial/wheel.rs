//! A wheel is installed by pip where nothing else is, and bots with it talk.

use std::path::Path;
use std::process::Command;

use super::conversation::Conversation;
use super::interpreter::Interpreter;
use crate::command;
use crate::dist::glibc;
use crate::dist::release::Release;
use crate::dist::tree;
use crate::dist::wheel::PythonModule;
use crate::failure::Failure;
use crate::skips::Skips;

/// Tries the wheel of this name: at a server of this machine's `command`, a bot with it hears another one, and a player
/// hears the bot. What there is no Python for here is a skip.
///
/// # Errors
/// [`Failure::Trial`], or another one if pip does not install it.
pub(in crate::dist) fn wheel(
    release: &Release,
    module: &PythonModule,
    command: &Path,
    name: &str,
) -> Result<Skips, Failure> {
    if module.target.is_linux_with_glibc() {
        check_system(module, name)?;
    }
    let place = release.work.join("trial").join(format!("wheel-{}", module.target.name));
    tree::empty(&place)?;
    let interpreter = match Interpreter::prepare(release, module, &place) {
        Err(Failure::Unavailable { what, why }) => {
            return Ok(Skips::one(format_args!("{name} was made and not tried, {what}: {why}")));
        }
        interpreter => interpreter?,
    };
    interpreter.install(&release.out.join(name))?;
    let said = command::capture(interpreter.start().args(["-c", SAY_VERSION]))?;
    if said.trim() != release.version {
        return Err(failed(name, format!("it says it is {said:?}")));
    }
    let mut server = Command::new(command);
    server.arg("serve");
    let conversation = Conversation {
        file: name,
        server,
        player: &|| Command::new(command),
        speech: release.root.join("assets/speech/austen-1.wav"),
        folder: &place,
        can_interrupt: true,
    };
    let mut bots = interpreter.start();
    bots.arg(interpreter.path(&release.root.join("python/tests/installed_wheel.py")));
    conversation.hold_with(bots).map(|()| Skips::NONE)
}

const SAY_VERSION: &str =
    "import consonance; from importlib import metadata; print(metadata.version('consonance-voice'))";

/// The systems of the tag have every library that the module asks for, in a version that has what it needs.
fn check_system(module: &PythonModule, name: &str) -> Result<(), Failure> {
    glibc::check(name, &module.file)?;
    let asked = glibc::libraries_of(&module.file)?;
    let lacking: Vec<&String> = asked.iter().filter(|library| !is_everywhere(library)).collect();
    if lacking.is_empty() {
        return Ok(());
    }
    Err(failed(name, format!("it asks for {lacking:?}, which not every system of its tag has")))
}

/// Whether a library is on the list that the tag `manylinux` stands for.
fn is_everywhere(library: &str) -> bool {
    const LIBRARIES: [&str; 6] =
        ["libc.so.6", "libdl.so.2", "libgcc_s.so.1", "libm.so.6", "libpthread.so.0", "librt.so.1"];
    LIBRARIES.contains(&library) || library.starts_with("ld-linux-")
}

fn failed(name: &str, why: String) -> Failure {
    Failure::Trial { file: name.to_owned(), why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_c_library_is_everywhere_and_sound_is_not() {
        assert!(["libc.so.6", "ld-linux-aarch64.so.1"].into_iter().all(is_everywhere));
        assert!(!["libasound.so.2", "libpython3.11.so.1.0"].into_iter().any(is_everywhere));
    }
}
