//! The `.meta` beside each file and folder: its GUID, and how Unity imports it.

use std::fmt::Write as _;

use super::{guid, plugin};

/// The suffix after the name of a file or a folder.
pub(super) const ENDING: &str = ".meta";

/// The path of the `.meta` for a file or a folder.
pub(super) fn path(asset: &str) -> String {
    format!("{asset}{ENDING}")
}

/// The text of a new `.meta`; that of a script has this icon.
pub(super) fn text(asset: &str, is_folder: bool, icon: Option<&str>) -> String {
    let mut text = format!("fileFormatVersion: 2\nguid: {}\n", guid::of_path(asset));
    if is_folder {
        text += "folderAsset: yes\n";
    }
    let (importer, settings) = importer(asset, is_folder, icon);
    let _ = write!(text, "{importer}:\n  externalObjects: {{}}\n{settings}");
    // Empty values as Unity itself writes them; otherwise it would write the file again.
    text + "  userData: \n  assetBundleName: \n  assetBundleVariant: \n"
}

/// The importer and its settings.
fn importer(asset: &str, is_folder: bool, icon: Option<&str>) -> (&'static str, String) {
    let name = asset.rsplit('/').next().unwrap_or(asset);
    if is_folder {
        return ("DefaultImporter", String::new());
    }
    if asset == "package.json" {
        return ("PackageManifestImporter", String::new());
    }
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "cs" => ("MonoImporter", script(icon)),
        "asmdef" => ("AssemblyDefinitionImporter", String::new()),
        "asmref" => ("AssemblyDefinitionReferenceImporter", String::new()),
        "md" | "txt" | "json" | "xml" => ("TextScriptImporter", String::new()),
        "png" => ("TextureImporter", ICON.to_owned()),
        "prefab" => ("PrefabImporter", String::new()),
        "asset" => ("NativeFormatImporter", "  mainObjectFileID: 11400000\n".to_owned()),
        "mat" => ("NativeFormatImporter", "  mainObjectFileID: 2100000\n".to_owned()),
        "so" | "dll" | "dylib" | "bundle" | "a" | "jslib" => ("PluginImporter", plugin::settings(asset)),
        _ => ("DefaultImporter", String::new()),
    }
}

fn script(icon: Option<&str>) -> String {
    let icon = icon
        .map_or("{instanceID: 0}".to_owned(), |guid| format!("{{fileID: 2800000, guid: {guid}, type: 3}}"));
    format!("  serializedVersion: 2\n  defaultReferences: []\n  executionOrder: 0\n  icon: {icon}\n")
}

/// A picture of the editor: as large as it is, without smaller copies.
const ICON: &str = "  serializedVersion: 10
  mipmaps:
    enableMipMap: 0
    sRGBTexture: 1
  isReadable: 0
  textureSettings:
    serializedVersion: 2
    filterMode: 1
    aniso: 1
    mipBias: 0
    wrapU: 1
    wrapV: 1
    wrapW: 1
  nPOTScale: 0
  alphaUsage: 1
  alphaIsTransparency: 1
  textureType: 2
  textureShape: 1
  maxTextureSize: 64
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unity_package::yaml;

    #[test]
    fn each_kind_of_file_has_its_importer() {
        for (asset, importer) in [
            ("package.json", "PackageManifestImporter"),
            ("Runtime/a.json", "TextScriptImporter"),
            ("README.md", "TextScriptImporter"),
            ("Runtime/One.cs", "MonoImporter"),
            ("Runtime/One.asmdef", "AssemblyDefinitionImporter"),
            ("Editor/Icons/One.png", "TextureImporter"),
            ("Samples~/Talk/Talk.unity", "DefaultImporter"),
            ("Samples~/Talk/One.prefab", "PrefabImporter"),
            ("Runtime/Plugins/linux-x64/libconsonance.so", "PluginImporter"),
        ] {
            let text = text(asset, false, None);
            assert!(text.contains(&format!("\n{importer}:\n")), "{text}");
            assert!(yaml::parse(&text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_folder_says_so() {
        let text = text("Runtime", true, None);
        let guid = guid::of_path("Runtime");
        assert_eq!(
            text,
            format!(
                "fileFormatVersion: 2\nguid: {guid}\nfolderAsset: yes\nDefaultImporter:\n  externalObjects: {{}}\n  \
                 userData: \n  assetBundleName: \n  assetBundleVariant: \n"
            )
        );
    }
}
