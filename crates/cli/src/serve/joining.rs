//! Settings for admission, with the files that the configuration names.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use consonance_server::token::Key;
use consonance_server::utc::utc;
use consonance_server::{Hook, HookError, HookSettings, JoiningSettings, SecretText};
use consonance_server_config::{ConfigProblem, LoadedConfig, Secret, SessionPassword};
use consonance_session::RoomPattern;

use crate::secret_text;
use crate::token::read_keys;

/// Reads keys and passwords; warnings go to the notes.
pub(super) fn read(loaded: &LoadedConfig, notes: &mut Vec<String>) -> Result<JoiningSettings, ConfigProblem> {
    let config = &loaded.config.joining;
    let mut settings = config.settings.clone();
    for path in &config.token_key_files {
        let keys = read_keys(path);
        let keys = keys.map_err(|error| loaded.problem("joining.token_key_files", error))?;
        if keys.iter().any(Key::can_sign) {
            note_if_others_can_read(path, "this key, which signs tokens", notes);
        }
        if keys.iter().any(|key| key.can_sign() && key.public().is_ok()) {
            notes.push(format!(
                "joining.token_key_files: {} is a private key, and anyone who reads it can create tokens; \
                 the server needs only its public half (`consonance token keygen` writes both)",
                path.display()
            ));
        }
        settings.token_keys.extend(keys);
    }
    for SessionPassword { session, password, file, .. } in &config.passwords {
        let password = match (password, file) {
            (_, Some(path)) => read_secret_line(loaded, "joining.passwords", path, notes)?,
            (Some(Secret(password)), None) => password.clone(),
            (None, None) => continue,
        };
        settings.passwords.push(((&**session).into(), password));
    }
    let of_all = match (&config.password, &config.password_file) {
        (Some(_), Some(_)) => {
            let what = "joining.password_file has a password, too: remove one of them";
            return Err(loaded.problem("joining.password", what));
        }
        (Some(Secret(password)), None) => Some(password.clone()),
        (None, Some(path)) => Some(read_secret_line(loaded, "joining.password_file", path, notes)?),
        (None, None) => None,
    };
    settings.passwords.extend(of_all.map(|password| (RoomPattern::from("*"), password)));
    if settings.passwords.iter().any(|(_, password)| password.reveal().is_empty()) {
        return Err(loaded.problem("joining.password", "a password is empty: set or remove it"));
    }
    settings.hook = read_hook(loaded, notes)?;
    Ok(settings)
}

/// Describes the settings, for `--check`.
pub(super) fn in_words(settings: &JoiningSettings) -> String {
    let keys = match settings.token_keys.len() {
        0 => None,
        1 => Some("a join token".to_owned()),
        keys => Some(format!("a join token signed with one of {keys} keys")),
    };
    let is_for_all = |(sessions, _): &(RoomPattern, SecretText)| *sessions == RoomPattern::from("*");
    let password = match &*settings.passwords {
        [] => None,
        passwords if passwords.iter().any(is_for_all) => Some("the password".to_owned()),
        passwords => {
            let sessions: Vec<_> = passwords.iter().map(|(sessions, _)| sessions.to_string()).collect();
            Some(format!("the password of the session ({})", sessions.join(", ")))
        }
    };
    let both = if settings.require_both { "and" } else { "or" };
    let mut words = match (keys, password) {
        (None, None) => "joining: open\n".to_owned(),
        (Some(what), None) | (None, Some(what)) => format!("joining: {what} required\n"),
        (Some(keys), Some(password)) => format!("joining: {keys} {both} {password} required\n"),
    };
    if let Some(hook) = &settings.hook {
        let fallback = if hook.settings().requests.fail_open { "admits" } else { "refuses" };
        let _ = writeln!(words, "joining hook: if it does not answer, the server {fallback} players");
    }
    for key in &settings.token_keys {
        if let Some(end) = key.good_until() {
            let _ = writeln!(
                words,
                "the key {:?} is valid until {}",
                key.id().unwrap_or("without an id"),
                utc(end)
            );
        }
    }
    words
}

/// Reads the hook's settings; it is not called yet.
fn read_hook(loaded: &LoadedConfig, notes: &mut Vec<String>) -> Result<Option<Hook>, ConfigProblem> {
    let config = &loaded.config.joining.hook;
    let Some(url) = &config.url else { return Ok(None) };
    let mut settings = HookSettings::new(url.0.clone());
    settings.requests = config.requests.clone();
    let mut secret = |key: &str, path: &Option<PathBuf>| {
        path.as_ref().map(|path| read_secret_line(loaded, key, path, notes)).transpose()
    };
    settings.service.hmac_secret = secret("joining.hook.hmac_secret_file", &config.hmac_secret_file)?;
    settings.service.bearer_token = secret("joining.hook.bearer_token_file", &config.bearer_token_file)?;
    let authorities = config.authorities_file.as_deref();
    settings.service.authorities_pem =
        authorities.map(|path| read_authorities(loaded, AUTHORITIES, path)).transpose()?;
    Hook::new(settings).map(Some).map_err(|error| {
        let key = if error == HookError::Authorities { AUTHORITIES } else { "joining.hook.url" };
        loaded.problem(key, error.to_string())
    })
}

const AUTHORITIES: &str = "joining.hook.authorities_file";

/// Certificate authorities from a file, as they are.
pub(super) fn read_authorities(
    loaded: &LoadedConfig,
    key: &str,
    path: &Path,
) -> Result<Vec<u8>, ConfigProblem> {
    std::fs::read(path)
        .map_err(|error| loaded.problem(key, format!("cannot read {}: {error}", path.display())))
}

/// The first line of a file with a secret.
pub(super) fn read_secret_line(
    loaded: &LoadedConfig,
    key: &str,
    path: &Path,
    notes: &mut Vec<String>,
) -> Result<SecretText, ConfigProblem> {
    secret_line(path, notes).map_err(|what| loaded.problem(key, what))
}

/// The first line of a file with a secret; the error is in words.
pub(super) fn secret_line(path: &Path, notes: &mut Vec<String>) -> Result<SecretText, String> {
    let text = secret_text::read(path)?;
    note_if_others_can_read(path, "this secret", notes);
    Ok(SecretText::new(text.lines().next().unwrap_or_default().trim()))
}

#[cfg(unix)]
pub(super) fn note_if_others_can_read(path: &Path, what: &str, notes: &mut Vec<String>) {
    let mode = std::fs::metadata(path).map(|about| std::os::unix::fs::MetadataExt::mode(&about));
    if mode.is_ok_and(|mode| mode & 0o004 != 0) {
        let path = path.display();
        notes.push(format!("{path}: every user of this machine can read {what}: `chmod o-r {path}`"));
    }
}

/// File permissions are not checked on other systems.
#[cfg(not(unix))]
pub(super) fn note_if_others_can_read(_: &Path, _: &str, _: &mut Vec<String>) {}
