//! `consonance splice`: in front of a game's own server, voice taken out on the way.

mod networks;

use std::error::Error;
use std::net::{SocketAddr, ToSocketAddrs as _};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use consonance_gateway::{SourceAddresses, SpliceSettings, VoiceClosed};

use crate::serve::{Operation, OperatorArguments, Prepared, file_and_environment};
pub(crate) use networks::NETWORKS;
use networks::{SpliceNetwork, SplicePlan};

/// Where the game's clients come, where the game's server is, and where their voice goes.
#[derive(Debug, Args)]
pub(crate) struct Splice {
    /// What the game's clients and server speak: mirror is Mirror over kcp2k, darkrift is DarkRift 2, fishnet is
    /// Fish-Networking 3 and 4 over Tugboat, ngo is Netcode for
    /// GameObjects over Unity Transport 2.
    #[arg(value_name = "NETWORK", value_parser = network())]
    network: &'static SpliceNetwork,
    /// The address that the game's clients connect to, instead of the game's server; port 0 takes any free one.
    #[arg(long, value_name = "ADDR")]
    listen: SocketAddr,
    /// The address of the game's server, such as 10.0.0.5:7777 or game.internal:7777.
    #[arg(long, value_name = "GAMESERVER", value_parser = address)]
    upstream: SocketAddr,
    /// The session that voice goes to [default: the first of the settings, which is main].
    #[arg(long, value_name = "NAME")]
    session: Option<String>,
    /// Let each client's connection to the game's server come from an address of its own out of these, such as 127.1.0.0/16,
    /// so that the game can tell clients apart and ban them by address.
    #[arg(long, value_name = "PREFIX")]
    source_addresses: Option<SourceAddresses>,
    /// Tell the game's server the addresses of its clients with headers of the PROXY protocol, version 2. Only for servers, or
    /// something in front of them, that understand it.
    #[arg(long)]
    proxy_protocol: bool,
    /// Disconnect players from the game whose voice the session closes: who is kicked or refused there. Without this the game
    /// goes on.
    #[arg(long)]
    voice_closed_ends_game: bool,
    /// The full name of the type of the game's voice messages, for games with a fork of the integration.
    #[arg(long, value_name = "NAMESPACE.TYPE")]
    voice_type: Option<String>,
    #[command(flatten)]
    operation: Operation,
    #[command(flatten)]
    operator: OperatorArguments,
}

/// Serves until interrupted.
pub(crate) fn run(arguments: &Splice) -> Result<(), Box<dyn Error>> {
    arguments.operation.run(&|| arguments.prepare(), |config| {
        let session = config.sessions.first().map_or("", String::as_str);
        Ok(vec![arguments.network.open(&arguments.plan(session))?])
    })
}

impl Splice {
    /// Reads everything anew: the file, the environment, and the files that they name.
    fn prepare(&self) -> Result<Prepared, Box<dyn Error>> {
        let mut sources = file_and_environment(self.operation.config())?;
        sources.listen_elsewhere();
        self.operator.add_to(&mut sources);
        let mut loaded = sources.load()?;
        let sessions = &mut loaded.config.sessions;
        if let Some(session) = &self.session {
            // The first one is ours.
            sessions.retain(|other| other != session);
            sessions.insert(0, session.clone());
        } else if sessions.is_empty() {
            return Err("name the session that voice goes to, with --session".into());
        }
        let line = self.network.in_words(&self.plan(&loaded.config.sessions[0]));
        let mut prepared = Prepared::read(loaded)?;
        prepared.gateways.push(line);
        Ok(prepared)
    }

    fn plan<'p>(&'p self, session: &'p str) -> SplicePlan<'p> {
        let mut settings = SpliceSettings::default();
        if self.voice_closed_ends_game {
            settings.voice_closed = VoiceClosed::GameEnds;
        }
        SplicePlan {
            listen: self.listen,
            upstream: self.upstream,
            session,
            source_addresses: self.source_addresses,
            has_proxy_protocol: self.proxy_protocol,
            voice_type: self.voice_type.as_deref(),
            settings,
        }
    }
}

fn network() -> impl clap::builder::TypedValueParser<Value = &'static SpliceNetwork> {
    PossibleValuesParser::new(NETWORKS.iter().map(|network| network.name)).try_map(|name| {
        NETWORKS.iter().find(|network| network.name == name).ok_or("there is no such network")
    })
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let found = text.to_socket_addrs().map_err(|error| error.to_string())?.next();
    found.ok_or_else(|| "the name has no address".to_owned())
}
