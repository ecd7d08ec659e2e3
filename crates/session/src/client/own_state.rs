//! My part in the session: the rooms that I listen to, my voice, and what the operator has decided about me.

use super::own_voice::OwnVoice;
use super::restrictions::OwnRestrictions;
use super::rooms::OwnRooms;
use super::settings::ClientSettings;

/// What is kept about me, through all sessions.
#[derive(Debug)]
pub(super) struct OwnState {
    rooms: OwnRooms,
    voice: OwnVoice,
    restrictions: OwnRestrictions,
}

impl OwnState {
    pub(super) fn new(settings: &ClientSettings) -> Self {
        let (rooms, restrictions) = (OwnRooms::default(), OwnRestrictions::default());
        Self { rooms, voice: OwnVoice::new(settings), restrictions }
    }

    /// Begins a new place at the server: it has heard nothing of me, and repeats my restrictions.
    pub(super) fn begin(&mut self) {
        self.voice.begin();
        self.restrictions.begin();
    }

    pub(super) fn rooms(&self) -> &OwnRooms {
        &self.rooms
    }

    pub(super) fn rooms_mut(&mut self) -> &mut OwnRooms {
        &mut self.rooms
    }

    pub(super) fn voice(&self) -> &OwnVoice {
        &self.voice
    }

    pub(super) fn voice_mut(&mut self) -> &mut OwnVoice {
        &mut self.voice
    }

    pub(super) fn restrictions(&self) -> &OwnRestrictions {
        &self.restrictions
    }

    pub(super) fn restrictions_mut(&mut self) -> &mut OwnRestrictions {
        &mut self.restrictions
    }

    /// My voice, and what may keep it from being sent.
    pub(super) fn voice_and_restrictions(&mut self) -> (&mut OwnVoice, &OwnRestrictions) {
        (&mut self.voice, &self.restrictions)
    }
}
