//! A speaker, a server and a listener on simulated time, with a bad network between the speaker and the server.

use consonance_link::impair::{Impairer, Impairment};
use consonance_session::{
    ChannelProperties, Client, ClientSettings, Delivery, Instant as SessionInstant, LinkCommand, LinkId,
    Server, ServerSettings, Target,
};

use super::*;

const SPEAKER: LinkId = LinkId(1);
const LISTENER: LinkId = LinkId(2);
const STEP: Duration = Duration::from_millis(5);
const FRAME: Duration = Duration::from_millis(20);

struct Call {
    start: Instant,
    now: Instant,
    speaker: Client,
    listener: Client,
    server: Server,
    up: Impairer<Vec<u8>>,
    quality: UplinkQuality,
    target: EncoderTarget,
}

impl Call {
    /// Both are in the lobby, and the speaker's uplink is unimpaired.
    fn new() -> Self {
        let start = Instant::now();
        let target =
            EncoderTarget { expected_loss_percent: 0, bitrate_bps: WANTED, redundancy: Redundancy::Fec };
        let mut call = Self {
            start,
            now: start,
            speaker: Client::new(ClientSettings::new("Alice")),
            listener: Client::new(ClientSettings::new("Bob")),
            server: Server::new(ServerSettings::from_seed(1)),
            up: Impairer::new(&Impairment::default()),
            quality: UplinkQuality::new(&encoder(0)),
            target,
        };
        call.listener.join_room("lobby").expect("one room");
        for (client, link) in [(&mut call.speaker, SPEAKER), (&mut call.listener, LISTENER)] {
            client.start();
            assert_eq!(client.poll_command(), Some(LinkCommand::Open));
            client.handle_connected(SessionInstant::START, link);
            call.server.handle_connected(SessionInstant::START, link);
        }
        let lobby = Target::Room("lobby".into());
        call.speaker.open_channel(lobby, ChannelProperties::default()).expect("one channel");
        (0..20).for_each(|_| call.carry());
        call
    }

    /// Impairs the uplink from now on.
    fn impair(&mut self, impairment: &Impairment) {
        self.up = Impairer::new(impairment);
    }

    /// Speaks for this long; returns the encoder targets, one each half second.
    fn speak(&mut self, span: Duration) -> Vec<EncoderTarget> {
        let end = self.now + span;
        let mut targets = Vec::new();
        while self.now < end {
            self.now += STEP;
            let since = self.now - self.start;
            self.speaker.handle_timeout(self.at());
            if since.as_millis().is_multiple_of(FRAME.as_millis()) {
                let bytes = self.target.bitrate_bps as usize / 8 / 50;
                self.speaker.send_voice(&vec![0; bytes]).expect("in the session");
            }
            self.carry();
            while let Some(event) = self.speaker.poll_event() {
                self.quality.follow(self.now, &event);
            }
            if since.as_millis().is_multiple_of(REPORT.as_millis()) {
                self.target = self.quality.update(self.now, &encoder(0), 0, None, &Statistics::default());
                targets.push(self.target);
            }
        }
        targets
    }

    fn at(&self) -> SessionInstant {
        SessionInstant::START + (self.now - self.start)
    }

    /// Delivers all packets; only the uplink takes time.
    fn carry(&mut self) {
        let at = self.at();
        while let Some(transmit) = self.speaker.poll_transmit() {
            self.up.push(self.now, transmit.delivery, transmit.payload.to_vec());
        }
        let mut arrived = Vec::new();
        while let Some((_, packet)) = self.up.pop(self.now) {
            arrived.push((SPEAKER, packet));
        }
        while let Some(transmit) = self.listener.poll_transmit() {
            arrived.push((LISTENER, transmit.payload.to_vec()));
        }
        for (link, packet) in arrived {
            if let Some(relayed) = self.server.handle_packet(at, link, Delivery::Unreliable, &packet) {
                assert_eq!(relayed.to, [LISTENER]);
                self.listener.handle_packet(at, LISTENER, relayed.delivery, relayed.payload);
            }
        }
        self.server.handle_timeout(at);
        while let Some(transmit) = self.server.poll_transmit() {
            for link in transmit.to {
                let client = if *link == SPEAKER { &mut self.speaker } else { &mut self.listener };
                client.handle_packet(at, *link, transmit.delivery, transmit.payload);
            }
        }
        while self.listener.poll_event().is_some() {}
    }
}

#[test]
fn a_way_that_loses_a_fifth_by_chance_is_answered_with_copies_within_two_seconds_and_not_with_fewer_bits() {
    let mut call = Call::new();
    call.speak(Duration::from_secs(2));
    assert_eq!(
        call.target,
        EncoderTarget { expected_loss_percent: 0, bitrate_bps: WANTED, redundancy: Redundancy::Fec }
    );
    let lossy = Impairment {
        loss_percent: 20.0,
        delay: Duration::from_millis(30),
        jitter: Duration::from_millis(40),
        seed: 1,
        ..Impairment::default()
    };
    call.impair(&lossy);
    call.speak(Duration::from_secs(2));
    assert!((12..=28).contains(&call.target.expected_loss_percent), "{:?}", call.target);
    let targets = call.speak(Duration::from_mins(1));
    let mean =
        targets.iter().map(|target| usize::from(target.expected_loss_percent)).sum::<usize>() / targets.len();
    assert!((18..=22).contains(&mean), "{mean} %");
    assert!(targets.iter().all(|target| target.bitrate_bps == WANTED), "{targets:?}");
    call.impair(&Impairment::default());
    call.speak(Duration::from_secs(5));
    assert!(call.target.expected_loss_percent <= 2, "{:?}", call.target);
}

#[test]
fn a_way_that_is_too_narrow_is_answered_with_fewer_bits_which_come_back_when_it_is_wide_again() {
    let mut call = Call::new();
    call.speak(Duration::from_secs(2));
    // 24 kbit/s of voice are 32 with the protocol's overhead; 14 kbit/s would fit.
    let narrow = Impairment { rate_limit_bits_per_s: Some(22_000), ..Impairment::default() };
    call.impair(&narrow);
    let targets = call.speak(Duration::from_secs(8));
    let fits = targets.iter().position(|target| target.bitrate_bps < 14_000);
    assert!(fits.is_some_and(|report| report <= 10), "{targets:?}");
    // It tries a higher rate now and then, but seldom keeps it.
    let targets = call.speak(Duration::from_mins(3));
    let too_many = targets.iter().filter(|target| target.bitrate_bps > 14_000).count();
    assert!(too_many * 4 < targets.len(), "{too_many} of {}", targets.len());
    let downs = targets.windows(2).filter(|pair| pair[1].bitrate_bps < pair[0].bitrate_bps).count();
    assert!((1..=10).contains(&downs), "{downs} steps down");
    call.impair(&Impairment::default());
    call.speak(Duration::from_secs(90));
    assert_eq!(call.target.bitrate_bps, WANTED);
}
