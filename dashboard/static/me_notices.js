// The notices of the day, the newest first.

class MeNotices {
  constructor(parent) {
    ({ node: this.node, title: this.title } = me_section(parent, "notices"));
    this.list = make("ul", "me-list", this.node);
  }

  build(list) {
    const node = make("li", "fw-said me-notice", list);
    const sign = make("i", "fw-shape", node, { "aria-hidden": "true" });
    return { node, sign, words: text(make("span", "", node)), at: text(make("span", "fw-note", node)) };
  }

  paint({ notices, now, words }) {
    this.words = words;
    const hanging = Object.entries(notices ?? {}).filter(([, { at: from, until }]) => from <= now && !(until <= now));
    hanging.sort(([, one], [, other]) => other.at - one.at);
    this.node.hidden = hanging.length === 0;
    put(this.title, words.say("me.notices"));
    keep_rows(this.list, hanging, (list) => this.build(list), (row, notice) => this.paint_row(row, notice));
  }

  paint_row(row, notice) {
    const { tone, shape } = NOTICE_LOOKS[notice_tone(notice)];
    mark(row.sign, "data-shape", shape);
    mark(row.node, "data-tone", tone);
    put(row.words, String(notice.text ?? ""));
    put(row.at, this.words.hour_minute(notice.at));
  }
}
