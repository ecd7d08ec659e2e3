//! Counters of Mumble's listener.

/// Counters of a listener for Mumble's clients; all but the users only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MumbleStatistics {
    /// Users with voice in datagrams now.
    pub users_by_udp: u64,
    /// Users with voice in messages of the control channel now.
    pub users_by_tunnel: u64,
    /// Packets of voice from users, in datagrams.
    pub voice_received: u64,
    /// The same, in messages of the control channel.
    pub voice_received_tunnelled: u64,
    /// Packets of voice to users, in datagrams.
    pub voice_sent: u64,
    /// The same, in messages of the control channel.
    pub voice_sent_tunnelled: u64,
    /// Logins that were refused, by reason.
    pub refused: MumbleRefusals,
    /// Dropped packets, by reason.
    pub dropped: MumbleDrops,
    /// How often the server requested a client's nonce, because its datagrams could not be decrypted any more.
    pub resyncs_requested: u64,
    /// How often a client sent its nonce.
    pub resyncs_received: u64,
    /// How often the server's nonce was sent to a client that requested it.
    pub resyncs_answered: u64,
    /// Pings of server lists that were answered.
    pub list_pings_answered: u64,
    /// Pings of server lists that were not, because there were too many.
    pub list_pings_dropped: u64,
}

/// Logins that a session refused, by the reason given to the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MumbleRefusals {
    /// The session's password was missing or wrong.
    pub password: u64,
    /// A join token was missing or invalid.
    pub token: u64,
    /// The name is not valid for a player.
    pub name: u64,
    /// The name is another player's.
    pub name_in_use: u64,
    /// There was no place left.
    pub full: u64,
    /// The session was closing.
    pub closing: u64,
    /// Anything else: a ban, a client without Opus, a session that requires end-to-end encryption.
    pub other: u64,
}

/// Packets from Mumble's clients, or to their port, that were dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MumbleDrops {
    /// Packets of voice in CELT or Speex.
    pub voice_other_codec: u64,
    /// Packets of voice above the rate of a client.
    pub voice_too_many: u64,
    /// Packets of voice whose key was right and whose content could not be parsed.
    pub voice_malformed: u64,
    /// Control messages above the rate of a client.
    pub control_too_many: u64,
    /// Control messages that could not be read.
    pub control_malformed: u64,
    /// Datagrams that cannot be decrypted with any key of their host's users.
    pub datagrams_forged: u64,
    /// Datagrams that were received before.
    pub datagrams_replayed: u64,
    /// Datagrams from hosts without users, or of which too many keys were tried.
    pub datagrams_stray: u64,
    /// Datagrams longer than Mumble allows.
    pub datagrams_too_long: u64,
}
