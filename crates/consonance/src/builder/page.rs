//! The inspector's page of a chat that is to have one.

use std::sync::Arc;

use crate::start_error::StartError;
#[cfg(not(feature = "inspector"))]
use crate::voice_chat::NoPage;
use crate::voice_chat::{Running, VoiceChat, WantedPage};

/// Opens a handle of the chat, with the page if one is wanted.
#[cfg(feature = "inspector")]
pub(super) fn open(running: Running, wanted: WantedPage) -> Result<VoiceChat, StartError> {
    if let Some(settings) = wanted {
        running.open_page(&settings)?;
    }
    Ok(VoiceChat::of(Arc::new(running)))
}

/// Opens a handle of the chat.
#[cfg(not(feature = "inspector"))]
#[expect(clippy::unnecessary_wraps, reason = "with a page it may fail")]
pub(super) fn open(running: Running, NoPage: WantedPage) -> Result<VoiceChat, StartError> {
    let NoPage = running.page;
    Ok(VoiceChat::of(Arc::new(running)))
}
