//! Inspecting a chat: its state, and why a player is not heard.

use consonance_inspector::{Diagnosis, Snapshot, why};
use consonance_session::RecordingNotice;

use super::VoiceChat;
use crate::restrictions::Restrictions;
#[cfg(not(feature = "inspector"))]
pub(crate) use page::NoPage;
pub(crate) use page::{Page, WantedPage};

impl VoiceChat {
    /// The state of the chat, as plain data: everything that an inspector shows. At most a second old when requested
    /// once, and a tenth of that while requested repeatedly.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::from((*self.running.shared.snapshot.get()).clone())
    }

    /// The restrictions that the server's operator has currently set for us; changes are reported as
    /// [`EventKind::Operator`](crate::EventKind::Operator).
    pub fn restrictions(&self) -> Restrictions {
        self.running.shared.own_voice.restrictions()
    }

    /// The server operator's notice about recording of voices; changes are reported as
    /// [`OperatorDecision::Recorded`](crate::OperatorDecision::Recorded).
    pub fn recording_notice(&self) -> RecordingNotice {
        self.running.shared.own_voice.recorded()
    }

    /// Why this player is not heard here, as far as this chat knows: link by link, and the first broken one. With
    /// snapshots of others too, [`why`](consonance_inspector::why()) knows more.
    pub fn why(&self, speaker: &str) -> Diagnosis {
        let own_name = &*self.running.shared.players.local().name;
        why(&[self.snapshot()], speaker, own_name)
    }

    /// The address of the inspector's page, if the chat was started with [one](crate::VoiceChatBuilder::inspector).
    /// Anyone with the address can look, and mute.
    #[cfg(feature = "inspector")]
    pub fn inspector_url(&self) -> Option<String> {
        self.running.page.get().map(consonance_inspector::page::Inspector::url)
    }
}

#[cfg(feature = "inspector")]
mod page {
    //! The chat as seen by the page.

    use std::sync::{Arc, Weak};

    use consonance_inspector::page::{Inspector, InspectorError, InspectorSettings};
    use consonance_inspector::{Action, ClientSnapshot, Inspected, Snapshot};

    use super::super::{Running, VoiceChat};

    /// The page, once it is open.
    pub(crate) type Page = std::sync::OnceLock<Inspector>;
    /// The page's settings, if a page is wanted.
    pub(crate) type WantedPage = Option<InspectorSettings>;

    /// Does not keep the chat running, unlike a handle.
    struct InspectedChat {
        running: Weak<Running>,
        log_levels: String,
    }

    impl VoiceChat {
        /// Opens the page, before the chat is shared.
        pub(crate) fn open_page(&self, settings: &InspectorSettings) -> Result<(), InspectorError> {
            let log_levels = settings.log_levels.clone();
            let chat = InspectedChat { running: Arc::downgrade(&self.running), log_levels };
            // Set only once.
            let _ = self.running.page.set(Inspector::start(settings, Arc::new(chat))?);
            Ok(())
        }
    }

    impl Inspected for InspectedChat {
        fn snapshot(&self) -> Snapshot {
            let written = self.running.upgrade().map(|running| running.shared.snapshot.get());
            let mut snapshot = written.map_or_else(ClientSnapshot::default, |written| (*written).clone());
            snapshot.log_levels = [crate::log::levels(), self.log_levels.clone()]
                .join(if self.log_levels.is_empty() { "" } else { "; " });
            Snapshot::from(snapshot)
        }

        fn act(&self, action: &Action) -> bool {
            let Some(voice) = self.running.upgrade().map(VoiceChat::of) else { return false };
            match action {
                Action::MutePlayer { name, muted } => voice.set_player_muted(name, *muted),
                Action::Mute { muted } => voice.set_muted(*muted),
                Action::Deafen { deafened } => voice.set_deafened(*deafened),
                _ => return false,
            }
            true
        }
    }
}

#[cfg(not(feature = "inspector"))]
mod page {
    //! There is no page.

    #[derive(Clone, Copy, Debug, Default)]
    pub(crate) struct NoPage;
    pub(crate) type Page = NoPage;
    pub(crate) type WantedPage = NoPage;
}
