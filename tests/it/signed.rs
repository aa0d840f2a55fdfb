//! A record signed and checked with a tool that is there: `ssh-keygen -Y`, under a namespace of its own.
//!
//! The record is an in-toto Statement of bytes that `verify run` wrote once, so any tool that signs a file signs it. The
//! signature lies beside it and `verify` does not read it.
//!
//! Why it can be wrong: a signature that is checked against whatever key comes with it says nothing. So the key that is
//! trusted stands in a file of its own (`allowed_signers`), and another key's signature must fail too.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::program::{World, package};

const RECORD: &str = "fixtures/cases/runtime/recorded-run/runs/eval.json";
const NAMESPACE: &str = "verify-record";

/// `ssh-keygen ARGS…` in a folder, a file as its input; whether it said yes.
fn keygen(folder: &Path, args: &[&str], input: &[u8]) -> bool {
    let mut child = Command::new("ssh-keygen")
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("ssh-keygen");
    let mut stdin = child.stdin.take().expect("its input");
    // It may have said no before it read all.
    let _ = stdin.write_all(input);
    drop(stdin);
    child.wait().expect("its end").success()
}

#[test]
fn a_record_is_signed_and_one_changed_byte_is_seen() {
    if Command::new("ssh-keygen").arg("-?").output().is_err() {
        let _ = writeln!(std::io::stderr(), "skipped: there is no ssh-keygen");
        return;
    }
    let record = std::fs::read(package().join(RECORD)).expect("a record");
    let world = World::new(&[]);
    world.write("eval.json", &record);
    let run = |args: &[&str], input: &[u8]| keygen(world.path(), args, input);
    for key in ["own", "other"] {
        assert!(run(&["-q", "-t", "ed25519", "-N", "", "-C", key, "-f", key], b""));
    }
    let trusted = format!("author@example.org {}", world.read("own.pub"));
    world.write("allowed_signers", trusted);
    assert!(run(&["-Y", "sign", "-f", "own", "-n", NAMESPACE, "eval.json"], b""));
    let check = |signature: &str, namespace: &str, record: &[u8]| {
        let who = ["-Y", "verify", "-f", "allowed_signers", "-I", "author@example.org"];
        let what = ["-n", namespace, "-s", signature];
        run(&[who.as_slice(), &what].concat(), record)
    };
    assert!(check("eval.json.sig", NAMESPACE, &record));
    // One byte of it, anywhere.
    for place in [0, record.len() / 2, record.len() - 1] {
        let mut changed = record.clone();
        changed[place] ^= 1;
        assert!(!check("eval.json.sig", NAMESPACE, &changed), "{place}");
    }
    // Signed for something else, or by somebody else.
    assert!(!check("eval.json.sig", "git", &record));
    std::fs::rename(world.path().join("eval.json.sig"), world.path().join("first.sig")).expect("a name");
    assert!(run(&["-Y", "sign", "-f", "other", "-n", NAMESPACE, "eval.json"], b""));
    assert!(!check("eval.json.sig", NAMESPACE, &record));
    assert!(check("first.sig", NAMESPACE, &record));
}
