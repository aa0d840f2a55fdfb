//! A `setup.py` with what it declares, and what of it is not followed.

use super::*;
use crate::evidence::Expr;
use crate::quantity::Value;

/// `line package specifier [extra] ;marker` for each package, `file` for an include, `? detail` for a gap.
fn said(source: &str) -> Vec<String> {
    let file = File {
        path: "setup.py".into(),
        bytes: source.as_bytes().to_vec(),
        text: Some(SourceText::new("setup.py", source)),
    };
    let facts = read(&file);
    let lines = facts.statements.iter().map(|statement| {
        let Expr::Value(Value::Text(value)) = &statement.value else {
            panic!("a text")
        };
        match &statement.subject {
            Subject::Dependency {
                package, extra, marker, ..
            } => format!(
                "{} {package} {value}{}{}",
                statement.place.line.unwrap(),
                extra.as_ref().map_or(String::new(), |extra| format!(" [{extra}]")),
                marker.as_ref().map_or(String::new(), |marker| format!(" ;{marker}")),
            ),
            _ => format!("{} -> {value}", statement.place.line.unwrap()),
        }
    });
    let gaps = facts.gaps.iter().map(|gap| format!("? {}", gap.detail));
    lines.chain(gaps).collect()
}

#[test]
fn lists_are_followed_wherever_they_are_built() {
    let cases: &[(&str, &[&str])] = &[
        (
            "setup(install_requires=['torch>=1.9', \"numpy\"])",
            &["1 torch >=1.9", "1 numpy "],
        ),
        (
            "import setuptools\nR = ['a==1']\nR += ['b']\nR.append('c<2')\nsetuptools.setup(install_requires=R)",
            &["2 a ==1", "3 b ", "4 c <2"],
        ),
        (
            "V = '2.1'\nsetup(install_requires=['torch==' + V, f'x>={V}'], python_requires='>=3.8, <4')",
            &["2 torch ==2.1", "2 x >=2.1", "2 python >=3.8, <4"],
        ),
        (
            "E = {'a': ['x']}\nE['b'] = ['y>1']\nE['all'] = E['a'] + E['b']\nsetup(extras_require=E)",
            &["1 x  [a]", "1 x  [all]", "2 y >1 [b]", "2 y >1 [all]"],
        ),
        (
            "E = {'a': ['x'], 'b': ['y']}\nE['all'] = sum(E.values(), [])\nsetup(extras_require=dict(E, c=['z']))",
            &["1 x  [a]", "1 x  [all]", "1 y  [b]", "1 y  [all]", "3 z  [c]"],
        ),
        (
            "q = {'install': ['a'], 'test': ['b']}\nsetup(install_requires=q['install'], extras_require={k: v for k, v in q.items() if k not in ['install']})",
            &["1 a ", "1 b  [test]"],
        ),
        ("setup(**dict(install_requires=['a']))", &["1 a "]),
        ("setup(install_requires='''\n  a>=1\n  b\n''')", &["1 a >=1", "1 b "]),
        (
            "R = '''\n a>=1\n b\n'''.strip().splitlines()\nsetup(install_requires=R)",
            &["2 a >=1", "3 b "],
        ),
        (
            "setup(extras_require={':python_version<\"3.8\"': ['a'], 'g:x==\"y\"': ['b']})",
            &["1 a  ;python_version<\"3.8\"", "1 b  [g] ;x==\"y\""],
        ),
        (
            "setup(setup_requires=['cython'], tests_require=['pytest'])",
            &["1 cython  [setup_requires]", "1 pytest  [tests_require]"],
        ),
        (
            "def main():\n    setup(install_requires=['a'])\nif __name__ == '__main__':\n    main()",
            &["2 a "],
        ),
        (
            "def get(xs=['a']):\n    return xs\nsetup(install_requires=get() + get(['b']))",
            &["1 a ", "3 b "],
        ),
        ("from x import y\ny.other(install_requires=['a'])", &[]),
    ];
    for (source, want) in cases {
        assert_eq!(said(source), *want, "{source}");
    }
}

#[test]
fn a_table_by_name_gives_the_line_of_the_table() {
    let source = "import re\n_deps = [\n  'torch>=1.9',\n  'numpy',\n  'black~=22.0',\n]\n\
        deps = {b: a for a, b in (re.findall(r'^(([^!=<>~ ]+)(?:[!=<>~ ].*)?$)', x)[0] for x in _deps)}\n\
        def deps_list(*pkgs):\n    return [deps[pkg] for pkg in pkgs]\n\
        extras = {}\nextras['quality'] = deps_list('black')\n\
        setup(install_requires=[deps['torch']], extras_require=extras)\n";
    assert_eq!(said(source), ["3 torch >=1.9", "5 black ~=22.0 [quality]"]);
}

#[test]
fn lines_of_another_file_are_that_files() {
    for read in [
        "with open('requirements.txt') as f:\n    R = f.read().splitlines()\nsetup(install_requires=R)",
        "R = [l.strip() for l in open('requirements.txt') if l and not l.startswith('#')]\nsetup(install_requires=R)",
        "def reqs(p):\n    return Path(p).read_text().split('\\n')\nsetup(install_requires=reqs('requirements.txt'))",
        "R = []\nfor line in open(os.path.join(here, 'requirements.txt')):\n    R.append(line.strip())\nsetup(install_requires=R)",
        "setup(install_requires=[str(r.req) for r in parse_requirements('requirements.txt', session=False)])",
        "def load(p):\n    import other\n    return other.parsed(p)\nsetup(install_requires=load('requirements.txt'))",
        "setup(install_requires=(HERE / 'requirements.txt').read_text().splitlines())",
    ] {
        let said = said(read);
        assert_eq!(said.len(), 1, "{read}: {said:?}");
        assert!(said[0].ends_with("-> requirements.txt"), "{read}: {said:?}");
    }
}

#[test]
fn what_one_branch_adds_is_under_its_condition() {
    let cases: &[(&str, &[&str])] = &[
        (
            "R = ['a']\nif sys.platform == 'linux':\n    R.append('b')\nsetup(install_requires=R)",
            &["1 a ", "3 b  ;sys.platform == 'linux'"],
        ),
        (
            "if os.environ.get('GPU'):\n    R = ['a-gpu']\nelse:\n    R = ['a']\nsetup(install_requires=R)",
            &["2 a-gpu  ;os.environ.get('GPU')", "4 a  ;not (os.environ.get('GPU'))"],
        ),
        (
            "R = ['a'] + (['b'] if X else [])\nsetup(install_requires=R)",
            &["1 a ", "1 b  ;X"],
        ),
    ];
    for (source, want) in cases {
        assert_eq!(said(source), *want, "{source}");
    }
}

#[test]
fn what_is_not_followed_is_a_gap() {
    for (source, line) in [
        ("R = requests.get('x').json()\nsetup(install_requires=R)", 1),
        ("setup(\n  install_requires=other.get_requirements())", 2),
        ("setup(**other())", 1),
        ("setup(install_requires=['a', helper()])", 1),
        ("R = ['a']\nR.remove('a')\nsetup(install_requires=R)", 2),
        ("R = open('deps.list').read()\nsetup(install_requires=R)", 1),
        ("setup(install_requires=['not a requirement'])", 1),
        ("setup(python_requires=f'>={V}')", 1),
    ] {
        let said = said(source);
        let want = format!("? as a manifest, line {line}: ");
        assert!(said.iter().any(|said| said.starts_with(&want)), "{source}: {said:?}");
    }
}
