"""A model of use: what somebody's limits stand at, as a function of the moment (pure)."""

from services.practice.model.figures import Credits, Figure, Figures, LimitState
from services.practice.model.life import figures_at
from services.practice.model.live import awake_at, settled_until
from services.practice.model.person import Person

__all__ = ["Credits", "Figure", "Figures", "LimitState", "Person", "awake_at", "figures_at", "settled_until"]
