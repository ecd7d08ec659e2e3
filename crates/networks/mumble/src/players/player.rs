//! A Mumble user's player: a client of the session whose game is a Mumble client.

mod absent;
mod arrivals;
mod end;
mod entering;
mod events;
mod hearing;
mod linking;
mod login;
mod moderating;
mod moving;
mod named;
mod own_place;
mod packet_times;
mod placing;
mod plugin_data;
mod queue;
mod rejoining;
mod requests;
mod speaking;
mod state;
mod texts;
mod voice_queue;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use consonance_link::gateway::World;
use consonance_session::{
    Client, ClientId, Delivery, EndReason, Instant, LinkCommand, LinkId, Position, TokenBucket,
};

use crate::control::messages::{DenyType, PermissionDenied};
use crate::players::channels::Channels;
use crate::players::profile::{Neighbours, Profile};
use crate::players::settings::PlayerSettings;
use crate::players::users::Users;
use crate::{Control, Login, Voice, VoicePlace};
use absent::Absent;
use arrivals::Arrivals;
use hearing::Hearing;
use own_place::OwnPlace;
use placing::Placing;
pub use plugin_data::PluginNote;
use queue::next;
use speaking::Speaking;
use voice_queue::VoiceQueue;

/// The player behind one Mumble client. A plain struct between two sides, the session's server and the client, with no
/// I/O of its own.
///
/// After each `handle_*` the driver drains [`poll_command`](Self::poll_command),
/// [`poll_transmit`](Self::poll_transmit), [`poll_control`](Self::poll_control) and [`poll_voice`](Self::poll_voice),
/// control messages before voice, and [`poll_plugin_note`](Self::poll_plugin_note). Any order of calls is safe; a
/// driver that drains late only delays.
///
/// It joins its session as soon as it has a link; its client is then told of channels and users, or rejected. Once
/// [`is_over`](Self::is_over) is true, drain it for the last time, and drop it.
#[derive(Debug)]
pub struct MumblePlayer {
    settings: Arc<PlayerSettings>,
    client: Client,
    link: Option<LinkId>,
    links: u64,
    /// The client has been told of all channels and users.
    is_synced: bool,
    end: Option<EndReason>,
    /// The text with which the session has removed the player, and the time of its removal.
    kicked_because: Option<Box<str>>,
    kicked_at: Option<Instant>,
    channels: Channels,
    users: Users,
    own: OwnPlace,
    /// The user's profile for others.
    profile: Profile,
    placing: Placing,
    speaking: Speaking,
    hearing: Hearing,
    /// The profile of each known user, as the client was last told.
    shown: BTreeMap<ClientId, Profile>,
    /// While the session is joined again.
    rejoining: Option<Absent>,
    /// Players that have entered or left a room since the client was told where they are.
    moved: BTreeSet<ClientId>,
    /// The number of profile changes at the last look.
    profile_changes: u64,
    controls: VecDeque<Control>,
    voices: VoiceQueue,
    messages_budget: TokenBucket,
    plugin_notes: VecDeque<PluginNote>,
    plugin_budget: TokenBucket,
    started_at: Instant,
    /// Version and name of its client.
    client_release: Box<str>,
    arrivals: Arrivals,
    /// Messages above the rate.
    limited_controls: u64,
    limited_voices: u64,
}

/// A command for the driver about the link to the session's server, besides sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayerCommand {
    /// Open a link; answer with [`handle_connected`](MumblePlayer::handle_connected).
    Open,
    /// Close the link after the packets that were sent so far.
    Close,
}

impl MumblePlayer {
    /// A player for a client that has logged in, which wants a link at once.
    pub fn new(now: Instant, settings: Arc<PlayerSettings>, login: &Login) -> Self {
        let (client, refusal) = login::client_of(login);
        let channels =
            Channels::new(&settings.root, &settings.rooms, settings.other_rooms, settings.channels_max);
        let hash = login.certificate.map(|certificate| certificate.user_hash().into()).unwrap_or_default();
        let mut player = Self {
            client,
            link: None,
            links: 0,
            is_synced: false,
            end: None,
            kicked_because: None,
            kicked_at: None,
            channels,
            users: Users::default(),
            own: OwnPlace::default(),
            profile: Profile { hash, ..Profile::default() },
            placing: Placing::default(),
            speaking: Speaking::default(),
            hearing: Hearing::default(),
            shown: BTreeMap::new(),
            rejoining: None,
            moved: BTreeSet::new(),
            profile_changes: 0,
            controls: VecDeque::new(),
            voices: VoiceQueue::default(),
            messages_budget: TokenBucket::full(now),
            plugin_notes: VecDeque::new(),
            plugin_budget: TokenBucket::full(now),
            started_at: now,
            client_release: state::release_of(login),
            arrivals: Arrivals::default(),
            limited_controls: 0,
            limited_voices: 0,
            settings,
        };
        if let Some(refusal) = refusal {
            player.refuse(now, &refusal);
        } else {
            player.enter_first_room();
            player.client.start();
        }
        player
    }

    /// The link that was asked for is up.
    pub fn handle_connected(&mut self, now: Instant, neighbours: &Neighbours) {
        self.links += 1;
        let link = LinkId(self.links);
        self.link = Some(link);
        self.client.handle_connected(now, link);
        self.follow(now, neighbours);
    }

    /// A packet came from the session's server.
    pub fn handle_packet(
        &mut self,
        now: Instant,
        delivery: Delivery,
        packet: &[u8],
        neighbours: &Neighbours,
    ) {
        if let Some(link) = self.link {
            self.client.handle_packet(now, link, delivery, packet);
            self.follow(now, neighbours);
        }
    }

    /// Handles a message from the client. Any message is safe: an unsupported request is denied with a text.
    pub fn handle_control(&mut self, now: Instant, control: Control, neighbours: &Neighbours) {
        if self.is_over() {
            return;
        }
        if !self.messages_budget.take(now, self.settings.messages, 1, 1) {
            self.limited_controls += 1;
            return;
        }
        self.client.collect_room_changes();
        self.obey(now, control);
        self.follow(now, neighbours);
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant, neighbours: &Neighbours) {
        self.client.handle_timeout(now);
        self.client.collect_room_changes();
        self.stop_speaking_if_due(now);
        self.placing.end_if_due(now);
        self.end_entering_if_due(now);
        self.end_if_kicked(now);
        self.channels.end_holds(now);
        self.tell_users_if_due(now, neighbours);
        self.follow(now, neighbours);
    }

    /// The time of the next call to [`handle_timeout`](Self::handle_timeout).
    pub fn poll_timeout(&self) -> Option<Instant> {
        let client = self.client.poll_timeout().map(|(at, _why)| at);
        let untold = self.users.next_due().filter(|_| self.is_synced);
        let others = [
            self.speaking.stops_at(),
            self.placing.ends_at(),
            self.own.entering.next_due(),
            self.channels.next_due(),
            untold,
            self.kicked_at,
        ];
        client.into_iter().chain(others.into_iter().flatten()).min()
    }

    /// The next command about the link.
    pub fn poll_command(&mut self) -> Option<PlayerCommand> {
        loop {
            match self.client.poll_command()? {
                LinkCommand::Open => return Some(PlayerCommand::Open),
                LinkCommand::Close { link, .. } if self.link == Some(link) => {
                    self.link = None;
                    return Some(PlayerCommand::Close);
                }
                LinkCommand::Close { .. } => {}
            }
        }
    }

    /// The next packet for the session's server.
    pub fn poll_transmit(&mut self) -> Option<(Delivery, &[u8])> {
        self.client.poll_transmit().map(|transmit| (transmit.delivery, transmit.payload))
    }

    /// The next message for the client.
    pub fn poll_control(&mut self) -> Option<Control> {
        next(&mut self.controls)
    }

    /// The next packet of voice for the client.
    pub fn poll_voice(&mut self) -> Option<Voice<'_>> {
        self.voices.pop()
    }

    /// The player's id, while it is in its session.
    pub fn id(&self) -> Option<ClientId> {
        self.client.id()
    }

    /// The player's name.
    pub fn name(&self) -> &str {
        self.client.name()
    }

    /// Its profile for other users of its listener.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Its world and its place there, for users of the same listener.
    pub fn place(&self) -> Option<(&World, VoicePlace)> {
        self.placing.place_in_world()
    }

    /// Its world and its position there, for players of other networks: while it is in its session, and until a few
    /// seconds after its client has told it.
    pub fn shared_place(&self) -> Option<(ClientId, &World, Position)> {
        let (world, position) = self.placing.shared()?;
        Some((self.id()?, world, position))
    }

    /// Control messages that were dropped because there were too many.
    pub fn limited_controls(&self) -> u64 {
        self.limited_controls
    }

    /// Packets of voice that were dropped because there were too many.
    pub fn limited_voices(&self) -> u64 {
        self.limited_voices
    }

    /// Takes the place from a packet of voice.
    fn note_place(&mut self, now: Instant, place: Option<VoicePlace>) {
        let (before, position) = self.placing.note(now, place);
        if position != before {
            self.client.set_position(position);
        }
    }

    fn tell(&mut self, control: impl Into<Control>) {
        self.controls.push_back(control.into());
    }

    /// Sends a message to the client, if it has been told of channels and users.
    fn tell_synced(&mut self, control: impl Into<Control>) {
        if self.is_synced {
            self.tell(control);
        }
    }

    /// Tells the client of added and removed channels.
    fn tell_channels(&mut self) {
        while let Some(change) = self.channels.poll_change() {
            self.tell_synced(change);
        }
    }

    /// Tells the client in words why a request was denied.
    fn deny(&mut self, kind: DenyType, reason: impl Into<String>) {
        self.tell_synced(PermissionDenied {
            kind: Some(kind as i32),
            reason: Some(reason.into()),
            ..PermissionDenied::default()
        });
    }

    /// Processes the events of the session client, and their consequences.
    fn follow(&mut self, now: Instant, neighbours: &Neighbours) {
        self.client.collect_room_changes();
        self.take_events(now, neighbours);
        self.client.announce_rooms();
        self.tell_places();
        self.tell_profiles(neighbours);
        self.tell_channels();
        if self.controls.len() > self.settings.waiting_max {
            self.controls.clear();
            self.refuse(now, &EndReason::from(consonance_session::EndCode::TooSlow));
        }
    }
}
