//! Members and their delivery service, which is a real session's server: packets pass between them without a network.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod hostile_commits;
mod stage;
mod tampering;

use std::time::Duration;

use consonance_e2ee::{Credential, IdentityKey, MemberEvent, MlsMember, PlainRooms};
use consonance_session::{ChannelProperties, Encryption, Target};
use consonance_wire::{DeliveryMessage, MemberMessage, Named};
use stage::Stage;

#[test]
fn players_that_join_share_the_secrets_of_an_epoch() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob", "Cid"]);
    stage.run_ms(200);
    stage.assert_all_share_an_epoch(3);
    assert_eq!(stage.names_seen_by("Bob"), ["Ann", "Bob", "Cid"]);
}

#[test]
fn more_players_than_a_commit_may_add_are_added_by_several() {
    let mut stage = Stage::new(Encryption::Required);
    let names: Vec<String> = (0..260).map(|number| format!("Player {number}")).collect();
    stage.join(&names.iter().map(String::as_str).collect::<Vec<_>>());
    stage.run_ms(1000);
    stage.assert_all_share_an_epoch(260);
    assert_eq!(stage.server.statistics().commits, 5);
}

#[test]
fn players_that_come_together_are_added_by_one_commit() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann"]);
    stage.run_ms(100);
    let names: Vec<String> = (0..20).map(|number| format!("P{number}")).collect();
    stage.join(&names.iter().map(|name| &**name).collect::<Vec<_>>());
    let before = stage.server.statistics().commits;
    stage.run_ms(200);
    stage.assert_all_share_an_epoch(21);
    let commits = stage.server.statistics().commits - before;
    assert!(commits <= 2, "{commits} commits");
}

#[test]
fn a_player_that_leaves_does_not_have_the_next_secret() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob", "Cid"]);
    stage.run_ms(200);
    let former = stage.secret_of("Cid");
    let gone = stage.leave("Cid");
    stage.run_ms(200);
    stage.assert_all_share_an_epoch(2);
    assert_ne!(stage.secret_of("Ann"), former);
    assert_eq!(gone.export_secret(b"test", 16).unwrap(), former, "it is left with the secret that it had");
    assert_eq!(stage.names_seen_by("Ann"), ["Ann", "Bob"]);
}

#[test]
fn the_maker_of_the_group_may_leave() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob", "Cid"]);
    stage.run_ms(200);
    stage.leave("Ann");
    stage.run_ms(500);
    stage.assert_all_share_an_epoch(2);
    stage.join(&["Dora"]);
    stage.run_ms(300);
    stage.assert_all_share_an_epoch(3);
}

#[test]
fn a_member_that_does_not_answer_is_passed_over() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob", "Cid"]);
    stage.run_ms(200);
    stage.hang("Ann");
    stage.hang("Bob");
    stage.join(&["Dora"]);
    stage.run_ms(700);
    stage.assert_share_an_epoch(&["Cid", "Dora"]);
}

#[test]
fn a_member_whose_link_was_lost_catches_up_with_the_commits_it_missed() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob"]);
    stage.run_ms(200);
    stage.lose_link("Bob");
    stage.join(&["Cid"]);
    stage.run_ms(200);
    stage.leave("Cid");
    stage.run_ms(100);
    stage.reconnect("Bob");
    stage.run_ms(200);
    stage.assert_all_share_an_epoch(2);
    let rejoined = stage.events("Bob").iter().filter(|event| is_first_epoch(event)).count();
    assert_eq!(rejoined, 1, "it is let back into the group, not added again");
}

#[test]
fn a_member_that_lost_its_keys_is_added_again_in_one_commit() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob", "Cid"]);
    stage.run_ms(200);
    stage.forget_keys("Bob");
    stage.run_ms(300);
    stage.assert_all_share_an_epoch(3);
}

#[test]
fn a_member_whose_welcome_was_lost_with_its_link_asks_again() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob", "Cid"]);
    stage.run_ms(600);
    stage.ask_again("Bob");
    stage.run_ms(2);
    stage.go_offline("Bob");
    stage.run_ms(300);
    assert_eq!(stage.server.tables().group_members(), 3, "it is added all the same");
    stage.reconnect("Bob");
    stage.run_ms(1000);
    assert!(stage.events("Bob").contains(&MemberEvent::Removed), "its former leaf");
    stage.assert_all_share_an_epoch(3);
}

#[test]
fn a_member_that_is_back_before_it_is_added_again_waits_for_that() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob", "Cid"]);
    stage.run_ms(600);
    stage.ask_again("Bob");
    stage.run_ms(2);
    stage.lose_link("Bob");
    stage.reconnect("Bob");
    stage.run_ms(50);
    stage.assert_all_share_an_epoch(3);
    assert_eq!(stage.server.statistics().commits, 2, "one that removes it and adds it again");
}

#[test]
fn a_group_whose_members_all_hang_begins_again() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob"]);
    stage.run_ms(200);
    stage.hang("Ann");
    stage.hang("Bob");
    stage.join(&["Cid", "Dora"]);
    stage.run_ms(3000);
    stage.assert_share_an_epoch(&["Cid", "Dora"]);
    stage.wake("Ann");
    stage.wake("Bob");
    stage.run_ms(500);
    stage.assert_all_share_an_epoch(4);
}

#[test]
fn the_last_members_that_were_asked_have_a_second_before_the_group_begins_again() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob"]);
    stage.run_ms(1500);
    let (group, _) = stage.member("Ann").epoch().unwrap();
    stage.hang("Ann");
    stage.hang("Bob");
    stage.join(&["Cid"]);
    stage.run_ms(900);
    stage.wake("Ann");
    stage.wake("Bob");
    stage.run_ms(100);
    stage.assert_all_share_an_epoch(3);
    assert_eq!(stage.member("Cid").epoch().unwrap().0, group);
}

#[test]
fn a_member_that_asks_again_meanwhile_joins_by_the_welcome_that_comes() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob", "Cid"]);
    stage.run_ms(1500);
    stage.forget_keys("Cid");
    stage.run_ms(5);
    stage.hang("Ann");
    stage.hang("Bob");
    stage.run_ms(600);
    // Cid's next key package reaches the server while Ann and Bob work on the first one.
    stage.ask_again("Cid");
    stage.run_ms(5);
    stage.wake("Ann");
    stage.wake("Bob");
    stage.run_ms(100);
    stage.assert_all_share_an_epoch(3);
    let failed = stage.events("Cid").iter().any(|event| matches!(event, MemberEvent::Failed { .. }));
    assert!(!failed, "{:?}", stage.events("Cid"));
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
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob", "Cid", "Eve", "Mal"]);
    stage.run_ms(1500);
    let (group, _) = stage.member("Ann").epoch().unwrap();
    for _ in 0..4 {
        stage.send("Eve", &MemberMessage::KeyPackage { key_package: b"none", shows_group: true });
        let package = tampering::newcomer_called("Mal");
        let damaged = [&package[..package.len() - 1], &[package[package.len() - 1] ^ 1]].concat();
        stage.send("Mal", &MemberMessage::KeyPackage { key_package: &damaged, shows_group: true });
        stage.forget_keys("Cid");
        stage.run_ms(600);
        assert_eq!(stage.member("Cid").epoch().unwrap().0, group, "the group goes on");
        stage.assert_share_an_epoch(&["Ann", "Bob", "Cid"]);
    }
    stage.run_ms(1000);
    stage.assert_all_share_an_epoch(5);
    assert_eq!(stage.member("Ann").epoch().unwrap().0, group);
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
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob"]);
    stage.run_ms(200);
    stage.invent_welcomes(500);
    stage.join(&["Cid"]);
    stage.run_ms(200);
    assert!(stage.longest_removal() < 2, "{} names to remove", stage.longest_removal());
}

#[test]
fn a_client_without_the_feature_is_refused_where_encryption_is_required() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join_original("Old");
    stage.run_ms(100);
    assert_eq!(stage.server.clients(), 0);
    assert!(stage.server.statistics().encryption_missing > 0);
}

#[test]
fn a_room_is_plain_for_all_members_while_a_client_without_the_feature_listens_to_it() {
    let mut stage = Stage::new(Encryption::Allowed);
    stage.join(&["Ann", "Bob"]);
    stage.run_ms(200);
    assert!(!stage.is_plain("Ann", "lobby"));
    stage.join_original("Old");
    stage.client("Old").join_room("lobby").unwrap();
    stage.run_ms(200);
    for name in ["Ann", "Bob"] {
        assert!(stage.is_plain(name, "lobby"), "{name}");
        assert!(!stage.is_plain(name, "cave"), "{name}");
    }
    assert!(stage.events("Bob").iter().any(is_change_of_plain_rooms));
    stage.leave_original("Old");
    stage.run_ms(200);
    assert!(!stage.is_plain("Ann", "lobby"));
    stage.assert_all_share_an_epoch(2);
}

#[test]
fn the_first_epoch_announces_plain_rooms_like_every_other() {
    let mut stage = Stage::new(Encryption::Allowed);
    stage.join_original("Old");
    stage.client("Old").join_room("lobby").unwrap();
    stage.run_ms(200);
    for name in ["Ann", "Bob"] {
        stage.join(&[name]);
        stage.run_ms(200);
        let announced = stage.events(name).iter().filter_map(|event| match event {
            MemberEvent::NewEpoch { plain_rooms_changed, .. } => Some(*plain_rooms_changed),
            _ => None,
        });
        let announced: Vec<bool> = announced.collect();
        assert_eq!(announced.iter().filter(|is_changed| **is_changed).count(), 1, "{name}: {announced:?}");
        assert!(announced[0] && stage.is_plain(name, "lobby"), "{name}");
    }
    stage.leave_original("Old");
    stage.run_ms(200);
    assert!(stage.events("Bob").iter().any(is_change_of_plain_rooms));
}

#[test]
fn a_first_epoch_without_plain_rooms_announces_none() {
    for encryption in [Encryption::Allowed, Encryption::Required] {
        let mut stage = Stage::new(encryption);
        stage.join(&["Ann", "Bob"]);
        stage.run_ms(200);
        let is_change =
            |event: &MemberEvent| matches!(event, MemberEvent::NewEpoch { plain_rooms_changed: true, .. });
        assert!(!stage.events("Bob").iter().any(is_change), "{encryption:?}");
    }
}

#[test]
fn a_room_that_is_plain_no_longer_while_a_commit_is_awaited_is_encrypted_by_the_next_one() {
    let mut stage = Stage::new(Encryption::Allowed);
    stage.join(&["Ann", "Bob"]);
    stage.join_original("Old");
    stage.client("Old").join_room("lobby").unwrap();
    stage.run_ms(200);
    stage.hang("Ann");
    stage.hang("Bob");
    stage.join(&["Cid"]);
    stage.run_ms(50);
    stage.leave_original("Old");
    stage.run_ms(50);
    stage.wake("Ann");
    stage.wake("Bob");
    stage.run_ms(200);
    stage.assert_all_share_an_epoch(3);
    assert!(!stage.is_plain("Ann", "lobby"));
}

#[test]
fn members_do_not_join_a_weaker_group_than_they_were_in() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob"]);
    stage.run_ms(200);
    stage.replace_server(Encryption::Allowed);
    stage.run_ms(4000);
    for name in ["Ann", "Bob"] {
        assert!(stage.events(name).contains(&MemberEvent::PolicyWeakened), "{name}");
        assert!(stage.member(name).plain_rooms().is_none_or(|plain| !plain.contains(1)), "{name}");
    }
}

#[test]
fn safety_numbers_are_the_same_for_both_and_another_key_has_another_one() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob", "Cid"]);
    stage.run_ms(200);
    let number = stage.member("Ann").safety_number_with("Bob").unwrap();
    assert_eq!(stage.member("Bob").safety_number_with("Ann"), Some(number));
    assert_ne!(stage.member("Ann").safety_number_with("Cid"), Some(number));
    let group = stage.member("Ann").group_safety_number();
    assert_eq!(stage.member("Cid").group_safety_number(), group);
    stage.leave("Cid");
    stage.run_ms(200);
    assert_ne!(stage.member("Ann").group_safety_number(), group);
    stage.join(&["Cid"]);
    stage.run_ms(200);
    assert_ne!(stage.member("Ann").group_safety_number(), group, "it is another key of the same name");
}

#[test]
fn what_is_spoken_reaches_the_others_beside_all_that() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob"]);
    stage.client("Bob").join_room("lobby").unwrap();
    stage.run_ms(200);
    stage.client("Ann").open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
    assert_eq!(stage.client("Ann").send_voice(b"frame"), Ok(1));
}

fn is_first_epoch(event: &MemberEvent) -> bool {
    matches!(event, MemberEvent::NewEpoch { committed_by: None, .. })
}

fn is_change_of_plain_rooms(event: &MemberEvent) -> bool {
    matches!(event, MemberEvent::NewEpoch { plain_rooms_changed: true, committed_by: Some(_), .. })
}

#[test]
fn members_confirm_each_other_and_a_fork_shows() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob", "Cid"]);
    stage.run_ms(2000);
    let (_, epoch) = stage.member("Ann").epoch().unwrap();
    assert_eq!(stage.member("Ann").confirmed_epoch_of("Cid"), Some(epoch));
    // The server has Ann and Bob each commit for the same epoch, and shows Cid only Bob's commit.
    stage.fork(&["Ann"], &["Bob", "Cid"]);
    stage.run_ms(11_000);
    assert!(
        stage.events("Ann").contains(&MemberEvent::Forked { name: "Bob".into() }),
        "{:?}",
        stage.events("Ann")
    );
    assert!(stage.events("Cid").contains(&MemberEvent::Forked { name: "Ann".into() }));
    assert!(!stage.events("Cid").contains(&MemberEvent::Forked { name: "Bob".into() }));
}
