//! Bans: who is here goes, from every worker, and who comes is told why not.

use std::num::NonZeroUsize;

use consonance_server::bans::BanTarget;
use consonance_server::moderation::{Moderation, ModerationError};
use consonance_server::records::{Records, RecordsSettings};
use consonance_server::{DedicatedServer, SessionsSettings, Workers};
use consonance_transport::PacketLimits;
use consonance_transport::hosted::{self, HostedSettings, ServerRequest};

use crate::moderating::{Scene, by, scene};
use crate::stage::wait_until;

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
fn who_is_banned_is_sent_away_everywhere_and_told_so_when_it_comes_again() {
    let Scene { stage, moderation, mut alice, mut bob } = scene(small());
    let mut elsewhere = stage.player("ALICE", "blue");
    wait_until("she is in both", &mut [&mut elsewhere], |players| players[0].has_joined);
    let banned = moderation.ban(&by(), name("alice"), Some(YEAR_2100)).unwrap();
    let expelled: Vec<_> = banned.expelled.iter().map(|gone| (&*gone.session, &*gone.player)).collect();
    assert_eq!(expelled, [("red", "Alice"), ("blue", "ALICE")]);
    wait_until("both are gone", &mut [&mut alice, &mut elsewhere, &mut bob], |players| {
        players[0].end.is_some() && players[1].end.is_some()
    });
    let told = "kicked: banned from this server until 2100-01-01T00:00:00Z: too loud";
    assert_eq!((alice.told[0].as_str(), bob.end.is_none()), (told, true));
    let mut again = stage.player("Alice", "blue");
    wait_until("she is refused", &mut [&mut again], |players| players[0].end.is_some());
    let reason = again.end.unwrap().to_string();
    assert!(reason.contains("banned from this server until 2100-01-01T00:00:00Z: too loud"), "{reason}");
    moderation.unban(&by(), banned.ban.id).unwrap();
    let mut at_last = stage.player("Alice", "blue");
    wait_until("she is in", &mut [&mut at_last], |players| players[0].has_joined);
}

#[test]
fn bans_are_listed_taken_back_and_bounded() {
    let Scene { stage: _stage, moderation, .. } = scene(small());
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
fn a_banned_address_keeps_no_place_among_the_sessions_on_demand() {
    let mut settings = SessionsSettings::on_demand();
    settings.records = small();
    let mut workers = Workers::new(&settings, NonZeroUsize::MIN);
    let place = workers.placement();
    let limits = PacketLimits { reliable_bytes: 1024, unreliable_bytes: 1024 };
    let (network, mut game) = hosted::server(&HostedSettings::new(limits));
    workers.add_shards([network]);
    let server = DedicatedServer::start(workers);
    let moderation = Moderation::new(server.handle(), settings.records.clone());
    moderation.ban(&by(), BanTarget::Address("192.0.2.0/24".parse().unwrap()), None).unwrap();

    for (number, session) in [(1, "match-1"), (2, "match-2"), (3, "match-2")] {
        place(session);
        assert!(game.peer_connected_from(number, session, "192.0.2.7:5000".into()));
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
