//! What a section is about, by its titles.
//!
//! Why it can be wrong: numbers of other people's work, and results, read like settings. So the innermost title that
//! says something decides, and what stands under results, related work or an introduction drafts nothing.
//!
//! Example: `Results / Implementation Details` speaks of the setup, `Experiments / Ablation Studies` does not.

use std::sync::LazyLock;

use regex::Regex;

/// How a section counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    /// Describes the setup: everything is read.
    Setup,
    /// May: the method, or a title that says nothing.
    Open,
    /// Results, related work, an introduction.
    Other,
    /// Results alone.
    Results,
}

static SETUP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[^a-z])(?:set-?up|settings?|implementation|training|train|hyper-?param|details?|hardware|software|infrastructure|
        comput|runtime|protocol|configuration|pre-?train|fine-?tun|optimi[sz]|decoding|inference|data|corpus|corpora|materials?|experiments?$|
        experimental|reproducib|environment|requirements|installation|usage|generation|prompting|models?\ and|preprocess|
        configuraci|implementaci|entrenamiento|hiperpar|detalles|infraestructura|protocolo|decodificaci|inferencia|datos|experimental|entorno)",
    )
});
/// Titles of setup sections wherever they stand.
static PLAINLY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)set-?up|implementation|details?|hyper-?param|hardware|infrastructure|settings?|reproducib|configuraci|implementaci|detalles|hiperpar",
    )
});
static RESULTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)result|ablation|analys[ie]s|performance|comparison|findings|leaderboard|diagnostics|qualitative|sensitivity|robustness|
        resultado|an[áa]lisis|comparaci",
    )
});
static OTHER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)related|conclusion|introduction|abstract|discussion|limitation|acknowledg|background|broader|impact|ethic|declaration|
        funding|reference|motivation|theor|proof|future|prior\ work|licen[sc]e|citation|changelog|news|what's\ new|contribut|contact|badges|
        baselines?$|relacionado|introducci|conclusi|discusi|limitaci|agradecim|referencias|resumen|trabajos?\ previos?",
    )
});

fn pattern(text: &str) -> Regex {
    // Blanks of the layout are none of the pattern.
    let text: String = text.split('\n').map(str::trim).collect();
    Regex::new(&text.replace("\\ ", " ")).expect("a constant that the tests compile")
}

impl Section {
    /// By the titles over a passage, outermost first; `headed`: whether the text has any headings.
    pub(super) fn of(titles: &[String], headed: bool) -> Section {
        if titles.is_empty() {
            // Before the first heading stand title and abstract.
            return if headed { Section::Other } else { Section::Setup };
        }
        let mut setup = false;
        for title in titles.iter().rev() {
            if OTHER.is_match(title) {
                return Section::Other;
            }
            if RESULTS.is_match(title) {
                return Section::Results;
            }
            // `Data` under `Results` is of the results.
            if PLAINLY.is_match(title) {
                return Section::Setup;
            }
            setup = setup || SETUP.is_match(title);
        }
        if setup {
            return Section::Setup;
        }
        Section::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_title_that_says_something_decides() {
        let rows: &[(&[&str], Section)] = &[
            (&["Experimental Setup", "Hardware and Runtime"], Section::Setup),
            (&["Results", "Implementation Details"], Section::Setup),
            (&["Experiments", "Ablation Studies"], Section::Results),
            (&["Experiments", "Datasets"], Section::Setup),
            (&["Experiments", "Baselines"], Section::Other),
            (&["Related Work", "Data augmentation"], Section::Other),
            (&["Results", "Cross-dataset generalization"], Section::Results),
            (&["Related Work"], Section::Other),
            (&["Method"], Section::Open),
            (&["Method", "Ours"], Section::Open),
            (&["Configuración experimental"], Section::Setup),
            (&["Training Results"], Section::Results),
        ];
        for (titles, section) in rows {
            let titles: Vec<String> = titles.iter().map(ToString::to_string).collect();
            assert_eq!(Section::of(&titles, true), *section, "{titles:?}");
        }
        assert_eq!(Section::of(&[], true), Section::Other);
        assert_eq!(Section::of(&[], false), Section::Setup);
    }
}
