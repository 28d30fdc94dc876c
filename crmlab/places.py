"""Where things lie: every folder the project knows, in one place."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

COURSE = ROOT / "course"
DATASETS = ROOT / "datasets"
LOCALE = ROOT / "locale"

WORKSPACE = ROOT / "workspace"
GRADING = ROOT / "grading"
DEMO = GRADING / "demo"
