//! Small worlds: what is found, what stays closed, what is refused.

use super::*;

struct World(tempfile::TempDir);

impl World {
    fn new(files: &[(&str, &str)]) -> World {
        let world = World(tempfile::tempdir().unwrap());
        for (path, text) in files {
            world.write(path, text);
        }
        world
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn open(&self) -> Repository {
        Repository::open(self.0.path(), &[]).unwrap()
    }
}

fn scope(include: &[&str], exclude: &[&str]) -> Scope {
    let owned = |globs: &[&str]| globs.iter().map(|glob| glob.to_string()).collect();
    Scope {
        include: owned(include),
        exclude: owned(exclude),
    }
}

fn gaps(repository: &Repository) -> Vec<(String, GapReason)> {
    repository.gaps().into_iter().map(|gap| (gap.file, gap.why)).collect()
}

#[test]
fn scopes_mean_what_the_language_says() {
    let world = World::new(&[
        (".gitignore", "logs/\n*.ckpt\n"),
        (".github/ci.yml", ""),
        ("README.md", ""),
        ("a.ckpt", ""),
        ("data/b.csv", ""),
        ("data/deep/c.csv", ""),
        ("data[1].txt", ""),
        ("logs/deep/run.csv", ""),
        ("logs/run.out", ""),
        ("node_modules/x/y.csv", ""),
        ("slurm/04_eval.job", ""),
        ("slurm/05_eval.job", ""),
        ("slurm/old/04_eval.job", ""),
        ("src/p.egg-info/PKG-INFO", ""),
    ]);
    let everything: &[&str] = &[
        ".github/ci.yml",
        ".gitignore",
        "README.md",
        "data/b.csv",
        "data/deep/c.csv",
        "data[1].txt",
        "slurm/04_eval.job",
        "slurm/05_eval.job",
        "slurm/old/04_eval.job",
    ];
    type Case<'a> = (&'a [&'a str], &'a [&'a str], &'a [&'a str], &'a [&'a str]);
    let cases: &[Case] = &[
        (&[], &[], everything, &[]),
        (&["slurm/0[467]_*.job"], &[], &["slurm/04_eval.job"], &[]),
        (
            &["slurm/**/0[467]_*.job"],
            &[],
            &["slurm/04_eval.job", "slurm/old/04_eval.job"],
            &[],
        ),
        (
            &["slurm"],
            &["slurm/old/**"],
            &["slurm/04_eval.job", "slurm/05_eval.job"],
            &[],
        ),
        (
            &["slurm/"],
            &["slurm/old"],
            &["slurm/04_eval.job", "slurm/05_eval.job"],
            &[],
        ),
        (&["./data/b.csv"], &[], &["data/b.csv"], &[]),
        (&["*.csv"], &[], &[], &["*.csv"]),
        // Ignored files only where a glob matches them, vendored ones only where a glob names their folder.
        (
            &["**/*.csv"],
            &[],
            &["data/b.csv", "data/deep/c.csv", "logs/deep/run.csv"],
            &[],
        ),
        (&["node_modules/**/*.csv"], &[], &["node_modules/x/y.csv"], &[]),
        (&["node_modules"], &[], &["node_modules/x/y.csv"], &[]),
        (&["logs/*.out"], &[], &["logs/run.out"], &[]),
        (&["logs"], &[], &["logs/deep/run.csv", "logs/run.out"], &[]),
        (&["*.ckpt"], &[], &["a.ckpt"], &[]),
        (&["data[1].txt"], &[], &["data[1].txt"], &[]),
        (&["README.md/"], &[], &[], &["README.md/"]),
        (&["{README,CHANGES}.md", "gone.txt"], &[], &["README.md"], &["gone.txt"]),
        (&["[broken"], &[], &[], &["[broken"]),
        (&["../x", "/etc/passwd"], &[], &[], &["../x", "/etc/passwd"]),
    ];
    for (include, exclude, files, unmatched) in cases {
        let got = world.open().matches(&scope(include, exclude));
        assert_eq!(got.files, *files, "{include:?} without {exclude:?}");
        assert_eq!(got.unmatched, *unmatched, "{include:?}");
    }
}

#[test]
fn what_is_left_out_is_a_gap() {
    let world = World::new(&[
        (".gitignore", "logs/\n*.ckpt\n"),
        ("a.ckpt", ""),
        ("env/pyvenv.cfg", ""),
        ("env/lib/x.py", ""),
        ("logs/run.out", ""),
        ("logs/a.err", ""),
        ("logs/deep/b.err", ""),
        ("src/__pycache__/x.pyc", ""),
        ("third_party/lib/x.py", ""),
    ]);
    let mut repository = world.open();
    assert_eq!(
        gaps(&repository),
        [
            ("a.ckpt".into(), GapReason::Ignored),
            ("env/".into(), GapReason::Vendored),
            ("logs/".into(), GapReason::Ignored),
            ("third_party/".into(), GapReason::Vendored),
        ]
    );
    repository.matches(&scope(&["logs/*.out", "third_party/lib"], &[]));
    assert_eq!(
        gaps(&repository),
        [
            ("a.ckpt".into(), GapReason::Ignored),
            ("env/".into(), GapReason::Vendored),
            ("logs/".into(), GapReason::Ignored),
        ]
    );
    assert_eq!(repository.gaps()[2].detail, "2 of its files");
}

#[test]
fn ignore_rules_count_from_the_root_down_and_never_hide_a_tracked_file() {
    let world = World::new(&[
        (".gitignore", "*.py\n"),
        ("repo/.gitignore", "data/\n/top.txt\n"),
        ("repo/a.py", ""),
        ("repo/data/kept.csv", ""),
        ("repo/data/other.csv", ""),
        ("repo/sub/.gitignore", "*.log\n!keep.log\n"),
        ("repo/sub/keep.log", ""),
        ("repo/sub/run.log", ""),
        ("repo/sub/top.txt", ""),
        ("repo/top.txt", ""),
    ]);
    // An index of version 2 with one path: 40 bytes of file data, a hash, flags, the path, NUL up to a multiple of 8.
    let mut index = b"DIRC\0\0\0\x02\0\0\0\x01".to_vec();
    index.extend([0; 60]);
    index.extend(*b"\0\x0d");
    index.extend(*b"data/kept.csv\0\0\0\0\0");
    std::fs::create_dir(world.0.path().join("repo/.git")).unwrap();
    std::fs::write(world.0.path().join("repo/.git/index"), index).unwrap();

    let mut repository = Repository::open(&world.0.path().join("repo"), &[]).unwrap();
    let files = repository.matches(&Scope::default()).files;
    assert_eq!(
        files,
        [
            ".gitignore",
            "a.py",
            "data/kept.csv",
            "sub/.gitignore",
            "sub/keep.log",
            "sub/top.txt"
        ]
    );
    assert_eq!(
        gaps(&repository),
        [
            ("data/other.csv".into(), GapReason::Ignored),
            ("sub/run.log".into(), GapReason::Ignored),
            ("top.txt".into(), GapReason::Ignored),
        ]
    );
}

#[cfg(unix)]
#[test]
fn links_lead_within_the_root_or_into_an_allowed_folder() {
    use std::os::unix::fs::symlink;
    let outside = World::new(&[("big/d.csv", "a\n1\n"), ("secret.txt", "s")]);
    let world = World::new(&[("conf/base.yaml", "lr: 1"), ("src/a.py", "")]);
    let (out, root) = (outside.0.path(), world.0.path());
    symlink(out.join("big"), root.join("data")).unwrap();
    symlink(out.join("secret.txt"), root.join("secret.txt")).unwrap();
    symlink("gone", root.join("broken")).unwrap();
    symlink("conf/base.yaml", root.join("current.yaml")).unwrap();
    symlink("conf", root.join("cfg")).unwrap();
    symlink(".", root.join("loop")).unwrap();

    let mut repository = world.open();
    assert_eq!(
        repository.matches(&Scope::default()).files,
        ["conf/base.yaml", "src/a.py"]
    );
    assert_eq!(
        gaps(&repository),
        [
            ("broken".into(), GapReason::Unreadable),
            ("data".into(), GapReason::OutsideRoot),
            ("secret.txt".into(), GapReason::OutsideRoot),
        ]
    );
    assert!(repository.read("secret.txt").is_err());
    // The file behind a link has one path, whichever way it is named.
    for include in ["current.yaml", "cfg/*.yaml", "loop/conf/base.yaml", "conf"] {
        assert_eq!(
            repository.matches(&scope(&[include], &[])).files,
            ["conf/base.yaml"],
            "{include}"
        );
    }
    assert_eq!(repository.read("current.yaml").unwrap().path, "conf/base.yaml");
    assert_eq!(repository.entry("cfg/base.yaml").unwrap().path, "conf/base.yaml");

    let mut allowed = Repository::open(root, &[out.join("big")]).unwrap();
    assert_eq!(allowed.matches(&scope(&["data"], &[])).files, ["data/d.csv"]);
    assert_eq!(allowed.read("data/d.csv").unwrap().bytes, b"a\n1\n");
    assert!(allowed.read("secret.txt").is_err());
}

#[test]
fn files_are_read_once_and_as_what_they_are() {
    let world = World::new(&[
        ("bom.txt", "\u{feff}x"),
        ("claims.toml", "[[claim]]\nkind = \"file\""),
        ("r.md", "# generated-by: verify-claims"),
    ]);
    std::fs::write(world.0.path().join("latin.txt"), b"caf\xe9").unwrap();
    std::fs::write(world.0.path().join("nul.bin"), b"a\0b").unwrap();
    let repository = world.open();
    let text = |path: &str| repository.read(path).unwrap().text.map(|text| text.text().to_string());
    assert_eq!(text("bom.txt").as_deref(), Some("\u{feff}x"));
    assert_eq!(text("latin.txt"), None);
    assert_eq!(text("nul.bin"), None);
    for path in ["claims.toml", "r.md"] {
        assert_eq!(repository.read(path).unwrap_err().why, GapReason::OwnReport, "{path}");
    }
    assert_eq!(repository.read("gone").unwrap_err().why, GapReason::Unreadable);
    assert!(repository.reads().values().all(|&times| times == 1));
    assert_eq!(repository.reads().len(), 5);
}

#[test]
fn roots_that_are_none_are_told_apart() {
    let world = World::new(&[("a.py", "")]);
    let open = |name: &str| Repository::open(&world.0.path().join(name), &[]).unwrap_err();
    assert!(matches!(open("gone"), SourceError::NoRoot(_)));
    assert!(matches!(open("a.py"), SourceError::RootIsFile(_)));
}

#[test]
fn hashes_are_those_of_sha256sum() {
    // FIPS 180-2, appendix B.1.
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(digest(b"abc"), abc);
    let world = World::new(&[("abc", "abc"), ("two", "a\nb\n"), ("empty", "")]);
    let repository = world.open();
    assert_eq!(
        repository.opened("abc").unwrap().measured().unwrap(),
        Measured {
            sha256: abc.into(),
            lines: 1,
            bytes: 3
        }
    );
    assert_eq!(repository.opened("two").unwrap().measured().unwrap().lines, 2);
    assert_eq!(repository.opened("empty").unwrap().measured().unwrap().lines, 0);
}
