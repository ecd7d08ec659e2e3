//! The reliable part against another implementation of KCP, with the settings of stock ends, on simulated time.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::{Duration, Instant};

use consonance_kcp::{Arq, ArqSettings};
use consonance_transport::random::Random;

/// What is left of a datagram for KCP in generations with cookies.
const KCP_BYTES_MAX: usize = 1195;
/// How long anything may take.
const PATIENCE_MS: u64 = 120_000;

/// What the other implementation sends.
#[derive(Clone, Default)]
struct Sent(Rc<RefCell<Vec<Vec<u8>>>>);

impl Write for Sent {
    fn write(&mut self, datagram: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().push(datagram.to_vec());
        Ok(datagram.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One way of a network that loses datagrams and lets them overtake each other.
struct Way {
    loss: f64,
    random: Random,
    /// By arrival, and then by the order in which they were sent.
    datagrams: BTreeMap<(u64, u64), Vec<u8>>,
    sent: u64,
}

impl Way {
    fn new(loss: f64, seed: u64, name: &str) -> Self {
        Self { loss, random: Random::new(seed, name), datagrams: BTreeMap::new(), sent: 0 }
    }

    fn send(&mut self, now_ms: u64, datagram: Vec<u8>) {
        self.sent += 1;
        let arrives_ms = now_ms + 20 + (self.random.unit() * 40.0) as u64;
        if !self.random.chance(self.loss) {
            self.datagrams.insert((arrives_ms, self.sent), datagram);
        }
    }

    fn arrived(&mut self, now_ms: u64) -> Option<Vec<u8>> {
        let first = self.datagrams.first_entry()?;
        (first.key().0 <= now_ms).then(|| first.remove())
    }
}

struct Pair {
    start: Instant,
    ours: Arq,
    theirs: kcp::Kcp<Sent>,
    sent_by_them: Sent,
    to_us: Way,
    to_them: Way,
    we_got: Vec<Vec<u8>>,
    they_got: Vec<Vec<u8>>,
}

impl Pair {
    fn new(loss: f64, seed: u64) -> Self {
        let (start, sent_by_them) = (Instant::now(), Sent::default());
        let mut theirs = kcp::Kcp::new(0, sent_by_them.clone());
        theirs.set_mtu(KCP_BYTES_MAX).unwrap();
        theirs.set_nodelay(true, 10, 2, true);
        theirs.set_wndsize(4096, 4096);
        theirs.set_maximum_resend_times(40);
        Self {
            start,
            ours: Arq::new(start, KCP_BYTES_MAX, 0, ArqSettings::default()),
            theirs,
            sent_by_them,
            to_us: Way::new(loss, seed, "to us"),
            to_them: Way::new(loss, seed, "to them"),
            we_got: Vec::new(),
            they_got: Vec::new(),
        }
    }

    fn step(&mut self, now_ms: u64) {
        let now = self.start + Duration::from_millis(now_ms);
        while let Some(datagram) = self.to_us.arrived(now_ms) {
            assert!(self.ours.handle_segments(now, &datagram));
        }
        while let Some(datagram) = self.to_them.arrived(now_ms) {
            self.theirs.input(&datagram).unwrap();
        }
        let mut message = Vec::new();
        while self.ours.receive(&mut message).unwrap() {
            self.we_got.push(std::mem::take(&mut message));
        }
        while let Ok(bytes) = self.theirs.peeksize() {
            let mut message = vec![0; bytes];
            self.theirs.recv(&mut message).unwrap();
            self.they_got.push(message);
        }
        self.ours.flush(now, &[], |datagram| self.to_them.send(now_ms, datagram.to_vec()));
        self.theirs.update(now_ms as u32).unwrap();
        for datagram in self.sent_by_them.0.take() {
            self.to_us.send(now_ms, datagram);
        }
    }
}

#[test]
fn messages_of_all_sizes_arrive_both_ways_with_and_without_loss() {
    let sizes = |largest| (1..=100).map(|number| number * 61 % 4000 + 1).chain([1171, 1172, largest, 1]);
    let messages = |largest| sizes(largest).map(|size| vec![size as u8; size]).collect::<Vec<_>>();
    // Theirs sends at most 127 parts.
    let (ours, theirs) = (messages(297_434), messages(127 * 1171));
    for (loss, seed) in [(0.0, 1), (0.05, 2), (0.2, 3), (0.3, 4)] {
        let mut pair = Pair::new(loss, seed);
        for message in &ours {
            pair.ours.send(message).unwrap();
        }
        for message in &theirs {
            pair.theirs.send(message).unwrap();
        }
        let took = (0..PATIENCE_MS).step_by(5).find(|&now_ms| {
            pair.step(now_ms);
            pair.they_got.len() == ours.len() && pair.we_got.len() == theirs.len() && pair.ours.is_idle()
        });
        assert!(took.is_some(), "{} and {} arrived", pair.they_got.len(), pair.we_got.len());
        assert!(pair.they_got == ours && pair.we_got == theirs, "at a loss of {loss}");
        assert!(!pair.ours.is_dead() && !pair.theirs.is_dead_link());
    }
}
