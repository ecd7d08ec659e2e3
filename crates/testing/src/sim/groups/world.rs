//! The server, the players, the links between them, and time, which advances by a millisecond per step.

use std::fmt::Debug;
use std::time::Duration;

use consonance_e2ee::FollowedGroup;
use consonance_session::{ClientEvent, Delivery, Encryption, LinkCommand, LinkId, Server, ServerSettings};
use consonance_wire::{DeliveryMessage, MemberMessage};

use super::book::Book;
use super::diary::Diary;
use super::links::{Arrival, Links, Way};
use super::player::{Fate, Moment, Player, instant};
use super::speech::Former;
use super::{GroupCounts, GroupSabotage, GroupScenario};
use crate::sim::dice::Dice;
use crate::sim::violation::{Checked, Violation};

pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) players: Vec<Player>,
    pub(crate) now: Duration,
    pub(crate) diary: Diary,
    pub(super) encryption: Encryption,
    pub(super) links: Links,
    /// Players that left and keep trying to listen.
    pub(super) former: Vec<Former>,
    pub(super) book: Book,
    pub(super) dice: Dice,
    pub(super) counts: GroupCounts,
    pub(super) sabotage: Option<GroupSabotage>,
    /// The time of the last fault of any player.
    pub(super) last_fault: Duration,
    /// The number of all players so far.
    pub(super) named: u64,
    /// Nobody speaks.
    pub(super) is_silent: bool,
}

/// An event from a client to its driver.
enum ClientNews {
    Group(Box<[u8]>),
    Voice { speaker: String, frame: Vec<u8> },
}

pub(super) const STEP: Duration = Duration::from_millis(1);

impl World {
    pub(crate) fn new(scenario: &GroupScenario) -> Self {
        let mut dice = Dice::new(scenario.seed);
        let encryption = if dice.chance(300_000) { Encryption::Allowed } else { Encryption::Required };
        let mut settings = ServerSettings::from_seed(scenario.seed);
        settings.encryption = encryption;
        let mut server = Server::new(settings);
        if scenario.sabotage != Some(GroupSabotage::UncheckedCommits) {
            server.group().set_check(Box::new(FollowedGroup::new()));
        }
        Self {
            server,
            players: Vec::new(),
            now: Duration::ZERO,
            diary: Diary::default(),
            encryption,
            links: Links::new(dice.split()),
            former: Vec::new(),
            book: Book::default(),
            dice: dice.split(),
            counts: GroupCounts::default(),
            sabotage: scenario.sabotage,
            last_fault: Duration::ZERO,
            named: 0,
            is_silent: false,
        }
    }

    /// Advances time by a millisecond.
    pub(crate) fn step(&mut self) -> Checked {
        self.pass(STEP)
    }

    pub(super) fn pass(&mut self, span: Duration) -> Checked {
        self.now += span;
        while let Some((link, arrival)) = self.links.arrived(self.now, Way::Up) {
            self.arrive_at_server(link, arrival)?;
        }
        if self.server.poll_timeout().is_some_and(|(at, _)| at <= instant(self.now)) {
            self.server.handle_timeout(instant(self.now));
        }
        self.drain_server()?;
        while let Some((link, arrival)) = self.links.arrived(self.now, Way::Down) {
            self.arrive_at_player(link, arrival)?;
        }
        for index in 0..self.players.len() {
            self.drive(index)?;
        }
        self.bury_the_dead();
        Ok(())
    }

    fn arrive_at_server(&mut self, link: LinkId, arrival: Arrival) -> Checked {
        let now = instant(self.now);
        match arrival {
            Arrival::End => self.server.handle_disconnected(now, link),
            Arrival::Packet(delivery, packet) => {
                let relayed = self.server.handle_packet(now, link, delivery, &packet);
                let relayed = relayed.map(|it| (it.to.to_vec(), it.delivery, it.payload.to_vec()));
                if let Some((to, delivery, payload)) = relayed {
                    self.overhear(&payload)?;
                    for link in to {
                        self.links.send(self.now, link, Way::Down, delivery, payload.clone());
                    }
                }
            }
        }
        self.drain_server()
    }

    fn drain_server(&mut self) -> Checked {
        while let Some(transmit) = self.server.poll_transmit() {
            for link in transmit.to {
                let payload = transmit.payload.to_vec();
                self.links.send(self.now, *link, Way::Down, transmit.delivery, payload);
            }
        }
        while let Some(command) = self.server.poll_command() {
            self.links.transcript.note_event(self.now.as_micros() as u64, u64::MAX, &command);
            if let LinkCommand::Close { link, reason, .. } = command {
                self.diary.note(self.now, format!("the server closes {link}: {reason:?}"));
                self.links.close(self.now, link, Way::Down);
            }
        }
        let micros = self.now.as_micros() as u64;
        while let Some(event) = self.server.poll_event() {
            self.links.transcript.note_event(micros, u64::MAX, &event);
        }
        let longest = self.links.longest_queue();
        if longest > super::links::LANE_MAX {
            return Err(Violation::new(format!("{longest} packets wait on one link")));
        }
        Ok(())
    }

    fn arrive_at_player(&mut self, link: LinkId, arrival: Arrival) -> Checked {
        let Some(index) = self.players.iter().position(|player| player.link == Some(link)) else {
            return Ok(());
        };
        let now = self.now;
        let player = &mut self.players[index];
        match arrival {
            Arrival::End => {
                player.link = None;
                player.client.handle_disconnected(instant(now), link);
            }
            Arrival::Packet(delivery, packet) => {
                let lets_plain_in = self.sabotage == Some(GroupSabotage::PlainVoice) && index == 0;
                let lets_in = lets_plain_in && self.book.find(&packet).is_some();
                let opened = player.open(now, packet.clone()).or(lets_in.then_some(packet));
                let Some(packet) = opened else { return Ok(()) };
                player.client.handle_packet(instant(now), link, delivery, &packet);
            }
        }
        self.read_client(index)
    }

    fn read_client(&mut self, index: usize) -> Checked {
        while let Some(news) = self.next_news(index) {
            let player = &mut self.players[index];
            match news {
                // Messages are read in order, so later ones queue behind those that wait.
                ClientNews::Group(message) if player.hangs_until > self.now || !player.unread.is_empty() => {
                    player.unread.push(message);
                }
                ClientNews::Group(message) => self.handle_group_message(index, &message)?,
                ClientNews::Voice { speaker, frame } => self.hear(index, &speaker, &frame)?,
            }
        }
        Ok(())
    }

    fn next_news(&mut self, index: usize) -> Option<ClientNews> {
        let micros = self.now.as_micros() as u64;
        let client = &mut self.players[index].client;
        loop {
            let event = client.poll_event()?;
            // The bytes of group messages, and of frames that were not opened, depend on keys.
            let event_without_bytes: &dyn Debug = match &event {
                ClientEvent::GroupMessage { .. } => &"GroupMessage",
                ClientEvent::Voice(voice) => &("Voice", voice.id, voice.frame.len()),
                other => other,
            };
            self.links.transcript.note_event(micros, index as u64, event_without_bytes);
            match event {
                ClientEvent::GroupMessage { message } => return Some(ClientNews::Group(message)),
                ClientEvent::Voice(frame) => {
                    let (id, frame) = (frame.id, frame.frame.to_vec());
                    let speaker = client.players().name_of(id).unwrap_or_default().to_owned();
                    return Some(ClientNews::Voice { speaker, frame });
                }
                _ => {}
            }
        }
    }

    fn handle_group_message(&mut self, index: usize, message: &[u8]) -> Checked {
        if self.players[index].hostile.is_some() {
            self.attack(index, message);
            return Ok(());
        }
        let parsed = DeliveryMessage::parse(message);
        if matches!(parsed, Ok(Some(DeliveryMessage::Commit { .. }))) {
            self.leak_commit(message)?;
            if self.sabotage == Some(GroupSabotage::LostCommits) && index == 1 {
                return Ok(());
            }
        }
        if matches!(parsed, Ok(Some(DeliveryMessage::Request { .. })))
            && self.meet_doom(index, Moment::Requested)
        {
            return Ok(());
        }
        let now = self.now;
        let Some(keys) = &mut self.players[index].keys else { return Ok(()) };
        keys.member.handle(now, message);
        if matches!(parsed, Ok(Some(DeliveryMessage::Accepted { .. }))) {
            self.meet_doom(index, Moment::Accepted);
        }
        self.follow_member(index)
    }

    /// Drives a player's own actions.
    fn drive(&mut self, index: usize) -> Checked {
        let (now, at) = (self.now, instant(self.now));
        let player = &mut self.players[index];
        if player.client.poll_timeout().is_some_and(|(due, _)| due <= at) {
            player.client.handle_timeout(at);
        }
        while let Some(command) = self.players[index].client.poll_command() {
            self.links.transcript.note_event(now.as_micros() as u64, index as u64, &command);
            self.carry_out(index, &command);
        }
        if self.players[index].hostile.is_some() {
            self.attack_unasked(index);
        } else if self.players[index].hangs_until <= now {
            for message in std::mem::take(&mut self.players[index].unread) {
                self.handle_group_message(index, &message)?;
            }
            let keys = self.players[index].keys.as_mut();
            if let Some(keys) = keys.filter(|keys| keys.member.poll_timeout().is_some_and(|due| due <= now)) {
                keys.member.handle_timeout(now);
            }
            self.follow_member(index)?;
        }
        if let Some(keys) = &mut self.players[index].keys
            && keys.cipher.poll_timeout().is_some_and(|due| due <= now)
        {
            keys.cipher.handle_timeout(now);
        }
        if !self.is_silent {
            self.speak(index);
        }
        self.read_client(index)?;
        self.transmit(index);
        Ok(())
    }

    fn carry_out(&mut self, index: usize, command: &LinkCommand) {
        let now = self.now;
        let player = &mut self.players[index];
        match command {
            LinkCommand::Open if player.offline_until > now => {
                player.client.handle_connect_failed(instant(now));
            }
            LinkCommand::Open => {
                let link = self.links.open();
                player.link = Some(link);
                player.client.handle_connected(instant(now), link);
                self.server.handle_connected(instant(now), link);
            }
            LinkCommand::Close { link, .. } => {
                let link = *link;
                self.transmit(index);
                self.links.close(now, link, Way::Up);
                self.players[index].link.take_if(|it| *it == link);
            }
        }
    }

    /// Sends what the client has, sealed.
    pub(super) fn transmit(&mut self, index: usize) {
        let now = self.now;
        loop {
            let player = &mut self.players[index];
            let Some(transmit) = player.client.poll_transmit() else { return };
            let (to, delivery) = (transmit.to.to_vec(), transmit.delivery);
            let packet = transmit.payload.to_vec();
            let Some(packet) = self.seal(index, delivery, packet) else { continue };
            for link in to {
                self.links.send(now, link, Way::Up, delivery, packet.clone());
            }
        }
    }

    fn seal(&mut self, index: usize, delivery: Delivery, packet: Vec<u8>) -> Option<Vec<u8>> {
        let player = &mut self.players[index];
        let word = (delivery == Delivery::Unreliable).then(|| self.book.find(&packet)).flatten();
        let word = word.map(|(number, _)| number);
        if word.is_some() && player.speaks_plain_until > self.now {
            return Some(packet);
        }
        let (packet, is_sealed) = player.seal(packet)?;
        let sealing_in = player.keys.as_ref().and_then(|keys| keys.sealing_in);
        if let Some((number, of)) = word.zip(sealing_in).filter(|_| is_sealed) {
            self.book.note_sealed(number, of);
            self.counts.sealed += 1;
        }
        Some(packet)
    }

    /// Sends what a member has for the delivery service, and takes its keys.
    pub(crate) fn follow_member(&mut self, index: usize) -> Checked {
        self.take_events(index)?;
        let mut has_committed = false;
        let player = &mut self.players[index];
        let Some(keys) = &mut player.keys else { return Ok(()) };
        while let Some(message) = keys.member.poll_message() {
            has_committed |= matches!(MemberMessage::parse(&message), Ok(Some(MemberMessage::Commit { .. })));
            player.client.send_group_message(&message);
        }
        if has_committed {
            self.transmit(index);
            self.meet_doom(index, Moment::Sent);
        }
        Ok(())
    }

    /// True if the member is not to go on, since this is the moment.
    fn meet_doom(&mut self, index: usize, moment: Moment) -> bool {
        let Some(doom) = self.players[index].doom.take_if(|doom| doom.at == moment) else { return false };
        self.counts.interrupted_commits += 1;
        let name = self.players[index].name.clone();
        self.diary.note(self.now, format!("{name} meets {doom:?}"));
        match doom.fate {
            Fate::Crash => self.players[index].is_dead = true,
            Fate::LoseLink(offline) => self.lose_link(index, offline),
        }
        true
    }

    fn bury_the_dead(&mut self) {
        while let Some(index) = self.players.iter().position(|player| player.is_dead) {
            self.crash(index);
        }
        let in_use: Vec<LinkId> = self.players.iter().filter_map(|player| player.link).collect();
        self.links.forget(|link| in_use.contains(&link));
    }
}
