"""The reader of code: the corpus, what a finding says, and code that is hard to read.

The last thirty cells of each part of the corpus were written for the reader as it was then, by somebody who had not seen its
rules. On its first run over them it flagged 0 of the 30 benign ones and missed 2 of the 30 risky ones: `posix.system`, and
`rename` of paths that a folder was walked for. What it learned from them stands in its tables since.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyst.risk import read, tables
from benchmarks.risk import flagged, found, snippets

BENIGN, RISKY = snippets("benign"), snippets("risky")


def test_the_corpus_is_large_enough_to_say_something() -> None:
    assert len(BENIGN) >= 200
    assert len(RISKY) >= 130


def test_at_most_one_benign_cell_in_twenty_is_flagged() -> None:
    alarms = [code for _, code in BENIGN if flagged(code)]
    assert len(alarms) <= len(BENIGN) * 0.05, alarms


@pytest.mark.parametrize(("effect", "code"), RISKY)
def test_no_listed_risk_is_missed_and_each_has_its_name(effect: str, code: str) -> None:
    assert flagged(code)
    assert found(effect, code)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("import shutil as s\n\ns.rmtree('a')", "line 3 deletes or moves files: shutil.rmtree"),
        ("x = 1\n!curl elsewhere", "line 2 runs another program: curl elsewhere"),
        ("%%bash\nls", "line 1 runs another program: %bash"),
        ("df.to_csv('/srv/a.csv')", "line 1 writes outside the work folder: /srv/a.csv"),
        ("df.to_csv('a.csv')", "line 1 writes files: a.csv"),
        ("os.environ['API_KEY']", "line 1 reads keys or the environment: os.environ[API_KEY]"),
        ("open('a.py', 'w')", "line 1 writes a file that may be run later: a.py"),
    ],
)
def test_a_finding_is_a_sentence_with_its_line(code: str, sentence: str) -> None:
    assert sentence in [str(f) for f in read(code)]


def test_a_variable_of_the_cell_is_no_module() -> None:
    assert not flagged("requests = df['requests']\nrequests.get(1)")
    assert flagged("requests.get(1)")


def test_a_name_that_is_imported_again_is_the_module_again() -> None:
    assert flagged("os = 1\nimport os\nos.system('ls')")


def test_an_import_inside_a_function_counts_before_it_is_called() -> None:
    assert flagged("def f():\n    return s.check_output(['ls'])\nimport subprocess as s")


def test_lines_that_look_like_magics_inside_text_are_text() -> None:
    assert not read('text = """\n!ls\n%%bash\n"""')


def test_code_that_parses_nowhere_is_nothing_and_code_of_a_newer_python_is_looked_through() -> None:
    assert not read("df = (")
    assert flagged("template = t'{x}' if else subprocess.run(['ls'])")


def test_what_is_said_of_a_path_is_one_clean_line() -> None:
    (finding,) = (f for f in read("df.to_csv('/srv/\\x1b]0;a\\x07\\n' + 'b' * 3)") if f.effect == "outside")
    assert str(finding).isprintable()


@pytest.mark.parametrize(
    "code", ["(" * 5000 + ")" * 5000, "x" + ".a" * 20_000, "1" + "+1" * 20_000, "!" * 2_000_000]
)
def test_code_made_to_be_unreadable_is_said_to_be(code: str) -> None:
    found = read(code)
    assert not found or "unreadable" in {f.effect for f in found}


WORDS = st.sampled_from(
    [
        "import os",
        "os.system",
        "(",
        ")",
        "'",
        '"',
        "\n",
        "    ",
        "%",
        "%%",
        "!",
        "?",
        "=",
        "x",
        "getattr",
        "[",
        "]",
    ]
    + [
        "f'{",
        "}'",
        "\\",
        ">>> ",
        "eval",
        "open",
        "\x00",
        "~",
        "/",
        ".",
        ",",
        ":",
        "def f",
        "lambda",
        "await",
        "@",
    ]
)


@given(
    st.one_of(
        st.text(max_size=200),
        st.lists(WORDS, max_size=30).map("".join),
        st.lists(WORDS, max_size=30).map(" ".join),
    )
)
def test_no_text_makes_the_reader_fail(code: str) -> None:
    for finding in read(code):
        assert finding.line >= 1
        assert str(finding)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os\nos._exit(1)", "line 2 ends the kernel at once: os._exit"),
        ("import os\nos.kill(1, 9)", "line 2 sends a signal to a process: os.kill"),
        ("import os\nos.system('ls')", "line 2 runs another program: os.system"),
        ("import os\nos.chmod('a', 0o777)", "line 2 changes whose a file is: os.chmod"),
        ("import atexit\natexit.register(print)", "line 2 runs code when the kernel ends: atexit.register"),
    ],
)
def test_the_words_are_those_of_what_it_does(code: str, said: str) -> None:
    assert said in [str(finding) for finding in read(code)]


def test_every_precise_word_is_for_a_name_that_counts() -> None:
    assert tables.PRECISELY.keys() <= tables.NAMES.keys()
