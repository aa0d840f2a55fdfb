//! Which package an import or a symbol stands for.
//!
//! Why it can be wrong: an import name says nothing about the package that brings it (`cv2`), and several packages may
//! bring the same one (`faiss-cpu`, `faiss-gpu`). The table (`src/source/python/import-names.toml`) names the usual one;
//! what it does not name is the import's own name, normalised.
//!
//! Example: `import cv2` is an import of `opencv-python`; `transformers.BitsAndBytesConfig` needs `bitsandbytes`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::quantity::packages::normalised;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    imports: BTreeMap<String, String>,
    symbols: BTreeMap<String, String>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        toml::from_str(include_str!("import-names.toml")).expect("the committed table parses: a test reads it")
    })
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
    }

    #[test]
    fn the_table_holds_normalised_names_only() {
        let table = table();
        for package in table.imports.values().chain(table.symbols.values()) {
            assert_eq!(&normalised(package), package);
        }
    }
}
