"""What an NPC shows that it feels."""

from __future__ import annotations

from typing import Literal

Emotion = Literal["neutral", "joy", "sadness", "anger", "fear", "disgust", "suspicion"]
