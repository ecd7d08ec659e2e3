//! A function fits on a screen.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::finding::Finding;
use super::ratchet::{self, Limits, Measured};
use super::repository::Repository;

/// Functions are at most 70 lines long, tests too. Closures and functions inside count as part of their function.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut functions = Vec::new();
    for (file, syntax) in repository.rust_files() {
        let mut visitor = Functions { path: &file.path, scope: Vec::new(), found: Vec::new() };
        visitor.visit_file(syntax);
        functions.append(&mut visitor.found);
    }
    ratchet::judge(repository, &LIMITS, &functions)
}

const LIMITS: Limits = Limits {
    table: "functions",
    noun: "function",
    unit: "lines",
    soft: 70,
    hard: usize::MAX,
    advice: "let it branch, and move what the branches do into functions of their own",
};

struct Functions<'a> {
    path: &'a str,
    scope: Vec<String>,
    found: Vec<Measured>,
}

impl Functions<'_> {
    fn within(&mut self, name: String, visit: impl FnOnce(&mut Self)) {
        self.scope.push(name);
        visit(self);
        self.scope.pop();
    }

    /// From the line with `fn` to the closing brace; attributes and documents do not count.
    fn measure(&mut self, start: Span, end: Span) {
        let (line, last) = (start.start().line, end.end().line);
        let key = format!("{} {}", self.path, self.scope.join("::"));
        self.found.push(Measured { key, path: self.path.to_owned(), line, length: last + 1 - line });
    }

    /// Functions inside of a macro's braces, such as `proptest! { … }`, which are tokens and no syntax.
    fn measure_tokens(&mut self, tokens: TokenStream) {
        let mut function: Option<(String, Span)> = None;
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(word) if word == "fn" => {
                    if let Some(TokenTree::Ident(name)) = tokens.peek() {
                        function = Some((name.to_string(), word.span()));
                    }
                }
                TokenTree::Group(group) => {
                    let body = group.delimiter() == Delimiter::Brace;
                    match function.take_if(|_| body) {
                        Some((name, start)) => self.within(name, |this| {
                            this.measure(start, group.span_close());
                            this.measure_tokens(group.stream());
                        }),
                        None => self.measure_tokens(group.stream()),
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.within(module.ident.to_string(), |this| visit::visit_item_mod(this, module));
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.within(type_name(&item.self_ty), |this| visit::visit_item_impl(this, item));
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.within(item.ident.to_string(), |this| visit::visit_item_trait(this, item));
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.within(item.sig.ident.to_string(), |this| {
            this.measure(item.sig.span(), item.block.span());
            visit::visit_item_fn(this, item);
        });
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.within(item.sig.ident.to_string(), |this| {
            this.measure(item.sig.span(), item.block.span());
            visit::visit_impl_item_fn(this, item);
        });
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.within(item.sig.ident.to_string(), |this| {
            if let Some(block) = &item.default {
                this.measure(item.sig.span(), block.span());
            }
            visit::visit_trait_item_fn(this, item);
        });
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.measure_tokens(item.tokens.clone());
    }
}

fn type_name(ty: &syn::Type) -> String {
    match ty {
        syn::Type::Path(path) => path.path.segments.last().map_or_else(String::new, |s| s.ident.to_string()),
        syn::Type::Reference(reference) => type_name(&reference.elem),
        _ => "impl".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    const ADVICE: &str = "let it branch, and move what the branches do into functions of their own";

    fn found(before: &str, statements: usize, after: &str) -> Vec<String> {
        let text = format!("{before}{}{after}", "let _ = 1;\n".repeat(statements));
        lines(&check(&repository(&[("a.rs", &text)])))
    }

    #[test]
    fn seventy_lines_fit() {
        assert_eq!(found("/// Doc.\n#[inline]\nfn a() {\n", 68, "}\n"), [""; 0]);
    }

    #[test]
    fn seventy_one_do_not_wherever_the_function_is() {
        let at = |line: usize| [format!("a.rs:{line}: function of 71 lines, at most 70 — {ADVICE}")];
        assert_eq!(found("/// Doc.\n#[inline]\nfn a() {\n", 69, "}\n"), at(3));
        assert_eq!(found("impl A {\nfn a() {\n", 69, "}\n}\n"), at(2));
        assert_eq!(found("trait A {\nfn a() {\n", 69, "}\n}\n"), at(2));
        assert_eq!(found("#[cfg(test)]\nmod tests {\n#[test]\nfn a() {\n", 69, "}\n}\n"), at(4));
        assert_eq!(found("proptest! {\n#[test]\nfn a(x in 0..3) {\n", 69, "}\n}\n"), at(3));
    }

    #[test]
    fn closures_count_as_part_of_their_function() {
        assert_eq!(found("fn a() {\nlet b = || {\n", 67, "};\n}\n").len(), 1);
    }

    #[test]
    fn the_ratchet_names_a_function_by_file_and_scope() {
        let text = format!("impl<T> A<T> {{\nfn a() {{\n{}}}\n}}\n", "let _ = 1;\n".repeat(80));
        let files = [("a.rs", &*text), ("xtask/ratchet.toml", "[functions]\n\"a.rs A::a\" = 82\n")];
        assert_eq!(lines(&check(&repository(&files))), [""; 0]);
    }
}
