//! Encrypted sessions, whose members' messages the server checks.

use std::time::{Duration, Instant};

use consonance_e2ee::{Credential, IdentityKey, MlsMember};
use consonance_link::memory::MemoryClient;
use consonance_server::SessionsSettings;
use consonance_session::{Capabilities, Client, ClientEvent, ClientSettings, Encryption};
use consonance_testing::player::TestPlayer;
use consonance_wire::{DeliveryMessage, MemberMessage};

use crate::session_loop::fixture::Fixture;

#[test]
fn a_session_refuses_a_commit_that_does_not_hold() {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.encryption.rule = Encryption::Required;
    let mut fixture = Fixture::with_settings(&settings, 1);
    let begun = fixture.now;
    let mut eve = Member::new("Eve", &fixture);
    pass(&mut fixture, begun, &mut [&mut eve]);
    assert!(eve.mls.epoch().is_some(), "she creates the group");
    // Only she can be asked to add Ann.
    eve.is_hostile = true;
    let mut ann = Member::new("Ann", &fixture);
    pass(&mut fixture, begun, &mut [&mut eve, &mut ann]);
    let (clients, counts) = fixture.statistics("main");
    assert_eq!((clients, counts.commits_refused), (2, 1), "she commits garbage once, and is asked no more");
    assert!(ann.mls.epoch().is_some(), "Ann has keys without her");
}

/// A player, and its end of the group.
struct Member {
    player: TestPlayer<MemoryClient>,
    mls: MlsMember,
    /// It answers requests for commits with garbage.
    is_hostile: bool,
}

impl Member {
    fn new(name: &str, fixture: &Fixture) -> Self {
        let mut settings = ClientSettings::new(name);
        settings.capabilities = Capabilities::ALL.with(Capabilities::GROUPS);
        let player = TestPlayer::new(Client::new(settings), fixture.networks[0].client("main"), fixture.now);
        let mls = MlsMember::new(IdentityKey::generate().unwrap(), Credential::new(name).unwrap());
        Self { player, mls, is_hostile: false }
    }

    fn run_once(&mut self, now: Instant, since: Duration) {
        let mut received = Vec::new();
        self.player.run_once(now, |event| {
            if let ClientEvent::GroupMessage { message } = event {
                received.push(message);
            }
        });
        for message in received {
            match DeliveryMessage::parse(&message) {
                Ok(Some(DeliveryMessage::Request { number, .. })) if self.is_hostile => {
                    let (junk, welcomes) = (&[7; 100], Vec::new());
                    let commit =
                        MemberMessage::Commit { number, commit: junk, tree: &[], welcomes, info: &[] };
                    self.player.client.send_group_message(&commit.to_bytes());
                }
                _ => self.mls.handle(since, &message),
            }
        }
        if self.mls.poll_timeout().is_some_and(|due| due <= since) {
            self.mls.handle_timeout(since);
        }
        while self.mls.poll_event().is_some() {}
        while let Some(message) = self.mls.poll_message() {
            self.player.client.send_group_message(&message);
        }
    }
}

/// Three seconds pass.
fn pass(fixture: &mut Fixture, begun: Instant, members: &mut [&mut Member]) {
    for _ in 0..300 {
        fixture.wait(Duration::from_millis(10));
        let since = fixture.now.duration_since(begun);
        for member in &mut *members {
            member.run_once(fixture.now, since);
        }
        fixture.run_once();
    }
}
