"""The scripts below deploy/ as modules: they are run by name, so no package holds them."""

import importlib.util
import sys
from pathlib import Path
from typing import Any


def load(script: Path) -> Any:
    """Load a script; what it imports from beside it is found there."""
    spec = importlib.util.spec_from_file_location(script.stem, script)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(script.parent))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(script.parent))
    return module
