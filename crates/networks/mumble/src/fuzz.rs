//! The bodies of fuzz targets, which the tests run, too.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use consonance_link::Peer;
use consonance_link::gateway::streams::{Found, MessageStream as _, StreamProtocol as _};
use consonance_wire::fuzz_tape::Tape;

use crate::control::Control;
use crate::crypt::{Crypt, CryptSecrets};
use crate::login::Login;
use crate::server_list::{ListedServer, ServerList};
use crate::stream::ControlProtocol;
use crate::voice::{Sender, VoiceFormat, VoicePacket};
use crate::voice_paths::VoicePaths;

/// Reads the bytes as what a client sends on its control channel, in pieces.
///
/// # Panics
/// If a stream takes more than there is, does not come to an end, or if a message that was read is another one when it
/// is written and read again.
pub fn mumble_control(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let mut stream = ControlProtocol { release: String::new() }.open();
    if tape.byte().is_multiple_of(2) {
        stream.handle_certificate(b"a certificate");
    }
    let (mut received, mut message, mut out) = (Vec::new(), Vec::new(), Vec::new());
    while !tape.is_empty() {
        received.extend_from_slice(tape.counted());
        loop {
            message.clear();
            let Ok((taken, found)) = stream.read(&received, &mut message, &mut out) else { return };
            assert!(taken <= received.len(), "no more is taken than there is");
            received.drain(..taken);
            match found {
                Found::Greeting => assert!(Login::read(&message).is_some(), "a greeting is a login"),
                Found::Message => read_control(&message),
                _ => assert_eq!(found, Found::Nothing),
            }
            if taken == 0 {
                break;
            }
        }
    }
}

fn read_control(message: &[u8]) {
    let Some((kind, body)) = message.split_first_chunk() else { panic!("a message has a type") };
    let kind = u16::from_be_bytes(*kind);
    let Ok(Some(control)) = Control::read(kind, body) else { return };
    let mut written = Vec::new();
    control.write(&mut written);
    let again = Control::read(kind, &written[crate::control::HEAD_BYTES..]);
    // Compared as text, since NaN is not equal to itself.
    assert_eq!(format!("{again:?}"), format!("{:?}", Ok::<_, ()>(Some(control))));
}

/// Reads the bytes as voice packets of both formats, and as numbers of variable length.
///
/// # Panics
/// If a packet that was read is another one when it is written and read again.
pub fn mumble_voice(bytes: &[u8]) {
    for format in [VoiceFormat::Legacy, VoiceFormat::Protobuf] {
        for from in [Sender::Client, Sender::Server] {
            let Ok(VoicePacket::Voice(voice)) = VoicePacket::read(format, from, bytes) else { continue };
            let mut written = Vec::new();
            voice.write(format, from, &mut written);
            let again = VoicePacket::read(format, from, &written);
            assert_eq!(again, Ok(VoicePacket::Voice(voice)), "{format:?}");
        }
    }
}

/// Reads operations from the bytes: datagrams of two users of one host, some of them changed, come late or twice, or
/// are no datagrams of theirs.
///
/// # Panics
/// If a datagram is taken for another user's, or twice, or if an answer to a server list is longer than is allowed.
pub fn mumble_datagrams(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let mut now = Instant::now();
    let (mut paths, mut list) = (VoicePaths::default(), ServerList::default());
    let host = Ipv4Addr::LOCALHOST;
    let mut clients = [1_u8, 2].map(|number| {
        let user = secrets(number);
        paths.insert(now, Peer(number.into()), host.into(), VoiceFormat::Legacy, &user);
        let (client_nonce, server_nonce) = (user.server_nonce, user.client_nonce);
        Crypt::new(&CryptSecrets { client_nonce, server_nonce, ..user })
    });
    let (mut sealed, mut packet) = (Vec::new(), Vec::new());
    while !tape.is_empty() {
        let operation = tape.byte();
        let which = usize::from(operation >> 7);
        let from = SocketAddr::new(host.into(), 1000 + u16::from(tape.byte() % 4));
        match operation % 5 {
            0 => now += Duration::from_millis(tape.number().into()),
            1 => {
                clients[which].seal(tape.counted(), &mut sealed);
                if let Ok(user) = paths.open(now, from, &sealed, &mut packet) {
                    assert_eq!(user, Peer(which as u64 + 1), "a datagram is its sender's");
                    let twice = paths.open(now, from, &sealed, &mut packet);
                    assert!(twice.is_err(), "it is taken once");
                }
            }
            2 => {
                let datagram = tape.counted();
                let server = ListedServer { users: u32::MAX, users_max: u32::MAX, bandwidth_max: u32::MAX };
                if let Some(answer) = list.answer(now, from.ip(), datagram, server) {
                    assert!(answer.len() <= 3 * datagram.len(), "{} bytes", answer.len());
                }
                let _ = paths.open(now, from, datagram, &mut packet);
            }
            3 => paths.resync(Peer(which as u64 + 1), clients[which].server_nonce()),
            _ => {
                paths.note_tunnelled(now, Peer(which as u64 + 1));
                let _ = paths.seal(now, Peer(which as u64 + 1), &packet.clone(), &mut sealed);
            }
        }
    }
}

fn secrets(number: u8) -> CryptSecrets {
    CryptSecrets { key: [number; 16], client_nonce: [0xF0 + number; 16], server_nonce: [9; 16] }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_comes_is_taken_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            mumble_control(&bytes);
            mumble_voice(&bytes);
            mumble_datagrams(&bytes);
        }
    }
}
