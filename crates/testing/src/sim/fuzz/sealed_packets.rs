//! Bytes as packets to a member of a session that requires encryption.

use std::collections::BTreeSet;
use std::time::Duration;

use consonance_e2ee::{EpochKeys, PacketCipher, Passage};
use consonance_session::RoomId;
use consonance_wire::fuzz_tape::Tape;
use consonance_wire::{
    ChannelBits, ClientId, List, Packet, TextData, TextRecipient, VoiceChannel, VoiceData, VoiceOptions,
    Writer,
};

use super::honest_group::{NAMES, members};
use super::packets::{SESSION, any_packet};

/// Has members seal packets, and a server alter, repeat, swap and invent them.
///
/// # Panics
/// If a packet passes that was not sealed by the member that the server names, or passes twice.
pub fn sealed_packets(bytes: &[u8]) {
    let mut run = KEYS.with(|keys| Run::new(keys));
    let mut tape = Tape::new(bytes);
    while !tape.is_empty() {
        run.operate(&mut tape);
    }
}

thread_local! {
    /// Made once: it takes longer than a whole run.
    static KEYS: Vec<EpochKeys> =
        members().iter().map(|member| member.epoch_keys().expect("it is in the group")).collect();
}

struct Run {
    now: Duration,
    senders: [PacketCipher; 2],
    listener: PacketCipher,
    /// The sealed packets: the sender's leaf, the sealed packet, and the plain content.
    sealed: Vec<(usize, Vec<u8>, Vec<u8>)>,
    opened: BTreeSet<usize>,
}

impl Run {
    fn new(keys: &[EpochKeys]) -> Self {
        let cipher = |leaf: usize| {
            let mut cipher = PacketCipher::new();
            cipher.enter(Duration::ZERO, &keys[leaf]).expect("keys of a group");
            cipher
        };
        Self {
            now: Duration::ZERO,
            senders: [cipher(0), cipher(1)],
            listener: cipher(2),
            sealed: Vec::new(),
            opened: BTreeSet::new(),
        }
    }

    fn operate(&mut self, tape: &mut Tape<'_>) {
        match tape.byte() % 8 {
            0 | 1 => self.seal(tape),
            2 => self.now += Duration::from_millis(tape.number().into()),
            3 => {
                let packet = any_packet(tape, &[]);
                self.deliver(&packet);
            }
            operation => {
                let Some((_, packet, _)) =
                    self.sealed.get(usize::from(tape.byte()) % self.sealed.len().max(1))
                else {
                    return;
                };
                let mut packet = packet.clone();
                if operation > 5 {
                    alter(&mut packet, tape);
                }
                self.deliver(&packet);
            }
        }
    }

    fn seal(&mut self, tape: &mut Tape<'_>) {
        let leaf = usize::from(tape.byte()) % 2;
        let sender = ClientId(leaf as u16);
        let number = self.sealed.len();
        let content = format!("content {number}");
        let channels = [VoiceChannel { bits: ChannelBits(0), recipient: RoomId::of("lobby").0 }];
        let packet: Packet<'_> = if tape.byte() < 160 {
            let (options, sequence) = (VoiceOptions(0), number as u16);
            let channels = List::from(&channels[..]);
            VoiceData { session: SESSION, sender, options, sequence, channels, frame: content.as_bytes() }
                .into()
        } else {
            let recipient = TextRecipient::Room(RoomId::of("lobby"));
            TextData { session: SESSION, recipient, sender, text: Some((&*content).into()) }.into()
        };
        let mut buffer = [0; 1024];
        let mut writer = Writer::new(&mut buffer);
        packet.write_to(&mut writer).expect("it is short");
        let sealed = self.senders[leaf].seal_packet(writer.written(), |_| None, |_| None);
        let Passage::Instead(sealed) = sealed else { panic!("a member seals its packets") };
        self.sealed.push((leaf, sealed.to_vec(), content.into_bytes()));
    }

    fn deliver(&mut self, packet: &[u8]) {
        let name_of = |id: ClientId| NAMES.get(usize::from(id.0)).copied();
        match self.listener.open_packet(self.now, packet, name_of) {
            Passage::Dropped => {}
            Passage::AsIs => {
                let is_content =
                    matches!(Packet::parse(packet), Ok(Packet::VoiceData(_) | Packet::TextData(_)));
                assert!(!is_content, "nothing passes that is not sealed");
            }
            Passage::Instead(opened) => {
                let (sender, content) = match Packet::parse(opened) {
                    Ok(Packet::VoiceData(voice)) => (voice.sender, voice.frame.to_vec()),
                    Ok(Packet::TextData(text)) => {
                        (text.sender, text.text.map(|text| text.as_bytes().to_vec()).unwrap_or_default())
                    }
                    other => panic!("{other:?} is made of a sealed packet"),
                };
                let number = self
                    .sealed
                    .iter()
                    .position(|(leaf, _, sealed)| *sealed == content && sender == ClientId(*leaf as u16));
                let number = number.expect("what passes was sealed by whom the server names");
                assert!(self.opened.insert(number), "what passes once does not pass again");
            }
        }
    }
}

fn alter(packet: &mut Vec<u8>, tape: &mut Tape<'_>) {
    let at = usize::from(tape.byte()) % packet.len().max(1);
    match tape.byte() % 4 {
        0 => packet.truncate(at),
        1 => packet.extend_from_slice(tape.counted()),
        _ => packet[at] ^= tape.byte(),
    }
}
