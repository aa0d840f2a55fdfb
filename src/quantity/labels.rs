//! Words that say that the number beside them is no quantity: `Table 3`, `Python 3.10`, `22 December`, `in 2024`.
//!
//! A word missing here lets a label through as a quantity; a word too many hides one. Both cost a question, not a verdict,
//! since prose votes only for a claim whose subject it names. In English and Spanish, lower case.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words before a number that make it a label: a section, a version, a page.
pub(super) static LABELS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words(
        "§ §§ # section sections sec sec. sect. subsection chapter chap. appendix app. table tables tab. figure figures \
         fig fig. figs. equation eq eq. eqs. algorithm alg. theorem lemma line lines page pages p. pp. step issue \
         option opción claim version versions v v. ver. release python cuda cudnn pytorch torch tensorflow rtx gtx \
         tesla geforce quadro sección secciones capítulo apéndice tabla tablas figura figuras ecuación algoritmo línea \
         líneas página páginas paso versión afirmación job jobs",
    )
});

pub(super) static MONTHS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words(
        "january february march april may june july august september october november december jan feb mar apr jun jul \
         aug sep sept oct nov dec enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre \
         diciembre",
    )
});

/// Words before a number between 1900 and 2039 that leave it a year, whatever follows.
pub(super) static YEAR_WORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words("in since from until by during before after of en desde del de año copyright © (c)"));

/// Words written with blanks between them.
fn words(list: &'static str) -> HashSet<&'static str> {
    list.split_ascii_whitespace().collect()
}
