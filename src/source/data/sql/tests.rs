//! What statements give, and which are refused.

use super::super::sheet::sheets;
use super::*;
use crate::evidence::selection::{Piece, Selection, parse};
use crate::place::SourceText;
use crate::source::File;

const RUNS: &str = "\
run,split,acc,share,note,mixed
1,test,0.930,93.0%,a,1
2,test,0.941,94.1%,b,2
3,dev,0.88,88.0%,,OOM
4,test,,,d,4
5,dev,0.9,90.0%,e,5
";

fn select(text: &str) -> Result<Vec<(String, Vec<usize>)>, Refused> {
    select_of(RUNS, text)
}

fn select_of(csv: &str, text: &str) -> Result<Vec<(String, Vec<usize>)>, Refused> {
    let file = File {
        path: "runs.csv".to_string(),
        bytes: csv.as_bytes().to_vec(),
        text: Some(SourceText::new("runs.csv", csv)),
    };
    let (_, sheets) = sheets(&file).unwrap();
    let table = Table::new(&sheets[0])?;
    let Ok(Selection::Table(pieces)) = parse(text) else {
        panic!("{text} is no SQL")
    };
    let [Piece::Term(term)] = pieces.as_slice() else {
        panic!("{text} is no single term")
    };
    let show = |given: Given| {
        let unit = given.unit.map_or(String::new(), |unit| format!(" {unit}"));
        (format!("{}{unit}", given.value), given.rows)
    };
    Ok(table.select(term)?.into_iter().map(show).collect())
}

#[test]
fn values_with_the_rows_that_they_are_from() {
    type Expected<'e> = &'e [(&'e str, &'e [usize])];
    let rows: &[(&str, Expected<'_>)] = &[
        ("acc where run = 1", &[("0.930", &[0])]),
        ("ACC where run = '1'", &[("0.930", &[0])]),
        ("share where run = 2", &[("94.1 %", &[1])]),
        ("acc where share > 0.94", &[("0.941", &[1])]),
        ("acc where split = 'dev'", &[("0.88", &[2]), ("0.9", &[4])]),
        ("avg(acc) where split = 'dev'", &[("0.89", &[2, 4])]),
        ("avg(share) where split = 'dev'", &[("89 %", &[2, 4])]),
        ("max(acc) - min(acc) where split = 'dev'", &[("0.02", &[2, 4])]),
        ("count(*) where split = 'test'", &[("3", &[0, 1, 3])]),
        ("count(distinct split)", &[("2", &[0, 1, 2, 3, 4])]),
        ("note where run = 5", &[("e", &[4])]),
        ("run where row = 3", &[("3", &[2])]),
        ("acc where split = 'test' order by acc desc limit 1", &[("0.941", &[1])]),
        (
            "sum(run) group by split order by split",
            &[("8", &[0, 1, 2, 3, 4]), ("7", &[0, 1, 2, 3, 4])],
        ),
        // A cell without a value is none, and an average of nothing is nothing.
        ("acc where run = 4", &[]),
        ("avg(acc) where run = 9", &[]),
        // Of integers: SQLite alone says 0.
        ("run / 4 where run = 1", &[("0.25", &[0])]),
        ("sum(split = 'dev') / count(*)", &[("0.4", &[0, 1, 2, 3, 4])]),
        ("count(mixed)", &[("5", &[0, 1, 2, 3, 4])]),
    ];
    for (text, expected) in rows {
        let expected: Vec<(String, Vec<usize>)> = expected
            .iter()
            .map(|(value, rows)| (value.to_string(), rows.to_vec()))
            .collect();
        assert_eq!(select(text), Ok(expected), "{text}");
    }
}

#[test]
fn an_empty_cell_of_an_average_is_counted() {
    let file = File {
        path: "runs.csv".to_string(),
        bytes: RUNS.as_bytes().to_vec(),
        text: Some(SourceText::new("runs.csv", RUNS)),
    };
    let (_, sheets) = sheets(&file).unwrap();
    let table = Table::new(&sheets[0]).unwrap();
    let term = Term {
        list: "avg(acc)".to_string(),
        rest: "where split = 'test'".to_string(),
    };
    let given = table.select(&term).unwrap();
    assert_eq!(given[0].value.to_string(), "0.9355");
    assert_eq!(given[0].blank, 1);
}

#[test]
fn what_is_no_number_is_not_computed_with() {
    for text in ["avg(mixed)", "sum(note)", "mixed + 1", "max(note)"] {
        assert!(
            matches!(select(text), Err(Refused::Text(..))),
            "{text}: {:?}",
            select(text)
        );
    }
    assert_eq!(select("avg(mixed) where run < 3").unwrap()[0].0, "1.5");
}

#[test]
fn columns_that_are_not_there() {
    for text in [
        "accuracy",
        "acc where fold = 1",
        "\"acc \"",
        "acc where split = \"test\"",
    ] {
        assert!(
            matches!(select(text), Err(Refused::Column(_))),
            "{text}: {:?}",
            select(text)
        );
    }
}

#[test]
fn statements_that_do_more_than_read_the_table_are_refused() {
    let hostile = [
        "acc from sqlite_master where 1 = 1 --",
        "(select group_concat(sql) from sqlite_master)",
        "acc where run = (select count(*) from sqlite_schema)",
        "load_extension('x')",
        "randomblob(1000000000)",
        "zeroblob(1000000000)",
        "printf('%s', acc)",
        "writefile('x', 'y')",
        "readfile('/etc/passwd')",
        "fts3_tokenizer('x')",
        "(select value from json_each('[1]'))",
        "(select file from pragma_database_list)",
        "(select name from dbstat)",
        "acc where run in (with recursive n(x) as (select 1 union all select x + 1 from n) select x from n)",
        "acc where 1 = 1 union select sql from sqlite_master",
        "char(1, 2)",
        "hex(zeroblob(10))",
        "last_insert_rowid()",
        "changes()",
        "sqlite_version()",
        "quote(acc)",
        "group_concat(acc)",
        "likely(acc)",
        "avg(acc) where run = 1 returning 1",
        "acc where split = 'dev' group by split",
    ];
    for text in hostile {
        let refused = select(text);
        assert!(matches!(refused, Err(Refused::Sql(_))), "{text}: {refused:?}");
    }
}

#[test]
fn a_statement_without_end_is_stopped() {
    let joins = "(select count(*) from t a, t b, t c, t d, t e, t f, t g, t h, t i, t j, t k, t l, t m, t n)";
    let started = Instant::now();
    let refused = select(joins);
    assert!(
        matches!(&refused, Err(Refused::Sql(said)) if said.contains("seconds")),
        "{refused:?}"
    );
    assert!(started.elapsed() < LONGEST * 4);
}

fn of(csv: &str, text: &str) -> Result<Vec<String>, Refused> {
    Ok(select_of(csv, text)?.into_iter().map(|(value, _)| value).collect())
}

/// What SQLite would answer stands behind each: none of it is what the table means.
#[test]
fn what_nobody_should_believe_is_refused() {
    let (mixed, percent) = ("m,acc\na,93.7%\nb,92.1\n", "m,acc\na,93.7%\nb,92.1%\n");
    let (total, twice) = ("m,n\na,90\nb,92\nTotal,182\n", "m,acc,Acc\na,90,70\n");
    for (csv, text) in [
        (mixed, "max(acc)"),                  // 92.1
        (mixed, "avg(acc)"),                  // 46.5
        (mixed, "m where acc > 0.9"),         // both
        (percent, "count(*) where acc > 93"), // 0
        (total, "avg(n)"),                    // 121.3
        (total, "count(*)"),                  // 3
        (total, "max(n)"),                    // 182
        (twice, "acc where m = 'a'"),         // 90
        (percent, "round(max(acc), 2)"),      // 0.94
    ] {
        assert!(matches!(of(csv, text), Err(Refused::Sql(_))), "{text} of {csv}");
    }
}

#[test]
fn what_can_be_meant_is_answered() {
    let (mixed, percent) = ("m,acc\na,93.7%\nb,92.1\n", "m,acc\na,93.7%\nb,92.1%\n");
    let (total, ids) = ("m,n\na,90\nb,92\nTotal,182\n", "id,acc\n007,90\n7,80\n");
    let means = "stat,n\nmean,90\nmean,92\n";
    for (csv, text, expected) in [
        (mixed, "acc where m = 'b'", "92.1"),
        (mixed, "count(*)", "2"),
        (percent, "count(*) where acc > 0.93", "1"),
        (total, "avg(n) where m <> 'Total'", "91"),
        (total, "n where m = 'Total'", "182"),
        (ids, "count(distinct id)", "2"),
        (ids, "acc where id = '007'", "90"),
        (ids, "acc where id = 7", "80"),
        (means, "avg(n)", "91"),
    ] {
        assert_eq!(of(csv, text).unwrap(), [expected], "{text} of {csv}");
    }
}
