//! Names in sources of several languages, read only as far as these sources need.

use std::collections::BTreeSet;

use syn::{Attribute, ImplItem, Item, ItemEnum, Type, Visibility};

use crate::tidy::repository::{Repository, TrackedFile};

/// The folder of the library for C#.
pub(super) const CS_FOLDER: &str = "dotnet/Consonance";

/// The variants of an enum, but those that stand for all others.
pub(super) fn variants(repository: &Repository, file: &str, name: &str) -> BTreeSet<String> {
    let Some(Some(Ok(syntax))) = repository.file(file).map(|file| &file.syntax) else {
        return BTreeSet::new();
    };
    let is_it = |item: &&ItemEnum| item.ident == name;
    let enums = syntax.items.iter().filter_map(|item| match item {
        Item::Enum(found) => Some(found),
        _ => None,
    });
    let found = enums.filter(is_it).flat_map(|found| &found.variants);
    found
        .filter(|variant| !variant.attrs.iter().any(is_for_others))
        .map(|variant| variant.ident.to_string())
        .collect()
}

fn is_for_others(attribute: &Attribute) -> bool {
    let syn::Meta::List(list) = &attribute.meta else { return false };
    list.path.is_ident("serde") && list.tokens.to_string() == "other"
}

/// `RoomFull` as `roomFull`.
pub(super) fn camel_case(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

/// `RoomFull` as `room-full`, with this between words.
pub(super) fn in_case(names: BTreeSet<String>, between: char) -> BTreeSet<String> {
    let in_case = |name: String| {
        let mut words = String::new();
        for letter in name.chars() {
            if letter.is_uppercase() && !words.is_empty() {
                words.push(between);
            }
            words.push(letter.to_ascii_lowercase());
        }
        words
    };
    names.into_iter().map(in_case).collect()
}

/// The public methods of a type in `place.rs` and the files of the folder `place`.
pub(super) fn methods(repository: &Repository, place: &str, name: &str) -> BTreeSet<String> {
    let is_there = |file: &TrackedFile| {
        file.path.strip_prefix(place).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    };
    let mut found = BTreeSet::new();
    for (_, syntax) in repository.rust_files().filter(|(file, _)| is_there(file)) {
        for item in &syntax.items {
            let Item::Impl(block) = item else { continue };
            if block.trait_.is_none() && is_named(&block.self_ty, name) {
                found.extend(block.items.iter().filter_map(public_method));
            }
        }
    }
    found
}

/// The public methods of several types: of the first one as they are, of the others as `Type::method`.
pub(super) fn handles(repository: &Repository, types: &[(&str, &str)]) -> BTreeSet<String> {
    let each = types.iter().enumerate().flat_map(|(index, (place, name))| {
        let found = methods(repository, place, name).into_iter();
        found.map(move |method| if index == 0 { method } else { format!("{name}::{method}") })
    });
    each.collect()
}

fn is_named(of: &Type, name: &str) -> bool {
    matches!(of, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
}

fn public_method(item: &ImplItem) -> Option<String> {
    match item {
        ImplItem::Fn(method) if matches!(method.vis, Visibility::Public(_)) => {
            Some(method.sig.ident.to_string())
        }
        _ => None,
    }
}

/// The public fields of structs: of each its file, its name, and what stands before its fields. A field that stands
/// before others is left out.
pub(super) fn fields(repository: &Repository, structs: &[(&str, &str, &str)]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (file, name, before) in structs {
        let Some(Some(Ok(syntax))) = repository.file(file).map(|file| &file.syntax) else { continue };
        let of_name = syntax.items.iter().filter_map(|item| match item {
            Item::Struct(of) if of.ident == name => Some(&of.fields),
            _ => None,
        });
        let public = of_name.flatten().filter(|field| matches!(field.vis, Visibility::Public(_)));
        found.extend(public.filter_map(|field| Some(format!("{before}{}", field.ident.as_ref()?))));
    }
    found.retain(|field| !structs.iter().any(|(_, _, before)| before.strip_suffix('.') == Some(field)));
    found
}

/// The variants of an enum that a text names.
pub(super) fn named(text: &str, name: &str) -> BTreeSet<String> {
    text.split(&format!("{name}::")).skip(1).map(word).filter(|word| !word.is_empty()).collect()
}

/// The texts in a function.
pub(super) fn words(text: &str, function: &str) -> BTreeSet<String> {
    let Some((_, body)) = text.split_once(&format!("fn {function}(")) else { return BTreeSet::new() };
    let body = body.split("\n}").next().unwrap_or_default();
    body.lines().flat_map(|line| line.split('"').skip(1).step_by(2)).map(str::to_owned).collect()
}

/// The constants of an enum, without its name.
pub(super) fn c_enum(header: &str, name: &str) -> BTreeSet<String> {
    let Some(body) = block(header, &format!("enum consonance_{name}\n"))
        .or_else(|| block(header, &format!("enum consonance_{name} ")))
    else {
        return BTreeSet::new();
    };
    let prefix = format!("CONSONANCE_{}_", name.to_uppercase());
    let constants = body.lines().filter_map(|line| line.trim().strip_prefix(&*prefix));
    constants.map(word).collect()
}

/// The functions, without `consonance_`.
pub(super) fn c_functions(header: &str) -> BTreeSet<String> {
    let is_declaration = |line: &&str| RESULTS.iter().any(|result| line.starts_with(result));
    let names = header.lines().filter(is_declaration).filter_map(|line| {
        let before = line.split_once('(')?.0;
        before.rsplit([' ', '*']).next()?.strip_prefix("consonance_")
    });
    names.map(str::to_owned).collect()
}

/// What the functions of the header return.
const RESULTS: [&str; 3] = ["consonance_error ", "uint32_t ", "const char *"];

/// The fields of a struct, but its size.
pub(super) fn c_fields(layout: &str, name: &str) -> BTreeSet<String> {
    let fields = layout.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('.'));
    fields.map(word).filter(|field| field != "size").collect()
}

/// The constants of an enum in C#.
pub(super) fn cs_enum(text: &str, name: &str) -> BTreeSet<String> {
    let body = block(text, &format!("enum {name}\n")).unwrap_or_default();
    let constants = body.lines().map(str::trim).filter(|line| line.starts_with(char::is_uppercase));
    constants.map(word).collect()
}

/// The public events of a chat in C#.
pub(super) fn cs_events(repository: &Repository) -> BTreeSet<String> {
    let events = cs_public(repository, "VoiceChat").into_iter().filter(|line| line.starts_with("event "));
    events.filter_map(|line| Some(line.trim_end_matches(';').rsplit(' ').next()?.to_owned())).collect()
}

/// The public members of classes in C# that are no events, with their class.
pub(super) fn cs_members(repository: &Repository, classes: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (index, class) in classes.iter().enumerate() {
        for line in cs_public(repository, class) {
            let declared = line.split(['(', '{', '=', ';']).next().unwrap_or_default().trim_end();
            let name = declared.rsplit(' ').next().unwrap_or_default();
            if !line.starts_with("event ") && !line.starts_with("override ") && name != *class {
                found.insert(if index == 0 { name.to_owned() } else { format!("{class}.{name}") });
            }
        }
    }
    found
}

/// The members of `of` that the method after a text assigns.
pub(super) fn cs_assigned(text: &str, after: &str, of: &str) -> BTreeSet<String> {
    let body = block(text, after).unwrap_or_default();
    let assigned = body.lines().filter_map(|line| line.trim().strip_prefix(of)?.split_once(" = "));
    let members = assigned.filter(|(name, _)| name.starts_with(char::is_uppercase) && !name.contains(' '));
    members.map(|(name, _)| name.to_owned()).collect()
}

/// What follows `public` in the files of a class.
fn cs_public(repository: &Repository, class: &str) -> Vec<String> {
    let is_of_class = |file: &TrackedFile| {
        let name = file.path.strip_prefix(CS_FOLDER).and_then(|rest| rest.strip_prefix('/'));
        name.and_then(|name| name.strip_prefix(class)).is_some_and(|rest| rest.starts_with('.'))
    };
    let files =
        repository.files.iter().filter(|file| is_of_class(file)).filter_map(|file| file.text.as_deref());
    let lines = files.flat_map(str::lines).filter_map(|line| line.strip_prefix("        public "));
    lines.map(str::to_owned).collect()
}

/// The classes of events in Python, but their common ones.
pub(super) fn py_events(text: &str) -> BTreeSet<String> {
    let classes = text.lines().filter_map(|line| line.strip_prefix("class ")?.split_once('('));
    let events = classes.filter(|(name, bases)| *name != "PlayerEvent" && bases.contains("Event"));
    events.map(|(name, _)| name.to_owned()).collect()
}

/// The public methods and properties of a class in Python.
pub(super) fn py_methods(text: &str, class: &str) -> BTreeSet<String> {
    let Some((_, body)) = text.split_once(&format!("class {class}:\n")) else { return BTreeSet::new() };
    let body = body.split("\nclass ").next().unwrap_or_default();
    let methods = body.lines().filter_map(|line| {
        let line = line.strip_prefix("    ")?;
        line.strip_prefix("async ").unwrap_or(line).strip_prefix("def ")
    });
    methods.map(word).filter(|name| !name.starts_with('_')).collect()
}

/// The parameters of a function in Python.
pub(super) fn py_parameters(text: &str, function: &str) -> BTreeSet<String> {
    let Some((_, rest)) = text.split_once(&format!("def {function}(\n")) else { return BTreeSet::new() };
    let parameters = rest.split("\n)").next().unwrap_or_default();
    let named = parameters.lines().filter(|line| line.contains(": ") && !line.trim_start().starts_with('*'));
    named.map(|line| word(line.trim())).collect()
}

/// The keys of an interface in TypeScript.
pub(super) fn ts_keys(text: &str, name: &str) -> BTreeSet<String> {
    let start = format!("interface {name} ");
    let body = block(text, &start).unwrap_or_default();
    let keys = body
        .lines()
        .filter_map(|line| line.strip_prefix("  "))
        .filter(|line| line.starts_with(char::is_lowercase));
    keys.map(|line| word(line.strip_prefix("readonly ").unwrap_or(line))).collect()
}

/// The texts of a type in TypeScript.
pub(super) fn ts_texts(text: &str, name: &str) -> BTreeSet<String> {
    let Some((_, rest)) = text.split_once(&format!("export type {name} =")) else { return BTreeSet::new() };
    let lines = rest.split("\nexport ").next().unwrap_or_default().trim_start().lines();
    let code =
        lines.map(str::trim).take_while(|line| !line.is_empty()).filter(|line| !line.starts_with(['/', '*']));
    code.flat_map(|line| line.split('"').skip(1).step_by(2)).map(str::to_owned).collect()
}

/// What stands in the braces that follow `start`.
fn block<'t>(text: &'t str, start: &str) -> Option<&'t str> {
    let rest = text.split_once(start)?.1;
    let inside = rest.split_once('{')?.1;
    let mut depth = 1;
    let end = inside.char_indices().find(|(_, letter)| {
        depth += i32::from(*letter == '{') - i32::from(*letter == '}');
        depth == 0
    });
    Some(&inside[..end?.0])
}

/// The name that a text begins with.
fn word(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::repository;

    fn joined(names: &BTreeSet<String>) -> String {
        names.iter().cloned().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn names_of_c_are_read() {
        let header = "/** `consonance_x()` */\nenum consonance_kind\n#if X\n  : int32_t\n#endif\n {\n    /** One. */\n    \
                      CONSONANCE_KIND_ONE = 1,\n    CONSONANCE_KIND_TWO_B = 2,\n};\n\
                      consonance_error consonance_stop(uint64_t chat);\nconst char *consonance_version(void);\n";
        assert_eq!(joined(&c_enum(header, "kind")), "ONE TWO_B");
        assert_eq!(joined(&c_functions(header)), "stop version");
        assert_eq!(
            joined(&c_fields("consonance_a 8\nconsonance_a.size 0\nconsonance_a.name 4\n", "consonance_a")),
            "name"
        );
    }

    #[test]
    fn fields_of_settings_are_read_with_those_inside_them() {
        let rust = "pub struct Voice { pub quality: u8, secret: u8, pub capture: Capture }\n\
                    pub struct Capture { pub echo: bool }";
        let repository = repository(&[("a.rs", rust)]);
        assert_eq!(joined(&fields(&repository, &[("a.rs", "Voice", "")])), "capture quality");
        let both = [("a.rs", "Voice", ""), ("a.rs", "Capture", "capture.")];
        assert_eq!(joined(&fields(&repository, &both)), "capture.echo quality");
        let unity = "A Make()\n{\n  int b = 1;\n  voice.Echo = b;\n  return new A\n  {\n    Name = b,\n  };\n}\nvoice.Noise = 1;";
        assert_eq!(joined(&cs_assigned(unity, "A Make()", "voice.")), "Echo");
        assert_eq!(joined(&cs_assigned(unity, "A Make()", "")), "Name");
    }

    #[test]
    fn names_of_other_languages_are_read() {
        assert_eq!(
            joined(&cs_enum(
                "public enum Kind\n{\n  /// <summary>A.</summary>\n  One = 1,\n  Two,\n}",
                "Kind"
            )),
            "One Two"
        );
        assert_eq!(
            joined(&py_events("class Event:\nclass PlayerEvent(Event):\nclass Left(PlayerEvent):\n")),
            "Left"
        );
        let class = "class A:\n    def _b(self) -> None: ...\n    async def c(self) -> None: ...\nclass D:\n    def e(self)";
        assert_eq!(joined(&py_methods(class, "A")), "c");
        assert_eq!(
            joined(&py_parameters("def f(\n    a: int,\n    *,\n    b_c: str = \"\",\n) -> None:\n", "f")),
            "a b_c"
        );
        let interface = "export interface A {\n  /** B. */\n  readonly b?: string;\n  c(d: string): void;\n  e: {\n    f: 1;\n  };\n}";
        assert_eq!(joined(&ts_keys(interface, "A")), "b c e");
        assert_eq!(
            joined(&ts_texts(
                "export type A =\n  /** \"no\" */\n  | \"b-c\"\n  | { d: \"e\" };\n\n\"f\"",
                "A"
            )),
            "b-c e"
        );
        assert_eq!(joined(&words("fn a() {\n  \"b-c\"\n}\nfn d() { \"e\" }", "a")), "b-c");
        assert_eq!(joined(&named("match a { Kind::One => 1, Kind::Two { .. } => 2 }", "Kind")), "One Two");
        assert_eq!(joined(&in_case(["RoomFull".to_owned()].into(), '-')), "room-full");
        assert_eq!(camel_case("RoomFull"), "roomFull");
    }
}
