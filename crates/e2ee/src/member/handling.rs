//! A member's handling of messages from the delivery service, and of timeouts.

use std::time::Duration;

use consonance_wire::names::NameKey;
use consonance_wire::{DeliveryMessage, MemberMessage, PlainRooms, ReportAnswer, WireStr};

use super::committing::{self, Made, Wanted};
use super::group::{COMPLAINT, Group, complaint, group_id};
use super::mls::{self, Changes, Effect};
use super::newcomer::Newcomer;
use super::statements::Shown;
use super::{MemberEvent, MlsMember};
use crate::{E2eeError, GroupMember, SignedSpeech};

impl MlsMember {
    /// Handles a message of the delivery service. `now` is the time since any fixed start.
    pub fn handle(&mut self, now: Duration, message: &[u8]) {
        let message = match DeliveryMessage::parse(message) {
            Ok(Some(message)) => message,
            Ok(None) => return,
            Err(error) => {
                let error = E2eeError::Malformed { what: "group message", why: error.to_string() };
                return self.tell(MemberEvent::Failed { error });
            }
        };
        match message {
            DeliveryMessage::State { must_rejoin: true, .. } => self.ask_to_be_added(now),
            DeliveryMessage::State { group, .. } => self.handle_state(now, group),
            DeliveryMessage::Request { number, group, epoch, adds, removes, plain } => {
                let made = self.make(number, group, epoch, &Wanted { adds, removes, plain });
                if let Err(error) = made {
                    self.send(MemberMessage::Declined { number }.to_bytes());
                    self.tell(MemberEvent::Failed { error });
                }
            }
            DeliveryMessage::Accepted { number } => self.handle_accepted(now, number),
            DeliveryMessage::Changes { group, epoch, adds, removes } => {
                let keys = |names: &[WireStr<'_>]| {
                    names.iter().map(|name| NameKey::of(&name.to_str())).collect::<Vec<_>>()
                };
                let changes = Changes { adds: keys(&adds), removes: keys(&removes) };
                self.asked_changes = Some(((group, epoch), changes));
            }
            DeliveryMessage::Commit { group, epoch, commit } => {
                self.handle_commit(now, group, epoch, commit);
            }
            DeliveryMessage::Welcome { group, epoch, welcome, tree } => {
                self.handle_welcome(now, (group, epoch), welcome, tree);
            }
            DeliveryMessage::Statement { name, statement } => {
                self.handle_statement(&name.to_str(), statement);
            }
            DeliveryMessage::ReportAnswer { answer: ReportAnswer::Send } => {
                if let Some(report) = self.report.take() {
                    self.send(MemberMessage::Report { report: &report }.to_bytes());
                }
            }
            DeliveryMessage::ReportAnswer { answer } => {
                self.report = None;
                self.tell(MemberEvent::ReportAnswered { answer });
            }
            _ => {}
        }
    }

    /// Answers with this member's epoch; a player that is no member, or has lost the group's keys, asks to be added.
    pub(super) fn handle_state(&mut self, now: Duration, number: u32) {
        match &self.group {
            Some(group) if group.number == number && !group.is_stuck => {
                let epoch = u32::try_from(group.mls.current_epoch()).unwrap_or(u32::MAX);
                self.send(MemberMessage::Position { group: number, epoch }.to_bytes());
            }
            _ => self.ask_to_be_added(now),
        }
    }

    /// Handles the passing of time.
    pub fn handle_timeout(&mut self, now: Duration) {
        if self.ask_at.is_some_and(|at| at <= now) {
            self.ask_to_be_added(now);
        }
        match self.statements.next(now, &self.key, self.members().len()) {
            Some(Ok(statement)) => self.send(MemberMessage::Statement { statement: &statement }.to_bytes()),
            Some(Err(error)) => self.tell(MemberEvent::Failed { error }),
            None => {}
        }
    }

    fn handle_statement(&mut self, name: &str, statement: &[u8]) {
        let Some(group) = &self.group else { return };
        let Some(member) = GroupMember::named(&group.members, name) else { return };
        if let Some(sealed) = SignedSpeech::sealed(statement) {
            return self.tell(MemberEvent::SpeechSigned { name: name.into(), sealed: sealed.to_vec() });
        }
        match self.statements.hear(member, statement) {
            Ok(Shown::Forked) => self.tell(MemberEvent::Forked { name: name.into() }),
            Ok(Shown::Confirmed | Shown::Nothing) => {}
            Err(error) => self.tell(MemberEvent::Failed { error }),
        }
    }

    /// Asks to be added: the first time at once, again only after a while, so that a group that fails repeatedly does
    /// not keep all others busy.
    pub(super) fn ask_to_be_added(&mut self, now: Duration) {
        let earliest = self.asked_at.map(|at| at + Self::ASK_EVERY).filter(|at| *at > now);
        self.ask_at = earliest;
        if earliest.is_some() {
            return;
        }
        self.asked_at = Some(now);
        match Newcomer::new(&self.key, &self.credential) {
            Ok((newcomer, key_package)) => {
                if self.newcomers.len() == Self::NEWCOMERS_MAX {
                    self.newcomers.pop_front();
                }
                self.newcomers.push_back(newcomer);
                let message = MemberMessage::KeyPackage { key_package: &key_package, shows_group: true };
                self.send(message.to_bytes());
            }
            Err(error) => self.tell(MemberEvent::Failed { error }),
        }
    }

    /// Makes the requested commit or group, and sends it.
    fn make(
        &mut self,
        number: u32,
        group: u32,
        epoch: Option<u32>,
        wanted: &Wanted<'_>,
    ) -> Result<(), E2eeError> {
        let Some(epoch) = epoch else { return self.make_group(number, group, wanted) };
        let present = self.group.as_mut().filter(|present| present.number == group && !present.is_stuck);
        let present = present.ok_or(E2eeError::NoGroup)?;
        if present.mls.current_epoch() != u64::from(epoch) {
            let why =
                format!("epoch {epoch} is asked for, this member is in {}", present.mls.current_epoch());
            return Err(E2eeError::Refused { what: "request", why });
        }
        present.mls.clear_pending_commit();
        self.pending = None;
        let made = committing::commit(&mut present.mls, wanted)?;
        // The member to remove may already be gone: the delivery service then gets an epoch without changes.
        let made = made.map_or_else(|| committing::renewal(&mut present.mls), Ok)?;
        self.pending = Some(number);
        self.send(made.to_message(number));
        Ok(())
    }

    fn make_group(&mut self, request: u32, number: u32, wanted: &Wanted<'_>) -> Result<(), E2eeError> {
        if self.is_strict && wanted.plain != PlainRooms::Never {
            self.tell(MemberEvent::PolicyWeakened);
            return Err(E2eeError::Refused { what: "request", why: "its group would be weaker".into() });
        }
        let mut mls = committing::new_group(&self.key, &self.credential, &group_id(number), &wanted.plain)?;
        let info = committing::group_info(&mls)?;
        let made = committing::commit(&mut mls, wanted)?.unwrap_or_else(Made::nothing);
        let group = Group::new(number, mls)?;
        self.founding = Some((request, group));
        self.send(made.with_info(info).to_message(request));
        Ok(())
    }

    /// This member's own commit was accepted.
    fn handle_accepted(&mut self, now: Duration, number: u32) {
        if let Some((_, mut group)) = self.founding.take_if(|(request, _)| *request == number) {
            let applied =
                if group.mls.has_pending_commit() { mls::apply(&mut group.mls).err() } else { None };
            self.group = Some(group);
            return match applied {
                None => self.enter(now, None),
                Some(error) => self.fail(now, error),
            };
        }
        if self.pending.take_if(|request| *request == number).is_none() {
            return;
        }
        let Some(group) = &mut self.group else { return };
        match mls::apply(&mut group.mls) {
            Ok(effect) => self.enter(now, Some(effect.committer)),
            Err(error) => self.fail(now, error),
        }
    }

    fn handle_commit(&mut self, now: Duration, number: u32, epoch: u32, commit: &[u8]) {
        let Some(group) = self.group.as_mut().filter(|group| group.number == number) else { return };
        let present = group.mls.current_epoch();
        if u64::from(epoch) <= present || group.is_stuck {
            return;
        }
        if u64::from(epoch) > present + 1 {
            // Commits are missing: the delivery service resends them, or asks for a key package.
            return self.handle_state(now, number);
        }
        self.pending = None;
        let asked = self.asked_changes.take().filter(|(of, _)| *of == (number, epoch));
        match mls::process_commit(&mut group.mls, commit, asked.as_ref().map(|(_, changes)| changes)) {
            Ok(Effect { am_removed: true, .. }) => {
                self.group = None;
                self.tell(MemberEvent::Removed);
                // The client is still in the session, so it gets commits; the Welcome for its new leaf may be lost.
                self.ask_to_be_added(now);
            }
            Ok(effect) => self.enter(now, Some(effect.committer)),
            Err(error) => {
                // Whoever has the former keys, too, still hears this member, until it is added again.
                group.is_stuck = true;
                self.complain(now, (number, epoch), error);
            }
        }
    }

    fn handle_welcome(&mut self, now: Duration, of: (u32, u32), welcome: &[u8], tree: &[u8]) {
        let message = match mls::message("Welcome", welcome) {
            Ok(message) => message,
            Err(error) => return self.complain(now, of, error),
        };
        let Some(index) = self.newcomers.iter().rposition(|newcomer| newcomer.is_meant_by(&message)) else {
            if self.group.as_ref().is_none_or(|group| group.number != of.0) {
                // The delivery service believes this client is a member.
                self.ask_to_be_added(now);
            }
            return;
        };
        let opened = self.newcomers[index].join(of.0, &message, tree);
        // Keep later key packages: they may have reached the server, which then adds them.
        self.newcomers.drain(..=index);
        match opened {
            Ok(group) if self.is_strict && group.plain != PlainRooms::Never => {
                self.tell(MemberEvent::PolicyWeakened);
            }
            Ok(group) => {
                self.group = Some(group);
                self.enter(now, None);
            }
            Err(error) => self.complain(now, of, error),
        }
    }

    /// Tells the delivery service that a commit, or its Welcome, gave this member no keys, and asks to be added again.
    fn complain(&mut self, now: Duration, (group, epoch): (u32, u32), error: E2eeError) {
        match self.key.sign(COMPLAINT, &complaint(group, epoch)) {
            Ok(signature) => {
                let message = MemberMessage::Complaint { group, epoch, signature: &signature };
                self.send(message.to_bytes());
            }
            Err(error) => self.tell(MemberEvent::Failed { error }),
        }
        self.tell(MemberEvent::Failed { error });
        self.ask_to_be_added(now);
    }

    /// Leaves a group that cannot be followed any more: drops its keys, and asks for new ones.
    fn fail(&mut self, now: Duration, error: E2eeError) {
        self.group = None;
        self.tell(MemberEvent::Failed { error });
        self.ask_to_be_added(now);
    }

    /// Handles a new epoch of the group.
    fn enter(&mut self, now: Duration, committer: Option<u32>) {
        let Some(group) = &mut self.group else { return };
        let name = |members: &[GroupMember], leaf| {
            let member = members.iter().find(|member| member.leaf == leaf);
            member.map(|member| member.credential.name().to_owned())
        };
        let committed_by = committer.and_then(|leaf| name(&group.members, leaf));
        let plain = match mls::plain_rooms(&group.mls) {
            Ok(plain) => plain,
            Err(error) => return self.fail(now, error),
        };
        group.plain = plain;
        let former = core::mem::replace(&mut self.announced, group.plain.clone());
        let plain_rooms_changed = !has_same_rooms(&former, &group.plain);
        group.members = mls::members(&group.mls);
        self.is_strict |= group.plain == PlainRooms::Never;
        let epoch = group.mls.current_epoch();
        if let Err(error) = self.statements.enter(now, group) {
            return self.fail(now, error);
        }
        self.tell(MemberEvent::NewEpoch { epoch, committed_by, plain_rooms_changed });
    }

    pub(super) fn send(&mut self, message: Vec<u8>) {
        if self.messages.len() == Self::MESSAGES_MAX {
            self.messages.pop_front();
        }
        self.messages.push_back(message);
    }

    fn tell(&mut self, event: MemberEvent) {
        if self.events.len() == Self::EVENTS_MAX {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }
}

/// Whether the same rooms are unencrypted, whatever may change later.
fn has_same_rooms(a: &PlainRooms, b: &PlainRooms) -> bool {
    let is_empty = |rooms: &PlainRooms| match rooms {
        PlainRooms::Never => true,
        PlainRooms::Only(rooms) => rooms.is_empty(),
        PlainRooms::All => false,
    };
    a == b || is_empty(a) && is_empty(b)
}
