//! What LaTeX commands stand for: symbols, accents, siunitx units, and how many arguments of a command are no text.
//!
//! Why it can be wrong: a command that is not in a table keeps the text of its arguments and loses its name, so an
//! unknown `\vspace`-like command leaves a stray length in a sentence. The tables hold what papers use.
//!
//! Example: `\geq` is `≥`, `\'e` is `é`, `\kilo\hertz` is `kHz`, `\label{…}` is nothing.

/// The text of a command without arguments; nothing where the command is not known to have one.
pub(super) fn symbol(name: &str) -> Option<&'static str> {
    Some(match name {
        "%" => "%",
        "&" => "&",
        "#" => "#",
        "$" => "$",
        "_" => "_",
        "{" => "{",
        "}" => "}",
        "," | "thinspace" => "\u{2009}",
        " " | ";" | ":" | ">" | "\n" | "\t" | "quad" | "qquad" | "enspace" | "space" | "nobreakspace" | "hfill" => " ",
        "\\" | "newline" | "tabularnewline" | "cr" => "\n",
        "par" => "\n\n",
        "times" => "×",
        "cdot" => "·",
        "pm" => "±",
        "mp" => "∓",
        "leq" | "le" | "leqslant" => "≤",
        "geq" | "ge" | "geqslant" => "≥",
        "neq" | "ne" => "≠",
        "lt" | "textless" => "<",
        "gt" | "textgreater" => ">",
        "ll" => "≪",
        "gg" => "≫",
        "approx" | "sim" | "simeq" | "textasciitilde" | "texttildelow" => "~",
        "to" | "rightarrow" | "longrightarrow" | "textrightarrow" => "→",
        "leftarrow" | "gets" => "←",
        "infty" => "∞",
        "in" => "∈",
        "ldots" | "dots" | "cdots" | "textellipsis" | "dotsc" => "…",
        "textendash" => "–",
        "textemdash" => "—",
        "textunderscore" => "_",
        "textbackslash" | "backslash" => "\\",
        "textbar" | "mid" | "vert" => "|",
        "textasciicircum" => "^",
        "textdegree" | "degree" | "circ" => "°",
        "textmu" | "micro" | "mu" => "μ",
        "textquotesingle" => "'",
        "textquotedblleft" | "textquotedblright" => "\"",
        "lbrace" => "{",
        "rbrace" => "}",
        "slash" => "/",
        "ss" => "ß",
        "ae" => "æ",
        "o" => "ø",
        "aa" => "å",
        "i" | "imath" => "i",
        "j" | "jmath" => "j",
        "S" => "§",
        "P" => "¶",
        "copyright" => "©",
        "ell" => "ℓ",
        "LaTeX" => "LaTeX",
        "TeX" => "TeX",
        "alpha" => "α",
        "beta" => "β",
        "gamma" => "γ",
        "Gamma" => "Γ",
        "delta" => "δ",
        "Delta" => "Δ",
        "epsilon" | "varepsilon" => "ε",
        "zeta" => "ζ",
        "eta" => "η",
        "theta" => "θ",
        "Theta" => "Θ",
        "kappa" => "κ",
        "lambda" => "λ",
        "Lambda" => "Λ",
        "nu" => "ν",
        "xi" => "ξ",
        "pi" => "π",
        "Pi" => "Π",
        "rho" => "ρ",
        "sigma" => "σ",
        "Sigma" => "Σ",
        "tau" => "τ",
        "phi" | "varphi" => "φ",
        "Phi" => "Φ",
        "chi" => "χ",
        "psi" => "ψ",
        "Psi" => "Ψ",
        "omega" => "ω",
        "Omega" => "Ω",
        "log" => "log",
        "exp" => "exp",
        "max" => "max",
        "min" => "min",
        "sum" => "∑",
        "prod" => "∏",
        "partial" => "∂",
        "nabla" => "∇",
        "checkmark" => "✓",
        _ => return None,
    })
}

/// The letter with the accent on it; nothing where there is no such letter.
pub(super) fn accented(accent: &str, letter: char) -> Option<char> {
    let (plain, marked) = match accent {
        "'" => ("aeiouyAEIOUYncszNCSZ", "áéíóúýÁÉÍÓÚÝńćśźŃĆŚŹ"),
        "`" => ("aeiouAEIOU", "àèìòùÀÈÌÒÙ"),
        "^" => ("aeiouAEIOU", "âêîôûÂÊÎÔÛ"),
        "\"" => ("aeiouyAEIOU", "äëïöüÿÄËÏÖÜ"),
        "~" => ("anoANO", "ãñõÃÑÕ"),
        "c" => ("csCS", "çşÇŞ"),
        "v" => ("cszerCSZER", "čšžěřČŠŽĚŘ"),
        "r" => ("auAU", "åůÅŮ"),
        "." => ("zeZ", "żėŻ"),
        "=" => ("aeiouAEIOU", "āēīōūĀĒĪŌŪ"),
        "H" => ("ouOU", "őűŐŰ"),
        "u" => ("agAG", "ăğĂĞ"),
        "k" => ("aeAE", "ąęĄĘ"),
        _ => return None,
    };
    plain
        .chars()
        .position(|c| c == letter)
        .and_then(|at| marked.chars().nth(at))
}

/// Whether the command puts an accent on what follows.
pub(super) fn is_accent(name: &str) -> bool {
    accented_by(name).is_some()
}

fn accented_by(name: &str) -> Option<char> {
    ["a", "c", "z", "o"]
        .iter()
        .find_map(|letter| accented(name, letter.chars().next()?))
}

/// How many arguments in braces, right behind the command, are no text; its other arguments are kept.
pub(super) fn dropped_arguments(name: &str) -> Option<usize> {
    let bare = name.trim_end_matches('*');
    if bare.starts_with("cite") || bare.starts_with("Cite") {
        return Some(1);
    }
    Some(match bare {
        "label" | "ref" | "eqref" | "autoref" | "cref" | "Cref" | "pageref" | "nameref" | "secref" | "figref"
        | "vref" | "hyperref" | "parencite" | "textcite" | "autocite" | "footcite" | "fullcite" | "nocite"
        | "bibitem" | "bibliography" | "bibliographystyle" | "addbibresource" | "printbibliography" | "usepackage"
        | "RequirePackage" | "documentclass" | "includegraphics" | "vspace" | "hspace" | "vskip" | "pagestyle"
        | "thispagestyle" | "hypersetup" | "graphicspath" | "includeonly" | "color" | "todo" | "author" | "thanks"
        | "date" | "affil" | "href" | "textcolor" | "colorbox" | "fontsize" | "scalebox" | "raisebox" | "rotatebox"
        | "makebox" | "parbox" | "usetikzlibrary" | "sisetup" | "DeclareSIUnit" | "cmidrule" | "cline"
        | "selectlanguage" | "foreignlanguage" | "rowcolor" | "cellcolor" | "columnwidth" | "phantom" | "hphantom"
        | "vphantom" | "pgfplotsset" | "lstset" | "captionsetup" | "caption@setup" | "input@path" | "tag"
        | "bibinfo" => 1,
        "setlength"
        | "addtolength"
        | "setcounter"
        | "addtocounter"
        | "newtheorem"
        | "definecolor"
        | "multicolumn"
        | "multirow"
        | "resizebox"
        | "newcolumntype"
        | "fcolorbox"
        | "renewenvironment"
        | "newenvironment"
        | "DeclareMathOperator" => 2,
        _ => return None,
    })
}

/// Whether the body of the environment is printed as it stands.
pub(super) fn is_verbatim(environment: &str) -> bool {
    matches!(
        environment.trim_end_matches('*'),
        "verbatim" | "Verbatim" | "lstlisting" | "minted" | "alltt" | "BVerbatim" | "LVerbatim"
    )
}

/// Whether the body of the environment is no text of the paper.
pub(super) fn is_hidden(environment: &str) -> bool {
    matches!(
        environment,
        "comment" | "tikzpicture" | "pgfpicture" | "thebibliography" | "filecontents" | "filecontents*" | "CCSXML"
    )
}

/// How many arguments in braces the environment has before its body that are no text.
pub(super) fn environment_arguments(environment: &str) -> usize {
    match environment.trim_end_matches('*') {
        "tabular" | "array" | "longtable" | "supertabular" | "minipage" | "wrapfigure" | "multicols" | "adjustbox"
        | "list" | "thm" => 1,
        "tabularx" | "tabulary" | "wraptable" => 2,
        _ => 0,
    }
}

/// Rank of a heading: chapter 0, section 1, down to subparagraph 5.
pub(super) fn heading(name: &str) -> Option<u8> {
    Some(match name.trim_end_matches('*') {
        "chapter" => 0,
        "section" => 1,
        "subsection" => 2,
        "subsubsection" => 3,
        "paragraph" => 4,
        "subparagraph" => 5,
        _ => return None,
    })
}

/// siunitx units in macro form: `\kilo\hertz` is `kHz`, `\meter\per\second` is `m/s`; plain text stays.
pub(super) fn unit(source: &str) -> String {
    let mut unit = String::new();
    let mut rest = source.trim();
    while let Some(c) = rest.chars().next() {
        if c != '\\' {
            if !matches!(c, '{' | '}' | '~' | '$') {
                unit.push(c);
            }
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let name: &str = &rest[1..];
        let end = name.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(name.len());
        let (word, behind) = name.split_at(end);
        match unit_word(word) {
            Some(sign) => unit.push_str(sign),
            None if word.is_empty() => {
                // `\%`
                unit.extend(behind.chars().next());
                rest = &behind[behind.chars().next().map_or(0, char::len_utf8)..];
                continue;
            }
            None => unit.push_str(word),
        }
        rest = behind.trim_start();
    }
    unit
}

fn unit_word(word: &str) -> Option<&'static str> {
    Some(match word {
        "kilo" => "k",
        "mega" => "M",
        "giga" => "G",
        "tera" => "T",
        "milli" => "m",
        "micro" => "µ",
        "nano" => "n",
        "centi" => "c",
        "deci" => "d",
        "kibi" => "Ki",
        "mebi" => "Mi",
        "gibi" => "Gi",
        "tebi" => "Ti",
        "per" => "/",
        "hertz" | "Hz" => "Hz",
        "kHz" => "kHz",
        "MHz" => "MHz",
        "GHz" => "GHz",
        "second" | "s" => "s",
        "ms" => "ms",
        "us" => "µs",
        "minute" => "min",
        "hour" => "h",
        "day" => "d",
        "byte" => "B",
        "bit" => "bit",
        "percent" => "%",
        "decibel" | "dB" => "dB",
        "meter" | "metre" => "m",
        "gram" => "g",
        "kilogram" | "kg" => "kg",
        "watt" => "W",
        "volt" => "V",
        "joule" => "J",
        "degree" => "°",
        "GB" => "GB",
        "MB" => "MB",
        _ => return None,
    })
}
