//! Inspecting a chat: its state, what the operator has decided, and the page.

use consonance_inspector::Snapshot;
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
        self.thread().snapshot()
    }

    /// The restrictions that the server's operator has currently set for us; changes are reported as
    /// [`EventKind::Operator`](crate::EventKind::Operator).
    pub fn restrictions(&self) -> Restrictions {
        self.thread().shared.own_voice.restrictions()
    }

    /// The server operator's notice about recording of voices; changes are reported as
    /// [`OperatorDecision::Recorded`](crate::OperatorDecision::Recorded).
    pub fn recording_notice(&self) -> RecordingNotice {
        self.thread().shared.own_voice.recorded()
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

    use std::sync::Arc;

    use consonance_inspector::page::{Inspector, InspectorError, InspectorSettings};
    use consonance_inspector::{Action, Inspected, Snapshot};

    use super::super::Running;
    use crate::voice_chat::handles::{Player, VoiceMicrophone, VoicePlayback};
    use crate::voice_chat::voice_thread_handle::VoiceThreadHandle;

    /// The page, once it is open.
    pub(crate) type Page = std::sync::OnceLock<Inspector>;
    /// The page's settings, if a page is wanted.
    pub(crate) type WantedPage = Option<InspectorSettings>;

    /// Does not keep the chat running.
    struct InspectedChat {
        thread: Arc<VoiceThreadHandle>,
        log_levels: String,
    }

    impl Running {
        /// Opens the page, before the chat is shared.
        pub(crate) fn open_page(&self, settings: &InspectorSettings) -> Result<(), InspectorError> {
            let log_levels = settings.log_levels.clone();
            let chat = InspectedChat { thread: Arc::clone(&self.thread), log_levels };
            // Set only once.
            let _ = self.page.set(Inspector::start(settings, Arc::new(chat))?);
            Ok(())
        }
    }

    impl Inspected for InspectedChat {
        fn snapshot(&self) -> Snapshot {
            let mut snapshot = (*self.thread.shared.snapshot.get()).clone();
            snapshot.log_levels = [crate::log::levels(), self.log_levels.clone()]
                .join(if self.log_levels.is_empty() { "" } else { "; " });
            Snapshot::from(snapshot)
        }

        fn act(&self, action: &Action) -> bool {
            if !self.thread.is_running() {
                return false;
            }
            let thread = Arc::clone(&self.thread);
            match action {
                Action::MutePlayer { name, muted } => {
                    Player::new(name.as_str().into(), thread).set_muted(*muted);
                }
                Action::Mute { muted } => VoiceMicrophone::new(thread).set_muted(*muted),
                Action::Deafen { deafened } => VoicePlayback::new(thread).set_deafened(*deafened),
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
