//! What a user sees of a broken claim file: the exit code, the line, what was expected and what to write instead.
//!
//! One file for each sort of mistake of the language. The line and the remedy are written here by hand; the look of the
//! whole message is a snapshot.
//!
//! Why it can be wrong: a line that is counted from the program's own output is right by definition. Lines here are
//! counted in the texts below, whose first line is line 1.

use insta::assert_snapshot;

use crate::program::World;

/// Checks a claim file that is wrong: exit 2, nothing on standard output, the line, the column and the words of the message.
#[track_caller]
fn wrong(claims: &str, at: &[&str], words: &[&str]) -> String {
    let world = World::new(&[("claims.toml", claims), ("train.py", "print(1)\n")]);
    let run = world.verify(&["claims.toml"]).exits(2);
    assert_eq!(run.stdout, "", "a broken claim file gives no report");
    for place in at {
        assert!(
            run.stderr.contains(&format!("claims.toml:{place}")),
            "no `claims.toml:{place}` in\n{}",
            run.stderr
        );
    }
    for word in words {
        assert!(run.stderr.contains(word), "no `{word}` in\n{}", run.stderr);
    }
    run.stderr
}

#[test]
fn an_unknown_key_names_the_nearest() {
    let claims = "[[claim]]\nid = \"batch\"\nkind = \"batch-size\"\nvaule = 50\n";
    assert_snapshot!(wrong(claims, &["4:1"], &["vaule", "did you mean `value`?"]));
}

#[test]
fn an_unknown_kind_names_the_nearest() {
    let claims = "[[claim]]\nid = \"batch\"\nkind = \"bach-size\"\nvalue = 50\n";
    assert_snapshot!(wrong(claims, &["3:8"], &["bach-size", "did you mean `batch-size`?"]));
}

#[test]
fn a_wrong_type_says_what_was_expected() {
    let claims = "[[claim]]\nid = \"none\"\nkind = \"usage\"\nsymbol = \"torch.compile\"\nused = \"false\"\n";
    assert_snapshot!(wrong(claims, &["5:8"], &["`true` or `false`", "without quotes"]));
}

#[test]
fn a_wrong_unit_says_which_would_do() {
    let claims = "[[claim]]\nid = \"rate\"\nkind = \"sampling-rate\"\nvalue = \"16 ms\"\n";
    assert_snapshot!(wrong(claims, &["4:9"], &["duration", "16 kHz"]));
}

#[test]
fn an_empty_list_is_no_scope() {
    let claims = "[[claim]]\nid = \"batch\"\nkind = \"batch-size\"\nvalue = 50\nin = []\n";
    assert_snapshot!(wrong(claims, &["5:6"], &["empty list"]));
}

#[test]
fn two_claims_of_one_id_are_both_shown() {
    let claims = "[[claim]]\nid = \"batch\"\nkind = \"batch-size\"\nvalue = 50\n\n[[claim]]\nid = \"batch\"\nkind = \"batch-size\"\nvalue = 32\n";
    let message = wrong(claims, &["7:6"], &["batch", "unique"]);
    assert!(message.contains("2 | id"), "the first one's line is shown:\n{message}");
    assert_snapshot!(message);
}

#[test]
fn a_file_without_claims_says_how_one_begins() {
    let claims = "[document]\ntitle = \"Nothing yet\"\n";
    assert_snapshot!(wrong(claims, &["2:"], &["no claim", "[[claim]]"]));
}

#[test]
fn a_path_that_leaves_the_root_is_refused() {
    let claims = "[[claim]]\nid = \"batch\"\nkind = \"batch-size\"\nvalue = 50\nin = \"../other/*.py\"\n";
    assert_snapshot!(wrong(claims, &["5:6"], &["../other/*.py", "leaves the root"]));
}

#[test]
fn a_word_that_is_no_scope_names_the_nearest() {
    let claims = "[scope]\nevaluation = [\"eval/*.py\"]\n\n[[claim]]\nid = \"batch\"\nkind = \"batch-size\"\nvalue = 50\nin = \"evaluaton\"\n";
    assert_snapshot!(wrong(claims, &["8:6"], &["evaluaton", "`evaluation`"]));
}

#[test]
fn a_select_that_does_not_parse_shows_where() {
    let claims =
        "[[claim]]\nid = \"accuracy\"\nkind = \"metric\"\nselect = \"$.test[\"\nvalue = 0.9\nin = \"results.json\"\n";
    assert_snapshot!(wrong(claims, &["4:"], &["select", "JSONPath"]));
}

#[test]
fn a_pattern_without_a_capture_says_what_captures() {
    let claims = "[[claim]]\nid = \"weight\"\nkind = \"pattern\"\npattern = 'recon \\* [0-9]+'\nvalue = 45\n";
    assert_snapshot!(wrong(claims, &["4:11"], &["capture", "parentheses"]));
}

#[test]
fn a_check_that_could_not_fail_is_a_mistake() {
    let claims = "[[claim]]\nid = \"some\"\nkind = \"samples\"\nvalue = \">= 0\"\nin = \"data/*.csv\"\n";
    assert_snapshot!(wrong(claims, &["4:9"], &["could not fail"]));
}

#[test]
fn all_mistakes_of_all_claims_come_at_once() {
    let claims = "[[claim]]\nid = \"cards\"\nkind = \"gpu\"\ncuont = 4\n\n[[claim]]\nid = \"rate\"\nkind = \"sampling-rate\"\nvalue = \"16 ms\"\n\n[[claim]]\nid = \"rate\"\nkind = \"metrics\"\nvalue = 1\n";
    let message = wrong(claims, &["4:1", "9:9", "12:6", "13:8"], &["`count`", "`metric`"]);
    assert_snapshot!(message);
}

#[test]
fn a_missing_root_is_named() {
    let world = World::new(&[(
        "claims.toml",
        "[document]\nroot = \"code\"\n\n[[claim]]\nid = \"b\"\nkind = \"batch-size\"\nvalue = 50\n",
    )]);
    let run = world.verify(&["claims.toml"]).exits(2);
    assert!(run.stderr.contains("code"), "{}", run.stderr);
}

#[test]
fn mistakes_of_several_files_come_at_once() {
    let world = World::new(&[
        ("claims/a.toml", "[[claim]]\nid = \"a\"\nkind = \"gpu\"\ncuont = 4\n"),
        ("claims/b.toml", "[[claim]]\nid = \"b\"\nkind = \"metrics\"\n"),
    ]);
    let run = world.verify(&["claims"]).exits(2);
    for place in ["claims/a.toml:4:1", "claims/b.toml:3:8"] {
        assert!(run.stderr.contains(place), "{place} in\n{}", run.stderr);
    }
}
