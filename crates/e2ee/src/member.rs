//! One player's end of the group.

mod committing;
pub(crate) mod group;
mod handling;
pub(crate) mod mls;
mod newcomer;
mod statements;

use std::collections::VecDeque;
use std::time::Duration;

use consonance_wire::{MemberMessage, PlainRooms, ReportAnswer};

use crate::sframe::{BASE_KEY_BYTES, BASE_KEY_LABEL, EpochSecret};
use crate::{
    Credential, E2eeError, EpochKeys, GroupMember, HeardFrames, IdentityKey, LoggedEpoch, LoggedMember,
    MemberReport, ModeratorsKey, ReportedVoice, SafetyNumber,
};
use group::Group;
use mls::Changes;
use newcomer::Newcomer;
use statements::Statements;

/// A player that is in its session's group, or wants to be.
///
/// After each call of [`handle`](Self::handle), send what [`poll_message`](Self::poll_message) returns.
pub struct MlsMember {
    key: IdentityKey,
    credential: Credential,
    /// The last key packages, oldest first: a Welcome for an earlier one may be on its way.
    newcomers: VecDeque<Newcomer>,
    group: Option<Group>,
    /// A group that this member created, and that the delivery service has not accepted yet.
    founding: Option<(u32, Group)>,
    /// The request that the pending commit of the group fulfils.
    pending: Option<u32>,
    /// What the next commit was asked to change, and the group and the epoch that it leads to.
    asked_changes: Option<((u32, u32), Changes)>,
    /// A former group of this session allowed no unencrypted rooms, so no later one may.
    is_strict: bool,
    /// The rooms that were last said to be unencrypted.
    announced: PlainRooms,
    statements: Statements,
    /// A sealed report that waits for permission to be sent.
    report: Option<Vec<u8>>,
    /// When the last key package was made.
    asked_at: Option<Duration>,
    /// When to ask to be added again.
    ask_at: Option<Duration>,
    messages: VecDeque<Vec<u8>>,
    events: VecDeque<MemberEvent>,
}

/// An event of the group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum MemberEvent {
    /// There are new keys. [`MlsMember::members`] lists the members that have them.
    NewEpoch {
        /// The epoch of the group, counted from 0.
        epoch: u64,
        /// The name of the member that committed it; none for the epoch that this member joins in.
        committed_by: Option<String>,
        /// Whether the set of unencrypted rooms differs from the previous epoch's, or in the first epoch, whether there
        /// is one: see [`MlsMember::plain_rooms`].
        plain_rooms_changed: bool,
    },
    /// A commit removed this member: it has no keys until it is added again, which it asks for.
    Removed,
    /// A message violated the protocol. The member asks to be added again if it cannot continue without it.
    Failed {
        /// The error.
        error: E2eeError,
    },
    /// A member has signed that it is in another group than this one: the server shows them different groups, and a
    /// third party may be listening, or that member says so falsely.
    Forked {
        /// The member that claims it.
        name: String,
    },
    /// The server wants a group with unencrypted rooms, but the previous group allowed none: it is not joined.
    PolicyWeakened,
    /// A member has signed a statement about its speech;
    /// [`PacketCipher::open_statement`](crate::PacketCipher::open_statement) opens it.
    SpeechSigned {
        /// The member's name, as the server has it.
        name: String,
        /// The statement, sealed.
        sealed: Vec<u8>,
    },
    /// The answer to the last [report](MlsMember::report). Permission to send raises no event: the report is sent at
    /// once.
    ReportAnswered {
        /// The answer.
        answer: ReportAnswer,
    },
}

impl MlsMember {
    /// The maximum number of waiting messages; if the driver does not send them, the oldest are dropped.
    const MESSAGES_MAX: usize = 64;
    /// The number of key packages that wait for their Welcomes.
    const NEWCOMERS_MAX: usize = 4;
    /// The time after which a member asks again to be added.
    const ASK_EVERY: Duration = Duration::from_millis(500);
    /// The maximum number of waiting events.
    const EVENTS_MAX: usize = 256;

    /// A player that is not in a group yet.
    pub fn new(key: IdentityKey, credential: Credential) -> Self {
        Self {
            key,
            credential,
            newcomers: VecDeque::new(),
            group: None,
            founding: None,
            pending: None,
            asked_changes: None,
            is_strict: false,
            announced: PlainRooms::Never,
            statements: Statements::default(),
            report: None,
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

    /// The members, by their places in the tree; empty while there is no group.
    pub fn members(&self) -> &[GroupMember] {
        self.group.as_ref().map_or(&[], |group| &group.members)
    }

    /// This member's place in the tree.
    pub fn own_leaf(&self) -> Option<u32> {
        Some(self.group.as_ref()?.mls.current_member_index())
    }

    /// The group's number and its epoch.
    pub fn epoch(&self) -> Option<(u32, u64)> {
        self.group.as_ref().map(|group| (group.number, group.mls.current_epoch()))
    }

    /// The rooms that are not encrypted, as signed by the group; `None` while there is no group.
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
        let leaves = group.members.iter().map(|member| (member.name_key.clone(), member.leaf));
        Ok(EpochKeys {
            group: group.number,
            secret: EpochSecret::new(group.mls.current_epoch(), base_key),
            own_leaf: group.mls.current_member_index(),
            leaves: leaves.collect(),
            plain: group.plain.clone(),
        })
    }

    /// The keys of the present epoch and the members that have them, for a log: see [`LoggedEpoch`].
    ///
    /// # Errors
    /// [`E2eeError::NoGroup`].
    pub fn logged_epoch(&self) -> Result<LoggedEpoch, E2eeError> {
        let EpochKeys { group, secret, .. } = self.epoch_keys()?;
        Ok(LoggedEpoch::new(group, secret, self.members()))
    }

    /// Signs and seals a report of this member about players, with the frames heard from each, by their names, and
    /// offers it to the delivery service; [`MemberEvent::ReportAnswered`] has the answer.
    ///
    /// # Errors
    /// [`E2eeError::NoGroup`], or as those of [`MemberReport::seal`].
    pub fn report(
        &mut self,
        to: &ModeratorsKey,
        made_unix_s: u64,
        reason: &str,
        heard: Vec<(String, HeardFrames)>,
    ) -> Result<(), E2eeError> {
        let own = self.own_leaf().ok_or(E2eeError::NoGroup)?;
        let own = self.members().iter().find(|member| member.leaf == own).ok_or(E2eeError::NoGroup)?;
        let voices = heard.into_iter().map(|(name, HeardFrames { frames, statements })| {
            let speaker = GroupMember::named(self.members(), &name).map(LoggedMember::of);
            let speaker = speaker.unwrap_or_else(|| LoggedMember::unknown(&name));
            ReportedVoice { speaker, frames, statements }
        });
        let (reporter, reason) = (LoggedMember::of(own), reason.to_owned());
        let mut report = MemberReport { reporter, made_unix_s, reason, voices: voices.collect() };
        report.fit();
        self.offer_report(report.seal(&self.key, to)?);
        Ok(())
    }

    /// Asks the delivery service for permission to send a sealed report, and sends it if granted. An earlier waiting
    /// report is discarded.
    fn offer_report(&mut self, sealed: Vec<u8>) {
        let bytes = u32::try_from(sealed.len()).unwrap_or(u32::MAX);
        self.report = Some(sealed);
        self.send(MemberMessage::ReportOffer { bytes }.to_bytes());
    }

    /// The safety number of this player and another member; `None` without a member of that name.
    pub fn safety_number_with(&self, name: &str) -> Option<SafetyNumber> {
        GroupMember::named(self.members(), name).map(|other| self.safety_number_of(other))
    }

    pub(crate) fn safety_number_of(&self, other: &GroupMember) -> SafetyNumber {
        let own = (&self.credential, self.key.public());
        SafetyNumber::of([own, (&other.credential, &other.key)])
    }

    /// The safety number of all members; `None` while there is no group.
    pub fn group_safety_number(&self) -> Option<SafetyNumber> {
        let members = &self.group.as_ref()?.members;
        Some(SafetyNumber::of(members.iter().map(|member| (&member.credential, &member.key))))
    }

    /// Call after messages may have been lost, for instance with a page's connection: reports this member's epoch to
    /// the delivery service, or asks to be added.
    pub fn resume(&mut self, now: Duration) {
        match self.group.as_ref().map(|group| group.number) {
            Some(number) => self.handle_state(now, number),
            None => self.ask_to_be_added(now),
        }
    }

    /// The time at which [`handle_timeout`](Self::handle_timeout) must be called.
    pub fn poll_timeout(&self) -> Option<Duration> {
        [self.ask_at, self.statements.due()].into_iter().flatten().min()
    }

    /// The last epoch in which another member has signed that it shares this member's state; `None` if it has signed
    /// none. Members sign after each new epoch, and every ten seconds or, in groups of more than 50, every (number of
    /// members / 5) seconds.
    pub fn confirmed_epoch_of(&self, name: &str) -> Option<u64> {
        let member = GroupMember::named(self.members(), name)?;
        self.confirmed_epoch(member.leaf)
    }

    pub(crate) fn confirmed_epoch(&self, leaf: u32) -> Option<u64> {
        self.statements.confirmed(leaf)
    }
}

impl core::fmt::Debug for MlsMember {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let epoch = self.epoch();
        f.debug_struct("MlsMember")
            .field("name", &self.credential.name())
            .field("epoch", &epoch)
            .finish_non_exhaustive()
    }
}
