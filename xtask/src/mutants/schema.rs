//! Many mutants in one text: each site asks at run time whether its mutant is the one that is wanted.

use std::cmp::Reverse;
use std::ops::Range;

use super::site::{Change, Piece, Site};
use super::switch_crate;

/// A source file with mutants in it.
#[derive(Debug)]
pub(super) struct Schema {
    /// The text.
    pub(super) text: String,
    /// The ranges of the mutants in it, in bytes. One that is inside another occurs twice.
    pub(super) placed: Vec<(usize, Range<usize>)>,
}

/// Writes these mutants, each with its number, into their file.
pub(super) fn write(source: &str, sites: &[(usize, &Site)]) -> Schema {
    let mut sites = sites.to_vec();
    sites.sort_by_key(|(number, site)| {
        (site.range.start, !site.range.is_empty(), Reverse(site.range.end), *number)
    });
    let mut writer = Writer { source, schema: Schema { text: String::new(), placed: Vec::new() } };
    writer.copy(0..source.len(), &sites);
    writer.schema
}

struct Writer<'a> {
    source: &'a str,
    schema: Schema,
}

impl Writer<'_> {
    /// Copies a part of the source, with the sites that are in it.
    fn copy(&mut self, part: Range<usize>, sites: &[(usize, &Site)]) {
        let mut at = part.start;
        let mut rest = sites;
        while let Some(((number, site), behind)) = rest.split_first() {
            let inside = behind.iter().take_while(|(_, other)| other.range.start < site.range.end).count();
            let (inner, next) = behind.split_at(inside);
            self.push_source(at..site.range.start);
            self.place(*number, site, inner);
            at = site.range.end;
            rest = next;
        }
        self.push_source(at..part.end);
    }

    fn place(&mut self, number: usize, site: &Site, inner: &[(usize, &Site)]) {
        let start = self.schema.text.len();
        let question = format!("::{}::is_on({number})", switch_crate::IDENTIFIER);
        match &site.change {
            Change::Replace(pieces) => {
                self.push(&format!("(if {question} {{ "));
                for piece in pieces {
                    self.push_piece(piece, inner);
                }
                self.push(" } else { ");
                self.copy(site.range.clone(), inner);
                self.push(" })");
            }
            Change::Remove => {
                self.push(&format!("if !{question} {{ "));
                self.copy(site.range.clone(), inner);
                self.push(" }");
            }
            Change::Insert(statement) => self.push(&format!("if {question} {{ {statement} }} ")),
        }
        self.schema.placed.push((number, start..self.schema.text.len()));
    }

    fn push_piece(&mut self, piece: &Piece, inner: &[(usize, &Site)]) {
        match piece {
            Piece::Text(text) => self.push(text),
            Piece::Source(part) => {
                let is_inside = |range: &Range<usize>| part.start <= range.start && range.end <= part.end;
                let inner: Vec<_> =
                    inner.iter().filter(|(_, site)| is_inside(&site.range)).copied().collect();
                self.copy(part.clone(), &inner);
            }
        }
    }

    fn push(&mut self, text: &str) {
        self.schema.text.push_str(text);
    }

    fn push_source(&mut self, part: Range<usize>) {
        self.schema.text.push_str(self.source.get(part).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding;
    use super::super::package::Package;
    use super::*;

    /// The text with every possible mutant, and their number.
    fn with_all(source: &str) -> (String, usize) {
        let sites =
            finding::sites(&Package::fixture(), "src/lib.rs", source, &syn::parse_file(source).unwrap());
        let numbered: Vec<_> = sites.iter().enumerate().collect();
        (write(source, &numbered).text, sites.len())
    }

    #[test]
    fn an_expression_becomes_a_choice_and_its_operands_stay_as_they_are() {
        let (text, count) = with_all("fn f(a: u8, b: u8) -> char { g(a == b) }");
        assert_eq!(count, 1);
        assert_eq!(
            text,
            "fn f(a: u8, b: u8) -> char { g((if ::mutant_switch::is_on(0) { (a) != (b) } else { a == b })) }"
        );
    }

    #[test]
    fn mutants_inside_mutants_are_in_both_branches() {
        let source = "fn f(a: u8, b: u8) -> char { g(a < b && b < a) }";
        let (text, _) = with_all(source);
        assert_eq!(text.matches("(a) <= (b)").count(), 2, "{text}");
        syn::parse_file(&text).unwrap();
    }

    #[test]
    fn every_schema_is_rust() {
        let source = "impl A { fn f(&mut self, a: Option<u8>) -> Option<u8> { self.g(1)?; self.n += 2; \
                      if let Some(x) = a && x > 3 { return Some(x + 1); } \
                      match a { Some(n) if n > 4 || self.is_open() => None, _ => a.filter(|n| !(*n == 5)) } } }";
        let (text, count) = with_all(source);
        assert!(count > 15, "{count}");
        syn::parse_file(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    }
}
