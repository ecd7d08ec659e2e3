//! The players' side: incoming packets, the resulting events, and the checks of both.

use std::rc::Rc;

use consonance_session::{Client, ClientId, Delivery, Instant, LinkCommand};
use consonance_wire::{MessageType, Packet};

use super::reports::report_reception;
use super::{MANY, Thing, World};
use crate::sim::actor::Player;
use crate::sim::check::Hearing;
use crate::sim::network::{End, Parcel, Way};
use crate::sim::numbers::{PlayerId, owner};
use crate::sim::violation::{Checked, Violation, ensure};
use crate::sim::words::Probe;

/// The recipients of a client's packets.
#[derive(Debug, Default)]
pub(super) struct Addressed {
    /// The listeners that its relays list.
    pub(super) listed: Vec<ClientId>,
    /// Frames whose listeners the server is to find.
    pub(super) routed: usize,
    goodbyes: u64,
}

impl World {
    pub(super) fn player_receives(&mut self, parcel: &Parcel) -> Checked {
        let player_id = owner(parcel.link);
        let life = self.players[player_id.index()].life;
        let Some(link) = self.network.link(parcel.link) else { return Ok(()) };
        if link.broken || link.player != End::Open || link.life != life {
            return Ok(());
        }
        self.counts.packets += 1;
        if let Some((victim, forged)) = self.misdelivery(parcel) {
            self.hand_over(victim, &forged)?;
        }
        self.hand_over(player_id, parcel)?;
        self.after_client(player_id)
    }

    /// Gives a packet to a player's client; what it raises has to be what the packet was for.
    fn hand_over(&mut self, player_id: PlayerId, parcel: &Parcel) -> Checked {
        let (changed, times) = self.delivered(parcel);
        let payload = changed.as_ref().unwrap_or(&parcel.payload);
        let player = &mut self.players[player_id.index()];
        let now = player.clock.read(self.agenda.now());
        let mut hearing = Hearing::nothing(player, now);
        if makes_tables_again(&parcel.payload, player) || tells_a_part(parcel) {
            player.heard.view = None;
        }
        hearing.carries(parcel, player, &self.model, &self.words);
        let Some(client) = &mut player.client else { return Ok(()) };
        for _ in 0..times {
            client.handle_packet(now, parcel.link, parcel.delivery, payload);
        }
        let micros = self.agenda.now().as_micros();
        while let Some(event) = client.poll_event() {
            self.transcript.note_event(micros, player_id.0.into(), &event);
            hearing.event(&event, &mut player.heard, &self.model)?;
        }
        hearing.end(&mut player.heard, &self.model)?;
        if let Some(view) = parcel.view {
            player.heard.sees(view)?;
        }
        if hearing.was_heard()
            && let Some(probe) = parcel.word
        {
            if !parcel.repeated
                && let Some(word) = self.words.get_mut(probe)
            {
                word.heard.push(player_id);
            }
            self.counts.heard += 1;
            if let (Some(word), Some(client)) = (self.words.get(probe), &mut player.client) {
                report_reception(client, player_id, word.id);
            }
        }
        Ok(())
    }

    pub(super) fn player_wakes(&mut self, player_id: PlayerId) -> Checked {
        let true_now = self.agenda.now();
        let player = &mut self.players[player_id.index()];
        if player.wake != Some(true_now) {
            return Ok(());
        }
        (player.wake, player.alarm) = (None, None);
        self.with_client(player_id, Client::handle_timeout)?;
        let player = &self.players[player_id.index()];
        let now = player.clock.read(true_now);
        let next = player.client.as_ref().and_then(Client::poll_timeout);
        ensure!(next.is_none_or(|(at, _)| at > now), "{player_id} wants to be woken in the past: {next:?}");
        Ok(())
    }

    /// Lets a player's client do something, and then everything that follows from it.
    pub(super) fn with_client(
        &mut self,
        player_id: PlayerId,
        act: impl FnOnce(&mut Client, Instant),
    ) -> Checked {
        let player = &mut self.players[player_id.index()];
        let now = player.clock.read(self.agenda.now());
        let mut nothing = Hearing::nothing(player, now);
        let Some(client) = &mut player.client else { return Ok(()) };
        act(client, now);
        let micros = self.agenda.now().as_micros();
        while let Some(event) = client.poll_event() {
            self.transcript.note_event(micros, player_id.0.into(), &event);
            nothing.event(&event, &mut player.heard, &self.model)?;
        }
        nothing.end(&mut player.heard, &self.model)?;
        self.after_client(player_id)
    }

    /// Sends what a client wants to send, does what it wants done, and sets its alarm.
    fn after_client(&mut self, player_id: PlayerId) -> Checked {
        let addressed = self.send_of(player_id, None)?;
        ensure!(
            addressed.listed.is_empty() && addressed.routed == 0,
            "{player_id} speaks without having been told to"
        );
        for _ in 0..MANY {
            let player = &mut self.players[player_id.index()];
            if std::mem::take(&mut player.heard.is_fresh) {
                player.vanish_closing();
            }
            if std::mem::take(&mut player.heard.was_evicted) {
                self.start_later(player_id);
            }
            let player = &mut self.players[player_id.index()];
            let Some(command) = player.client.as_mut().and_then(Client::poll_command) else {
                self.wake_client(player_id);
                return Ok(());
            };
            self.note_event(Some(player_id), &command);
            match command {
                LinkCommand::Open if self.is_kept_away() => {}
                LinkCommand::Open => self.open_link(player_id),
                LinkCommand::Close { link, .. } => self.player_hangs_up(link),
            }
        }
        Err(Violation::new(format!("{player_id} never runs out of commands")))
    }

    /// Puts a client's packets on their way; returns their recipients. Voice and text have to be this word.
    pub(super) fn send_of(
        &mut self,
        player_id: PlayerId,
        word: Option<Probe>,
    ) -> Result<Addressed, Violation> {
        let mut addressed = Addressed::default();
        let Some(client) = &mut self.players[player_id.index()].client else { return Ok(addressed) };
        while let Some(transmit) = client.poll_transmit() {
            let carries_word = addressed.note(transmit.payload);
            for link in transmit.to {
                self.parcels.push(Parcel {
                    link: *link,
                    way: Way::Up,
                    delivery: transmit.delivery,
                    payload: Rc::from(transmit.payload),
                    word: word.filter(|_| carries_word),
                    view: None,
                    repeated: false,
                });
            }
            ensure!(self.parcels.len() <= MANY, "{player_id} never runs out of packets");
        }
        // Most packets get no response.
        if self.parcels.is_empty() {
            return Ok(addressed);
        }
        self.counts.goodbyes += addressed.goodbyes;
        let mut parcels = std::mem::take(&mut self.parcels);
        for mut parcel in parcels.drain(..) {
            if self.players[player_id.index()].spoils_ticket
                && let Some(spoilt) = self.with_spoilt_ticket(&parcel.payload)
            {
                parcel.payload = spoilt;
                self.players[player_id.index()].spoils_ticket = false;
            }
            self.dispatch(parcel);
        }
        self.parcels = parcels;
        Ok(addressed)
    }

    fn wake_client(&mut self, player_id: PlayerId) {
        let player = &mut self.players[player_id.index()];
        let Some((instant, _)) = player.client.as_ref().and_then(Client::poll_timeout) else { return };
        // Most packets do not change the alarm.
        if player.alarm == Some(instant) {
            return;
        }
        player.alarm = Some(instant);
        let at = player.clock.when(instant);
        if player.wake.is_none_or(|wake| at < wake) {
            let at = at.max(self.agenda.now());
            player.wake = Some(at);
            self.agenda.add(at, Thing::PlayerWakes(player_id));
        }
    }
}

impl Addressed {
    /// Notes a packet; whether it carries voice or text.
    fn note(&mut self, packet: &[u8]) -> bool {
        match Packet::parse(packet) {
            Ok(Packet::ServerRelayUnreliable(relay) | Packet::ServerRelayReliable(relay)) => {
                self.listed.extend(relay.destinations.iter());
                true
            }
            Ok(Packet::VoiceData(_)) => {
                self.routed += 1;
                true
            }
            Ok(Packet::RemoveClient(_)) => {
                self.goodbyes += 1;
                false
            }
            _ => false,
        }
    }
}

/// All players are about to be introduced again, or this player has just been taken out.
fn makes_tables_again(packet: &[u8], player: &Player) -> bool {
    match MessageType::peek(packet) {
        Ok(MessageType::HandshakeResponse) => true,
        Ok(MessageType::RemoveClient) => match (Packet::parse(packet), player.heard.joined) {
            (Ok(Packet::RemoveClient(gone)), Some((session, own))) => {
                gone.session == session && gone.id == own
            }
            _ => false,
        },
        _ => false,
    }
}

/// It tells of one of several changes that the server made in one step; the last packet of the step tells the rest.
fn tells_a_part(parcel: &Parcel) -> bool {
    let changes_tables = matches!(
        MessageType::peek(&parcel.payload),
        Ok(MessageType::RemoveClient | MessageType::ClientState | MessageType::DeltaChannelState)
    );
    changes_tables && parcel.delivery == Delivery::Reliable && parcel.view.is_none()
}
