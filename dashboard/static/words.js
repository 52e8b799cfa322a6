// Languages and figures: which catalogue to speak, and how a number, a wait or an hour is written.

const NOTHING = "—";
const LANGUAGE_KEY = "floorwatch.language";

class Words {
  constructor(catalogues, preferred) {
    this.catalogues = catalogues;
    this.zone = "UTC";
    this.speak(Words.chosen(catalogues, preferred));
  }

  // What the address says, else what was chosen here before, else what the site or browser speaks.
  static chosen(catalogues, preferred) {
    const asked = new URLSearchParams(location.search).get("lang");
    const wishes = [asked, remembered(LANGUAGE_KEY), preferred, ...navigator.languages, "en"];
    for (const wish of wishes) {
      const language = (wish ?? "").toLowerCase().split("-")[0];
      if (Object.hasOwn(catalogues, language)) return language;
    }
    return Object.keys(catalogues)[0];
  }

  // Speak this language from now on, and remember it if a person chose it.
  speak(language, keep = false) {
    this.language = language;
    this.catalogue = this.catalogues[language];
    this.prepare();
    if (!keep) return;
    const address = new URL(location.href);
    address.searchParams.set("lang", language);
    history.replaceState(null, "", address);
    remember(LANGUAGE_KEY, language);
  }

  get next_language() {
    const languages = Object.keys(this.catalogues);
    return languages[(languages.indexOf(this.language) + 1) % languages.length];
  }

  set_zone(zone) {
    if (!zone || zone === this.zone) return;
    this.zone = zone;
    this.prepare();
  }

  prepare() {
    const locale = this.say("locale");
    const time = (options) => {
      const day = { hourCycle: "h23", ...options };
      try {
        return new Intl.DateTimeFormat(locale, { ...day, timeZone: this.zone });
      } catch {
        return new Intl.DateTimeFormat(locale, { ...day, timeZone: "UTC" });
      }
    };
    this.numbers = new Intl.NumberFormat(locale);
    this.shares = new Intl.NumberFormat(locale, {
      style: "percent",
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    });
    this.wholes = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
    this.seconds = time({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
    this.minutes = time({ hour: "2-digit", minute: "2-digit" });
    this.days = time({ weekday: "long", month: "long", day: "numeric" });
  }

  say(key, values = {}) {
    const words = this.catalogue[key];
    if (words === undefined) return key;
    return words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? NOTHING);
  }

  // Why a wish was refused, in a sentence. `answer` is a desk's.
  refusal(answer) {
    const known = Object.hasOwn(this.catalogue, `refused.${answer.why}`) ? answer.why : "other";
    const time = this.wait(Math.max(1000, answer.retry_ms ?? 0) + 999);
    return this.say(`refused.${known}`, { ...answer, time });
  }

  name(names, id) {
    return names?.[this.language] || names?.en || names?.zh || id;
  }

  count(value) {
    return Number.isFinite(value) ? this.numbers.format(value) : NOTHING;
  }

  share(value) {
    return Number.isFinite(value) ? this.shares.format(value) : NOTHING;
  }

  // A promise is not kept before it is: 79.96 % is not 80 %.
  kept(value) {
    return this.share(Math.floor(value * 1000 + 1e-9) / 1000);
  }

  whole_percent(value) {
    return Number.isFinite(value) ? this.wholes.format(value * 100) : NOTHING;
  }

  whole_seconds(ms) {
    return Number.isFinite(ms) ? this.numbers.format(ms / 1000) : NOTHING;
  }

  // 0:49, 12:05, 1:00:07
  wait(ms) {
    if (!Number.isFinite(ms)) return NOTHING;
    const all = Math.max(0, Math.floor(ms / 1000));
    const two = (value) => String(value).padStart(2, "0");
    const hours = Math.floor(all / 3600);
    const minutes = Math.floor((all % 3600) / 60);
    const rest = two(all % 60);
    return hours ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
  }

  time(at) {
    return Number.isFinite(at) ? this.seconds.format(at) : NOTHING;
  }

  hour_minute(at) {
    return Number.isFinite(at) ? this.minutes.format(at) : NOTHING;
  }

  day(at) {
    return Number.isFinite(at) ? this.days.format(at) : "";
  }
}
