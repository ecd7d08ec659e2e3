//! Every reason for not hearing a player, reproduced with real chats and a real server: `why` has to name it.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod call;
mod listening;
mod page;
mod server_rules;
mod speaking;
#[path = "../voice_chat/speech.rs"]
mod speech;
mod travelling;
mod unknown_player;
