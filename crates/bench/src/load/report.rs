//! The figures, for people and for scripts.

use std::io::{self, Write, stdout};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::scene::Scene;
use super::step::Step;

/// The final result of a run.
#[derive(Clone, Debug)]
pub(super) struct Figures {
    /// How voice travels.
    pub(super) mode: &'static str,
    pub(super) scene: Scene,
    /// The step at the highest sensible load of this server.
    pub(super) busy: Step,
    /// The step at a lower load, for the delays.
    pub(super) calm: Step,
    pub(super) bytes_per_client: Option<f64>,
    /// Whether the search ended at the limit of the clients rather than of the server.
    pub(super) is_limited_by_clients: bool,
}

/// Prints the column names of [`step`].
pub(super) fn start(json: bool) -> io::Result<()> {
    if json {
        return Ok(());
    }
    let names = ["frames/s each", "out/s", "out per CPU s", "loss %", "server %", "clients %"];
    writeln!(stdout(), "{}", names.map(|name| format!("{name:>15}")).concat())
}

/// Prints one step of a search.
pub(super) fn step(step: &Step, json: bool) -> io::Result<()> {
    let mut out = stdout();
    if json {
        let row = json!({
            "frames_per_s_each": round(step.rate, 1),
            "frames_out_per_s": whole(step.frames_out_per_s()),
            "frames_out_per_server_cpu_s": step.frames_out_per_cpu_s().map(whole),
            "loss": round(step.loss(), 5),
            "server_cpu_share": step.server_share().map(|share| round(share, 3)),
            "clients_cpu_share": round(step.own_share(), 3),
            "limited_by_clients": step.is_limited_by_clients(),
        });
        writeln!(out, "{row}")?;
    } else {
        let per_cpu = step.frames_out_per_cpu_s().map_or_else(|| "-".to_owned(), |it| format!("{it:.0}"));
        let server = step.server_share().map_or_else(|| "-".to_owned(), |it| format!("{:.1}", 100.0 * it));
        let note = if step.is_limited_by_clients() { "  the clients are the limit" } else { "" };
        writeln!(
            out,
            "{:>15.1}{:>15.0}{per_cpu:>15}{:>15.2}{server:>15}{:>15.1}{note}",
            step.rate,
            step.frames_out_per_s(),
            100.0 * step.loss(),
            100.0 * step.own_share(),
        )?;
    }
    out.flush()
}

/// Prints the result, the last line of a run. `more` are further fields.
pub(super) fn figures(figures: &Figures, more: Map<String, Value>, json: bool) -> io::Result<()> {
    let mut out = stdout();
    if json {
        writeln!(out, "{}", as_json(figures, more))?;
    } else {
        writeln!(out, "{}", in_words(figures))?;
        for (name, value) in more {
            writeln!(out, "  {}: {value}", name.replace('_', " "))?;
        }
    }
    out.flush()
}

fn as_json(figures: &Figures, mut more: Map<String, Value>) -> Value {
    let Figures { mode, scene, busy, calm, bytes_per_client, is_limited_by_clients } = figures;
    let delay = |share| calm.delays.quantile(share).map(|delay| round(micros(delay), 1));
    let late = |step: &Step| step.lateness.quantile(0.99).map(|late| round(micros(late), 1));
    let fields = json!({
        "mode": mode,
        "clients": scene.clients,
        "speakers": scene.speakers,
        "rooms": scene.rooms,
        "frame_bytes": scene.frame_bytes,
        "frames_per_s_each": round(busy.rate, 1),
        "frames_out_per_s": whole(busy.frames_out_per_s()),
        "frames_out_per_server_cpu_s": busy.frames_out_per_cpu_s().map(whole),
        "server_cpu_s": busy.cpu_time.map(|time| round(time.as_secs_f64(), 3)),
        "server_cpu_share": busy.server_share().map(|share| round(share, 3)),
        "loss": round(busy.loss(), 6),
        "delay_frames_per_s_each": round(calm.rate, 1),
        "delay_p50_us": delay(0.50),
        "delay_p95_us": delay(0.95),
        "delay_p99_us": delay(0.99),
        "bytes_per_client": bytes_per_client.map(whole),
        "delay_clients_late_p99_us": late(calm),
        "clients_late_p99_us": late(busy),
        "clients_cpu_share": round(busy.own_share(), 3),
        "clients_sockets_dropped": busy.dropped_here + calm.dropped_here,
        "limited_by": if *is_limited_by_clients { "clients" } else { "server" },
    });
    if let Value::Object(fields) = fields {
        more.extend(fields);
    }
    Value::Object(more)
}

fn in_words(figures: &Figures) -> String {
    let Figures { mode, scene, busy, calm, bytes_per_client, is_limited_by_clients } = figures;
    let delay = |share| {
        calm.delays.quantile(share).map_or_else(|| "-".to_owned(), |it| format!("{:.0} µs", micros(it)))
    };
    let per_cpu = busy.frames_out_per_cpu_s().map_or_else(
        || "the server's processor time is not visible from here".to_owned(),
        |it| format!("{it:.0} frames out per second of the server's processor time"),
    );
    let memory = bytes_per_client.map(|bytes| format!("\n  {:.1} KB of memory per client", bytes / 1000.0));
    let limit = if *is_limited_by_clients {
        "\n  the clients were the limit and not the server, which may do more than this"
    } else {
        ""
    };
    format!(
        "{mode}: {} clients in {} rooms, {} of them speaking, frames of {} bytes\n  \
         {per_cpu}\n  \
         {:.0} frames out per second at {:.1} frames per second of each speaker, {:.3} % lost\n  \
         one way at {:.1} frames per second: p50 {}, p95 {}, p99 {}{}{limit}",
        scene.clients,
        scene.rooms,
        scene.speakers,
        scene.frame_bytes,
        busy.frames_out_per_s(),
        busy.rate,
        100.0 * busy.loss(),
        calm.rate,
        delay(0.50),
        delay(0.95),
        delay(0.99),
        memory.unwrap_or_default(),
    )
}

fn micros(delay: Duration) -> f64 {
    delay.as_secs_f64() * 1e6
}

pub(super) fn whole(value: f64) -> i64 {
    value.round() as i64
}

pub(super) fn round(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}
