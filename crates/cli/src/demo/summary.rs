//! The report as a table in the terminal.

use std::io::{self, Write, stdout};
use std::path::Path;

use super::report::{Heard, Report};

/// Prints what each player heard, the verdict, and where the rest stands.
///
/// # Errors
/// If the output is closed.
pub(crate) fn print(report: &Report, folder: &Path) -> io::Result<()> {
    let mut out = stdout();
    writeln!(
        out,
        "{:<10}{:<10}{:>7}{:>10}{:>7}{:>11}{:>11}{:>12}{:>9}",
        "listener", "speaker", "sent", "received", "lost", "recovered", "concealed", "median ms", "p95 ms"
    )?;
    for listener in &report.listeners {
        for heard in &listener.heard {
            writeln!(out, "{:<10}{}", listener.name, row(heard))?;
        }
    }
    writeln!(out)?;
    for listener in &report.listeners {
        for stretch in &listener.stretches {
            writeln!(
                out,
                "{} heard {} from {:.1} s to {:.1} s: correlation {:.2} (wanted {:.2})",
                listener.name,
                stretch.speakers.join(" and "),
                stretch.start,
                stretch.stop,
                stretch.correlation,
                stretch.wanted
            )?;
        }
    }
    for text in &report.texts {
        let readers = text.received_by.join(", ");
        writeln!(out, "{} wrote {:?} to {}; read by {readers}", text.from, text.text, text.to)?;
    }
    writeln!(out)?;
    for problem in &report.problems {
        writeln!(out, "problem: {problem}")?;
    }
    if report.passed {
        writeln!(out, "passed: all players heard what they should, and nothing else")?;
    }
    writeln!(out, "listen to {0}/*.wav and open {0}/report.html", folder.display())
}

fn row(heard: &Heard) -> String {
    let ms = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.0}"));
    format!(
        "{:<10}{:>7}{:>10}{:>7}{:>11}{:>11}{:>12}{:>9}",
        heard.speaker,
        heard.sent,
        heard.received,
        heard.lost,
        heard.recovered,
        heard.concealed,
        ms(heard.delay_median_ms),
        ms(heard.delay_p95_ms)
    )
}
