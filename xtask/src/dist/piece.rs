//! The pieces of a release.

use clap::ValueEnum;

use crate::command;
use crate::cross_target::{ARM, CrossTarget, GLIBC, MUSL, WINDOWS};
use crate::web;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Piece {
    /// The command for Linux on x86-64, static.
    #[value(name = "x86_64-unknown-linux-musl")]
    Linux,
    /// The command for Linux on x86-64, with glibc and sound devices.
    #[value(name = "x86_64-unknown-linux-gnu")]
    LinuxWithSound,
    /// The command for Linux on 64-bit ARM, with glibc.
    #[value(name = "aarch64-unknown-linux-gnu")]
    LinuxOnArm,
    /// The command for Windows on x86-64.
    #[value(name = "x86_64-pc-windows-gnu")]
    Windows,
    /// The library for C, for Linux on x86-64.
    #[value(name = "c-x86_64-unknown-linux-gnu")]
    CForLinux,
    /// The library for C, for Linux on 64-bit ARM.
    #[value(name = "c-aarch64-unknown-linux-gnu")]
    CForLinuxOnArm,
    /// The library for C, for Windows on x86-64.
    #[value(name = "c-x86_64-pc-windows-gnu")]
    CForWindows,
    /// A container image with the static command.
    Oci,
    /// A Debian package with the static command.
    Deb,
    /// The library for pages.
    Npm,
    /// The library for C#, as a package of `NuGet`.
    Nupkg,
    /// The package for Unity.
    Unity,
    /// The package for Python, for Linux on x86-64.
    #[value(name = "wheel-x86_64-unknown-linux-gnu")]
    WheelForLinux,
    /// The package for Python, for Linux on 64-bit ARM.
    #[value(name = "wheel-aarch64-unknown-linux-gnu")]
    WheelForLinuxOnArm,
    /// The package for Python, for Windows on x86-64.
    #[value(name = "wheel-x86_64-pc-windows-gnu")]
    WheelForWindows,
    /// The crate for Bevy, and the crates that it and other games in Rust compile.
    Crates,
}

impl Piece {
    /// The name of the piece on the command line.
    pub(super) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// The target that its program or its library is compiled for, if it has one.
    pub(super) fn target(self) -> Option<&'static CrossTarget> {
        match self {
            Self::Linux | Self::Oci | Self::Deb => Some(&MUSL),
            Self::LinuxWithSound | Self::CForLinux | Self::WheelForLinux => Some(&GLIBC),
            Self::LinuxOnArm | Self::CForLinuxOnArm | Self::WheelForLinuxOnArm => Some(&ARM),
            Self::Windows | Self::CForWindows | Self::WheelForWindows => Some(&WINDOWS),
            Self::Npm | Self::Nupkg | Self::Unity | Self::Crates => None,
        }
    }

    /// Missing tools, compilers aside, with the command that installs them; `None` if all are here.
    pub(super) fn missing(self) -> Option<String> {
        let packages: &[(&str, &str)] = match self {
            Self::Windows => &[("unzip", "unzip")],
            Self::Deb => &[("dpkg-deb", "dpkg")],
            Self::LinuxWithSound | Self::LinuxOnArm | Self::WheelForLinux | Self::WheelForLinuxOnArm => {
                &[("readelf", "binutils")]
            }
            Self::CForLinux | Self::CForLinuxOnArm => &[("readelf", "binutils"), ("pkg-config", "pkgconf")],
            Self::CForWindows => &[("unzip", "unzip"), ("pkg-config", "pkgconf")],
            Self::Nupkg => &[("unzip", "unzip"), ("readelf", "binutils"), ("mcs", "mono-devel")],
            Self::Unity => &[("readelf", "binutils"), ("mcs", "mono-devel")],
            Self::Linux | Self::Oci | Self::Npm | Self::WheelForWindows | Self::Crates => &[],
        };
        let lacks = |(program, _): &&(&str, &str)| !command::is_on_path(program);
        if self == Self::Npm && !web::has_node() {
            return Some(format!("no Node.js {} or later", web::OLDEST_NODE));
        }
        let (_, package) = packages.iter().find(lacks)?;
        Some(format!("not installed: apt-get install {package}"))
    }
}
