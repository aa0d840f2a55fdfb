//! Claims changed so that no evidence shows them: each key that says something, to a value far outside its bounds.
//!
//! A kind without a value is changed in its subject: another package, another symbol.
//!
//! Why it can be wrong: a change that the bounds still hold, or that the repository shows elsewhere, proves nothing. So
//! the new values stand nowhere, and are far away.
//!
//! Example: `value = "16 kHz"` becomes `value = "98765 kHz"`, `package = "scipy"` becomes `package = "no-such-package"`.

use std::sync::LazyLock;

use regex::Regex;

use crate::corpus::Expected;

/// A number that stands nowhere.
const ELSEWHERE: &str = "98765";
/// The same for what lies between 0 and 1, or below an upper bound.
const SMALL: &str = "0.00321";

/// A claim with one of its keys changed.
#[derive(Debug, Clone)]
pub(crate) struct Mutant {
    pub(crate) block: String,
    /// The line as it is now.
    pub(crate) what: String,
}

/// Every change of one key that must make the claim lose its support; none for `manual`, which vouches for itself.
pub(crate) fn of(claim: &Expected) -> Vec<Mutant> {
    if claim.kind == "manual" {
        return Vec::new();
    }
    let lines: Vec<(&str, &str)> = claim.block.lines().filter_map(|line| line.split_once(" = ")).collect();
    lines
        .iter()
        .filter_map(|(key, raw)| {
            let changed = other(&claim.kind, key, raw.trim(), &lines)?;
            // The line itself: a quote may hold the same words.
            let (was, what) = (format!("\n{key} = {raw}\n"), format!("{key} = {changed}"));
            Some(Mutant {
                block: claim.block.replacen(&was, &format!("\n{what}\n"), 1),
                what,
            })
        })
        .collect()
}

/// The key's new value, where the key says something that can be false.
fn other(kind: &str, key: &str, raw: &str, lines: &[(&str, &str)]) -> Option<String> {
    let has = |key: &str| lines.iter().any(|(name, _)| *name == key);
    let text = |text: &str| Some(format!("\"{text}\""));
    match (kind, key) {
        (_, "value") => Some(value(raw)),
        ("dependency", "version" | "installed") => text("==98765.4"),
        ("dependency", "works-with") => text("0.1-0.2"),
        ("dependency", "package") if !has("version") && !has("works-with") && !has("installed") => {
            text("no-such-package")
        }
        ("dependency", "extra") if raw.starts_with('"') => text("no-such-extra"),
        ("gpu", "model") => text("GTX 1080 Ti"),
        ("scheduler", "system") => text("lsf"),
        ("scheduler", "partition" | "constraint") => text("no-such-nodes"),
        ("scheduler", "memory") => text("98765 GB"),
        ("scheduler", "time-limit") => text("98765 hours"),
        ("gpu", "count") | ("scheduler", "nodes" | "gpus" | "cpus") | ("file", "count" | "lines") => {
            Some(ELSEWHERE.to_string())
        }
        ("decoding", "mode") => text(if raw == "\"sampling\"" { "greedy" } else { "sampling" }),
        ("decoding", "temperature" | "top-p") => Some(SMALL.to_string()),
        ("decoding", "beams" | "top-k" | "max-new-tokens") => Some(ELSEWHERE.to_string()),
        ("usage", "used") if raw == "false" => Some("true".to_string()),
        ("usage", "symbol") if !lines.contains(&("used", "false")) => text("no_such_symbol"),
        ("usage", "with") => {
            static ARGUMENT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"= [^,}]+").expect("a pattern"));
            Some(ARGUMENT.replace(raw, "= \"no such value\" ").into_owned())
        }
        ("pattern", "matches") if !has("value") => Some(ELSEWHERE.to_string()),
        ("file", "sha256") => text(&"0".repeat(64)),
        ("file", "same-as") => text("no/such/file.txt"),
        _ => None,
    }
}

/// A value of the same sort, in the same unit.
fn value(raw: &str) -> String {
    static UNIT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[\d}.](?:\s|~)*([A-Za-zµ%]+)$").expect("a pattern"));
    match raw {
        "true" => return "false".to_string(),
        "false" => return "true".to_string(),
        _ if raw.starts_with('[') => return format!("[{ELSEWHERE}]"),
        _ if raw.starts_with(|c: char| c.is_ascii_digit() || c == '-') => return ELSEWHERE.to_string(),
        _ => {}
    }
    let text = raw.trim_matches(['"', '\'']);
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return "\"no such value\"".to_string();
    }
    let unit = UNIT
        .captures(text)
        .map(|found| found[1].to_string())
        .filter(|unit| !matches!(unit.as_str(), "k" | "M" | "B" | "e" | "x"));
    let unit = unit.map_or_else(String::new, |unit| format!(" {unit}"));
    let bound = ["<=", "≤", "<"].into_iter().find(|sign| text.starts_with(sign));
    match bound {
        Some(sign) => format!("\"{sign} {SMALL}{unit}\""),
        None => format!("\"{ELSEWHERE}{unit}\""),
    }
}

#[test]
fn values_keep_their_sort_and_unit() {
    let cases = [
        ("50", "98765"),
        ("true", "false"),
        ("\"16 kHz\"", "\"98765 kHz\""),
        ("\"<= 2 hours\"", "\"<= 0.00321 hours\""),
        ("\"3-4 hours\"", "\"98765 hours\""),
        ("\"$5\\\\times10^{-5}$\"", "\"98765\""),
        ("\"21,340 = 970 * 22\"", "\"98765\""),
        ("\"21k\"", "\"98765\""),
        ("\"93.7 %\"", "\"98765 %\""),
        ("\"adamw\"", "\"no such value\""),
    ];
    for (raw, expected) in cases {
        assert_eq!(value(raw), expected, "{raw}");
    }
}
