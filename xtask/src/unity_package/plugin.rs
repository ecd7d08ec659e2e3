//! The machines for which Unity uses a native library, or the JavaScript of a page, according to its folder.

/// The settings of the importer for a library at this path.
pub(super) fn settings(path: &str) -> String {
    let machine = MACHINES.iter().find(|machine| path.split('/').any(|folder| folder == machine.folder));
    let mut text = HEAD.to_owned();
    let Some(machine) = machine else {
        return text + &platform("Any: ", true, &[]) + &platform("Editor: Editor", false, &[]);
    };
    text += &platform("Any: ", false, &[]);
    let editor =
        machine.editor.map_or(vec![READY], |system| vec![("CPU", machine.cpu), READY, ("OS", system)]);
    text += &platform("Editor: Editor", machine.editor.is_some(), &editor);
    let player: &[_] = if machine.cpu.is_empty() { &[] } else { &[("CPU", machine.cpu)] };
    // Unity takes a platform that is not mentioned for enabled.
    for other in
        MACHINES.iter().map(|machine| machine.player).filter(|player| player.starts_with("Standalone"))
    {
        if other != machine.player {
            text += &platform(other, false, &[("CPU", "None")]);
        }
    }
    text + &platform(machine.player, true, player)
}

/// A kind of machine.
struct Machine {
    /// The folder that has its libraries.
    folder: &'static str,
    /// The system of an editor that uses them, too.
    editor: Option<&'static str>,
    /// Unity's name of the group and of the platform.
    player: &'static str,
    /// Unity's name of the processor, where there are several.
    cpu: &'static str,
}

const MACHINES: [Machine; 6] = [
    Machine { folder: "linux-x64", editor: Some("Linux"), player: "Standalone: Linux64", cpu: "x86_64" },
    Machine { folder: "win-x64", editor: Some("Windows"), player: "Standalone: Win64", cpu: "x86_64" },
    Machine { folder: "osx", editor: Some("OSX"), player: "Standalone: OSXUniversal", cpu: "AnyCPU" },
    // Unity's desktop players are for x86-64 alone.
    Machine { folder: "linux-arm64", editor: None, player: "EmbeddedLinux: EmbeddedLinux", cpu: "ARM64" },
    Machine { folder: "ios", editor: None, player: "iPhone: iOS", cpu: "" },
    Machine { folder: "WebGL", editor: None, player: "WebGL: WebGL", cpu: "" },
];

const READY: (&str, &str) = ("DefaultValueInitialized", "true");

const HEAD: &str = "  serializedVersion: 2
  iconMap: {}
  executionOrder: {}
  defineConstraints: []
  isPreloaded: 0
  isOverridable: 0
  isExplicitlyReferenced: 0
  validateReferences: 1
  platformData:
";

fn platform(name: &str, is_enabled: bool, settings: &[(&str, &str)]) -> String {
    let enabled = u8::from(is_enabled);
    let mut text =
        format!("  - first:\n      {name}\n    second:\n      enabled: {enabled}\n      settings:");
    if settings.is_empty() {
        return text + " {}\n";
    }
    text.push('\n');
    let lines = settings.iter().map(|(key, value)| format!("        {key}: {value}\n"));
    text + &lines.collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The platforms that use it.
    fn enabled(path: &str) -> Vec<String> {
        let settings = settings(path);
        let platforms = settings.split("  - first:\n      ").skip(1).filter(|it| it.contains("enabled: 1"));
        platforms.map(|it| it.lines().next().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn a_library_is_used_on_its_machine_and_in_the_editor_there() {
        let plugin = |folder: &str| format!("Runtime/Plugins/{folder}/libconsonance.so");
        assert_eq!(enabled(&plugin("linux-x64")), ["Editor: Editor", "Standalone: Linux64"]);
        assert_eq!(enabled(&plugin("win-x64")), ["Editor: Editor", "Standalone: Win64"]);
        assert_eq!(enabled(&plugin("linux-arm64")), ["EmbeddedLinux: EmbeddedLinux"]);
        assert_eq!(enabled("Runtime/Links/Plugins/WebGL/It.jslib"), ["WebGL: WebGL"]);
    }

    #[test]
    fn an_editor_of_another_system_does_not_load_it() {
        let settings = settings("Runtime/Plugins/win-x64/consonance.dll");
        assert!(
            settings.contains(
                "        CPU: x86_64\n        DefaultValueInitialized: true\n        OS: Windows\n"
            )
        );
        assert!(settings.contains("Standalone: Linux64\n    second:\n      enabled: 0\n"), "{settings}");
    }
}
