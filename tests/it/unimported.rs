//! A remark beside a verdict: a library that is declared and nowhere imported.
//!
//! Why it can be wrong: what is needed by another package, is a tool, or is named by a configuration is imported nowhere
//! either. So of the libraries of a world one alone has the remark, and none once some code was not read.
//!
//! Example: `seaborn` in requirements.txt, and two files of Python that do not import it.

use std::fs;
use std::path::Path;

use crate::program::{AS_OF, package, verify};

const WORLD: &str = "fixtures/cases/dependency/declared-and-not-imported";

fn remarked(folder: &Path) -> Vec<String> {
    let run = verify(folder, &["claims.toml", "--format", "json", "--as-of", AS_OF]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let claims = report["claims"].as_array().expect("claims");
    assert_eq!(claims.len(), 6);
    claims
        .iter()
        .filter(|claim| claim["caveats"].to_string().contains("declared-and-not-imported"))
        .map(|claim| claim["id"].as_str().unwrap_or_default().to_string())
        .collect()
}

#[test]
fn one_library_is_declared_and_nowhere_imported() {
    assert_eq!(remarked(&package().join(WORLD)), ["nowhere-imported"]);
}

#[test]
fn nothing_is_said_where_code_may_import_it_unseen() {
    for (file, text) in [
        ("scripts/broken.py", "import torch\nprint \"x\"\n"),
        (
            "plugins.py",
            "import importlib\nimport sys\n\nimportlib.import_module(sys.argv[1]).run()\n",
        ),
        ("look.py", "import seaborn as sns\n\nsns.set_theme()\n"),
        ("figures.yaml", "with: seaborn.lineplot\n"),
    ] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in [
            "claims.toml",
            "requirements.txt",
            "train.py",
            "conf.yaml",
            "scripts/plot.py",
        ] {
            let to = folder.path().join(name);
            fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
            fs::copy(package().join(WORLD).join(name), to).expect("a copy");
        }
        assert_eq!(remarked(folder.path()), ["nowhere-imported"], "without {file}");
        fs::write(folder.path().join(file), text).expect("a file");
        let said = remarked(folder.path());
        assert!(said.is_empty(), "{file}: {said:?}");
    }
}
