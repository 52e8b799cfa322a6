// What a manager reads: the day as it is looked at, or a report as it is signed, mailed and printed.

const REPORT_KINDS = ["overview", "day", "week", "month", "year", "brief_before", "brief_after", "walks", "walks_month", "plan"];
const PAPER_SPANS = { week: "week", month: "month", year: "year", walks: "week", walks_month: "month" };
const PAPER_PLAN_DAYS = 14;

const PAPERS_OF_THE_PAST = new Set(["day", "week", "month", "brief_before", "walks", "walks_month"]);

class ReportKinds {
  constructor(parent, page) {
    this.page = page;
    this.node = make("nav", "r-kinds", parent);
    this.choices = REPORT_KINDS.map((kind) => {
      const { node, words } = button_in(this.node, "r-kind", () => page.choose_kind(kind));
      return { kind, node, words };
    });
  }

  paint() {
    const { words, kind: chosen } = this.page;
    mark(this.node, "aria-label", words.say("paper.kinds"));
    for (const { kind, node, words: label } of this.choices) {
      put(label, words.say(`paper.${kind}`));
      mark(node, "aria-pressed", String(kind === chosen));
    }
  }
}

// The business days of a report, as ISO dates: arithmetic on the calendar alone, whatever the time zone.
function paper_days(kind, date) {
  const span = PAPER_SPANS[kind];
  if (kind === "plan") return [date, paper_shifted(date, PAPER_PLAN_DAYS - 1)];
  const on = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(on.getTime())) return null;
  const [year, month] = [on.getUTCFullYear(), on.getUTCMonth()];
  if (span === "week") {
    const monday = paper_shifted(date, -((on.getUTCDay() + 6) % 7));
    return [monday, paper_shifted(monday, 6)];
  }
  if (span === "month") return [paper_date(year, month, 1), paper_date(year, month + 1, 0)];
  if (span === "year") return [paper_date(year, 0, 1), paper_date(year, 12, 0)];
  return [date, date];
}

function paper_date(year, month, day) {
  return new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
}

function paper_shifted(date, days) {
  const on = new Date(`${date}T00:00:00Z`);
  return paper_date(on.getUTCFullYear(), on.getUTCMonth(), on.getUTCDate() + days);
}

// A day of the report before (-1) or after (1) the one that has this day.
function paper_step(kind, date, by) {
  const [first, last] = paper_days(kind, date);
  return by < 0 ? paper_shifted(first, -1) : paper_shifted(last, 1);
}

function paper_title(kind, date, words) {
  const span = PAPER_SPANS[kind];
  const [first, last] = paper_days(kind, date);
  const on = (day, form) =>
    new Intl.DateTimeFormat(words.say("locale"), { ...form, timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
  const whole = { year: "numeric", month: "long", day: "numeric" };
  if (span === "year") return on(first, { year: "numeric" });
  if (span === "month") return on(first, { year: "numeric", month: "long" });
  if (span === "week" || kind === "plan") return words.say("paper.from_to", { from: on(first, whole), to: on(last, { month: "long", day: "numeric" }) });
  return on(first, { ...whole, weekday: "long" });
}
