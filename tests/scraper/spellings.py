"""Ways in which pages write a moment, in three languages: what the reset parser is tried on."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

NARROW = "\u202f"
"""The narrow blank that browsers write between a time and its half of the day, and in French."""

WEEKDAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "de": ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
}
SHORT = {
    "en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    "de": ["Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So."],
    "fr": ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."],
}
MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "de": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
}
SHORT_MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "de": ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."],
    "fr": ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
}

Clock = Callable[[datetime], str]


def _twelve(half: Callable[[str], str], space: str = " ") -> Clock:
    def write(at: datetime) -> str:
        return f"{at.hour % 12 or 12}:{at.minute:02}{space}{half('A' if at.hour < 12 else 'P')}"

    return write


CLOCKS: dict[str, list[Clock]] = {
    "en": [
        _twelve(lambda half: f"{half}M"),
        _twelve(lambda half: f"{half.lower()}.m."),
        _twelve(lambda half: f"{half}M", NARROW),
        lambda at: f"{at:%H:%M}",
    ],
    "de": [
        lambda at: f"{at:%H:%M}",
        lambda at: f"{at:%H:%M} Uhr",
        lambda at: f"{at:%H.%M} Uhr",
        _twelve(lambda half: f"{half}M"),
    ],
    "fr": [
        lambda at: f"{at:%H:%M}",
        lambda at: f"{at.hour} h {at.minute:02}",
        lambda at: f"{at.hour}h{at.minute:02}",
        lambda at: f"{at.hour}{NARROW}h{NARROW}{at.minute:02}",
    ],
}
AT = {"en": "at", "de": "um", "fr": "à"}
DAYS: dict[str, list[str]] = {
    "en": [
        "{short} {time}",
        "{short}, {time}",
        "{weekday} at {time}",
        "on {weekday} at {time}",
        "{weekday} {time}",
    ],
    "de": ["{short}, {time}", "{short} {time}", "am {weekday} um {time}", "{weekday}, {time}"],
    "fr": ["{short} {time}", "{short} à {time}", "{weekday} à {time}", "{weekday} {time}"],
}
DATES: dict[str, list[str]] = {
    "en": ["{mon} {day}, {time}", "{weekday}, {month} {day} at {time}", "{day} {mon} at {time}"],
    "de": ["{short}, {day}. {mon}, {time}", "am {day}. {month} um {time}", "{day}.{number}. um {time}"],
    "fr": ["{short} {day} {mon} à {time}", "le {day} {month} à {time}", "{day}/{number:02} à {time}"],
}


class Spelling(NamedTuple):
    """One way of writing: the language, the form of the day and the clock; `dated` when the form has a date."""

    language: str
    form: str
    clock: int
    dated: bool

    def write(self, at: datetime) -> str:
        """Write a local time."""
        language, weekday, month = self.language, at.weekday(), at.month - 1
        return self.form.format(
            short=SHORT[language][weekday],
            weekday=WEEKDAYS[language][weekday],
            mon=SHORT_MONTHS[language][month],
            month=MONTHS[language][month],
            day=at.day,
            number=at.month,
            time=CLOCKS[language][self.clock](at),
        )

    def write_time(self, at: datetime) -> str:
        """Write the time of day alone."""
        return f"{AT[self.language]} {CLOCKS[self.language][self.clock](at)}"


SPELLINGS = [
    Spelling(language, form, clock, dated)
    for language in CLOCKS
    for forms, dated in ((DAYS, False), (DATES, True))
    for form in forms[language]
    for clock in range(len(CLOCKS[language]))
]
