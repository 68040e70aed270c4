"""The page's words in English (pure)."""

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

__all__ = ["ENGLISH"]

_WEEKDAYS = names(
    "mon/monday tue/tues/tuesday wed/wednesday thu/thur/thurs/thursday fri/friday sat/saturday sun/sunday",
    first=0,
)
_MONTHS = names(
    "jan/january feb/february mar/march apr/april may jun/june jul/july aug/august sep/sept/september "
    "oct/october nov/november dec/december",
    first=1,
)
_RELATIVE = {"yesterday": -1, "today": 0, "tomorrow": 1}

_TIMES = TimeWords(
    weekdays=_WEEKDAYS,
    months=_MONTHS,
    relative_days=_RELATIVE,
    spans=(span("in", r"d|days?", r"h|hrs?|hours?", r"m|mins?|minutes?", r"(?:,? (?:and )?|)"),),
    forms=forms(
        (_WEEKDAYS, _MONTHS, _RELATIVE),
        "on",
        "at",
        clocks(),
        r"(?P<month>{months})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?",
        r"(?P<day>\d{1,2})(?:st|nd|rd|th)? (?P<month>{months})\.?",
    ),
)

_VERSION = r"(?: \d+(?:\.\d+)?)?"
_NO_MODEL = (
    r"(?:usage|used|total|overall|everything|all|limits?|spend|spent|cost|tokens|messages|chats|so far)\b"
)
_AMOUNT = r"\S{1,24}(?: [a-z]{3})?"
_RESETS = r"(?:resets:?|renews:?|reset:|reset(?= (?:in|at|on) ))"
_USED = r"(?:used|consumed|utili[sz]ed)"
_LIMIT = r"(?:of (?:the |this |your )?(?:limit|allowance) )?"
_LEFT = r"(?:left|remaining|available|free|unused|to go)"
_SENT = r"is sent|you send(?: your first)?"

ENGLISH = Language(
    code="en",
    labels={
        SESSION: phrase(
            r"current session(?: usage)?(?: \((?:5|five)[- ]?(?:hours?|hrs?|h)\))?|current 5-hour session|"
            r"5-hour (?:session|limit|window)"
        ),
        WEEKLY: phrase(
            r"all models|this week|week to date|all models,? \(?(?:this week|weekly)\)?|"
            r"this week,? \(?all models\)?"
        ),
        CREDITS: phrase(r"usage credits|extra usage"),
    },
    model=phrase(rf"(?P<shown>(?:claude )?(?P<model>{MODELS}){_VERSION})(?: only| this week)?"),
    stranger=phrase(rf"(?!{_NO_MODEL})(?P<shown>(?P<model>[a-z]{{3,20}}){_VERSION}) (?:only|this week)"),
    asides=phrase(
        r"learn more.*|refresh(?: usage limits)?|.*weekly limit for .*|[^\w%<>~+\u2212-]{1,2}|i|x|"
        r"(?:more )?info(?:rmation)?|help|close|more|loading(?: usage)?\.*|.* limit is \d{1,3}% higher.*|"
        r".* (?:is|are) still included.*|your limits are .*boosted.*"
    ),
    notices=phrase(
        r"you(?:'re| are) (?:approaching|near(?:ing)?|close to|almost at) [^%]*\blimits?\b[^%]*|"
        r"you(?:'ve| have) (?:almost |nearly )?(?:hit|reached|exceeded) [^%]*\blimits?\b[^%]*|"
        r"(?:\w+ ){0,2}limit reached!?|"
        r"approaching (?:\w+ ){0,2}limit|get \S+ [^%]*\bfree\b[^%]*"
    ),
    elsewhere=phrase(
        r"\b(?:last|previous|prior|past|earlier|yesterday|history|example|sample|demo|would|could|upgrad\w+|"
        r"projected|projection|forecast|estimated?|average|typical|api|compare\w*|"
        rf"{PRODUCTS}|by (?:product|model|app|feature|surface|day)|"
        r"(?:your|the) (?:team|organi[sz]ation|workspace)|team usage|members?|everyone|others?)\b"
    ),
    periods=phrase(r"\b(?:daily|today|hourly|monthly|month|year|yearly)\b"),
    own=phrase(
        r"usage|limit|plan|session|week|model|your|current|quota|allowance|overview|settings|\bclaude$|"
        r"^(?:free|pro|max|team|enterprise)\b"
    ),
    of_session=phrase(r"\bsessions?\b|\b(?:5|five)[- ]?(?:hours?|h)\b"),
    of_week=phrase(r"\bweek(?:ly|s)?\b|\b(?:7|seven)[- ]?days?\b"),
    figures=(
        phrase(rf"{PERCENT} {_LIMIT}{_USED}"),
        phrase(rf"{_USED}:? {PERCENT}"),
        phrase(rf"usage: {PERCENT}"),
        phrase(rf"you(?:'ve| have) used {PERCENT}(?: of (?:this|your) limit)?\.?"),
    ),
    rests=(
        phrase(rf"(?:you(?:'ve| have) )?{PERCENT} {_LIMIT}{_LEFT}\.?"),
        phrase(rf"(?:{_LEFT}|balance|headroom):? {PERCENT}"),
    ),
    summaries={
        SESSION: phrase(rf"(?:.*\. )?{PERCENT} of your session limit used(?: so far)?\.?"),
        WEEKLY: phrase(rf"(?:.*\. )?{PERCENT} of your weekly limit used(?: so far)?\.?"),
    },
    leftover=phrase(
        r"\b(?:left|remain\w*|unused|headroom|to go|still (?:use|have|available)|available:)(?:\W|$)|"
        r"% (?:available|free)\b|^(?:still )?available(?: \w+)?$"
    ),
    spent=(
        phrase(rf"(?P<amount>{_AMOUNT}) (?:of|/) (?P<limit>{_AMOUNT})(?: (?:spent|used))?"),
        phrase(rf"(?P<amount>{_AMOUNT}) spent(?: (?:of|/) (?P<limit>{_AMOUNT}))?"),
        phrase(r"spent:? (?P<amount>\S{1,24})"),
    ),
    resets=(phrase(rf"{_RESETS} (?P<when>(?:in )?(?P<words>(?!(?:in|on|at)$)(?!.* ago$)\S.{{0,60}}))"),),
    idle=phrase(rf"starts when (?:(?:a|your first|the first) message {_SENT}|you send a message)\.?"),
    unused=(phrase(r"you(?: haven't|'ve not| have not) used (?P<model>.{1,40}?) yet\.?"),),
    updated=phrase(r"last (?:updated|refreshed|synced|checked)(?: at)?:?(?: (?P<age>\S.{0,40}))?"),
    renewed=phrase(r"(?:updated|refreshed|synced|checked|as of|data from)(?: at)?:? (?P<age>\S.{0,40})"),
    ages=(
        (phrase(r"(?:just|right) now|now|a moment ago|moments ago"), 0),
        (phrase(r"(?:less than (?:a|1|one)|under (?:a|1|one)|<1|< 1) min(?:ute)? ago"), 0),
        (phrase(r"(?:(?:a few|\d{1,2}) )?(?:sec(?:ond)?s?|s) ago"), 0),
        (phrase(r"(?:about )?(?P<count>an?|one|\d{1,4}) ?(?:m|mins?|minutes?) ago"), 1),
        (phrase(r"(?:about )?(?P<count>an?|one|\d{1,4}) ?(?:h|hrs?|hours?) ago"), 60),
        (phrase(r"(?P<count>an?|one|\d{1,4}) ?(?:d|days?) ago"), 24 * 60),
    ),
    generic=phrase(r"|usage|used|progress|percent(?:age)? used|usage (?:bar|meter|progress)|limit usage"),
    plan=phrase(
        r"(?:plan usage limits|your usage limits|your usage) "
        r"?(?P<plan>(?:free|pro|max|team|enterprise)(?: plan)?(?: \(\d{1,3}x\))?)"
    ),
    refresh=phrase(r"refresh(?: usage limits| usage)?"),
    idle_words="Starts when a message is sent",
    times=_TIMES,
)
