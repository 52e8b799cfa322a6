// How much room a text takes, before it is drawn: in em of the wall's type, rather too much than too
// little. Figures are sized by it, so that none is ever cut off and the page never has to be measured.

const EM_DIGIT = 0.58;
const EM_WIDE = 1.02; // a Chinese character
const EM_NARROW = 0.3;

function em_of(letter) {
  if (letter >= "0" && letter <= "9") return EM_DIGIT;
  if (letter > "\u2e7f") return EM_WIDE;
  if (".,:;'|!ilj ".includes(letter)) return EM_NARROW;
  if ("%mwMW—@".includes(letter)) return 0.92;
  if (letter >= "A" && letter <= "Z") return 0.7;
  return 0.58;
}

function em_width(words) {
  let sum = 0;
  for (const letter of words) sum += em_of(letter);
  return sum;
}

// How many lines a text takes in lines of so many em. Words are not broken, Chinese may be anywhere.
function lines_in(words, em) {
  let lines = 1;
  let used = 0;
  for (const part of words.match(/[\u2e80-\uffff]|[^\s\u2e80-\uffff]+|\s+/g) ?? []) {
    const width = em_width(part);
    if (used + width <= em) used += width;
    else if (part.trim()) {
      lines += Math.max(1, Math.ceil(width / em - (used ? 0 : 1)));
      used = width % em;
    }
  }
  return lines;
}

// The largest type, in px, in which a text fits a box; never less than `least`.
function size_in(words, { width, height, least, most, leading = 1.25 }) {
  let size = most;
  while (size > least && lines_in(words, width / size) * size * leading > height) size *= 0.94;
  return Math.max(least, size);
}

// A text that does not fit its box even in the least type, as pieces that do, to be shown in turn.
function pieces_of(words, { width, height, least, leading = 1.25 }) {
  const lines = Math.max(1, Math.floor(height / (least * leading)));
  const pieces = [];
  let piece = "";
  for (const part of words.match(/[\u2e80-\uffff]|[^\s\u2e80-\uffff]+|\s+/g) ?? []) {
    if (piece && lines_in(piece + part, width / least) > lines) {
      pieces.push(piece.trim());
      piece = "";
    }
    piece += part;
  }
  if (piece.trim() || !pieces.length) pieces.push(piece.trim());
  return pieces;
}
