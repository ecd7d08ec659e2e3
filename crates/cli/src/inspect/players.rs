//! The players: level, delay, and why a player is not heard.

use consonance_inspector::{
    ClientSnapshot, Diagnosis, PlayerRow, ServerSnapshot, StepOutcome, UnheardReason,
};
use consonance_wire::names::visible;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Block, Paragraph, Row, Table, TableState, Wrap};

use super::format::{ago, bytes, meter, sparkline, targets};
use super::screen::Screen;

const METER_CELLS: u16 = 10;
const GRAPH_CELLS: u16 = 24;
/// The graph's bars are as high as the greatest delay, or as this.
const GRAPH_AT_LEAST_MS: u16 = 100;

/// The others first, since one looks for them.
pub(super) fn in_order(client: &ClientSnapshot) -> impl Iterator<Item = &PlayerRow> {
    let others = client.players.iter().filter(|player| !player.is_local);
    others.chain(client.players.iter().filter(|player| player.is_local))
}

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, screen: &Screen) {
    let Some(client) = screen.client() else { return };
    let diagnosis = screen.diagnosis();
    let panel = if diagnosis.is_some() { area.height * 2 / 3 } else { 0 };
    let [above, below] = Layout::vertical([Constraint::Min(3), Constraint::Length(panel)]).areas(area);
    let header = [
        "Name",
        "State",
        "Listens to",
        "Through",
        "Level",
        "Delay, last seconds",
        "Delay",
        "Jitter",
        "Loss",
        "Vol.",
    ];
    let widths = [
        Constraint::Min(8),
        Constraint::Min(9),
        Constraint::Min(8),
        Constraint::Min(7),
        Constraint::Length(METER_CELLS),
        Constraint::Length(GRAPH_CELLS),
        Constraint::Length(10),
        Constraint::Length(7),
        Constraint::Length(6),
        Constraint::Length(5),
    ];
    let table = Table::new(in_order(client).map(row), widths)
        .header(Row::new(header).style(Style::new().add_modifier(Modifier::BOLD)))
        .row_highlight_style(Style::new().add_modifier(Modifier::REVERSED));
    let mut state = TableState::default().with_selected(screen.selected);
    frame.render_stateful_widget(table, above, &mut state);
    if let Some(diagnosis) = diagnosis {
        draw_diagnosis(frame, below, &diagnosis);
    }
}

fn row(player: &PlayerRow) -> Row<'_> {
    let (state, colour) = state_of(player);
    let style = Style::new().fg(colour);
    let mut cells = vec![
        Text::styled(visible(&player.name), style),
        Text::styled(state, style),
        Text::raw(player.rooms.join(", ")),
        Text::raw(targets(&player.channels)),
    ];
    if !player.is_local {
        let level = if player.is_speaking { player.level_dbfs } else { -100.0 };
        let graph = player.history.delay_ms.iter().copied();
        cells.extend([
            Text::styled(meter(level, usize::from(METER_CELLS)), Color::Green),
            Text::styled(sparkline(graph, usize::from(GRAPH_CELLS), GRAPH_AT_LEAST_MS), Color::Cyan),
            Text::raw(format!("{:.0}/{:.0} ms", player.delay_ms, player.target_delay_ms)),
            Text::raw(format!("{:.1} ms", player.jitter_ms)),
            Text::raw(format!("{:.0} %", player.loss_percent)),
            Text::raw(format!("{:.2}", player.volume)),
        ]);
    }
    Row::new(cells)
}

fn state_of(player: &PlayerRow) -> (String, Color) {
    if player.is_local {
        return ("this player".into(), Color::Reset);
    }
    if player.muted {
        return ("muted".into(), Color::Red);
    }
    if player.undecodable_because.is_some() {
        return ("undecodable".into(), Color::Red);
    }
    if let Some(unheard) = player.unheard {
        let words = match unheard {
            UnheardReason::Deafened => "deafened",
            UnheardReason::Muted => "muted",
            UnheardReason::TurnedDown => "turned down",
            UnheardReason::Outranked => "outranked",
            UnheardReason::OutOfRange => "too far",
            UnheardReason::Crowded => "crowded out",
            _ => "unheard",
        };
        return (words.into(), Color::Red);
    }
    if player.is_speaking {
        ("speaks".into(), Color::Green)
    } else {
        (ago(player.heard_ms_ago), Color::Reset)
    }
}

fn draw_diagnosis(frame: &mut Frame<'_>, area: Rect, diagnosis: &Diagnosis) {
    let title = format!(" Why does {} not hear {}? ", diagnosis.listener, diagnosis.speaker);
    let colour = |outcome| match outcome {
        StepOutcome::Passed => ("✓", Color::Green),
        StepOutcome::Broken => ("✗", Color::Red),
        StepOutcome::Unknown => ("?", Color::Yellow),
    };
    let verdict = Line::styled(diagnosis.verdict(), Style::new().add_modifier(Modifier::BOLD));
    let steps = diagnosis.steps.iter().map(|step| {
        let (mark, colour) = colour(step.outcome);
        let link = format!(" {mark} {:<20}", step.link.title());
        Line::from(vec![Span::styled(link, colour), Span::raw(step.words.as_str())])
    });
    let lines: Vec<Line<'_>> = std::iter::once(verdict).chain(steps).collect();
    let words = Paragraph::new(lines).wrap(Wrap { trim: false }).block(Block::bordered().title(title));
    frame.render_widget(words, area);
}

/// All players of a server.
pub(super) fn draw_served(frame: &mut Frame<'_>, area: Rect, server: &ServerSnapshot, selected: usize) {
    let header =
        ["Session", "Name", "Id", "Over", "Listens to", "Last spoke", "To", "Received", "Sent", "Faults"];
    let widths = [
        Constraint::Min(8),
        Constraint::Min(10),
        Constraint::Length(5),
        Constraint::Length(10),
        Constraint::Min(12),
        Constraint::Length(10),
        Constraint::Min(10),
        Constraint::Length(9),
        Constraint::Length(9),
        Constraint::Length(6),
    ];
    let rows = server.sessions.iter().flat_map(|session| {
        session.players.iter().map(|player| {
            Row::new([
                session.name.clone(),
                visible(&player.name).into_owned(),
                player.id.to_string(),
                player.network.clone().unwrap_or_default(),
                player.rooms.join(", "),
                if player.is_followed { ago(player.voice_ms_ago) } else { "–".into() },
                targets(&player.voice_to),
                bytes(player.received.bytes),
                bytes(player.sent.bytes),
                player.faults.to_string(),
            ])
        })
    });
    let header = Row::new(header).style(Style::new().add_modifier(Modifier::BOLD));
    let highlight = Style::new().add_modifier(Modifier::REVERSED);
    let table = Table::new(rows, widths).header(header).row_highlight_style(highlight);
    frame.render_stateful_widget(table, area, &mut TableState::default().with_selected(selected));
}
