//! Opus through the crate `opus-pure`: the only file that knows it.

use opus_pure::{Application, OpusDecoder, OpusEncoder, RateControl, Signal};

use super::coding::{Decoding, Encoding, Tuning};
use super::{EncoderSettings, RateMode};
use crate::block::SAMPLE_RATE_HZ;
use crate::codec::CodecError;

pub(super) fn encoding(settings: EncoderSettings) -> Result<OpusEncoder, CodecError> {
    let channels = 1 + usize::from(settings.stereo);
    let mut encoder = OpusEncoder::new(SAMPLE_RATE_HZ as i32, channels, Application::Audio)
        .map_err(|error| refused(&error))?;
    let is_constant = settings.rate == RateMode::Constant;
    encoder.rate_control = if is_constant { RateControl::Cbr } else { RateControl::Vbr };
    encoder.signal_type = settings.music.then_some(Signal::Music);
    encoder.complexity = i32::from(settings.complexity.min(10));
    encoder.use_dtx = settings.rate == RateMode::Discontinuous;
    Ok(encoder)
}

pub(super) fn decoding(stereo: bool) -> Result<OpusDecoder, CodecError> {
    OpusDecoder::new(SAMPLE_RATE_HZ as i32, 1 + usize::from(stereo)).map_err(|error| refused(&error))
}

impl Encoding for OpusEncoder {
    fn lookahead_samples(&self) -> usize {
        self.lookahead()
    }

    fn tune(&mut self, tuning: Tuning) {
        self.bitrate_bps = tuning.bitrate_bps;
        self.use_inband_fec = tuning.copies;
        self.packet_loss_perc = tuning.expected_loss_percent.into();
        if self.signal_type != Some(Signal::Music) {
            // Frames detected as music are encoded without copies, so detection is left on only where no copies are
            // needed.
            let is_protected = tuning.copies && tuning.expected_loss_percent > 0;
            self.signal_type = is_protected.then_some(Signal::Voice);
        }
    }

    fn encode(&mut self, frame: &[f32], packet: &mut [u8]) -> Result<usize, CodecError> {
        OpusEncoder::encode(self, frame, frame.len() / self.channels(), packet)
            .map_err(|error| refused(&error))
    }
}

impl Decoding for OpusDecoder {
    fn decode(&mut self, packet: &[u8], frame: &mut [f32]) -> bool {
        let samples = frame.len() / self.channels();
        OpusDecoder::decode(self, packet, samples, frame).is_ok_and(|decoded| decoded == samples)
    }

    fn recover(&mut self, next_packet: &[u8], frame: &mut [f32]) -> bool {
        let samples = frame.len() / self.channels();
        self.decode_fec(next_packet, samples, frame).is_ok_and(|decoded| decoded == samples)
    }

    fn described_samples(&mut self, _packet: &[u8]) -> usize {
        0
    }

    fn recover_deep(&mut self, _later_packet: &[u8], _samples_before: usize, _frame: &mut [f32]) -> bool {
        false
    }

    /// No bytes stand for a lost packet.
    fn conceal(&mut self, frame: &mut [f32]) -> bool {
        Decoding::decode(self, &[], frame)
    }
}

fn refused(error: &opus_pure::Error) -> CodecError {
    CodecError::Opus { what: error.to_string() }
}
