//! Which package an import, a symbol or a spelling stands for.
//!
//! Why it can be wrong: an import name says nothing about the package that brings it (`cv2`), and several packages may
//! bring the same one (`faiss-cpu`, `faiss-gpu`). The table (`src/source/python/import-names.toml`) names the usual one;
//! what it does not name is the import's own name, normalised.
//!
//! Example: `import cv2` is an import of `opencv-python`; `transformers.BitsAndBytesConfig` needs `bitsandbytes`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    imports: BTreeMap<String, String>,
    symbols: BTreeMap<String, String>,
    spelled: BTreeMap<String, String>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        toml::from_str(include_str!("import-names.toml")).expect("the committed table parses: a test reads it")
    })
}

/// A package's name as PEP 503 normalises it: lower case, runs of `-`, `_` and `.` are one `-`.
pub fn normalised(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for part in name.trim().split(['-', '_', '.', ' ']).filter(|part| !part.is_empty()) {
        if !out.is_empty() {
            out.push('-');
        }
        out.push_str(&part.to_lowercase());
    }
    out
}

/// The package that brings a dotted module: `sklearn.svm` is `scikit-learn`.
pub fn of_import(module: &str) -> String {
    let top = module.split('.').next().unwrap_or(module);
    table()
        .imports
        .get(top)
        .map_or_else(|| normalised(top), |package| package.clone())
}

/// The package that a dotted symbol needs beside the one it is imported from.
pub fn needed_by(symbol: &str) -> Option<&'static str> {
    table().symbols.get(symbol).map(String::as_str)
}

/// The package that a person means: `PyTorch` is `torch`; any other name is itself, normalised.
pub fn spelled_as(name: &str) -> String {
    let name = normalised(name);
    table().spelled.get(&name).cloned().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_symbols_and_spellings_name_their_package() {
        for (module, package) in [
            ("cv2", "opencv-python"),
            ("sklearn.svm", "scikit-learn"),
            ("PIL.Image", "pillow"),
            ("yaml", "pyyaml"),
            ("torch.nn", "torch"),
        ] {
            assert_eq!(of_import(module), package);
        }
        assert_eq!(needed_by("transformers.BitsAndBytesConfig"), Some("bitsandbytes"));
        assert_eq!(needed_by("transformers.AutoModel"), None);
        for (said, package) in [
            ("PyTorch", "torch"),
            ("Flash_Attention", "flash-attn"),
            ("peft", "peft"),
            ("ruamel.yaml", "ruamel-yaml"),
        ] {
            assert_eq!(spelled_as(said), package);
        }
    }

    #[test]
    fn the_table_holds_normalised_names_only() {
        let table = table();
        for package in table
            .imports
            .values()
            .chain(table.symbols.values())
            .chain(table.spelled.values())
        {
            assert_eq!(&normalised(package), package);
        }
        for spelling in table.spelled.keys() {
            assert_eq!(&normalised(spelling), spelling, "a spelling is looked up normalised");
        }
    }
}
