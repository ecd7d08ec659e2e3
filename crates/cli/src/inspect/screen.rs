//! The contents of the screen: head, tabs, the selected tab, and the keys.

use std::collections::VecDeque;

use consonance_inspector::{ClientSnapshot, ConnectionState, PlayerRow, Snapshot};
use consonance_wire::names::visible;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Tabs, Wrap};

use super::format::{clock, targets};
use super::{panels, players};

/// The number of microphone levels that are kept for the graph.
const LEVELS: usize = 200;

/// A snapshot and the state of its display.
#[derive(Debug, Default)]
pub(super) struct Screen {
    pub(super) snapshot: Option<Snapshot>,
    pub(super) tab: Tab,
    /// The row of the selected player.
    pub(super) selected: usize,
    /// Whether the diagnosis of the selected player is requested.
    pub(super) is_asked: bool,
    /// The most recent levels of the microphone, 0 for silence.
    pub(super) levels: VecDeque<u16>,
    trouble: Option<String>,
}

/// The tabs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tab {
    #[default]
    Players,
    Network,
    Capture,
    Devices,
    Log,
}

impl Tab {
    pub(super) const ALL: [Self; 5] = [Self::Players, Self::Network, Self::Capture, Self::Devices, Self::Log];

    pub(super) fn after(self, steps: usize) -> Self {
        Self::ALL[(self as usize + steps) % Self::ALL.len()]
    }
}

impl Screen {
    /// Shows a new snapshot.
    pub(super) fn show(&mut self, snapshot: Snapshot) {
        if let Some(capture) = snapshot.client().and_then(|client| client.capture.as_ref()) {
            if self.levels.len() >= LEVELS {
                self.levels.pop_front();
            }
            self.levels.push_back((capture.input_level_dbfs + 60.0).clamp(0.0, 60.0) as u16);
        }
        self.snapshot = Some(snapshot);
        self.trouble = None;
        self.select(0);
    }

    /// Something went wrong; what is shown is old until it is better.
    pub(super) fn complain(&mut self, words: String) {
        self.trouble = Some(words);
    }

    pub(super) fn client(&self) -> Option<&ClientSnapshot> {
        self.snapshot.as_ref()?.client()
    }

    pub(super) fn selected_player(&self) -> Option<&PlayerRow> {
        players::in_order(self.client()?).nth(self.selected)
    }

    pub(super) fn select(&mut self, step: isize) {
        let rows = match &self.snapshot {
            Some(Snapshot::Client(client)) => client.players.len(),
            Some(Snapshot::Server(server)) => {
                server.sessions.iter().map(|session| session.players.len()).sum()
            }
            _ => 0,
        };
        self.selected = self.selected.saturating_add_signed(step).min(rows.saturating_sub(1));
    }

    pub(super) fn draw(&self, frame: &mut Frame<'_>) {
        let [head, tabs, body, foot] = Layout::vertical([
            Constraint::Length(2),
            Constraint::Length(1),
            Constraint::Min(0),
            Constraint::Length(1),
        ])
        .areas(frame.area());
        frame.render_widget(Paragraph::new(self.head()), head);
        let titles = Tab::ALL.iter().map(|tab| format!("{} {tab:?}", *tab as usize + 1));
        let highlight = Style::new().add_modifier(Modifier::REVERSED);
        frame.render_widget(Tabs::new(titles).select(self.tab as usize).highlight_style(highlight), tabs);
        self.draw_body(frame, body);
        frame.render_widget(self.foot(), foot);
    }

    fn draw_body(&self, frame: &mut Frame<'_>, area: Rect) {
        match (&self.snapshot, self.tab) {
            (None, _) => {}
            (Some(Snapshot::Client(_)), Tab::Players) => players::draw(frame, area, self),
            (Some(Snapshot::Server(server)), Tab::Players) => {
                players::draw_served(frame, area, server, self.selected);
            }
            (Some(snapshot), Tab::Network) => panels::network(frame, area, snapshot),
            (Some(Snapshot::Client(client)), Tab::Capture) => {
                panels::capture(frame, area, client, &self.levels);
            }
            (Some(Snapshot::Client(client)), Tab::Devices) => panels::devices(frame, area, client),
            (Some(snapshot), Tab::Log) => panels::log(frame, area, snapshot),
            _ => frame.render_widget(Paragraph::new("A server has none of this."), area),
        }
    }

    fn head(&self) -> Vec<Line<'_>> {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        match &self.snapshot {
            Some(Snapshot::Client(client)) => {
                let (word, colour) = match client.status {
                    ConnectionState::Connected => ("connected", Color::Green),
                    ConnectionState::Connecting => ("connecting", Color::Yellow),
                    _ => ("disconnected", Color::Red),
                };
                let mut first = vec![
                    Span::styled(visible(&client.name), bold),
                    Span::raw("  "),
                    Span::styled(word, colour),
                    Span::raw(format!("  {}  {}", client.mode, clock(client.uptime_ms))),
                ];
                for (is_so, word) in [(client.muted, "  MUTED"), (client.deafened, "  DEAFENED")] {
                    if is_so {
                        first.push(Span::styled(word, Color::Red));
                    }
                }
                let channels = targets(client.channels.iter().map(|channel| &channel.target));
                let or_nothing = |words: String| if words.is_empty() { "nothing".into() } else { words };
                let (rooms, channels) = (or_nothing(client.rooms.join(", ")), or_nothing(channels));
                vec![Line::from(first), Line::from(format!("listens to {rooms} · speaks to {channels}"))]
            }
            Some(Snapshot::Server(server)) => {
                let players: usize = server.sessions.iter().map(|session| session.players.len()).sum();
                let sessions = server.sessions.len();
                vec![
                    Line::styled("Server", bold),
                    Line::from(format!(
                        "sessions: {sessions} · players: {players} · {}",
                        clock(server.uptime_ms)
                    )),
                ]
            }
            _ => Vec::new(),
        }
    }

    fn foot(&self) -> Paragraph<'_> {
        if let Some(trouble) = &self.trouble {
            return Paragraph::new(Line::styled(trouble.as_str(), Color::Red)).wrap(Wrap { trim: true });
        }
        let keys = if self.client().is_some() {
            "q end  Tab next  ↑↓ choose  m mute the player  w why not heard?  M mute me  D deafen me"
        } else {
            "q end  Tab next  ↑↓ choose"
        };
        Paragraph::new(Line::styled(keys, Style::new().add_modifier(Modifier::DIM)))
    }
}
