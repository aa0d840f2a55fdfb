//! English and Spanish words that decide how a sentence's numbers are read.
//!
//! Why it can be wrong: a word that is missing here becomes part of a name (`uses_batch_size`), which then is not the one asked for; a word too many cuts a
//! name short. Names are only ever compared whole, so both lose evidence and neither invents it.
//!
//! Example: `with`, `the` and `use` end a name, `is set to` connects one with its value.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words that belong to no quantity and no name.
pub(super) static FUNCTION_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words(
        "a an the this that these those our their its it we you i they he she which who of in on at to by for from with \
         without within per via as into over under than between across after before during until about around \
         approximately roughly using through and or but nor so if when while where because since then thus also only \
         both each every all any some no not such same more most less least up out here there other is are was were be \
         been being has have had do does did can could will would should may might must use uses used set sets setting \
         train trains trained run runs ran take takes took taking require requires required need needs needed typically \
         usually evaluate evaluates evaluated evaluating contain contains containing include includes including apply \
         applied employ employed fix fixed equal equals keep kept give gives given get gets make makes yields sample \
         resample resampled pad padded let choose chose chosen pass passed initially el la los las un una unos unas lo \
         al del de en con sin por para sobre entre hasta desde según y e o u ni pero que se su sus es son fue fueron \
         era eran ha han hay como más menos cada todo todos toda todas este esta estos estas usa usan usamos utiliza \
         utilizan tiene tienen requiere necesita tarda tardan aproximadamente",
    )
});

/// Words between a name and its value.
pub(super) static CONNECTORS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words(
        "of is was are were be being set fixed initialized initialised equal equals chosen kept to at as de es son fue \
         era igual fijado fijada a en",
    )
});

/// Words that may stand between a name and its value without connecting them.
pub(super) static ADVERBS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words(
        "initially always only just simply also about approximately around roughly exactly then a an the \
         aproximadamente solo sólo siempre",
    )
});

/// Words before a name that do not change what it names.
pub(super) static QUALIFIERS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words("initial default constant fixed peak same single small large standard"));

/// Words behind which a number counts sections, steps, pages, sources.
pub(super) static NUMBERED: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words(
        "section sections sec subsection chapter appendix figure figures fig figs table tables tab equation eq eqs step \
         stage phase algorithm listing page pages p pp issue pr version v release rule claim footnote line lines job \
         jobs task experiment example examples ejemplo exp row column item question part volume vol no nº theorem lemma \
         definition proposition sección capítulo apéndice figura figuras tabla tablas ecuación paso fase página páginas \
         línea líneas versión python cuda cudnn ubuntu gcc",
    )
});

/// Words that years follow.
pub(super) static YEARLY: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words(
        "in since until by year from copyright © january february march april may june july august september october \
         november december jan feb mar apr jun jul aug sep sept oct nov dec spring summer autumn fall winter en desde \
         año al al.",
    )
});

/// What makes a sentence speak of what could be, is advised or expected, rather than of what was done.
pub(super) static HYPOTHETICAL: LazyLock<Vec<&str>> = LazyLock::new(|| {
    phrases(
        "if | e.g. | for example | for instance | such as | try | reduce | reducing | increase | increasing | decrease \
         | decreasing | lower | lowering | instead | could | should | would | might | unless | otherwise | expect | \
         expected | recommend | recommended | suggest | suggested | you can | can be | feel free | consider | example | \
         default to | defaults | choices | like this | si | por ejemplo | p. ej. | reducir | aumentar | puede | puedes \
         | debería | recomendado | recomienda | esperado | ejemplo",
    )
});

/// What makes a sentence say what something needs.
pub(super) static REQUIREMENT: LazyLock<Vec<&str>> = LazyLock::new(|| {
    phrases(
        "require | requires | required | requirement | requirements | need | needs | needed | minimum | minimal | \
         recommended | recommend | recommends | suggested | ideally | at least | or more | or better | or higher | \
         or similar | or equivalent | or above | prerequisites | requiere | requieren | requisito | requisitos | \
         necesita | necesario | necesarios | mínimo | recomendado | recomendada | al menos | o más | o superior | \
         o similar | o equivalente",
    )
});

/// What denies what stands behind it, or right before it.
pub(super) static DENIED: LazyLock<Vec<&str>> = LazyLock::new(|| {
    phrases(
        "not | no | cannot | never | neither | nor | unsupported | untested | instead of | rather than | lack | lacks \
         | nunca | tampoco | sin | en lugar de | en vez de",
    )
});

/// What makes a card one that is or will be supported, rather than one that was used.
pub(super) static PLANNED: LazyLock<Vec<&str>> = LazyLock::new(|| {
    phrases(
        "support for | support of | supports | support on | supported on | supporting | supported gpus | supported cards \
         | is supported | are supported | also supported | compatible | compatibility | planned | plan to | plans to \
         | planning to | future | upcoming | roadmap | todo | to do | soon | will support | will add | will test \
         | will be added | will be tested | will be supported | untested | unsupported | soporte para | soporta \
         | previsto | prevista | futuro | próximamente",
    )
});

/// What makes what a sentence says the work of others.
pub(super) static OF_OTHERS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    phrases(
        "et al | previous work | previous works | prior work | prior works | related work | original authors \
         | original implementation | original paper | authors of | baseline by | baselines by | unlike | their \
         | tested by | reported by | confirmed by | users report | users reported | contributed by | by others \
         | trabajo previo | trabajos previos | artículo original | autores originales",
    )
});

/// Words right before a number that make it a part or a period: `every 20 epochs`, `the first 10 epochs`.
pub(super) static PARTIAL: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words("every after before first last next another additional extra cada tras primeros primeras últimos")
});

/// What makes the number behind it a bound.
pub(super) static BOUND_BEFORE: LazyLock<Vec<&str>> = LazyLock::new(|| {
    phrases(
        "at least | at most | up to | more than | less than | fewer than | greater than | above | below | no more than \
         | al menos | como mínimo | como máximo | hasta | más de | menos de",
    )
});

/// What makes the number before it a bound.
pub(super) static BOUND_BEHIND: LazyLock<Vec<&str>> = LazyLock::new(|| {
    phrases(
        "or more | or less | or higher | or above | or better | or fewer | at least | minimum | o más | o menos | \
         como mínimo | mínimo",
    )
});

/// Headings under which everything is a requirement.
pub(super) static REQUIREMENT_HEADINGS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words("requirement requirements prerequisite prerequisites requisitos requisito requerimientos prerrequisitos")
});

/// Words written with blanks between them.
fn words(list: &'static str) -> HashSet<&'static str> {
    list.split_ascii_whitespace().collect()
}

/// Phrases written with ` | ` between them.
fn phrases(list: &'static str) -> Vec<&'static str> {
    list.split('|').map(str::trim).collect()
}
