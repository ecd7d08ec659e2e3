//! The text that makes a caption.

use consonance::Caption;
use pyo3::prelude::*;

/// As `VoiceChat.send_text` sends it.
#[pyfunction]
pub(crate) fn caption_text(player: String, text: String, is_final: bool) -> String {
    Caption { player, text, is_final }.to_text()
}
