//! Logging on as a game server without an account of its own.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use steamworks::{QUERY_PORT_SHARED, Server, ServerMode, SteamAPIInitError, SteamServersConnected};
use thiserror::Error;

use super::SteamworksP2p;
use crate::steam::SteamP2p as _;

/// A voice-only game server's data for Steam.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GameServerSettings {
    /// The game's number at Steam; 480 is for experiments.
    pub app_id: u32,
    /// The address of this machine that Steam uses; unspecified for any.
    pub ip: Ipv4Addr,
    /// The game's port, which Steam publishes. Voice does not use it.
    pub game_port: u16,
    /// How long Steam may take to log the server on. 30 s.
    pub timeout: Duration,
}

impl GameServerSettings {
    /// The defaults, for this game.
    pub fn new(app_id: u32) -> Self {
        Self { app_id, ip: Ipv4Addr::UNSPECIFIED, game_port: 27_015, timeout: Duration::from_secs(30) }
    }
}

/// The reason why a game server is not logged on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LogOnError {
    /// Steam reads the game's number from the environment, and there is another one or none.
    #[error(
        "Steam reads the app id from the variable SteamAppId or the file steam_appid.txt, and found \
         {found}; start with SteamAppId={expected}"
    )]
    OtherGame {
        /// The requested game.
        expected: u32,
        /// The value of `SteamAppId`, or else of `steam_appid.txt`.
        found: String,
    },
    /// Steam's library does not start.
    #[error(
        "Steam's library does not start ({cause}); check that Steam's client library is installed, on Linux \
         as ~/.steam/sdk64/steamclient.so"
    )]
    NotBegun {
        /// The library's message.
        cause: String,
    },
    /// Steam's servers have not answered.
    #[error("Steam did not log this server on within {} s; check its internet connection", .waited.as_secs())]
    NoAnswer {
        /// The time that it had.
        waited: Duration,
    },
}

impl LogOnError {
    /// A code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OtherGame { .. } => "other-game",
            Self::NotBegun { .. } => "not-begun",
            Self::NoAnswer { .. } => "no-answer",
        }
    }
}

impl SteamworksP2p {
    /// Logs on as a game server without an account of its own, and waits until Steam has given it a number. Games have
    /// to be told that [number](crate::steam::SteamP2p::id), which is another one each time.
    ///
    /// Once per process: that is how Steam's library is.
    ///
    /// # Errors
    ///
    /// [`LogOnError`], with what to do.
    pub fn log_on_anonymously(settings: &GameServerSettings) -> Result<Self, LogOnError> {
        check_game(settings.app_id)?;
        let mode = ServerMode::NoAuthentication;
        let begun = Server::init(settings.ip, settings.game_port, QUERY_PORT_SHARED, mode, VERSION);
        let (server, _) = begun.map_err(|error| LogOnError::NotBegun { cause: in_words(error) })?;
        let is_connected = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&is_connected);
        let _callback =
            server.register_callback(move |_: SteamServersConnected| seen.store(true, Ordering::Relaxed));
        server.set_product(&settings.app_id.to_string());
        server.set_game_description("voice");
        server.set_dedicated_server(true);
        server.log_on_anonymous();
        let end = Instant::now() + settings.timeout;
        while !is_connected.load(Ordering::Relaxed) {
            if Instant::now() >= end {
                return Err(LogOnError::NoAnswer { waited: settings.timeout });
            }
            server.run_callbacks();
            thread::sleep(LOOKED_EVERY);
        }
        let steam = Self::game_server(server);
        tracing::info!(
            account = steam.id().0,
            "Steam has logged this server on; games connect to this account"
        );
        Ok(steam)
    }
}

/// Steam's library takes the game's number from there and from nowhere else.
fn check_game(expected: u32) -> Result<(), LogOnError> {
    let of_file = || fs::read_to_string("steam_appid.txt").ok();
    let found = env::var("SteamAppId").ok().or_else(of_file).unwrap_or_default();
    if found.trim().parse() == Ok(expected) {
        return Ok(());
    }
    let found = if found.is_empty() { "none".to_owned() } else { format!("{found:?}") };
    Err(LogOnError::OtherGame { expected, found })
}

/// The message of Steam's library, if it has one; else the general text of the error.
fn in_words(error: SteamAPIInitError) -> String {
    let general = error.to_string();
    let (SteamAPIInitError::FailedGeneric(words)
    | SteamAPIInitError::NoSteamClient(words)
    | SteamAPIInitError::VersionMismatch(words)) = error;
    if words.is_empty() { general } else { words }
}

/// The server's own version for Steam; it has no use.
const VERSION: &str = "1.0.0.0";

const LOOKED_EVERY: Duration = Duration::from_millis(10);
