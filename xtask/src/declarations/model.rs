//! What a game sees of the library as plain data: the enums, structs and functions that `crates/ffi` declares.
//!
//! The first paragraph of a doc comment there is about the thing, in any language; what follows is about its form in C.

use std::fmt;

use syn::{Attribute, Expr, ExprLit, ExprUnary, Fields, FnArg, Item, Lit, Meta, Pat, ReturnType, UnOp};

/// All declarations, in the order of the sources.
#[derive(Debug, Default)]
pub(crate) struct Declarations {
    pub(crate) enums: Vec<Enum>,
    pub(crate) structs: Vec<Struct>,
    pub(crate) groups: Vec<FunctionGroup>,
}

/// An enum; its numbers are part of the binary interface.
#[derive(Debug)]
pub(crate) struct Enum {
    /// Its name, without the `C` that Rust puts before it.
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) variants: Vec<Variant>,
}

#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) number: i64,
    pub(crate) doc: String,
}

/// A struct, field by field as it lies in memory.
#[derive(Debug)]
pub(crate) struct Struct {
    /// Its name, without the `C` that Rust puts before it.
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) fields: Vec<Field>,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// Rust's type, without spaces.
    pub(crate) rust_type: String,
    pub(crate) doc: String,
    /// The enum whose numbers an integer holds, as its doc says.
    pub(crate) choice: Option<String>,
}

/// The functions of one source file.
#[derive(Debug)]
pub(crate) struct FunctionGroup {
    /// The first sentence of the file.
    pub(crate) doc: String,
    pub(crate) functions: Vec<Function>,
}

#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// Names and Rust's types.
    pub(crate) parameters: Vec<(String, String)>,
    /// Rust's type; empty if there is none.
    pub(crate) returns: String,
}

/// What the sources declare cannot be carried over to other languages.
#[derive(Debug)]
pub(crate) struct BadDeclaration {
    what: String,
    why: String,
}

impl BadDeclaration {
    pub(crate) fn new(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into() }
    }
}

impl fmt::Display for BadDeclaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)
    }
}

impl Declarations {
    /// Adds what a source file declares: `repr` enums and structs, and exported functions.
    ///
    /// # Errors
    /// [`BadDeclaration`] if the file is not Rust, or a declaration is of a kind that C does not have.
    pub(crate) fn read(&mut self, path: &str, source: &str) -> Result<(), BadDeclaration> {
        let file = syn::parse_file(source).map_err(|cause| BadDeclaration::new(path, cause.to_string()))?;
        let mut functions = Vec::new();
        for item in file.items {
            match item {
                Item::Enum(item) if has(&item.attrs, "repr") => {
                    let name = plain_name(&item.ident.to_string());
                    let variants = item.variants.iter().map(variant).collect::<Result<_, _>>()?;
                    self.enums.push(Enum { name, doc: doc(&item.attrs), variants });
                }
                Item::Struct(item) if has(&item.attrs, "repr") => {
                    let Fields::Named(fields) = &item.fields else { continue };
                    let name = plain_name(&item.ident.to_string());
                    let fields = fields.named.iter().map(field).collect();
                    self.structs.push(Struct { name, doc: doc(&item.attrs), fields });
                }
                Item::Fn(item) if item.sig.abi.is_some() => functions.push(function(&item.sig)?),
                _ => {}
            }
        }
        if !functions.is_empty() {
            self.groups.push(FunctionGroup { doc: doc(&file.attrs), functions });
        }
        Ok(())
    }

    /// The enum of this name.
    ///
    /// # Errors
    /// [`BadDeclaration`] if there is none.
    pub(crate) fn enum_named(&self, name: &str) -> Result<&Enum, BadDeclaration> {
        let found = self.enums.iter().find(|other| other.name == name);
        found.ok_or_else(|| BadDeclaration::new(format!("C{name}"), "crates/ffi declares no such enum"))
    }

    /// The struct of this name.
    ///
    /// # Errors
    /// [`BadDeclaration`] if there is none.
    pub(crate) fn struct_named(&self, name: &str) -> Result<&Struct, BadDeclaration> {
        let found = self.structs.iter().find(|other| other.name == name);
        found.ok_or_else(|| BadDeclaration::new(format!("C{name}"), "crates/ffi declares no such struct"))
    }
}

/// `not_in_room` or `NotInRoom` as `NotInRoom`.
pub(crate) fn pascal(name: &str) -> String {
    name.split('_').map(capitalised).collect()
}

/// `not_in_room` as `notInRoom`.
pub(crate) fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.map(capitalised).fold(first, |text, word| text + &word)
}

/// `NotInRoom` as `not-in-room`.
pub(crate) fn kebab(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn plain_name(name: &str) -> String {
    name.strip_prefix('C').unwrap_or(name).to_owned()
}

fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(name))
}

fn variant(variant: &syn::Variant) -> Result<Variant, BadDeclaration> {
    let name = variant.ident.to_string();
    let number = variant.discriminant.as_ref().and_then(|(_, number)| integer(number));
    let number = number.ok_or_else(|| BadDeclaration::new(&name, "a variant needs its number"))?;
    Ok(Variant { name, number, doc: doc(&variant.attrs) })
}

fn integer(expression: &Expr) -> Option<i64> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse().ok(),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => integer(expr).map(|number| -number),
        _ => None,
    }
}

fn field(field: &syn::Field) -> Field {
    let (doc, choice) = split_choice(&doc(&field.attrs));
    let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
    Field { name, rust_type: type_text(&field.ty), doc, choice }
}

/// Splits "The quality: `consonance_quality`." into the sentence and the name of the enum.
fn split_choice(doc: &str) -> (String, Option<String>) {
    let choice = doc.strip_suffix("`.").and_then(|doc| doc.rsplit_once(": `consonance_"));
    match choice {
        Some((sentence, name)) if !name.contains(['(', '`', ' ']) => {
            (format!("{sentence}."), Some(pascal(name)))
        }
        _ => (doc.to_owned(), None),
    }
}

fn function(signature: &syn::Signature) -> Result<Function, BadDeclaration> {
    let name = signature.ident.to_string();
    let mut parameters = Vec::new();
    for argument in &signature.inputs {
        match argument {
            FnArg::Typed(argument) if let Pat::Ident(pattern) = &*argument.pat => {
                parameters.push((pattern.ident.to_string(), type_text(&argument.ty)));
            }
            _ => return Err(BadDeclaration::new(&name, "a parameter needs a name")),
        }
    }
    let returns = match &signature.output {
        ReturnType::Default => String::new(),
        ReturnType::Type(_, returns) => type_text(returns),
    };
    Ok(Function { name, parameters, returns })
}

/// A type as it is written, without spaces and paths.
fn type_text(written: &syn::Type) -> String {
    match written {
        syn::Type::Path(path) => path.path.segments.last().map_or_else(String::new, segment_text),
        syn::Type::Ptr(pointer) => format!("*{}", type_text(&pointer.elem)),
        syn::Type::Array(array) => {
            let length = integer(&array.len).unwrap_or_default();
            format!("[{};{length}]", type_text(&array.elem))
        }
        _ => "?".to_owned(),
    }
}

fn segment_text(segment: &syn::PathSegment) -> String {
    let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return segment.ident.to_string();
    };
    let arguments = arguments.args.iter().filter_map(|argument| match argument {
        syn::GenericArgument::Type(argument) => Some(type_text(argument)),
        _ => None,
    });
    format!("{}<{}>", segment.ident, arguments.collect::<Vec<_>>().join(","))
}

/// The first paragraph of a doc comment, on one line.
fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) => Some(line.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enum_has_its_numbers_and_the_first_paragraph_of_its_docs() {
        let mut all = Declarations::default();
        let source = "/// A result,\n/// and more.\n///\n/// In C: `detail`.\n#[repr(i32)]\npub enum CAnswer {\n\
            /// Fine.\nNotInRoom = 0,\nLate = -3 }\nenum Inner { A }";
        all.read("answer.rs", source).unwrap();
        let answer = all.enum_named("Answer").unwrap();
        assert_eq!(answer.doc, "A result, and more.");
        let variants: Vec<_> =
            answer.variants.iter().map(|v| (v.name.as_str(), v.number, v.doc.as_str())).collect();
        assert_eq!(variants, [("NotInRoom", 0, "Fine."), ("Late", -3, "")]);
        assert_eq!(all.enums.len(), 1);
    }

    #[test]
    fn a_field_names_the_enum_whose_numbers_it_holds() {
        let mut all = Declarations::default();
        let source = "#[repr(C)] pub struct CStatus {\n/// How far it is: `consonance_connection_state`.\n\
            pub state: i32,\n/// Metres.\npub place: [f32; 3],\npub list: *const c_char, pub all: In<CList> }";
        all.read("status.rs", source).unwrap();
        let fields = &all.struct_named("Status").unwrap().fields;
        assert_eq!(
            (fields[0].doc.as_str(), fields[0].choice.as_deref()),
            ("How far it is.", Some("ConnectionState"))
        );
        let types: Vec<_> = fields.iter().map(|field| field.rust_type.as_str()).collect();
        assert_eq!(types, ["i32", "[f32;3]", "*c_char", "In<CList>"]);
    }

    #[test]
    fn a_function_is_read_with_its_parameters_if_it_is_exported() {
        let mut all = Declarations::default();
        let source = "//! Chats.\nfn inner() {}\npub extern \"C\" fn consonance_stop(chat: u64, out: Out<CEvent>) \
            -> CError { CError::None }";
        all.read("chats.rs", source).unwrap();
        assert_eq!(all.groups[0].doc, "Chats.");
        let stop = &all.groups[0].functions[0];
        assert_eq!((stop.name.as_str(), stop.returns.as_str()), ("consonance_stop", "CError"));
        let parameters =
            [("chat".to_owned(), "u64".to_owned()), ("out".to_owned(), "Out<CEvent>".to_owned())];
        assert_eq!(stop.parameters, parameters);
    }

    #[test]
    fn a_variant_without_a_number_is_refused() {
        let bad = Declarations::default().read("a.rs", "#[repr(i32)] pub enum CA { B }").unwrap_err();
        assert_eq!(bad.to_string(), "B: a variant needs its number");
    }

    #[test]
    fn names_are_written_as_each_language_does() {
        assert_eq!((pascal("not_in_room"), camel("not_in_room")), ("NotInRoom".into(), "notInRoom".into()));
        assert_eq!((kebab("NotInRoom"), pascal("Db24")), ("not-in-room".into(), "Db24".into()));
    }
}
