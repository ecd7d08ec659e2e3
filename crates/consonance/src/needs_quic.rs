//! What a program is told that names a server's address without the feature `quic`.

/// What could be an address of a server with the feature `quic`, without which nothing is: the compiler explains that.
#[cfg(not(feature = "quic"))]
#[diagnostic::on_unimplemented(
    message = "the address of a server needs the feature `quic` of the crate `consonance`",
    label = "`quic` is switched off",
    note = "add features = [\"quic\"] to consonance in Cargo.toml",
    note = "or bring a network of your own: VoiceChatBuilder::network, VoiceChat::over"
)]
pub trait ServerAddressNeedsFeatureQuic {}

#[cfg(not(feature = "quic"))]
impl crate::VoiceChatBuilder {
    /// Needs the feature `quic`.
    ///
    /// # Errors
    /// It cannot be called without the feature.
    pub fn server<A: ServerAddressNeedsFeatureQuic>(self, _address: A) -> Result<Self, crate::StartError> {
        Err(crate::StartError::NoNetwork)
    }
}

#[cfg(not(feature = "quic"))]
impl crate::VoiceChat {
    /// Needs the feature `quic`.
    ///
    /// # Errors
    /// It cannot be called without the feature.
    pub fn to<A: ServerAddressNeedsFeatureQuic>(
        address: A,
    ) -> Result<crate::VoiceChatBuilder, crate::StartError> {
        Self::builder().server(address)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    /// The trait as it is above, and a program that meets it as one without the feature would.
    #[test]
    fn the_compiler_says_which_feature_is_missing() {
        let file = include_str!("needs_quic.rs");
        let start = file.find("#[diagnostic").expect("the attribute is above");
        let end = start + file[start..].find("{}").expect("the trait is empty") + 2;
        let program = format!(
            "{}\nfn server<A: ServerAddressNeedsFeatureQuic>(_: A) {{}}\nfn main() {{ server(\"quic://host:1/main\") }}",
            &file[start..end]
        );
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let mut compiler = Command::new(rustc);
        compiler.args(["--edition", "2024", "--emit", "metadata", "-o", "/dev/null", "-"]);
        let piped = compiler.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("the compiler that built this is there");
        child.stdin.take().expect("it is piped").write_all(program.as_bytes()).expect("it reads");
        let said = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&said.stderr);
        assert!(said.contains("the address of a server needs the feature `quic`"), "{said}");
        assert!(said.contains("features = [\"quic\"]"), "{said}");
    }
}
