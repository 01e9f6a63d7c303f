"""Why a value may move, told from the code that made it and not from code beside it."""

from __future__ import annotations

import pytest

from analyst.trust.causes import CHANCE, CLOCK, ORDER, OUTSIDE, causes

DATA = ("/data/sales.csv",)
CAUSES = {
    "x = np.random.rand(5).mean()": CHANCE,
    "x = np.random.default_rng().normal()": CHANCE,
    "np.random.seed(1)\nx = random.random()": CHANCE,  # the seed of another library
    "random.seed(1)\nx = np.random.rand()": CHANCE,
    "x = df.sample(10).paid.mean()": CHANCE,
    "train, test = train_test_split(df)": CHANCE,
    "KMeans(3, random_state=None).fit(df)": CHANCE,
    "x = uuid.uuid4()": CHANCE,
    "np.random.seed()\nx = df.paid.sum() + secrets.randbelow(5)": CHANCE,
    "x = datetime.now() - start": CLOCK,
    "age = (pd.Timestamp('today') - df.born).dt.days": CLOCK,
    "age = pd.to_datetime('now') - df.born": CLOCK,
    "t = time.time()": CLOCK,
    "first = list(set(df.name))[0]": ORDER,
    "for name in {'a', 'b'}:\n    print(name)": ORDER,
    "print(', '.join({n for n in df.name}))": ORDER,
    "pd.concat(map(pd.read_csv, Path('.').glob('*.csv')))": ORDER,
    "x = os.listdir('.')[0]": ORDER,
    "x = os.environ['HOME']": OUTSIDE,
    "x = pd.read_json('https://example.org/rates.json')": OUTSIDE,
    "x = requests.get(url).json()": OUTSIDE,
    "x = pd.read_csv('/elsewhere/rates.csv')": "it reads /elsewhere/rates.csv, which was not named as data",
    "x = json.load(open('notes.json'))": "it reads notes.json, which was not named as data",
}
NONE = (
    "x = np.random.default_rng(3).normal()",
    "np.random.seed(3)\nx = np.random.rand()",
    "np.random.seed(3)\nx = df.sample(3)",
    "import random\nrandom.seed(3)\nx = random.random()",
    "x = df.sample(3, random_state=1)",
    "KMeans(3, random_state=0).fit(df)",
    "ax.set(title='t', xlabel='x')",
    "n = len(set(df.name))",
    "names = sorted({'a', 'b'})",
    "x = sorted(glob.glob('*.csv'))",
    "new = name in set(df.name)",
    "x = df[df.name.isin({'a', 'b'})]",
    "x = pd.read_csv('/data/sales.csv')",
    "df.to_csv('out.csv')\nx = pd.read_csv('out.csv')",
    "with open('out.txt', 'w') as f:\n    f.write('1')",
    "x = pd.to_datetime(df.time).max()",
    "x = df.time.max() - df.now.min()",
)


@pytest.mark.parametrize(("code", "cause"), CAUSES.items())
def test_a_cause_is_named(code: str, cause: str) -> None:
    assert cause in causes([code], [code], DATA)


@pytest.mark.parametrize("code", NONE)
def test_what_comes_again_is_no_cause(code: str) -> None:
    assert causes([code], [code], DATA) == []


def test_the_nearest_cell_is_the_likeliest_and_a_cell_beside_it_is_none() -> None:
    timed, drawn = "begun = time.time()", "x = np.random.rand(50)"
    assert causes(["print(x.mean())", drawn], [timed, drawn, "print(x.mean())"], ()) == [CHANCE]
    assert causes(["print(x.mean(), time.time())", drawn], [], ()) == [CLOCK]


def test_code_that_is_too_deep_or_no_python_tells_nothing() -> None:
    assert causes(["x = " + " + ".join(["1"] * 5_000), "select *"], [], ()) == []
