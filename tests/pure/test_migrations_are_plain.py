"""What `reik.ops.database` counts on: no migration of Reik runs code on models, or follows their relations."""

from __future__ import annotations

from pathlib import Path

import pytest

import reik

MIGRATIONS = sorted(Path(reik.__file__).parent.glob("*/migrations/0*.py"))


def test_there_are_migrations() -> None:
    assert len(MIGRATIONS) > 10


@pytest.mark.parametrize("file", MIGRATIONS, ids=lambda file: f"{file.parts[-3]}-{file.stem}")
def test_it_changes_models_or_runs_sql(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for word in ("RunPython", "RenameModel", "apps.get_model"):
        assert word not in text, f"{word}: render every model again first (reik.ops.database)"
