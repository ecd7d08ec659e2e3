//! Operators and calls, and what they are replaced with.

use syn::spanned::Spanned;
use syn::{BinOp, Expr, ExprBinary, ExprCall, ExprMethodCall, ExprUnary, UnOp};

use super::{Change, Finder, Piece, range};

impl Finder<'_> {
    pub(super) fn binary(&mut self, expression: &Expr, binary: &ExprBinary) {
        let operator = self.source.get(binary.op.span().byte_range()).unwrap_or_default().to_owned();
        let Some(other) = other_operator(binary.op) else { return };
        let is_assignment = other.ends_with('=') && !matches!(other, "<=" | ">=" | "==" | "!=");
        // Casts and comparisons cannot be written beside every operator without parentheses.
        let (open, middle) =
            if is_assignment { ("", format!(" {other} (")) } else { ("(", format!(") {other} (")) };
        let pieces = vec![
            Piece::Text(open.to_owned()),
            Piece::Source(range(&*binary.left)),
            Piece::Text(middle),
            Piece::Source(range(&*binary.right)),
            Piece::Text(")".to_owned()),
        ];
        self.add(range(expression), Change::Replace(pieces), format!("replace `{operator}` with `{other}`"));
    }

    pub(super) fn unary(&mut self, expression: &Expr, unary: &ExprUnary) {
        if matches!(unary.op, UnOp::Not(_)) {
            let what = format!("remove `!` of `{}`", self.excerpt(expression));
            self.replace_around(expression, ("(", range(&*unary.expr), ")"), what);
        }
    }

    pub(super) fn call(&mut self, expression: &Expr, call: &ExprCall) {
        if let Expr::Path(function) = &*call.func
            && function.path.is_ident("Some")
        {
            self.replace(expression, "None");
        }
    }

    pub(super) fn method_call(&mut self, expression: &Expr, call: &ExprMethodCall) {
        let name = call.method.to_string();
        if let Some((_, other)) = OTHER_METHODS.iter().find(|(method, _)| *method == name) {
            let name_range = call.method.span().byte_range();
            let (start, end) = (range(expression).start, range(expression).end);
            let pieces = vec![
                Piece::Source(start..name_range.start),
                Piece::Text((*other).to_owned()),
                Piece::Source(name_range.end..end),
            ];
            self.add(start..end, Change::Replace(pieces), format!("replace `{name}()` with `{other}()`"));
        } else if ["is_", "has_", "can_", "contains"].iter().any(|start| name.starts_with(start)) {
            self.negate(expression);
        } else if name == "clamp" {
            let what = "remove `clamp()`".to_owned();
            self.replace_around(expression, ("(", range(&*call.receiver), ")"), what);
        }
    }

    pub(super) fn negate(&mut self, expression: &Expr) {
        let what = format!("negate `{}`", self.excerpt(expression));
        self.replace_around(expression, ("!(", range(expression), ")"), what);
    }
}

/// Whether a program without this statement might compile.
pub(super) fn can_be_left_out(expression: &Expr) -> bool {
    match expression {
        Expr::MethodCall(call) => !reserves_more(call),
        Expr::Call(_) | Expr::Assign(_) => true,
        Expr::Await(waiting) => can_be_left_out(&waiting.base),
        Expr::Try(tried) => can_be_left_out(&tried.expr),
        _ => false,
    }
}

/// Whether a call makes something that is empty, with room for what comes.
pub(super) fn reserves(call: &ExprCall) -> bool {
    let Expr::Path(function) = &*call.func else { return false };
    function
        .path
        .segments
        .last()
        .is_some_and(|segment| segment.ident.to_string().starts_with("with_capacity"))
}

/// Whether a call only changes how much room there is.
pub(super) fn reserves_more(call: &ExprMethodCall) -> bool {
    ["reserve", "reserve_exact", "shrink_to_fit", "shrink_to"].iter().any(|name| call.method == name)
}

const OTHER_METHODS: &[(&str, &str)] = &[
    ("min", "max"),
    ("max", "min"),
    ("is_some", "is_none"),
    ("is_none", "is_some"),
    ("is_ok", "is_err"),
    ("is_err", "is_ok"),
    ("is_some_and", "is_none_or"),
    ("is_none_or", "is_some_and"),
    ("any", "all"),
    ("all", "any"),
    ("first", "last"),
    ("last", "first"),
    ("saturating_add", "saturating_sub"),
    ("saturating_sub", "saturating_add"),
    ("wrapping_add", "wrapping_sub"),
    ("wrapping_sub", "wrapping_add"),
    ("checked_add", "checked_sub"),
    ("checked_sub", "checked_add"),
    ("pop_front", "pop_back"),
    ("pop_back", "pop_front"),
    ("push_front", "push_back"),
    ("push_back", "push_front"),
    ("min_by_key", "max_by_key"),
    ("max_by_key", "min_by_key"),
];

fn other_operator(operator: BinOp) -> Option<&'static str> {
    Some(match operator {
        BinOp::Add(_) => "-",
        BinOp::Sub(_) => "+",
        BinOp::Div(_) => "*",
        BinOp::Mul(_) | BinOp::Rem(_) => "/",
        BinOp::And(_) => "||",
        BinOp::Or(_) => "&&",
        BinOp::BitXor(_) | BinOp::BitAnd(_) => "|",
        BinOp::BitOr(_) => "&",
        BinOp::Shl(_) => ">>",
        BinOp::Shr(_) => "<<",
        BinOp::Eq(_) => "!=",
        BinOp::Ne(_) => "==",
        BinOp::Lt(_) => "<=",
        BinOp::Le(_) => "<",
        BinOp::Ge(_) => ">",
        BinOp::Gt(_) => ">=",
        BinOp::AddAssign(_) => "-=",
        BinOp::SubAssign(_) => "+=",
        BinOp::MulAssign(_) | BinOp::RemAssign(_) => "/=",
        BinOp::DivAssign(_) => "*=",
        BinOp::BitXorAssign(_) | BinOp::BitAndAssign(_) => "|=",
        BinOp::BitOrAssign(_) => "&=",
        BinOp::ShlAssign(_) => ">>=",
        BinOp::ShrAssign(_) => "<<=",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::mutants::finding;
    use crate::mutants::package::Package;

    fn applied(expression: &str) -> Vec<String> {
        let (before, after) = ("fn f() -> char { ", " }");
        let source = format!("{before}{expression}{after}");
        let sites =
            finding::sites(&Package::fixture(), "lib.rs", &source, &syn::parse_file(&source).unwrap());
        let inside = |text: String| text[before.len()..text.len() - after.len()].to_owned();
        sites.iter().map(|site| inside(site.applied(&source))).collect()
    }

    #[test]
    fn operators_and_methods_have_a_counterpart() {
        assert_eq!(applied("a + b"), ["(a) - (b)"]);
        assert_eq!(applied("a as u8 >= b"), ["(a as u8) > (b)"]);
        assert_eq!(applied("*a += b"), ["*a -= (b)"]);
        assert_eq!(applied("a.min(b)"), ["a.max(b)"]);
        assert_eq!(applied("a.clamp(b, c)"), ["(a)"]);
        assert_eq!(applied("!a"), ["(a)"]);
        assert_eq!(applied("a.contains(b)"), ["!(a.contains(b))"]);
        assert_eq!(applied("matches!(a, 1)"), ["!(matches!(a, 1))"]);
        assert_eq!(applied("Some(a)"), ["None"]);
    }

    #[test]
    fn room_that_is_made_beforehand_is_left_alone() {
        assert_eq!(applied("Vec::with_capacity(7)"), [""; 0]);
        assert_eq!(applied("{ a.reserve(7); b }"), [""; 0]);
    }
}
