//! A network that loses a fifth of all datagrams in each direction.

use std::time::{Duration, Instant};

use consonance_link::{ClientNetwork as _, Delivery, ServerNetwork as _};

use crate::webrtc_network::support::{self, Table};
use crate::webrtc_network::udp_relay::UdpRelay;

/// SCTP waits at least a second before it retransmits, and twice as long after each loss (RFC 9260, section 6.3.3):
/// five losses of the same message in a row take 31 s, and one try in three loses the message or its acknowledgement.
const PATIENCE: Duration = Duration::from_mins(5);

#[test]
fn with_a_fifth_of_all_datagrams_lost_everything_reliable_arrives_in_order() {
    const WORDS: usize = 100;
    let signalling = support::signalling();
    let relay = UdpRelay::unaimed();
    relay.lose(20);
    let mut settings = support::host_settings(&signalling);
    settings.announced = vec![relay.address()];
    let host = support::host(settings);
    relay.aim(host.local_addr());
    let mut table = Table::new(host);
    let player = table.join(support::client_settings(&signalling));
    table.until_within(PATIENCE, "the player is in", |table| table.connected[player]);
    let peer = table.came[0].0;
    let words: Vec<Vec<u8>> = (0..WORDS).map(|number| format!("word {number}").into_bytes()).collect();
    for word in &words {
        table.players[player].send(Instant::now(), Delivery::Reliable, word);
        table.host.send(Instant::now(), &[peer], Delivery::Reliable, word);
    }
    let mut voices = 0;
    table.until_within(PATIENCE, "all words arrive, and voice in spite of it", |table| {
        table.players[player].send(Instant::now(), Delivery::Unreliable, b"voice");
        voices = table.host_heard.iter().filter(|(_, delivery, _)| *delivery == Delivery::Unreliable).count();
        table.heard[player].len() >= WORDS && table.host_heard.len() - voices >= WORDS && voices >= 20
    });
    let is_word = |(_, delivery, _): &&(_, Delivery, _)| *delivery == Delivery::Reliable;
    let arrived = table.host_heard.iter().filter(is_word).map(|(_, _, word)| word);
    assert!(arrived.eq(&words) && table.heard[player] == words, "they came in another order, or others came");
    table.players[player].disconnect(Instant::now());
    table.until_within(PATIENCE, "both hear of its end", |table| {
        table.ends[player].is_some() && table.went.len() == 1
    });
}
