//! The server's side: its input, its output, and the checks of both.

use consonance_session::{Capabilities, ClientId, Delivery, Instant, LinkCommand, LinkId, ServerEvent};
use consonance_wire::{HandshakeExtension, MessageType, Packet, ServerRelay};

use super::entry::{Entry, answer};
use super::{MANY, Thing, World};
use crate::sim::model::{Stay, View};
use crate::sim::network::{End, Parcel, Way};
use crate::sim::numbers::owner;
use crate::sim::violation::{Checked, Violation, ensure};
use crate::sim::words::{Probe, Word};

impl World {
    pub(super) fn host_receives(&mut self, parcel: &Parcel) -> Checked {
        let Some(link) = self.network.link(parcel.link) else { return Ok(()) };
        if link.broken || link.server != End::Open {
            return Ok(());
        }
        self.counts.packets += 1;
        let now = self.host.clock.read(self.agenda.now());
        let (changed, times) = self.delivered(parcel);
        let payload = changed.as_ref().unwrap_or(&parcel.payload);
        for _ in 0..times {
            let Some(transmit) = self.host.server.handle_packet(now, parcel.link, parcel.delivery, payload)
            else {
                continue;
            };
            self.batch.extend(Parcel::to_each(&transmit, parcel.word, parcel.repeated));
        }
        // Forged data may not even parse as packets.
        let parsed = Packet::parse_with_trailing(&parcel.payload).ok();
        match parsed.map(|(packet, _)| packet) {
            Some(Packet::ServerRelayUnreliable(_) | Packet::VoiceData(_)) => self.change_listeners(),
            Some(Packet::ServerRelayReliable(_)) => self.batch_transmits(parcel.word),
            _ => {}
        }
        self.is_passed_on_right(parcel)?;
        self.drain_host(parsed.map(|(packet, trailing)| (parcel.link, packet, trailing)), parcel.word)
    }

    /// Checks that the server relays a packet to the right clients.
    pub(super) fn is_passed_on_right(&mut self, parcel: &Parcel) -> Checked {
        match Packet::parse(&parcel.payload) {
            Ok(Packet::ServerRelayUnreliable(relay)) => {
                self.note_arrival(parcel, relay.packet);
                self.is_relayed_right(parcel, &relay)
            }
            Ok(Packet::ServerRelayReliable(relay)) => self.is_relayed_right(parcel, &relay),
            Ok(Packet::VoiceData(_)) => {
                self.note_arrival(parcel, &parcel.payload);
                self.is_routed_right(parcel)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn host_wakes(&mut self) -> Checked {
        let true_now = self.agenda.now();
        if self.host.wake != Some(true_now) {
            return Ok(());
        }
        self.host.wake = None;
        let now = self.host.clock.read(true_now);
        self.host.server.handle_timeout(now);
        self.are_places_given_up(now)?;
        self.counts.given_up += self.model.give_up_places(now);
        let next = self.host.server.poll_timeout();
        ensure!(next.is_none_or(|(at, _)| at > now), "the server wants to be woken in the past: {next:?}");
        self.drain_host(None, None)
    }

    /// The server was told the time, so that a place which was kept for long enough is no longer in its table.
    fn are_places_given_up(&self, now: Instant) -> Checked {
        let server = &self.host.server;
        let is_kept = |stay: &&Stay| {
            let client = server.tables().client(stay.id);
            let is_its_own = client.is_some_and(|client| *client.name == *self.model.name(stay.player_id));
            // Another client of the player may have waited for the name, and have received the same id.
            is_its_own && server.tables().links().all(|link| link.client != Some(stay.id))
        };
        match self.model.overdue(now).find(is_kept) {
            Some(stay) => {
                Err(Violation::new(format!("the place of {} is kept for too long", stay.player_id)))
            }
            None => Ok(()),
        }
    }

    /// Sends what the server wants to send, does what it wants done, and compares its tables with the truth.
    pub(super) fn drain_host(
        &mut self,
        packet: Option<(LinkId, Packet<'_>, &[u8])>,
        word: Option<Probe>,
    ) -> Checked {
        self.batch_transmits(word);
        let entries = self.host_events()?;
        let commands: Vec<_> = std::iter::from_fn(|| self.host.server.poll_command()).take(MANY).collect();
        let mut closed = Vec::new();
        for command in commands {
            self.note_event(None, &command);
            match command {
                LinkCommand::Close { link, reason, .. } => closed.push((link, reason)),
                LinkCommand::Open => return Err(Violation::new("the server asks for a link")),
            }
        }
        self.conclude(packet, &entries, closed.iter().map(|(link, _)| *link))?;
        for (link, reason) in closed {
            self.host_hangs_up(link, &reason)?;
        }
        self.is_the_host_right()?;
        if self.answer_probe() {
            return self.drain_host(None, None);
        }
        self.wake_host();
        Ok(())
    }

    /// A step of the server is over: the reference learns of it, and what was sent in it goes on its way.
    pub(super) fn conclude(
        &mut self,
        packet: Option<(LinkId, Packet<'_>, &[u8])>,
        entries: &[Entry],
        closed: impl Iterator<Item = LinkId>,
    ) -> Checked {
        if let Some((link, packet, trailing)) = packet {
            let extension = HandshakeExtension::find(trailing).unwrap_or_default();
            ensure!(entries.len() <= 1, "a packet lets several in: {entries:?}");
            let entry = entries.first().copied();
            self.is_let_in_right(entry, link, &packet, &extension)?;
            if extension.ticket.is_none() {
                self.is_name_free(entry)?;
            }
            self.model.read(link, &packet, &extension, entry.map(|entry| entry.id));
            self.note_answer(entry)?;
            if let Some(Entry { link, .. }) = entry {
                self.begin_arrivals(link);
            }
        } else {
            self.admit_waiting(entries)?;
        }
        for link in closed {
            self.model.close(link);
        }
        let mut batch = std::mem::take(&mut self.batch);
        for outgoing in &batch {
            self.is_reported_right(outgoing)?;
        }
        self.send_batch(&mut batch);
        self.batch = batch;
        Ok(())
    }

    fn batch_transmits(&mut self, word: Option<Probe>) {
        while let Some(transmit) = self.host.server.poll_transmit() {
            let carries_word = matches!(MessageType::peek(transmit.payload), Ok(MessageType::TextData));
            self.batch.extend(Parcel::to_each(&transmit, word.filter(|_| carries_word), false));
        }
    }

    /// A frame without a list goes to exactly the present listeners, as the server knows them, if it is the sender's
    /// own and the server was told that it would come so.
    fn is_routed_right(&self, parcel: &Parcel) -> Checked {
        let own = self
            .own_word(parcel)
            .filter(|(stay, _)| stay.capabilities.contains(Capabilities::SERVER_ROUTING));
        let mut expected = own.map_or_else(Vec::new, |(_, word)| self.model.reached_by(word));
        let is_voice = |sent: &&Parcel| MessageType::peek(&sent.payload) == Ok(MessageType::VoiceData);
        let mut sent: Vec<_> = self.batch.iter().filter(is_voice).map(|outgoing| outgoing.link).collect();
        expected.sort_unstable();
        sent.sort_unstable();
        // While a client's tables are being filled, only the client knows the recipients of its channels; then the
        // expected links are an upper bound.
        let is_sure = own.is_some_and(|(_, word)| word.is_sure);
        let is_right =
            if is_sure { sent == expected } else { sent.iter().all(|link| expected.contains(link)) };
        ensure!(
            is_right,
            "word {:?} over {} is routed to {sent:?} instead of {expected:?}",
            parcel.word,
            parcel.link
        );
        Ok(())
    }

    /// A relay goes to exactly the clients that have the listed ids now, and only if it is the sender's own.
    fn is_relayed_right(&self, parcel: &Parcel, relay: &ServerRelay<'_>) -> Checked {
        let is_own = relay.session == self.model.session && self.own_word(parcel).is_some();
        let mut listed: Vec<ClientId> = relay.destinations.iter().collect();
        if !is_own {
            listed.clear();
        }
        let mut expected: Vec<_> = listed.iter().filter_map(|id| self.model.link_of(*id)).collect();
        // Other packets in the batch tell a sender of its wrong session, or remove a rejected client.
        let is_it = |sent: &&Parcel| *sent.payload == *relay.packet;
        let mut sent: Vec<_> = self.batch.iter().filter(is_it).map(|outgoing| outgoing.link).collect();
        expected.sort_unstable();
        sent.sort_unstable();
        ensure!(
            expected == sent,
            "word {:?} over {} goes to {sent:?} instead of {expected:?}",
            parcel.word,
            parcel.link
        );
        Ok(())
    }

    /// The word of a parcel and whose it is, if the sender's stay goes on.
    pub(super) fn own_word(&self, parcel: &Parcel) -> Option<(&Stay, &Word)> {
        let sender = self.model.over(parcel.link)?;
        let word = self.words.get(parcel.word?)?;
        (word.session == self.model.session && word.id == sender.id).then_some((sender, word))
    }

    /// Sums the server's events up; the clients that were admitted.
    fn host_events(&mut self) -> Result<Vec<Entry>, Violation> {
        let mut entries = Vec::new();
        let micros = self.agenda.now().as_micros();
        let told = &mut self.host.told;
        while let Some(event) = self.host.server.poll_event() {
            self.transcript.note_event(micros, u64::MAX, &event);
            match event {
                ServerEvent::ClientJoined { id, name, link, .. } => {
                    let is_right = *name == *self.model.name(owner(link));
                    ensure!(is_right, "{name} joins over the link of {}", owner(link));
                    told.add_player(id, &name);
                    entries.push(Entry { id, link, resumes: false });
                }
                ServerEvent::ClientResumed { id, name, link } => {
                    ensure!(entries.is_empty(), "{name} resumes in the same step as another");
                    entries.push(Entry { id, link, resumes: true });
                    self.counts.resumed += 1;
                }
                ServerEvent::ClientLeft { id, name, .. } => told.remove_player(id, &name),
                ServerEvent::EnteredRoom { id, room, .. } => told.add_room(id, &room),
                ServerEvent::ExitedRoom { id, room, .. } => told.remove_room(id, &room),
                ServerEvent::NameInUse { name, holder, .. } => {
                    let is_its_own = self
                        .model
                        .holder(holder)
                        .is_none_or(|stay| *name == *self.model.name(stay.player_id));
                    ensure!(is_its_own, "{holder} does not have the name {name}");
                }
                ServerEvent::NameClaimWithdrawn { link, name } => {
                    let is_its_own = *name == *self.model.name(owner(link));
                    ensure!(is_its_own, "{link} waited for {name}");
                }
                ServerEvent::Spoofed { id, claimed, .. } => {
                    ensure!(claimed != id, "{id} speaks in its own name");
                }
                other => {
                    return Err(Violation::new(format!("the server tells something unknown: {other:?}")));
                }
            }
        }
        Ok(entries)
    }

    /// Only a client with the right secret has its place back; a free id belongs to no other.
    fn is_let_in_right(
        &self,
        entry: Option<Entry>,
        link: LinkId,
        packet: &Packet<'_>,
        extension: &HandshakeExtension,
    ) -> Checked {
        let claimed = self.model.claimed(link, packet, extension).map(|stay| stay.id);
        let resumed = entry.filter(|entry| entry.resumes).map(|entry| entry.id);
        ensure!(resumed == claimed, "{} has the place {resumed:?} back instead of {claimed:?}", owner(link));
        let Some(Entry { id, link: over, .. }) = entry else { return Ok(()) };
        let repeats = self.model.over(link).filter(|stay| stay.can_resume());
        ensure!(repeats.is_none(), "{} asks twice and so joins twice", owner(link));
        ensure!(over == link, "a client joins over {over} when {link} shakes hands");
        let is_free = self.model.holder(id).is_none_or(|holder| holder.player_id == owner(link));
        ensure!(is_free, "{} gets the id {id} of another player", owner(link));
        Ok(())
    }

    /// The answer to a client that was admitted says whether it is back, and what to show the next time.
    pub(super) fn note_answer(&mut self, entry: Option<Entry>) -> Checked {
        let Some(Entry { id, link, resumes }) = entry else { return Ok(()) };
        let mut own = self.batch.iter().filter(|outgoing| outgoing.link == link);
        let answer = own.find_map(|outgoing| answer(&outgoing.payload));
        ensure!(
            answer.is_some_and(|answer| answer.resumed == resumes),
            "{} is answered {answer:?}",
            owner(link)
        );
        let before = self.model.over(link).and_then(|stay| stay.secret);
        let is_new = before.is_none() || answer.and_then(|answer| answer.secret) != before;
        ensure!(is_new, "{} is given the secret again that it used", owner(link));
        self.model.give_secret(link, answer.and_then(|answer| answer.secret));
        if resumes {
            self.raise_false_alarm(id, link);
        }
        Ok(())
    }

    /// Puts packets on their way. With the last reliable one for a player it knows all that was done.
    fn send_batch(&mut self, batch: &mut Vec<Parcel>) {
        // A step has a separate batch for each link that the server probed.
        self.batches += 1;
        let step = self.batches;
        for outgoing in batch.iter_mut().rev().filter(|outgoing| outgoing.delivery == Delivery::Reliable) {
            let marked = &mut self.marked[owner(outgoing.link).index()];
            if *marked != step {
                *marked = step;
                outgoing.view = self.view_over(outgoing.link);
            }
        }
        for outgoing in batch.drain(..) {
            self.dispatch(outgoing);
        }
    }

    fn view_over(&self, link: LinkId) -> Option<View> {
        let stay = self.model.over(link)?;
        let (stay, welcomed) = (stay.joined, stay.welcomed);
        Some(View { stay, welcomed, version: self.model.version })
    }

    /// Gives a packet to the network.
    pub(super) fn dispatch(&mut self, parcel: Parcel) {
        if let Some(outside) = &mut self.outside {
            return outside.dispatch(parcel);
        }
        let now = self.agenda.now();
        let over = parcel.link.0 << 1 | u64::from(parcel.way == Way::Up);
        self.transcript.note_packet(now.as_micros(), over, parcel.delivery, &parcel.payload);
        let arrival = self.network.send(now, parcel.link, parcel.way, parcel.delivery);
        if let Some(at) = arrival.again {
            self.agenda.add(at, Thing::Arrives(Parcel { repeated: true, ..parcel.clone() }));
        }
        if let Some(at) = arrival.first {
            self.reliable_on_the_way += usize::from(parcel.delivery == Delivery::Reliable);
            self.agenda.add(at, Thing::Arrives(parcel));
        }
    }

    fn is_the_host_right(&mut self) -> Checked {
        let (version, told) = (self.model.version, self.host.told);
        if self.host.compared == Some((version, told)) {
            return Ok(());
        }
        let truth = self.model.server_tally();
        ensure!(told == truth, "what the server tells of its tables is not what it was sent");
        let (clients, present) = (self.host.server.clients(), self.model.present().count());
        ensure!(clients == present, "the server has {clients} clients instead of {present}");
        self.host.compared = Some((version, told));
        Ok(())
    }

    fn wake_host(&mut self) {
        let Some((instant, _)) = self.host.server.poll_timeout() else { return };
        let at = self.host.clock.when(instant);
        if self.host.wake.is_none_or(|wake| at < wake) {
            let at = at.max(self.agenda.now());
            self.host.wake = Some(at);
            self.agenda.add(at, Thing::HostWakes);
        }
    }
}
