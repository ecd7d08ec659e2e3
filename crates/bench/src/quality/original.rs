//! A model of the original's buffer, as in the specification (features, A14), for comparison.
//!
//! * An utterance starts one delay after its first packet, and keeps that delay: between 100 ms while nothing is known
//!   and 2.5 standard deviations of the arrivals once 128 packets were seen, at least one and a half frames.
//!   We take the deviation within each utterance, which gives the shorter delay.
//! * If more than three delays and 33 ms are buffered at the start, the excess over one delay is decoded and discarded.
//! * If the sound is 29 ms or more off its ideal place, it is resampled, by up to 15 %; a second behind, it skips.
//! * A missing frame is recovered if the next packet is there, concealed if not; after eight in a row the
//!   expected frame goes back by three.
//! * The first and the last frame are ramps.
//!
//! Sound is requested every 10 ms, which is kinder than what the game engine does.

mod arrival_jitter;
mod playback_rate;

use std::collections::BTreeMap;
use std::error::Error;

use consonance::audio::{BLOCK_SAMPLES, DecodedAs, Decoder, OpusDecoder, Source};

use crate::offline_call::{Arrival, Call, Heard, HeardFrame};
use arrival_jitter::ArrivalJitter;
use playback_rate::PlaybackRate;

const BLOCK: u64 = BLOCK_SAMPLES as u64;

/// If more than three delays and this (33 ms) are buffered at the start, sound is discarded.
const OVERSIZE_SAMPLES: u64 = 1_584;

/// After more reads without a packet than this …
const EMPTY_READS: u32 = 8;

/// … the expected frame goes back by this many.
const STEP_BACK_FRAMES: u32 = 3;

/// Plays a call and records what was heard.
pub(super) fn listen(call: &Call) -> Result<Heard, Box<dyn Error>> {
    let mut decoder = OpusDecoder::new(call.frame)?;
    let mut jitter = ArrivalJitter::default();
    let mut heard = Heard { sound: vec![0.0; call.ends() as usize], ..Heard::default() };
    for utterance in 0..call.utterances.len() {
        let mut session = Session::new(call, utterance, &mut decoder, &mut jitter);
        session.play(&mut heard)?;
    }
    Ok(heard)
}

/// One utterance at the listener.
struct Session<'a> {
    call: &'a Call,
    utterance: usize,
    decoder: &'a mut OpusDecoder,
    jitter: &'a mut ArrivalJitter,
    queue: BTreeMap<u32, &'a [u8]>,
    /// The next frame to read, and the last one.
    expected: u32,
    last: u32,
    first_read: bool,
    empty_reads: u32,
    rate: PlaybackRate,
    /// Sound that is decoded but not yet played.
    decoded: Vec<f32>,
}

impl<'a> Session<'a> {
    fn new(
        call: &'a Call,
        utterance: usize,
        decoder: &'a mut OpusDecoder,
        jitter: &'a mut ArrivalJitter,
    ) -> Self {
        let last = call.utterances[utterance].arrivals.iter().rposition(Option::is_some).unwrap_or(0);
        Self {
            call,
            utterance,
            decoder,
            jitter,
            queue: BTreeMap::new(),
            expected: 0,
            last: last as u32,
            first_read: true,
            empty_reads: 0,
            rate: PlaybackRate::default(),
            decoded: Vec::new(),
        }
    }

    fn play(&mut self, heard: &mut Heard) -> Result<(), Box<dyn Error>> {
        let mut arrivals = self.call.arrivals();
        arrivals.retain(|arrival| arrival.utterance == self.utterance);
        let Some(first) = arrivals.first().map(|first| first.at) else { return Ok(()) };
        let mut arrivals = arrivals.into_iter().peekable();
        let mut started = None;
        let mut now = first.next_multiple_of(BLOCK);
        while (now as usize) < heard.sound.len() && (self.expected <= self.last || !self.decoded.is_empty()) {
            while let Some(arrival) = arrivals.next_if(|arrival| arrival.at <= now) {
                self.receive(arrival, heard);
            }
            if started.is_none() && now >= first + self.delay() {
                self.start()?;
                started = Some(now);
            }
            if let Some(started) = started {
                self.read(now, now - started, heard)?;
            }
            now += BLOCK;
        }
        Ok(())
    }

    fn receive(&mut self, arrival: Arrival, heard: &mut Heard) {
        let Arrival { at, utterance, sequence } = arrival;
        let spoken = u64::from(sequence) * self.call.frame.samples() as u64;
        self.jitter.note(utterance, at as i64 - spoken as i64);
        if sequence < self.expected {
            heard.statistics.arrivals.late += 1;
        } else {
            self.queue.insert(sequence, &self.call.utterances[utterance].packets[sequence as usize]);
        }
    }

    fn delay(&self) -> u64 {
        self.jitter.delay_samples(self.call.frame.samples() as u64)
    }

    /// Begins with the first buffered frame, and discards excess sound.
    fn start(&mut self) -> Result<(), Box<dyn Error>> {
        let samples = self.call.frame.samples();
        self.expected = self.queue.keys().next().copied().unwrap_or(0);
        let buffered = |session: &Self| (session.queue.len() * samples) as u64;
        if buffered(self) > 3 * self.delay() + OVERSIZE_SAMPLES {
            let mut discarded = vec![0.0; samples];
            while buffered(self) > self.delay() {
                self.decode_next(&mut discarded)?;
            }
        }
        Ok(())
    }

    /// Fills the block at `now` with as much sound as the rate asks for, `elapsed` samples after the start.
    fn read(&mut self, now: u64, elapsed: u64, heard: &mut Heard) -> Result<(), Box<dyn Error>> {
        let frame_samples = self.call.frame.samples();
        let (skip, wanted) = self.rate.next_block(elapsed);
        self.expected = self.expected.saturating_add((skip / frame_samples as u64) as u32);
        while self.decoded.len() < wanted && self.expected <= self.last {
            let at = now + self.decoded.len() as u64;
            let sequence = self.expected;
            let mut frame = vec![0.0; frame_samples];
            let how = self.decode_next(&mut frame)?;
            self.ramp(sequence, &mut frame);
            self.decoded.extend(frame);
            heard.frames.push(HeardFrame { utterance: self.utterance, sequence, at, how });
        }
        let taken: Vec<f32> = self.decoded.drain(..wanted.min(self.decoded.len())).collect();
        for (i, sample) in heard.sound[now as usize..].iter_mut().take(BLOCK_SAMPLES).enumerate() {
            *sample = at_fraction(&taken, i as f64 * wanted as f64 / BLOCK_SAMPLES as f64);
        }
        Ok(())
    }

    /// Decodes, recovers or conceals the expected frame.
    fn decode_next(&mut self, frame: &mut [f32]) -> Result<DecodedAs, Box<dyn Error>> {
        let packet = self.queue.remove(&self.expected);
        let next = self.queue.get(&(self.expected + 1)).copied();
        self.empty_reads = if packet.is_some() { 0 } else { self.empty_reads + 1 };
        let source = match (packet, next) {
            (Some(packet), _) => Source::Packet(packet),
            (None, Some(next)) => Source::Recover { packet: next, ahead: 1 },
            (None, None) => Source::Conceal,
        };
        let how = self.decoder.decode(source, frame)?;
        self.expected += 1;
        if self.empty_reads > EMPTY_READS {
            self.expected = self.expected.saturating_sub(STEP_BACK_FRAMES);
            self.empty_reads = 0;
        }
        Ok(how)
    }

    /// Applies ramps to the first and the last frame.
    fn ramp(&mut self, sequence: u32, frame: &mut [f32]) {
        let first = std::mem::take(&mut self.first_read);
        let last = sequence == self.last;
        let length = frame.len() as f32;
        for (i, sample) in frame.iter_mut().enumerate() {
            let place = i as f32 / length;
            *sample *= if first { place } else { 1.0 } * if last { 1.0 - place } else { 1.0 };
        }
    }
}

/// Interpolates linearly between two samples.
fn at_fraction(sound: &[f32], place: f64) -> f32 {
    let sample = |i: usize| sound.get(i).copied().unwrap_or(0.0);
    let whole = place as usize;
    let fraction = place.fract() as f32;
    sample(whole) + fraction * (sample(whole + 1) - sample(whole)) * f32::from(u8::from(fraction > 0.0))
}
