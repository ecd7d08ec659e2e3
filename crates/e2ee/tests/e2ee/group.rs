//! Members and their delivery service, which is a real session's server: packets pass between them without a network.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod fixture;
mod hostile_commits;
mod tampering;

use std::time::Duration;

use consonance_e2ee::{Credential, IdentityKey, MemberEvent, MlsMember, PlainRooms};
use consonance_session::{ChannelProperties, Encryption, Target};
use consonance_wire::{DeliveryMessage, MemberMessage, Named};
use fixture::Fixture;

#[test]
fn players_that_join_share_the_secrets_of_an_epoch() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob", "Cid"]);
    fixture.run_ms(200);
    fixture.assert_all_share_an_epoch(3);
    assert_eq!(fixture.names_seen_by("Bob"), ["Ann", "Bob", "Cid"]);
}

#[test]
fn more_players_than_a_commit_may_add_are_added_by_several() {
    let mut fixture = Fixture::new(Encryption::Required);
    let names: Vec<String> = (0..260).map(|number| format!("Player {number}")).collect();
    fixture.join(&names.iter().map(String::as_str).collect::<Vec<_>>());
    fixture.run_ms(1000);
    fixture.assert_all_share_an_epoch(260);
    assert_eq!(fixture.server.statistics().commits, 5);
}

#[test]
fn players_that_come_together_are_added_by_one_commit() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann"]);
    fixture.run_ms(100);
    let names: Vec<String> = (0..20).map(|number| format!("P{number}")).collect();
    fixture.join(&names.iter().map(|name| &**name).collect::<Vec<_>>());
    let before = fixture.server.statistics().commits;
    fixture.run_ms(200);
    fixture.assert_all_share_an_epoch(21);
    let commits = fixture.server.statistics().commits - before;
    assert!(commits <= 2, "{commits} commits");
}

#[test]
fn a_player_that_leaves_does_not_have_the_next_secret() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob", "Cid"]);
    fixture.run_ms(200);
    let former = fixture.secret_of("Cid");
    let gone = fixture.leave("Cid");
    fixture.run_ms(200);
    fixture.assert_all_share_an_epoch(2);
    assert_ne!(fixture.secret_of("Ann"), former);
    assert_eq!(gone.export_secret(b"test", 16).unwrap(), former, "it is left with the secret that it had");
    assert_eq!(fixture.names_seen_by("Ann"), ["Ann", "Bob"]);
}

#[test]
fn the_maker_of_the_group_may_leave() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob", "Cid"]);
    fixture.run_ms(200);
    fixture.leave("Ann");
    fixture.run_ms(500);
    fixture.assert_all_share_an_epoch(2);
    fixture.join(&["Dora"]);
    fixture.run_ms(300);
    fixture.assert_all_share_an_epoch(3);
}

#[test]
fn a_member_that_does_not_answer_is_passed_over() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob", "Cid"]);
    fixture.run_ms(200);
    fixture.hang("Ann");
    fixture.hang("Bob");
    fixture.join(&["Dora"]);
    fixture.run_ms(700);
    fixture.assert_share_an_epoch(&["Cid", "Dora"]);
}

#[test]
fn a_member_whose_link_was_lost_catches_up_with_the_commits_it_missed() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob"]);
    fixture.run_ms(200);
    fixture.lose_link("Bob");
    fixture.join(&["Cid"]);
    fixture.run_ms(200);
    fixture.leave("Cid");
    fixture.run_ms(100);
    fixture.reconnect("Bob");
    fixture.run_ms(200);
    fixture.assert_all_share_an_epoch(2);
    let rejoined = fixture.events("Bob").iter().filter(|event| is_first_epoch(event)).count();
    assert_eq!(rejoined, 1, "it is let back into the group, not added again");
}

#[test]
fn a_member_that_lost_its_keys_is_added_again_in_one_commit() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob", "Cid"]);
    fixture.run_ms(200);
    fixture.forget_keys("Bob");
    fixture.run_ms(300);
    fixture.assert_all_share_an_epoch(3);
}

#[test]
fn a_member_whose_welcome_was_lost_with_its_link_asks_again() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob", "Cid"]);
    fixture.run_ms(600);
    fixture.ask_again("Bob");
    fixture.run_ms(2);
    fixture.go_offline("Bob");
    fixture.run_ms(300);
    assert_eq!(fixture.server.tables().group_members(), 3, "it is added all the same");
    fixture.reconnect("Bob");
    fixture.run_ms(1000);
    assert!(fixture.events("Bob").contains(&MemberEvent::Removed), "its former leaf");
    fixture.assert_all_share_an_epoch(3);
}

#[test]
fn a_member_that_is_back_before_it_is_added_again_waits_for_that() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob", "Cid"]);
    fixture.run_ms(600);
    fixture.ask_again("Bob");
    fixture.run_ms(2);
    fixture.lose_link("Bob");
    fixture.reconnect("Bob");
    fixture.run_ms(50);
    fixture.assert_all_share_an_epoch(3);
    assert_eq!(fixture.server.statistics().commits, 2, "one that removes it and adds it again");
}

#[test]
fn a_group_whose_members_all_hang_begins_again() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob"]);
    fixture.run_ms(200);
    fixture.hang("Ann");
    fixture.hang("Bob");
    fixture.join(&["Cid", "Dora"]);
    fixture.run_ms(3000);
    fixture.assert_share_an_epoch(&["Cid", "Dora"]);
    fixture.wake("Ann");
    fixture.wake("Bob");
    fixture.run_ms(500);
    fixture.assert_all_share_an_epoch(4);
}

#[test]
fn the_last_members_that_were_asked_have_a_second_before_the_group_begins_again() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob"]);
    fixture.run_ms(1500);
    let (group, _) = fixture.member("Ann").epoch().unwrap();
    fixture.hang("Ann");
    fixture.hang("Bob");
    fixture.join(&["Cid"]);
    fixture.run_ms(900);
    fixture.wake("Ann");
    fixture.wake("Bob");
    fixture.run_ms(100);
    fixture.assert_all_share_an_epoch(3);
    assert_eq!(fixture.member("Cid").epoch().unwrap().0, group);
}

#[test]
fn a_member_that_asks_again_meanwhile_joins_by_the_welcome_that_comes() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob", "Cid"]);
    fixture.run_ms(1500);
    fixture.forget_keys("Cid");
    fixture.run_ms(5);
    fixture.hang("Ann");
    fixture.hang("Bob");
    fixture.run_ms(600);
    // Cid's next key package reaches the server while Ann and Bob work on the first one.
    fixture.ask_again("Cid");
    fixture.run_ms(5);
    fixture.wake("Ann");
    fixture.wake("Bob");
    fixture.run_ms(100);
    fixture.assert_all_share_an_epoch(3);
    let failed = fixture.events("Cid").iter().any(|event| matches!(event, MemberEvent::Failed { .. }));
    assert!(!failed, "{:?}", fixture.events("Cid"));
}

#[test]
fn a_member_that_asks_again_while_it_makes_a_group_joins_the_one_that_adds_it() {
    let member = |name| MlsMember::new(IdentityKey::generate().unwrap(), Credential::new(name).unwrap());
    let request = |number, group, adds| {
        let (removes, plain) = (Vec::new(), PlainRooms::Never);
        DeliveryMessage::Request { number, group, epoch: None, adds, removes, plain }.to_bytes()
    };
    let ask = |group, must_rejoin| DeliveryMessage::State { group, must_rejoin }.to_bytes();
    let (mut ann, mut bob) = (member("Ann"), member("Bob"));
    ann.handle(Duration::ZERO, &ask(5, false));
    ann.handle(Duration::ZERO, &request(1, 5, Vec::new()));
    ann.handle(Duration::from_millis(600), &ask(5, true));
    ann.handle(Duration::from_millis(700), &DeliveryMessage::Accepted { number: 1 }.to_bytes());
    assert_eq!(ann.epoch(), Some((5, 0)));
    let sent: Vec<_> = std::iter::from_fn(|| ann.poll_message()).collect();
    let Ok(Some(MemberMessage::KeyPackage { key_package, .. })) = MemberMessage::parse(sent.last().unwrap())
    else {
        panic!("it asks again");
    };
    bob.handle(Duration::ZERO, &request(1, 6, vec![Named { name: "Ann".into(), message: key_package }]));
    let commit = bob.poll_message().unwrap();
    let Ok(Some(MemberMessage::Commit { welcomes, tree, .. })) = MemberMessage::parse(&commit) else {
        panic!("it makes a group");
    };
    let welcome = DeliveryMessage::Welcome { group: 6, epoch: 1, welcome: welcomes[0].message, tree };
    ann.handle(Duration::from_millis(800), &welcome.to_bytes());
    assert_eq!(ann.epoch(), Some((6, 1)));
}

#[test]
fn newcomers_with_unusable_key_packages_hold_up_no_other_player() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob", "Cid", "Eve", "Mal"]);
    fixture.run_ms(1500);
    let (group, _) = fixture.member("Ann").epoch().unwrap();
    for _ in 0..4 {
        fixture.send("Eve", &MemberMessage::KeyPackage { key_package: b"none", shows_group: true });
        let package = tampering::newcomer_called("Mal");
        let damaged = [&package[..package.len() - 1], &[package[package.len() - 1] ^ 1]].concat();
        fixture.send("Mal", &MemberMessage::KeyPackage { key_package: &damaged, shows_group: true });
        fixture.forget_keys("Cid");
        fixture.run_ms(600);
        assert_eq!(fixture.member("Cid").epoch().unwrap().0, group, "the group goes on");
        fixture.assert_share_an_epoch(&["Ann", "Bob", "Cid"]);
    }
    fixture.run_ms(1000);
    fixture.assert_all_share_an_epoch(5);
    assert_eq!(fixture.member("Ann").epoch().unwrap().0, group);
}

#[test]
fn a_request_to_remove_a_player_that_is_not_there_is_committed() {
    let mut ann = MlsMember::new(IdentityKey::generate().unwrap(), Credential::new("Ann").unwrap());
    for (number, epoch, removes) in [(1, None, vec![]), (2, Some(0), vec!["Nobody".into()])] {
        let (adds, plain) = (Vec::new(), PlainRooms::Never);
        let request = DeliveryMessage::Request { number, group: 7, epoch, adds, removes, plain };
        ann.handle(Duration::ZERO, &request.to_bytes());
        let message = ann.poll_message().unwrap();
        assert!(matches!(MemberMessage::parse(&message), Ok(Some(MemberMessage::Commit { .. }))));
        ann.handle(Duration::ZERO, &DeliveryMessage::Accepted { number }.to_bytes());
    }
    assert_eq!(ann.epoch(), Some((7, 1)));
}

#[test]
fn a_request_names_only_players_that_were_to_be_added() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob"]);
    fixture.run_ms(200);
    fixture.invent_welcomes(500);
    fixture.join(&["Cid"]);
    fixture.run_ms(200);
    assert!(fixture.longest_removal() < 2, "{} names to remove", fixture.longest_removal());
}

#[test]
fn a_client_without_the_feature_is_refused_where_encryption_is_required() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join_original("Old");
    fixture.run_ms(100);
    assert_eq!(fixture.server.clients(), 0);
    assert!(fixture.server.statistics().encryption_missing > 0);
}

#[test]
fn a_room_is_plain_for_all_members_while_a_client_without_the_feature_listens_to_it() {
    let mut fixture = Fixture::new(Encryption::Allowed);
    fixture.join(&["Ann", "Bob"]);
    fixture.run_ms(200);
    assert!(!fixture.is_plain("Ann", "lobby"));
    fixture.join_original("Old");
    fixture.client("Old").join_room("lobby").unwrap();
    fixture.run_ms(200);
    for name in ["Ann", "Bob"] {
        assert!(fixture.is_plain(name, "lobby"), "{name}");
        assert!(!fixture.is_plain(name, "cave"), "{name}");
    }
    assert!(fixture.events("Bob").iter().any(is_change_of_plain_rooms));
    fixture.leave_original("Old");
    fixture.run_ms(200);
    assert!(!fixture.is_plain("Ann", "lobby"));
    fixture.assert_all_share_an_epoch(2);
}

#[test]
fn the_first_epoch_announces_plain_rooms_like_every_other() {
    let mut fixture = Fixture::new(Encryption::Allowed);
    fixture.join_original("Old");
    fixture.client("Old").join_room("lobby").unwrap();
    fixture.run_ms(200);
    for name in ["Ann", "Bob"] {
        fixture.join(&[name]);
        fixture.run_ms(200);
        let announced = fixture.events(name).iter().filter_map(|event| match event {
            MemberEvent::NewEpoch { plain_rooms_changed, .. } => Some(*plain_rooms_changed),
            _ => None,
        });
        let announced: Vec<bool> = announced.collect();
        assert_eq!(announced.iter().filter(|is_changed| **is_changed).count(), 1, "{name}: {announced:?}");
        assert!(announced[0] && fixture.is_plain(name, "lobby"), "{name}");
    }
    fixture.leave_original("Old");
    fixture.run_ms(200);
    assert!(fixture.events("Bob").iter().any(is_change_of_plain_rooms));
}

#[test]
fn a_first_epoch_without_plain_rooms_announces_none() {
    for encryption in [Encryption::Allowed, Encryption::Required] {
        let mut fixture = Fixture::new(encryption);
        fixture.join(&["Ann", "Bob"]);
        fixture.run_ms(200);
        let is_change =
            |event: &MemberEvent| matches!(event, MemberEvent::NewEpoch { plain_rooms_changed: true, .. });
        assert!(!fixture.events("Bob").iter().any(is_change), "{encryption:?}");
    }
}

#[test]
fn a_room_that_is_plain_no_longer_while_a_commit_is_awaited_is_encrypted_by_the_next_one() {
    let mut fixture = Fixture::new(Encryption::Allowed);
    fixture.join(&["Ann", "Bob"]);
    fixture.join_original("Old");
    fixture.client("Old").join_room("lobby").unwrap();
    fixture.run_ms(200);
    fixture.hang("Ann");
    fixture.hang("Bob");
    fixture.join(&["Cid"]);
    fixture.run_ms(50);
    fixture.leave_original("Old");
    fixture.run_ms(50);
    fixture.wake("Ann");
    fixture.wake("Bob");
    fixture.run_ms(200);
    fixture.assert_all_share_an_epoch(3);
    assert!(!fixture.is_plain("Ann", "lobby"));
}

#[test]
fn members_do_not_join_a_weaker_group_than_they_were_in() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob"]);
    fixture.run_ms(200);
    fixture.replace_server(Encryption::Allowed);
    fixture.run_ms(4000);
    for name in ["Ann", "Bob"] {
        assert!(fixture.events(name).contains(&MemberEvent::PolicyWeakened), "{name}");
        assert!(fixture.member(name).plain_rooms().is_none_or(|plain| !plain.contains(1)), "{name}");
    }
}

#[test]
fn safety_numbers_are_the_same_for_both_and_another_key_has_another_one() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob", "Cid"]);
    fixture.run_ms(200);
    let number = fixture.member("Ann").safety_number_with("Bob").unwrap();
    assert_eq!(fixture.member("Bob").safety_number_with("Ann"), Some(number));
    assert_ne!(fixture.member("Ann").safety_number_with("Cid"), Some(number));
    let group = fixture.member("Ann").group_safety_number();
    assert_eq!(fixture.member("Cid").group_safety_number(), group);
    fixture.leave("Cid");
    fixture.run_ms(200);
    assert_ne!(fixture.member("Ann").group_safety_number(), group);
    fixture.join(&["Cid"]);
    fixture.run_ms(200);
    assert_ne!(fixture.member("Ann").group_safety_number(), group, "it is another key of the same name");
}

#[test]
fn what_is_spoken_reaches_the_others_beside_all_that() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob"]);
    fixture.client("Bob").join_room("lobby").unwrap();
    fixture.run_ms(200);
    fixture.client("Ann").open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
    assert_eq!(fixture.client("Ann").send_voice(b"frame"), Ok(1));
}

fn is_first_epoch(event: &MemberEvent) -> bool {
    matches!(event, MemberEvent::NewEpoch { committed_by: None, .. })
}

fn is_change_of_plain_rooms(event: &MemberEvent) -> bool {
    matches!(event, MemberEvent::NewEpoch { plain_rooms_changed: true, committed_by: Some(_), .. })
}

#[test]
fn members_confirm_each_other_and_a_fork_shows() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob", "Cid"]);
    fixture.run_ms(2000);
    let (_, epoch) = fixture.member("Ann").epoch().unwrap();
    assert_eq!(fixture.member("Ann").confirmed_epoch_of("Cid"), Some(epoch));
    // The server has Ann and Bob each commit for the same epoch, and shows Cid only Bob's commit.
    fixture.fork(&["Ann"], &["Bob", "Cid"]);
    fixture.run_ms(11_000);
    assert!(
        fixture.events("Ann").contains(&MemberEvent::Forked { name: "Bob".into() }),
        "{:?}",
        fixture.events("Ann")
    );
    assert!(fixture.events("Cid").contains(&MemberEvent::Forked { name: "Ann".into() }));
    assert!(!fixture.events("Cid").contains(&MemberEvent::Forked { name: "Bob".into() }));
}
