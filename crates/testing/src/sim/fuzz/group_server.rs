//! Bytes as a member that is hostile to its session's group and the server.

use std::time::Duration;

use consonance_wire::fuzz_tape::Tape;
use consonance_wire::{DeliveryMessage, GroupPart, MemberMessage, Named, Writer};

use super::honest_group::{NAMES, key_package, newcomer};
use crate::sim::groups::HostileSession;

/// Has a member send what it likes, and then leave, or be silent.
///
/// # Panics
/// If an honest member loses its link, a request asks for an impossible change, or the honest members are not in one
/// epoch five seconds later.
pub fn group_server(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let mut run = Run { session: HostileSession::new(&NAMES), number: 0, group: 0, epoch: 0, request: None };
    for _ in 0..STEPS_MAX {
        if tape.is_empty() {
            break;
        }
        run.operate(&mut tape);
    }
    run.session.end_attack(bytes.len().is_multiple_of(2));
    run.session.check_honest(Duration::from_secs(5));
}

const STEPS_MAX: usize = 60;

struct Run {
    session: HostileSession,
    /// Of the last request to the hostile member.
    number: u32,
    group: u32,
    epoch: u32,
    request: Option<Vec<u8>>,
}

impl Run {
    fn operate(&mut self, tape: &mut Tape<'_>) {
        self.read();
        let message = match tape.byte() % 16 {
            0 => {
                let package = key_package(&mut newcomer("Eve").0);
                MemberMessage::KeyPackage { key_package: &package, shows_group: true }.to_bytes()
            }
            1 => MemberMessage::KeyPackage { key_package: tape.counted(), shows_group: true }.to_bytes(),
            2..=5 => self.commit(tape),
            6 => MemberMessage::Declined { number: self.number(tape) }.to_bytes(),
            7 => {
                let (group, epoch) = (self.group, self.epoch.wrapping_sub(u32::from(tape.byte() % 4)));
                MemberMessage::Position { group, epoch }.to_bytes()
            }
            8 => MemberMessage::Statement { statement: tape.counted() }.to_bytes(),
            9 => tape.counted().to_vec(),
            10 | 11 => return self.send_part(tape),
            12 => self.answer(tape),
            _ => return self.session.pass_ms(u64::from(tape.byte()) * 2),
        };
        self.session.send(&message);
    }

    /// Reads the server's requests to the hostile member.
    fn read(&mut self) {
        for message in self.session.unread() {
            match DeliveryMessage::parse(&message) {
                Ok(Some(DeliveryMessage::Request {
                    number, group, epoch, ref removes, ref adds, ..
                })) => {
                    assert!(removes.len() <= 64 && adds.len() <= 8, "{} to remove", removes.len());
                    (self.number, self.group, self.epoch) = (number, group, epoch.unwrap_or(0));
                    self.request = Some(message.to_vec());
                }
                Ok(Some(DeliveryMessage::State { group, .. })) => self.group = group,
                Ok(Some(DeliveryMessage::Commit { epoch, .. })) => self.epoch = epoch,
                _ => {}
            }
        }
    }

    fn number(&self, tape: &mut Tape<'_>) -> u32 {
        let byte = tape.byte();
        if byte < 200 { self.number } else { self.number.wrapping_add(byte.into()) }
    }

    fn commit(&self, tape: &mut Tape<'_>) -> Vec<u8> {
        let (number, commit) = (self.number(tape), tape.counted());
        let names: Vec<String> = match tape.byte() {
            count @ 0..=200 => (0..count % 5).map(|_| tape.pick(&NAMES).to_owned()).collect(),
            count => (0..u32::from(count) * 4).map(|number| format!("nobody {number}")).collect(),
        };
        let message = tape.counted();
        let welcomes = names.iter().map(|name| Named { name: (&**name).into(), message }).collect();
        MemberMessage::Commit { number, commit, tree: message, welcomes, info: message }.to_bytes()
    }

    /// As an honest member would, with a byte changed at times.
    fn answer(&mut self, tape: &mut Tape<'_>) -> Vec<u8> {
        let answer = self.request.as_ref().and_then(|request| self.session.answer(request));
        let mut answer = answer.unwrap_or_default();
        let (how, at) = (tape.byte(), usize::from(tape.number()));
        if how > 128 && !answer.is_empty() {
            let at = at % answer.len();
            answer[at] ^= how;
        }
        answer
    }

    fn send_part(&mut self, tape: &mut Tape<'_>) {
        let (flags, times) = (tape.byte(), tape.byte());
        let bytes = tape.counted().repeat(4);
        let part = GroupPart { is_first: flags & 1 != 0, is_last: flags & 2 != 0, bytes: &bytes };
        let mut buffer = [0; 2048];
        let mut writer = Writer::new(&mut buffer);
        if part.write(self.session.number(), &mut writer).is_ok() {
            (0..times % 32).for_each(|_| self.session.send_packet(writer.written()));
        }
    }
}
