//! The choice of transport for voice: the fast path, QUIC datagrams, or the default of a client.

use std::time::Duration;

use clap::Args;
use consonance_quic::{FastPath, QuicClientSettings};

/// Without any of these, voice goes the way of a client that was told nothing.
#[derive(Clone, Copy, Debug, Default, Args)]
#[group(multiple = false)]
pub(super) struct Mode {
    /// Voice in the sealed datagrams of the fast path; it is an error if there is none.
    #[arg(long)]
    fast: bool,
    /// Voice in QUIC datagrams.
    #[arg(long)]
    quic: bool,
    /// Voice in the datagrams of the fast path, but without encryption: only on this machine.
    #[cfg(feature = "plain-cipher")]
    #[arg(long)]
    udp_plain: bool,
}

/// Long enough for a server that is overloaded for some seconds.
const PATIENCE: Duration = Duration::from_mins(1);

impl Mode {
    pub(super) fn client_settings(self) -> QuicClientSettings {
        let fast_path = match self {
            Self { quic: true, .. } => FastPath::Off,
            #[cfg(feature = "plain-cipher")]
            Self { udp_plain: true, .. } => FastPath::Plain,
            _ => FastPath::On,
        };
        QuicClientSettings { fast_path, idle_timeout: PATIENCE, ..QuicClientSettings::default() }
    }

    /// Whether voice must take the fast path.
    pub(super) fn wants_fast_path(self) -> bool {
        #[cfg(feature = "plain-cipher")]
        if self.udp_plain {
            return true;
        }
        self.fast
    }

    /// The mode's name for scripts; `is_on_fast_path` says which path voice actually takes.
    pub(super) fn name(self, is_on_fast_path: bool) -> &'static str {
        match self {
            #[cfg(feature = "plain-cipher")]
            Self { udp_plain: true, .. } => "udp-plain",
            _ if is_on_fast_path => "fast",
            _ => "quic",
        }
    }
}
