'use strict';
// What is written: figures as people read them, and elements whose text is never markup.
const data = JSON.parse(document.getElementById('data').textContent);

// Characters that would hide, reorder or break what stands around them are shown by their number.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const clean = text => String(text).replace(UNSEEN, c =>
  '⟨U+' + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0') + '⟩');

function put(parent, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === '') continue;
    parent.append(child instanceof Node ? child : document.createTextNode(clean(child)));
  }
  return parent;
}

// el('td.number', {title: 'x'}, 'text'): attributes are of this page alone, texts may be anybody's.
function el(name, attributes, ...children) {
  const [tag, ...classes] = name.split('.');
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, clean(value));
  return put(node, ...children);
}

function svg(tag, attributes, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  return put(node, ...children);
}

const missing = value => value === null || value === undefined;
const MINUS = '−';
const signed = text => text.replace('-', MINUS);

function ms(value) {
  if (missing(value)) return '–';
  const size = Math.abs(value);
  if (size >= 600000) return signed((value / 60000).toFixed(1)) + ' min';
  if (size >= 1000) return signed((value / 1000).toFixed(1)) + ' s';
  return signed(size >= 10 || size === 0 ? value.toFixed(0) : value.toFixed(1)) + ' ms';
}
const at = value => missing(value) ? '–' : signed((value / 1000).toFixed(1)) + ' s';
const share = value => missing(value) ? '–' : (value * 100).toFixed(value < 0.1 ? 2 : 0) + '%';
const number = value => missing(value) ? '–' : signed(value.toLocaleString('en-GB').replace(/,/g, ' '));
const decimal = (value, digits) => missing(value) ? '–' : signed(value.toFixed(digits));

// A sum of minor units, a string so that no digit is lost.
function minor(text, exponent) {
  if (missing(text)) return '–';
  const negative = text.startsWith('-');
  const digits = text.replace('-', '').padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent) + (exponent ? '.' + digits.slice(-exponent) : '');
  return (negative ? MINUS : '') + whole;
}
const EXPONENTS = {USDT: 6};
for (const row of data.pnl) EXPONENTS[row.currency] = row.exponent;
const lostMoney = list => missing(list) ? '–' : list.length === 0 ? 'none' :
  list.map(m => minor(m.minor, EXPONENTS[m.currency] ?? 2) + ' ' + m.currency).join(', ');

const MARKS = {pass: '✓', fail: '✗', inconclusive: '?', not_applicable: '–'};
const WORDS = {pass: 'pass', fail: 'fail', inconclusive: 'inconclusive', not_applicable: 'not applicable'};
// Told by shape and word, not by colour alone.
const mark = verdict => el('span.mark.' + (WORDS[verdict] ? verdict : 'inconclusive'),
  {title: WORDS[verdict] || verdict, role: 'img', 'aria-label': WORDS[verdict] || verdict}, MARKS[verdict] || '?');

const outage = row => missing(row.measured_ms) ? '–'
  : row.measured_ms === 0 && !row.open_at_end ? 'none'
  : (row.open_at_end ? '≥ ' : '') + ms(row.measured_ms);
const plural = (count, word, more) => number(count) + ' ' + (count === 1 ? word : more || word + 's');
