//! The streams of engines, which audio threads use: found and used without memory, and without waiting.
//!
//! Their places are there from the beginning, each with a lock of its own. An audio thread only tries it; nothing else
//! holds it for longer than it takes to put a stream in or take it out.

use std::sync::Mutex;

use consonance::{EchoReference, EngineInput, EngineOutput, PlayerStream};

use crate::error::{CError, Failure};
use crate::handles::{Handle, Kind};
use crate::lock::lock;

/// The mix and the microphone of every chat, and all the players of a large one.
const STREAMS_MAX: usize = 2048;

/// One end of an engine's sound.
#[expect(clippy::large_enum_variant, reason = "there are few, each in a box of its own")]
pub(crate) enum Stream {
    Output(EngineOutput),
    Player(PlayerStream),
    Input(EngineInput),
    Echo(EchoReference),
}

struct Place {
    used: u32,
    chat: u64,
    // Boxed, so that two thousand empty slots stay small.
    stream: Option<Box<Stream>>,
}

static PLACES: [Mutex<Place>; STREAMS_MAX] =
    [const { Mutex::new(Place { used: 0, chat: 0, stream: None }) }; STREAMS_MAX];

/// The handle of a new stream of this chat.
pub(crate) fn insert(chat: u64, stream: Stream) -> Result<u64, Failure> {
    for (index, place) in PLACES.iter().enumerate() {
        let mut place = lock(place);
        if place.stream.is_none() {
            *place = Place { used: place.used.wrapping_add(1), chat, stream: Some(Box::new(stream)) };
            return Ok(Kind::Stream.number(Handle { used: place.used, place: index }));
        }
    }
    Err(Failure::new(CError::Limit, format!("{STREAMS_MAX} streams exist: destroy one first")))
}

/// Uses a stream, from any thread: one at a time.
pub(crate) fn with(number: u64, act: impl FnOnce(&mut Stream) -> Result<(), Failure>) -> Result<(), Failure> {
    let (index, used) = place_of(number)?;
    let mut place = match PLACES[index].try_lock() {
        Ok(place) => place,
        Err(std::sync::TryLockError::Poisoned(place)) => place.into_inner(),
        Err(std::sync::TryLockError::WouldBlock) => return Err(CError::Busy.into()),
    };
    let Place { used: current, stream, .. } = &mut *place;
    match stream {
        Some(stream) if *current == used => act(stream),
        _ => Err(CError::Handle.into()),
    }
}

/// Ends a stream.
pub(crate) fn remove(number: u64) -> Result<(), Failure> {
    let (index, used) = place_of(number)?;
    let mut place = lock(&PLACES[index]);
    if place.used == used && place.stream.take().is_some() { Ok(()) } else { Err(CError::Handle.into()) }
}

/// Ends all streams of a chat.
pub(crate) fn remove_all_of(chat: u64) {
    for place in &PLACES {
        let mut place = lock(place);
        if place.chat == chat {
            place.stream = None;
        }
    }
}

fn place_of(number: u64) -> Result<(usize, u32), CError> {
    let Handle { used, place } = Kind::Stream.handle(number)?;
    if place < STREAMS_MAX { Ok((place, used)) } else { Err(CError::Handle) }
}
