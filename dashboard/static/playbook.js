// What to do about an incident: a text in Markdown, whose steps are ticked off for everybody to see.

const STEP = /^\s*[-*]\s+\[[ xX]\]\s+(.*)$/;
const BULLET = /^\s*[-*]\s+(.*)$/;
const SETTLED_MS = 3000;
const HEADING = /^#{1,6}\s+(.*?)\s*#*$/;

// Blocks of a Markdown text: headings, numbered steps, bullets, paragraphs.
function blocks_of(markdown) {
  const blocks = [];
  let running = null; // a paragraph or item that the next line may go on with
  for (const line of String(markdown).split(/\r?\n/)) {
    const step = STEP.exec(line);
    const found = step ?? BULLET.exec(line) ?? HEADING.exec(line);
    if (!line.trim()) running = null;
    else if (found) {
      const kind = step ? "step" : line.trimStart().startsWith("#") ? "heading" : "bullet";
      running = { kind, said: found[1] };
      blocks.push(running);
      if (kind === "heading") running = null;
    } else if (running) running.said += ` ${line.trim()}`;
    else {
      running = { kind: "text", said: line.trim() };
      blocks.push(running);
    }
  }
  return blocks;
}

// `**important**` and `code` as nodes; everything else is text as it stands.
function write_inline(node, said) {
  for (const piece of said.split(/(\*\*[^*]+\*\*|`[^`]+`)/)) {
    if (piece.startsWith("**") && piece.length > 4) make("b", "", node).textContent = piece.slice(2, -2);
    else if (piece.startsWith("`") && piece.length > 2) make("code", "", node).textContent = piece.slice(1, -1);
    else if (piece) node.append(piece);
  }
}

function steps_of(markdown) {
  return blocks_of(markdown).filter(({ kind }) => kind === "step").length;
}

class Playbook {
  // `tick(step, done)` is called when somebody checks a step; it resolves to whether that was done.
  constructor(parent, tick) {
    this.node = make("section", "playbook", parent);
    this.node.hidden = true;
    this.tick = tick;
    this.built = "";
    this.steps = [];
  }

  paint(markdown, steps, words) {
    if (markdown !== this.built) this.build(markdown);
    mark(this.node, "aria-label", words.say("do.playbook"));
    this.steps.forEach((step, number) => {
      const done = steps?.[number];
      if (step.wished === Boolean(done)) step.wished = undefined;
      step.box.checked = step.wished ?? Boolean(done);
      const said = done ? words.say("step.done", { who: done.by, time: words.hour_minute(done.at) }) : "";
      put(step.note, said);
    });
  }

  build(markdown) {
    this.built = markdown;
    this.node.replaceChildren();
    this.steps = [];
    for (const { kind, said } of blocks_of(markdown)) {
      if (kind === "step") this.build_step(said);
      else write_inline(make(kind === "heading" ? "h4" : "p", kind, this.node), said);
    }
  }

  build_step(said) {
    const number = this.steps.length;
    const label = make("label", "step", this.node, { "data-step": String(number) });
    const box = make("input", "", label, { type: "checkbox" });
    const told = make("span", "", label);
    write_inline(make("span", "", told), said);
    const step = { box, note: text(make("span", "fw-note note", told)) };
    this.steps.push(step);
    box.addEventListener("change", () => this.check(step, number));
  }

  // The box stays as it was set until the feed tells the same, or it is refused.
  async check(step, number) {
    step.wished = step.box.checked;
    const done = await this.tick(number, step.wished);
    setTimeout(() => (step.wished = undefined), done ? SETTLED_MS : 0);
  }
}
