//! `[joining.hook]`: a service that is asked about everybody.

use std::path::PathBuf;
use std::time::Duration;

use consonance_server::HookSettings;

use crate::field::Field;
use crate::keys::Key;

/// The service that has the last word on who may join, with the files that have its secrets; see [`HookSettings`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HookConfig {
    /// Its address; there is no hook without one.
    pub url: Option<String>,
    /// How long it may take.
    pub timeout: Duration,
    /// Who is let in when it cannot be asked.
    pub fail_open: bool,
    /// The file with the secret that signs questions.
    pub hmac_secret_file: Option<PathBuf>,
    /// The file with the token that questions carry.
    pub bearer_token_file: Option<PathBuf>,
    /// A PEM file with the authorities that are believed instead of the usual ones.
    pub authorities_file: Option<PathBuf>,
    /// Other machines may be asked in the open.
    pub allow_plain_http: bool,
    /// It is told tokens and passwords.
    pub send_secrets: bool,
    /// Questions at once.
    pub threads: usize,
    /// Questions that wait.
    pub queue_max: usize,
}

impl Default for HookConfig {
    fn default() -> Self {
        let HookSettings { timeout, threads, queue, .. } = HookSettings::new("");
        Self {
            url: None,
            timeout,
            fail_open: false,
            hmac_secret_file: None,
            bearer_token_file: None,
            authorities_file: None,
            allow_plain_http: false,
            send_secrets: false,
            threads,
            queue_max: queue,
        }
    }
}

pub(super) const HOOK_KEYS: &[Key] = &[
    Key::at_once(
        "joining.hook.url",
        Field::Text(|config| &mut config.joining.hook.url),
        "Where to ask: https, or http on this machine. Without it nobody is asked.",
    )
    .with_example("\"https://example.org/join\""),
    Key::at_once(
        "joining.hook.timeout_s",
        Field::Seconds(|config| &mut config.joining.hook.timeout, 0.1, 4.0),
        "How long it may take to answer, in seconds.",
    ),
    Key::at_once(
        "joining.hook.fail_open",
        Field::Flag(|config| &mut config.joining.hook.fail_open),
        "When it cannot be asked, let in whom the other rules let in. Without this, nobody joins then.",
    ),
    Key::at_once(
        "joining.hook.hmac_secret_file",
        Field::File(|config| &mut config.joining.hook.hmac_secret_file),
        "A file whose first line signs each question, so that the service knows who asks.",
    )
    .with_example("\"hook-secret.txt\""),
    Key::at_once(
        "joining.hook.bearer_token_file",
        Field::File(|config| &mut config.joining.hook.bearer_token_file),
        "A file whose first line goes along with each question, as Authorization: Bearer.",
    )
    .with_example("\"hook-token.txt\""),
    Key::at_once(
        "joining.hook.authorities_file",
        Field::File(|config| &mut config.joining.hook.authorities_file),
        "A PEM file with certificate authorities that are believed instead of the usual ones.",
    )
    .with_example("\"own-authority.pem\""),
    Key::at_once(
        "joining.hook.allow_plain_http",
        Field::Flag(|config| &mut config.joining.hook.allow_plain_http),
        "Take http for other machines, too. Whoever is on the way can read the questions and answer them.",
    ),
    Key::at_once(
        "joining.hook.send_secrets",
        Field::Flag(|config| &mut config.joining.hook.send_secrets),
        "Tell it tokens and passwords as players show them; it is told what a good token says anyway.",
    ),
    Key::at_once(
        "joining.hook.threads",
        Field::Size(|config| &mut config.joining.hook.threads, 1, 64),
        "Questions at once.",
    ),
    Key::at_once(
        "joining.hook.queue_max",
        Field::Size(|config| &mut config.joining.hook.queue_max, 1, 1024),
        "Questions that wait; a further one counts as not answered.",
    ),
];
