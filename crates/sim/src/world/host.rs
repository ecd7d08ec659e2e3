//! The server's side: what arrives there, what it answers, and whether that is right.

use std::rc::Rc;

use consonance_session::{ClientId, Delivery, LinkCommand, LinkId, ServerEvent};
use consonance_wire::{MessageType, Packet, ServerRelay};

use super::{MANY, Outgoing, Thing, World};
use crate::check::{Checked, Violation, ensure};
use crate::model::View;
use crate::network::{End, Parcel, Way, owner};
use crate::words::Probe;

impl World {
    pub(super) fn host_receives(&mut self, parcel: &Parcel) -> Checked {
        let Some(link) = self.network.link(parcel.link) else { return Ok(()) };
        if link.broken || link.server != End::Open {
            return Ok(());
        }
        self.counts.packets += 1;
        let now = self.host.clock.read(self.agenda.now());
        let relayed = self.host.server.handle_packet(now, parcel.link, parcel.delivery, &parcel.payload);
        if let Some(transmit) = relayed {
            let payload: Rc<[u8]> = transmit.payload.into();
            let outgoing = transmit.to.iter().map(|link| Outgoing {
                link: *link,
                delivery: transmit.delivery,
                payload: Rc::clone(&payload),
                word: parcel.word,
                repeated: parcel.repeated,
            });
            self.batch.extend(outgoing);
        }
        // Forgeries may be no packets at all.
        let packet = Packet::parse(&parcel.payload).ok();
        match packet {
            Some(Packet::ServerRelayUnreliable(relay)) => {
                self.lose_a_listener();
                self.is_relayed_right(parcel, &relay)?;
            }
            Some(Packet::ServerRelayReliable(relay)) => {
                self.batch_transmits(parcel.word);
                self.is_relayed_right(parcel, &relay)?;
            }
            _ => {}
        }
        self.drain_host(packet.map(|packet| (parcel.link, packet)), parcel.word)
    }

    pub(super) fn host_wakes(&mut self) -> Checked {
        let true_now = self.agenda.now();
        if self.host.wake != Some(true_now) {
            return Ok(());
        }
        self.host.wake = None;
        let now = self.host.clock.read(true_now);
        self.host.server.handle_timeout(now);
        let next = self.host.server.poll_timeout();
        ensure!(next.is_none_or(|(at, _)| at > now), "the server wants to be woken in the past: {next:?}");
        self.drain_host(None, None)
    }

    /// Sends what the server wants to send, does what it wants done, and compares its tables with the truth.
    pub(super) fn drain_host(
        &mut self,
        packet: Option<(LinkId, Packet<'_>)>,
        word: Option<Probe>,
    ) -> Checked {
        self.batch_transmits(word);
        let let_in = self.host_events()?;
        if let Some((link, packet)) = packet {
            if let Some((id, over)) = let_in {
                ensure!(over == link, "somebody joins over {over} when {link} shakes hands");
                ensure!(
                    self.model
                        .link_of(id)
                        .is_none_or(|before| before == link || owner(before) == owner(link)),
                    "{} gets the id {id} of somebody else",
                    owner(link)
                );
            }
            self.model.read(link, &packet, let_in.map(|(id, _)| id));
        }
        let commands: Vec<_> = std::iter::from_fn(|| self.host.server.poll_command()).take(MANY).collect();
        for command in &commands {
            if let LinkCommand::Close { link, .. } = command {
                self.model.lose(*link);
            }
        }
        let batch = std::mem::take(&mut self.batch);
        self.send_batch(&batch);
        self.batch = batch;
        self.batch.clear();
        for command in commands {
            match command {
                LinkCommand::Close { link, reason } => self.host_hangs_up(link, reason)?,
                LinkCommand::Open => return Err(Violation::new("the server asks for a link")),
            }
        }
        self.is_the_host_right()?;
        self.wake_host();
        Ok(())
    }

    fn batch_transmits(&mut self, word: Option<Probe>) {
        while let Some(transmit) = self.host.server.poll_transmit() {
            let carries_word = matches!(MessageType::peek(transmit.payload), Ok(MessageType::TextData));
            let payload: Rc<[u8]> = transmit.payload.into();
            let outgoing = transmit.to.iter().map(|link| Outgoing {
                link: *link,
                delivery: transmit.delivery,
                payload: Rc::clone(&payload),
                word: word.filter(|_| carries_word),
                repeated: false,
            });
            self.batch.extend(outgoing);
        }
    }

    /// A relay goes to exactly those who have the listed ids now, and only if it is the sender's own.
    fn is_relayed_right(&self, parcel: &Parcel, relay: &ServerRelay<'_>) -> Checked {
        let sender = self.model.over(parcel.link);
        let word = parcel.word.and_then(|probe| self.words.get(probe));
        let is_own = sender.zip(word).is_some_and(|(stay, word)| {
            relay.session == self.model.session && word.session == self.model.session && word.id == stay.id
        });
        let mut listed: Vec<ClientId> = relay.destinations.iter().collect();
        if !is_own {
            listed.clear();
        }
        let expected = listed.iter().filter_map(|id| self.model.link_of(*id));
        // The sender of a foreign session is told so.
        let is_answer =
            |sent: &&Outgoing| MessageType::peek(&sent.payload) == Ok(MessageType::ErrorWrongSession);
        let sent = self.batch.iter().filter(|sent| !is_answer(sent)).map(|outgoing| outgoing.link);
        ensure!(
            expected.clone().eq(sent.clone()),
            "word {:?} over {} goes to {:?} instead of {:?}",
            parcel.word,
            parcel.link,
            sent.collect::<Vec<_>>(),
            expected.collect::<Vec<_>>()
        );
        Ok(())
    }

    /// Sums the server's events up; the id and the link of a client that was let in.
    fn host_events(&mut self) -> Result<Option<(ClientId, LinkId)>, Violation> {
        let mut let_in = None;
        let told = &mut self.host.told;
        while let Some(event) = self.host.server.poll_event() {
            match event {
                ServerEvent::ClientJoined { id, name, link, .. } => {
                    ensure!(let_in.is_none(), "{name} joins in the same step as another");
                    let is_right = *name == *self.model.name(owner(link));
                    ensure!(is_right, "{name} joins over the link of {}", owner(link));
                    told.add_player(id, &name);
                    let_in = Some((id, link));
                }
                ServerEvent::ClientLeft { id, name, .. } => told.remove_player(id, &name),
                ServerEvent::EnteredRoom { id, room, .. } => told.add_room(id, &room),
                ServerEvent::ExitedRoom { id, room, .. } => told.remove_room(id, &room),
                other => {
                    return Err(Violation::new(format!("the server tells something unknown: {other:?}")));
                }
            }
        }
        Ok(let_in)
    }

    /// Puts packets on their way. With the last reliable one for a player it knows all that was done.
    fn send_batch(&mut self, batch: &[Outgoing]) {
        let step = self.counts.steps;
        let mut views = vec![None; batch.len()];
        for (outgoing, view) in batch.iter().zip(&mut views).rev() {
            let marked = &mut self.marked[owner(outgoing.link).index()];
            if outgoing.delivery == Delivery::Reliable && *marked != step {
                *marked = step;
                *view = self.view_over(outgoing.link);
            }
        }
        for (outgoing, view) in batch.iter().zip(views) {
            let Outgoing { link, delivery, payload, word, repeated } = outgoing;
            let parcel = Parcel {
                link: *link,
                way: Way::Down,
                delivery: *delivery,
                payload: Rc::clone(payload),
                word: *word,
                view,
                repeated: *repeated,
            };
            self.dispatch(parcel);
        }
    }

    fn view_over(&self, link: LinkId) -> Option<View> {
        let stay = self.model.over(link)?;
        Some(View { session: self.model.session, joined: stay.joined, version: self.model.version })
    }

    /// Gives a packet to the network.
    pub(super) fn dispatch(&mut self, parcel: Parcel) {
        let now = self.agenda.now();
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
