//! Networks on one TCP stream for each client.
//!
//! * [`websocket`]: our own network, with a voice packet in each message of a `WebSocket`: for pages in browsers,
//!   `WebGL` games, and players whose network blocks UDP;
//! * [`simple_web`]: `SimpleWebTransport`, Mirror's network for browsers, in `WebSocket`s too;
//! * [`telepathy`]: Telepathy, Mirror's first network, with lengths in the stream.
//!
//! All of them are [`StreamProtocol`](consonance_link::gateway::streams::StreamProtocol)s: what is common, from connections
//! to slow readers, is in [`consonance_link::gateway::streams`], and `WebSocket`s are in [`consonance_link::gateway::websocket`].
//!
//! ```
//! use consonance_link::gateway::streams::StreamSettings;
//! use consonance_game_networks::simple_web::SimpleWebServer;
//! use consonance_game_networks::telepathy::{Telepathy, TelepathyServer};
//! use consonance_stream::{simple_web, websocket};
//!
//! // A server for pages, and a game's players on Mirror, in browsers and elsewhere.
//! let localhost = ([127, 0, 0, 1], 0).into();
//! let (end, settings) = (websocket::ServerEnd::default(), websocket::default_settings());
//! let pages = websocket::server(localhost, "main", end, settings)?;
//! let (end, settings) = (simple_web::ServerEnd::default(), StreamSettings::default());
//! let in_browsers = SimpleWebServer::bind(localhost, end, settings.clone())?;
//! let elsewhere = TelepathyServer::bind(localhost, Telepathy::default(), settings)?;
//! assert_ne!(in_browsers.local_addr()?, elsewhere.local_addr()?);
//! assert_ne!(pages.network().local_addr()?, elsewhere.local_addr()?);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Needs Rust 1.95 or later.

#![forbid(unsafe_code)]

pub mod simple_web;
pub mod telepathy;
pub mod websocket;
