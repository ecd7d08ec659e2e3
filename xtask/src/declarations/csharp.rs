//! The declarations in C#: the native structs and functions, and the public enums and plain data over them.

use std::fmt::Write;

use super::lines::{WIDTH, words, wrapped};
use super::model::{BadDeclaration, Declarations, Enum, Field, Function, Struct, camel, pascal};

/// The public enums: the name in Rust and the name in C#.
///
/// Not among them are errors, which C# has more of, and `EventType`, which is internal.
const ENUMS: &[(&str, &str)] = &[
    ("AccountProof", "AccountProof"),
    ("Activation", "Activation"),
    ("ChannelActivation", "ChannelActivation"),
    ("Connection", "ConnectionState"),
    ("EchoCancelling", "EchoCancelling"),
    ("EncryptionEvent", "EncryptionChangeKind"),
    ("EncryptionPolicy", "EncryptionPolicy"),
    ("EncryptionState", "EncryptionState"),
    ("ModeratorAction", "ModeratorAction"),
    ("ModeratorAnswer", "ModeratorAnswer"),
    ("NoiseSuppression", "NoiseSuppression"),
    ("OperatorDecision", "OperatorDecisionKind"),
    ("PacketAction", "PacketAction"),
    ("Priority", "Priority"),
    ("Problem", "ProblemKind"),
    ("Quality", "Quality"),
    ("Recognition", "Recognition"),
    ("Restriction", "Restriction"),
    ("RollOff", "RollOff"),
    ("SessionEncryption", "SessionEncryption"),
    ("Sound", "Sound"),
    ("SpatialMode", "SpatialMode"),
    ("Transport", "Transport"),
];

/// The structs that are public in C#, with their names there, and whether a game changes them.
const PLAIN_DATA: &[(&str, &str, bool)] = &[
    ("SpeakerStatistics", "SpeakerStatistics", false),
    ("Statistics", "ChatStatistics", false),
    ("VoiceSettings", "VoiceSettings", true),
];

/// Functions of one struct, which may be null: that needs a second declaration.
const NULLABLE: &[&str] = &["consonance_set_listener"];

/// `Native/NativeStructs.cs`.
///
/// # Errors
/// [`BadDeclaration`] if a field's type has no counterpart in C#.
pub(crate) fn native_structs(all: &Declarations) -> Result<String, BadDeclaration> {
    let mut text = format!("{MADE}{STRUCTS_HEAD}");
    let is_public = |name: &str| PLAIN_DATA.iter().any(|(rust, ..)| *rust == name);
    for declared in all.structs.iter().filter(|declared| !is_public(&declared.name)) {
        let _ = writeln!(text, "\n    [StructLayout(LayoutKind.Sequential)]");
        let _ = writeln!(text, "    internal struct Native{}\n    {{", declared.name);
        for field in &declared.fields {
            for (name, csharp_type) in flattened(field)? {
                let _ = writeln!(text, "        internal {csharp_type} {name};");
            }
        }
        text.push_str("    }\n");
    }
    text.push_str("}\n");
    Ok(text)
}

/// `Native/NativeMethods.cs`.
///
/// # Errors
/// [`BadDeclaration`] if a parameter's type has no counterpart in C#.
pub(crate) fn native_methods(all: &Declarations) -> Result<String, BadDeclaration> {
    let mut text = format!("{MADE}{METHODS_HEAD}");
    for group in &all.groups {
        text.push('\n');
        text.push_str(&wrapped(&words(&group.doc), "        // "));
        for function in &group.functions {
            text.push_str(&method(function, false)?);
            if NULLABLE.contains(&function.name.as_str()) {
                text.push_str(&method(function, true)?);
            }
        }
    }
    text.push_str("    }\n}\n");
    Ok(text)
}

/// `Enums.cs`.
///
/// # Errors
/// [`BadDeclaration`] if one of them is not declared, or its doc is only about C.
pub(crate) fn enums(all: &Declarations) -> Result<String, BadDeclaration> {
    let mut text = format!("{MADE}namespace Consonance\n{{\n");
    for (rust, csharp) in ENUMS {
        text.push_str(&one_enum(all.enum_named(rust)?, "public", csharp)?);
        text.push('\n');
    }
    text.push_str(&one_enum(all.enum_named("EventType")?, "internal", "EventType")?);
    text.push_str("}\n");
    Ok(text)
}

/// The fields and properties of each public struct, whose methods are written by hand, with the name of the struct.
///
/// # Errors
/// [`BadDeclaration`] if one of them is not declared, or has a type without a counterpart in C#.
pub(crate) fn plain_data(all: &Declarations) -> Result<Vec<(&'static str, String)>, BadDeclaration> {
    let made = PLAIN_DATA.iter().map(|(rust, csharp, is_changed)| {
        let declared = one_struct(all.struct_named(rust)?, csharp, *is_changed)?;
        let head = "using System.Runtime.InteropServices;\n\nnamespace Consonance\n{\n";
        Ok((*csharp, format!("{MADE}{head}{declared}}}\n")))
    });
    made.collect()
}

fn method(function: &Function, is_null: bool) -> Result<String, BadDeclaration> {
    let is_nullable = NULLABLE.contains(&function.name.as_str());
    let parameters = function.parameters.iter().map(|(name, rust_type)| {
        let name = escaped(&camel(name));
        match rust_type.strip_prefix("Array<C").and_then(|rest| rest.strip_suffix('>')) {
            Some(_) if is_null => Ok(format!("IntPtr {name}")),
            Some(of) if is_nullable => Ok(format!("ref {} {name}", struct_name(of))),
            _ => parameter(rust_type).map(|csharp_type| format!("{csharp_type} {name}")),
        }
    });
    let parameters = parameters.collect::<Result<Vec<_>, _>>()?;
    let returns = match function.returns.as_str() {
        "CError" => "int",
        "u32" => "uint",
        "*c_char" => "IntPtr",
        other => return Err(BadDeclaration::new(&function.name, format!("C# has no result {other}"))),
    };
    let head = format!("        internal static extern {returns} {}(", function.name);
    let mut text = "        [DllImport(Library, CallingConvention = C)]\n".to_owned();
    let one_line = format!("{head}{});\n", parameters.join(", "));
    if one_line.chars().count() <= WIDTH {
        return Ok(text + &one_line);
    }
    let _ = writeln!(text, "{head}");
    let pieces: Vec<_> = parameters.join(", ").split_inclusive(", ").map(str::to_owned).collect();
    text.push_str(&wrapped(&pieces, "            "));
    text.truncate(text.trim_end().len());
    text.push_str(");\n");
    Ok(text)
}

fn parameter(rust_type: &str) -> Result<String, BadDeclaration> {
    let inside = |outer: &str| rust_type.strip_prefix(outer).and_then(|rest| rest.strip_suffix('>'));
    if let Some(name) = inside("In<C").or_else(|| inside("Out<C")) {
        return Ok(format!("ref {}", struct_name(name)));
    }
    if let Some(element) = inside("Out<") {
        return Ok(format!("out {}", scalar(element)?));
    }
    if rust_type == "Array<u8>" {
        // A part of an array may be passed without a copy.
        return Ok("ref byte".to_owned());
    }
    if let Some(element) = inside("Array<").or_else(|| inside("ArrayOut<")) {
        let element = match element.strip_prefix('C') {
            Some(name) => struct_name(name),
            None => scalar(element)?.to_owned(),
        };
        return Ok(format!("{element}[]"));
    }
    scalar(rust_type).map(str::to_owned)
}

fn scalar(rust_type: &str) -> Result<&'static str, BadDeclaration> {
    match rust_type {
        "u8" | "c_char" => Ok("byte"),
        "i32" => Ok("int"),
        "u32" => Ok("uint"),
        "u64" => Ok("ulong"),
        "f32" => Ok("float"),
        "usize" => Ok("UIntPtr"),
        "Text" => Ok("byte[]"),
        other => Err(BadDeclaration::new(other, "a type without a counterpart in C#")),
    }
}

fn struct_name(name: &str) -> String {
    match PLAIN_DATA.iter().find(|(rust, ..)| *rust == name) {
        Some((_, csharp, _)) => (*csharp).to_owned(),
        None => format!("Native{name}"),
    }
}

/// A field's names and types in C#: three for a place in space.
fn flattened(field: &Field) -> Result<Vec<(String, String)>, BadDeclaration> {
    let name = pascal(&field.name);
    let rust_type = field.rust_type.as_str();
    if rust_type == "[f32;3]" {
        return Ok(["X", "Y", "Z"].map(|axis| (format!("{name}{axis}"), "float".to_owned())).to_vec());
    }
    let is_pointer = ["*", "In<", "Array<", "Text"].iter().any(|start| rust_type.starts_with(start));
    let csharp_type = if is_pointer { "IntPtr" } else { scalar(rust_type)? };
    Ok(vec![(name, csharp_type.to_owned())])
}

fn one_enum(declared: &Enum, visibility: &str, name: &str) -> Result<String, BadDeclaration> {
    let mut text = summary(&declared.name, &declared.doc, "    ")?;
    let _ = writeln!(text, "    {visibility} enum {name}\n    {{");
    for variant in &declared.variants {
        text.push_str(&summary(&format!("{}::{}", declared.name, variant.name), &variant.doc, "        ")?);
        let _ = writeln!(text, "        {} = {},", variant.name, variant.number);
    }
    text.push_str("    }\n");
    Ok(text)
}

fn one_struct(declared: &Struct, name: &str, is_changed: bool) -> Result<String, BadDeclaration> {
    let mut text = summary(&declared.name, &declared.doc, "    ")?;
    let _ = writeln!(text, "    [StructLayout(LayoutKind.Sequential)]");
    let _ = writeln!(text, "    public partial struct {name}\n    {{");
    for field in &declared.fields {
        let _ = writeln!(text, "        {} {};", scalar(&field.rust_type)?, escaped(&camel(&field.name)));
    }
    let is_shown = |field: &&Field| field.name != "size" && field.name != "reserved";
    for field in declared.fields.iter().filter(is_shown) {
        text.push('\n');
        text.push_str(&property(&declared.name, field, is_changed)?);
    }
    text.push_str("    }\n");
    Ok(text)
}

fn property(of: &str, field: &Field, is_changed: bool) -> Result<String, BadDeclaration> {
    let stored = escaped(&camel(&field.name));
    let native = scalar(&field.rust_type)?;
    let (doc, is_flag) = match field.doc.strip_prefix("1 ") {
        Some(rest) => (format!("True {rest}"), true),
        None => (field.doc.clone(), false),
    };
    let (shown, get, set) = match &field.choice {
        Some(choice) => {
            let found = ENUMS.iter().find(|(rust, _)| rust == choice);
            let (_, name) = found.ok_or_else(|| BadDeclaration::new(choice, "no enum of C#"))?;
            (*name, format!("({name}){stored}"), format!("({native})value"))
        }
        None if is_flag => ("bool", format!("{stored} != 0"), "value ? 1u : 0".to_owned()),
        None if native == "uint" && is_changed => ("int", format!("(int){stored}"), "(uint)value".to_owned()),
        None => (native, stored.clone(), "value".to_owned()),
    };
    let mut text = summary(&format!("{of}::{}", field.name), &doc, "        ")?;
    let _ = writeln!(text, "        public {shown} {}\n        {{", pascal(&field.name));
    let _ = writeln!(text, "            get {{ return {get}; }}");
    if is_changed {
        let _ = writeln!(text, "            set {{ {stored} = {set}; }}");
    }
    text.push_str("        }\n");
    Ok(text)
}

/// The doc comment in C#.
fn summary(of: &str, doc: &str, indent: &str) -> Result<String, BadDeclaration> {
    if doc.is_empty() || doc.to_lowercase().contains("consonance_") {
        let why = "its first paragraph has to say what it is, in any language; what is about C goes below";
        return Err(BadDeclaration::new(of, why));
    }
    let mut doc = doc.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    while let Some((before, after)) = doc.split_once('`') {
        let tag =
            if before.matches("<c>").count() == before.matches("</c>").count() { "<c>" } else { "</c>" };
        doc = format!("{before}{tag}{after}");
    }
    let one_line = format!("{indent}/// <summary>{doc}</summary>\n");
    if one_line.trim_end().chars().count() <= WIDTH {
        return Ok(one_line);
    }
    let lines = wrapped(&words(&doc), &format!("{indent}/// "));
    Ok(format!("{indent}/// <summary>\n{lines}{indent}/// </summary>\n"))
}

/// A name that is no keyword.
fn escaped(name: &str) -> String {
    if ["event", "params", "ref", "out", "in", "lock"].contains(&name) {
        format!("@{name}")
    } else {
        name.to_owned()
    }
}

const MADE: &str = "// Made from crates/ffi by `cargo xtask write declarations`; do not edit.\n\n";

const STRUCTS_HEAD: &str = "using System;
using System.Runtime.InteropServices;

namespace Consonance.Native
{
    // The structs of consonance.h, which says what each field is. Only numbers and pointers, so that none is ever
    // copied for a call.
";

const METHODS_HEAD: &str = "using System;
using System.Runtime.InteropServices;

namespace Consonance.Native
{
    /// <summary>The functions of <c>consonance.h</c>, which says what each does.</summary>
    internal static class NativeMethods
    {
#if (UNITY_IOS || UNITY_WEBGL) && !UNITY_EDITOR
        const string Library = \"__Internal\";
#else
        const string Library = \"consonance\";
#endif
        const CallingConvention C = CallingConvention.Cdecl;
";

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(source: &str) -> Declarations {
        let mut all = Declarations::default();
        all.read("a.rs", source).unwrap();
        all
    }

    #[test]
    fn a_struct_is_laid_out_field_by_field() {
        let all = declared(
            "#[repr(C)] pub struct CPose { pub size: u32, pub name: Text, pub at: [f32; 3], \
             pub in_rooms: Array<Text>, pub bytes: u64 }",
        );
        let text = native_structs(&all).unwrap();
        let fields: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("        internal ")).collect();
        assert_eq!(
            fields,
            [
                "uint Size;",
                "IntPtr Name;",
                "float AtX;",
                "float AtY;",
                "float AtZ;",
                "IntPtr InRooms;",
                "ulong Bytes;"
            ]
        );
    }

    #[test]
    fn a_function_takes_what_c_takes() {
        let all = declared(
            "//! Chats.\npub extern \"C\" fn consonance_set_listener(chat: u64, room: Text, with_voices: u32, \
             pose: Array<CPose>, statistics: Out<CStatistics>, buffer: ArrayOut<c_char>, capacity: usize, \
             length: Out<usize>, packet: Array<u8>, event: Out<CEvent>) -> CError {}",
        );
        let text = native_methods(&all).unwrap();
        let (first, second) = text.rsplit_once("        [DllImport").unwrap();
        for parameter in [
            "ulong chat",
            "byte[] room",
            "uint withVoices",
            "ref NativePose pose",
            "ref ChatStatistics statistics",
            "byte[] buffer",
            "UIntPtr capacity",
            "out UIntPtr length",
            "ref byte packet",
            "ref NativeEvent @event",
        ] {
            assert!(first.contains(parameter), "{parameter} is missing in {first}");
        }
        assert!(second.contains("IntPtr pose"), "{second}");
        assert_eq!(parameter("Array<CPosition>").unwrap(), "NativePosition[]");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
    }

    #[test]
    fn plain_data_has_properties_of_the_types_that_a_game_expects() {
        let field = |doc: &str, rust_type: &str, choice: Option<&str>| Field {
            name: "high_pass".to_owned(),
            rust_type: rust_type.to_owned(),
            doc: doc.to_owned(),
            choice: choice.map(str::to_owned),
        };
        let quality = property("S", &field("Sound.", "i32", Some("Quality")), true).unwrap();
        assert!(quality.contains("public Quality HighPass"), "{quality}");
        assert!(quality.contains("get { return (Quality)highPass; }"), "{quality}");
        assert!(quality.contains("set { highPass = (int)value; }"), "{quality}");
        let flag = property("S", &field("1 to remove it.", "u32", None), true).unwrap();
        assert!(flag.contains("True to remove it.") && flag.contains("public bool HighPass"), "{flag}");
        let count = property("S", &field("Packets.", "u64", None), false).unwrap();
        assert!(count.contains("public ulong HighPass") && !count.contains("set"), "{count}");
    }

    #[test]
    fn a_doc_that_is_only_about_c_is_refused() {
        let refused = summary("Sound::Engine", "See `consonance_engine_output`.", "").unwrap_err();
        assert!(refused.to_string().starts_with("Sound::Engine: its first paragraph"), "{refused}");
    }

    #[test]
    fn a_long_doc_is_wrapped_and_code_is_marked() {
        let text = summary("S", &format!("Up to `a<b`{}.", " or more".repeat(20)), "    ").unwrap();
        assert!(text.contains("<c>a&lt;b</c>"), "{text}");
        assert!(text.lines().count() > 3 && text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
    }
}
