//! Commits that do not hold, and complaints about those that do.

use consonance_e2ee::MemberEvent;
use consonance_session::Encryption;

use super::fixture::Fixture;
use super::tampering::Tamper;

#[test]
fn a_commit_that_does_not_hold_is_refused_and_its_maker_asked_no_more() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob", "Cid", "Dora"]);
    fixture.run_ms(200);
    let (group, _) = fixture.member("Ann").epoch().unwrap();
    fixture.damage_next_commit();
    fixture.leave("Dora");
    fixture.run_ms(100);
    fixture.assert_all_share_an_epoch(3);
    assert_eq!(fixture.server.statistics().commits_refused, 1);
    let maker = fixture.asked[fixture.asked.len() - 2].clone();
    let before = fixture.asked.len();
    for _ in 0..4 {
        fixture.join(&["Dora"]);
        fixture.run_ms(100);
        fixture.leave("Dora");
        fixture.run_ms(100);
    }
    assert!(fixture.asked.len() >= before + 8 && !fixture.asked[before..].contains(&maker), "{maker}");
    assert_eq!(fixture.member("Ann").epoch().unwrap().0, group, "the group goes on");
}

#[test]
fn a_commit_that_changes_more_than_it_was_asked_to_is_refused() {
    for tamper in [Tamper::Remove("Bob"), Tamper::Remove("Ann"), Tamper::AddStranger] {
        let mut fixture = Fixture::new(Encryption::Required);
        fixture.join(&["Ann", "Bob", "Cid", "Dora"]);
        fixture.run_ms(200);
        // The first one to be asked may be the one to be removed, which cannot remove itself.
        fixture.leave("Dora");
        fixture.run_ms(100);
        fixture.tamper(tamper);
        fixture.join(&["Dora"]);
        fixture.run_ms(100);
        fixture.assert_all_share_an_epoch(4);
        let is_itself = tamper == Tamper::Remove("Ann") && fixture.tampered() == "Ann"
            || tamper == Tamper::Remove("Bob") && fixture.tampered() == "Bob";
        assert_eq!(fixture.server.statistics().commits_refused, u64::from(!is_itself));
        assert!(!fixture.events("Bob").contains(&MemberEvent::Removed));
    }
}

#[test]
fn members_refuse_a_commit_that_changes_more_than_the_server_asked_for() {
    let mut fixture = Fixture::unchecked(Encryption::Required);
    fixture.join(&["Ann", "Bob", "Cid", "Dora"]);
    fixture.run_ms(200);
    fixture.tamper(Tamper::AddStranger);
    fixture.join(&["Eve"]);
    fixture.run_ms(20);
    let maker = fixture.tampered().to_owned();
    let others: Vec<&str> = ["Ann", "Bob", "Cid", "Dora"].into_iter().filter(|name| *name != maker).collect();
    for name in &others {
        let refused = fixture
            .events(name)
            .iter()
            .any(|event| matches!(event, MemberEvent::Failed { error } if error.code() == "refused"));
        assert!(refused, "{name}: {:?}", fixture.events(name));
        assert!(!fixture.names_seen_by(name).contains(&"Stranger".to_owned()), "{name}");
    }
    fixture.run_ms(2000);
    fixture.assert_all_share_an_epoch(5);
    assert!(fixture.server.statistics().commit_complaints >= 2);
}

#[test]
fn a_commit_that_no_member_can_read_removes_its_maker() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob", "Cid", "Dora"]);
    fixture.run_ms(1500);
    fixture.tamper(Tamper::DamageTag);
    fixture.leave("Dora");
    fixture.run_ms(1500);
    let maker = fixture.tampered().to_owned();
    fixture.assert_all_share_an_epoch(3);
    assert_eq!(fixture.server.statistics().commit_complaints, 2);
    for name in ["Ann", "Bob", "Cid"] {
        assert!(!fixture.events(name).contains(&MemberEvent::Removed), "{name} keeps its former keys");
    }
    let before = fixture.asked.len();
    for _ in 0..3 {
        fixture.join(&["Dora"]);
        fixture.run_ms(100);
        fixture.leave("Dora");
        fixture.run_ms(100);
    }
    assert!(fixture.asked.len() >= before + 6 && !fixture.asked[before..].contains(&maker), "{maker}");
}

#[test]
fn unreadable_welcomes_remove_their_sender_at_the_second_complaint() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob", "Eve", "Fay"]);
    fixture.run_ms(1500);
    fixture.spoil_welcomes_of("Eve");
    // The other members do not answer, so Eve is asked first despite the complaint.
    fixture.hang("Ann");
    fixture.hang("Bob");
    fixture.leave("Fay");
    fixture.run_ms(600);
    for (newcomer, sent_away) in [("Cid", &[][..]), ("Dora", &["Eve"])] {
        let before = fixture.server.statistics().commit_complaints;
        fixture.join(&[newcomer]);
        let has_complained = |fixture: &mut Fixture| {
            fixture.run_ms(1);
            fixture.server.statistics().commit_complaints > before
        };
        assert!((0..600).any(|_| has_complained(&mut fixture)), "{newcomer}: {:?}", fixture.events(newcomer));
        fixture.run_ms(5);
        assert_eq!(fixture.sent_away, sent_away);
    }
    let before = fixture.asked.len();
    fixture.wake("Ann");
    fixture.wake("Bob");
    fixture.run_ms(1500);
    fixture.assert_all_share_an_epoch(5);
    assert!(!fixture.asked[before..].contains(&"Eve".to_owned()), "{:?}", &fixture.asked[before..]);
}

#[test]
fn one_complaint_removes_nobody() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob", "Cid", "Dora"]);
    fixture.run_ms(1500);
    let (group, _) = fixture.member("Ann").epoch().unwrap();
    fixture.deceive(&["Cid"]);
    fixture.leave("Dora");
    fixture.run_ms(50);
    fixture.deceive(&[]);
    fixture.run_ms(1000);
    fixture.assert_all_share_an_epoch(3);
    assert_eq!(fixture.member("Ann").epoch().unwrap().0, group);
    assert_eq!(fixture.server.statistics().commit_complaints, 1);
    assert!(fixture.sent_away.is_empty(), "{:?}", fixture.sent_away);
}

#[test]
fn two_members_can_have_only_two_others_removed() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob", "Cid", "Dora", "Emil", "Eve", "Mal"]);
    fixture.run_ms(1500);
    fixture.deceive(&["Eve", "Mal"]);
    for _ in 0..6 {
        fixture.join(&["Fay"]);
        fixture.run_ms(800);
        fixture.leave("Fay");
        fixture.run_ms(800);
    }
    fixture.deceive(&[]);
    fixture.run_ms(1500);
    fixture.assert_all_share_an_epoch(7);
    assert_eq!(fixture.server.statistics().commit_complaints, 4);
    let mut removed = fixture.sent_away.clone();
    removed.sort();
    removed.dedup();
    assert!(!removed.is_empty() && removed.len() <= 2, "{removed:?}");
}

#[test]
fn members_that_add_nobody_else_do_not_keep_the_group_to_themselves() {
    for clique in [&["Eve"][..], &["Eve", "Mal"]] {
        let mut fixture = Fixture::new(Encryption::Required);
        fixture.form_clique(clique);
        fixture.join(clique);
        fixture.run_ms(100);
        fixture.assert_all_share_an_epoch(clique.len());
        fixture.join(&["Ann", "Bob", "Cid"]);
        // Those that two members left out ask again, which takes half a second.
        fixture.run_ms(if clique.len() == 1 { 300 } else { 1000 });
        fixture.assert_share_an_epoch(&["Ann", "Bob", "Cid"]);
        fixture.run_ms(1000);
        fixture.assert_all_share_an_epoch(3 + clique.len());
    }
}

#[test]
fn a_member_that_keeps_silent_alone_in_the_group_does_not_keep_it_long() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Eve"]);
    fixture.run_ms(100);
    fixture.hang("Eve");
    fixture.join(&["Ann", "Bob"]);
    fixture.run_ms(700);
    fixture.assert_share_an_epoch(&["Ann", "Bob"]);
}

#[test]
fn players_with_the_key_of_another_are_not_added_and_hold_up_nobody() {
    let mut fixture = Fixture::new(Encryption::Required);
    fixture.join(&["Ann", "Bob"]);
    fixture.run_ms(500);
    let before = fixture.server.statistics().commits;
    fixture.join_with_one_key(&["Eve", "Eva", "Mal", "Max"]);
    fixture.join(&["Cid", "Dora"]);
    fixture.run_ms(300);
    fixture.assert_share_an_epoch(&["Ann", "Bob", "Cid", "Dora"]);
    assert_eq!(fixture.server.statistics().commits, before + 1, "nobody had to be left out");
    assert_eq!(fixture.server.tables().group_members(), 5, "one of those with the same key is a member");
}
