//! Every sort of mistake: the line where it is reported, written by hand, the words of its remedy, and its picture.

use std::fmt::Write;

use proptest::prelude::*;

use super::*;
use crate::claim::render;
use crate::place::SourceText;

/// A mistake: its name, the file, and for each problem its line (counted by hand), a part of its message, and a part of its hint ("" for
/// none).
struct Case {
    name: &'static str,
    text: &'static str,
    problems: &'static [(u32, &'static str, &'static str)],
}

const fn case(name: &'static str, text: &'static str, problems: &'static [(u32, &'static str, &'static str)]) -> Case {
    Case { name, text, problems }
}

/// A claim of kind `parameter` around the lines of a case, which begin on line 5.
macro_rules! parameter {
    ($lines:literal) => {
        concat!("[[claim]]\nid = \"x\"\nkind = \"parameter\"\nname = \"lr\"\n", $lines)
    };
}

/// A `batch-size` claim; the lines begin on line 4.
macro_rules! batch {
    ($lines:literal) => {
        concat!("[[claim]]\nid = \"x\"\nkind = \"batch-size\"\n", $lines)
    };
}

/// A right claim, so that what is tested is the rest of the file. It is three lines and a blank one.
macro_rules! beside_a_right_claim {
    ($lines:literal) => {
        concat!("[[claim]]\nid = \"x\"\nkind = \"gpu\"\nmodel = \"A100\"\n", $lines)
    };
}

#[rustfmt::skip]
const CASES: &[Case] = &[
    // The file.
    case("no claims", "[document]\ntitle = \"Setup\"\n", &[(2, "the file has no claim", "`[[claim]]`")]),
    case("empty file", "", &[(1, "the file has no claim", "`[[claim]]`")]),
    case("empty list of claims", "claim = []\n", &[(1, "the file has no claim", "`[[claim]]`")]),
    case("one bracket", "[claim]\nid = \"x\"\n", &[(1, "`claim` is a list of tables; this is a table", "two brackets")]),
    case("claims for claim", "[[claims]]\nid = \"x\"\nkind = \"gpu\"\n", &[(1, "has no `claims` at its top", "did you mean `claim`?")]),
    case("unknown table", beside_a_right_claim!("[documnet]\ntitle = \"x\"\n"), &[(5, "has no `documnet` at its top", "did you mean `document`?")]),
    case("key above its table", "root = \"..\"\n[[claim]]\nid = \"x\"\nkind = \"gpu\"\ncount = 1\n", &[(1, "has no `root` at its top", "belongs under `[document]`")]),
    case("unknown document key", beside_a_right_claim!("[document]\nlanguge = \"es\"\n"), &[(6, "`[document]` has no key `languge`", "did you mean `language`?")]),
    case("unknown language", beside_a_right_claim!("[document]\nlanguage = \"fr\"\n"), &[(6, "`fr` is no `language`; there are `en` and `es`", "")]),
    case("section that is no table", concat!("document = 3\n", "[[claim]]\nid = \"x\"\nkind = \"gpu\"\ncount = 1\n"), &[(1, "`document` is a table; this is a whole number", "write `[document]`")]),
    case("age that is none", beside_a_right_claim!("[machine]\nmax-age = \"365\"\n"), &[(6, "`365` is no duration above zero", "")]),
    // TOML itself.
    case("broken line", batch!("value = \nin = [\"a.py\"]\nnmae = \"b\"\n"), &[(4, "this is no TOML", ""), (6, "has no key `nmae`", "did you mean `name`?")]),
    case("two broken lines", "[[claim]]\nid = \"x\nkind = \"gpu\"\n[[claim]]\nid = \"y\"\nkind = gpu\n", &[(2, "this is no TOML", ""), (6, "this is no TOML", "")]),
    case("key twice", batch!("value = 5\nvalue = 6\n"), &[(5, "duplicate key", "")]),
    // Ids and kinds.
    case("no id", "[[claim]]\nkind = \"gpu\"\ncount = 1\n", &[(1, "the claim has no `id`", "`id = \"batch\"`")]),
    case("no kind", "[[claim]]\nid = \"x\"\nvalue = 3\n", &[(1, "the claim has no `kind`", "the kinds are `parameter`")]),
    case("neither", "[[claim]]\n", &[(1, "has no `kind`", "the kinds are"), (1, "has no `id`", "")]),
    case("unknown kind", "[[claim]]\nid = \"x\"\nkind = \"bach-size\"\nvalue = 3\nper = \"step\"\n", &[(3, "there is no kind `bach-size`", "did you mean `batch-size`?")]),
    case("unknown kind far from all", "[[claim]]\nid = \"x\"\nkind = \"colour\"\n", &[(3, "there is no kind `colour`", "the kinds are")]),
    case("kind of another type", "[[claim]]\nid = \"x\"\nkind = 3\n", &[(3, "`kind` takes a text; this is a whole number", "in quotes: `\"3\"`")]),
    case(
        "duplicate id",
        "[[claim]]\nid = \"x\"\nkind = \"gpu\"\ncount = 1\n\n[[claim]]\nid = \"x\"\nkind = \"gpu\"\ncount = 2\n",
        &[(7, "two claims have the id `x`", "unique in its file")],
    ),
    case("id of two lines", "[[claim]]\nid = \"x\\ny\"\nkind = \"gpu\"\ncount = 1\n", &[(2, "an `id` is one line", "")]),
    case("kind misspelled as a key", "[[claim]]\nid = \"x\"\nknid = \"gpu\"\n", &[(3, "no kind of claim has a key `knid`", "did you mean `kind`?")]),
    // Keys.
    case("unknown key", batch!("vaule = 50\n"), &[(4, "a claim of kind `batch-size` has no key `vaule`", "did you mean `value`?")]),
    case("unknown key far from all", batch!("value = 50\ncolour = \"red\"\n"), &[(5, "has no key `colour`", "its keys are `per`, `in`")]),
    case("key of another kind", batch!("value = 50\nselect = \"$.a\"\n"), &[(5, "a claim of kind `batch-size` takes no `select`", "`select` belongs to `samples`")]),
    case("shared key that the kind has not", "[[claim]]\nid = \"x\"\nkind = \"dependency\"\npackage = \"torch\"\ntolerance = \"5 %\"\n", &[(5, "a claim of kind `dependency` takes no `tolerance`", "what it takes is `package`")]),
    case("missing required key", "[[claim]]\nid = \"x\"\nkind = \"dependency\"\nversion = \"2.1\"\n", &[(1, "the claim `x` of kind `dependency` has no `package`", "`package`: A key of the tests.")]),
    case("claims nothing", "[[claim]]\nid = \"x\"\nkind = \"gpu\"\nquote = \"on GPUs\"\n", &[(1, "a gpu claim needs `model`, `count`, or both", "")]),
    case("both versions", "[[claim]]\nid = \"x\"\nkind = \"dependency\"\npackage = \"torch\"\nversion = \"2.1\"\nworks-with = \"3.8-3.11\"\n", &[(6, "one of `version` and `works-with`", "")]),
    // Types.
    case("text for a number", "[[claim]]\nid = \"x\"\nkind = \"gpu\"\ncount = \"two\"\n", &[(4, "`count` takes a whole number; this is a text", "")]),
    case("number in quotes", "[[claim]]\nid = \"x\"\nkind = \"gpu\"\ncount = \"1,024\"\n", &[(4, "`count` takes a whole number; this is a text", "write `1_024` without quotes")]),
    case("number for a text", batch!("value = 50\nsection = 4.10\n"), &[(5, "`section` takes a text; this is a number", "in quotes: `\"4.10\"`")]),
    case("text for a truth value", "[[claim]]\nid = \"x\"\nkind = \"usage\"\nsymbol = \"f\"\nused = \"false\"\n", &[(5, "`used` takes `true` or `false`; this is a text", "write `false` without quotes")]),
    case("date for a value", parameter!("value = 2026-01-01\n"), &[(5, "`value` takes a quantity", "in quotes: `\"2026-01-01\"`")]),
    case("negative count", "[[claim]]\nid = \"x\"\nkind = \"gpu\"\ncount = -1\n", &[(4, "`count` is at least 0, this is -1", "")]),
    case("number beyond counting", "[[claim]]\nid = \"x\"\nkind = \"gpu\"\ncount = 99999999999999999999\n", &[(4, "beyond all counting", "")]),
    case("infinite value", parameter!("value = inf\n"), &[(5, "no number that could be compared", "")]),
    case("empty list", batch!("value = 50\nin = []\n"), &[(5, "`in` is an empty list", "leave `in` out")]),
    case("empty list of values", parameter!("value = []\n"), &[(5, "the list is empty", "")]),
    case("empty quote", batch!("value = 50\nquote = \" \"\n"), &[(5, "`quote` is empty", "")]),
    case("list with a number", batch!("value = 50\nin = [\"a.py\", 3]\n"), &[(5, "`in` takes a text or a list of texts; this is a whole number", "")]),
    // Scope and paths.
    case(
        "unknown scope",
        "[scope]\nevaluation = [\"eval/*.py\"]\n[[claim]]\nid = \"x\"\nkind = \"gpu\"\ncount = 1\nin = \"evaluaton\"\n",
        &[(7, "`evaluaton` is no scope of `[scope]`, no glob and no file", "did you mean the scope `evaluation`?")],
    ),
    case("folder for a glob", batch!("value = 50\nin = \"slurm\"\n"), &[(5, "`slurm` is no scope", "a folder `slurm/**`")]),
    case("scope of scopes", beside_a_right_claim!("[scope]\na = \"a/*.py\"\nb = [\"a\"]\n"), &[(7, "not of other scopes", "`./a`")]),
    case("scope named like a file", beside_a_right_claim!("[scope]\n\"a.py\" = \"b.py\"\n"), &[(6, "could not be told from a file", "")]),
    case("glob that leaves the root", batch!("value = 50\nin = [\"../other/*.py\"]\n"), &[(5, "`../other/*.py` leaves the root", "")]),
    case("absolute glob", beside_a_right_claim!("[document]\nexclude = \"/home/*\"\n"), &[(6, "`/home/*` is not relative to the root", "")]),
    case("broken glob", batch!("value = 50\nin = \"slurm/0[4*.job\"\n"), &[(5, "is no glob", "")]),
    case("all excluded", batch!("value = 50\nin = \"a.py\"\nexclude = \"a.py\"\n"), &[(5, "all that `in` names is excluded", "")]),
    case("place that leaves the root", batch!("value = 50\nquote = \"q\"\nat = \"../README.md:3\"\n"), &[(6, "leaves the root", "")]),
    case("line zero", batch!("value = 50\nquote = \"q\"\nat = \"README.md:0\"\n"), &[(6, "lines count from 1", "")]),
    // Quantities.
    case("wrong unit", "[[claim]]\nid = \"x\"\nkind = \"sampling-rate\"\nvalue = \"16 hours\"\n", &[(4, "measures a duration; a claim of kind `sampling-rate` takes a frequency", "")]),
    case("unit nobody knows", "[[claim]]\nid = \"x\"\nkind = \"sampling-rate\"\nvalue = \"16 kHertzz\"\n", &[(4, "`16 kHertzz` is no quantity", "")]),
    case("unit of another kind", "[[claim]]\nid = \"x\"\nkind = \"sampling-rate\"\nvalue = 16000\nunit = \"ms\"\n", &[(5, "measures a duration, the value is a frequency", "")]),
    case("unit that is none", parameter!("value = 16\nunit = \"parsecs\"\n"), &[(6, "there is no unit `parsecs`", "")]),
    case("unit of a text", parameter!("value = \"adam\"\nunit = \"ms\"\n"), &[(6, "`value` is no number", "")]),
    case("count with a unit", batch!("value = \"50 ms\"\n"), &[(4, "takes a number without unit", "")]),
    case("half a sample", batch!("value = 12.5\n"), &[(4, "no whole number", "")]),
    case("reversed range", "[[claim]]\nid = \"x\"\nkind = \"runtime\"\nvalue = \"4-3 hours\"\n", &[(4, "ends below its start", "")]),
    case("arithmetic without end", batch!("value = \"970 *\"\n"), &[(4, "cannot be computed", "")]),
    case("tolerance that is none", parameter!("value = 5\ntolerance = \"some\"\n"), &[(6, "`some` is no tolerance", "")]),
    case("tolerance of a text", parameter!("value = \"adam\"\ntolerance = \"5 %\"\n"), &[(6, "`tolerance` widens a number", "")]),
    case("tolerance in another unit", parameter!("value = \"5 s\"\ntolerance = \"1 kHz\"\n"), &[(6, "the tolerance is a frequency, the value a duration", "")]),
    case("unit without value", "[[claim]]\nid = \"x\"\nkind = \"pattern\"\nin = \"a.py\"\npattern = \"lr\"\nmatches = 1\nunit = \"ms\"\n", &[(7, "there is no `value`", "add the `value`")]),
    // Checks that could not fail, or not hold.
    case("bound that always holds", "[[claim]]\nid = \"x\"\nkind = \"samples\"\nin = \"a.csv\"\nvalue = \">= 0\"\n", &[(5, "could not fail", "")]),
    case("bound that never holds", "[[claim]]\nid = \"x\"\nkind = \"samples\"\nin = \"a.csv\"\nvalue = \"< 0\"\n", &[(5, "could not hold", "")]),
    case("negative size", batch!("value = -5\n"), &[(4, "below zero", "")]),
    case("lines that always hold", "[[claim]]\nid = \"x\"\nkind = \"file\"\nin = \"a.csv\"\nlines = \">= 0\"\n", &[(5, "could not fail", "")]),
    case("lines in hours", "[[claim]]\nid = \"x\"\nkind = \"file\"\nin = \"a.csv\"\nlines = \"3 h\"\n", &[(5, "`h` measures a duration; `lines` takes a number without unit", "")]),
    case("star alone", parameter!("value = \"*\"\n"), &[(5, "could not fail", "")]),
    case("tolerance of everything", parameter!("value = 5\ntolerance = \"100 %\"\n"), &[(6, "could not fail", "")]),
    case("version that always holds", "[[claim]]\nid = \"x\"\nkind = \"dependency\"\npackage = \"torch\"\nversion = \">=0\"\n", &[(5, "could not fail", "")]),
    case("no occasion asked", parameter!("value = 5\nfor = 0\n"), &[(6, "could not fail", "")]),
    case("value of a pattern that is not there", "[[claim]]\nid = \"x\"\nkind = \"pattern\"\nin = \"a.py\"\npattern = \"lr = (.*)\"\nmatches = 0\nvalue = 3\n", &[(6, "nothing that could be the `value`", "leave one of them out")]),
    // Texts with a grammar.
    case("broken pattern", "[[claim]]\nid = \"x\"\nkind = \"pattern\"\nin = \"a.py\"\npattern = 'lr = ([0-9]+'\nvalue = 3\n", &[(5, "does not parse: unclosed group", "")]),
    case("pattern without capture", "[[claim]]\nid = \"x\"\nkind = \"pattern\"\nin = \"a.py\"\npattern = 'lr = [0-9]+'\nvalue = 3\n", &[(5, "`pattern` has no capture", "")]),
    case("pattern with two captures", "[[claim]]\nid = \"x\"\nkind = \"pattern\"\nin = \"a.py\"\npattern = '(lr) = ([0-9]+)'\nvalue = 3\n", &[(5, "`pattern` has 2 captures", "")]),
    case("broken selection", "[[claim]]\nid = \"x\"\nkind = \"samples\"\nin = \"a.json\"\nselect = \"$.a[\"\nvalue = 3\n", &[(5, "`select` is no JSONPath", "")]),
    case("version that is none", "[[claim]]\nid = \"x\"\nkind = \"dependency\"\npackage = \"torch\"\nversion = \"newest\"\n", &[(5, "`version`", "")]),
    case("source where a version stands", "[[claim]]\nid = \"x\"\nkind = \"dependency\"\npackage = \"torch\"\ninstalled = \"source\"\n", &[(5, "only `version` can be `source`", "")]),
    case("short digest", "[[claim]]\nid = \"x\"\nkind = \"file\"\nin = \"a.csv\"\nsha256 = \"ab\"\n", &[(5, "a prefix of one at least 8", "")]),
    case("digest of other signs", "[[claim]]\nid = \"x\"\nkind = \"file\"\nin = \"a.csv\"\nsha256 = \"xyzxyzxyz\"\n", &[(5, "no SHA-256 digest", "")]),
    // Names.
    case("operator without blanks", "[[claim]]\nid = \"x\"\nkind = \"parameter\"\nname = \"a*b\"\nvalue = 3\n", &[(4, "an operator stands between blanks", "")]),
    case("arithmetic in a list", "[[claim]]\nid = \"x\"\nkind = \"parameter\"\nname = [\"a * b\", \"c\"]\nvalue = 3\n", &[(4, "the arithmetic `a * b` stands alone", "")]),
    case("arithmetic that breaks off", "[[claim]]\nid = \"x\"\nkind = \"parameter\"\nname = \"a * (b + c\"\nvalue = 3\n", &[(4, "a `(` is not closed", "")]),
    // Words.
    case("unknown take", parameter!("value = 5\ntake = \"maximum\"\n"), &[(6, "`maximum` is no `take`", "")]),
    case("unknown grade", parameter!("value = 5\ngrade = \"measred\"\n"), &[(6, "`measred` is no `grade`", "did you mean `measured`?")]),
    case("unknown quorum", parameter!("value = 5\nfor = \"most\"\n"), &[(6, "`most` is no `for`; there are `all` and `any`", "")]),
    // Tables.
    case("accept without its keys", batch!("value = 5\naccept = { verdict = \"discrepancy\", unitl = 2026-01-01 }\n"), &[(5, "`accept` has no `reason`", "all required"), (5, "`accept` has no `until`", ""), (5, "`accept` has no key `unitl`", "did you mean `until`?")]),
    case("accept of what is no finding", batch!("value = 5\naccept = { verdict = \"supported\", reason = \"r\", until = 2026-01-01 }\n"), &[(5, "`supported` is no `verdict`", "")]),
    case("date that is none", batch!("value = 5\naccept = { verdict = \"not-run\", reason = \"r\", until = \"2026-02-30\" }\n"), &[(5, "`until` takes a date", "")]),
    case("accept in subtable", batch!("value = 5\n[claim.accept]\nverdict = \"not-run\"\nreason = \"\"\nuntil = 2026-01-01\n"), &[(7, "`reason` is empty", "")]),
    case("given nothing", parameter!("value = 5\ngiven = {}\n"), &[(6, "`given` gives nothing", "")]),
    case("given a table", parameter!("value = 5\ngiven = { a = { b = 1 } }\n"), &[(6, "gives `a` a table", "")]),
    case("see without digest", "[[claim]]\nid = \"x\"\nkind = \"manual\"\nby = \"A\"\non = 2026-01-01\nwhy = \"w\"\nsee = { at = \"a.py:3\" }\n", &[(7, "`see` has no `sha256`", "`at` and `sha256` are all required")]),
    case("arguments that are none", "[[claim]]\nid = \"x\"\nkind = \"usage\"\nsymbol = \"f\"\nwith = []\n", &[(5, "`with` names no argument", "")]),
    // Runs.
    case("undeclared run", "[run.eval-base]\nengine = \"command\"\ncommand = [\"python\", \"e.py\"]\n[[claim]]\nid = \"x\"\nkind = \"runtime\"\nvalue = \"2 h\"\nrun = \"eval-bse\"\n", &[(8, "no run `eval-bse` is declared", "did you mean `eval-base`?")]),
    case("run without engine", beside_a_right_claim!("[run.a]\nsamples = 3\n"), &[(5, "`[run.a]` has no `engine`", "`command` starts")]),
    case("unknown engine", beside_a_right_claim!("[run.a]\nengine = \"pytorch\"\n"), &[(6, "`pytorch` is no `engine`; there are `command` and `candle`", "")]),
    case("run without its command", beside_a_right_claim!("[run.a]\nengine = \"command\"\n"), &[(5, "with `engine = \"command\"` has no `command`", "")]),
    case("command as one text", beside_a_right_claim!("[run.a]\nengine = \"command\"\ncommand = \"python e.py\"\n"), &[(7, "`command` takes a list of texts", "no shell reads it")]),
    case("command of the other engine", beside_a_right_claim!("[run.a]\nengine = \"candle\"\nmodel = \"m\"\ndata = \"d.csv\"\ncommand = [\"python\"]\n"), &[(9, "`engine = \"candle\"` takes no `command`", "belongs to `engine = \"command\"`")]),
    case("model of the other engine", beside_a_right_claim!("[run.a]\nengine = \"command\"\ncommand = [\"python\"]\nmodel = \"m\"\n"), &[(8, "`engine = \"command\"` takes no `model`", "belongs to `engine = \"candle\"`")]),
    case("run key misspelled", beside_a_right_claim!("[run.a]\nengine = \"command\"\ncommand = [\"python\"]\nbudjet = \"10 min\"\n"), &[(8, "has no key `budjet`", "did you mean `budget`?")]),
    case("budget without unit", beside_a_right_claim!("[run.a]\nengine = \"command\"\ncommand = [\"python\"]\nbudget = \"10\"\n"), &[(8, "`10` is no duration", "")]),
    case("precision of everything", beside_a_right_claim!("[run.a]\nengine = \"command\"\ncommand = [\"python\"]\nprecision = \"100 %\"\n"), &[(8, "no share between", "")]),
    case("no samples", beside_a_right_claim!("[run.a]\nengine = \"command\"\ncommand = [\"python\"]\nsamples = 0\n"), &[(8, "`samples` is at least 1", "")]),
    case("more samples than there are", beside_a_right_claim!("[run.a]\nengine = \"command\"\ncommand = [\"python\"]\nsamples = 30\npopulation = 20\n"), &[(8, "30 samples are timed of a population of 20", "")]),
    case("device that is none", beside_a_right_claim!("[run.a]\nengine = \"command\"\ncommand = [\"python\"]\ndevice = \"gpu0\"\n"), &[(8, "`gpu0` is no device", "")]),
    case("folder outside the root", beside_a_right_claim!("[run.a]\nengine = \"command\"\ncommand = [\"python\"]\ndirectory = \"../x\"\n"), &[(8, "leaves the root", "")]),
    case("progress that is none", beside_a_right_claim!("[run.a]\nengine = \"command\"\ncommand = [\"python\"]\nprogress = \"tqmd\"\n"), &[(8, "`tqmd` is no `progress`; there are `tqdm`, `rich`, `json` and `trainer`, and a pattern", "did you mean `tqdm`?")]),
    case("progress without slashes", beside_a_right_claim!("[run.a]\nengine = \"command\"\ncommand = [\"python\"]\nprogress = 'step (\\d+)'\n"), &[(8, "is no `progress`", "between slashes")]),
    case("progress without its end", beside_a_right_claim!("[run.a]\nengine = \"command\"\ncommand = [\"python\"]\nprogress = '/step (\\d+)'\n"), &[(8, "begins with `/` but does not end with it", "")]),
    case("progress that does not compile", beside_a_right_claim!("[run.a]\nengine = \"command\"\ncommand = [\"python\"]\nprogress = '/step (\\d+/'\n"), &[(8, "does not parse: unclosed group", "")]),
    case("progress without capture", beside_a_right_claim!("[run.a]\nengine = \"command\"\ncommand = [\"python\"]\nprogress = '/step \\d+/'\n"), &[(8, "`progress` has no capture; parentheses around the number", "")]),
    case("progress with many captures", beside_a_right_claim!("[run.a]\nengine = \"command\"\ncommand = [\"python\"]\nprogress = '/(\\d+) (\\d+) (\\d+)/'\n"), &[(8, "has 3 captures; the first is what was done", "")]),
    case("progress as a number", beside_a_right_claim!("[run.a]\nengine = \"command\"\ncommand = [\"python\"]\nprogress = 3\n"), &[(8, "`progress` takes a text: `tqdm`", "in quotes")]),
    case("run that is no table", beside_a_right_claim!("[run]\nengine = \"command\"\n"), &[(6, "`engine` is a table; this is a text", "write `[run.NAME]`")]),
    // All at once.
    case(
        "several claims at once",
        "[[claim]]\nid = \"a\"\nkind = \"gpu\"\ncuont = 1\n\n[[claim]]\nid = \"b\"\nkind = \"gpus\"\n\n[[claim]]\nid = \"c\"\nkind = \"batch-size\"\nvalue = \">= 0\"\n",
        &[(4, "has no key `cuont`", "did you mean `count`?"), (8, "there is no kind `gpus`", "did you mean `gpu`?"), (13, "could not fail", "")],
    ),
];

#[test]
fn every_mistake_is_reported_at_its_line_with_its_remedy() {
    let mut pictures = String::new();
    let mut wrong = Vec::new();
    for case in CASES {
        let Err(problems) = read(case.text) else {
            wrong.push(format!("{}: no problem was found", case.name));
            continue;
        };
        let source = SourceText::new("claims/setup.toml", case.text);
        let found: Vec<(u32, &str, &str)> = problems
            .iter()
            .map(|problem| {
                (
                    source.line(problem.primary.start),
                    problem.message.as_str(),
                    problem.hint.as_deref().unwrap_or(""),
                )
            })
            .collect();
        let agree = found.len() == case.problems.len()
            && found.iter().zip(case.problems).all(|(found, expected)| {
                found.0 == expected.0 && found.1.contains(expected.1) && found.2.contains(expected.2)
            });
        if !agree {
            wrong.push(format!(
                "{}:\n  expected {:?}\n  found    {found:?}",
                case.name, case.problems
            ));
        }
        wrong.extend(
            found
                .iter()
                .filter(|found| found.2.is_empty())
                .map(|found| format!("{}: no remedy: {}", case.name, found.1)),
        );
        let picture = render(&problems, "claims/setup.toml", case.text, false);
        writeln!(pictures, "## {}\n{picture}", case.name).unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    insta::assert_snapshot!("mistakes", pictures);
}

#[test]
fn a_picture_shows_the_line_that_the_problem_names() {
    for case in CASES {
        let Err(problems) = read(case.text) else { continue };
        for (problem, (line, ..)) in problems.iter().zip(case.problems) {
            let picture = render(std::slice::from_ref(problem), "claims/setup.toml", case.text, false);
            assert!(
                picture.contains(&format!("claims/setup.toml:{line}:")),
                "{}:\n{picture}",
                case.name
            );
        }
    }
}

#[test]
fn both_places_of_a_duplicate_id_are_in_one_message() {
    let text = "[[claim]]\nid = \"x\"\nkind = \"gpu\"\ncount = 1\n\n[[claim]]\nid = \"x\"\nkind = \"gpu\"\ncount = 2\n";
    let problems = read(text).unwrap_err();
    let source = SourceText::new("f", text);
    assert_eq!(problems.len(), 1);
    assert_eq!(source.line(problems[0].primary.start), 7);
    assert_eq!(source.line(problems[0].secondary[0].0.start), 2);
}

#[test]
fn a_fault_inside_a_text_is_at_its_column() {
    // Byte 5 of the pattern; the text begins behind the quote.
    let text = "[[claim]]\nid = \"x\"\nkind = \"pattern\"\nin = \"a.py\"\npattern = 'lr = ([0-9]+'\nvalue = 3\n";
    let problems = read(text).unwrap_err();
    assert_eq!(&text[problems[0].primary.clone()], "(");
    assert_eq!(problems[0].primary.start, text.find("([0-9]").unwrap());
}

#[test]
fn color_changes_no_word() {
    let text = CASES[0].text;
    let problems = read(text).unwrap_err();
    let colored = render(&problems, "c.toml", text, true);
    assert!(colored.contains('\u{1b}'));
    assert_eq!(
        anstream::adapter::strip_str(&colored).to_string(),
        render(&problems, "c.toml", text, false)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        survives(&text);
    }

    #[test]
    fn no_soup_of_the_language_panics(words in prop::collection::vec(word(), 0..40)) {
        survives(&words.concat());
    }

    #[test]
    fn no_cut_of_a_right_file_panics(cut in 0..super::right::SETUP.len(), with in "\\PC{0,3}") {
        let mut text = super::right::SETUP.to_string();
        let cut = (0..=cut).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        text.insert_str(cut, &with);
        survives(&text);
        survives(&text[..cut]);
    }
}

fn survives(text: &str) {
    if let Err(problems) = read(text) {
        prop_assert_nonempty(&problems);
        assert!(!render(&problems, "c.toml", text, false).is_empty());
        assert!(!render(&problems, "c.toml", text, true).is_empty());
    }
}

fn prop_assert_nonempty(problems: &[Problem]) {
    assert!(!problems.is_empty(), "a file was refused without a reason");
}

fn word() -> impl Strategy<Value = String> {
    let words = [
        "[[claim]]\n",
        "[document]\n",
        "[scope]\n",
        "[run.a]\n",
        "[claim.accept]\n",
        "[machine]\n",
        "\n",
        " = ",
        "\"",
        "'",
        "{",
        "}",
        "[",
        "]",
        ",",
        "id",
        "kind",
        "value",
        "name",
        "in",
        "at",
        "pattern",
        "select",
        "version",
        "given",
        "accept",
        "see",
        "with",
        "for",
        "engine",
        "command",
        "id = \"x\"\n",
        "kind = \"parameter\"\n",
        "kind = \"pattern\"\n",
        "kind = \"samples\"\n",
        "kind = \"manual\"\n",
        "value = 3\n",
        "5e-5",
        "0x10",
        "1_000",
        "\"16 kHz\"",
        "\"a * (b\"",
        "'(['",
        "\"$.a[\"",
        "\"/x/\"",
        "\"../x\"",
        "true",
        "2026-01-01",
        "inf",
        "ñ",
        "\u{feff}",
        "\r\n",
        "\t",
        "#",
    ];
    prop::sample::select(words.to_vec()).prop_map(str::to_string)
}
