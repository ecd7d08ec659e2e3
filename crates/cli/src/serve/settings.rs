//! The settings that can be given as arguments, and how file, environment and arguments become one configuration.

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::Args;
use consonance_server_config::{ConfigSources, LoadedConfig, Value};

use super::room_rules::RoomRules;

/// Each overrides the environment and the file; the defaults are theirs.
#[derive(Debug, Default, Args)]
pub(super) struct SettingsArguments {
    /// UDP address to listen on [default: [::]:7777]; port 0 takes any free one; may be given several times.
    #[arg(long, value_name = "ADDR")]
    listen: Vec<String>,
    /// Let players in with a browser: the address of the page [without one: 127.0.0.1:7780]. For other machines it
    /// needs a certificate, or a proxy that has one: see docs/browser/https.md.
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "127.0.0.1:7780", require_equals = true)]
    web: Option<String>,
    /// A session to serve [default: main]; may be given several times.
    #[arg(long = "session", value_name = "NAME")]
    sessions: Vec<String>,
    /// The name or address under which players reach this machine, for the printed addresses.
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    /// A PEM file with the certificate (chain) to show, instead of one that the server makes: at each start, or once if
    /// it has a folder to keep it in (storage.folder).
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// The PEM file with the certificate's private key.
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// A file to write the plain packets of all sessions to, for Wireshark: 64 MiB or an hour at most. Tell the
    /// players: what they say and write is in it.
    #[arg(long, value_name = "FILE.pcapng")]
    capture_packets: Option<PathBuf>,
    /// Let in only who shows a join token signed with the key in this file (a JSON Web Key, or a set of them; see
    /// `consonance token`); may be given several times. Without this, nobody's token is looked at, and rooms that
    /// need access tokens stay closed.
    #[arg(long = "token-key", value_name = "FILE")]
    token_keys: Vec<PathBuf>,
    /// Let in only who knows the password in the first line of this file. With --token-key besides, either is enough.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    #[command(flatten)]
    rooms: RoomRules,
    /// Let voice travel over QUIC only, and not in datagrams of its own beside it.
    #[arg(long)]
    no_fast_path: bool,
    #[command(flatten)]
    operator: OperatorArguments,
}

/// How an operator watches what is served, whatever it is.
#[derive(Debug, Default, Args)]
pub(crate) struct OperatorArguments {
    /// Show what happens on a page on this machine, and print its address; port 0 takes any free one.
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "0", require_equals = true)]
    inspector: Option<u16>,
    /// Open the listener for operators: health, metrics, the admin API and its page [without
    /// an address: 127.0.0.1:7778].
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "127.0.0.1:7778", require_equals = true)]
    admin: Option<String>,
    /// How the lines of the log look: text for people, json for programs.
    #[arg(long, value_name = "FORMAT", value_parser = ["text", "json"])]
    log_format: Option<String>,
    /// The file with the token that clients of that listener show; it is made if it does not exist.
    #[arg(long, value_name = "FILE")]
    admin_token_file: Option<PathBuf>,
}

impl SettingsArguments {
    /// Reads the file, then the environment, then these.
    pub(super) fn load(&self, file: Option<&Path>) -> Result<LoadedConfig, Box<dyn Error>> {
        let mut sources = file_and_environment(file)?;
        self.add_to(&mut sources);
        let mut loaded = sources.load()?;
        self.rooms.apply(&mut loaded.config);
        Ok(loaded)
    }

    fn add_to(&self, sources: &mut ConfigSources) {
        let path = |path: &PathBuf| Value::from(&*path.to_string_lossy());
        if !self.listen.is_empty() {
            sources.add_argument("--listen", "listen", self.listen.iter().collect());
        }
        if let Some(web) = &self.web {
            sources.add_argument("--web", "web.listen", Value::from(&**web));
        }
        if !self.sessions.is_empty() {
            sources.add_argument("--session", "sessions", self.sessions.iter().collect());
        }
        if let Some(host) = &self.host {
            sources.add_argument("--host", "host", Value::from(&**host));
        }
        if let Some(cert) = &self.cert {
            sources.add_argument("--cert", "certificate.file", path(cert));
        }
        if let Some(key) = &self.key {
            sources.add_argument("--key", "certificate.private_key_file", path(key));
        }
        if let Some(capture) = &self.capture_packets {
            sources.add_argument("--capture-packets", "diagnostics.packet_capture_file", path(capture));
        }
        if !self.token_keys.is_empty() {
            let keys = self.token_keys.iter().map(|path| path.to_string_lossy());
            sources.add_argument("--token-key", "joining.token_key_files", keys.collect());
        }
        if let Some(file) = &self.password_file {
            sources.add_argument("--password-file", "joining.password_file", path(file));
        }
        if self.no_fast_path {
            sources.add_argument("--no-fast-path", "fast_path.enabled", Value::Flag(false));
        }
        self.operator.add_to(sources);
    }
}

impl OperatorArguments {
    pub(crate) fn add_to(&self, sources: &mut ConfigSources) {
        if let Some(admin) = &self.admin {
            sources.add_argument("--admin", "admin.listen", Value::from(&**admin));
        }
        if let Some(file) = &self.admin_token_file {
            sources.add_argument(
                "--admin-token-file",
                "admin.token_file",
                Value::from(&*file.to_string_lossy()),
            );
        }
        if let Some(format) = &self.log_format {
            sources.add_argument("--log-format", "log.format", Value::from(&**format));
        }
        if let Some(port) = self.inspector {
            sources.add_argument("--inspector", "diagnostics.inspector_port", Value::Integer(port.into()));
        }
    }
}

/// What is written in a file and in the environment.
pub(crate) fn file_and_environment(file: Option<&Path>) -> Result<ConfigSources, String> {
    let mut sources = ConfigSources::default();
    if let Some(path) = file {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        sources.add_file(path, &text);
    }
    // What is no text cannot be a setting of ours.
    let variables = std::env::vars_os();
    sources.add_environment(
        variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
    );
    Ok(sources)
}
