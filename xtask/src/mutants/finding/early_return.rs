//! Values that a function could return before it has done anything.

use syn::{Block, Expr, GenericArgument, Lit, PathArguments, PathSegment, ReturnType, Signature, Stmt, Type};

/// Values of the function's type that are easily made; an empty text is a `return` without a value.
///
/// A value that is the function's whole body is left out.
pub(super) fn values(signature: &Signature, block: &Block) -> Vec<&'static str> {
    let mut values = match &signature.output {
        ReturnType::Default => vec![""],
        ReturnType::Type(_, output) => of_type(output),
    };
    if let [Stmt::Expr(only, None)] = block.stmts.as_slice() {
        values.retain(|value| !is_same(only, value));
    }
    values
}

fn of_type(output: &Type) -> Vec<&'static str> {
    let path = match output {
        Type::Tuple(tuple) if tuple.elems.is_empty() => return vec![""],
        Type::Path(path) => &path.path,
        _ => return Vec::new(),
    };
    let Some(last) = path.segments.last() else { return Vec::new() };
    match last.ident.to_string().as_str() {
        "bool" => vec!["true", "false"],
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => {
            vec!["0", "1"]
        }
        "Option" => vec!["None"],
        "Vec" | "String" | "BTreeMap" | "BTreeSet" | "VecDeque" | "Duration" => vec!["Default::default()"],
        "Result" => match of_first_argument(last).as_slice() {
            [""] => vec!["Ok(())"],
            ["true", "false"] => vec!["Ok(true)", "Ok(false)"],
            ["None"] => vec!["Ok(None)"],
            ["0", "1"] => vec!["Ok(0)", "Ok(1)"],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn of_first_argument(segment: &PathSegment) -> Vec<&'static str> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return Vec::new() };
    match arguments.args.first() {
        Some(GenericArgument::Type(first)) => of_type(first),
        _ => Vec::new(),
    }
}

fn is_same(expression: &Expr, value: &str) -> bool {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Bool(known) => known.value.to_string() == value,
            Lit::Int(known) => known.base10_digits() == value,
            _ => false,
        },
        Expr::Path(path) => path.path.is_ident(value),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(function: &str) -> Vec<&'static str> {
        let function: syn::ItemFn = syn::parse_str(function).unwrap();
        values(&function.sig, &function.block)
    }

    #[test]
    fn knows_the_usual_types() {
        assert_eq!(of("fn f() { a() }"), [""]);
        assert_eq!(of("fn f() -> bool { a() }"), ["true", "false"]);
        assert_eq!(of("fn f() -> usize { a() }"), ["0", "1"]);
        assert_eq!(of("fn f() -> Option<A> { a() }"), ["None"]);
        assert_eq!(of("fn f() -> Result<(), A> { a() }"), ["Ok(())"]);
        assert_eq!(of("fn f() -> Vec<A> { a() }"), ["Default::default()"]);
        assert_eq!(of("fn f() -> A { a() }"), [""; 0]);
    }

    #[test]
    fn a_function_that_returns_just_that_is_left_out() {
        assert_eq!(of("fn f() -> bool { true }"), ["false"]);
        assert_eq!(of("fn f() -> u8 { 1 }"), ["0"]);
        assert_eq!(of("fn f() -> Option<A> { None }"), [""; 0]);
    }
}
