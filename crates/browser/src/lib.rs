//! The engine behind a page: a player of a session whose game is a page in a browser.
//!
//! A page says in JSON what its player wants, and is told in JSON what happens ([`control`]); its voice and that of others is
//! Opus, and is never decoded here.
//! The server has one such engine for each page that talks over WebRTC; a page that cannot has its own, compiled to
//! WebAssembly, so that its scripts speak the same messages either way.
//!
//! Nothing here knows a socket, a clock or what carries voice and messages: start reading at [`control::FromPage`].
#![forbid(unsafe_code)]

pub mod control;
