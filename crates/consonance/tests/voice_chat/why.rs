//! Every reason for not hearing a player, reproduced with real chats and a real server: `why` has to name it.

mod call;
mod listening;
mod page;
mod server_rules;
mod speaking;
mod travelling;
mod unknown_player;
