//! Settings in a file: TOML, written whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use etcetera::base_strategy::choose_native_strategy;

use super::{SettingsError, VoiceSettings};

/// A settings file has less than 2 kB; a file larger than this is not one.
const BYTES_MAX: u64 = 64 * 1024;

impl VoiceSettings {
    /// The file for a game's settings on this platform: `NAME/voice.toml` in the folder for configuration (`~/.config`
    /// on Linux, `~/Library/Application Support` on macOS, `%APPDATA%` on Windows). Nothing is read or written. `None`
    /// if there is no such folder, or the name cannot be that of a folder.
    pub fn default_path(game: &str) -> Option<PathBuf> {
        let is_plain = !game.is_empty()
            && !game.starts_with('.')
            && game.chars().all(|letter| letter.is_alphanumeric() || " -_.".contains(letter));
        let platform = choose_native_strategy().ok().filter(|_| is_plain)?;
        // On macOS, a program's own files are in its data folder; the preferences folder belongs to the system.
        let folder = if cfg!(target_os = "macos") { platform.data_dir() } else { platform.config_dir() };
        Some(folder.join(game).join("voice.toml"))
    }

    /// Reads and checks settings. Settings missing from the file have their defaults, and so do all settings if there
    /// is no file.
    ///
    /// # Errors
    /// If the file cannot be read, contains anything other than settings, or a setting is out of its range.
    pub fn load(path: &Path) -> Result<Self, SettingsError> {
        let failed = |cause| SettingsError::File { path: path.to_owned(), attempted: "read", cause };
        let syntax = |problem| SettingsError::Syntax { path: path.to_owned(), problem };
        let bytes = match fs::metadata(path) {
            Ok(metadata) if metadata.len() > BYTES_MAX => {
                return Err(syntax(format!("it has {} bytes, which is too many", metadata.len())));
            }
            Ok(_) => fs::read(path).map_err(failed)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(failed(error)),
        };
        let text = String::from_utf8(bytes).map_err(|error| syntax(error.to_string()))?;
        let settings: Self =
            toml::from_str(&text).map_err(|error| syntax(error.to_string().trim().to_owned()))?;
        settings.validate()?;
        Ok(settings)
    }

    /// Checks and writes settings, and creates the folder if needed. Whatever happens meanwhile, the file contains
    /// either all of the old settings or all of the new ones.
    ///
    /// # Errors
    /// If a setting is out of its range, or the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), SettingsError> {
        self.validate()?;
        let text = toml::to_string_pretty(self)
            .map_err(|error| SettingsError::Syntax { path: path.to_owned(), problem: error.to_string() })?;
        write(path, &text).map_err(|cause| SettingsError::File {
            path: path.to_owned(),
            attempted: "written",
            cause,
        })
    }
}

/// Writes to a temporary file first: a rename is atomic.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let mut file = fs::File::create(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    drop(file);
    fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use consonance_audio::{ActivationMode, EchoLevel, FrameSize, NoiseLevel, Quality};

    use super::*;

    /// A folder of this test's own, empty.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("consonance-settings-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn changed() -> VoiceSettings {
        let mut settings = VoiceSettings::default();
        (settings.quality, settings.frame) = (Quality::Low, FrameSize::Ms40);
        (settings.error_correction, settings.auto_volume, settings.master_volume) = (false, true, 0.5);
        settings.activation.mode = ActivationMode::PushToTalk;
        (settings.capture.echo, settings.capture.noise) = (Some(EchoLevel::High), None);
        settings.capture.background_removal = Some(0.65);
        settings
    }

    #[test]
    fn what_is_saved_is_loaded_and_nothing_else_is_left_in_the_folder() {
        let folder = folder("round-trip");
        let path = folder.join("game").join("voice.toml");
        for settings in [VoiceSettings::default(), changed()] {
            settings.save(&path).unwrap();
            assert_eq!(VoiceSettings::load(&path).unwrap(), settings);
        }
        assert_eq!(fs::read_dir(folder.join("game")).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn where_there_is_no_file_everything_is_as_by_default() {
        let folder = folder("none");
        assert_eq!(VoiceSettings::load(&folder.join("voice.toml")).unwrap(), VoiceSettings::default());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_file_may_say_only_what_differs() {
        let folder = folder("partial");
        let path = folder.join("voice.toml");
        fs::write(&path, "quality = \"low\"\n[capture]\nnoise = \"very-high\"\n").unwrap();
        let settings = VoiceSettings::load(&path).unwrap();
        assert_eq!((settings.quality, settings.capture.noise), (Quality::Low, Some(NoiseLevel::VeryHigh)));
        assert_eq!(settings.activation, VoiceSettings::default().activation);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn keys_of_former_versions_are_understood() {
        let file = "levelling = true\n[capture.voice-detection]\nhang-over-ms = 300\n";
        let settings: VoiceSettings = toml::from_str(file).unwrap();
        assert_eq!((settings.auto_volume, settings.capture.voice_detection.hold_ms), (true, 300));
    }

    #[test]
    fn the_file_that_the_guide_shows_is_understood_and_says_the_defaults() {
        let page = include_str!("../../../../docs/guide/settings.md");
        let file = page.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let shown: VoiceSettings = toml::from_str(file).unwrap();
        let mut expected = VoiceSettings::default();
        expected.capture.background_removal = Some(0.65);
        assert_eq!(shown, expected);
    }

    #[test]
    fn an_invalid_file_is_refused_in_words() {
        let folder = folder("bad");
        let path = folder.join("voice.toml");
        for (text, expected) in [
            ("quality = \"best\"", "best"),
            ("master-volume = 9", "master-volume is 9"),
            ("volume = 1", "volume"),
            ("][", "invalid settings"),
        ] {
            fs::write(&path, text).unwrap();
            let error = VoiceSettings::load(&path).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(matches!(VoiceSettings::load(&path), Err(SettingsError::Syntax { .. })));
        fs::write(&path, "#".repeat(BYTES_MAX as usize + 1)).unwrap();
        assert!(matches!(VoiceSettings::load(&path), Err(SettingsError::Syntax { .. })));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn settings_out_of_range_are_not_saved() {
        let folder = folder("range");
        let path = folder.join("voice.toml");
        let mut settings = changed();
        settings.master_volume = -1.0;
        assert!(settings.save(&path).is_err());
        assert!(!path.exists());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_game_whose_name_is_no_folders_has_no_place() {
        for name in ["", "..", ".hidden", "a/b", "a\\b", "a:b", "a\0b"] {
            assert_eq!(VoiceSettings::default_path(name), None, "{name:?}");
        }
        if let Some(path) = VoiceSettings::default_path("My Game") {
            assert!(path.ends_with("My Game/voice.toml"));
        }
    }
}
