//! One player's end of the group.

mod committing;
mod mls;
mod statements;

use std::collections::VecDeque;
use std::time::Duration;

use consonance_name_key::NameKey;
use consonance_sframe::{BASE_KEY_BYTES, BASE_KEY_LABEL, EpochSecret};
use consonance_wire::{DeliveryMessage, MemberMessage, PlainRooms};
use mls_rs::ExtensionList;
use mls_rs::group::ExportedTree;

use crate::{Credential, E2eeError, EpochKeys, GroupMember, IdentityKey, SafetyNumber};
use committing::Wanted;
use mls::{Effect, MlsClient, MlsGroup};
use statements::{Shown, Statements};

/// A player that wants to be in its session's group, or is.
///
/// After each call of [`handle`](Self::handle), send what [`poll_message`](Self::poll_message) returns.
pub struct Member {
    key: IdentityKey,
    credential: Credential,
    /// The client that made the last key package, and waits for its Welcome.
    newcomer: Option<MlsClient>,
    group: Option<Group>,
    /// A group that this member made, and that does not count yet.
    founding: Option<(u32, Group)>,
    /// The request that the pending commit of the group fulfils.
    pending: Option<u32>,
    /// A group of this session let no room be plain, so no later one may.
    is_strict: bool,
    statements: Statements,
    /// When the last key package was made.
    asked_at: Option<Duration>,
    /// When to ask again.
    ask_at: Option<Duration>,
    messages: VecDeque<Vec<u8>>,
    events: VecDeque<MemberEvent>,
}

/// A group and what it says.
struct Group {
    number: u32,
    mls: MlsGroup,
    plain: PlainRooms,
    members: Vec<GroupMember>,
}

/// What happened in the group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemberEvent {
    /// There are new keys. Who hears is [`Member::members`].
    NewEpoch {
        /// The epoch of the group, counted from 0.
        epoch: u64,
        /// The name of the member that committed it; none for the epoch that one joins in.
        committed_by: Option<String>,
        /// Whether other rooms than before are not encrypted: see [`Member::plain_rooms`].
        plain_rooms_changed: bool,
    },
    /// Another member removed this one, or the group: there are no keys until it is added again.
    Removed,
    /// A message was not as the protocol says. The member asks to be added again if it cannot go on without it.
    Failed {
        /// What is wrong.
        error: E2eeError,
    },
    /// The server shows this member and another one different groups: whoever makes it do so may hear what is said.
    Forked {
        /// The other member's name.
        name: String,
    },
    /// The server wants a group where rooms need not be encrypted, and the one before let none be: it is not joined.
    PolicyWeakened,
}

impl Member {
    /// How many messages wait at most; what a driver does not send is dropped from the front.
    const MESSAGES_MAX: usize = 64;
    /// How long it takes until a member asks to be added once more.
    const ASK_EVERY: Duration = Duration::from_millis(500);
    /// How many events wait at most.
    const EVENTS_MAX: usize = 256;

    /// A player that is in no group yet.
    pub fn new(key: IdentityKey, credential: Credential) -> Self {
        Self {
            key,
            credential,
            newcomer: None,
            group: None,
            founding: None,
            pending: None,
            is_strict: false,
            statements: Statements::default(),
            asked_at: None,
            ask_at: None,
            messages: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// The next message for the delivery service.
    pub fn poll_message(&mut self) -> Option<Vec<u8>> {
        self.messages.pop_front()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<MemberEvent> {
        self.events.pop_front()
    }

    /// The members, by their places in the tree; none as long as there is no group.
    pub fn members(&self) -> &[GroupMember] {
        self.group.as_ref().map_or(&[], |group| &group.members)
    }

    /// The own place in the tree.
    pub fn own_leaf(&self) -> Option<u32> {
        Some(self.group.as_ref()?.mls.current_member_index())
    }

    /// The group's number and its epoch.
    pub fn epoch(&self) -> Option<(u32, u64)> {
        self.group.as_ref().map(|group| (group.number, group.mls.current_epoch()))
    }

    /// Which rooms are not encrypted, as the group has signed; `None` as long as there is no group.
    pub fn plain_rooms(&self) -> Option<&PlainRooms> {
        self.group.as_ref().map(|group| &group.plain)
    }

    /// A secret of the present epoch (RFC 9420, section 8.5), of `length` bytes.
    ///
    /// # Errors
    /// [`E2eeError::NoGroup`].
    pub fn export_secret(&self, label: &[u8], length: usize) -> Result<Vec<u8>, E2eeError> {
        let group = self.group.as_ref().ok_or(E2eeError::NoGroup)?;
        let secret = group.mls.export_secret(label, &[], length);
        secret.map(|secret| secret.as_bytes().to_vec()).map_err(E2eeError::refused("the export of a secret"))
    }

    /// The keys of the present epoch.
    ///
    /// # Errors
    /// [`E2eeError::NoGroup`].
    pub fn epoch_keys(&self) -> Result<EpochKeys, E2eeError> {
        let group = self.group.as_ref().ok_or(E2eeError::NoGroup)?;
        let base_key = self.export_secret(BASE_KEY_LABEL.as_bytes(), BASE_KEY_BYTES)?;
        let base_key = base_key.try_into().map_err(|key: Vec<u8>| E2eeError::Malformed {
            what: "exported secret",
            why: format!("{} bytes, expected {BASE_KEY_BYTES}", key.len()),
        })?;
        let leaves = group.members.iter().map(|member| (NameKey::of(member.credential.name()), member.leaf));
        Ok(EpochKeys {
            group: group.number,
            secret: EpochSecret::new(group.mls.current_epoch(), base_key),
            own_leaf: group.mls.current_member_index(),
            leaves: leaves.collect(),
            plain: group.plain.clone(),
        })
    }

    /// The safety number of this player and another member; `None` without a member of that name.
    pub fn safety_number_with(&self, name: &str) -> Option<SafetyNumber> {
        let other = self.members().iter().find(|member| member.is_named(name))?;
        let own = (&self.credential, self.key.public());
        Some(SafetyNumber::of([own, (&other.credential, &other.key)]))
    }

    /// The safety number of all members; `None` as long as there is no group.
    pub fn group_safety_number(&self) -> Option<SafetyNumber> {
        let members = &self.group.as_ref()?.members;
        Some(SafetyNumber::of(members.iter().map(|member| (&member.credential, &member.key))))
    }

    /// Takes a message of the delivery service in. `now` is the time since any fixed start.
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
            DeliveryMessage::Commit { group, epoch, commit } => {
                self.handle_commit(now, group, epoch, commit);
            }
            DeliveryMessage::Welcome { group, welcome, tree, .. } => {
                self.handle_welcome(now, group, welcome, tree);
            }
            DeliveryMessage::Statement { name, statement } => {
                self.handle_statement(&name.to_str(), statement)
            }
            _ => {}
        }
    }

    /// A member tells how far it is; others, and who lost the group's keys, ask to be added.
    fn handle_state(&mut self, now: Duration, number: u32) {
        match &self.group {
            Some(group) if group.number == number => {
                let epoch = u32::try_from(group.mls.current_epoch()).unwrap_or(u32::MAX);
                self.send(MemberMessage::Position { group: number, epoch }.to_bytes());
            }
            _ => self.ask_to_be_added(now),
        }
    }

    /// Messages may have been lost, as when a page's connection was: tells the delivery service how far this member is,
    /// or asks to be added.
    pub fn resume(&mut self, now: Duration) {
        match self.group.as_ref().map(|group| group.number) {
            Some(number) => self.handle_state(now, number),
            None => self.ask_to_be_added(now),
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called.
    pub fn poll_timeout(&self) -> Option<Duration> {
        [self.ask_at, self.statements.due()].into_iter().flatten().min()
    }

    /// Time has passed.
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

    /// The last epoch in which another member was where this one was, as it has signed; `None` as long as it has not.
    /// Members sign after each new epoch, and every ten seconds or, of more than 50, as many seconds as a fifth of
    /// their number.
    pub fn confirmed_epoch_of(&self, name: &str) -> Option<u64> {
        let member = self.members().iter().find(|member| member.is_named(name))?;
        self.statements.confirmed(member.leaf)
    }

    fn handle_statement(&mut self, name: &str, statement: &[u8]) {
        let Some(group) = &self.group else { return };
        let Some(member) = group.members.iter().find(|member| member.is_named(name)) else { return };
        match self.statements.hear(member, statement) {
            Ok(Shown::Forked) => self.tell(MemberEvent::Forked { name: name.into() }),
            Ok(Shown::Confirmed | Shown::Nothing) => {}
            Err(error) => self.tell(MemberEvent::Failed { error }),
        }
    }

    /// Asks at once, but for a second time only after a while: a group that fails again and again is no reason to
    /// keep all others busy.
    fn ask_to_be_added(&mut self, now: Duration) {
        let earliest = self.asked_at.map(|at| at + Self::ASK_EVERY).filter(|at| *at > now);
        self.ask_at = earliest;
        if earliest.is_some() {
            return;
        }
        self.asked_at = Some(now);
        let client = mls::client(&self.key, &self.credential);
        let package = client
            .generate_key_package_message(ExtensionList::new(), ExtensionList::new(), None)
            .and_then(|message| message.to_bytes())
            .map_err(E2eeError::refused("the making of a key package"));
        match package {
            Ok(key_package) => {
                self.newcomer = Some(client);
                self.send(MemberMessage::KeyPackage { key_package: &key_package }.to_bytes());
            }
            Err(error) => self.tell(MemberEvent::Failed { error }),
        }
    }

    /// Makes what was requested, and sends it.
    fn make(
        &mut self,
        number: u32,
        group: u32,
        epoch: Option<u32>,
        wanted: &Wanted<'_>,
    ) -> Result<(), E2eeError> {
        let Some(epoch) = epoch else { return self.make_group(number, group, wanted) };
        let present =
            self.group.as_mut().filter(|present| present.number == group).ok_or(E2eeError::NoGroup)?;
        if present.mls.current_epoch() != u64::from(epoch) {
            let why =
                format!("epoch {epoch} is asked for, this member is in {}", present.mls.current_epoch());
            return Err(E2eeError::Refused { what: "request", why });
        }
        present.mls.clear_pending_commit();
        self.pending = None;
        let made = committing::commit(&mut present.mls, wanted)?;
        let Some(made) = made else {
            let why = "there is nothing to commit".into();
            return Err(E2eeError::Refused { what: "request", why });
        };
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
        let made = committing::commit(&mut mls, wanted)?;
        let group = Group::new(number, mls)?;
        let message = match &made {
            Some(made) => made.to_message(request),
            None => {
                let nothing =
                    MemberMessage::Commit { number: request, commit: &[], tree: &[], welcomes: vec![] };
                nothing.to_bytes()
            }
        };
        self.founding = Some((request, group));
        self.send(message);
        Ok(())
    }

    /// The own commit counts.
    fn handle_accepted(&mut self, now: Duration, number: u32) {
        if let Some((_, mut group)) = self.founding.take_if(|(request, _)| *request == number) {
            let applied =
                if group.mls.has_pending_commit() { mls::apply(&mut group.mls).err() } else { None };
            self.group = Some(group);
            self.newcomer = None;
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
        if u64::from(epoch) <= present {
            return;
        }
        if u64::from(epoch) > present + 1 {
            // Some commits are missing: the delivery service sends them again, or asks for a key package.
            return self.handle_state(now, number);
        }
        self.pending = None;
        match mls::process_commit(&mut group.mls, commit) {
            Ok(Effect { am_removed: true, .. }) => {
                self.group = None;
                self.tell(MemberEvent::Removed);
            }
            Ok(effect) => self.enter(now, Some(effect.committer)),
            Err(error) => self.fail(now, error),
        }
    }

    fn handle_welcome(&mut self, now: Duration, number: u32, welcome: &[u8], tree: &[u8]) {
        let Some(newcomer) = self.newcomer.take() else { return };
        match joined(&newcomer, number, welcome, tree) {
            Ok(group) if self.is_strict && group.plain != PlainRooms::Never => {
                self.tell(MemberEvent::PolicyWeakened);
            }
            Ok(group) => {
                self.group = Some(group);
                self.enter(now, None);
            }
            Err(error) => self.fail(now, error),
        }
    }

    /// The group cannot be followed any more: its keys are dropped, and new ones asked for.
    fn fail(&mut self, now: Duration, error: E2eeError) {
        self.group = None;
        self.tell(MemberEvent::Failed { error });
        self.ask_to_be_added(now);
    }

    /// The group is in a new epoch.
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
        let plain_rooms_changed = plain != group.plain;
        group.plain = plain;
        group.members = mls::members(&group.mls);
        self.is_strict |= group.plain == PlainRooms::Never;
        let epoch = group.mls.current_epoch();
        if let Err(error) = self.statements.enter(now, group) {
            return self.fail(now, error);
        }
        self.tell(MemberEvent::NewEpoch { epoch, committed_by, plain_rooms_changed });
    }

    fn send(&mut self, message: Vec<u8>) {
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

impl Group {
    fn new(number: u32, mls: MlsGroup) -> Result<Self, E2eeError> {
        let (plain, members) = (mls::plain_rooms(&mls)?, mls::members(&mls));
        Ok(Self { number, mls, plain, members })
    }
}

impl core::fmt::Debug for Member {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let epoch = self.epoch();
        f.debug_struct("Member")
            .field("name", &self.credential.name())
            .field("epoch", &epoch)
            .finish_non_exhaustive()
    }
}

/// The group that a Welcome leads to.
fn joined(newcomer: &MlsClient, number: u32, welcome: &[u8], tree: &[u8]) -> Result<Group, E2eeError> {
    let message = mls::message("Welcome", welcome)?;
    let tree = ExportedTree::from_bytes(tree).map_err(E2eeError::malformed("ratchet tree"))?;
    let (mls, _) = newcomer.join_group(Some(tree), &message, None).map_err(E2eeError::refused("Welcome"))?;
    if mls.group_id() != group_id(number) {
        let why = format!("it is for another group than {number}, which the server names");
        return Err(E2eeError::Refused { what: "Welcome", why });
    }
    Group::new(number, mls)
}

/// What the group is called in MLS: a session has one at a time.
fn group_id(number: u32) -> [u8; 4] {
    number.to_be_bytes()
}
