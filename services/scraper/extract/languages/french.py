"""The page's words in French (pure)."""

import re

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

__all__ = ["FRENCH"]

_WEEKDAYS = names(
    "lun/lundi mar/mardi mer/mercredi jeu/jeudi ven/vendredi sam/samedi dim/dimanche",
    first=0,
)
_MONTHS = names(
    "janv/jan/janvier févr/fév/fevr/fev/février/fevrier mars avr/avril mai juin juil/juillet août/aout "
    "sept/sep/septembre oct/octobre nov/novembre déc/dec/décembre/decembre",
    first=1,
)
_NUMBERED = {f"{number:{width}}": number for number in range(1, 13) for width in ("", "02")}
_RELATIVE = {"hier": -1, "aujourd'hui": 0, "demain": 1, "après-demain": 2}

_JOINT = r"(?:,? (?:et )?|)"
_DAY_TIME = r"(?P<hour>\d{1,2}) ?h(?: ?(?P<minute>\d\d))?"


def _forms(date: str) -> tuple[re.Pattern[str], ...]:
    """Build the ways of writing a moment: `15 h 30` may be a span, unless a day or `à` stands before it."""
    built = forms(
        (_WEEKDAYS, _MONTHS, _RELATIVE),
        "le",
        "[àa]",
        clocks(_DAY_TIME),
        date,
    )
    lone = rf"(?:le )?(?:[àa] )?{_DAY_TIME}"
    return tuple(re.compile(rf"[àa] {_DAY_TIME}") if form.pattern == lone else form for form in built)


_TIMES = TimeWords(
    weekdays=_WEEKDAYS,
    months=_MONTHS | _NUMBERED,
    relative_days=_RELATIVE,
    spans=(
        re.compile(r"dans (?P<days>(?!))?(?P<hours>\d{1,3}) ?h ?(?P<minutes>\d\d)"),
        span("dans", r"j|jrs?|jours?|d", r"h|hrs?|heures?", r"m|mn|mins?|minutes?", _JOINT),
    ),
    forms=_forms(r"(?P<day>\d{1,2})(?:er)? (?P<month>{months})\.?"),
    own_forms=_forms(r"(?P<day>\d{1,2})/(?P<month>0?[1-9]|1[0-2])"),
)

_VERSION = r"(?: \d+(?:\.\d+)?)?"
_NO_MODEL = r"(?:utilisation|usage|total|tout|limites?|d[ée]penses?|jetons|messages|chats)\b"
_AMOUNT = r"\S{1,20}(?: \S{1,6}){0,2}"
_YOUR = r"(?:votre|ta|la)"
_USED = r"(?:(?:d[ée]jà )?utilis[ée]e?s?|consomm[ée]e?s?|d'utilisation)"
_LEFT = r"(?:restante?s?|disponibles?|libres?|inutilis[ée]e?s?)"
_LIMIT = r"(?:de (?:la |cette |votre |ta )?limite )?"
_SENT = r"(?:est |a [ée]t[ée] |sera )?envoy[ée]e?"
_RESET = r"(?:(?:se )?r[ée]initialis(?:ation|e)|sera r[ée]initialis[ée]e?|renouvellement|se renouvelle)"
_AGO = r"il y a (?:environ )?"

FRENCH = Language(
    code="fr",
    labels={
        SESSION: phrase(r"session (?:actuelle|en cours)"),
        WEEKLY: phrase(
            r"tous les mod[eè]les|cette semaine|tous les mod[eè]les,? \(?cette semaine\)?|"
            r"cette semaine,? \(?tous les mod[eè]les\)?"
        ),
        CREDITS: phrase(
            r"cr[ée]dits(?: d'(?:utilisation|usage))?|(?:utilisation|usage) suppl[ée]mentaire|extra usage"
        ),
    },
    model=phrase(
        rf"(?P<shown>(?:claude )?(?P<model>{MODELS}){_VERSION})(?: uniquement| seulement| cette semaine)?"
        rf"|(?:uniquement|seulement) (?P<shown_after>(?P<model_after>{MODELS}){_VERSION})"
    ),
    stranger=phrase(
        rf"(?!{_NO_MODEL})(?P<shown>(?P<model>[a-z]{{3,20}}){_VERSION}) "
        r"(?:uniquement|seulement|cette semaine)"
    ),
    elsewhere=phrase(
        r"\b(?:derni[eè]re?s? (?:semaines?|sessions?|jours?|mois)|"
        r"(?:semaine|session) (?:derni[eè]re|pr[ée]c[ée]dente)|"
        r"pr[ée]c[ée]dente?s?|pass[ée]e?s?|hier|historique|exemples?|d[ée]mo|serai\w*|pr[ée]vision\w*|"
        r"estim[ée]\w*|moyenne|api|compar\w*|(?:votre|ton) [ée]quipe|(?:votre|ton|l'|l' )organisation|"
        rf"membres?|autres?|{PRODUCTS}|par (?:produit|mod[eè]le|application|fonction|jour))\b"
    ),
    periods=phrase(r"\b(?:quotidien\w*|journali[eè]re?s?|aujourd'hui|horaires?|mensuel\w*|mois|annuel\w*)\b"),
    own=phrase(r"utilisation|usage|limite|forfait|plan|session|semaine|hebdo|mod[eè]le|actuel|quota|aperçu"),
    of_session=phrase(r"\bsessions?\b|\b(?:5|cinq)[- ]?(?:heures|h)\b"),
    of_week=phrase(r"semaine|hebdomadaire|\b(?:7|sept)[- ]?jours"),
    asides=phrase(
        r"en savoir plus.*|(?:actualiser|rafra[iî]chir)(?: les limites d'(?:utilisation|usage))?|"
        r".*limite hebdomadaire (?:distincte |s[ée]par[ée]e )?pour .*"
    ),
    notices=phrase(
        r"vous (?:approchez|avez (?:presque )?(?:atteint|dépassé)) [^%]*limite[^%]*|"
        r"limite (?:[^\W\d]+ ){0,3}atteinte ?!?|la limite de .* est \d{1,3} ?% plus élevée.*|"
        r"obtenez \S+ [^%]*(?:gratuit|offert)[^%]*"
    ),
    figures=(
        phrase(rf"(?:à )?{PERCENT} {_LIMIT}{_USED}"),
        phrase(rf"{_USED} ?:? (?:à )?{PERCENT}"),
        phrase(rf"(?:utilisation|usage|consommation) ?: {PERCENT}"),
        phrase(rf"vous avez utilis[ée] {PERCENT}(?: de (?:cette|votre) limite)?\.?"),
    ),
    rests=(
        phrase(rf"(?:il (?:vous |te )?reste )?{PERCENT} {_LIMIT}{_LEFT}\.?"),
        phrase(rf"(?:il (?:vous |te )?reste|reste|{_LEFT}) ?:? {PERCENT}\.?"),
    ),
    summaries={
        SESSION: phrase(rf"(?:.*\. )?{PERCENT} de {_YOUR} limite de session {_USED}\.?"),
        WEEKLY: phrase(rf"(?:.*\. )?{PERCENT} de {_YOUR} limite hebdomadaire {_USED}\.?"),
    },
    leftover=phrase(
        r"\b(?:restant\w*|restent?|inutilis[ée]\w*|disponibles? ?:)(?:\W|$)|% (?:disponibles?|libres?)\b|"
        r"\bencore (?:disponible|utiliser)|^disponibles?(?: \w+)?$"
    ),
    spent=(
        phrase(rf"(?P<amount>{_AMOUNT}) (?:sur|/) (?P<limit>{_AMOUNT}) (?:d[ée]pens|utilis)[ée]e?s?"),
        phrase(rf"(?P<amount>{_AMOUNT}) d[ée]pens[ée]e?s?(?: (?:sur|/) (?P<limit>{_AMOUNT}))?"),
        phrase(r"d[ée]pens[ée]e?s? ?:? (?P<amount>\S{1,20}(?: \S{1,4})?)"),
    ),
    resets=(
        phrase(
            rf"{_RESET}(?: pr[ée]vue)?(?: ?:)? (?P<when>(?:dans )?(?P<words>(?!(?:dans|le|à)$)\S.{{0,60}}))"
        ),
    ),
    idle=phrase(
        r"(?:commence|d[ée]marre) (?:quand|lorsqu'|d[èe]s qu'|[àa] l'envoi d') ?"
        rf"(?:un|votre premier|le premier|ton premier)? ?message(?: {_SENT})?\.?|"
        r"(?:commence|d[ée]marre) (?:quand|lorsque|d[èe]s que) vous envoyez un message\.?|"
        r"(?:commence|d[ée]marre) (?:au|avec le) (?:premier|prochain) message\.?"
    ),
    unused=(
        phrase(r"(?:vous n'avez|tu n'as) pas encore utilis[ée] (?P<model>.{1,40}?)\.?"),
        phrase(r"(?:vous n'avez|tu n'as) encore jamais utilis[ée] (?P<model>.{1,40}?)\.?"),
        phrase(r"(?P<model>\S{1,20}(?: \S{1,20}){0,2}) (?:n'a )?pas encore (?:[ée]t[ée] )?utilis[ée]e?\.?"),
    ),
    updated=phrase(
        r"(?:derni[èe]re (?:mise à jour|actualisation)|mis à jour pour la derni[èe]re fois)(?: à)?(?: ?:)?"
        r"(?: (?P<age>\S.{0,40}))?"
    ),
    renewed=phrase(r"(?:mise? à jour|actualis[ée]e?s?|donn[ée]es d')(?: ?:)? ?(?P<age>\S.{0,40})"),
    ages=(
        (phrase(r"à l'instant|maintenant|tout juste|il y a un instant|il y a quelques instants"), 0),
        (phrase(r"il y a moins d['e] ?(?:une|1) (?:min|mn|minute)|il y a < ?1 (?:min|mn|minute)"), 0),
        (phrase(r"il y a (?:(?:quelques|\d{1,2}) )?(?:s|sec|secondes?)"), 0),
        (phrase(rf"{_AGO}(?P<count>une|\d{{1,4}}) ?(?:m|mn|min|minutes?)"), 1),
        (phrase(rf"{_AGO}(?P<count>une|\d{{1,4}}) ?(?:h|heures?)"), 60),
        (phrase(rf"{_AGO}(?P<count>un|\d{{1,4}}) ?(?:j|jours?)"), 24 * 60),
    ),
    generic=phrase(r"utilisation|usage|progression|consommation|barre d'utilisation|utilis[ée]"),
    plan=phrase(
        r"(?:limites d'utilisation (?:du|de votre) (?:forfait|plan)|vos limites d'utilisation|"
        r"votre utilisation) ?(?P<plan>(?:free|pro|max|team|enterprise)(?: \(\d{1,3}x\))?)"
    ),
    refresh=phrase(r"(?:actualiser|rafra[iî]chir)(?: les limites d.(?:utilisation|usage)| l.utilisation)?"),
    idle_words="Commence quand un message est envoyé",
    times=_TIMES,
)
