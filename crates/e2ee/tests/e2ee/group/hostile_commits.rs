//! Commits that do not hold, and complaints about those that do.

use consonance_e2ee::MemberEvent;
use consonance_session::Encryption;

use super::stage::Stage;
use super::tampering::Tamper;

#[test]
fn a_commit_that_does_not_hold_is_refused_and_its_maker_asked_no_more() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob", "Cid", "Dora"]);
    stage.run_ms(200);
    let (group, _) = stage.member("Ann").epoch().unwrap();
    stage.damage_next_commit();
    stage.leave("Dora");
    stage.run_ms(100);
    stage.assert_all_share_an_epoch(3);
    assert_eq!(stage.server.statistics().commits_refused, 1);
    let maker = stage.asked[stage.asked.len() - 2].clone();
    let before = stage.asked.len();
    for _ in 0..4 {
        stage.join(&["Dora"]);
        stage.run_ms(100);
        stage.leave("Dora");
        stage.run_ms(100);
    }
    assert!(stage.asked.len() >= before + 8 && !stage.asked[before..].contains(&maker), "{maker}");
    assert_eq!(stage.member("Ann").epoch().unwrap().0, group, "the group goes on");
}

#[test]
fn a_commit_that_changes_more_than_it_was_asked_to_is_refused() {
    for tamper in [Tamper::Remove("Bob"), Tamper::Remove("Ann"), Tamper::AddStranger] {
        let mut stage = Stage::new(Encryption::Required);
        stage.join(&["Ann", "Bob", "Cid", "Dora"]);
        stage.run_ms(200);
        // The first one to be asked may be the one to be removed, which cannot remove itself.
        stage.leave("Dora");
        stage.run_ms(100);
        stage.tamper(tamper);
        stage.join(&["Dora"]);
        stage.run_ms(100);
        stage.assert_all_share_an_epoch(4);
        let is_itself = tamper == Tamper::Remove("Ann") && stage.tampered() == "Ann"
            || tamper == Tamper::Remove("Bob") && stage.tampered() == "Bob";
        assert_eq!(stage.server.statistics().commits_refused, u64::from(!is_itself));
        assert!(!stage.events("Bob").contains(&MemberEvent::Removed));
    }
}

#[test]
fn members_refuse_a_commit_that_changes_more_than_the_server_asked_for() {
    let mut stage = Stage::unchecked(Encryption::Required);
    stage.join(&["Ann", "Bob", "Cid", "Dora"]);
    stage.run_ms(200);
    stage.tamper(Tamper::AddStranger);
    stage.join(&["Eve"]);
    stage.run_ms(20);
    let maker = stage.tampered().to_owned();
    let others: Vec<&str> = ["Ann", "Bob", "Cid", "Dora"].into_iter().filter(|name| *name != maker).collect();
    for name in &others {
        let refused = stage
            .events(name)
            .iter()
            .any(|event| matches!(event, MemberEvent::Failed { error } if error.code() == "refused"));
        assert!(refused, "{name}: {:?}", stage.events(name));
        assert!(!stage.names_seen_by(name).contains(&"Stranger".to_owned()), "{name}");
    }
    stage.run_ms(2000);
    stage.assert_all_share_an_epoch(5);
    assert!(stage.server.statistics().commit_complaints >= 2);
}

#[test]
fn a_commit_that_no_member_can_read_removes_its_maker() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob", "Cid", "Dora"]);
    stage.run_ms(1500);
    stage.tamper(Tamper::DamageTag);
    stage.leave("Dora");
    stage.run_ms(1500);
    let maker = stage.tampered().to_owned();
    stage.assert_all_share_an_epoch(3);
    assert_eq!(stage.server.statistics().commit_complaints, 2);
    for name in ["Ann", "Bob", "Cid"] {
        assert!(!stage.events(name).contains(&MemberEvent::Removed), "{name} keeps its former keys");
    }
    let before = stage.asked.len();
    for _ in 0..3 {
        stage.join(&["Dora"]);
        stage.run_ms(100);
        stage.leave("Dora");
        stage.run_ms(100);
    }
    assert!(stage.asked.len() >= before + 6 && !stage.asked[before..].contains(&maker), "{maker}");
}

#[test]
fn unreadable_welcomes_remove_their_sender_at_the_second_complaint() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob", "Eve", "Fay"]);
    stage.run_ms(1500);
    stage.spoil_welcomes_of("Eve");
    // The other members do not answer, so Eve is asked first despite the complaint.
    stage.hang("Ann");
    stage.hang("Bob");
    stage.leave("Fay");
    stage.run_ms(600);
    for (newcomer, sent_away) in [("Cid", &[][..]), ("Dora", &["Eve"])] {
        let before = stage.server.statistics().commit_complaints;
        stage.join(&[newcomer]);
        let has_complained = |stage: &mut Stage| {
            stage.run_ms(1);
            stage.server.statistics().commit_complaints > before
        };
        assert!((0..600).any(|_| has_complained(&mut stage)), "{newcomer}: {:?}", stage.events(newcomer));
        stage.run_ms(5);
        assert_eq!(stage.sent_away, sent_away);
    }
    let before = stage.asked.len();
    stage.wake("Ann");
    stage.wake("Bob");
    stage.run_ms(1500);
    stage.assert_all_share_an_epoch(5);
    assert!(!stage.asked[before..].contains(&"Eve".to_owned()), "{:?}", &stage.asked[before..]);
}

#[test]
fn one_complaint_removes_nobody() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob", "Cid", "Dora"]);
    stage.run_ms(1500);
    let (group, _) = stage.member("Ann").epoch().unwrap();
    stage.deceive(&["Cid"]);
    stage.leave("Dora");
    stage.run_ms(50);
    stage.deceive(&[]);
    stage.run_ms(1000);
    stage.assert_all_share_an_epoch(3);
    assert_eq!(stage.member("Ann").epoch().unwrap().0, group);
    assert_eq!(stage.server.statistics().commit_complaints, 1);
    assert!(stage.sent_away.is_empty(), "{:?}", stage.sent_away);
}

#[test]
fn two_members_can_have_only_two_others_removed() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob", "Cid", "Dora", "Emil", "Eve", "Mal"]);
    stage.run_ms(1500);
    stage.deceive(&["Eve", "Mal"]);
    for _ in 0..6 {
        stage.join(&["Fay"]);
        stage.run_ms(800);
        stage.leave("Fay");
        stage.run_ms(800);
    }
    stage.deceive(&[]);
    stage.run_ms(1500);
    stage.assert_all_share_an_epoch(7);
    assert_eq!(stage.server.statistics().commit_complaints, 4);
    let mut removed = stage.sent_away.clone();
    removed.sort();
    removed.dedup();
    assert!(!removed.is_empty() && removed.len() <= 2, "{removed:?}");
}

#[test]
fn members_that_add_nobody_else_do_not_keep_the_group_to_themselves() {
    for clique in [&["Eve"][..], &["Eve", "Mal"]] {
        let mut stage = Stage::new(Encryption::Required);
        stage.form_clique(clique);
        stage.join(clique);
        stage.run_ms(100);
        stage.assert_all_share_an_epoch(clique.len());
        stage.join(&["Ann", "Bob", "Cid"]);
        // Those that two members left out ask again, which takes half a second.
        stage.run_ms(if clique.len() == 1 { 300 } else { 1000 });
        stage.assert_share_an_epoch(&["Ann", "Bob", "Cid"]);
        stage.run_ms(1000);
        stage.assert_all_share_an_epoch(3 + clique.len());
    }
}

#[test]
fn a_member_that_keeps_silent_alone_in_the_group_does_not_keep_it_long() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Eve"]);
    stage.run_ms(100);
    stage.hang("Eve");
    stage.join(&["Ann", "Bob"]);
    stage.run_ms(700);
    stage.assert_share_an_epoch(&["Ann", "Bob"]);
}

#[test]
fn players_with_the_key_of_another_are_not_added_and_hold_up_nobody() {
    let mut stage = Stage::new(Encryption::Required);
    stage.join(&["Ann", "Bob"]);
    stage.run_ms(500);
    let before = stage.server.statistics().commits;
    stage.join_with_one_key(&["Eve", "Eva", "Mal", "Max"]);
    stage.join(&["Cid", "Dora"]);
    stage.run_ms(300);
    stage.assert_share_an_epoch(&["Ann", "Bob", "Cid", "Dora"]);
    assert_eq!(stage.server.statistics().commits, before + 1, "nobody had to be left out");
    assert_eq!(stage.server.tables().group_members(), 5, "one of those with the same key is a member");
}
