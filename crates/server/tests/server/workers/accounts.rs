//! Accounts in join tokens: one account may be present several times, under different names.

use std::time::{SystemTime, UNIX_EPOCH};

use consonance_server::audit::AuditQuery;
use consonance_server::moderation::{By, Moderation, ModerationError, Outcome, PlayerRef};
use consonance_server::token::{Claims, Key};
use consonance_server::{Admission, JoiningSettings, SessionsSettings};
use consonance_session::Restriction;

use crate::workers::fixture::{Fixture, Player, wait_until};

struct Scene {
    fixture: Fixture,
    moderation: Moderation,
    key: Key,
}

fn scene() -> Scene {
    let key = Key::generate_ed25519().unwrap();
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    let mut joining = JoiningSettings::default();
    joining.token_keys = vec![key.public().unwrap()];
    settings.admission = Admission::new(joining);
    let fixture = Fixture::with_settings(&settings, 1);
    let moderation = Moderation::new(fixture.server.handle(), settings.records.clone());
    Scene { fixture, moderation, key }
}

impl Scene {
    /// A player that listens to the lobby, with a token for this account, if any.
    fn player(&self, name: &str, account: Option<&str>) -> Player {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let claims = Claims {
            subject: account.map(Into::into),
            expires_at: now.as_secs() + 3600,
            ..Claims::default()
        };
        let mut player = self.fixture.player_with_token(name, &self.key.sign(&claims).unwrap(), "main");
        wait_until("the player is in the lobby", &mut [&mut player], |_| self.rooms(name) == ["lobby"]);
        player
    }

    fn rooms(&self, name: &str) -> Vec<String> {
        let mut players = self.moderation.players("main").unwrap().into_iter();
        players.find(|player| player.name == name).map(|player| player.rooms).unwrap_or_default()
    }

    /// Joins a player that leaves again; returns the restrictions that it was told.
    fn visit(&self, name: &str, account: Option<&str>) -> Vec<String> {
        let mut player = self.player(name, account);
        player.run_once();
        player.leave();
        wait_until("the player is gone", &mut [], |_| !self.names().contains(&name.to_owned()));
        player.told
    }

    fn names(&self) -> Vec<String> {
        self.moderation.players("main").unwrap().into_iter().map(|player| player.name).collect()
    }
}

fn by() -> By {
    By::new("Ann", "too loud")
}

fn account(subject: &str) -> PlayerRef {
    PlayerRef::Subject(subject.into())
}

#[test]
fn by_its_name_one_visit_of_an_account_is_kicked_and_by_the_account_every_one() {
    let scene = scene();
    let mut players = ["Decoy", "Mallory", "Third"]
        .map(|name| scene.player(name, Some("A7")))
        .into_iter()
        .collect::<Vec<_>>();
    let _bob = scene.player("Bob", Some("B1"));
    let kick = |player: PlayerRef| scene.moderation.kick(&by(), "main", &player);
    assert_eq!(kick("Mallory".into()).unwrap().outcome, Outcome::Notified);
    assert_eq!(scene.names(), ["Decoy", "Third", "Bob"]);
    assert_eq!(kick(account("A7")).unwrap().outcome, Outcome::Notified);
    assert_eq!(scene.names(), ["Bob"]);
    for player in &mut players {
        wait_until("all are told", &mut [player], |players| players[0].told == ["kicked: too loud"]);
    }
    assert!(matches!(kick(account("A7")), Err(ModerationError::NoPlayer { .. })));
}

#[test]
fn every_visit_of_an_account_that_is_in_the_room_is_moved_or_taken_out() {
    let scene = scene();
    let (mut decoy, mut mallory) = (scene.player("Decoy", Some("A7")), scene.player("Mallory", Some("A7")));
    let move_all =
        |from: &str, to: &str| scene.moderation.move_player(&by(), "main", &account("A7"), from, to);
    assert_eq!(move_all("lobby", "jail").unwrap().outcome, Outcome::Moved);
    wait_until("both are there", &mut [&mut decoy, &mut mallory], |_| {
        [scene.rooms("Decoy"), scene.rooms("Mallory")].iter().all(|rooms| rooms == &["jail"])
    });
    let take_out = |player: PlayerRef| scene.moderation.remove_from_room(&by(), "main", &player, "jail");
    assert_eq!(take_out("Decoy".into()).unwrap().outcome, Outcome::Notified);
    assert_eq!(take_out(account("A7")).unwrap().outcome, Outcome::Notified);
    assert!(scene.rooms("Mallory").is_empty(), "though the decoy is no longer there");
    assert!(matches!(take_out(account("A7")), Err(ModerationError::NotInRoom { .. })));
    assert!(matches!(move_all("jail", "lobby"), Err(ModerationError::NotInRoom { .. })));
}

#[test]
fn a_decision_by_the_name_of_a_departed_player_applies_to_its_account() {
    let scene = scene();
    assert!(scene.visit("Alice", Some("A7")).is_empty());
    let mute = || scene.moderation.impose(&by(), "main", &"Alice".into(), Restriction::Muted, None).unwrap();
    assert_eq!(mute().outcome, Outcome::Absent);
    assert_eq!(scene.visit("Alice", Some("A7")), ["Muted: too loud"]);
    assert_eq!(scene.visit("Another", Some("A7")), ["Muted: too loud"]);
    let done = scene.moderation.lift(&by(), "main", &"Alice".into(), Restriction::Muted).unwrap();
    assert_eq!(done.outcome, Outcome::Absent);
    assert!(
        scene.visit("Alice", Some("A7")).is_empty() && scene.moderation.restricted_players("main").is_empty()
    );
}

#[test]
fn decisions_by_an_unused_or_unauthenticated_name_hold_for_no_account() {
    let scene = scene();
    scene.visit("Alice", Some("A7"));
    scene.visit("Alice", None);
    for name in ["Alice", "Carol"] {
        let done = scene.moderation.impose(&by(), "main", &name.into(), Restriction::Muted, None).unwrap();
        assert_eq!(done.outcome, Outcome::AbsentName);
        assert!(scene.visit(name, Some("A7")).is_empty(), "{name} with an account");
        assert_eq!(scene.visit(name, None), ["Muted: too loud"], "{name} without one");
    }
}

#[test]
fn what_holds_for_an_account_is_shown_at_every_visit_of_it() {
    let scene = scene();
    let _players = ["Decoy", "Mallory", "Third"].map(|name| scene.player(name, Some("A7")));
    let _bob = scene.player("Bob", Some("B1"));
    scene.moderation.impose(&by(), "main", &account("A7"), Restriction::Muted, None).unwrap();
    let rows = scene.moderation.players("main").unwrap();
    let muted: Vec<_> = rows
        .iter()
        .filter(|row| row.restrictions.terms(Restriction::Muted).is_some())
        .map(|row| &*row.name)
        .collect();
    assert_eq!(muted, ["Decoy", "Mallory", "Third"]);
}

#[test]
fn an_operator_releases_a_name_that_is_kept_for_an_account_and_the_log_says_so() {
    let settings = SessionsSettings::new(["main"]).unwrap();
    let fixture = Fixture::with_settings(&settings, 1);
    let moderation = Moderation::new(fixture.server.handle(), settings.records.clone());
    let mut mia = fixture.player_of_account(0, "Mia", "mumble:a", "main");
    wait_until("Mia is in", &mut [&mut mia], |all| all[0].has_joined);
    mia.leave();
    let by = By::new("Ops", "wrong certificate");
    let mut eve = fixture.player_of_account(0, "Mia", "mumble:b", "main");
    wait_until("the name is kept", &mut [&mut eve], |all| all[0].end.is_some());
    let done = moderation.release_name(&by, "main", "MIA").unwrap();
    assert_eq!(done.outcome, Outcome::Holds);
    let again = moderation.release_name(&by, "main", "Mia").unwrap_err();
    assert_eq!(
        (again.code(), &*again.to_string()),
        ("name-not-kept", "\"Mia\" is not kept for an account in the session \"main\"")
    );
    let mut eve = fixture.player_of_account(0, "Mia", "mumble:b", "main");
    wait_until("it is hers", &mut [&mut eve], |all| all[0].has_joined);
    let entries = moderation.audit(&AuditQuery::default()).entries;
    let entries: Vec<_> =
        entries.iter().map(|entry| (&*entry.action, &*entry.target, &*entry.details)).collect();
    assert_eq!(entries, [("release_name", "Mia", ""), ("release_name", "MIA", "kept for mumble:a")]);
}
