//! A group of members as an honest delivery service makes it, without a server.

use std::time::Duration;

use consonance_e2ee::{Credential, IdentityKey, MlsMember, PublicKey};
use consonance_wire::{DeliveryMessage, MemberMessage, Named, PlainRooms};

/// The members' names, by their leaves.
pub(super) const NAMES: [&str; 3] = ["Ann", "Bob", "Cid"];
pub(super) const GROUP: u32 = 7;

pub(super) fn newcomer(name: &str) -> (MlsMember, PublicKey) {
    let key = IdentityKey::generate().expect("the system has random numbers");
    let public = key.public().clone();
    (MlsMember::new(key, Credential::new(name).expect("a short name")), public)
}

/// All of them in epoch 1.
pub(super) fn members() -> Vec<MlsMember> {
    let mut members: Vec<MlsMember> = NAMES.iter().map(|name| newcomer(name).0).collect();
    let packages: Vec<Vec<u8>> = members[1..].iter_mut().map(key_package).collect();
    let names = NAMES[1..].iter().zip(&packages);
    let adds = names.map(|(name, message)| Named { name: (*name).into(), message }).collect();
    let request = DeliveryMessage::Request {
        number: 1,
        group: GROUP,
        epoch: None,
        adds,
        removes: Vec::new(),
        plain: PlainRooms::Never,
    };
    let now = Duration::ZERO;
    members[0].handle(now, &request.to_bytes());
    let made = members[0].poll_message().expect("the first one makes the group");
    members[0].handle(now, &DeliveryMessage::Accepted { number: 1 }.to_bytes());
    let Ok(Some(MemberMessage::Commit { tree, welcomes, .. })) = MemberMessage::parse(&made) else {
        unreachable!("it is a commit")
    };
    for (member, welcome) in members[1..].iter_mut().zip(&welcomes) {
        let welcome = welcome.message;
        member.handle(now, &DeliveryMessage::Welcome { group: GROUP, epoch: 1, welcome, tree }.to_bytes());
    }
    for member in &mut members {
        while member.poll_event().is_some() {}
        assert_eq!(member.epoch(), Some((GROUP, 1)), "all are in the group");
    }
    members
}

pub(super) fn key_package(member: &mut MlsMember) -> Vec<u8> {
    member.handle(Duration::ZERO, &DeliveryMessage::State { group: GROUP, must_rejoin: true }.to_bytes());
    let message = member.poll_message().expect("it asks to be added");
    let Ok(Some(MemberMessage::KeyPackage { key_package, .. })) = MemberMessage::parse(&message) else {
        unreachable!("it asks with a key package")
    };
    key_package.to_vec()
}
