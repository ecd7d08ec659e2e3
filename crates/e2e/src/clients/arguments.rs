//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Clients of every kind in one session on a real server, and a table of which of them heard which.
#[derive(Debug, Parser)]
#[command(name = "consonance-clients", version)]
pub(crate) struct Arguments {
    /// The `consonance` that serves.
    #[arg(long, value_name = "PROGRAM", default_value = "consonance")]
    pub(crate) consonance: PathBuf,
    /// Chromium, or a browser made of it; without it no player joins with a browser.
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) browser: Option<PathBuf>,
    /// Firefox; without it no player joins with it.
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) firefox: Option<PathBuf>,
    /// A client that is a program of its own, and what it is called (may be given several times). The words of the
    /// command are separated by spaces.
    #[arg(long, value_name = "KIND=COMMAND", value_parser = outside)]
    pub(crate) outside: Vec<OutsideCommand>,
    /// Two servers share the session, with half of the clients each; `NATS_SERVER` names a NATS server.
    #[arg(long)]
    pub(crate) two_nodes: bool,
    /// The second server is killed in the middle, and started again later.
    #[arg(long, requires = "two_nodes")]
    pub(crate) kill_node: bool,
    /// The session is encrypted from end to end; clients that cannot do so have to be left out.
    #[arg(long)]
    pub(crate) encrypted: bool,
    /// So many percent of all packets are lost on purpose, by the network that it is started in: a third of the words
    /// may be missing, in place of a tenth.
    #[arg(long, value_name = "PERCENT")]
    pub(crate) loss: Option<u8>,
    /// Where the table, logs and wrong sounds are left.
    #[arg(long, value_name = "FOLDER", default_value = "clients-out")]
    pub(crate) output: PathBuf,
}

/// How a client from outside is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OutsideCommand {
    /// Its kind, which is its player's name, too.
    pub(crate) kind: String,
    /// The program, and its arguments.
    pub(crate) words: Vec<String>,
}

fn outside(argument: &str) -> Result<OutsideCommand, String> {
    let (kind, command) = argument.split_once('=').ok_or("expected KIND=COMMAND")?;
    let words: Vec<_> = command.split_whitespace().map(str::to_owned).collect();
    if kind.is_empty() || words.is_empty() {
        return Err("expected KIND=COMMAND".to_owned());
    }
    Ok(OutsideCommand { kind: kind.to_owned(), words })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_from_outside_has_a_kind_and_a_command() {
        let expected =
            OutsideCommand { kind: "Python".into(), words: vec!["python3".into(), "bot.py".into()] };
        assert_eq!(outside("Python=python3  bot.py"), Ok(expected));
        for wrong in ["Python", "=python3", "Python=", "Python=  "] {
            assert!(outside(wrong).is_err(), "{wrong:?}");
        }
    }
}
