//! A server of one session in the game's own process.

use std::ffi::c_char;
use std::net::SocketAddr;
use std::sync::Arc;

use consonance::host::{Admission, Encryption, JoiningSettings, RoomPattern, SecretText, SessionsSettings};

use crate::c::{Array, ArrayOut, In, Out, Text};
use crate::choices::choice;
use crate::error::{CError, Failure, guard};
use crate::exports::hosted::{delivery, hosted_settings};
use crate::hosts::{HOSTS, Host, Listen};
use crate::outgoing::PacketOut;
use crate::reaper;
use crate::structs::{CHostSettings, CPacket, CSessionEncryption};

/// By their places in `consonance_session_encryption`.
const ENCRYPTION: [Encryption; 3] = [Encryption::Off, Encryption::Allowed, Encryption::Required];

/// Starts a host and writes its handle; `consonance_destroy` ends it and the session of all its players.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_host_start(settings: In<CHostSettings>, host: Out<u64>) -> CError {
    guard(|| {
        host.write("host", 0)?;
        let settings = settings.read("settings", CHostSettings::DEFAULT)?;
        reaper::prepare()?;
        let session = settings.session.read_if_any("session")?.unwrap_or("main");
        let mut sessions = SessionsSettings::new([session]).map_err(Failure::start)?;
        if settings.players_max > 0 {
            sessions.limits.players = settings.players_max as usize;
        }
        sessions.encryption.rule = choice("encryption", &ENCRYPTION, settings.encryption)?;
        if let Some(password) = settings.password.read_if_any("password")? {
            let mut joining = JoiningSettings::default();
            joining.passwords.push((RoomPattern::Name(session.into()), SecretText::new(password)));
            sessions.admission = Admission::new(joining);
        }
        let hosted = (settings.reliable_bytes > 0)
            .then(|| hosted_settings(settings.reliable_bytes, settings.unreliable_bytes));
        let started = Host::start(&sessions, session, listen(&settings)?, hosted.transpose()?.as_ref())?;
        host.write("host", HOSTS.insert(Arc::new(started))?)
    })
}

/// The address for players to join, as in the settings of a chat; empty if there is only the game's own network.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_get_host_address(
    host: u64,
    buffer: ArrayOut<c_char>,
    capacity: usize,
    length: Out<usize>,
) -> CError {
    guard(|| buffer.write_text(capacity, length, &HOSTS.get(host)?.address))
}

/// Reports that a player of the game's own network, by a number of the game's choice, is connected (1) or disconnected
/// (0).
#[unsafe(no_mangle)]
pub extern "C" fn consonance_host_peer(host: u64, peer: u64, is_there: u32) -> CError {
    guard(|| {
        let host = HOSTS.get(host)?;
        host.with_hosted(|network| match is_there {
            0 => network.peer_disconnected(peer, ""),
            // No effect if the peer is already connected.
            _ => drop(network.peer_connected(peer, &host.session)),
        })
    })
}

/// Passes in a packet from a player of the game's own network.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_host_packet_in(
    host: u64,
    peer: u64,
    reliable: u32,
    packet: Array<u8>,
    length: usize,
) -> CError {
    guard(|| {
        let packet = packet.read("packet", length)?;
        HOSTS.get(host)?.with_hosted(|network| {
            // Excess packets are dropped and counted.
            let _ = network.receive(peer, delivery(reliable), packet);
        })
    })
}

/// Takes the next packet for a player of the game's own network, or another action; like `consonance_packet_out`.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_host_packet_out(
    host: u64,
    packet: Out<CPacket>,
    buffer: ArrayOut<u8>,
    capacity: usize,
    length: Out<usize>,
) -> CError {
    guard(|| HOSTS.get(host)?.write_next_outgoing(PacketOut { packet, buffer, capacity, length }))
}

impl CHostSettings {
    const DEFAULT: Self = Self {
        size: size_of::<Self>() as u32,
        players_max: 0,
        session: Text::NULL,
        listen: Text::NULL,
        public_host: Text::NULL,
        password: Text::NULL,
        reliable_bytes: 0,
        unreliable_bytes: 0,
        encryption: CSessionEncryption::Off as i32,
        reserved: 0,
    };
}

fn listen(settings: &CHostSettings) -> Result<Option<Listen>, Failure> {
    let Some(listen) = settings.listen.read_if_any("listen")? else { return Ok(None) };
    let address: SocketAddr = listen.parse().map_err(|_| {
        Failure::value("listen", format!("{listen:?}"), "an IP address and a port, such as 0.0.0.0:7777")
    })?;
    let public_host = settings.public_host.read_if_any("public_host")?.map(str::to_owned);
    Ok(Some(Listen { address, public_host }))
}
