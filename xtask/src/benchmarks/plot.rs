//! A bench as a picture: a bar for each figure, a line over the span of its runs, and a mark where the floor is.

use std::fmt::Write as _;

use super::numbers::{extremes, median, short};
use super::record::FigureRecord;

const WIDTH: f64 = 860.0;
const LABELS: f64 = 330.0;
const BARS: f64 = 410.0;
const BAR: f64 = 14.0;
const LINE: f64 = 22.0;
const TITLE: f64 = 30.0;
const TOP: f64 = 34.0;
const MARGIN: f64 = 12.0;

/// Figures of the same unit share a scale, from zero on; differences that are less than nothing end there.
pub(super) fn draw(figures: &[FigureRecord]) -> String {
    let panels = panels(figures);
    let height = TOP + MARGIN + panels.iter().map(|panel| TITLE + LINE * panel.len() as f64).sum::<f64>();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n{STYLE}<rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\"/>\n"
    );
    legend(&mut svg);
    let mut y = TOP;
    for panel in panels {
        let _ = writeln!(
            svg,
            "<text class=\"unit\" x=\"{LABELS}\" y=\"{}\">{}</text>",
            y + TITLE - 9.0,
            escaped(&panel[0].quantity.unit)
        );
        y += TITLE;
        let highest = panel.iter().map(|figure| highest(figure)).fold(0.0, f64::max);
        let scale = if highest > 0.0 { BARS / highest } else { 0.0 };
        for figure in panel {
            bar(&mut svg, figure, y, scale);
            y += LINE;
        }
    }
    svg + "</svg>\n"
}

/// Bars and marks in colours that most eyes tell apart (Okabe and Ito), on a paper of their own, light or dark as the
/// reader has it.
const STYLE: &str = "<style>\n\
    .paper { fill: #ffffff } text { fill: #1f2328 } .unit { font-weight: bold } .bar { fill: #0072b2 }\n\
    .span { stroke: #1f2328; stroke-width: 1.5 } .floor { stroke: #d55e00; stroke-width: 3 } .axis { stroke: #8c959f }\n\
    @media (prefers-color-scheme: dark) {\n\
    .paper { fill: #0d1117 } text { fill: #e6edf3 } .bar { fill: #2f81b7 }\n\
    .span { stroke: #e6edf3 } .floor { stroke: #e69f00 } .axis { stroke: #6e7681 }\n\
    }\n</style>\n";

/// Neighbours of the same unit.
fn panels(figures: &[FigureRecord]) -> Vec<Vec<&FigureRecord>> {
    let mut panels: Vec<Vec<&FigureRecord>> = Vec::new();
    for figure in figures {
        match panels.last_mut() {
            Some(panel) if panel[0].quantity.unit == figure.quantity.unit => panel.push(figure),
            _ => panels.push(vec![figure]),
        }
    }
    panels
}

fn highest(figure: &FigureRecord) -> f64 {
    let floor = figure.floor.as_ref().map_or(0.0, |floor| median(&floor.values));
    extremes(&figure.values).1.max(floor)
}

fn legend(svg: &mut String) {
    let places = [LABELS, LABELS + 130.0, LABELS + 290.0];
    let _ = writeln!(
        svg,
        "<rect class=\"bar\" x=\"{}\" y=\"12\" width=\"20\" height=\"12\"/><text x=\"{}\" y=\"22\">median</text>\n\
         <path class=\"span\" d=\"M{} 18h20\"/><text x=\"{}\" y=\"22\">all runs</text>\n\
         <path class=\"floor\" d=\"M{} 10v16\"/><text x=\"{}\" y=\"22\">what it is compared with</text>",
        places[0],
        places[0] + 26.0,
        places[1],
        places[1] + 26.0,
        places[2],
        places[2] + 8.0,
    );
}

fn bar(svg: &mut String, figure: &FigureRecord, y: f64, scale: f64) {
    let (middle, top) = (y + LINE / 2.0, y + (LINE - BAR) / 2.0);
    let text = middle + 4.0;
    let at = |value: f64| LABELS + value.max(0.0) * scale;
    let length = at(figure.median()) - LABELS;
    let (lowest, highest) = extremes(&figure.values);
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{text:.1}\" text-anchor=\"end\">{}</text>\
         <path class=\"axis\" d=\"M{LABELS} {y:.1}v{LINE}\"/>\
         <rect class=\"bar\" x=\"{LABELS}\" y=\"{top:.1}\" width=\"{length:.1}\" height=\"{BAR}\"/>",
        LABELS - 8.0,
        escaped(&figure.quantity.what)
    );
    if highest > lowest {
        let (from, to) = (at(lowest), at(highest));
        let _ = writeln!(svg, "<path class=\"span\" d=\"M{from:.1} {middle:.1}H{to:.1}\"/>");
    }
    let mut end = at(highest);
    if let Some(floor) = &figure.floor {
        let x = at(median(&floor.values));
        let _ = writeln!(svg, "<path class=\"floor\" d=\"M{x:.1} {:.1}v{}\"/>", top - 2.0, BAR + 4.0);
        end = if (x - end).abs() < 60.0 { end.max(x) } else { end };
    }
    let value = short(figure.median());
    let _ = writeln!(svg, "<text x=\"{:.1}\" y=\"{text:.1}\">{value}</text>", end + 6.0);
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::super::bench::Quantity;
    use super::super::record::FloorRecord;
    use super::*;

    fn figure(what: &str, unit: &str, values: &[f64], floor: Option<f64>) -> FigureRecord {
        let floor = floor.map(|floor| FloorRecord { name: "bare".to_owned(), values: vec![floor] });
        FigureRecord {
            quantity: Quantity { what: what.to_owned(), unit: unit.to_owned(), more_is_better: false },
            values: values.to_vec(),
            former: Vec::new(),
            floor,
            target: None,
            is_detail: false,
        }
    }

    #[test]
    fn the_longest_of_a_unit_fills_its_panel_and_the_others_are_to_scale() {
        let svg = draw(&[
            figure("a", "µs", &[50.0], None),
            figure("b", "µs", &[25.0], Some(100.0)),
            figure("c", "bytes", &[7.0], None),
        ]);
        let widths: Vec<_> = svg
            .split("<rect class=\"bar\" x=\"330\"")
            .skip(1)
            .filter_map(|rest| rest.split("width=\"").nth(1)?.split('"').next())
            .collect();
        assert_eq!(widths, ["20", "205.0", "102.5", "410.0"], "the first one is the legend's");
        assert_eq!(svg.matches("class=\"unit\"").count(), 2);
        assert!(svg.contains(&format!("class=\"floor\" d=\"M{:.1} ", LABELS + BARS)), "{svg}");
    }

    #[test]
    fn a_picture_has_both_schemes_and_is_well_formed_whatever_a_figure_is_called() {
        let svg = draw(&[figure("less < more & none", "µs", &[1.0, 2.0, 3.0], None)]);
        assert!(svg.contains("prefers-color-scheme: dark") && svg.contains("less &lt; more &amp; none"));
        assert_eq!(svg.matches("class=\"span\"").count(), 2, "the legend's and the figure's");
    }

    #[test]
    fn what_is_less_than_nothing_ends_at_the_axis_and_not_in_the_name() {
        let svg = draw(&[figure("later", "µs", &[-40.0, -20.0, 80.0], None)]);
        assert!(svg.contains("width=\"0.0\"") && svg.contains("d=\"M330.0 75.0H740.0\""), "{svg}");
    }

    #[test]
    fn nothing_measured_draws_no_bar_of_endless_length() {
        let svg = draw(&[figure("lost", "frames", &[0.0], None)]);
        assert!(svg.contains("width=\"0.0\"") && !svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
