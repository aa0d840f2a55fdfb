//! Logs and accounting that nobody should be handed: a gigabyte on one line, cut off, binary, of an unknown version.
//!
//! Each ends with a verdict that is not green, a gap that names the file and the reason, and no panic; what stands beside
//! it is read as ever.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use crate::program::verify;

const CLAIMS: &str = r#"
[document]
root = "."
[slurm]
accounting = ["sacct.txt", "good.txt"]
[[claim]]
id = "setting"
kind = "parameter"
name = "lr"
value = "0.1"
in = "slurm-7.out"
[[claim]]
id = "time"
kind = "runtime"
value = "1 hour"
of = "eval"
"#;
const GOOD: &str = "JobID|JobName|State|Elapsed\n7|eval|COMPLETED|01:00:00\n";

/// The verdicts of both claims, and the gaps as `file: why detail`.
fn checked(folder: &Path) -> (String, String, Vec<String>) {
    std::fs::write(folder.join("claims.toml"), CLAIMS).expect("written");
    std::fs::write(folder.join("good.txt"), GOOD).expect("written");
    let done = verify(folder, &["claims.toml", "--format", "json"]);
    let report: serde_json::Value =
        serde_json::from_str(&done.stdout).unwrap_or_else(|_| panic!("{} {}", done.stdout, done.stderr));
    let verdict = |at: usize| report["claims"][at]["verdict"].as_str().unwrap_or_default().to_string();
    let gaps = report["gaps"].as_array().cloned().unwrap_or_default();
    let word = |gap: &serde_json::Value, key: &str| gap[key].as_str().unwrap_or_default().to_string();
    let gaps = gaps
        .iter()
        .map(|gap| format!("{}: {} {}", word(gap, "file"), word(gap, "why"), word(gap, "detail")));
    (verdict(0), verdict(1), gaps.collect())
}

#[test]
fn a_gigabyte_on_one_line_is_said_and_not_held() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["slurm-7.out", "sacct.txt"] {
        // A hole: it has the length and takes no room on the disk.
        File::create(folder.path().join(name))
            .unwrap()
            .set_len(1 << 30)
            .unwrap();
    }
    let (setting, time, gaps) = checked(folder.path());
    assert_eq!((setting.as_str(), time.as_str()), ("no-evidence", "supported"));
    for expected in [
        "slurm-7.out: too-large",
        "sacct.txt: broken line 1: a line of more than 1 MB",
    ] {
        assert!(gaps.iter().any(|gap| gap.starts_with(expected)), "{expected}: {gaps:?}");
    }
}

#[test]
fn what_is_cut_off_binary_or_of_an_unknown_version_is_said() {
    let cases: [(&[u8], &str); 5] = [
        (b"JobID|JobName|State|Elapsed\n5|eval|COMPL", "sacct.txt: broken line 2"),
        (
            b"\x7fELF\x02\x01\x01\x00\x00\xff\xfe",
            "sacct.txt: broken no accounting",
        ),
        (
            b"{\"meta\": {\"slurm\": {}}, \"jobs\": [{\"job_id\":",
            "sacct.txt: broken line 1: JSON that is broken or cut off",
        ),
        (
            b"{\"meta\": {\"plugin\": {\"data_parser\": \"data_parser/v9.9.9\"}, \"slurm\": {}}, \"jobs\": []}",
            "sacct.txt: broken its data parser is `data_parser/v9.9.9`",
        ),
        (
            b"JobID           JobName      State\n1  eval  CANCELLED+\n",
            "sacct.txt: broken line 1: a table that cuts its words off",
        ),
    ];
    for (bytes, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        File::create(folder.path().join("sacct.txt"))
            .unwrap()
            .write_all(bytes)
            .unwrap();
        std::fs::write(folder.path().join("slurm-7.out"), bytes).unwrap();
        let (_, time, gaps) = checked(folder.path());
        assert_eq!(time, "supported", "{gaps:?}");
        assert!(gaps.iter().any(|gap| gap.starts_with(expected)), "{expected}: {gaps:?}");
    }
}
