//! A chat that starts: the settings of a program as the façade's.

use std::sync::Arc;
use std::time::Duration;

use consonance::audio::{ActivationMode, ActivationSettings, Quality};
use consonance::{EncryptionPolicy, EncryptionSettings, StartError, VoiceChat, VoiceChatBuilder};
use pyo3::prelude::*;

use crate::chat::Chat;
use crate::pump::{self, BeatOutput, Pumped};
use crate::speech::{Line, SpeechInput};
use crate::{clock, errors, event_queue, registry};

/// The attributes of `consonance._settings.Settings`.
#[derive(FromPyObject)]
pub(crate) struct Settings {
    address: String,
    name: Option<String>,
    listen: Vec<String>,
    speak: Vec<String>,
    password: Option<String>,
    join_token: Option<String>,
    quality: String,
    activation: String,
    encryption: String,
    /// In seconds.
    reconnect_timeout: Option<f64>,
    retry_first_connect: bool,
    share_position: bool,
    fallback: bool,
}

/// Starts a chat; `wake` is called from another thread, without arguments, whenever something is to be looked at.
///
/// # Errors
/// `SettingsError` if a setting cannot be used, `StartError` if the machine does not give what is needed.
#[pyfunction]
pub(crate) fn start(py: Python<'_>, settings: Settings, wake: Py<PyAny>) -> PyResult<Chat> {
    clock::start(py)?;
    let pumped = Arc::<Pumped>::default();
    let line = Arc::new(Line::new(Arc::clone(&pumped.signal)));
    let builder = builder(settings)?;
    let (output, input) = (BeatOutput(Arc::clone(&pumped)), SpeechInput(Arc::clone(&line)));
    let builder = builder.input(Box::new(input)).output(Box::new(output));
    let voice = py.detach(|| builder.start()).map_err(|cause| refused(&cause))?;
    let number = registry::add(voice.clone(), Arc::clone(&pumped));
    let (events, signal) = (Arc::clone(&pumped.events), Arc::clone(&pumped.signal));
    let threads = event_queue::follow(voice.clone(), events, signal)
        .and_then(|()| pump::spawn(Arc::clone(&pumped), number, wake));
    if let Err(cause) = threads {
        voice.stop();
        // Dropping the last handle waits for the goodbye.
        py.detach(|| (registry::remove(number), drop(voice)));
        return Err(errors::raise("StartError", "thread", &format!("could not start a thread: {cause}")));
    }
    Ok(Chat::new(voice, pumped, line))
}

fn builder(settings: Settings) -> PyResult<VoiceChatBuilder> {
    let mut builder = VoiceChat::to(&settings.address).map_err(|cause| refused(&cause))?;
    if let Some(name) = settings.name {
        builder = builder.name(name);
    }
    builder = settings.listen.into_iter().fold(builder, VoiceChatBuilder::listen_to_room);
    builder = settings.speak.into_iter().fold(builder, VoiceChatBuilder::speak_in_room);
    if let Some(password) = settings.password {
        builder = builder.password(password);
    }
    if let Some(token) = settings.join_token {
        builder = builder.join_token(token);
    }
    if let Some(seconds) = settings.reconnect_timeout {
        let words = format!("invalid reconnect_timeout {seconds}, expected seconds, 0 or more");
        let time = Duration::try_from_secs_f64(seconds);
        builder = builder.reconnect_timeout(time.map_err(|_| errors::setting("reconnect-timeout", &words))?);
    }
    if settings.retry_first_connect {
        builder = builder.retry_first_connect();
    }
    if !settings.fallback {
        builder = builder.fallback(None);
    }
    let mut encryption = EncryptionSettings::default();
    encryption.policy = encryption_policy(&settings.encryption)?;
    let activation =
        ActivationSettings { mode: activation(&settings.activation)?, ..ActivationSettings::default() };
    Ok(builder
        .quality(quality(&settings.quality)?)
        .activation(activation)
        .encryption(encryption)
        .share_position(settings.share_position))
}

fn quality(word: &str) -> PyResult<Quality> {
    Ok(match word {
        "low" => Quality::Low,
        "medium" => Quality::Medium,
        "high" => Quality::High,
        "music" => Quality::Music,
        _ => return Err(errors::word("quality", word, &["low", "medium", "high", "music"])),
    })
}

fn activation(word: &str) -> PyResult<ActivationMode> {
    Ok(match word {
        "open" => ActivationMode::Open,
        "push-to-talk" => ActivationMode::PushToTalk,
        "voice" => ActivationMode::Voice,
        _ => return Err(errors::word("activation", word, &["open", "push-to-talk", "voice"])),
    })
}

fn encryption_policy(word: &str) -> PyResult<EncryptionPolicy> {
    Ok(match word {
        "where-offered" => EncryptionPolicy::WhereOffered,
        "required" => EncryptionPolicy::Required,
        "never" => EncryptionPolicy::Never,
        _ => return Err(errors::word("encryption", word, &["where-offered", "required", "never"])),
    })
}

fn refused(cause: &StartError) -> PyErr {
    let class = if matches!(cause, StartError::Thread(_)) { "StartError" } else { "SettingsError" };
    errors::raise(class, cause.code(), &cause.to_string())
}
