//! In steady state, the voice that a user hears causes no allocations.

use std::sync::Arc;
use std::time::Duration;

use consonance_mumble::control::messages::Authenticate;
use consonance_mumble::players::{MumblePlayer, Neighbours, PlayerCommand, PlayerSettings};
use consonance_mumble::{Login, MumbleVersion};
use consonance_session::{ChannelProperties, Delivery, EndReason, Instant, LinkId, Target};
use consonance_testing::cost::alone;
use consonance_testing::direct_session::{DirectSession, GuestCommand, GuestPlayer};
use stats_alloc::Region;

/// A user that listens.
struct Listener {
    player: MumblePlayer,
    link: Option<LinkId>,
    heard: u32,
    /// Counted while packets are received and voice is handed over.
    allocations: usize,
}

impl GuestPlayer for Listener {
    type Shared = Neighbours;

    fn link(&mut self) -> &mut Option<LinkId> {
        &mut self.link
    }

    fn poll_command(&mut self) -> Option<GuestCommand> {
        Some(match self.player.poll_command()? {
            PlayerCommand::Open => GuestCommand::Open,
            PlayerCommand::Close => GuestCommand::Close,
        })
    }

    fn poll_transmit(&mut self) -> Option<(Delivery, &[u8])> {
        self.player.poll_transmit()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.player.poll_timeout()
    }

    fn handle_timeout(&mut self, now: Instant, neighbours: &Neighbours) {
        self.player.handle_timeout(now, neighbours);
    }

    fn handle_connected(&mut self, now: Instant, neighbours: &Neighbours) {
        self.player.handle_connected(now, neighbours);
    }

    fn handle_connect_failed(&mut self, _: Instant, _: &Neighbours) {
        unreachable!("the server of a listener is in the same process");
    }

    fn handle_link_closed(&mut self, _: Instant, _: Option<&EndReason>, _: &Neighbours) {
        unreachable!("the server does not close the link of a listener");
    }

    fn handle_packet(&mut self, now: Instant, delivery: Delivery, payload: &[u8], neighbours: &Neighbours) {
        let region = Region::new(crate::ALLOCATOR);
        self.player.handle_packet(now, delivery, payload, neighbours);
        while let Some(voice) = self.player.poll_voice() {
            self.heard += u32::from(voice.opus.len() == FRAME.len());
        }
        self.allocations += region.change().allocations;
    }

    fn take_news(&mut self) {
        while self.player.poll_control().is_some() {}
    }
}

/// A wideband SILK packet of 20 ms.
const FRAME: [u8; 80] = [9 << 3; 80];
const FRAMES: u32 = 50;
/// The test harness's own thread allocates occasionally; in a round without that, nothing is allocated.
const ROUNDS: usize = 5;

#[test]
fn voice_that_a_user_hears_allocates_nothing() {
    alone(|| {
        let mut session = DirectSession::with(|_| {});
        let native = session.native("Nat");
        let mut settings = PlayerSettings::new("main");
        settings.rooms = vec!["lobby".to_owned()];
        let authenticate =
            Authenticate { username: Some("Mia".into()), opus: Some(true), ..Authenticate::default() };
        let (version, release) = (MumbleVersion::OURS, "a test".into());
        let login = Login { version, release, certificate: None, authenticate };
        let player = MumblePlayer::new(session.now, Arc::new(settings), &login);
        let user = session.add_guest(Listener { player, link: None, heard: 0, allocations: 0 });
        let lobby = Target::Room("lobby".into());
        session.natives[native].client.open_channel(lobby, ChannelProperties::default()).unwrap();

        let mut allocations = Vec::new();
        for _ in 0..=ROUNDS {
            (session.guests[user].allocations, session.guests[user].heard) = (0, 0);
            for _ in 0..FRAMES {
                session.speak_natively(native, &FRAME);
                session.wait(Duration::from_millis(20));
            }
            assert_eq!(session.guests[user].heard, FRAMES);
            allocations.push(session.guests[user].allocations);
        }
        // In the first round the user is introduced to the speaker, and every buffer grows to its final size.
        assert_eq!(allocations[1..].iter().min(), Some(&0), "{allocations:?}");
    });
}
