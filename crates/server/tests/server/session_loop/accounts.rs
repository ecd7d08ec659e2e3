//! Accounts that a network vouches for: bans and reserved names apply to them.

use std::time::Duration;

use consonance_server::audit::AuditQuery;
use consonance_server::bans::{Ban, BanTarget};
use consonance_server::records::{Records, RecordsSettings};
use consonance_server::token::{Claims, Key};
use consonance_server::{Admission, JoiningSettings, SecretText, SessionsSettings};
use consonance_session::{JoinToken, ModeratorAction};

use crate::session_loop::fixture::Fixture;
use crate::session_loop::player::Player;
use crate::session_loop::tokens::in_an_hour;

const MIA: &str = "mumble:a9993e36";
const EVE: &str = "mumble:ba7816bf";

struct Scene {
    fixture: Fixture,
    key: Key,
    records: Records,
}

/// Two sessions that admit players with a token or with the password.
fn scene(set_up: impl FnOnce(&mut JoiningSettings)) -> Scene {
    let key = Key::generate_ed25519().unwrap();
    let mut settings = SessionsSettings::new(["main", "other"]).unwrap();
    let mut joining = JoiningSettings::default();
    joining.token_keys = vec![key.public().unwrap()];
    joining.passwords = vec![("*".into(), SecretText::new("open"))];
    set_up(&mut joining);
    settings.admission = Admission::new(joining);
    let records = Records::in_memory(RecordsSettings::default());
    settings.records = records.clone();
    Scene { fixture: Fixture::with_settings(&settings, 1), key, records }
}

impl Scene {
    /// Joins a player with this account, if any; returns the player and the outcome: `joined`, or the reason why not.
    fn join(&mut self, session: &str, name: &str, account: Option<&str>) -> (Player, String) {
        let password = JoinToken::with_password(None, "open").unwrap();
        self.join_with(session, name, account, str::from_utf8(password.as_bytes()).unwrap())
    }

    fn join_with(
        &mut self,
        session: &str,
        name: &str,
        account: Option<&str>,
        shown: &str,
    ) -> (Player, String) {
        let client = self.fixture.networks[0].client(session);
        let client = match account {
            Some(account) => client.with_account(account),
            None => client,
        };
        let mut player = Player::with_token(name, Some(shown), client, self.fixture.now);
        self.fixture.settle(&mut [&mut player]);
        let told = player.ends.first().map(ToString::to_string);
        let told = told.unwrap_or_else(|| player.seen.first().cloned().unwrap_or_default());
        (player, told)
    }

    /// Joins a player that leaves at once; returns the outcome.
    fn visit(&mut self, session: &str, name: &str, account: Option<&str>) -> String {
        let (player, told) = self.join(session, name, account);
        drop(player);
        self.fixture.settle(&mut []);
        told
    }

    fn token(&self, claims: Claims) -> String {
        self.key.sign(&Claims { expires_at: in_an_hour(), ..claims }).unwrap()
    }
}

#[test]
fn a_ban_of_an_account_holds_under_every_name_and_with_every_token() {
    let mut scene = scene(|_| {});
    let (target, by) = (BanTarget::Subject(MIA.into()), "Ann".into());
    let ban = Ban { id: 0, target, session: None, reason: "spam".into(), by, since: 0, until: None };
    scene.records.import_ban(ban).unwrap();
    for name in ["Mia", "Another"] {
        assert!(scene.visit("main", name, Some(MIA)).contains("banned"), "{name}");
        assert_eq!(scene.visit("main", name, None), "joined", "{name} is not the account");
        assert_eq!(scene.visit("main", name, Some(EVE)), "joined", "{name} is another account's");
    }
    let token = scene.token(Claims { subject: Some("A7".into()), ..Claims::default() });
    let (_, told) = scene.join_with("main", "Mia", Some(MIA), &token);
    assert!(told.contains("banned"), "{told}");
}

#[test]
fn a_moderators_ban_holds_for_the_account_in_its_session_and_for_a_name_without_one() {
    let mut scene = scene(|_| {});
    let claims = Claims { subject: Some("A1".into()), moderator: true, ..Claims::default() };
    let token = scene.token(claims);
    let mut ann = scene.fixture.player_of_ours("Ann", &token, "main");
    let (mut mia, _) = scene.join("main", "Mia", Some(MIA));
    let (mut nat, _) = scene.join("main", "Nat", None);
    scene.fixture.settle(&mut [&mut ann, &mut mia, &mut nat]);
    for name in ["Mia", "Nat"] {
        ann.client.moderate(name, &ModeratorAction::Ban { lasts: None }, "spam").unwrap();
    }
    scene.fixture.settle(&mut [&mut ann, &mut mia, &mut nat]);
    for player in [&mia, &nat] {
        let end = player.ends.first().map(ToString::to_string).unwrap_or_default();
        assert!(end.contains("banned") && end.contains("spam"), "{end}");
    }
    let told = |scene: &mut Scene, session: &str, name: &str, account: Option<&str>| {
        scene.visit(session, name, account).contains("banned")
    };
    assert!(told(&mut scene, "main", "Another", Some(MIA)));
    assert!(!told(&mut scene, "other", "Mia", Some(MIA)), "its moderators decide there");
    assert!(!told(&mut scene, "main", "Mia", None), "Mia is banned by her account");
    assert!(told(&mut scene, "main", "NAT", None));
    assert!(!told(&mut scene, "other", "Nat", None));
    let targets: Vec<_> =
        scene.records.bans(0, 0, 9).into_iter().map(|ban| (ban.target, ban.session)).collect();
    let main = Some("main".to_owned());
    let expected = [(BanTarget::Subject(MIA.into()), main.clone()), (BanTarget::Name("Nat".into()), main)];
    assert_eq!(targets, expected);
    let log = scene.records.audit(&AuditQuery::default()).entries;
    let actions: Vec<_> = log.iter().map(|entry| (&*entry.action, &*entry.by, &*entry.result)).collect();
    assert_eq!(actions, [("ban", "subject A1 as Ann", "done"); 2]);
}

#[test]
fn a_name_is_kept_for_the_account_that_it_was_used_with_until_that_uses_another_one() {
    let mut scene = scene(|_| {});
    assert_eq!(scene.visit("main", "Mia", Some(MIA)), "joined");
    for (name, account) in [("Mia", None), ("MIA", Some(EVE)), ("M\u{456}a", None)] {
        let told = scene.visit("main", name, account);
        assert!(told.contains("reserved") && told.contains("another certificate"), "{name}: {told}");
    }
    assert_eq!(scene.visit("other", "Mia", Some(EVE)), "joined", "in another session it is free");
    assert_eq!(scene.visit("main", "Mia", Some(MIA)), "joined");
    let token = scene.token(Claims { name: Some("Mia".into()), ..Claims::default() });
    let (named, told) = scene.join_with("main", "Mia", None, &token);
    assert_eq!(told, "joined", "an operator's word counts more");
    drop(named);
    scene.fixture.settle(&mut []);
    assert_eq!(scene.visit("main", "Mia two", Some(MIA)), "joined");
    assert_eq!(scene.visit("main", "Mia", Some(EVE)), "joined");
}

#[test]
fn an_account_has_its_name_at_once_though_its_former_link_stands_and_no_other_player_has_it() {
    let mut scene = scene(|_| {});
    let (mut first, _) = scene.join("main", "Mia", Some(MIA));
    for account in [None, Some(EVE)] {
        let (_, told) = scene.join("main", "Mia", account);
        assert_ne!(told, "joined", "{account:?}");
    }
    let (_, told) = scene.join("main", "Mia", Some(MIA));
    scene.fixture.settle(&mut [&mut first]);
    assert_eq!((&*told, first.ends.len()), ("joined", 1));
}

#[test]
fn a_player_without_an_account_keeps_its_name_while_it_is_here() {
    let mut scene = scene(|_| {});
    let (mut nat, _) = scene.join("main", "Nat", None);
    let (_, told) = scene.join("main", "Nat", Some(EVE));
    scene.fixture.settle(&mut [&mut nat]);
    assert_ne!(told, "joined");
    assert!(nat.ends.is_empty(), "{:?}", nat.ends);
    drop(nat);
    scene.fixture.settle(&mut []);
    assert_eq!(scene.visit("main", "Nat", None), "joined", "a name that was only asked for is not kept");
}

#[test]
fn an_operator_may_have_no_names_kept() {
    let mut scene = scene(|joining| joining.account_names_max = 0);
    assert_eq!(scene.visit("main", "Mia", Some(MIA)), "joined");
    assert_eq!(scene.visit("main", "Mia", Some(EVE)), "joined");
}

#[test]
fn a_name_is_free_again_some_minutes_after_its_account_has_left() {
    let mut scene = scene(|_| {});
    assert_eq!(scene.visit("main", "Mia", Some(MIA)), "joined");
    scene.fixture.now += Duration::from_secs(599);
    assert_ne!(scene.visit("main", "Mia", Some(EVE)), "joined");
    scene.fixture.now += Duration::from_secs(2);
    assert_eq!(scene.visit("main", "Mia", Some(EVE)), "joined");
    assert_ne!(scene.visit("main", "Mia", Some(MIA)), "joined", "now it is the other one's");
}

#[test]
fn a_name_stays_its_accounts_while_it_is_here_however_long() {
    let mut scene = scene(|_| {});
    let (mut mia, _) = scene.join("main", "Mia", Some(MIA));
    scene.fixture.now += Duration::from_hours(1);
    let told = scene.visit("main", "Mia", Some(EVE));
    scene.fixture.settle(&mut [&mut mia]);
    assert!(told.contains("another certificate"), "{told}");
}
