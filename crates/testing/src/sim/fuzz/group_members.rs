//! Bytes as a delivery service that does what it likes with honest members and with a member of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use consonance_e2ee::{MlsMember, PublicKey};
use consonance_wire::fuzz_tape::Tape;
use consonance_wire::{DeliveryMessage, MemberMessage, Named, PlainRooms};

use super::honest_group::{NAMES, members, newcomer};

/// Has a hostile delivery service order, repeat, swap, alter and invent messages.
///
/// # Panics
/// If a member exceeds a limit, sends an unreadable message, or is in an epoch with a member that never asked to be
/// added; or if two that share a secret see different members.
pub fn group_members(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let mut run = Run::new();
    // A limit, because each step may take milliseconds.
    for _ in 0..STEPS_MAX {
        if tape.is_empty() {
            return;
        }
        run.operate(&mut tape);
    }
}

const STEPS_MAX: usize = 60;
const KEPT_MAX: usize = 64;
/// The server's own member comes after the others.
const OWN: &str = "Eve";

struct Run {
    now: Duration,
    members: Vec<MlsMember>,
    /// Their keys.
    keys: Vec<PublicKey>,
    /// Members that asked to be added, or were in the group from the beginning.
    asked: BTreeSet<PublicKey>,
    packages: Vec<(usize, Vec<u8>)>,
    /// Messages of members, and messages that were sent to them.
    commits: Vec<Vec<u8>>,
    sent: Vec<Vec<u8>>,
    statements: Vec<(usize, Vec<u8>)>,
    seen: BTreeMap<Vec<u8>, Vec<PublicKey>>,
}

impl Run {
    fn new() -> Self {
        let mut members = members();
        let mut keys: Vec<_> = members[0].members().iter().map(|member| member.key.clone()).collect();
        let (own, key) = newcomer(OWN);
        members.push(own);
        keys.push(key);
        Self {
            now: Duration::ZERO,
            members,
            asked: keys.iter().cloned().collect(),
            keys,
            packages: Vec::new(),
            commits: Vec::new(),
            sent: Vec::new(),
            statements: Vec::new(),
            seen: BTreeMap::new(),
        }
    }

    fn operate(&mut self, tape: &mut Tape<'_>) {
        let to = usize::from(tape.byte()) % self.members.len();
        let message = match tape.byte() % 16 {
            0 | 1 => DeliveryMessage::State { group: self.group(to, tape), must_rejoin: tape.byte() < 128 }
                .to_bytes(),
            2..=4 => self.request(to, tape),
            5 | 6 => DeliveryMessage::Accepted { number: u32::from(tape.byte() % 8) }.to_bytes(),
            7..=9 => self.commit(to, tape),
            10 | 11 => self.welcome(to, tape),
            12 => {
                let Some((from, statement)) = pick(&self.statements, tape) else { return };
                let name = name((*from + usize::from(tape.byte() / 200)) % self.members.len());
                DeliveryMessage::Statement { name: name.into(), statement }.to_bytes()
            }
            13 => {
                let Some(sent) = pick(&self.sent, tape) else { return };
                sent.clone()
            }
            14 => tape.counted().to_vec(),
            _ => return self.wait(tape),
        };
        let message = altered(message, tape);
        self.members[to].handle(self.now, &message);
        keep(&mut self.sent, message);
        self.follow(to);
    }

    fn wait(&mut self, tape: &mut Tape<'_>) {
        self.now += Duration::from_millis(tape.number().into());
        for index in 0..self.members.len() {
            self.members[index].handle_timeout(self.now);
            self.follow(index);
        }
    }

    /// The group of this member, as a rule.
    fn group(&self, of: usize, tape: &mut Tape<'_>) -> u32 {
        let own = self.members[of].epoch().map_or(0, |(group, _)| group);
        if tape.byte() < 220 { own } else { own.wrapping_add(tape.byte().into()) }
    }

    fn epoch(&self, of: usize) -> u32 {
        self.members[of].epoch().map_or(0, |(_, epoch)| epoch as u32)
    }

    fn request(&self, to: usize, tape: &mut Tape<'_>) -> Vec<u8> {
        let epoch = (tape.byte() < 200).then(|| self.epoch(to));
        let adds = (0..tape.byte() % 3)
            .filter_map(|_| pick(&self.packages, tape))
            .map(|(from, package)| Named { name: name(*from).into(), message: package });
        let adds = adds.collect::<Vec<_>>();
        let removes = (0..tape.byte() % 3).map(|_| name(usize::from(tape.byte() % 5)).into()).collect();
        let plain = if tape.byte() < 200 { PlainRooms::Never } else { PlainRooms::All };
        let (number, group) = (u32::from(tape.byte() % 8), self.group(to, tape));
        DeliveryMessage::Request { number, group, epoch, adds, removes, plain }.to_bytes()
    }

    fn commit(&self, to: usize, tape: &mut Tape<'_>) -> Vec<u8> {
        let made = pick(&self.commits, tape).map(Vec::as_slice).unwrap_or_default();
        let commit = match MemberMessage::parse(made) {
            Ok(Some(MemberMessage::Commit { commit, .. })) => commit,
            _ => &[],
        };
        let epoch = self.epoch(to) + u32::from(tape.byte() < 220);
        DeliveryMessage::Commit { group: self.group(to, tape), epoch, commit }.to_bytes()
    }

    fn welcome(&self, to: usize, tape: &mut Tape<'_>) -> Vec<u8> {
        let made = pick(&self.commits, tape).map(Vec::as_slice).unwrap_or_default();
        let Ok(Some(MemberMessage::Commit { tree, welcomes, .. })) = MemberMessage::parse(made) else {
            return Vec::new();
        };
        let welcome = pick(&welcomes, tape).map(|named| named.message).unwrap_or_default();
        DeliveryMessage::Welcome { group: self.group(to, tape), epoch: 1, welcome, tree }.to_bytes()
    }

    /// Takes a member's messages and checks its view of the group.
    fn follow(&mut self, index: usize) {
        let member = &mut self.members[index];
        let (messages, events) = drain(member);
        assert!(messages.len() <= 64 && events <= 256, "{} messages, {events} events", messages.len());
        for message in messages {
            match MemberMessage::parse(&message).expect("members send what can be read") {
                Some(MemberMessage::KeyPackage { key_package, .. }) => {
                    self.asked.insert(self.keys[index].clone());
                    keep(&mut self.packages, (index, key_package.to_vec()));
                }
                Some(MemberMessage::Commit { .. }) => keep(&mut self.commits, message),
                Some(MemberMessage::Statement { statement }) => {
                    keep(&mut self.statements, (index, statement.to_vec()));
                }
                Some(_) => {}
                None => panic!("members send what is known"),
            }
        }
        if self.members[index].epoch().is_some() {
            self.look_at_members_of(index);
        }
    }

    fn look_at_members_of(&mut self, index: usize) {
        let member = &self.members[index];
        let own = &self.keys[index];
        let mut keys: Vec<PublicKey> = member.members().iter().map(|member| member.key.clone()).collect();
        keys.sort();
        assert!(keys.contains(own), "a member is in its own group");
        for key in keys.iter().filter(|key| *key != own) {
            assert!(self.asked.contains(key), "{key} is a member, and did not ask to be");
        }
        let secret = member.export_secret(b"fuzz", 16).expect("it is in a group");
        let seen = self.seen.entry(secret).or_insert_with(|| keys.clone());
        assert_eq!(*seen, keys, "those who share a secret see the same members");
    }
}

fn drain(member: &mut MlsMember) -> (Vec<Vec<u8>>, usize) {
    let messages = std::iter::from_fn(|| member.poll_message()).collect();
    (messages, std::iter::from_fn(|| member.poll_event()).count())
}

fn name(index: usize) -> &'static str {
    NAMES.get(index).copied().unwrap_or(OWN)
}

fn pick<'a, T>(items: &'a [T], tape: &mut Tape<'_>) -> Option<&'a T> {
    // Newest first: those are the most likely to fit.
    let back = usize::from(tape.byte()) % items.len().max(1);
    items.get(items.len().checked_sub(1 + back)?)
}

fn keep<T>(kept: &mut Vec<T>, item: T) {
    if kept.len() == KEPT_MAX {
        kept.remove(0);
    }
    kept.push(item);
}

/// Leaves it unchanged most of the time.
fn altered(mut message: Vec<u8>, tape: &mut Tape<'_>) -> Vec<u8> {
    let (how, at) = (tape.byte(), usize::from(tape.number()));
    if !message.is_empty() && how >= 224 {
        let at = at % message.len();
        match how % 3 {
            0 => message.truncate(at),
            1 => message[at] ^= tape.byte(),
            _ => message.extend_from_slice(tape.counted()),
        }
    }
    message
}
