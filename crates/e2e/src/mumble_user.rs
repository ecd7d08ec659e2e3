//! A user of Mumble: the client of `consonance-mumble`, with the channels and users that the server has announced.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_mumble::client::{ClientSettings, MumbleClient, MumbleClientEvent, VoiceWay};
use consonance_mumble::control::messages::{Ping, UserState, UserText, VoiceTarget, WhisperTarget};
use consonance_mumble::{Control, Voice};

/// One login. It cannot be used any more after an error or [`MumbleClientEvent::Closed`].
pub(crate) struct MumbleUser {
    client: MumbleClient,
    way: VoiceWay,
    /// Names by number.
    channels: BTreeMap<u32, String>,
    /// All users of the session, this one included, by number.
    users: BTreeMap<u32, User>,
    own: Option<u32>,
    has_key: bool,
    is_way_open: bool,
    pinged_at: Option<Instant>,
}

#[derive(Debug, Default)]
struct User {
    name: String,
    channel: u32,
    /// Other channels that it listens to.
    listening: BTreeSet<u32>,
}

/// The same interval as that of Mumble's own client.
const PING_INTERVAL: Duration = Duration::from_secs(5);

impl MumbleUser {
    /// Logs in; voice uses this transport in both directions.
    ///
    /// # Errors
    /// If no server is there.
    pub(crate) fn connect(server: SocketAddr, settings: ClientSettings, way: VoiceWay) -> io::Result<Self> {
        Ok(Self {
            client: MumbleClient::connect(server, settings)?,
            way,
            channels: BTreeMap::new(),
            users: BTreeMap::new(),
            own: None,
            has_key: false,
            is_way_open: way == VoiceWay::Tunnel,
            pinged_at: None,
        })
    }

    /// The next event; `None` if there are no more for now.
    ///
    /// # Errors
    /// If the connection breaks.
    pub(crate) fn poll(&mut self, now: Instant) -> io::Result<Option<MumbleClientEvent>> {
        if self.has_key && self.pinged_at.is_none_or(|at| now >= at + PING_INTERVAL) {
            self.pinged_at = Some(now);
            self.client.send(&Ping::default().into())?;
            if self.way == VoiceWay::Datagram {
                self.client.ping(self.way)?;
            }
        }
        let event = self.client.poll()?;
        match &event {
            Some(MumbleClientEvent::Control(control)) => self.note(control),
            Some(MumbleClientEvent::Pong(way)) if *way == self.way => self.is_way_open = true,
            _ => {}
        }
        Ok(event)
    }

    /// Whether it knows all channels and users, and voice can be sent.
    pub(crate) fn is_in(&self) -> bool {
        self.own.is_some() && self.is_way_open
    }

    /// The name of its channel.
    pub(crate) fn channel(&self) -> Option<&str> {
        let own = self.users.get(&self.own?)?;
        self.channels.get(&own.channel).map(String::as_str)
    }

    /// The names of the other channels that it listens to.
    pub(crate) fn listens_to(&self) -> impl Iterator<Item = &str> {
        let own = self.own.and_then(|own| self.users.get(&own));
        let listening = own.into_iter().flat_map(|own| &own.listening);
        listening.filter_map(|channel| self.channels.get(channel)).map(String::as_str)
    }

    /// The number of a channel.
    pub(crate) fn channel_number(&self, name: &str) -> Option<u32> {
        self.channels.iter().find(|(_, channel)| *channel == name).map(|(number, _)| *number)
    }

    /// The names of all other users.
    pub(crate) fn others(&self) -> impl Iterator<Item = &str> {
        let others = self.users.iter().filter(|(number, _)| Some(**number) != self.own);
        others.map(|(_, user)| &*user.name)
    }

    /// Asks to enter a channel; false if there is none of this name.
    ///
    /// # Errors
    /// If the connection breaks.
    pub(crate) fn enter(&mut self, name: &str) -> io::Result<bool> {
        let Some(channel_id) = self.channel_number(name) else { return Ok(false) };
        self.client.send(&UserState { channel_id: Some(channel_id), ..UserState::default() }.into())?;
        Ok(true)
    }

    /// Asks for a change of its own state.
    ///
    /// # Errors
    /// If the connection breaks.
    pub(crate) fn change(&mut self, state: UserState) -> io::Result<()> {
        self.client.send(&state.into())
    }

    /// Chooses the listeners of a whisper: a user or a channel, of this name. False if there is neither.
    ///
    /// # Errors
    /// If the connection breaks.
    pub(crate) fn aim(&mut self, whisper: u8, name: &str) -> io::Result<bool> {
        let user = self.users.iter().find(|(_, user)| user.name == name).map(|(number, _)| *number);
        let target = match (user, self.channel_number(name)) {
            (Some(user), _) => WhisperTarget { session: vec![user], ..WhisperTarget::default() },
            (None, Some(channel)) => WhisperTarget { channel_id: Some(channel), ..WhisperTarget::default() },
            (None, None) => return Ok(false),
        };
        self.client.send(&VoiceTarget { id: Some(whisper.into()), targets: vec![target] }.into())?;
        Ok(true)
    }

    /// Sends one packet of voice.
    ///
    /// # Errors
    /// If the connection breaks.
    pub(crate) fn speak(&mut self, voice: &Voice<'_>) -> io::Result<()> {
        self.client.send_voice(voice, self.way)
    }

    /// Writes to its channel.
    ///
    /// # Errors
    /// If the connection breaks.
    pub(crate) fn write(&mut self, message: String) -> io::Result<()> {
        let channel_id = self.own.and_then(|own| self.users.get(&own)).map(|own| own.channel);
        let text = UserText { channel_id: channel_id.into_iter().collect(), message, ..UserText::default() };
        self.client.send(&text.into())
    }

    fn note(&mut self, control: &Control) {
        match control {
            Control::CryptSetup(setup) => self.has_key |= setup.key.is_some(),
            Control::ChannelState(channel) => {
                if let (Some(number), Some(name)) = (channel.channel_id, &channel.name) {
                    self.channels.insert(number, name.clone());
                }
            }
            Control::ChannelRemove(channel) => {
                self.channels.remove(&channel.channel_id);
            }
            Control::UserState(state) => {
                let Some(number) = state.session else { return };
                let user = self.users.entry(number).or_default();
                if let Some(name) = &state.name {
                    user.name.clone_from(name);
                }
                user.channel = state.channel_id.unwrap_or(user.channel);
                user.listening.extend(&state.listening_channel_add);
                user.listening.retain(|channel| !state.listening_channel_remove.contains(channel));
            }
            Control::UserRemove(user) => {
                self.users.remove(&user.session);
            }
            Control::ServerSync(sync) => self.own = sync.session,
            _ => {}
        }
    }
}
