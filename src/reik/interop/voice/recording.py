"""Makes the recordings of `words.py`: `python -m reik.interop.voice.recording`, with espeak-ng and sox on the machine.

Only needed when a text changes. Written are WAV files of A-law, 8,000 samples a second, and `made.json`, which
says of what text each was made, so that a test sees a recording that is behind its text.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from reik.interop.voice.sound import FOLDER
from reik.interop.voice.words import WORDS

VOICES = {"nl": "nl", "en": "en-gb"}
WORDS_A_MINUTE = "135"
# what a telephone passes, silence at both ends off, as loud as goes without distortion, and a short breath after it
SHAPE = [
    "rate", "-h", "8000", "highpass", "200", "lowpass", "3400", "silence", "1", "0.02", "0.5%", "reverse", "silence",
    "1", "0.02", "0.5%", "reverse", "norm", "-4", "pad", "0", "0.15",
]  # fmt: skip


def record(folder: Path = FOLDER) -> None:
    """Write all recordings. Raises CalledProcessError or FileNotFoundError when a program fails or is missing."""
    for lang, texts in WORDS.items():
        (folder / lang).mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            _record(lang, text, folder / lang / f"{name}.wav")
    made = json.dumps(WORDS, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "made.json").write_text(made + "\n", encoding="utf-8")


def _record(lang: str, text: str, path: Path) -> None:
    with tempfile.TemporaryDirectory() as room:
        spoken = Path(room) / "spoken.wav"
        subprocess.run(  # noqa: S603
            ["espeak-ng", "-v", VOICES[lang], "-s", WORDS_A_MINUTE, "-w", str(spoken), text],  # noqa: S607
            check=True,
        )
        subprocess.run(  # noqa: S603
            ["sox", str(spoken), "-e", "a-law", "-c", "1", str(path), *SHAPE],  # noqa: S607
            check=True,
        )


if __name__ == "__main__":
    record()
