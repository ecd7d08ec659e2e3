//! `consonance token show`: the contents of a token, in words.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{Write as _, stdout};
use std::path::{Path, PathBuf};

use clap::Args;
use consonance_server::token::{
    Audience, Claims, Key, TokenError, TokenRules, priority_name, read_unchecked,
};
use consonance_server::utc::{seconds_since_1970, utc};

use super::key_of;
use crate::secret_text;

/// The token to show.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The file with the token, or - for the standard input.
    #[arg(default_value = "-")]
    token: PathBuf,
    /// The file with the key, or the set of keys, to check the signature with [default: the variable
    /// `CONSONANCE_SIGNING_KEY`; without either, the signature is not checked].
    #[arg(long, value_name = "FILE")]
    token_key: Option<PathBuf>,
    /// Print the claims as JSON instead.
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) fn run(&self) -> Result<(), Box<dyn Error>> {
        if [Some(self.token.as_path()), self.token_key.as_deref()] == [Some(Path::new("-")); 2] {
            return Err("the token and the key cannot both come from the standard input".into());
        }
        let token = secret_text::read(&self.token)?;
        let keys = key_of(self.token_key.as_ref())?;
        let claims = read_unchecked(&token)?;
        let now = seconds_since_1970();
        let found = keys.as_deref().map(|keys| Finding::of(keys, &token, now));
        let shown = if self.json { serde_json::to_string(&claims)? + "\n" } else { in_words(&claims, now) };
        stdout().write_all(shown.as_bytes())?;
        if !self.json {
            writeln!(stdout(), "signature: {}", found.as_ref().map_or(NOT_CHECKED, Finding::in_words))?;
        }
        match found {
            Some(Finding::Bad(error)) => Err(error.into()),
            // Expiry can be checked without a key.
            None if claims.expires_at <= now => {
                Err(TokenError::Expired { expires_at: claims.expires_at }.into())
            }
            _ => Ok(()),
        }
    }
}

/// The result of checking the token with the keys.
enum Finding {
    Good,
    Bad(TokenError),
}

impl Finding {
    fn of(keys: &[Key], token: &str, now: u64) -> Self {
        let mut rules = TokenRules::default();
        // Accept any audience: checking it is the server's task.
        rules.audience = read_unchecked(token).ok().and_then(|claims| match claims.audience? {
            Audience::One(service) => Some(service),
            Audience::Several(services) => services.into_iter().next(),
        });
        match rules.check(keys, token.as_bytes(), now) {
            Ok(_) => Self::Good,
            Err(error) => Self::Bad(error),
        }
    }

    fn in_words(&self) -> &'static str {
        match self {
            Self::Good => "valid",
            Self::Bad(TokenError::Signature) => "invalid for this key: do not trust the claims",
            // Other errors are found only after the signature is verified.
            Self::Bad(_) => "valid, but the token is not accepted now",
        }
    }
}

fn in_words(claims: &Claims, now: u64) -> String {
    let quoted = |text: &String| format!("{text:?}");
    let list = |texts: &[String], none: &str| match texts {
        [] => none.to_owned(),
        texts => texts.iter().map(quoted).collect::<Vec<_>>().join(", "),
    };
    let rooms = |rooms: &Option<Vec<String>>| match rooms {
        None => "every room".to_owned(),
        Some(rooms) => list(rooms, "no room"),
    };
    let player = claims
        .name
        .as_ref()
        .map_or("any player".into(), |name| format!("the player {name:?}, whose name is reserved meanwhile"));
    let mut words = format!("for {player}\n");
    if let Some(subject) = &claims.subject {
        let _ = writeln!(words, "subject: {subject:?}");
    }
    let session = claims.session.as_ref().map_or("every session of the server".into(), quoted);
    let _ = writeln!(words, "session: {session}");
    match &claims.audience {
        Some(Audience::One(service)) => drop(writeln!(words, "audience: {service:?}")),
        Some(Audience::Several(services)) => drop(writeln!(words, "audience: {}", list(services, "none"))),
        None => {}
    }
    if let Some(issuer) = &claims.issuer {
        let _ = writeln!(words, "issuer: {issuer:?}");
    }
    if let Some(begin) = claims.not_before {
        let _ = writeln!(words, "valid from {}{}", utc(begin), distance(begin, now));
    }
    let _ = writeln!(words, "valid until {}{}", utc(claims.expires_at), distance(claims.expires_at, now));
    let _ = writeln!(words, "listen to: {}", rooms(&claims.listen));
    let _ = writeln!(words, "speak in: {}", rooms(&claims.speak));
    let _ = writeln!(words, "access tokens: {}", list(&claims.tokens, "none"));
    let _ = writeln!(
        words,
        "priority: {}",
        claims.priority_max.map_or("any".into(), |most| { format!("{} at most", priority_name(most)) })
    );
    let _ = writeln!(words, "moderator: {}", if claims.moderator { "yes" } else { "no" });
    words
}

/// `, in 59 min` or `, 2 days ago`.
fn distance(at: u64, now: u64) -> String {
    let seconds = at.abs_diff(now);
    let span = match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    };
    if at > now { format!(", in {span}") } else { format!(", {span} ago") }
}

const NOT_CHECKED: &str = "not checked, because no key was given: do not trust the claims";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_told_in_words() {
        let claims = Claims {
            subject: Some("4711".into()),
            name: Some("Alice".into()),
            session: Some("match-*".into()),
            audience: Some(Audience::One("voice.example".into())),
            issuer: Some("https://example.org".into()),
            expires_at: 2_000_000_000,
            tokens: vec!["gold".into()],
            listen: Some(vec!["lobby".into(), "team*".into()]),
            speak: Some(Vec::new()),
            priority_max: Some(consonance_session::Priority::Medium),
            moderator: true,
            ..Claims::default()
        };
        let expected = "for the player \"Alice\", whose name is reserved meanwhile\n\
            subject: \"4711\"\n\
            session: \"match-*\"\n\
            audience: \"voice.example\"\n\
            issuer: \"https://example.org\"\n\
            valid until 2033-05-18 03:33:20 UTC, in 10 min\n\
            listen to: \"lobby\", \"team*\"\n\
            speak in: no room\n\
            access tokens: \"gold\"\n\
            priority: medium at most\n\
            moderator: yes\n";
        assert_eq!(in_words(&claims, 1_999_999_400), expected);
        let any_name = Claims { expires_at: 5, not_before: Some(1), ..Claims::default() };
        let words = in_words(&any_name, 200_000);
        assert!(
            words.starts_with("for any player\nsession: every session of the server\nvalid from"),
            "{words}"
        );
        assert!(
            words.contains("until 1970-01-01 00:00:05 UTC, 2 days ago\nlisten to: every room"),
            "{words}"
        );
    }
}
