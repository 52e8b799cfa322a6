// Which shape stands beside which word: the same on every page. A shape never stands alone.

const STATE_SHAPES = {
  ...{ ready: "disc", ringing: "diamond", talking: "square", hold: "bars", acw: "drop" },
  ...{ not_ready: "ring", unreachable: "cross", unknown: "ring", signed_out: "ring" },
};
const SEVERITY_SHAPES = { critical: "octagon", warning: "triangle", notice: "square" };
const NOTICE_LOOKS = {
  info: { tone: "calm", shape: "square" },
  good: { tone: "good", shape: "disc" },
  warn: { tone: "warn", shape: "triangle" },
};

// One that we do not know is plain information.
function notice_tone({ tone }) {
  return Object.hasOwn(NOTICE_LOOKS, tone) ? tone : "info";
}
