//! A client of Mumble without sound, which counts the frames it hears.

use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::net::SocketAddr;

use consonance_mumble::client::{ClientSettings, MumbleClient, MumbleClientEvent, VoiceWay};
use consonance_mumble::{Control, Voice};

pub(super) struct MurmurClient {
    client: MumbleClient,
    /// Its number, once it has joined.
    pub(super) number: Option<u32>,
    /// The channel that it was moved to.
    pub(super) channel: Option<u32>,
    /// The numbers of channels, by name.
    pub(super) channels: BTreeMap<String, u32>,
    has_key: bool,
    /// The number of its next frame, in steps of 10 ms.
    next: u64,
    heard: u64,
}

/// A frame lasts 20 ms.
const STEP: u64 = 2;

impl MurmurClient {
    /// Connects, and logs in.
    pub(super) fn dial(
        server: SocketAddr,
        name: &str,
        password: Option<&str>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut settings = ClientSettings::new(name);
        settings.authenticate.password = password.map(str::to_owned);
        Ok(Self {
            client: MumbleClient::connect(server, settings)?,
            number: None,
            channel: None,
            channels: BTreeMap::new(),
            has_key: false,
            next: 0,
            heard: 0,
        })
    }

    /// Handles all pending events.
    pub(super) fn run_once(&mut self) -> Result<(), Box<dyn Error>> {
        while let Some(event) = self.client.poll()? {
            match event {
                MumbleClientEvent::Control(control) => self.handle(control)?,
                MumbleClientEvent::Voice(..) => self.heard += 1,
                MumbleClientEvent::Pong(_) => {}
                MumbleClientEvent::Closed => return Err("Murmur has closed a connection".into()),
            }
        }
        Ok(())
    }

    /// Whether voice can be sent.
    pub(super) fn is_in(&self) -> bool {
        self.number.is_some() && self.has_key
    }

    pub(super) fn send(&mut self, control: impl Into<Control>) -> io::Result<()> {
        self.client.send(&control.into())
    }

    /// Sends a ping, which tells the server where to send voice.
    pub(super) fn ping(&mut self) -> io::Result<()> {
        self.client.ping(VoiceWay::Datagram)
    }

    /// Sends a frame to its channel.
    pub(super) fn speak(&mut self, frame: &[u8]) -> io::Result<()> {
        let voice = Voice { number: self.next, opus: frame.into(), ..Voice::default() };
        self.next += STEP;
        self.client.send_voice(&voice, VoiceWay::Datagram)
    }

    /// The number of frames that have arrived since the last call.
    pub(super) fn hear(&mut self) -> Result<u64, Box<dyn Error>> {
        self.run_once()?;
        Ok(std::mem::take(&mut self.heard))
    }

    fn handle(&mut self, control: Control) -> Result<(), Box<dyn Error>> {
        match control {
            Control::Reject(reject) => {
                let why = reject.reason.unwrap_or_default();
                return Err(format!("Murmur does not let a client in: {why}").into());
            }
            Control::CryptSetup(_) => self.has_key = true,
            Control::ServerSync(sync) => self.number = sync.session,
            Control::UserState(state) if state.session == self.number => {
                self.channel = state.channel_id.or(self.channel);
            }
            Control::ChannelState(state) => {
                if let Some(name) = state.name {
                    self.channels.insert(name, state.channel_id.unwrap_or_default());
                }
            }
            _ => {}
        }
        Ok(())
    }
}
