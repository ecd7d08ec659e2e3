//! Bans: every worker disconnects present players, and newcomers are told why they are refused.

use std::num::NonZeroUsize;
use std::time::Duration;

use consonance_link::hosted::{self, HostedSettings, ServerRequest};
use consonance_link::{DisconnectReason, EndCode, EndReason, PacketLimits};
use consonance_server::bans::{Ban, BanTarget};
use consonance_server::moderation::{Moderation, ModerationError};
use consonance_server::records::{Records, RecordsSettings};
use consonance_server::{DedicatedServer, RestartPlan, SessionsSettings, Workers};

use crate::workers::fixture::{Fixture, Player, wait_until};
use crate::workers::moderating::{Scene, by, scene};

const YEAR_2100: u64 = 4_102_444_800;

fn name(name: &str) -> BanTarget {
    BanTarget::Name(name.into())
}

fn small() -> Records {
    let mut settings = RecordsSettings::default();
    settings.bans_max = 2;
    Records::in_memory(settings)
}

#[test]
fn a_banned_player_is_disconnected_everywhere_and_told_so_when_it_comes_again() {
    let Scene { fixture, moderation, mut alice, mut bob } = scene(small());
    let mut elsewhere = fixture.player("ALICE", "blue");
    wait_until("she is in both", &mut [&mut elsewhere], |players| players[0].has_joined);
    let banned = moderation.ban(&by(), name("alice"), Some(YEAR_2100)).unwrap();
    let expelled: Vec<_> = banned.expelled.iter().map(|gone| (&*gone.session, &*gone.player)).collect();
    assert_eq!(expelled, [("red", "Alice"), ("blue", "ALICE")]);
    wait_until("both are gone", &mut [&mut alice, &mut elsewhere, &mut bob], |players| {
        players[0].end.is_some() && players[1].end.is_some()
    });
    assert_eq!((alice.told[0].as_str(), bob.end.is_none()), ("kicked: too loud", true));
    let end = alice.end.as_ref().and_then(DisconnectReason::end_reason);
    let ban = EndReason { until: Some(YEAR_2100), ..EndReason::with_words(EndCode::Banned, "too loud") };
    assert_eq!(end.as_ref(), Some(&ban), "the end of the ban is a field, the operator's words another one");
    let mut again = fixture.player("Alice", "blue");
    wait_until("she is refused", &mut [&mut again], |players| players[0].end.is_some());
    assert_eq!(again.end.and_then(|end| end.end_reason()), Some(ban));
    moderation.unban(&by(), banned.ban.id).unwrap();
    let mut at_last = fixture.player("Alice", "blue");
    wait_until("she is in", &mut [&mut at_last], |players| players[0].has_joined);
}

#[test]
fn a_ban_of_an_account_holds_for_a_player_at_another_worker_than_its_session() {
    let mut settings = SessionsSettings::new(["red"]).unwrap();
    settings.records = small();
    let fixture = Fixture::with_settings(&settings, 3);
    let moderation = Moderation::new(fixture.server.handle(), settings.records.clone());
    let other = (fixture.place("red") + 1) % 3;
    let mut mia = fixture.player_of_account(other, "Mia", "mumble:7", "red");
    wait_until("she is in", &mut [&mut mia], |players| players[0].has_joined);
    let banned = moderation.ban(&by(), BanTarget::Subject("mumble:7".into()), None).unwrap();
    assert_eq!(banned.expelled.iter().map(|gone| &*gone.player).collect::<Vec<_>>(), ["Mia"]);
    wait_until("she is gone", &mut [&mut mia], |players| players[0].end.is_some());
    let mut again = fixture.player_of_account(other, "Another", "mumble:7", "red");
    wait_until("she is refused", &mut [&mut again], |players| players[0].end.is_some());
    let end = again.end.and_then(|end| end.end_reason()).map(|end| end.code);
    assert_eq!((again.has_joined, end), (false, Some(EndCode::Banned)));
}

#[test]
fn bans_are_listed_taken_back_and_bounded() {
    let Scene { fixture: _stage, moderation, .. } = scene(small());
    moderation.ban(&by(), name("Carol"), None).unwrap();
    let prefix: BanTarget = BanTarget::Address("192.0.2.0/24".parse().unwrap());
    moderation.ban(&by(), prefix, None).unwrap();
    assert!(matches!(moderation.ban(&by(), name("Dave"), None), Err(ModerationError::Records(_))));
    assert_eq!(moderation.bans(0, 10).iter().map(|ban| ban.id).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(moderation.bans(1, 10).len(), 1);
    moderation.unban(&by(), 2).unwrap();
    assert_eq!(moderation.bans(0, 10).iter().map(|ban| ban.id).collect::<Vec<_>>(), [1]);
    assert_eq!(moderation.unban(&by(), 7), Err(ModerationError::NoBan { id: 7 }));
    assert_eq!(moderation.ban(&by(), name("Dave"), Some(1)), Err(ModerationError::EndsInThePast));
    assert!(matches!(moderation.ban(&by(), name(""), None), Err(ModerationError::Nameless { .. })));
}

#[test]
fn a_player_banned_during_a_handover_has_no_reservation_in_the_next_process() {
    let mut settings = SessionsSettings::new(["red"]).unwrap();
    settings.records = small();
    let fixture = Fixture::with_settings(&settings, 1);
    let [mut alice, mut bob] = ["Alice", "Bob"].map(|name| fixture.player(name, "red"));
    wait_until("both join", &mut [&mut alice, &mut bob], |players| {
        players.iter().all(|player| player.knows_two_listeners())
    });
    let left = fixture.server.handle().hand_over(&RestartPlan { pause: Duration::ZERO, returns_per_s: 1000 });
    let (reason, by) = ("too loud".into(), "Ann".into());
    let ban =
        Ban { id: 0, target: name("alice"), session: None, reason, by, since: 0, until: Some(YEAR_2100) };
    settings.records.import_ban(ban).unwrap();

    settings.seed ^= 1;
    let mut workers = Workers::new(&settings, NonZeroUsize::MIN);
    assert_eq!(workers.restore(&left), 1, "Bob's place");
    let next = Fixture::after(fixture, workers);
    let told = "banned from this server until 2100-01-01T00:00:00Z: too loud";
    wait_until("he has his place again, and she is told why not", &mut [], |_| {
        [&mut alice, &mut bob].into_iter().for_each(Player::come_back);
        let is_refused = alice.end.as_ref().is_some_and(|end| end.to_string().contains(told));
        is_refused && bob.told == ["resumed"]
    });
    let moderation = Moderation::new(next.server.handle(), settings.records);
    let players = moderation.players("red").unwrap().into_iter();
    assert_eq!(players.map(|player| player.name).collect::<Vec<_>>(), ["Bob"]);
}

#[test]
fn a_banned_address_keeps_no_place_among_the_sessions_on_demand() {
    let mut settings = SessionsSettings::on_demand();
    settings.records = small();
    let mut workers = Workers::new(&settings, NonZeroUsize::MIN);
    let place = workers.placement();
    let limits = PacketLimits { reliable_bytes: 1024, unreliable_bytes: 1024 };
    let (network, mut game) = hosted::server(&HostedSettings::new(limits));
    workers.add_shards([Box::new(network) as _]);
    let server = DedicatedServer::start(workers);
    let moderation = Moderation::new(server.handle(), settings.records.clone());
    moderation.ban(&by(), BanTarget::Address("192.0.2.0/24".parse().unwrap()), None).unwrap();

    for (number, session) in [(1, "match-1"), (2, "match-2"), (3, "match-2")] {
        place(session);
        assert!(game.peer_connected_from(number, session, "192.0.2.7:5000"));
    }
    let mut refused = 0;
    wait_until("all are refused", &mut [], |_| {
        while let Some(request) = game.poll() {
            refused += usize::from(matches!(
                request,
                ServerRequest::Disconnect { .. } | ServerRequest::Refuse { .. }
            ));
        }
        refused == 3
    });
    assert_eq!(server.handle().session_counts().running, 0);
}
