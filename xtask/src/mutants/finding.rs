//! The places in a file that can be changed so that its tests should notice.
//!
//! The text of macros, constants, patterns and types stays as it is, and so do the texts that `Debug` and `Display`
//! write. Types are not known here: what does not compile is found out by the compiler, and left out.

mod early_return;
mod operators;

use std::ops::Range;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, Expr, Item, Lit, Pat, Signature, Stmt};

use super::active::is_active;
use super::package::Package;
use super::site::{Change, Piece, Site};
use crate::tidy::test_code;

/// All sites of a file, in the order in which they stand there.
pub(super) fn sites(package: &Package, file: &str, source: &str, syntax: &syn::File) -> Vec<Site> {
    let mut finder = Finder { package, file, source, function: String::new(), sites: Vec::new() };
    finder.visit_file(syntax);
    finder.sites.sort_by_key(|site| (site.range.start, site.range.end));
    finder.sites
}

struct Finder<'a> {
    package: &'a Package,
    file: &'a str,
    source: &'a str,
    function: String,
    sites: Vec<Site>,
}

impl Finder<'_> {
    fn add(&mut self, range: Range<usize>, change: Change, what: String) {
        let before = self.source.get(..range.start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        self.sites.push(Site {
            package: self.package.clone(),
            file: self.file.to_owned(),
            function: self.function.clone(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            range,
            change,
            what,
        });
    }

    /// The expression becomes this text.
    fn replace(&mut self, expression: &Expr, with: &str) {
        let what = format!("replace `{}` with `{with}`", self.excerpt(expression));
        self.add(range(expression), Change::Replace(vec![Piece::Text(with.to_owned())]), what);
    }

    /// The expression becomes `before`, a part of it, and `after`.
    fn replace_around(&mut self, expression: &Expr, around: (&str, Range<usize>, &str), what: String) {
        let (before, part, after) = around;
        let pieces = vec![Piece::Text(before.to_owned()), Piece::Source(part), Piece::Text(after.to_owned())];
        self.add(range(expression), Change::Replace(pieces), what);
    }

    /// A condition that always or never holds.
    fn condition(&mut self, condition: &Expr, values: &[&str]) {
        if !has_let(condition) && !matches!(condition, Expr::Lit(_)) {
            for value in values {
                self.replace(condition, value);
            }
        }
    }

    fn function(&mut self, signature: &Signature, block: &Block, visit: impl FnOnce(&mut Self)) {
        if signature.constness.is_some() {
            return;
        }
        let outer = std::mem::replace(&mut self.function, signature.ident.to_string());
        for value in early_return::values(signature, block) {
            if let Some(first) = block.stmts.first() {
                let start = first.span().byte_range().start;
                let statement =
                    if value.is_empty() { "return;".to_owned() } else { format!("return {value};") };
                let what = format!("insert `{statement}` at the beginning of `{}`", self.function);
                self.add(start..start, Change::Insert(statement), what);
            }
        }
        visit(self);
        self.function = outer;
    }

    /// The first line of an expression, shortened.
    fn excerpt(&self, expression: &Expr) -> String {
        let text = self.source.get(range(expression)).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default();
        let short: String = line.chars().take(EXCERPT_CHARACTERS_MAX).collect();
        if short.len() == text.len() { short } else { format!("{short}…") }
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let writes_text = |item: &syn::ItemImpl| {
            let name = item.trait_.as_ref().and_then(|(path, _)| path.segments.last());
            name.is_some_and(|segment| segment.ident == "Debug" || segment.ident == "Display")
        };
        match item {
            Item::Const(_)
            | Item::Static(_)
            | Item::Macro(_)
            | Item::Use(_)
            | Item::Type(_)
            | Item::Enum(_)
            | Item::Struct(_)
            | Item::Union(_) => {}
            Item::Impl(item) if writes_text(item) => {}
            _ if !is_active(test_code::attributes(item)) => {}
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block, |finder| finder.visit_block(&item.block));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if is_active(&item.attrs) {
            self.function(&item.sig, &item.block, |finder| finder.visit_block(&item.block));
        }
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default
            && is_active(&item.attrs)
        {
            self.function(&item.sig, block, |finder| finder.visit_block(block));
        }
    }

    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}
    fn visit_trait_item_const(&mut self, _: &'ast syn::TraitItemConst) {}
    fn visit_type(&mut self, _: &'ast syn::Type) {}
    fn visit_path(&mut self, _: &'ast syn::Path) {}
    fn visit_generic_argument(&mut self, _: &'ast syn::GenericArgument) {}
    fn visit_generics(&mut self, _: &'ast syn::Generics) {}
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
    fn visit_expr_const(&mut self, _: &'ast syn::ExprConst) {}

    fn visit_pat(&mut self, pattern: &'ast Pat) {
        if let Pat::Guard(guarded) = pattern {
            self.condition(&guarded.guard, &["true", "false"]);
            self.visit_expr(&guarded.guard);
        }
    }

    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        match statement {
            Stmt::Local(local) if !is_active(&local.attrs) => {}
            Stmt::Expr(expression, semicolon) => {
                if semicolon.is_some() && operators::can_be_left_out(expression) {
                    let what = format!("remove `{}`", self.excerpt(expression));
                    self.add(statement.span().byte_range(), Change::Remove, what);
                }
                self.visit_expr(expression);
            }
            _ => visit::visit_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        match expression {
            Expr::If(conditional) => self.condition(&conditional.cond, &["true", "false"]),
            Expr::While(conditional) => self.condition(&conditional.cond, &["false"]),
            Expr::Binary(binary) if !has_let(expression) => self.binary(expression, binary),
            Expr::Unary(unary) => self.unary(expression, unary),
            Expr::Call(call) => self.call(expression, call),
            Expr::MethodCall(call) => self.method_call(expression, call),
            Expr::Lit(literal) => self.literal(expression, &literal.lit),
            Expr::Macro(call) if call.mac.path.is_ident("matches") => self.negate(expression),
            _ => {}
        }
        match expression {
            Expr::Repeat(repeat) => self.visit_expr(&repeat.expr),
            // The reserved capacity has no observable effect.
            Expr::Call(call) if operators::reserves(call) => {}
            Expr::MethodCall(call) if operators::reserves_more(call) => {}
            _ => visit::visit_expr(self, expression),
        }
    }
}

impl Finder<'_> {
    fn literal(&mut self, expression: &Expr, literal: &Lit) {
        match literal {
            Lit::Bool(value) => self.replace(expression, if value.value { "false" } else { "true" }),
            Lit::Int(value) => {
                let Ok(number) = value.base10_parse::<u128>() else { return };
                let suffix = value.suffix();
                if !suffix.starts_with('f') {
                    self.replace(expression, &format!("{}{suffix}", number.saturating_add(1)));
                    if number > 0 {
                        self.replace(expression, &format!("{}{suffix}", number - 1));
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether a condition binds variables; then it cannot be put into another expression.
fn has_let(condition: &Expr) -> bool {
    match condition {
        Expr::Let(_) => true,
        Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}

/// The range of a node, in bytes.
fn range(node: &impl Spanned) -> Range<usize> {
    node.span().byte_range()
}

const EXCERPT_CHARACTERS_MAX: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<String> {
        let sites = sites(&Package::fixture(), "src/lib.rs", source, &syn::parse_file(source).unwrap());
        sites.into_iter().map(|site| site.what).collect()
    }

    #[test]
    fn finds_the_changes_of_a_condition() {
        assert_eq!(
            found("fn f(a: u8) -> char { if a < b { c } else { d } }"),
            ["replace `a < b` with `true`", "replace `a < b` with `false`", "replace `<` with `<=`"]
        );
        assert_eq!(
            found("fn f(a: u8) -> char { match a { n if n.is_x() => c, _ => d } }"),
            ["replace `n.is_x()` with `true`", "replace `n.is_x()` with `false`", "negate `n.is_x()`"]
        );
    }

    #[test]
    fn a_condition_with_let_keeps_its_let() {
        assert_eq!(
            found("fn f(a: u8) -> char { if let Some(b) = a && b > c { d } else { e } }"),
            ["replace `>` with `>=`"]
        );
    }

    #[test]
    fn leaves_out_tests_constants_types_patterns_and_texts() {
        let source = "const A: u8 = 1 + 2;\nconst fn g() -> u8 { 1 }\n#[cfg(test)]\nmod tests { fn f() { a(1); } }\n\
                      impl std::fmt::Display for A { fn fmt(&self) -> bool { 1 < 2 } }\n\
                      fn f(a: [u8; 4]) -> char { match a { 1..=2 => x::<3>(), _ => [b; 4] } }";
        assert_eq!(found(source), [""; 0]);
    }

    #[test]
    fn finds_statements_that_can_be_left_out() {
        assert_eq!(
            found("fn f() -> char { let a = b; a.c(); d(e)?; self.a = f; return a; }"),
            ["remove `a.c()`", "remove `d(e)?`", "remove `self.a = f`"]
        );
    }

    #[test]
    fn finds_numbers_and_where_they_are() {
        let source = "fn f() -> char {\n    a(0xff_u8, 0)\n}";
        let sites = sites(&Package::fixture(), "src/lib.rs", source, &syn::parse_file(source).unwrap());
        let found: Vec<_> = sites.iter().map(|site| (site.line, site.column, site.what.as_str())).collect();
        assert_eq!(
            found,
            [
                (2, 7, "replace `0xff_u8` with `256u8`"),
                (2, 7, "replace `0xff_u8` with `254u8`"),
                (2, 16, "replace `0` with `1`"),
            ]
        );
    }
}
