//! The cost of receiving a frame of voice: for a native player's client, and for a page's player, which adds slots and
//! messages to one. Prints both and the ratio.
//!
//! ```sh
//! cargo run --release -p consonance-browser --example listener_cost
//! ```
#![expect(clippy::print_stdout, reason = "what it measures is for a terminal")]

use std::error::Error as StdError;
use std::hint::black_box;
use std::time::{Duration, Instant as Clock};

use consonance_browser::{BrowserPlayer, BrowserSettings, PageLinkCommand};
use consonance_session::{
    ChannelProperties, Client, ClientSettings, Delivery, Instant, LinkId, Server, ServerSettings, Target,
};

type Error = Box<dyn StdError>;

const SPEAKER: LinkId = LinkId(1);
const NATIVE: LinkId = LinkId(2);
const PAGE: LinkId = LinkId(3);
const FRAMES: u64 = 200_000;
const ROUNDS: usize = 5;

fn main() -> Result<(), Error> {
    let (mut server, now) = (Server::new(ServerSettings::from_seed(1)), Instant::START);
    let mut speaker = Client::new(ClientSettings::new("speaker"));
    let mut native = Client::new(ClientSettings::new("native"));
    native.join_room("lobby")?;
    let mut page = BrowserPlayer::new(BrowserSettings {
        name: "page".to_owned(),
        session: "main".to_owned(),
        token: None,
        password: None,
        place: None,
        slots: 16,
        encrypts: false,
    });
    page.handle_message(now, r#"{"type":"listen","room":"lobby"}"#);
    for (client, link) in [(&mut speaker, SPEAKER), (&mut native, NATIVE)] {
        client.start();
        while client.poll_command().is_some() {}
        server.handle_connected(now, link);
        client.handle_connected(now, link);
    }
    assert_eq!(page.poll_command(), Some(PageLinkCommand::Open));
    server.handle_connected(now, PAGE);
    page.handle_connected(now);
    while carry(&mut server, &mut speaker, &mut native, &mut page) {}
    speaker.open_channel(Target::Room("lobby".into()), ChannelProperties::default())?;

    let (mut of_native, mut of_page) = (Duration::MAX, Duration::MAX);
    for round in 0..ROUNDS as u64 {
        let packets = spoken(&mut server, &mut speaker, round * FRAMES)?;
        of_native = of_native.min(timed(&packets, |at, packet| {
            native.handle_packet(at, NATIVE, Delivery::Unreliable, packet);
            while let Some(event) = native.poll_event() {
                black_box(&event);
            }
        }));
        of_page = of_page.min(timed(&packets, |at, packet| {
            page.handle_packet(at, Delivery::Unreliable, packet);
            while let Some(message) = page.poll_message() {
                black_box(&message);
            }
            while let Some(voice) = page.poll_voice() {
                black_box(&voice);
            }
        }));
    }
    let nanos = |total: Duration| total.as_nanos() as f64 / FRAMES as f64;
    println!("native listener {:6.1} ns per frame", nanos(of_native));
    println!("page            {:6.1} ns per frame", nanos(of_page));
    println!("ratio           {:6.2}", nanos(of_page) / nanos(of_native));
    Ok(())
}

/// Frames of a speaker as listeners receive them, with their times.
fn spoken(server: &mut Server, speaker: &mut Client, before: u64) -> Result<Vec<(Instant, Vec<u8>)>, Error> {
    let mut packets = Vec::new();
    for nth in before..before + FRAMES {
        let now = Instant::from_millis(20 * nth);
        speaker.handle_timeout(now);
        // Hybrid Opus of 24 kbit/s: a voice's loudness is read from its first bytes.
        let mut frame = [0x5A_u8; 60];
        frame[..10].copy_from_slice(&[0x78, 0xac, 0xe9, 0x20, 0xc9, 0xb9, 0x74, 0x84, 0xd6, nth as u8]);
        speaker.send_voice(&frame)?;
        while let Some(transmit) = speaker.poll_transmit() {
            let relayed = server.handle_packet(now, SPEAKER, transmit.delivery, transmit.payload);
            packets.extend(relayed.map(|relayed| (now, relayed.payload.to_vec())));
        }
        while server.poll_transmit().is_some() {}
    }
    Ok(packets)
}

fn timed(packets: &[(Instant, Vec<u8>)], mut take: impl FnMut(Instant, &[u8])) -> Duration {
    let begin = Clock::now();
    for (at, packet) in packets {
        take(*at, packet);
    }
    begin.elapsed()
}

/// Carries all packets of the handshake. False if there were none.
fn carry(server: &mut Server, speaker: &mut Client, native: &mut Client, page: &mut BrowserPlayer) -> bool {
    let (mut up, now) = (Vec::new(), Instant::START);
    for (client, link) in [(&mut *speaker, SPEAKER), (&mut *native, NATIVE)] {
        while let Some(transmit) = client.poll_transmit() {
            up.push((link, transmit.delivery, transmit.payload.to_vec()));
        }
    }
    while let Some((delivery, packet)) = page.poll_transmit() {
        up.push((PAGE, delivery, packet.to_vec()));
    }
    for (link, delivery, packet) in &up {
        let _ = server.handle_packet(now, *link, *delivery, packet);
        while let Some(transmit) = server.poll_transmit() {
            for to in transmit.to {
                match *to {
                    SPEAKER => speaker.handle_packet(now, *to, transmit.delivery, transmit.payload),
                    NATIVE => native.handle_packet(now, *to, transmit.delivery, transmit.payload),
                    _ => page.handle_packet(now, transmit.delivery, transmit.payload),
                }
            }
        }
    }
    !up.is_empty()
}
