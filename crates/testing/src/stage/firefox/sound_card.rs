//! A sound card that is none: without any, Firefox starts no Web Audio.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::stage::failure::Failure;
use crate::stage::patience::{SOON, until};

/// A sound server of its own, whose only device swallows what is played as fast as a real
/// one would. Dropping it ends it.
#[derive(Debug)]
pub(super) struct SoundCard {
    child: Child,
    socket: PathBuf,
}

impl SoundCard {
    /// Plugs it in; what it needs is in this folder.
    ///
    /// # Errors
    /// If there is no `PulseAudio` on this machine, or it does not listen.
    pub(super) fn plug_in(folder: &Path) -> Result<Self, Failure> {
        let socket = folder.join("sound");
        let mut command = Command::new("pulseaudio");
        command.args(ALWAYS).env("HOME", folder).env("XDG_RUNTIME_DIR", folder);
        command.args(["-L", "module-null-sink rate=48000"]);
        command.args(["-L", &format!("module-native-protocol-unix socket={}", socket.display())]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().map_err(Failure::io("pulseaudio (Debian: apt install pulseaudio)"))?;
        let card = Self { child, socket };
        until("the sound server listens", SOON, || Ok(card.socket.exists().then_some(())))?;
        Ok(card)
    }

    /// Where a program finds it, as `PulseAudio`'s variable `PULSE_SERVER` has it.
    pub(super) fn address(&self) -> String {
        format!("unix:{}", self.socket.display())
    }
}

impl Drop for SoundCard {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// No user's settings, nothing persistent, and a low priority.
const ALWAYS: [&str; 7] = [
    "-n",
    "--daemonize=no",
    "--exit-idle-time=-1",
    "--use-pid-file=no",
    "--disable-shm=yes",
    "--realtime=no",
    "--high-priority=no",
];
