//! Decoding of packets into frames, and concealment of missing packets.
#![expect(unsafe_code, reason = "calls libopus")]

use std::ffi::c_int;
use std::ptr;

use opusic_sys as sys;

use crate::libopus::SAMPLE_RATE_HZ;
use crate::libopus::dred::Dred;
use crate::libopus::error::Error;
use crate::libopus::state::State;

/// From this complexity on, a decoder conceals with its neural network rather than by repetition (libopus 1.5 and
/// later). Higher values would have no effect here.
const DEEP_CONCEALMENT_COMPLEXITY: c_int = 5;

/// Decodes one voice to mono or stereo at 48 kHz. Lost frames are concealed by a neural network (deep concealment).
///
/// Numbers of samples are of one channel.
#[derive(Debug)]
pub struct LibopusDecoder {
    state: State<sys::OpusDecoder>,
    /// 1 or 2.
    channels: usize,
}

impl LibopusDecoder {
    /// A decoder in its initial state. With `stereo`, frames have two channels, interleaved, the left one first.
    ///
    /// # Errors
    /// If memory cannot be allocated.
    pub fn new(stereo: bool) -> Result<Self, Error> {
        // SAFETY: `code` is a valid place for the error code for the duration of the call.
        let create =
            |code| unsafe { sys::opus_decoder_create(SAMPLE_RATE_HZ, 1 + c_int::from(stereo), code) };
        let state = State::new(create, sys::opus_decoder_destroy)?;
        let mut decoder = Self { state, channels: 1 + usize::from(stereo) };
        // SAFETY: this request takes one int.
        let result = unsafe {
            let state = decoder.state.as_mut();
            sys::opus_decoder_ctl(state, sys::OPUS_SET_COMPLEXITY_REQUEST, DEEP_CONCEALMENT_COMPLEXITY)
        };
        Error::check(result)?;
        Ok(decoder)
    }

    /// Decodes a packet into the front of `frame` and returns how many samples it held.
    ///
    /// # Errors
    /// If the packet is empty, damaged, or longer than the frame.
    pub fn decode(&mut self, packet: &[u8], frame: &mut [f32]) -> Result<usize, Error> {
        self.decode_from(packet, frame, false)
    }

    /// Fills `frame`, the one before the packet's own, from the copy in it; what the copy does not cover is concealed.
    ///
    /// # Errors
    /// If the packet is empty or damaged, or the frame is not a multiple of 2.5 ms.
    pub fn recover(&mut self, next_packet: &[u8], frame: &mut [f32]) -> Result<usize, Error> {
        self.decode_from(next_packet, frame, true)
    }

    /// Fills `frame`, which begins `samples_before` samples before the packet that `dred` was read from, from that
    /// description.
    ///
    /// # Errors
    /// If the description does not reach that far, or the frame is not a multiple of 2.5 ms.
    pub fn recover_deep(
        &mut self,
        dred: &mut Dred,
        samples_before: usize,
        frame: &mut [f32],
    ) -> Result<usize, Error> {
        if samples_before > dred.reach_samples() {
            return Err(Error::BAD_ARGUMENT);
        }
        dred.prepare()?;
        let offset = Error::length(samples_before)?;
        let samples = Error::length(frame.len() / self.channels)?;
        let contents = dred.contents.as_ref();
        // SAFETY: the contents are prepared; of all channels, at most as many samples are written as the slice has.
        let result = unsafe {
            sys::opus_decoder_dred_decode_float(
                self.state.as_mut(),
                contents,
                offset,
                frame.as_mut_ptr(),
                samples,
            )
        };
        Error::check(result)
    }

    /// Fills `frame` with a plausible continuation.
    ///
    /// # Errors
    /// If the frame is empty or not a multiple of 2.5 ms.
    pub fn conceal(&mut self, frame: &mut [f32]) -> Result<usize, Error> {
        let samples = Error::length(frame.len() / self.channels)?;
        // SAFETY: no packet, zero bytes; of all channels, at most as many samples are written as the slice has.
        let result = unsafe {
            sys::opus_decode_float(self.state.as_mut(), ptr::null(), 0, frame.as_mut_ptr(), samples, 0)
        };
        Error::check(result)
    }

    fn decode_from(&mut self, packet: &[u8], frame: &mut [f32], copy: bool) -> Result<usize, Error> {
        // libopus treats an empty packet as a lost one.
        if packet.is_empty() {
            return Err(Error::BAD_ARGUMENT);
        }
        let bytes = Error::length(packet.len())?;
        let samples = Error::length(frame.len() / self.channels)?;
        // SAFETY: as many bytes are read as the packet has, and of all channels at most as many samples are written as
        // the frame has.
        let result = unsafe {
            sys::opus_decode_float(
                self.state.as_mut(),
                packet.as_ptr(),
                bytes,
                frame.as_mut_ptr(),
                samples,
                copy.into(),
            )
        };
        Error::check(result)
    }
}
