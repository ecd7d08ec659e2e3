//! The log, as lines that C drains: no line is ever written by us, and none calls the host.

use std::collections::VecDeque;
use std::fmt::{self, Write as _};
use std::sync::{Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::reload;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::lock::lock;

/// When the host does not drain them, the oldest go.
const LINES_MAX: usize = 1024;
/// A longer line is cut.
const LINE_BYTES_MAX: usize = 1024;

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// 1 error, 2 warning, 3 information, 4 details, 5 everything.
    pub(crate) level: u32,
    pub(crate) text: String,
}

static LINES: Mutex<VecDeque<Line>> = Mutex::new(VecDeque::new());

/// Keeps lines down to this level from now on; 0 for none.
pub(crate) fn set_level(level: u32) {
    static INSTALL: Once = Once::new();
    static LEVEL: Mutex<Option<reload::Handle<LevelFilter, tracing_subscriber::Registry>>> = Mutex::new(None);

    let filter = match level {
        0 => LevelFilter::OFF,
        1 => LevelFilter::ERROR,
        2 => LevelFilter::WARN,
        3 => LevelFilter::INFO,
        4 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    INSTALL.call_once(|| {
        let (level, handle) = reload::Layer::new(filter);
        // A Rust host may have installed its own subscriber already, which then gets the lines.
        let _ = tracing_subscriber::registry().with(level).with(Keep).try_init();
        *lock(&LEVEL) = Some(handle);
    });
    if let Some(handle) = &*lock(&LEVEL) {
        let _ = handle.reload(filter);
    }
}

/// Hands the oldest line to `write`, which says whether it took it.
pub(crate) fn with_next<E>(write: impl FnOnce(&Line) -> Result<(), E>) -> Option<Result<(), E>> {
    let mut lines = lock(&LINES);
    let written = write(lines.front()?);
    if written.is_ok() {
        lines.pop_front();
    }
    Some(written)
}

/// Keeps each event as a line.
struct Keep;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Keep {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = Text(String::new());
        // Writing to a string cannot fail.
        let _ = write!(text.0, "{}: ", event.metadata().target());
        event.record(&mut text);
        let level = match *event.metadata().level() {
            Level::ERROR => 1,
            Level::WARN => 2,
            Level::INFO => 3,
            Level::DEBUG => 4,
            Level::TRACE => 5,
        };
        let mut lines = lock(&LINES);
        if lines.len() == LINES_MAX {
            lines.pop_front();
        }
        lines.push_back(Line { level, text: text.cut() });
    }
}

struct Text(String);

impl Text {
    fn cut(mut self) -> String {
        self.0.truncate(self.0.floor_char_boundary(LINE_BYTES_MAX));
        self.0
    }
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}
