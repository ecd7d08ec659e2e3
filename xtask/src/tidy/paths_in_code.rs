//! Every path that a Rust file names, with its imports resolved: `Instant::now` after `use std::time::Instant` is
//! `std::time::Instant::now`. Comments and texts are not paths.

use std::collections::BTreeMap;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Item, UseTree};

use super::test_code;

/// A path or the name of a macro, and its location.
pub(crate) struct Named {
    /// Its parts; `core` and `alloc` are written as `std`. A macro is one part that ends in `!`, and an import of
    /// everything ends in `*`.
    pub(crate) parts: Vec<String>,
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// Whether it is in code that only tests compile.
    pub(crate) in_tests: bool,
}

/// All paths and macros in a file.
pub(crate) fn of(syntax: &syn::File) -> Vec<Named> {
    let mut paths = Paths { imports: imports(syntax), found: Vec::new(), in_tests: false };
    paths.visit_file(syntax);
    paths.found
}

/// The full path of each name that a file imports.
pub(crate) fn imports(syntax: &syn::File) -> BTreeMap<String, Vec<String>> {
    let mut imports = Imports::default();
    imports.visit_file(syntax);
    imports.full
}

/// The full path of each imported name.
#[derive(Default)]
struct Imports {
    full: BTreeMap<String, Vec<String>>,
}

impl<'ast> Visit<'ast> for Imports {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        for_each_import(&item.tree, &mut Vec::new(), &mut |name, path, _| {
            self.full.insert(name.to_owned(), path.to_vec());
        });
    }
}

struct Paths {
    imports: BTreeMap<String, Vec<String>>,
    found: Vec<Named>,
    in_tests: bool,
}

impl Paths {
    fn push(&mut self, parts: Vec<String>, span: Span) {
        self.found.push(Named { parts, line: span.start().line, in_tests: self.in_tests });
    }

    fn push_path(&mut self, mut parts: Vec<String>, span: Span) {
        if let Some(full) = parts.first().and_then(|first| self.imports.get(first)) {
            parts.splice(..1, full.iter().cloned());
        }
        self.push(normal(parts), span);
    }

    /// Adds the paths in the arguments of a macro, which are tokens and no syntax.
    fn push_tokens(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        let mut after_dot = false;
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => self.push_tokens(group.stream()),
                TokenTree::Ident(first) => {
                    let mut parts = vec![first.to_string()];
                    while is_punct(tokens.peek(), ':') {
                        tokens.next();
                        match tokens.peek() {
                            Some(TokenTree::Ident(part)) => parts.push(part.to_string()),
                            Some(TokenTree::Punct(colon)) if colon.as_char() == ':' => continue,
                            _ => break,
                        }
                        tokens.next();
                    }
                    if is_punct(tokens.peek(), '!') {
                        self.push(vec![format!("{}!", parts[parts.len() - 1])], first.span());
                    } else if !after_dot {
                        // The name of a method is not a path.
                        self.push_path(parts, first.span());
                    }
                    after_dot = false;
                }
                token => after_dot = is_punct(Some(&token), '.'),
            }
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item(&mut self, item: &'ast Item) {
        let outside = self.in_tests;
        self.in_tests |= test_code::is_test(test_code::attributes(item));
        visit::visit_item(self, item);
        self.in_tests = outside;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        for_each_import(&item.tree, &mut Vec::new(), &mut |_, path, span| {
            self.push(normal(path.to_vec()), span);
        });
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let Some(first) = path.segments.first() {
            self.push_path(parts, first.ident.span());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        if let Some(name) = item.path.segments.last() {
            self.push(vec![format!("{}!", name.ident)], name.ident.span());
        }
        self.push_tokens(item.tokens.clone());
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}

/// Calls `found` with the name, the path and the place of everything that a `use` brings in.
fn for_each_import(tree: &UseTree, path: &mut Vec<String>, found: &mut impl FnMut(&str, &[String], Span)) {
    match tree {
        UseTree::Path(part) => {
            path.push(part.ident.to_string());
            for_each_import(&part.tree, path, found);
            path.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| for_each_import(tree, path, found)),
        UseTree::Glob(glob) => import("*", "*", path, glob.star_token.spans[0], found),
        UseTree::Rename(part) => {
            import(&part.ident.to_string(), &part.rename.to_string(), path, part.ident.span(), found);
        }
        UseTree::Name(part) => {
            let name = part.ident.to_string();
            import(&name, &name, path, part.ident.span(), found);
        }
    }
}

fn import(
    name: &str,
    alias: &str,
    path: &[String],
    span: Span,
    found: &mut impl FnMut(&str, &[String], Span),
) {
    if name == "self" {
        // `use std::thread::{self}` brings in `thread`.
        let alias = if alias == "self" { path.last().map_or("self", String::as_str) } else { alias };
        return found(alias, path, span);
    }
    let full: Vec<String> = path.iter().cloned().chain([name.to_owned()]).collect();
    found(alias, &full, span);
}

fn normal(mut parts: Vec<String>) -> Vec<String> {
    if let Some(first) = parts.first_mut()
        && (first == "core" || first == "alloc")
    {
        "std".clone_into(first);
    }
    parts
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        of(&syn::parse_file(text).unwrap()).into_iter().map(|named| named.parts.join("::")).collect()
    }

    #[test]
    fn imports_are_resolved() {
        let has =
            |text: &str, name: &str| assert!(names(text).iter().any(|n| n == name), "{:?}", names(text));
        has("use std::time::Instant; fn a() { Instant::now(); }", "std::time::Instant::now");
        has("use std::time; fn a() { time::Instant::now(); }", "std::time::Instant::now");
        has("use std::{thread as t}; fn a() { t::spawn(f); }", "std::thread::spawn");
        has("use std::thread::{self}; fn a() { thread::spawn(f); }", "std::thread::spawn");
        has("use std::time::*;", "std::time::*");
        has("fn a() { core::mem::take(b); }", "std::mem::take");
        has("fn a() -> ::std::fs::File {}", "std::fs::File");
        has("use crate::time::Instant; fn a() { Instant::now(); }", "crate::time::Instant::now");
    }

    #[test]
    fn what_is_given_to_a_macro_is_seen() {
        let text = "use std::env; fn a() { assert!(env::var(\"A\").is_ok(), { println!(\"x\") }); }";
        assert_eq!(names(text), ["std::env", "assert!", "std::env::var", "println!"]);
    }

    #[test]
    fn comments_and_texts_are_not_paths() {
        assert_eq!(names("/// std::fs\nfn a() { /* std::fs */ \"std::fs\"; b.thread(); }"), ["b"]);
    }

    #[test]
    fn tests_are_told_apart() {
        let file =
            syn::parse_file("fn a() { b::c(); }\n#[cfg(test)]\nmod tests { fn a() { d::e(); } }").unwrap();
        let found: Vec<_> = of(&file).into_iter().map(|n| (n.parts.concat(), n.line, n.in_tests)).collect();
        assert_eq!(found, [("bc".to_owned(), 1, false), ("de".to_owned(), 3, true)]);
    }
}
