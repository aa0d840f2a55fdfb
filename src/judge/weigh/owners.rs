//! Whether a statement bears a claim's name, and whether the claim's `of` owns it.
//!
//! Why it can be wrong: a name that is part of another, or an owner somewhere outside, brings in another component's
//! value. Names are compared whole, owners by whole parts that stand in a row, and the nearest owner speaks.
//!
//! Example: `of = "QwenAudio._pad_audio"` owns the parameter `sample_rate` of that method.

use crate::evidence::{Evidence, Statement, StatementId};

/// Words beside the stem of a name with a star that do not make another thing of it: `accum_iter`, `num_accum_steps`.
const COUNTING: &str = "gradient gradients grad grads steps step iter iters iteration iterations batches batch num n freq \
    factor every number of count size";

/// Whether an identifier is one of the names: `-` is `_`, constants also in upper case. `accum*` is any name of counting
/// words of which one begins so (`accum_loss` is none).
pub(crate) fn bears(name: &str, names: &[String]) -> bool {
    let name = name.replace('-', "_");
    names.iter().any(|wanted| {
        if let Some(stem) = wanted.strip_suffix('*') {
            let words: Vec<String> = name.to_lowercase().split('_').map(str::to_string).collect();
            let counts =
                |word: &String| word.starts_with(stem) || COUNTING.split_ascii_whitespace().any(|other| other == word);
            return words.iter().any(|word| word.starts_with(stem)) && words.iter().all(counts);
        }
        let wanted = wanted.replace('-', "_");
        name == wanted || name == wanted.to_uppercase()
    })
}

/// Whether `of` names an enclosing owner: its dotted parts stand in a row among the owners, the file's name among them.
pub(crate) fn owned(statement: &Statement, of: &str) -> bool {
    let file = statement.place.file.as_str();
    let base = file.rsplit('/').next().unwrap_or(file);
    let stem = base.split('.').next().unwrap_or(base);
    let wanted: Vec<&str> = of.split(['.', '/']).filter(|part| !part.is_empty()).collect();
    if of == file || of == base || of == stem || file.ends_with(&format!("/{of}")) {
        return true;
    }
    let owners: Vec<&str> = std::iter::once(stem)
        .chain(statement.owner.iter().flat_map(|owner| owner.split('.')))
        .collect();
    let alike = |a: &str, b: &str| a.replace('-', "_") == b.replace('-', "_");
    if statement.owner.iter().any(|owner| alike(owner, of)) {
        return true;
    }
    !wanted.is_empty()
        && owners
            .windows(wanted.len())
            .any(|window| window.iter().zip(&wanted).all(|(owner, part)| alike(owner, part)))
}

/// Of statements that `of` owns, those it encloses most closely: the parameter of a class speaks before the entry of a
/// dictionary somewhere inside it.
pub(super) fn nearest_owner(evidence: &Evidence, of: Option<&str>, code: &mut Vec<StatementId>) {
    let Some(of) = of else { return };
    let last = of.rsplit(['.', '/']).next().unwrap_or(of);
    let distance = |id: &StatementId| {
        let inner = evidence.statements[*id]
            .owner
            .iter()
            .flat_map(|owner| owner.split('.'))
            .filter(|part| *part != "__init__");
        let owners: Vec<&str> = inner.collect();
        owners
            .iter()
            .rposition(|owner| *owner == last)
            .map_or(usize::MAX, |at| owners.len() - 1 - at)
    };
    let Some(nearest) = code.iter().map(distance).min() else {
        return;
    };
    code.retain(|id| distance(id) == nearest);
}
