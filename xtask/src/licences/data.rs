//! Third-party data that is embedded in our crates.

/// A third-party file, or one that is derived from such a file.
pub(super) struct Data {
    /// A description of the data.
    pub(super) name: &'static str,
    /// Its path in the repository.
    pub(super) file: &'static str,
    /// The terms in one sentence.
    pub(super) terms: &'static str,
    /// The names to give, and the terms in their authors' words.
    pub(super) notice: &'static str,
}

/// All third-party data.
pub(super) const ALL: &[Data] = &[
    Data {
        name: "KEMAR, the head that voices on headphones are placed by",
        file: "crates/audio/data/kemar.head",
        terms: "free for any use that names the authors: Bill Gardner and Keith Martin, MIT Media Laboratory, 1994",
        notice: include_str!("../../../crates/audio/data/KEMAR-LICENCE.txt"),
    },
    Data {
        name: "DeepFilterNet3, the weights of the noise level Strong",
        file: "crates/audio/model/encoder.weights",
        terms: "MIT or Apache-2.0, Hendrik Schröter, 2021",
        notice: include_str!("../../../crates/audio/model/LICENSE-MIT"),
    },
    Data {
        name: "GTCRN, the weights of the noise level StrongLight",
        file: "crates/audio/model/light.weights",
        terms: "MIT, Rong Xiaobin, 2024",
        notice: include_str!("../../../crates/audio/model/LICENSE-MIT-GTCRN"),
    },
];
