//! `consonance proxy`: runs in front of a game's own server, and extracts voice on the way.

use std::error::Error;
use std::net::SocketAddr;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Command};
use consonance_link::gateway::SourceAddresses;
use consonance_link::listener::ListenerNetwork;
use consonance_server_config::{Networks, value_of_text};
use serde_json::Value;

use crate::serve::{Operation, OperatorArguments, Prepared, file_and_environment};

/// The addresses of the proxy and of the game server, and the session of the voice.
#[derive(Debug, Args)]
pub(crate) struct ProxyCommand {
    /// The network that the game's clients and server use.
    #[arg(value_name = "NETWORK")]
    network: String,
    /// The address that the game's clients connect to instead of the game server; port 0 picks a free port.
    #[arg(long, value_name = "ADDR")]
    listen: SocketAddr,
    /// The address of the game server, such as 10.0.0.5:7777 or game.internal:7777.
    #[arg(long, value_name = "GAMESERVER")]
    upstream: String,
    /// The session for voice [default: the first configured one, main].
    #[arg(long, value_name = "NAME")]
    session: Option<String>,
    /// Connect to the game server from a separate source address for each client, out of this prefix, such as
    /// 127.1.0.0/16, so that the game can tell clients apart and ban them by address.
    #[arg(long, value_name = "PREFIX")]
    source_addresses: Option<SourceAddresses>,
    /// Send the clients' addresses to the game server in PROXY protocol headers, version 2. The game server, or a proxy
    /// in front of it, has to support them.
    #[arg(long)]
    proxy_protocol: bool,
    /// Disconnect a player from the game when the session kicks or refuses it [default: the game goes on].
    #[arg(long)]
    disconnect_on_voice_kick: bool,
    /// The full type name of the game's voice messages, for games with a fork of the integration.
    #[arg(long, value_name = "NAMESPACE.TYPE")]
    voice_type: Option<String>,
    /// DarkRift: the tag of voice messages [default: learned from each client's first packet].
    #[arg(long, value_name = "NUMBER")]
    tag: Option<u16>,
    /// DarkRift: the tag of voice messages to clients, if it differs.
    #[arg(long, value_name = "NUMBER")]
    tag_to_client: Option<u16>,
    /// DarkRift: the layout of voice packets in messages with that tag: raw, prefixed or prefixed-little-endian.
    #[arg(long, value_name = "LAYOUT", requires = "tag")]
    layout: Option<String>,
    /// Set any other key of a listener for that network, as docs/configuration.md lists them; can be given several
    /// times.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_and_value)]
    keys: Vec<(String, Value)>,
    #[command(flatten)]
    operation: Operation,
    #[command(flatten)]
    operator: OperatorArguments,
}

/// Serves until interrupted.
pub(crate) fn run(arguments: &ProxyCommand, networks: Networks) -> Result<(), Box<dyn Error>> {
    arguments.operation.run(&|| arguments.prepare(networks))
}

impl ProxyCommand {
    /// Reads the file, the environment, and the files that they name.
    fn prepare(&self, networks: Networks) -> Result<Prepared, Box<dyn Error>> {
        let mut sources = file_and_environment(self.operation.config(), networks)?;
        sources.listen_elsewhere();
        self.operator.add_to(&mut sources);
        let mut loaded = sources.load()?;
        let sessions = &mut loaded.config.sessions;
        if let Some(session) = &self.session {
            // The proxy uses the first session.
            sessions.retain(|other| other != session);
            sessions.insert(0, session.clone());
        }
        let Some(session) = sessions.first().cloned() else {
            return Err("name the session for voice with --session".into());
        };
        loaded.add_listener(&self.listener(&session, networks))?;
        Ok(Prepared::read(loaded, networks)?)
    }

    /// The table of the equivalent listener.
    fn listener<'s>(&'s self, session: &str, networks: Networks) -> Vec<(&'static str, &'s str, Value)> {
        let network = networks.iter().find(|network| network.short_name() == self.network);
        let network = network.map_or(&*self.network, |network| network.table().name);
        let mut keys = vec![
            ("NETWORK", "network", Value::from(network)),
            ("--listen", "address", Value::from(self.listen.to_string())),
            ("--upstream", "upstream", Value::from(&*self.upstream)),
            ("--session", "session", Value::from(session)),
        ];
        if let Some(prefix) = self.source_addresses {
            keys.push(("--source-addresses", "source_addresses", Value::from(prefix.to_string())));
        }
        if self.proxy_protocol {
            keys.push(("--proxy-protocol", "proxy_protocol", Value::from(true)));
        }
        if self.disconnect_on_voice_kick {
            keys.push(("--disconnect-on-voice-kick", "disconnect_on_voice_kick", Value::from(true)));
        }
        if let Some(name) = &self.voice_type {
            keys.push(("--voice-type", "voice_type", Value::from(&**name)));
        }
        if let Some(tag) = self.tag {
            keys.push(("--tag", "tag", Value::from(tag)));
        }
        if let Some(tag) = self.tag_to_client {
            keys.push(("--tag-to-client", "tag_to_client", Value::from(tag)));
        }
        if let Some(layout) = &self.layout {
            keys.push(("--layout", "layout", Value::from(&**layout)));
        }
        keys.extend(self.keys.iter().map(|(key, value)| ("--set", &**key, value.clone())));
        keys
    }
}

/// `idle_timeout_s=30`.
fn key_and_value(text: &str) -> Result<(String, Value), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE, such as idle_timeout_s=30")?;
    Ok((key.trim().to_owned(), value_of_text(value.trim())))
}

/// The command, with these networks as what it can be for.
pub(crate) fn with_networks(command: Command, networks: Networks) -> Command {
    let proxied = || networks.iter().filter(|network| network.table().has_proxy());
    let value = |network: &'static dyn ListenerNetwork| {
        let name = network.table().name;
        PossibleValue::new(network.short_name()).alias(name).help(network.title())
    };
    let values = PossibleValuesParser::new(proxied().map(value));
    command.mut_arg("network", |network| network.value_parser(values))
}
