//! Arguments for a player's sound devices.

use clap::Args;
use consonance_device::devices::Backend;

use crate::devices::backend;

/// The microphone and the loudspeaker.
#[derive(Debug, Args)]
pub(crate) struct DeviceArguments {
    /// The microphone, by its name or a part of it; see `consonance devices`.
    #[arg(long, value_name = "NAME")]
    pub(crate) microphone: Option<String>,
    /// The loudspeaker, by its name or a part of it.
    #[arg(long, value_name = "NAME")]
    pub(crate) loudspeaker: Option<String>,
    /// Use null devices, for tests.
    #[arg(long, hide = true)]
    null_devices: bool,
}

impl DeviceArguments {
    /// The devices of this machine, or those for tests.
    pub(crate) fn backend(&self) -> Backend {
        backend(self.null_devices)
    }
}
