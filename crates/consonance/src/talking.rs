//! My own voice: input, frames, encoder, and the channels that the game wants open.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use consonance_audio::{BLOCK_SAMPLES, Encoder, FrameSize, Framer, Input, ReadOutcome, SAMPLE_RATE_HZ};
use consonance_session::{ChannelId, ChannelProperties, Client, Target};

use crate::channel::Channel;
use crate::trace::FrameTrace;

/// Opus never makes a frame of speech longer than this at the bit rates in use; the protocol has room for a little
/// less than 1000 bytes.
const MAX_FRAME_BYTES: usize = 960;

/// Turns blocks of the input into frames on the channels. Channels are open in the session while there is input.
pub(crate) struct Talking {
    input: Option<Box<dyn Input>>,
    /// The input waits for the first roster: before it nobody is known to listen.
    may_begin: bool,
    framer: Framer,
    encoder: Box<dyn Encoder>,
    channels: BTreeMap<Channel, Wish>,
    packet: Vec<u8>,
}

/// A channel that the game opened.
struct Wish {
    target: Target,
    properties: ChannelProperties,
    open: Option<ChannelId>,
}

/// What one beat led to.
#[derive(Debug, Default)]
pub(crate) struct Spoken {
    pub(crate) frame: Option<FrameTrace>,
    pub(crate) problem: Option<String>,
}

impl Talking {
    pub(crate) fn new(frame: FrameSize, encoder: Box<dyn Encoder>, input: Option<Box<dyn Input>>) -> Self {
        Self {
            input,
            may_begin: false,
            framer: Framer::new(frame),
            encoder,
            channels: BTreeMap::new(),
            packet: vec![0; MAX_FRAME_BYTES],
        }
    }

    /// Speaks with this input from now on.
    pub(crate) fn set_input(&mut self, input: Box<dyn Input>, client: &mut Client) -> Option<String> {
        self.input = Some(input);
        self.framer.clear();
        self.open_all(client)
    }

    /// The roster is here: listeners are known.
    pub(crate) fn begin(&mut self, client: &mut Client) -> Option<String> {
        self.may_begin = true;
        self.open_all(client)
    }

    /// A channel that is wanted from the beginning.
    pub(crate) fn add(&mut self, channel: Channel, target: Target, properties: ChannelProperties) {
        self.channels.insert(channel, Wish { target, properties, open: None });
    }

    pub(crate) fn open(
        &mut self,
        channel: Channel,
        target: Target,
        properties: ChannelProperties,
        client: &mut Client,
    ) -> Option<String> {
        self.add(channel, target, properties);
        self.open_all(client)
    }

    pub(crate) fn set(&mut self, channel: Channel, properties: ChannelProperties, client: &mut Client) {
        let Some(wish) = self.channels.get_mut(&channel) else { return };
        wish.properties = properties;
        if let Some(open) = wish.open {
            client.set_channel(open, properties);
        }
    }

    pub(crate) fn close(&mut self, channel: Channel, client: &mut Client) {
        if let Some(Wish { open: Some(open), .. }) = self.channels.remove(&channel) {
            client.close_channel(open);
        }
    }

    pub(crate) fn set_expected_loss(&mut self, percent: u8) {
        self.encoder.set_expected_loss(percent);
    }

    /// One beat: reads 10 ms that were recorded until `now`, and sends the frame that they fill.
    pub(crate) fn beat(&mut self, now: Instant, client: &mut Client) -> Spoken {
        let Some(input) = self.input.as_mut().filter(|_| self.may_begin) else { return Spoken::default() };
        let mut block = [0.0; BLOCK_SAMPLES];
        match input.read(&mut block) {
            ReadOutcome::Block => {
                let mut samples = &block[..];
                match self.framer.fill(&mut samples) {
                    Some(frame) => {
                        send(&mut *self.encoder, frame, frame.len(), now, &mut self.packet, client)
                    }
                    None => Spoken::default(),
                }
            }
            ReadOutcome::Ended => self.end(now, client),
        }
    }

    /// The input is used up: closes every channel, with one more frame that says so.
    fn end(&mut self, now: Instant, client: &mut Client) -> Spoken {
        self.input = None;
        for open in self.channels.values_mut().filter_map(|wish| wish.open.take()) {
            client.close_channel(open);
        }
        let spoken = self.framer.pending_samples();
        let silence = vec![0.0; self.encoder.frame_samples()];
        let last = self.framer.flush().unwrap_or(&silence);
        send(&mut *self.encoder, last, spoken, now, &mut self.packet, client)
    }

    /// Opens in the session what the game wants open, as soon as there is something to say.
    fn open_all(&mut self, client: &mut Client) -> Option<String> {
        if self.input.is_none() || !self.may_begin {
            return None;
        }
        let mut problem = None;
        for wish in self.channels.values_mut().filter(|wish| wish.open.is_none()) {
            match client.open_channel(wish.target.clone(), wish.properties) {
                Ok(open) => wish.open = Some(open),
                Err(error) => problem = Some(error.to_string()),
            }
        }
        problem
    }
}

/// Encodes and sends a frame of which the last `spoken` samples before `now` are the beginning.
fn send(
    encoder: &mut dyn Encoder,
    frame: &[f32],
    spoken: usize,
    now: Instant,
    packet: &mut [u8],
    client: &mut Client,
) -> Spoken {
    if !client.has_channels() {
        return Spoken::default();
    }
    let bytes = match encoder.encode(frame, packet) {
        Ok(bytes) => bytes,
        Err(error) => return Spoken { frame: None, problem: Some(error.to_string()) },
    };
    let sequence = client.next_sequence();
    match client.send_voice(&packet[..bytes]) {
        Ok(listeners) if listeners > 0 => {
            let length = Duration::from_micros(spoken as u64 * 1_000_000 / u64::from(SAMPLE_RATE_HZ));
            let spoken_at = now.checked_sub(length).unwrap_or(now);
            Spoken { frame: Some(FrameTrace::Sent { sequence, spoken_at, listeners }), problem: None }
        }
        // Nobody listens, or no session just now: the frame is lost, as voice is.
        Ok(_) | Err(consonance_session::VoiceError::NotJoined) => Spoken::default(),
        Err(error) => Spoken { frame: None, problem: Some(error.to_string()) },
    }
}
