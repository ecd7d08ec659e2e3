//! A member that is hostile to its group. It has keys like others, and makes its commits with the same code, from
//! requests that it alters.

use std::time::Duration;

use consonance_e2ee::fuzz::spoiling;
use consonance_e2ee::{Credential, IdentityKey, MlsMember};
use consonance_wire::{DeliveryMessage, MemberMessage, Named, WireStr};

use super::strategy::Strategy;
use crate::sim::dice::Dice;

pub(crate) struct HostileMember {
    pub(super) strategy: Strategy,
    dice: Dice,
    /// So many requests it carries out first, so that it is trusted.
    honest: u32,
    /// The requests so far.
    pub(super) requests: u32,
    /// Those that it answered with an attack.
    pub(super) attacks: u32,
    /// It does nothing hostile for now.
    pub(super) is_patient: bool,
    /// The last commit that it made.
    former: Option<Vec<u8>>,
    next_flood: Duration,
    /// Lines for the diary.
    pub(super) done: Vec<String>,
}

impl HostileMember {
    pub(super) fn new(strategy: Strategy, mut dice: Dice) -> Self {
        let honest = if dice.chance(300_000) { 1 + dice.below(2) as u32 } else { 0 };
        Self {
            strategy,
            dice,
            honest,
            requests: 0,
            attacks: 0,
            is_patient: false,
            former: None,
            next_flood: Duration::ZERO,
            done: Vec::new(),
        }
    }

    /// Nothing that it can do as this member is worth more than coming back as another one.
    pub(super) fn is_spent(&self) -> bool {
        self.attacks > 0
    }

    /// Its messages in answer to one of the delivery service.
    pub(super) fn react(&mut self, now: Duration, member: &mut MlsMember, message: &[u8]) -> Vec<Vec<u8>> {
        if self.is_patient {
            member.handle(now, message);
            return drained(member);
        }
        match DeliveryMessage::parse(message) {
            Ok(Some(request @ DeliveryMessage::Request { .. })) => self.answer(now, member, request),
            Ok(Some(DeliveryMessage::Commit { group, epoch, commit })) if self.complains() => {
                let damaged = damaged(commit);
                member.handle(now, &DeliveryMessage::Commit { group, epoch, commit: &damaged }.to_bytes());
                self.done.push(format!("complains about epoch {epoch}"));
                drained(member)
            }
            _ => {
                member.handle(now, message);
                drained(member)
            }
        }
    }

    /// Its messages that nothing was the reason for.
    pub(super) fn act(&mut self, now: Duration, member: &mut MlsMember) -> Vec<Vec<u8>> {
        if member.poll_timeout().is_some_and(|due| due <= now) {
            member.handle_timeout(now);
        }
        let mut sent = drained(member);
        if self.strategy == Strategy::Flood
            && !self.is_patient
            && self.next_flood <= now
            && member.epoch().is_some()
        {
            self.next_flood = now + self.dice.millis(10, 200);
            sent.push(self.flood(member));
        }
        sent
    }

    fn complains(&mut self) -> bool {
        match self.strategy {
            Strategy::Complain => true,
            Strategy::Mixed => self.dice.chance(200_000),
            _ => false,
        }
    }

    fn answer(
        &mut self,
        now: Duration,
        member: &mut MlsMember,
        request: DeliveryMessage<'_>,
    ) -> Vec<Vec<u8>> {
        self.requests += 1;
        if self.requests <= self.honest {
            member.handle(now, &request.to_bytes());
            return drained(member);
        }
        let DeliveryMessage::Request { number, group, epoch, adds, removes, plain } = request else {
            return Vec::new();
        };
        let strategy = self.strategy.for_request(self.attacks, &mut self.dice);
        self.attacks += 1;
        self.done.push(format!("answers request {number} for epoch {epoch:?} of {group}: {strategy:?}"));
        let names: Vec<String> =
            member.members().iter().map(|other| other.credential.name().to_owned()).collect();
        let mut others: Vec<&str> = names.iter().map(|name| &**name).collect();
        others.retain(|name| name.starts_with('H'));
        let stranger = if strategy == Strategy::Stranger { key_package_of("Stranger") } else { Vec::new() };
        let make = |member: &mut MlsMember, adds: Vec<Named<'_>>, removes: Vec<WireStr<'_>>| {
            let plain = plain.clone();
            let altered = DeliveryMessage::Request { number, group, epoch, adds, removes, plain };
            member.handle(now, &altered.to_bytes());
            drained(member)
        };
        let commits = match strategy {
            Strategy::Silence => return Vec::new(),
            Strategy::Decline => return vec![MemberMessage::Declined { number }.to_bytes()],
            Strategy::Garbage => return vec![self.garbage(number, &adds)],
            Strategy::Replay if self.former.is_some() => {
                let former = self.former.as_deref().unwrap_or_default();
                return vec![with_commit(former, |made| made.number = number)];
            }
            Strategy::RemoveAll => make(member, Vec::new(), others.into_iter().map(WireStr::from).collect()),
            Strategy::RemoveOne => {
                let one = self.dice.pick(&others).copied();
                make(member, adds, removes.into_iter().chain(one.map(WireStr::from)).collect())
            }
            Strategy::Stranger => {
                let stranger = Named { name: "Stranger".into(), message: &stranger };
                make(member, adds.into_iter().chain([stranger]).collect(), removes)
            }
            Strategy::LeaveOut => make(member, Vec::new(), removes),
            Strategy::SpoilSome => {
                let mask = self.dice.throw() | if self.dice.chance(200_000) { u64::MAX } else { 0 };
                spoiling(mask, || make(member, adds, removes))
            }
            _ => make(member, adds, removes),
        };
        commits.into_iter().map(|message| self.spoiled(strategy, message)).collect()
    }

    /// A commit as it is sent.
    fn spoiled(&mut self, strategy: Strategy, message: Vec<u8>) -> Vec<u8> {
        if !matches!(MemberMessage::parse(&message), Ok(Some(MemberMessage::Commit { .. }))) {
            return message;
        }
        self.former = Some(message.clone());
        match strategy {
            Strategy::SpoilTag => with_commit(&message, |made| made.commit = damaged(&made.commit)),
            Strategy::SpoilWelcomes => with_commit(&message, |made| {
                made.welcomes.iter_mut().for_each(|(_, welcome)| *welcome = damaged(welcome));
            }),
            _ => message,
        }
    }

    fn garbage(&mut self, number: u32, adds: &[Named<'_>]) -> Vec<u8> {
        let length = 20 + self.dice.below(2000) as usize;
        let bytes: Vec<u8> = (0..length).map(|_| self.dice.throw() as u8).collect();
        let welcomes = adds.iter().map(|add| Named { name: add.name, message: &bytes }).collect();
        MemberMessage::Commit { number, commit: &bytes, tree: &bytes, welcomes, info: &bytes }.to_bytes()
    }

    fn flood(&mut self, member: &MlsMember) -> Vec<u8> {
        let (group, epoch) = member.epoch().map_or((0, 0), |(group, epoch)| (group, epoch as u32));
        match self.dice.below(6) {
            0 => {
                let name = member.members().iter().find(|it| Some(it.leaf) == member.own_leaf());
                let name = name.map_or("Eve", |own| own.credential.name());
                let key_package = key_package_of(name);
                MemberMessage::KeyPackage { key_package: &key_package, shows_group: true }.to_bytes()
            }
            1 => {
                let junk = vec![self.dice.throw() as u8; 3000];
                MemberMessage::KeyPackage { key_package: &junk, shows_group: true }.to_bytes()
            }
            2 => {
                let epoch = epoch.wrapping_sub(self.dice.below(4) as u32);
                MemberMessage::Position { group, epoch }.to_bytes()
            }
            3 => MemberMessage::Complaint { group, epoch, signature: &[7; 64] }.to_bytes(),
            4 => MemberMessage::Declined { number: self.dice.below(20) as u32 }.to_bytes(),
            _ => self.garbage(self.requests, &[]),
        }
    }
}

/// A commit, in parts that can be changed.
struct Made {
    number: u32,
    commit: Vec<u8>,
    welcomes: Vec<(String, Vec<u8>)>,
}

fn with_commit(message: &[u8], change: impl FnOnce(&mut Made)) -> Vec<u8> {
    let Ok(Some(MemberMessage::Commit { number, commit, tree, welcomes, info })) =
        MemberMessage::parse(message)
    else {
        return message.to_vec();
    };
    let welcomes = welcomes.iter().map(|it| (it.name.to_str().into_owned(), it.message.to_vec()));
    let mut made = Made { number, commit: commit.to_vec(), welcomes: welcomes.collect() };
    change(&mut made);
    let Made { number, commit, welcomes } = &made;
    let welcomes = welcomes.iter().map(|(name, message)| Named { name: (&**name).into(), message });
    let welcomes = welcomes.collect();
    MemberMessage::Commit { number: *number, commit, tree, welcomes, info }.to_bytes()
}

/// With another last byte: of a commit, that is in a tag that only members can check.
fn damaged(bytes: &[u8]) -> Vec<u8> {
    let mut damaged = bytes.to_vec();
    if let Some(last) = damaged.last_mut() {
        *last ^= 1;
    }
    damaged
}

fn key_package_of(name: &str) -> Vec<u8> {
    let key = IdentityKey::generate().expect("the system has random numbers");
    let mut newcomer = MlsMember::new(key, Credential::new(name).expect("names here are short"));
    newcomer.handle(Duration::ZERO, &DeliveryMessage::State { group: 0, must_rejoin: true }.to_bytes());
    let message = newcomer.poll_message().unwrap_or_default();
    match MemberMessage::parse(&message) {
        Ok(Some(MemberMessage::KeyPackage { key_package, .. })) => key_package.to_vec(),
        _ => Vec::new(),
    }
}

fn drained(member: &mut MlsMember) -> Vec<Vec<u8>> {
    while member.poll_event().is_some() {}
    std::iter::from_fn(|| member.poll_message()).collect()
}
