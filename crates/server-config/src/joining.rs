//! `[joining]`: who may join.

use std::path::PathBuf;
use std::time::Duration;

use consonance_server::token::TokenRules;
use consonance_server::{GuessLimits, JoiningSettings, SecretText};
use consonance_session::{NameTaken, RoomPattern};

use crate::Config;
use crate::document::{Placed, Value, quoted};
use crate::field::{Choice, Field, Mistake, Tables, text};
use crate::hook::HookConfig;
use crate::keys::Key;
use crate::suggestion::nearest;

/// Who may join, with the files that have the secrets; see [`JoiningSettings`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JoiningConfig {
    /// JSON Web Keys, or sets of them, of which one has to have signed a player's join token.
    pub token_key_files: Vec<PathBuf>,
    /// What a join token has to say of itself besides.
    pub token_rules: TokenRules,
    /// How wrong clocks may be.
    pub clock_leeway: Duration,
    /// A visit ends with its token.
    pub end_with_token: bool,
    /// The password of every session that has none of its own.
    pub password: Option<SecretText>,
    /// The file with it.
    pub password_file: Option<PathBuf>,
    /// Passwords of single sessions.
    pub passwords: Vec<SessionPassword>,
    /// Token and password are both needed.
    pub needs_both: bool,
    /// Names that need a token.
    pub reserved_names: Vec<String>,
    /// What a newcomer gets that asks for a name in use.
    pub name_taken: NameTaken,
    /// How often a wrong password may be tried.
    pub guesses: GuessLimits,
    /// A service that is asked about everybody.
    pub hook: HookConfig,
}

/// The password of some sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionPassword {
    /// Which sessions, by name or by the beginning of their names.
    pub sessions: RoomPattern,
    /// Where their password is.
    pub password: PasswordSource,
}

/// Where a password is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordSource {
    /// Here.
    Text(SecretText),
    /// In a file.
    File(PathBuf),
}

impl Default for JoiningConfig {
    fn default() -> Self {
        let JoiningSettings { clock_leeway, guesses, .. } = JoiningSettings::default();
        Self {
            token_key_files: Vec::new(),
            token_rules: TokenRules::default(),
            clock_leeway,
            end_with_token: false,
            password: None,
            password_file: None,
            passwords: Vec::new(),
            needs_both: false,
            reserved_names: Vec::new(),
            name_taken: NameTaken::default(),
            guesses,
            hook: HookConfig::default(),
        }
    }
}

impl Choice for NameTaken {
    fn names(&self) -> Vec<&'static str> {
        NAME_RULES.map(|(name, _)| name).into()
    }

    fn chosen(&self) -> &'static str {
        NAME_RULES.iter().find(|(_, rule)| rule == self).map_or("keep", |(name, _)| name)
    }

    fn choose(&mut self, index: usize) {
        *self = NAME_RULES[index].1;
    }
}

const NAME_RULES: [(&str, NameTaken); 3] =
    [("newest", NameTaken::Newest), ("keep", NameTaken::Keep), ("refuse", NameTaken::Refuse)];

pub(super) const JOINING_KEYS: &[Key] = &[
    Key::at_once(
        "joining.token_key_files",
        Field::Files(|config| &mut config.joining.token_key_files),
        "Files with JSON Web Keys, or sets of them (see `consonance token`). With one or more, only who shows a join token signed by one of them may join, or, where there is a password and not needs_both, the password; without, nobody's token is looked at, and nobody has access tokens. The files are read again by every reload; who is in stays.",
    ),
    Key::at_once(
        "joining.token_audience",
        Field::Text(|config| &mut config.joining.token_rules.audience),
        "The name of this server, which a join token has to have in its audience (aud). Without it a token needs no audience, but one that it has must have consonance in it.",
    )
    .with_example("\"voice.example.org\""),
    Key::at_once(
        "joining.token_issuer",
        Field::Text(|config| &mut config.joining.token_rules.issuer),
        "The service that has to have issued a join token, by its name in the token (iss).",
    )
    .with_example("\"https://accounts.example.org\""),
    Key::at_once(
        "joining.token_type",
        Field::Text(|config| &mut config.joining.token_rules.token_type),
        "The type that a join token has to name in its header (typ), so that tokens for something else by the same key are none to join with. Case and a leading application/ do not matter. `consonance token new` writes JWT.",
    )
    .with_example("\"JWT\""),
    Key::at_once(
        "joining.clock_leeway_s",
        Field::Seconds(|config| &mut config.joining.clock_leeway, 0.0, 300.0),
        "How wrong clocks may be, in whole seconds: a token is good for so much longer, and so much earlier, than it says.",
    ),
    Key::at_once(
        "joining.end_with_token",
        Field::Flag(|config| &mut config.joining.end_with_token),
        "Disconnect players when their tokens end. Without this, the end is looked at only when somebody joins.",
    ),
    Key::at_once(
        "joining.password",
        Field::Secret(|config| &mut config.joining.password),
        "The password of every session that has none of its own in passwords. Better put it into a file, or into the environment.",
    )
    .with_example("\"correct horse\""),
    Key::at_once(
        "joining.password_file",
        Field::File(|config| &mut config.joining.password_file),
        "A file with that password, in its first line, which other users of the machine should not be able to read.",
    )
    .with_example("\"password.txt\""),
    Key::at_once(
        "joining.passwords",
        Field::Tables(&PASSWORDS),
        "Passwords of single sessions, by name, or with a * at the end by the beginning of their names; the first that matches counts. Each has a password, or a file with it.",
    )
    .with_example("[{ session = \"staff\", file = \"staff.txt\" }, { session = \"match-*\", password = \"xyzzy\" }]"),
    Key::at_once(
        "joining.needs_both",
        Field::Flag(|config| &mut config.joining.needs_both),
        "Where there are both keys and a password, ask for a token and the password. Without this, either is enough.",
    ),
    Key::at_once(
        "joining.reserved_names",
        Field::Texts(|config| &mut config.joining.reserved_names),
        "Names of players, or with a * at the end beginnings of names, that only a player has whose token is for that name. Every spelling that looks the same is meant: in other case, with invisible characters, or with letters of other scripts.",
    ),
    Key::at_once(
        "joining.name_taken",
        Field::Choice(|config| &mut config.joining.name_taken),
        "What a newcomer gets that asks for a name in use: keep lets it wait until the holder has left or no longer answers, refuse closes its connection with the reason, newest gives it the name and disconnects the holder. The holder's resume ticket and account take the name at once in any case. docs/guide/joining.md says more.",
    ),
    Key::at_once(
        "joining.guesses_free",
        Field::Number(|config| &mut config.joining.guesses.free, 0, 1000),
        "Wrong passwords from one address, or one IPv6 network of 64 bits, that cost nothing. After these, nothing from there is looked at for a second, and after each further one for twice as long.",
    ),
    Key::at_once(
        "joining.guess_delay_max_s",
        Field::Seconds(|config| &mut config.joining.guesses.delay_max, 1.0, 86_400.0),
        "The longest that this becomes, in seconds. After as long again without a wrong password all is forgiven.",
    ),
    Key::at_once(
        "joining.guess_addresses_max",
        Field::Size(|config| &mut config.joining.guesses.addresses, 1, 1_000_000),
        "Addresses that are remembered for this.",
    ),
];

const PASSWORDS: Tables<Config> = Tables {
    read: |config, value, folder| {
        config.joining.passwords = read_passwords(value, |file| folder.join(file))?;
        Ok(())
    },
    written: |config, reveals| {
        config.joining.passwords.iter().map(|entry| written_password(entry, reveals)).collect()
    },
    in_words: "a list of tables",
    takes_text: false,
};

fn read_passwords(value: &Value, file_at: impl Fn(&str) -> PathBuf) -> Result<Vec<SessionPassword>, Mistake> {
    // Whatever stands there may be a password: it is not said again.
    let Value::List(items) = value else { return Err(Mistake::new("expected a list of tables")) };
    items.iter().map(|item| read_password(item, &file_at)).collect()
}

fn read_password(item: &Placed, file_at: &dyn Fn(&str) -> PathBuf) -> Result<SessionPassword, Mistake> {
    let mistake = |what: &str| Mistake::at(item.line, what);
    let Value::Table(keys) = &item.value else { return Err(mistake("expected a table")) };
    let (mut sessions, mut passwords) = (None, Vec::new());
    for (key, Placed { value, line }) in keys {
        let text = || text(value).map_err(|mistake| mistake.or_at(*line));
        match &**key {
            "session" => sessions = Some(RoomPattern::from(text()?)),
            "password" => match value {
                Value::Text(password) => passwords.push(PasswordSource::Text(SecretText::new(password))),
                _ => return Err(Mistake::at(*line, SECRET_EXPECTED)),
            },
            "file" => passwords.push(PasswordSource::File(file_at(text()?))),
            _ => {
                let meant = nearest(key, ["session", "password", "file"].into_iter());
                let meant = meant.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
                return Err(Mistake::at(*line, format!("there is no key {key} here{meant}")));
            }
        }
    }
    let sessions = sessions.ok_or_else(|| mistake("say which sessions, with session = \"…\""))?;
    match <[PasswordSource; 1]>::try_from(passwords) {
        Ok([password]) => Ok(SessionPassword { sessions, password }),
        Err(_) => Err(mistake("give it a password, or a file with one")),
    }
}

/// Without secrets, unless somebody asks for them.
fn written_password(entry: &SessionPassword, reveals: bool) -> String {
    let password = match &entry.password {
        PasswordSource::Text(secret) => format!("password = {}", written_secret(secret, reveals)),
        PasswordSource::File(path) => format!("file = {}", quoted(&path.to_string_lossy())),
    };
    format!("{{ session = {}, {password} }}", quoted(&entry.sessions.to_string()))
}

pub(super) fn written_secret(secret: &SecretText, reveals: bool) -> String {
    if reveals { quoted(secret.reveal()) } else { "(hidden)".into() }
}

pub(super) const SECRET_EXPECTED: &str = "expected a text";
