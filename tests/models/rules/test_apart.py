"""Code that leaves the user's names alone."""

from __future__ import annotations

import pytest

from analyst.models.rules.apart import apart

CODE = """# the sizes of each group
sizes = df.groupby("sizes")["n"].size()
print(f"sizes: {sizes.max():,} of {df['sizes'].sum()} in {sizes}")
ordered = sizes.sort_values(key=lambda sizes: -sizes, ascending=True)
ordered.plot(sizes=3).sizes = 1
"""


def run(code: str, **names: object) -> dict[str, object]:
    exec(code, names)
    return names


def test_what_is_bound_gets_a_name_of_its_own_and_the_rest_stays() -> None:
    said = apart(CODE, {"sizes", "df", "sizes_2"})
    assert said.splitlines()[0] == "# the sizes of each group"
    assert said.splitlines()[1] == 'sizes_3 = df.groupby("sizes")["n"].size()'
    assert said.splitlines()[2] == "print(f\"sizes: {sizes_3.max():,} of {df['sizes'].sum()} in {sizes_3}\")"
    assert said.splitlines()[4] == "ordered.plot(sizes=3).sizes = 1"
    assert apart(CODE, {"df", "other"}) == CODE
    assert apart(CODE, ()) == CODE


@pytest.mark.parametrize("code", [
    "sizes = [1]\nsizes += [2]\nfound = sum(sizes)",
    "for sizes in [3]: pass\nfound = sizes",
    "def sizes(sizes=3): return sizes\nfound = sizes(3)",
    "import math as sizes\nfound = sizes.isqrt(9)",
    "import math\nfound = math.isqrt(9)",
    "(found := 3)\nsizes, *math = found, 1",
    "found = sum([sizes for sizes in (1, 2)])\nsizes = math = f'''{found\n}'''",
])  # fmt: skip
def test_it_comes_to_the_same_and_the_users_names_are_what_they_were(code: str) -> None:
    taken = {"sizes": "hers", "math": "hers too"}
    after = run(apart(code, taken), **taken)
    assert {name: after[name] for name in taken} == taken
    assert after["found"] == 3


def test_data_that_is_bound_anew_is_read_once() -> None:
    after = run(apart("df = df + [2]\nfound = df", {"df"}, ["df"]), df=[1])
    assert (after["df"], after["found"]) == ([1], [1, 2])
