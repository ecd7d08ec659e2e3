//! Opus through the reference implementation, with its deep concealment and deep redundancy:
//! the only file that knows it.

use consonance_native::libopus::{Dred, EncoderOption, Error, LibopusDecoder, LibopusEncoder};

use super::coding::{Decoding, Encoding, Tuning};
use super::{EncoderSettings, RateMode};
use crate::codec::CodecError;

/// How far back descriptions are searched: by the time of a later packet, the frame has already been concealed.
const MOST_DESCRIBED_SAMPLES: u16 = crate::limits::TARGET_DELAY_SAMPLES_MAX as u16;

/// Descriptions come in steps of 40 ms, the first of which need not begin where the packet's own sound does.
const DESCRIPTION_STEP_SAMPLES: usize = 3_840;

#[derive(Debug)]
pub(super) struct LibopusEncoding {
    encoder: LibopusEncoder,
    lookahead_samples: usize,
}

pub(super) fn encoding(settings: EncoderSettings) -> Result<LibopusEncoding, CodecError> {
    let mut encoder = LibopusEncoder::new(settings.stereo).map_err(refused)?;
    for option in [
        EncoderOption::Music(settings.music),
        EncoderOption::Complexity(settings.complexity.min(10)),
        EncoderOption::DiscontinuousTransmission(settings.rate == RateMode::Discontinuous),
        EncoderOption::ConstantBitrate(settings.rate == RateMode::Constant),
    ] {
        encoder.set(option).map_err(refused)?;
    }
    let lookahead_samples = encoder.lookahead_samples();
    Ok(LibopusEncoding { encoder, lookahead_samples })
}

impl Encoding for LibopusEncoding {
    fn lookahead_samples(&self) -> usize {
        self.lookahead_samples
    }

    fn tune(&mut self, tuning: Tuning) {
        for option in [
            EncoderOption::Bitrate(tuning.bitrate_bps),
            EncoderOption::Copies(tuning.copies),
            EncoderOption::ExpectedLoss(tuning.expected_loss_percent),
            EncoderOption::Redundancy(tuning.described_tens_of_ms),
        ] {
            let set = self.encoder.set(option);
            debug_assert_eq!(set, Ok(()), "what is tuned is within the ranges of Opus");
        }
    }

    fn encode(&mut self, frame: &[f32], packet: &mut [u8]) -> Result<usize, CodecError> {
        self.encoder.encode(frame, packet).map_err(refused)
    }
}

#[derive(Debug)]
pub(super) struct LibopusDecoding {
    decoder: LibopusDecoder,
    channels: usize,
    dred: Dred,
}

impl LibopusDecoding {
    pub(super) fn new(stereo: bool) -> Result<Self, CodecError> {
        let decoder = LibopusDecoder::new(stereo).map_err(refused)?;
        Ok(Self { decoder, channels: 1 + usize::from(stereo), dred: Dred::new().map_err(refused)? })
    }

    fn fills(&self, decoded: Result<usize, Error>, frame: &[f32]) -> bool {
        decoded.is_ok_and(|samples| samples * self.channels == frame.len())
    }
}

impl Decoding for LibopusDecoding {
    fn decode(&mut self, packet: &[u8], frame: &mut [f32]) -> bool {
        let decoded = self.decoder.decode(packet, frame);
        self.fills(decoded, frame)
    }

    fn recover(&mut self, next_packet: &[u8], frame: &mut [f32]) -> bool {
        let decoded = self.decoder.recover(next_packet, frame);
        self.fills(decoded, frame)
    }

    fn described_samples(&mut self, packet: &[u8]) -> usize {
        self.dred.read(packet, MOST_DESCRIBED_SAMPLES)
    }

    fn recover_deep(&mut self, later_packet: &[u8], samples_before: usize, frame: &mut [f32]) -> bool {
        // Nothing is cached: the last parsed description is usually that of another packet, since packets keep
        // arriving.
        let most = samples_before.saturating_add(DESCRIPTION_STEP_SAMPLES);
        let most = u16::try_from(most).unwrap_or(u16::MAX).min(MOST_DESCRIBED_SAMPLES);
        if self.dred.read(later_packet, most) < samples_before {
            return false;
        }
        let decoded = self.decoder.recover_deep(&mut self.dred, samples_before, frame);
        self.fills(decoded, frame)
    }

    fn conceal(&mut self, frame: &mut [f32]) -> bool {
        let decoded = self.decoder.conceal(frame);
        self.fills(decoded, frame)
    }
}

fn refused(error: Error) -> CodecError {
    CodecError::Opus { what: error.to_string() }
}
