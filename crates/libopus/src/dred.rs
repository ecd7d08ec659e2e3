//! What a packet tells of the sound before it: deep redundancy (DRED), in the padding that old decoders skip.
#![expect(unsafe_code, reason = "calls libopus")]

use std::ffi::c_int;

use opusic_sys as sys;

use crate::SAMPLE_RATE_HZ;
use crate::error::Error;
use crate::state::State;

/// The redundancy of one packet at a time, read from it but not yet turned into sound.
#[derive(Debug)]
pub struct Dred {
    reader: State<sys::OpusDREDDecoder>,
    pub(crate) contents: State<sys::OpusDRED>,
    /// How far before its packet the contents begin; 0 where there are none.
    reach_samples: usize,
}

impl Dred {
    /// Nothing read yet.
    ///
    /// # Errors
    /// Where there is no memory.
    pub fn new() -> Result<Self, Error> {
        // SAFETY: the place for the code is there while the call lasts.
        let reader = |code| unsafe { sys::opus_dred_decoder_create(code) };
        // SAFETY: as above.
        let contents = |code| unsafe { sys::opus_dred_alloc(code) };
        Ok(Self {
            reader: State::new(reader, sys::opus_dred_decoder_destroy)?,
            contents: State::new(contents, sys::opus_dred_free)?,
            reach_samples: 0,
        })
    }

    /// Reads a packet and returns how many samples before its own it describes, of which no more than about `most` are
    /// looked for; 0 if none, or if the packet is damaged.
    pub fn read(&mut self, packet: &[u8], most: u16) -> usize {
        self.reach_samples = self.parse(packet, most).unwrap_or(0);
        self.reach_samples
    }

    /// How many samples before its own the packet that was read last describes.
    pub(crate) fn reach_samples(&self) -> usize {
        self.reach_samples
    }

    fn parse(&mut self, packet: &[u8], most: u16) -> Result<usize, Error> {
        let bytes = Error::length(packet.len())?;
        let mut silent_samples: c_int = 0;
        // SAFETY: as many bytes are read as the slice has; both states are ours; the number of silent samples has a
        // place while the call lasts. The contents are put to use by a later call, hence the 1.
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

    /// Makes the contents ready to be decoded. Done twice, it does nothing the second time.
    pub(crate) fn prepare(&mut self) -> Result<(), Error> {
        if self.reach_samples == 0 {
            return Err(Error::BAD_ARGUMENT);
        }
        let contents = self.contents.as_mut();
        // SAFETY: the contents were read, since they reach somewhere; libopus allows source and target to be the same.
        Error::check(unsafe { sys::opus_dred_process(self.reader.as_mut(), contents, contents) }).map(drop)
    }
}
