//! A session with members, on simulated time.

use std::collections::BTreeMap;
use std::time::Duration;

use consonance_e2ee::{Credential, FollowedGroup, IdentityKey, MemberEvent, MlsMember};
use consonance_session::{
    Capabilities, Client, ClientEvent, ClientSettings, Delivery, Encryption, Instant, LinkCommand, LinkId,
    RoomId, Server, ServerSettings,
};

use consonance_wire::{DeliveryMessage, MemberMessage, Named, PlainRooms};

use super::tampering::{
    Tamper, adding_only, is_commit, newcomer_called, tampered, with_damaged_tag, with_damaged_welcomes,
};

pub(crate) struct Fixture {
    pub(crate) server: Server,
    players: BTreeMap<String, Player>,
    now: Instant,
    next_link: u64,
    damage_next_commit: bool,
    /// The number of Welcomes for nonexistent members that are added to the next commit.
    invented: usize,
    longest_removal: usize,
    tamper: Option<Tamper>,
    /// The member that tampered with a commit.
    tampered: Option<String>,
    /// Members that add only each other.
    clique: Vec<&'static str>,
    /// A member whose Welcomes cannot be opened.
    spoils_welcomes: Option<&'static str>,
    /// Members that are shown damaged commits, so that they complain about commits that hold.
    deceived: Vec<&'static str>,
    /// The members that were asked for commits, in order.
    pub(crate) asked: Vec<String>,
    /// The members that were told to ask to be added again.
    pub(crate) sent_away: Vec<String>,
}

struct Player {
    client: Client,
    /// None for a client without the feature.
    member: Option<MlsMember>,
    up: Option<LinkId>,
    /// Whether the player cannot connect.
    is_offline: bool,
    hangs: bool,
    /// Group messages received while the player hung.
    unread: Vec<Vec<u8>>,
    events: Vec<MemberEvent>,
}

impl Fixture {
    pub(crate) fn new(encryption: Encryption) -> Self {
        Self {
            server: server(encryption, 7),
            players: BTreeMap::new(),
            now: Instant::START,
            next_link: 1,
            damage_next_commit: false,
            invented: 0,
            longest_removal: 0,
            tamper: None,
            tampered: None,
            clique: Vec::new(),
            spoils_welcomes: None,
            deceived: Vec::new(),
            asked: Vec::new(),
            sent_away: Vec::new(),
        }
    }

    /// With a server that checks nothing.
    pub(crate) fn unchecked(encryption: Encryption) -> Self {
        Self { server: Server::new(settings(encryption, 7)), ..Self::new(encryption) }
    }

    /// The next member that is asked for a commit tampers with it.
    pub(crate) fn tamper(&mut self, tamper: Tamper) {
        self.tamper = Some(tamper);
    }

    /// The member that tampered with a commit.
    pub(crate) fn tampered(&self) -> &str {
        self.tampered.as_deref().unwrap()
    }

    /// From now on these members add only each other.
    pub(crate) fn form_clique(&mut self, names: &[&'static str]) {
        self.clique = names.to_vec();
    }

    /// Damages all further Welcomes of this member, so that newcomers cannot decrypt them.
    pub(crate) fn spoil_welcomes_of(&mut self, name: &'static str) {
        self.spoils_welcomes = Some(name);
    }

    /// From now on these members complain about every commit.
    pub(crate) fn deceive(&mut self, names: &[&'static str]) {
        self.deceived = names.to_vec();
    }

    /// Replaces the server; all players reconnect to the new one.
    pub(crate) fn replace_server(&mut self, encryption: Encryption) {
        self.server = server(encryption, 8);
        for name in self.players.keys().cloned().collect::<Vec<_>>() {
            self.lose_link(&name);
            self.reconnect(&name);
        }
    }

    /// Players that all have the same key join.
    pub(crate) fn join_with_one_key(&mut self, names: &[&str]) {
        let secret = IdentityKey::generate().unwrap().to_bytes();
        for name in names {
            let key = IdentityKey::from_bytes(&secret).unwrap();
            self.add(name, Some(MlsMember::new(key, Credential::new(name).unwrap())));
        }
    }

    pub(crate) fn join(&mut self, names: &[&str]) {
        for name in names {
            let key = IdentityKey::generate().unwrap();
            let member = MlsMember::new(key, Credential::new(name).unwrap());
            self.add(name, Some(member));
        }
    }

    pub(crate) fn join_original(&mut self, name: &str) {
        self.add(name, None);
    }

    fn add(&mut self, name: &str, member: Option<MlsMember>) {
        let mut settings = ClientSettings::new(name);
        settings.capabilities = match member {
            Some(_) => Capabilities::ALL.with(Capabilities::GROUPS),
            None => Capabilities::ALL,
        };
        let mut client = Client::new(settings);
        client.start();
        let events = Vec::new();
        let player =
            Player { client, member, up: None, is_offline: false, hangs: false, unread: Vec::new(), events };
        self.players.insert(name.into(), player);
    }

    pub(crate) fn leave(&mut self, name: &str) -> MlsMember {
        self.leave_original(name).unwrap()
    }

    pub(crate) fn leave_original(&mut self, name: &str) -> Option<MlsMember> {
        let now = self.now;
        self.player(name).client.stop(now);
        self.carry(name);
        let player = self.players.remove(name).unwrap();
        if let Some(link) = player.up {
            self.server.handle_disconnected(self.now, link);
        }
        player.member
    }

    pub(crate) fn lose_link(&mut self, name: &str) {
        let now = self.now;
        let player = self.players.get_mut(name).unwrap();
        let link = player.up.take().unwrap();
        player.client.handle_disconnected(now, link);
        self.server.handle_disconnected(now, link);
    }

    /// The player loses its link and cannot connect until it [reconnects](Self::reconnect).
    pub(crate) fn go_offline(&mut self, name: &str) {
        self.player(name).is_offline = true;
        self.lose_link(name);
    }

    /// Lets the player connect again; the client's due timers fire.
    pub(crate) fn reconnect(&mut self, name: &str) {
        let now = self.now;
        let player = self.players.get_mut(name).unwrap();
        player.is_offline = false;
        while let Some((at, _)) = player.client.poll_timeout().filter(|(at, _)| *at <= now) {
            player.client.handle_timeout(at.max(now));
        }
    }

    /// The player keeps its link, but neither reads nor sends group messages.
    pub(crate) fn hang(&mut self, name: &str) {
        self.player(name).hangs = true;
    }

    pub(crate) fn wake(&mut self, name: &str) {
        let now = self.now;
        let player = self.player(name);
        player.hangs = false;
        for message in std::mem::take(&mut player.unread) {
            player.member.as_mut().unwrap().handle(since_start(now), &message);
        }
    }

    pub(crate) fn forget_keys(&mut self, name: &str) {
        let key = IdentityKey::generate().unwrap();
        let mut member = MlsMember::new(key, Credential::new(name).unwrap());
        let state = DeliveryMessage::State { group: 0, must_rejoin: true };
        member.handle(since_start(self.now), &state.to_bytes());
        self.player(name).member = Some(member);
    }

    /// The player asks to be added, although it has asked before.
    pub(crate) fn ask_again(&mut self, name: &str) {
        let now = since_start(self.now);
        let state = DeliveryMessage::State { group: 0, must_rejoin: true };
        self.player(name).member.as_mut().unwrap().handle(now, &state.to_bytes());
    }

    /// Acts as a hostile delivery service: two members commit for the same epoch, and each half of the group is sent
    /// only one of the commits.
    pub(crate) fn fork(&mut self, one: &[&str], other: &[&str]) {
        let now = since_start(self.now);
        for half in [one, other] {
            let committer = self.player(half[0]).member.as_mut().unwrap();
            let (group, epoch) = committer.epoch().unwrap();
            let epoch = u32::try_from(epoch).unwrap();
            let newcomer = newcomer_called("Eve");
            let adds = vec![Named { name: "Eve".into(), message: &newcomer }];
            let (removes, plain) = (Vec::new(), PlainRooms::Never);
            let request =
                DeliveryMessage::Request { number: 9, group, epoch: Some(epoch), adds, removes, plain };
            committer.handle(now, &request.to_bytes());
            let made =
                std::iter::from_fn(|| committer.poll_message()).find(|message| is_commit(message)).unwrap();
            committer.handle(now, &DeliveryMessage::Accepted { number: 9 }.to_bytes());
            let Ok(Some(MemberMessage::Commit { commit, .. })) = MemberMessage::parse(&made) else {
                unreachable!()
            };
            let commit = DeliveryMessage::Commit { group, epoch: epoch + 1, commit }.to_bytes();
            for name in &half[1..] {
                self.player(name).member.as_mut().unwrap().handle(now, &commit);
            }
        }
    }

    pub(crate) fn damage_next_commit(&mut self) {
        self.damage_next_commit = true;
    }

    /// Adds Welcomes to the next commit, for players that were not to be added.
    pub(crate) fn invent_welcomes(&mut self, count: usize) {
        self.invented = count;
    }

    /// The longest list of names that a member was asked to remove.
    pub(crate) fn longest_removal(&self) -> usize {
        self.longest_removal
    }

    /// Sends a message from a player to the delivery service.
    pub(crate) fn send(&mut self, name: &str, message: &MemberMessage<'_>) {
        self.client(name).send_group_message(&message.to_bytes());
    }

    pub(crate) fn client(&mut self, name: &str) -> &mut Client {
        &mut self.player(name).client
    }

    pub(crate) fn member(&self, name: &str) -> &MlsMember {
        self.players[name].member.as_ref().unwrap()
    }

    pub(crate) fn events(&self, name: &str) -> &[MemberEvent] {
        &self.players[name].events
    }

    pub(crate) fn secret_of(&self, name: &str) -> Vec<u8> {
        self.member(name).export_secret(b"test", 16).unwrap()
    }

    pub(crate) fn names_seen_by(&self, name: &str) -> Vec<String> {
        let members = self.member(name).members().iter();
        let mut names: Vec<_> = members.map(|member| member.credential.name().to_owned()).collect();
        names.sort();
        names
    }

    pub(crate) fn is_plain(&self, name: &str, room: &str) -> bool {
        self.member(name).plain_rooms().unwrap().contains(RoomId::of(room).0)
    }

    pub(crate) fn assert_all_share_an_epoch(&self, count: usize) {
        let names: Vec<&str> =
            self.players.iter().filter(|(_, it)| it.member.is_some()).map(|(name, _)| &**name).collect();
        assert_eq!(names.len(), count);
        self.assert_share_an_epoch(&names);
        assert_eq!(self.server.tables().group_members(), count);
        assert_eq!(self.names_seen_by(names[0]), names);
    }

    pub(crate) fn assert_share_an_epoch(&self, names: &[&str]) {
        for name in names {
            let (first, other) = (self.member(names[0]), self.member(name));
            assert!(other.epoch().is_some(), "{name} is in no group: {:?}", self.events(name));
            assert_eq!(other.epoch(), first.epoch(), "{name}: {:?}", self.events(name));
            assert_eq!(self.secret_of(name), self.secret_of(names[0]), "{name}");
        }
    }

    pub(crate) fn run_ms(&mut self, ms: u64) {
        for _ in 0..ms {
            self.now = self.now + Duration::from_millis(1);
            if self.server.poll_timeout().is_some_and(|(at, _)| at <= self.now) {
                self.server.handle_timeout(self.now);
            }
            for name in self.players.keys().cloned().collect::<Vec<_>>() {
                self.carry(&name);
            }
            self.deliver();
        }
    }

    /// Carries a player's packets to the server.
    fn carry(&mut self, name: &str) {
        let now = self.now;
        let player = self.players.get_mut(name).unwrap();
        if player.client.poll_timeout().is_some_and(|(at, _)| at <= now) {
            player.client.handle_timeout(now);
        }
        while let Some(command) = player.client.poll_command() {
            if player.is_offline {
                player.client.handle_connect_failed(now);
            } else if matches!(command, LinkCommand::Open) {
                let link = LinkId(self.next_link);
                self.next_link += 1;
                player.up = Some(link);
                player.client.handle_connected(now, link);
                self.server.handle_connected(now, link);
            }
        }
        let mut messages = player.take_messages(now, &mut self.damage_next_commit);
        if let Some(message) = messages.iter_mut().find(|message| is_commit(message)) {
            if self.tamper.take_if(|tamper| *tamper == Tamper::DamageTag).is_some() {
                *message = with_damaged_tag(message);
                self.tampered = Some(name.into());
            }
            if self.spoils_welcomes == Some(name) {
                *message = with_damaged_welcomes(message);
            }
        }
        for message in &messages {
            match MemberMessage::parse(message) {
                Ok(Some(MemberMessage::Commit { number, commit, tree, mut welcomes, info }))
                    if self.invented > 0 =>
                {
                    let names: Vec<String> =
                        (0..std::mem::take(&mut self.invented)).map(|number| format!("X{number}")).collect();
                    welcomes.extend(names.iter().map(|name| Named { name: (&**name).into(), message: b"" }));
                    let more = MemberMessage::Commit { number, commit, tree, welcomes, info };
                    player.client.send_group_message(&more.to_bytes());
                }
                _ => drop(player.client.send_group_message(message)),
            }
        }
        let mut packets: Vec<(Delivery, Vec<u8>)> = Vec::new();
        while let Some(transmit) = player.client.poll_transmit() {
            packets.push((transmit.delivery, transmit.payload.to_vec()));
        }
        let Some(link) = player.up else { return };
        for (delivery, packet) in packets {
            let _ = self.server.handle_packet(now, link, delivery, &packet);
        }
    }

    /// Carries the server's packets to the players.
    fn deliver(&mut self) {
        let now = self.now;
        while let Some(transmit) = self.server.poll_transmit() {
            let (delivery, payload, to) =
                (transmit.delivery, transmit.payload.to_vec(), transmit.to.to_vec());
            for (name, player) in &mut self.players {
                let Some(link) = player.up.filter(|up| to.contains(up)) else { continue };
                player.client.handle_packet(now, link, delivery, &payload);
                for mut message in player.messages() {
                    match DeliveryMessage::parse(&message) {
                        Ok(Some(DeliveryMessage::Request { ref removes, .. })) => {
                            self.longest_removal = self.longest_removal.max(removes.len());
                            self.asked.push(name.clone());
                            if self.clique.contains(&&**name) {
                                message = adding_only(&message, &self.clique);
                            }
                            let tamper = self.tamper.take_if(|tamper| *tamper != Tamper::DamageTag);
                            if let Some(tamper) = tamper {
                                self.tampered = Some(name.clone());
                                message = tampered(&message, tamper);
                            }
                        }
                        Ok(Some(DeliveryMessage::State { must_rejoin: true, .. })) => {
                            self.sent_away.push(name.clone());
                        }
                        Ok(Some(DeliveryMessage::Commit { .. })) if self.deceived.contains(&&**name) => {
                            let last = message.len() - 1;
                            message[last] ^= 1;
                        }
                        _ => {}
                    }
                    player.read(now, message);
                }
            }
        }
        while let Some(command) = self.server.poll_command() {
            let LinkCommand::Close { link, .. } = command else { continue };
            for player in self.players.values_mut().filter(|it| it.up == Some(link)) {
                player.up = None;
                player.client.handle_disconnected(now, link);
            }
        }
        while self.server.poll_event().is_some() {}
    }

    fn player(&mut self, name: &str) -> &mut Player {
        self.players.get_mut(name).unwrap()
    }
}

impl Player {
    /// The received messages for its member.
    fn messages(&mut self) -> Vec<Vec<u8>> {
        let mut messages = Vec::new();
        while let Some(event) = self.client.poll_event() {
            if let (ClientEvent::GroupMessage { message }, Some(_)) = (event, &self.member) {
                messages.push(message.into());
            }
        }
        messages
    }

    fn read(&mut self, now: Instant, message: Vec<u8>) {
        if self.hangs {
            self.unread.push(message);
        } else if let Some(member) = &mut self.member {
            member.handle(since_start(now), &message);
        }
    }

    fn take_messages(&mut self, now: Instant, damage: &mut bool) -> Vec<Vec<u8>> {
        let Some(member) = self.member.as_mut().filter(|_| !self.hangs) else { return Vec::new() };
        if member.poll_timeout().is_some_and(|at| at <= since_start(now)) {
            member.handle_timeout(since_start(now));
        }
        let mut messages = Vec::new();
        while let Some(mut message) = member.poll_message() {
            if message[0] == 2 && std::mem::take(damage) {
                let at = message.len() / 2;
                message[at] ^= 1;
            }
            messages.push(message);
        }
        while let Some(event) = member.poll_event() {
            self.events.push(event);
        }
        messages
    }
}

fn since_start(now: Instant) -> Duration {
    now.since(Instant::START)
}

fn server(encryption: Encryption, seed: u64) -> Server {
    let mut server = Server::new(settings(encryption, seed));
    server.group().set_check(Box::new(FollowedGroup::new()));
    server
}

fn settings(encryption: Encryption, seed: u64) -> ServerSettings {
    let mut settings = ServerSettings::from_seed(seed);
    settings.encryption = encryption;
    settings
}
