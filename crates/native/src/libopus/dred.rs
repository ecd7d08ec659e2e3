//! Deep redundancy (DRED): a packet's description of the sound before it, in the padding that old decoders skip.
#![expect(unsafe_code, reason = "calls libopus")]

use std::ffi::c_int;

use opusic_sys as sys;

use crate::libopus::SAMPLE_RATE_HZ;
use crate::libopus::error::Error;
use crate::libopus::state::State;

/// The redundancy of one packet at a time, read from it but not yet turned into sound.
#[derive(Debug)]
pub struct Dred {
    reader: State<sys::OpusDREDDecoder>,
    pub(crate) contents: State<sys::OpusDRED>,
    /// How far before its packet the contents begin; 0 if there are none.
    reach_samples: usize,
}

impl Dred {
    /// Without contents yet.
    ///
    /// # Errors
    /// If memory cannot be allocated.
    pub fn new() -> Result<Self, Error> {
        // SAFETY: `code` is a valid place for the error code for the duration of the call.
        let reader = |code| unsafe { sys::opus_dred_decoder_create(code) };
        // SAFETY: as above.
        let contents = |code| unsafe { sys::opus_dred_alloc(code) };
        Ok(Self {
            reader: State::new(reader, sys::opus_dred_decoder_destroy)?,
            contents: State::new(contents, sys::opus_dred_free)?,
            reach_samples: 0,
        })
    }

    /// Reads a packet and returns how many samples before its own it describes, searching for no more than about
    /// `most`; 0 if none, or if the packet is damaged.
    pub fn read(&mut self, packet: &[u8], most: u16) -> usize {
        self.reach_samples = self.parse(packet, most).unwrap_or(0);
        self.reach_samples
    }

    /// How many samples before its own the last packet read describes.
    pub(crate) fn reach_samples(&self) -> usize {
        self.reach_samples
    }

    fn parse(&mut self, packet: &[u8], most: u16) -> Result<usize, Error> {
        let bytes = Error::length(packet.len())?;
        let mut silent_samples: c_int = 0;
        // SAFETY: as many bytes are read as the slice has; both states are ours; the place for the number of silent
        // samples is valid for the duration of the call. The contents are processed by a later call, hence the 1.
        let result = unsafe {
            sys::opus_dred_parse(
                self.reader.as_mut(),
                self.contents.as_mut(),
                packet.as_ptr(),
                bytes,
                most.into(),
                SAMPLE_RATE_HZ,
                &raw mut silent_samples,
                1,
            )
        };
        Error::check(result)
    }

    /// Makes the contents ready to be decoded. A second call has no effect.
    pub(crate) fn prepare(&mut self) -> Result<(), Error> {
        if self.reach_samples == 0 {
            return Err(Error::BAD_ARGUMENT);
        }
        let contents = self.contents.as_mut();
        // SAFETY: the contents were read, since their reach is not zero; libopus allows source and target to be the
        // same.
        Error::check(unsafe { sys::opus_dred_process(self.reader.as_mut(), contents, contents) }).map(drop)
    }
}
