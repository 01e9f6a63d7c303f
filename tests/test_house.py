"""The shape of the house itself."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import analyst

ROOT = Path(__file__).parent.parent


def test_the_name_kernels_is_not_ours() -> None:
    spec = importlib.util.find_spec("kernels")
    assert spec is None or spec.origin is None or "site-packages" in spec.origin
    assert not (ROOT / "kernels" / "__init__.py").exists()


def test_importing_the_package_imports_no_provider_and_no_front_end() -> None:
    heavy = ("litellm", "openai", "IPython", "ipywidgets", "zmq", "pandas", "rich", "matplotlib", "pydantic")
    code = f"import sys, analyst; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_help_imports_no_provider() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from analyst.cli import main; "
        "assert CliRunner().invoke(main, ['run', '--help']).exit_code == 0; "
        "print([m for m in ('litellm', 'openai', 'pandas', 'jupyter_client', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_door_has_these_names() -> None:
    assert dir(analyst) == sorted(
        ["AnalystError", "Event", "Host", "Model", "Result", "Session", "Settings", "Tool"]
        + ["chat", "read_log", "run", "to_notebook", "tool"]
    )
    for name in dir(analyst):
        assert getattr(analyst, name) is not None


def test_the_floors_hold() -> None:
    done = subprocess.run([sys.executable, "-c", "from importlinter.cli import lint_imports_command as l; l()"], cwd=ROOT, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_nothing_names_a_place_of_its_making() -> None:
    """Paths of the machine it was written on and download addresses have no place in what is published."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    # a path that begins there, also after an escaped line break; the folder `work` of a run is no such place
    banned = re.compile(
        rb"(?<!\$\{RUN\})(?<![^\\]\w)/(?:work|root)/|files\.python" + rb"hosted|pypi" + rb"\.org"
    )
    for name in listed:
        assert not banned.search((ROOT / name).read_bytes()), name
