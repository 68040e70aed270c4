"""The layouts that Claude's usage page has had, by the month in which each appeared (pure)."""

from typing import Literal

from msgspec import Struct

__all__ = ["DEFAULT_ERA", "ERAS", "LIMITS", "Era", "Limit", "Slug"]

Slug = Literal["2026-02", "2026-04", "2026-06", "2026-07", "2026-09", "2026-10"]

Limit = Literal["session", "weekly", "weekly:sonnet", "weekly:fable", "credits"]
LIMITS: tuple[Limit, ...] = ("session", "weekly", "weekly:sonnet", "weekly:fable", "credits")

WITH_SONNET: tuple[Limit, ...] = ("session", "weekly", "weekly:sonnet", "credits")
WITH_FABLE: tuple[Limit, ...] = ("session", "weekly", "weekly:fable", "credits")


class Era(Struct, frozen=True, kw_only=True):
    """One layout: its month, the shape of its JSON (1 to 3), the limits it shows, dialog or plain page."""

    slug: Slug
    shape: Literal[1, 2, 3]
    limits: tuple[Limit, ...]
    dialog: bool
    about: str


ERAS: dict[Slug, Era] = {
    era.slug: era
    for era in (
        Era(slug="2026-02", shape=1, limits=WITH_SONNET, dialog=False, about="bars and extra usage"),
        Era(slug="2026-04", shape=2, limits=WITH_SONNET, dialog=False, about="a plain list of paragraphs"),
        Era(slug="2026-06", shape=2, limits=WITH_SONNET, dialog=True, about="a dialog with progress bars"),
        Era(slug="2026-07", shape=3, limits=WITH_FABLE, dialog=True, about="meters, Fable, banners"),
        Era(slug="2026-09", shape=3, limits=WITH_FABLE, dialog=True, about="one section, absolute resets"),
        Era(slug="2026-10", shape=3, limits=WITH_FABLE, dialog=True, about="prose and usage by product"),
    )
}
DEFAULT_ERA: Slug = "2026-10"
