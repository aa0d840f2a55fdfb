//! What a package's version says of CUDA and cuDNN: a local part, a build of conda, the index it comes from.
//!
//! Why it can be wrong: `cu118` is CUDA 11.8 and `cu92` is 9.2: the last digit is the minor version. A build for the
//! processor alone says nothing, and a version of CUDA that a wheel brings is not what the driver supports.
//!
//! Example: `torch==2.1.0+cu118` declares `cuda` `==11.8.*` beside `torch`.

use crate::evidence::{Form, Statement, Subject};
use crate::quantity::Value;

/// Adds what declared packages say of CUDA and cuDNN, at the same places.
pub(in crate::source) fn beside(statements: &mut Vec<Statement>) {
    let mut more = Vec::new();
    for statement in statements
        .iter()
        .filter(|statement| statement.form == Form::Requirement)
    {
        let Subject::Dependency { .. } = &statement.subject else {
            continue;
        };
        let Some(Value::Text(specifier)) = statement.value.literal() else {
            continue;
        };
        for (name, version) in spoken_of(specifier) {
            let mut other = statement.clone();
            if let Subject::Dependency { package, .. } = &mut other.subject {
                *package = name.to_string();
            }
            other.value = crate::evidence::Expr::Value(Value::Text(version));
            // The version is written out here, in PEP 440, whoever's notation it was found in.
            other
                .owner
                .retain(|owner| owner != super::conda::CONDA && owner != "poetry");
            more.push(other);
        }
    }
    statements.append(&mut more);
}

/// Packages and specifiers that one specifier speaks of.
fn spoken_of(specifier: &str) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    let local = specifier
        .split_once("%2B")
        .or_else(|| {
            specifier
                .split_once('+')
                .filter(|_| specifier.starts_with(['=', '~', '<', '>']))
        })
        .map(|(_, local)| local);
    let index = specifier.split_once("/whl/").map(|(_, index)| index);
    if let Some(cuda) = [local, index].into_iter().flatten().find_map(tag) {
        out.push(("cuda", cuda));
    }
    // `=2.1.0=py3.10_cuda11.8_cudnn8.7.0_0`
    let build = specifier.strip_prefix('=').and_then(|rest| rest.split_once('='));
    for part in build.map_or("", |(_, build)| build).split(['_', '-']) {
        out.extend(
            ["cuda", "cudnn"]
                .into_iter()
                .filter_map(|name| Some((name, named(part, name)?))),
        );
    }
    out
}

/// `cu118` at the beginning of a text as `==11.8.*`.
pub(in crate::source) fn tag(text: &str) -> Option<String> {
    let digits = text.trim_start_matches("nightly/").strip_prefix("cu")?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let digits = &digits[..end];
    if !(2..=3).contains(&digits.len()) {
        return None;
    }
    let (major, minor) = digits.split_at(digits.len() - 1);
    Some(format!("=={major}.{minor}.*"))
}

/// `cuda11.8` as `==11.8.*`, `cudnn8` as `==8.*`, `cudnn8.7.0` as `==8.7.0`.
pub(in crate::source) fn named(part: &str, name: &str) -> Option<String> {
    let version = part.strip_prefix(name)?;
    let fits = version.starts_with(|c: char| c.is_ascii_digit())
        && version.ends_with(|c: char| c.is_ascii_digit())
        && version.chars().all(|c| c.is_ascii_digit() || c == '.');
    if !fits {
        return None;
    }
    // `cuda118` of some builds has no point.
    match (name, version.contains('.'), version.len()) {
        ("cuda", false, 3) => tag(&format!("cu{version}")),
        _ => Some(exact(version)),
    }
}

/// A version of three parts is exact; fewer are every release below.
pub(in crate::source) fn exact(version: &str) -> String {
    if version.matches('.').count() >= 2 {
        format!("=={version}")
    } else {
        format!("=={version}.*")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuda_is_read_from_versions_builds_and_indexes() {
        for (specifier, want) in [
            ("==2.1.0+cu118", "cuda==11.8.*"),
            ("==1.9.0+cu92", "cuda==9.2.*"),
            ("==2.1.0+cpu", ""),
            ("==2.1.0", ""),
            (
                "https://h/torch-1.9.0%2Bcu111-cp38-cp38-linux_x86_64.whl",
                "cuda==11.1.*",
            ),
            ("https://h/whl/cu121/torch-2.1.0-cp310.whl", "cuda==12.1.*"),
            ("git+https://h/x/cu118.git", ""),
            ("=2.1.0=py3.10_cuda11.8_cudnn8.7.0_0", "cuda==11.8.* cudnn==8.7.0"),
            ("=2.1.0=cuda118py310", ""),
            ("=1.12=gpu_cuda112_0", "cuda==11.2.*"),
        ] {
            let said: Vec<String> = spoken_of(specifier)
                .into_iter()
                .map(|(package, version)| format!("{package}{version}"))
                .collect();
            assert_eq!(said.join(" "), want, "{specifier}");
        }
    }
}
