//! Typed lines that begin with a slash: commands, which are answered here and never sent as text.

/// A typed command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TypedCommand<'l> {
    Help,
    Members,
    /// Marks a member as verified.
    Verify(&'l str),
    /// Reports a member: its name, and the reason behind it.
    Report(&'l str),
    /// A command that lacks what belongs behind it: how it is written.
    Incomplete(&'static str),
    Unknown(&'l str),
}

impl<'l> TypedCommand<'l> {
    /// `None` if the line is a text: it does not begin with a slash.
    pub(super) fn parse(line: &'l str) -> Option<Self> {
        let line = line.starts_with('/').then(|| line.trim_end())?;
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim_start();
        Some(match word {
            "/help" | "/?" => Self::Help,
            "/members" => Self::Members,
            "/verify" if rest.is_empty() => Self::Incomplete("/verify NAME"),
            "/verify" => Self::Verify(rest),
            "/report" if rest.is_empty() => Self::Incomplete("/report NAME WHY"),
            "/report" => Self::Report(rest),
            _ => Self::Unknown(word),
        })
    }
}

/// What `/help` lists.
pub(super) const HELP: &[&str] = &[
    "a line without a slash is sent to the first --speak",
    "/members           in encrypted sessions: the members and their codes",
    "/verify NAME       mark a member as verified, after comparing codes",
    "/report NAME WHY   report a member's last words to the game's moderators",
    "/help              this list",
    "Ctrl-C             leave",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_begins_with_a_slash_is_a_command_and_nothing_else_is() {
        for (line, command) in [
            ("/help", TypedCommand::Help),
            ("/members ", TypedCommand::Members),
            ("/verify Al Bo", TypedCommand::Verify("Al Bo")),
            ("/verify", TypedCommand::Incomplete("/verify NAME")),
            ("/report Al spam", TypedCommand::Report("Al spam")),
            ("/kick Al", TypedCommand::Unknown("/kick")),
            ("/verfiy Al", TypedCommand::Unknown("/verfiy")),
            ("/", TypedCommand::Unknown("/")),
            ("/members of what?", TypedCommand::Members),
        ] {
            assert_eq!(TypedCommand::parse(line), Some(command), "{line}");
        }
        for text in ["", "hello", " /help", "1/2"] {
            assert_eq!(TypedCommand::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_list_has_every_command() {
        for line in HELP.iter().filter(|line| line.starts_with('/')) {
            let word = line.split(' ').next().unwrap();
            assert!(!matches!(TypedCommand::parse(word), Some(TypedCommand::Unknown(_)) | None), "{word}");
        }
    }
}
