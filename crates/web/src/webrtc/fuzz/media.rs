//! Packets of media, both ways, over a connection without offer and handshakes: dozens of
//! times as many as over one with.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use consonance_link::DisconnectReason;
use consonance_wire::fuzz_tape::Tape;
use str0m::ice::{StunMessage, TransId};
use str0m::media::Mid;
use str0m::net::Protocol;

use super::transparent::{self, TAG_BYTES};
use super::{identity, page, server};
use crate::webrtc::VOICE_BYTES_MAX;
use crate::webrtc::connection::direct::PAGE;
use crate::webrtc::connection::{Connection, ConnectionEvent, RtcVoice};
use crate::webrtc::settings::PeerLimits;

/// Steps of a page that talks and listens: packets of RTP and RTCP, good and bad, frames for its
/// slots, time. Nothing is encrypted.
///
/// # Panics
///
/// A rule is broken: a frame comes out that did not go in, a number is used twice, counters do not add up, another
/// address is answered, or what ends the connection is neither too much nor silence.
pub fn webrtc_media(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let mut fixture = Fixture::new();
    while !tape.is_empty() && fixture.end.is_none() {
        fixture.step(&mut tape);
        fixture.take();
    }
    fixture.check_counters();
}

const MICROPHONE: &str = "mic";
const SLOTS: [&str; 3] = ["0", "1", "2"];

/// The source of the page's microphone, until another one is tried.
const SOURCE: u32 = 0x1234_5678;

/// The number of Opus in what this server offers.
const OPUS: u8 = 111;

struct Fixture {
    now: Instant,
    connection: Connection,
    limits: PeerLimits,
    sequence: u16,
    time: u32,
    report: u32,
    /// All packets sent.
    sent: Vec<Vec<u8>>,
    heard: BTreeSet<u64>,
    dropped: u64,
    /// Frames that the connection has taken, and packets of the slots that have left.
    taken: u64,
    left: BTreeSet<(u32, u16)>,
    last_heard: Instant,
    end: Option<DisconnectReason>,
}

impl Fixture {
    fn new() -> Self {
        let now = Instant::now();
        let limits =
            PeerLimits { voice_packets_per_second_max: 100, excess_max: 20, ..PeerLimits::default() };
        let slots = SLOTS.map(Mid::from);
        let connection = Connection::without_offer(now, &identity(), &limits, MICROPHONE.into(), &slots);
        let mut fixture = Self {
            now,
            connection: connection.expect("cryptography that hides nothing does not fail"),
            limits,
            sequence: 1000,
            time: 0,
            report: 0,
            sent: Vec::new(),
            heard: BTreeSet::new(),
            dropped: 0,
            taken: 0,
            left: BTreeSet::new(),
            last_heard: now,
            end: None,
        };
        fixture.find_the_way();
        fixture
    }

    /// The page's check of its way here (RFC 8445, section 7.2), and its answer to the one in
    /// return, after which it is sent to.
    fn find_the_way(&mut self) {
        let own = self.connection.credentials();
        let names = format!("{}:{PAGE}", own.ufrag);
        let check = StunMessage::binding_request(&names, TransId::new(), true, 1, 1, true);
        let mut datagram = [0; 200];
        let proof =
            |key: &[u8], parts: &[&[u8]]| transparent::provider().sha1_hmac_provider.sha1_hmac(key, parts);
        let length =
            check.to_bytes(Some(own.pass.as_bytes()), &mut datagram, proof).expect("a check is short");
        self.receive(&datagram[..length]);
        let mut answers = Vec::new();
        while let Some(transmit) = self.connection.poll_transmit(self.now) {
            if let Some(check) =
                StunMessage::parse(&transmit.contents).ok().filter(StunMessage::is_binding_request)
            {
                let answer = StunMessage::binding_reply(check.trans_id(), server());
                let length = answer.to_bytes(None, &mut datagram, proof).expect("an answer is short");
                answers.push(datagram[..length].to_vec());
            }
        }
        assert_eq!(answers.len(), 1, "a check is answered with a check");
        self.receive(&answers[0]);
    }

    fn step(&mut self, tape: &mut Tape<'_>) {
        match tape.byte() % 8 {
            0 | 1 => {
                self.sequence = self.sequence.wrapping_add_signed(i16::from(tape.byte() as i8 / 8));
                self.time = self.time.wrapping_add_signed(i32::from(tape.byte() as i8) * 120);
                self.say(tape, SOURCE);
            }
            2 => {
                (self.sequence, self.time) = (tape.number(), u32::from(tape.number()) << 16);
                let source = SOURCE + u32::from(tape.byte() % 4);
                self.say(tape, source);
            }
            3 => self.report(tape),
            4 => {
                let head = [0x80 | tape.byte() & 0x3f, tape.byte()];
                self.receive(&[&head, tape.counted(), &[0; TAG_BYTES]].concat());
            }
            5 | 6 => self.hear(tape),
            _ => self.pass(Duration::from_millis(10) * u32::from(tape.byte())),
        }
    }

    /// A voice packet, nearly as a browser sends it (RFC 3550, section 5.1; RFC 8285, section 4.2).
    fn say(&mut self, tape: &mut Tape<'_>, source: u32) {
        let (how, payload) = (tape.byte(), tape.counted());
        let payload_type = if how & 0xc0 == 0xc0 { how & 0x7f } else { OPUS };
        let name = if how & 0x30 == 0x30 { SLOTS[0] } else { MICROPHONE };
        let mut packet = vec![0x90, payload_type | (how & 1) << 7];
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(self.time.to_be_bytes());
        packet.extend(source.to_be_bytes());
        let mut extensions = vec![0x40 | (name.len() - 1) as u8];
        extensions.extend(name.bytes());
        extensions.resize(extensions.len().next_multiple_of(4), 0);
        packet.extend([0xbe, 0xde, 0, (extensions.len() / 4) as u8]);
        packet.extend(extensions);
        packet.extend(payload);
        packet.extend([0; TAG_BYTES]);
        self.receive(&packet);
    }

    /// A report (RFC 3550, section 6.4), or several in one.
    fn report(&mut self, tape: &mut Tape<'_>) {
        let mut reports = Vec::new();
        for _ in 0..=tape.byte() % 3 {
            let (head, kind, words) = (tape.byte(), tape.byte(), tape.counted());
            let mut body = words.to_vec();
            body.resize(body.len().next_multiple_of(4), 0);
            // Sender reports, receiver reports, descriptions, goodbyes, feedback and the like, or anything.
            let kind = if kind < 200 { 200 + kind % 8 } else { kind };
            let length = if head & 0x20 == 0 { body.len() as u16 / 4 } else { u16::from(head) };
            reports.extend([0x80 | head & 0x1f, kind]);
            reports.extend(length.to_be_bytes());
            reports.extend(body);
        }
        self.report += 1;
        reports.extend([0; TAG_BYTES]);
        reports.extend((0x8000_0000 | self.report).to_be_bytes());
        self.receive(&reports);
    }

    /// A frame for one of the slots, or one more than there are.
    fn hear(&mut self, tape: &mut Tape<'_>) {
        let (slot, stream, samples) = (tape.byte() % 4, tape.byte() % 4, tape.pick(&[480, 960, 1920, 2880]));
        let sequence = u32::from(tape.number());
        let (slot, stream, payload) = (usize::from(slot), u64::from(stream), tape.counted());
        let voice = RtcVoice { slot, stream, sequence, samples, payload };
        if self.connection.send_voice(self.now, &voice) {
            assert!(slot < SLOTS.len() && !payload.is_empty() && payload.len() <= VOICE_BYTES_MAX);
            self.taken += 1;
        }
        self.connection.flush(self.now);
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.connection.handle_timeout(self.now);
    }

    fn receive(&mut self, datagram: &[u8]) {
        self.sent.push(datagram.to_vec());
        self.last_heard = self.now;
        self.connection.handle_datagram(self.now, Protocol::Udp, page(), server(), datagram);
    }

    fn take(&mut self) {
        while let Some(transmit) = self.connection.poll_transmit(self.now) {
            assert_eq!(transmit.destination, page(), "no other address is answered");
            self.check_left(&transmit.contents);
        }
        while let Some(event) = self.connection.poll_event() {
            assert!(self.end.is_none(), "nothing follows the end");
            match event {
                ConnectionEvent::Voice { sequence, time, payload } => {
                    assert!(!payload.is_empty(), "packet {sequence} says nothing");
                    assert!(self.was_said(sequence, time, &payload), "{sequence} at {time}: {payload:?}");
                    assert!(self.heard.insert(sequence), "packet {sequence} comes twice");
                }
                ConnectionEvent::Disconnected(reason) => self.end = Some(reason),
                other => panic!("{other:?} without a control channel"),
            }
        }
        let drops = self.connection.take_drops();
        self.dropped += drops.malformed + drops.too_many;
    }

    /// Whether a packet with this number and this time had this in it.
    fn was_said(&self, sequence: u64, time: u64, payload: &[u8]) -> bool {
        let label = [&(sequence as u16).to_be_bytes()[..], &(time as u32).to_be_bytes()].concat();
        let is_it = |sent: &Vec<u8>| {
            sent.get(2..8) == Some(&label) && sent.windows(payload.len()).any(|part| part == payload)
        };
        self.sent.iter().any(is_it)
    }

    /// Checks that packets of the slots leave without a repeated number (RFC 3550, section 5.1).
    fn check_left(&mut self, datagram: &[u8]) {
        assert!(datagram.len() <= VOICE_BYTES_MAX + 64, "{} bytes fit no datagram", datagram.len());
        let [_, kind, numbers @ ..] = datagram else { panic!("a datagram of no kind") };
        let is_voice = datagram[0] >> 6 == 2 && kind & 0x7f == OPUS;
        if let ([high, low, _, _, _, _, source @ ..], true) = (numbers, is_voice) {
            let source = source.first_chunk().copied().map_or(0, u32::from_be_bytes);
            assert!((1..=SLOTS.len() as u32).contains(&source), "{source} is no slot's");
            assert!(self.left.insert((source, u16::from_be_bytes([*high, *low]))), "a number is used twice");
        }
    }

    fn check_counters(&mut self) {
        assert!(self.heard.len() as u64 + self.dropped <= self.sent.len() as u64, "more came than was sent");
        match &self.end {
            None => assert_eq!(self.left.len() as u64, self.taken, "what was taken has left"),
            Some(DisconnectReason::TimedOut) => {
                assert!(self.now >= self.last_heard + self.limits.idle_timeout, "it was not silent");
            }
            Some(DisconnectReason::ProtocolViolated { .. }) => assert!(self.dropped > self.limits.excess_max),
            Some(reason) => panic!("media ends no connection: {reason}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Otherwise the target would test nothing.
    #[test]
    fn the_stage_of_media_carries_voice_both_ways() {
        let mut fixture = Fixture::new();
        for number in 0..3 {
            fixture.step(&mut Tape::new(&[0, 8, 8, 0, 2, b'h', number]));
            fixture.step(&mut Tape::new(&[5, 1, 0, 1, 0, number, 2, b'w', b'o']));
            fixture.pass(Duration::from_millis(20));
            fixture.take();
        }
        assert_eq!((fixture.heard.len(), fixture.left.len(), fixture.dropped), (3, 3, 0));
        fixture.check_counters();
    }

    #[test]
    fn a_packet_in_another_s_name_is_no_player_s_voice() {
        let mut fixture = Fixture::new();
        fixture.step(&mut Tape::new(&[0, 8, 8, 0x30, 1, b'h']));
        fixture.take();
        assert_eq!((fixture.heard.len(), fixture.dropped), (0, 1));
    }
}
