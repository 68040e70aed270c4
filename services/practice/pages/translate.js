// The usage page's words in German and French, as an account's own language shows them. What is not listed stays.

const DAYS = {
  de: { Mon: "Mo", Tue: "Di", Wed: "Mi", Thu: "Do", Fri: "Fr", Sat: "Sa", Sun: "So" },
  fr: { Mon: "lun", Tue: "mar", Wed: "mer", Thu: "jeu", Fri: "ven", Sat: "sam", Sun: "dim" },
};
const LONG_DAYS = {
  de: { Mon: "Montag", Tue: "Dienstag", Wed: "Mittwoch", Thu: "Donnerstag", Fri: "Freitag", Sat: "Samstag", Sun: "Sonntag" },
  fr: { Mon: "lundi", Tue: "mardi", Wed: "mercredi", Thu: "jeudi", Fri: "vendredi", Sat: "samedi", Sun: "dimanche" },
};
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const MONTH_NAMES = {
  de: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(" "),
  fr: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(" "),
};

const PHRASES = {
  "Current session": { de: "Aktuelle Sitzung", fr: "Session actuelle" },
  "All models": { de: "Alle Modelle", fr: "Tous les modèles" },
  "This week": { de: "Diese Woche", fr: "Cette semaine" },
  "Sonnet only": { de: "Nur Sonnet", fr: "Sonnet uniquement" },
  "Fable this week": { de: "Fable diese Woche", fr: "Fable cette semaine" },
  "Usage": { de: "Nutzung", fr: "Utilisation" },
  "Your usage": { de: "Ihre Nutzung", fr: "Votre utilisation" },
  "Your usage limits": { de: "Ihre Nutzungslimits", fr: "Vos limites d’utilisation" },
  "Plan usage limits": { de: "Plan-Nutzungslimits", fr: "Limites d’utilisation du forfait" },
  "Weekly limits": { de: "Wöchentliche Limits", fr: "Limites hebdomadaires" },
  "Usage credits": { de: "Guthaben", fr: "Crédits d’utilisation" },
  "Extra usage": { de: "Zusätzliche Nutzung", fr: "Utilisation supplémentaire" },
  "Learn more about usage limits": { de: "Mehr über Nutzungslimits", fr: "En savoir plus sur les limites d’utilisation" },
  "Refresh": { de: "Aktualisieren", fr: "Actualiser" },
  "Refresh usage limits": { de: "Nutzungslimits aktualisieren", fr: "Actualiser les limites d’utilisation" },
  "Last updated:": { de: "Zuletzt aktualisiert:", fr: "Dernière mise à jour\u00a0:" },
  "just now": { de: "gerade eben", fr: "à l’instant" },
  "less than a minute ago": { de: "vor weniger als einer Minute", fr: "il y a moins d’une minute" },
  "Starts when a message is sent": { de: "Beginnt, wenn eine Nachricht gesendet wird", fr: "Commence quand un message est envoyé" },
  "This week's usage by product": { de: "Nutzung dieser Woche nach Produkt", fr: "Utilisation de cette semaine par produit" },
};

const plural = (count, one, many) => `${count} ${Number(count) === 1 ? one : many}`;
const clock = (hour, minute, half) => `${String((Number(hour) % 12) + (half === "PM" ? 12 : 0)).padStart(2, "0")}:${minute}`;
const comma = (number) => number.replace(".", ",");
const space = { de: "\u00a0", fr: "\u202f" };

const TIMES = {
  de: {
    span: (hours, minutes) => `Zurücksetzung in ${hours ? `${hours} Std. ` : ""}${minutes} Min.`,
    day: (day, time, long) => `Zurücksetzung ${long ? LONG_DAYS.de[day] : `${DAYS.de[day]}.,`} ${time}`,
    at: (time) => `Zurücksetzung um ${time} Uhr`,
    date: (month, day) => `Zurücksetzung ${day}. ${MONTH_NAMES.de[MONTHS.indexOf(month)]}`,
    ago: (count, unit) => `vor ${unit === "minute" ? plural(count, "Minute", "Minuten") : plural(count, "Stunde", "Stunden")}`,
    used: (number) => `${comma(number)}${space.de}% verwendet`,
    summary: (number) => `${comma(number)}${space.de}% Ihres Wochenlimits verwendet.`,
    unused: (model) => `Sie haben ${model} noch nicht verwendet`,
    scope: (model) => `Separates Wochenlimit für ${model}`,
    money: (amount, sign) => `${comma(amount)}${space.de}${sign} ausgegeben`,
  },
  fr: {
    span: (hours, minutes) => `Réinitialisation dans ${hours ? `${hours} h ` : ""}${minutes} min`,
    day: (day, time, long) => `Réinitialisation ${long ? LONG_DAYS.fr[day] : `${DAYS.fr[day]}.`} ${time}`,
    at: (time) => `Réinitialisation à ${time.replace(":", " h ")}`,
    date: (month, day) => `Réinitialisation le ${day === "1" ? "1er" : day} ${MONTH_NAMES.fr[MONTHS.indexOf(month)]}`,
    ago: (count, unit) => `il y a ${unit === "minute" ? plural(count, "minute", "minutes") : plural(count, "heure", "heures")}`,
    used: (number) => `${comma(number)}${space.fr}% utilisés`,
    summary: (number) => `${comma(number)}${space.fr}% de votre limite hebdomadaire utilisés.`,
    unused: (model) => `Vous n’avez pas encore utilisé ${model}`,
    scope: (model) => `Limite hebdomadaire distincte pour ${model}`,
    money: (amount, sign) => `${comma(amount)}${space.fr}${sign} dépensés`,
  },
};

const RULES = [
  [/^Resets in (?:(\d+) hr )?(\d+) min$/, (t, [, hours, minutes]) => t.span(hours, minutes)],
  [/^Resets (\w{3})(\w*) (\d+):(\d\d) (AM|PM)$/, (t, [, day, rest, ...time]) => t.day(day, clock(...time), rest)],
  [/^Resets at (\d+):(\d\d) (AM|PM)$/, (t, [, ...time]) => t.at(clock(...time))],
  [/^Resets (\w{3}) (\d+)$/, (t, [, month, day]) => t.date(month, day)],
  [/^(\d+) (minute|hour)s? ago$/, (t, [, count, unit]) => t.ago(count, unit)],
  [/^([\d.]+)% used$/, (t, [, number]) => t.used(number)],
  [/^(?:Fresh week\. )?([\d.]+)% of your weekly limit used(?: so far)?\.$/, (t, [, number]) => t.summary(number)],
  [/^You haven't used (.+) yet$/, (t, [, model]) => t.unused(model)],
  [/^Separate weekly limit for (\S+)$/, (t, [, model]) => t.scope(model)],
  [/^([$€£])([\d.]+) spent$/, (t, [, sign, amount]) => t.money(amount, sign)],
];

function phrase(text, language) {
  const plain = text.replace(/[\s\u00a0]+/g, " ").replace("’", "'").trim();
  if (PHRASES[plain]) return PHRASES[plain][language];
  for (const [pattern, write] of RULES) {
    const match = pattern.exec(plain);
    if (match) return write(TIMES[language], match);
  }
  return text.trim();
}

// One text of the page in another language; blanks around it stay.
export function translated(text, language) {
  if (!TIMES[language] || !text.trim()) return text;
  const [, before, , after] = /^(\s*)([^]*?)(\s*)$/.exec(text);
  return before + text.split(" · ").map((part) => phrase(part, language)).join(" · ") + after;
}
