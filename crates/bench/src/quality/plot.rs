//! A plot of the score and the delay over the loss, with a panel for each jitter.

use std::fmt::Write as _;

use super::condition::{Condition, Listener};
use super::row::Row;

const PANEL_WIDTH: f64 = 250.0;
const PANEL_HEIGHT: f64 = 190.0;
const LEFT: f64 = 60.0;
const TOP: f64 = 70.0;
const GAP: f64 = 34.0;

/// The two rows of panels: what is drawn, the scale, and how it is read off a measurement.
struct Quantity {
    name: &'static str,
    lowest: f64,
    highest: f64,
    ticks: &'static [f64],
    of: fn(&Row) -> f64,
}

const QUANTITIES: [Quantity; 2] = [
    Quantity {
        name: "score (1 to 5)",
        lowest: 2.5,
        highest: 4.75,
        ticks: &[2.5, 3.0, 3.5, 4.0, 4.5],
        of: |row| row.measured.score,
    },
    Quantity {
        name: "mean delay, ms",
        lowest: 0.0,
        highest: 200.0,
        ticks: &[0.0, 50.0, 100.0, 150.0, 200.0],
        of: |row| row.measured.delay_mean_ms,
    },
];

/// Independent losses are solid lines, bursts are dashed.
pub(super) fn draw(rows: &[Row]) -> String {
    let panels = Condition::JITTERS_MS.len() as f64;
    let width = LEFT + panels * (PANEL_WIDTH + GAP);
    let height = TOP + QUANTITIES.len() as f64 * (PANEL_HEIGHT + GAP) + 24.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    legend(&mut svg);
    for (down, quantity) in QUANTITIES.iter().enumerate() {
        for (across, jitter_ms) in Condition::JITTERS_MS.into_iter().enumerate() {
            let x = LEFT + across as f64 * (PANEL_WIDTH + GAP);
            let y = TOP + down as f64 * (PANEL_HEIGHT + GAP);
            let _ = writeln!(svg, "<g transform=\"translate({x} {y})\">");
            axes(&mut svg, quantity, across == 0, down + 1 == QUANTITIES.len());
            if down == 0 {
                let middle = PANEL_WIDTH / 2.0;
                let _ = writeln!(
                    svg,
                    "<text x=\"{middle}\" y=\"-8\" text-anchor=\"middle\">{jitter_ms} ms of jitter</text>"
                );
            }
            for listener in Listener::ALL {
                for bursts in [false, true] {
                    line(&mut svg, rows, quantity, listener, jitter_ms, bursts);
                }
            }
            svg.push_str("</g>\n");
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn legend(svg: &mut String) {
    for (i, listener) in Listener::ALL.into_iter().enumerate() {
        let x = LEFT + i as f64 * 165.0;
        let _ = writeln!(
            svg,
            "<path d=\"M{x} 20h24\" stroke=\"{}\" stroke-width=\"3\"/><text x=\"{}\" y=\"24\">{}</text>",
            color(listener),
            x + 30.0,
            listener.name()
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"44\" fill=\"#555\">full lines: losses one by one; dashed: in bursts</text>"
    );
}

fn axes(svg: &mut String, quantity: &Quantity, named: bool, lowest: bool) {
    for &tick in quantity.ticks {
        let y = height_of(quantity, tick);
        let _ = writeln!(svg, "<path d=\"M0 {y:.1}H{PANEL_WIDTH}\" stroke=\"#ddd\"/>");
        if named {
            let _ = writeln!(svg, "<text x=\"-6\" y=\"{:.1}\" text-anchor=\"end\">{tick}</text>", y + 4.0);
        }
    }
    if named {
        let middle = PANEL_HEIGHT / 2.0;
        let _ = writeln!(
            svg,
            "<text transform=\"translate(-38 {middle}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            quantity.name
        );
    }
    if lowest {
        for loss in Condition::LOSSES_PERCENT {
            let x = place_of(loss);
            let _ = writeln!(
                svg,
                "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{loss} %</text>",
                PANEL_HEIGHT + 18.0
            );
        }
        let (x, y) = (PANEL_WIDTH / 2.0, PANEL_HEIGHT + 36.0);
        let _ = writeln!(svg, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">packets lost</text>");
    }
}

fn line(
    svg: &mut String,
    rows: &[Row],
    quantity: &Quantity,
    listener: Listener,
    jitter_ms: u16,
    bursts: bool,
) {
    let wanted = |row: &&Row| {
        let Condition { loss_percent, bursts: in_bursts, jitter_ms: with, .. } = row.condition;
        let is_even = row.condition == Condition::even(loss_percent, in_bursts, with);
        row.listener == listener && is_even && with == jitter_ms && (in_bursts == bursts || loss_percent == 0)
    };
    let mut points = String::new();
    for row in rows.iter().filter(wanted) {
        let (x, y) = (place_of(row.condition.loss_percent), height_of(quantity, (quantity.of)(row)));
        let _ = write!(points, "{x:.1},{y:.1} ");
    }
    let dashes = if bursts { " stroke-dasharray=\"5 4\"" } else { "" };
    let _ = writeln!(
        svg,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"{dashes}/>",
        points.trim_end(),
        color(listener)
    );
}

/// Colours that can be told apart by most eyes (Okabe and Ito).
fn color(listener: Listener) -> &'static str {
    match listener {
        Listener::Ours => "#0072b2",
        Listener::Original20 => "#e69f00",
        Listener::Original40 => "#d55e00",
        Listener::Fixed60 => "#777777",
        Listener::Fixed100 => "#000000",
    }
}

fn place_of(loss_percent: u8) -> f64 {
    let most = f64::from(Condition::LOSSES_PERCENT[Condition::LOSSES_PERCENT.len() - 1]);
    f64::from(loss_percent) / most * PANEL_WIDTH
}

fn height_of(quantity: &Quantity, value: f64) -> f64 {
    let share = (value - quantity.lowest) / (quantity.highest - quantity.lowest);
    PANEL_HEIGHT * (1.0 - share.clamp(0.0, 1.0))
}
