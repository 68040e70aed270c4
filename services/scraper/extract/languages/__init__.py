"""The page's words, one file a language: a new word is a line in its file, a language a file (pure)."""

from services.scraper.extract.languages.english import ENGLISH
from services.scraper.extract.languages.form import Language
from services.scraper.extract.languages.french import FRENCH
from services.scraper.extract.languages.german import GERMAN

__all__ = ["ENGLISH", "LANGUAGES", "Language"]

LANGUAGES = (ENGLISH, GERMAN, FRENCH)
"""Tried in this order; the first that knows the whole phrase wins."""
