//! What hostile members make of requests, and of their answers.

use std::time::Duration;

use consonance_e2ee::{Credential, IdentityKey, MlsMember};
use consonance_wire::{DeliveryMessage, MemberMessage, Named};

/// What a member does instead of what it was asked to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tamper {
    /// It removes this member, too.
    Remove(&'static str),
    /// It adds a player that is not in the session.
    AddStranger,
    /// Its commit has a membership tag that only members can check.
    DamageTag,
}

pub(super) fn is_commit(message: &[u8]) -> bool {
    matches!(MemberMessage::parse(message), Ok(Some(MemberMessage::Commit { .. })))
}

/// A request as a hostile member reads it.
pub(super) fn tampered(request: &[u8], tamper: Tamper) -> Vec<u8> {
    let Ok(Some(DeliveryMessage::Request { number, group, epoch, mut adds, mut removes, plain })) =
        DeliveryMessage::parse(request)
    else {
        unreachable!()
    };
    let stranger = newcomer_called("Stranger");
    match tamper {
        Tamper::Remove(name) => removes.push(name.into()),
        Tamper::AddStranger => adds.push(Named { name: "Stranger".into(), message: &stranger }),
        Tamper::DamageTag => {}
    }
    DeliveryMessage::Request { number, group, epoch, adds, removes, plain }.to_bytes()
}

/// The request without the players that are not in this list.
pub(super) fn adding_only(request: &[u8], clique: &[&str]) -> Vec<u8> {
    let Ok(Some(DeliveryMessage::Request { number, group, epoch, mut adds, removes, plain })) =
        DeliveryMessage::parse(request)
    else {
        unreachable!()
    };
    adds.retain(|add| clique.contains(&&*add.name.to_str()));
    DeliveryMessage::Request { number, group, epoch, adds, removes, plain }.to_bytes()
}

/// The commit with another last byte, which is in its membership tag.
pub(super) fn with_damaged_tag(message: &[u8]) -> Vec<u8> {
    let Ok(Some(MemberMessage::Commit { number, commit, tree, welcomes, info })) =
        MemberMessage::parse(message)
    else {
        unreachable!()
    };
    let commit = damaged(commit);
    MemberMessage::Commit { number, commit: &commit, tree, welcomes, info }.to_bytes()
}

/// The commit with Welcomes that cannot be opened.
pub(super) fn with_damaged_welcomes(message: &[u8]) -> Vec<u8> {
    let Ok(Some(MemberMessage::Commit { number, commit, tree, welcomes, info })) =
        MemberMessage::parse(message)
    else {
        unreachable!()
    };
    let damaged: Vec<Vec<u8>> = welcomes.iter().map(|welcome| damaged(welcome.message)).collect();
    let named = welcomes.iter().zip(&damaged).map(|(welcome, message)| Named { name: welcome.name, message });
    let welcomes = named.collect();
    MemberMessage::Commit { number, commit, tree, welcomes, info }.to_bytes()
}

fn damaged(bytes: &[u8]) -> Vec<u8> {
    let mut damaged = bytes.to_vec();
    *damaged.last_mut().unwrap() ^= 1;
    damaged
}

/// The key package of a player.
pub(super) fn newcomer_called(name: &str) -> Vec<u8> {
    let key = IdentityKey::generate().unwrap();
    let mut eve = MlsMember::new(key, Credential::new(name).unwrap());
    eve.handle(Duration::ZERO, &DeliveryMessage::State { group: 0, must_rejoin: true }.to_bytes());
    let message = eve.poll_message().unwrap();
    let Ok(Some(MemberMessage::KeyPackage { key_package, .. })) = MemberMessage::parse(&message) else {
        unreachable!()
    };
    key_package.to_vec()
}
