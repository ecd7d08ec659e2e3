//! The chats that C has started.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use consonance::transport::hosted::HostedClientHandle;
use consonance::{Channel, EncryptedMember, EncryptionStatus, Event, PlayerState, VoiceChat};

use crate::error::{CError, Failure};
use crate::handles::{Kind, Table};
use crate::lock::lock;
use crate::outgoing::Waiting;
use crate::player_ids::{LOCAL, PlayerIds};

/// Far more than a game has, and few enough for a machine.
const CHATS_MAX: usize = 256;
/// More than a chat can have open, since refused ones count until they are closed.
const CHANNELS_MAX: usize = 4096;

pub(crate) static CHATS: Table<Chat> = Table::new(Kind::Chat, CHATS_MAX);

/// A chat, and what C needs besides.
pub(crate) struct Chat {
    pub(crate) voice: VoiceChat,
    /// The game's end of a hosted network.
    pub(crate) hosted: Option<Mutex<HostedClient>>,
    /// It was started with this machine's devices.
    pub(crate) has_devices: bool,
    players: Mutex<PlayerIds>,
    /// Those that C has opened and not closed, by their numbers.
    channels: Mutex<BTreeMap<u32, Channel>>,
    /// An event that was too long for the buffer that it was to be written into.
    waiting: Mutex<Option<Event>>,
    /// As `consonance_get_encryption` saw it last: members are read from it one by one.
    encryption: Mutex<EncryptionStatus>,
}

/// A network of the game's own.
pub(crate) struct HostedClient {
    pub(crate) handle: HostedClientHandle,
    pub(crate) waiting: Waiting,
}

impl Chat {
    pub(crate) fn new(voice: VoiceChat, hosted: Option<HostedClientHandle>, has_devices: bool) -> Self {
        let players = Mutex::new(PlayerIds::new(voice.local_player().name()));
        let hosted = hosted.map(|handle| Mutex::new(HostedClient { handle, waiting: Waiting::default() }));
        let (channels, waiting, encryption) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { voice, hosted, has_devices, players, channels, waiting, encryption }
    }

    /// The chat of this handle.
    pub(crate) fn of(number: u64) -> Result<Arc<Self>, Failure> {
        CHATS.get(number)
    }

    /// The number of a player, also of one that has left.
    pub(crate) fn id_of(&self, name: &str) -> u32 {
        lock(&self.players).of(name, |name| self.voice.player_state(name).is_some())
    }

    /// The number of a player that was seen before.
    pub(crate) fn find_id(&self, name: &str) -> Option<u32> {
        lock(&self.players).find(name)
    }

    /// The name of a player, even if it has left.
    pub(crate) fn name_of(&self, id: u32) -> Result<String, Failure> {
        let name = lock(&self.players).name(id).map(str::to_owned);
        name.ok_or_else(|| Failure::new(CError::Player, format!("no player has the number {id}")))
    }

    /// A player of the session.
    pub(crate) fn player(&self, id: u32) -> Result<Arc<PlayerState>, Failure> {
        let name = self.name_of(id)?;
        if id == LOCAL {
            return Ok(self.voice.local_player());
        }
        let player = self.voice.player_state(&name);
        player.ok_or_else(|| Failure::new(CError::Player, format!("{name} is not in the session")))
    }

    /// Keeps a channel open until it is closed, and returns its number.
    ///
    /// # Errors
    /// [`CError::Limit`] if too many are kept.
    pub(crate) fn keep_channel(&self, channel: Channel) -> Result<u32, Failure> {
        let mut channels = lock(&self.channels);
        if channels.len() >= CHANNELS_MAX {
            return Err(Failure::new(CError::Limit, format!("{CHANNELS_MAX} channels are open: close some")));
        }
        let number = channel.id();
        channels.insert(number, channel);
        Ok(number)
    }

    /// Hands a channel to `use_it`; `None` if no open channel has this number.
    pub(crate) fn with_channel<T>(&self, number: u32, use_it: impl FnOnce(&Channel) -> T) -> Option<T> {
        lock(&self.channels).get(&number).map(use_it)
    }

    /// Closes a channel, if it is open.
    pub(crate) fn close_channel(&self, number: u32) {
        lock(&self.channels).remove(&number);
    }

    /// Hands the present encryption to `read`, whose members [`with_member`](Self::with_member) hands out from then on.
    pub(crate) fn with_encryption(
        &self,
        read: impl FnOnce(&EncryptionStatus) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut status = lock(&self.encryption);
        *status = self.voice.encryption().status();
        read(&status)
    }

    /// Hands a member of the group to `read`, and the epoch of the list that it is from.
    ///
    /// # Errors
    /// [`CError::Nothing`] beyond the last one.
    pub(crate) fn with_member(
        &self,
        index: usize,
        read: impl FnOnce(Option<u64>, &EncryptedMember) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let status = lock(&self.encryption);
        read(status.epoch, status.members.get(index).ok_or(CError::Nothing)?)
    }

    /// Hands the next event to `write`, and keeps it where that fails.
    pub(crate) fn with_next_event(
        &self,
        write: impl FnOnce(&Event) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        // The lock is held so that concurrent callers get the events in order.
        let mut waiting = lock(&self.waiting);
        let event = waiting.take().or_else(|| self.voice.poll_event()).ok_or(CError::Nothing)?;
        let written = write(&event);
        if written.is_err() {
            *waiting = Some(event);
        }
        written
    }
}
