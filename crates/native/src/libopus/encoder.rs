//! Encoding of frames into packets.
#![expect(unsafe_code, reason = "calls libopus")]

use std::ffi::c_int;

use opusic_sys as sys;

use crate::libopus::SAMPLE_RATE_HZ;
use crate::libopus::error::Error;
use crate::libopus::state::State;

/// Encodes one voice at 48 kHz, mono or stereo.
#[derive(Debug)]
pub struct LibopusEncoder {
    state: State<sys::OpusEncoder>,
    /// 1 or 2.
    channels: usize,
}

/// Options that can be set at any time, for the frames from then on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncoderOption {
    /// Mean bit rate in bit/s, 500 to 510 000.
    Bitrate(i32),
    /// Whether all packets of a bit rate have the same size.
    ConstantBitrate(bool),
    /// The effort of the encoder, 0 to 10.
    Complexity(u8),
    /// Whether the input is music rather than a voice.
    Music(bool),
    /// Packets carry a coarse copy of the frame before.
    Copies(bool),
    /// The expected loss, in percent of packets: how much room copies or redundancy get.
    ExpectedLoss(u8),
    /// Packets of silence are a byte or two long.
    DiscontinuousTransmission(bool),
    /// How much of the sound before it a packet describes (DRED), in units of 10 ms, 0 to 104. It needs expected loss,
    /// a bit rate well above 12 kbit/s, and no copies.
    Redundancy(u8),
}

impl LibopusEncoder {
    /// An encoder in its initial state. With `stereo`, frames have two channels, interleaved, the left one first.
    ///
    /// # Errors
    /// If memory cannot be allocated.
    pub fn new(stereo: bool) -> Result<Self, Error> {
        // SAFETY: `code` is a valid place for the error code for the duration of the call.
        let create = |code| unsafe {
            sys::opus_encoder_create(
                SAMPLE_RATE_HZ,
                1 + c_int::from(stereo),
                sys::OPUS_APPLICATION_AUDIO,
                code,
            )
        };
        let state = State::new(create, sys::opus_encoder_destroy)?;
        Ok(Self { state, channels: 1 + usize::from(stereo) })
    }

    /// Changes one option.
    ///
    /// # Errors
    /// If the value is out of its range.
    pub fn set(&mut self, option: EncoderOption) -> Result<(), Error> {
        let (request, value) = match option {
            EncoderOption::Bitrate(bits_per_second) => (sys::OPUS_SET_BITRATE_REQUEST, bits_per_second),
            EncoderOption::ConstantBitrate(on) => (sys::OPUS_SET_VBR_REQUEST, (!on).into()),
            EncoderOption::Complexity(level) => (sys::OPUS_SET_COMPLEXITY_REQUEST, level.into()),
            EncoderOption::Music(true) => (sys::OPUS_SET_SIGNAL_REQUEST, sys::OPUS_SIGNAL_MUSIC),
            EncoderOption::Music(false) => (sys::OPUS_SET_SIGNAL_REQUEST, sys::OPUS_SIGNAL_VOICE),
            EncoderOption::Copies(on) => (sys::OPUS_SET_INBAND_FEC_REQUEST, on.into()),
            EncoderOption::ExpectedLoss(percent) => (sys::OPUS_SET_PACKET_LOSS_PERC_REQUEST, percent.into()),
            EncoderOption::DiscontinuousTransmission(on) => (sys::OPUS_SET_DTX_REQUEST, on.into()),
            EncoderOption::Redundancy(tens_of_ms) => (sys::OPUS_SET_DRED_DURATION_REQUEST, tens_of_ms.into()),
        };
        let value: c_int = value;
        // SAFETY: each of these requests takes one int.
        let result = unsafe { sys::opus_encoder_ctl(self.state.as_mut(), request, value) };
        Error::check(result).map(drop)
    }

    /// The delay of the decoded sound relative to the input, in samples.
    pub fn lookahead_samples(&mut self) -> usize {
        let mut samples: c_int = 0;
        // SAFETY: this request takes one pointer to an int, which is valid for the duration of the call.
        let result = unsafe {
            sys::opus_encoder_ctl(self.state.as_mut(), sys::OPUS_GET_LOOKAHEAD_REQUEST, &raw mut samples)
        };
        Error::check(result).and_then(|_| Error::check(samples)).unwrap_or(0)
    }

    /// Encodes a frame of 2.5 to 120 ms into the front of `packet` and returns how many bytes it took.
    ///
    /// # Errors
    /// If Opus does not support the frame's length, or the packet is too short.
    pub fn encode(&mut self, frame: &[f32], packet: &mut [u8]) -> Result<usize, Error> {
        let samples = Error::length(frame.len() / self.channels)?;
        let bytes = Error::length(packet.len())?;
        // SAFETY: of all channels, no more samples are read and no more bytes are written than the slices have.
        let result = unsafe {
            sys::opus_encode_float(self.state.as_mut(), frame.as_ptr(), samples, packet.as_mut_ptr(), bytes)
        };
        Error::check(result)
    }
}
