//! The program's output to its standard error, besides its results: log lines, notes and complaints.
//!
//! As text, complaints and notes are separate lines; as JSON they are lines of the log like all others, so that a
//! program that parses them finds nothing else.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write, stderr};

use consonance_server_config::{LogConfig, LogFormat, LogLevel};
use consonance_wire::names::is_invisible;
use tracing::{Level, enabled, error, info, warn};
use tracing_subscriber::filter::Directive;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Registry, reload};

/// Logs warnings and errors as text for people, or the events that `RUST_LOG` selects.
pub fn start() {
    let filter = own_filter().unwrap_or_else(|| EnvFilter::new(QUIET)).add_directive(no_passwords());
    write_lines(filter.add_directive(notices(LogFormat::Text)), LogFormat::Text);
}

/// Logs at the level that a server's operator configures; it can be changed, unless `RUST_LOG` sets it.
pub(crate) fn start_for_server(config: &LogConfig) -> LogLevelSwitch {
    let is_fixed = own_filter().is_some();
    let filter = own_filter().unwrap_or_else(|| filter_of(config.level)).add_directive(no_passwords());
    let (filter, handle) = reload::Layer::new(filter.add_directive(notices(config.format)));
    write_lines(filter, config.format);
    LogLevelSwitch { handle: Some(handle).filter(|_| !is_fixed), format: config.format }
}

/// Changes the level of what is logged.
pub(crate) struct LogLevelSwitch {
    handle: Option<reload::Handle<EnvFilter, Registry>>,
    format: LogFormat,
}

impl LogLevelSwitch {
    /// From now on.
    pub(crate) fn set(&self, level: LogLevel) {
        let Some(handle) = &self.handle else { return };
        let filter = filter_of(level).add_directive(no_passwords()).add_directive(notices(self.format));
        // It fails if logging has ended.
        let _ = handle.reload(filter);
    }
}

/// Prints why the program ends, if the terminal is still there.
pub(crate) fn fail(words: &impl Display) {
    if enabled!(target: NOTICE, Level::ERROR) {
        error!(target: NOTICE, "{words}");
    } else {
        let _ = writeln!(VisibleLines(stderr()), "consonance: {words}");
    }
}

/// Prints what is wrong, if the terminal is still there.
pub fn complain(words: &impl Display) {
    if enabled!(target: NOTICE, Level::WARN) {
        warn!(target: NOTICE, "{words}");
    } else {
        let _ = writeln!(VisibleLines(stderr()), "consonance: {words}");
    }
}

/// Prints a note.
pub(crate) fn note(words: &impl Display) {
    if enabled!(target: NOTICE, Level::INFO) {
        info!(target: NOTICE, "{words}");
    } else {
        let _ = writeln!(VisibleLines(stderr()), "consonance: {words}");
    }
}

/// Prints the address of something, in a line that scripts may look for.
pub(crate) fn show(line: &str) {
    if enabled!(target: NOTICE, Level::INFO) {
        info!(target: NOTICE, "{line}");
    } else {
        let _ = writeln!(VisibleLines(stderr()), "{line}");
    }
}

/// The target of messages for people; only JSON has it in the log.
const NOTICE: &str = "consonance::notice";

/// The filter for `join`, which already prints these log lines of a chat as events.
const QUIET: &str =
    "warn,consonance::core=off,consonance::network=off,consonance::playback=off,consonance::recording=off";

fn own_filter() -> Option<EnvFilter> {
    EnvFilter::try_from_default_env().ok()
}

/// Of other libraries, only warnings are for operators. The NATS library logs each attempt to connect that fails as an
/// error; the server itself says once that NATS is unavailable, and why.
fn filter_of(level: LogLevel) -> EnvFilter {
    match level {
        LogLevel::Debug | LogLevel::Trace => EnvFilter::new(level.name()),
        LogLevel::Info => EnvFilter::new("warn,consonance=info,async_nats=off"),
        LogLevel::Warn | LogLevel::Error => EnvFilter::new(format!("{},async_nats=off", level.name())),
    }
}

/// At the level trace, the NATS library logs the password that it sends, whoever asks for that level.
fn no_passwords() -> Directive {
    "async_nats::connection=off".parse().expect("a target and a level are a directive")
}

fn notices(format: LogFormat) -> Directive {
    let level = if format == LogFormat::Json { "info" } else { "off" };
    format!("{NOTICE}={level}").parse().expect("a target and a level are a directive")
}

/// Consoles of Windows have to be asked to show colours.
fn shows_colour() -> bool {
    !cfg!(windows) || anstyle_query::windows::enable_ansi_colors() == Some(true)
}

fn write_lines(filter: impl tracing_subscriber::Layer<Registry> + Send + Sync, format: LogFormat) {
    let filtered = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer();
    match format {
        LogFormat::Text => {
            let colour = stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() && shows_colour();
            filtered.with(lines.with_ansi(colour).with_writer(|| VisibleLines(stderr()))).init();
        }
        LogFormat::Json => {
            filtered
                .with(lines.with_writer(stderr).json().flatten_event(true).with_current_span(false))
                .init();
        }
    }
}

/// Spells out the invisible characters of names in what is written, such as `\u{200b}`; each call has whole
/// characters. Control characters pass: colours and ends of lines are the program's own, and those of peers are
/// replaced before.
struct VisibleLines<W>(W);

impl<W: Write> Write for VisibleLines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let is_hidden = |letter: char| is_invisible(letter) && !letter.is_control();
        if !text.contains(is_hidden) {
            self.0.write_all(bytes)?;
            return Ok(bytes.len());
        }
        let mut shown = String::with_capacity(text.len() + 16);
        for letter in text.chars() {
            if is_hidden(letter) {
                shown.extend(letter.escape_unicode());
            } else {
                shown.push(letter);
            }
        }
        self.0.write_all(shown.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_log_line_spells_out_what_is_invisible_in_a_name() {
        let written = Written::default();
        let writer = written.clone();
        let make = move || VisibleLines(writer.clone());
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(make);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), || {
            info!(player = %"Al\u{200b}ice\u{202e}", "joined");
        });
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert!(text.contains("player=Al\\u{200b}ice\\u{202e}"), "{text:?}");
    }

    #[test]
    fn what_the_nats_library_logs_is_not_logged_unless_asked_for_details() {
        let is_logged = |level| {
            let subscriber = tracing_subscriber::registry().with(filter_of(level));
            tracing::subscriber::with_default(subscriber, || {
                let of_nats = enabled!(target: "async_nats::connector", Level::ERROR);
                (of_nats, enabled!(target: "consonance_cluster::nats::node", Level::ERROR))
            })
        };
        assert_eq!(is_logged(LogLevel::Info), (false, true));
        assert_eq!(is_logged(LogLevel::Warn), (false, true));
        assert_eq!(is_logged(LogLevel::Debug), (true, true));
    }

    #[test]
    fn by_default_the_log_has_events_of_ours_and_only_warnings_of_other_libraries() {
        let default = filter_of(LogConfig::default().level);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(default), || {
            assert!(enabled!(target: "consonance_server::session_loop::event_log", Level::INFO));
            assert!(!enabled!(target: "consonance_server::session_loop", Level::DEBUG));
            assert!(!enabled!(target: "str0m::rtc", Level::INFO));
            assert!(enabled!(target: "quinn_proto::connection", Level::WARN));
        });
    }

    #[test]
    fn the_lines_of_the_nats_library_with_the_password_are_logged_at_no_level() {
        for filter in ["trace", "async_nats::connection=trace", "async_nats=trace", "info"] {
            let filter = EnvFilter::new(filter).add_directive(no_passwords());
            let subscriber = tracing_subscriber::registry().with(filter);
            tracing::subscriber::with_default(subscriber, || {
                assert!(!enabled!(target: "async_nats::connection", Level::TRACE));
                assert!(!enabled!(target: "async_nats::connection", Level::ERROR));
            });
        }
    }

    #[test]
    fn a_players_name_breaks_no_line_of_the_log() {
        let written = Written::default();
        let writer = written.clone();
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), || {
            info!(player = "Mallory\n\x1b[2J\u{9b}31m INFO consonance: all is well", "not admitted");
        });
        let bytes = written.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.lines().count(), 1, "{text:?}");
        assert!(text.contains("Mallory") && !text.trim_end().contains(char::is_control), "{text:?}");
    }
}
