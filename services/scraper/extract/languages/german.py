"""The page's words in German (pure)."""

from services.scraper.extract.languages.form import (
    PERCENT,
    PRODUCTS,
    Language,
    TimeWords,
    clocks,
    forms,
    names,
    phrase,
    span,
)
from services.scraper.extract.limits import CREDITS, MODELS, SESSION, WEEKLY

__all__ = ["GERMAN"]

_WEEKDAYS = names(
    "mo/mon/montag di/die/dienstag mi/mit/mittwoch do/don/donnerstag fr/fre/freitag sa/sam/samstag/sonnabend "
    "so/son/sonntag",
    first=0,
)
_MONTHS = names(
    "jan/januar/jänner feb/februar mär/mrz/märz apr/april mai jun/juni jul/juli aug/august "
    "sep/sept/september okt/oktober nov/november dez/dezember",
    first=1,
)
_NUMBERED = {f"{number:{width}}": number for number in range(1, 13) for width in ("", "02")}
_RELATIVE = {"gestern": -1, "heute": 0, "morgen": 1, "übermorgen": 2}

_TIMES = TimeWords(
    weekdays=_WEEKDAYS,
    months=_MONTHS | _NUMBERED,
    relative_days=_RELATIVE,
    spans=(
        span("in", r"d|t|tg|tag|tage|tagen", r"h|std|stdn|stunden?", r"m|min|minuten?", r"(?:,? (?:und )?|)"),
    ),
    forms=forms(
        (_WEEKDAYS, _MONTHS, _RELATIVE),
        "am",
        "um",
        clocks(
            r"(?P<hour>\d{1,2})[:.](?P<minute>\d\d) ?(?:uhr|h)",
            r"(?P<hour>\d{1,2}) ?uhr(?: (?P<minute>\d\d))?",
        ),
        r"(?P<day>\d{1,2})\.? (?P<month>{months})\.?",
        r"(?P<day>\d{1,2})\. ?(?P<month>0?[1-9]|1[0-2])\.?",
    ),
)

_VERSION = r"(?: \d+(?:\.\d+)?)?"
_NO_MODEL = r"(?:nutzung|verbrauch|insgesamt|gesamt|alles|limits?|kosten|tokens|nachrichten|chats|heute)\b"
_USED = r"(?:verwendet|genutzt|verbraucht|benutzt|aufgebraucht|ausgelastet|ausgeschöpft|belegt)"
_LEFT = r"(?:übrig|verbleibend|verbleiben|verfügbar|frei|ungenutzt)"
_YOUR = r"(?:ihres|deines|eures|des)"
_YOU = r"(?:sie haben|du hast|ihr habt)"
_SENT = r"(?:gesendet|geschickt|verschickt) (?:wird|wurde|haben|hast)"
_AMOUNT = r"\S{1,20}(?: \S{1,6}){0,2}"
_RESET = r"(?:zurücksetzung|reset|erneuerung)"
_WHEN = r"(?P<when>(?:in )?(?P<words>(?!(?:in|am|um)$)\S.{0,60}?))"
_AGO = r"vor (?:etwa |ca\. )?"

GERMAN = Language(
    code="de",
    labels={
        SESSION: phrase(r"(?:aktuelle|laufende|derzeitige|jetzige) (?:sitzung|session)"),
        WEEKLY: phrase(
            r"alle modelle|diese woche|alle modelle,? \(?diese woche\)?|diese woche,? \(?alle modelle\)?"
        ),
        CREDITS: phrase(
            r"guthaben|(?:nutzungs|verbrauchs)-?guthaben|nutzungs-?credits|(?:zusätzliche|extra) nutzung|"
            r"(?:extra-?|zusatz|mehr)nutzung"
        ),
    },
    model=phrase(
        rf"(?:nur )?(?P<shown>(?:claude )?(?P<model>{MODELS}){_VERSION})(?: diese woche)?"
        rf"|diese woche (?P<shown_after>(?P<model_after>{MODELS}){_VERSION})"
    ),
    stranger=phrase(
        rf"nur (?!{_NO_MODEL})(?P<shown>(?P<model>[a-z]{{3,20}}){_VERSION})"
        rf"|(?!{_NO_MODEL})(?P<shown_after>(?P<model_after>[a-z]{{3,20}}){_VERSION}) diese woche"
    ),
    elsewhere=phrase(
        r"\b(?:letzte\w*|vorige\w*|vergangene\w*|frühere\w*|gestern|verlauf|beispiel\w*|muster|demo|würde\w*|"
        r"prognose|voraussichtlich\w*|geschätzt\w*|durchschnitt\w*|api|vergleich\w*|anderer?|mitglieder\w*|"
        rf"(?:ihr|dein|euer|das) team|(?:ihre|deine|die) organisation|{PRODUCTS})\b|"
        r"\bnach (?:produkt|modell|app|funktion|tag)"
    ),
    periods=phrase(r"\b(?:täglich\w*|tages\w*|heute|stündlich\w*|monatlich\w*|monats?\w*|jahr\w*)"),
    own=phrase(
        r"nutzung|verbrauch|limit|plan|tarif|sitzung|woche|wöchent|modell|aktuell|kontingent|übersicht"
    ),
    of_session=phrase(r"sitzung|session|\b(?:5|fünf)[- ]?(?:stunden|std|h)\b"),
    of_week=phrase(r"woche|wöchentlich|\b(?:7|sieben)[- ]?tage"),
    asides=phrase(
        r"(?:mehr|weitere informationen) (?:zu|über) .*|(?:erfahren sie|erfahre) mehr.*|mehr erfahren.*|"
        r"(?:nutzungslimits )?aktualisieren|.*wochenlimit für .*|.*wöchentliches limit für .*"
    ),
    notices=phrase(
        r"(?:du hast|sie haben) [^%]*limits? (?:fast |beinahe )?(?:erreicht|überschritten)[^%]*|"
        r"(?:du näherst dich|sie nähern sich) [^%]*limit[^%]*|\w*limit erreicht!?|"
        r".*limit ist \d{1,3} ?% höher.*|erhalten? (?:sie )?\S+ [^%]*(?:gratis|kostenlos|geschenkt)[^%]*"
    ),
    figures=(
        phrase(rf"(?:zu )?{PERCENT} (?:(?:des|dieses|ihres|deines) limits )?{_USED}"),
        phrase(rf"{_USED}:? (?:zu )?{PERCENT}"),
        phrase(rf"(?:nutzung|auslastung|verbrauch): {PERCENT}"),
        phrase(rf"{_YOU} {PERCENT} (?:(?:des|dieses|ihres|deines) limits )?{_USED}\.?"),
    ),
    rests=(
        phrase(rf"(?:noch )?{PERCENT} (?:(?:des|dieses|ihres|deines) limits )?{_LEFT}\.?"),
        phrase(rf"(?:{_LEFT}|rest|noch):? {PERCENT}"),
    ),
    summaries={
        SESSION: phrase(rf"(?:.*\. )?{PERCENT} {_YOUR} sitzungslimits (?:bisher )?{_USED}\.?"),
        WEEKLY: phrase(
            rf"(?:.*\. )?{PERCENT} {_YOUR} (?:wochenlimits|wöchentlichen limits) (?:bisher )?{_USED}\.?"
        ),
    },
    leftover=phrase(
        r"\b(?:übrig\w*|verbleib\w*|rest|restlich\w*|ungenutzt\w*)\b|% (?:frei|verfügbar)\b|"
        r"\bnoch (?:\d|verfügbar|frei|nutz|verwend)|^verfügbar(?: \w+)?$"
    ),
    spent=(
        phrase(rf"(?P<amount>{_AMOUNT}) (?:von|/) (?P<limit>{_AMOUNT}) (?:ausgegeben|{_USED})"),
        phrase(rf"(?P<amount>{_AMOUNT}) (?:ausgegeben|verbraucht)(?: (?:von|/) (?P<limit>{_AMOUNT}))?"),
        phrase(r"(?:ausgegeben|verbraucht):? (?P<amount>\S{1,20}(?: \S{1,4})?)"),
    ),
    resets=(
        phrase(rf"(?:wird )?{_RESET}:? {_WHEN}"),
        phrase(rf"(?:(?:wird|setzt sich) )?{_WHEN} (?:zurückgesetzt|zurück)\.?"),
        phrase(rf"wird (?:zurückgesetzt|erneuert):? {_WHEN}"),
        phrase(rf"erneuert sich {_WHEN}"),
    ),
    idle=phrase(
        r"(?:beginnt|startet|fängt an),? (?:wenn|sobald) (?:eine|die erste|ihre erste|deine erste) nachricht "
        rf"{_SENT}\.?|(?:beginnt|startet),? (?:wenn|sobald) (?:sie|du) eine nachricht "
        r"(?:senden|sendest|schicken|schickst)\.?|"
        r"(?:beginnt|startet) (?:mit der|bei der) (?:ersten|nächsten) nachricht\.?"
    ),
    unused=(
        phrase(rf"{_YOU} (?P<model>.{{1,40}}?) (?:bisher )?noch nicht (?:verwendet|genutzt|benutzt)\.?"),
        phrase(
            r"(?P<model>\S{1,20}(?: \S{1,20}){0,2}) (?:wurde )?(?:bisher )?noch nicht "
            r"(?:verwendet|genutzt|benutzt)\.?"
        ),
    ),
    updated=phrase(
        r"(?:zuletzt|letztmals) (?:aktualisiert|erneuert)(?: um)?:?(?: (?P<age>\S.{0,40}))?|"
        r"letzte aktualisierung:?(?: (?P<age_after>\S.{0,40}))?"
    ),
    renewed=phrase(r"(?:aktualisiert|stand|daten von)(?: um)?:? (?P<age>\S.{0,40})"),
    ages=(
        (phrase(r"gerade eben|soeben|eben(?: erst)?|gerade|jetzt|vor einem (?:augenblick|moment)"), 0),
        (phrase(r"vor (?:weniger als|unter) (?:einer|1) (?:min|minute)|vor < ?1 (?:min|minute)"), 0),
        (phrase(r"vor (?:(?:wenigen|einigen|ein paar|\d{1,2}) )?(?:s|sek|sekunden?)"), 0),
        (phrase(rf"{_AGO}(?P<count>einer|\d{{1,4}}) (?:min|minuten?)"), 1),
        (phrase(rf"{_AGO}(?P<count>einer|\d{{1,4}}) (?:h|std|stdn|stunden?)"), 60),
        (phrase(rf"{_AGO}(?P<count>einem|\d{{1,4}}) (?:tg|tag|tagen?)"), 24 * 60),
    ),
    generic=phrase(
        r"nutzung|verwendung|verbrauch|auslastung|fortschritt|nutzungs(?:balken|anzeige)|verwendet"
    ),
    plan=phrase(
        r"(?:nutzungslimits (?:des|ihres|deines) plans|plan-nutzungslimits|(?:ihre|deine) nutzungslimits|"
        r"(?:ihre|deine) nutzung) ?(?P<plan>(?:free|pro|max|team|enterprise)(?: \(\d{1,3}x\))?)"
    ),
    refresh=phrase(r"(?:nutzungslimits |nutzung )?aktualisieren"),
    idle_words="Beginnt, wenn eine Nachricht gesendet wird",
    times=_TIMES,
)
