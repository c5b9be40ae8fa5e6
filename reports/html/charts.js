// The one time axis: charts and lanes side by side that zoom and move together. Seconds from the end
// of the steady phase, as everywhere in a report.
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const LEADS = new Set(['primary', 'writer', 'leader', 'controller', 'active', 'master', 'standby_leader']);

function bandsOf() {
  const end = timeSpan()[1];
  return data.faults.filter(f => !missing(f.injected_ms)).map(f => ({
    from: f.injected_ms / 1000, to: missing(f.healed_ms) ? end : f.healed_ms / 1000,
  }));
}

function timeSpan() {
  const c = data.page.course;
  return [c.from_ms / 1000, (c.from_ms + c.step_ms * c.steps) / 1000];
}

// Rows of bars and points, one for each that has a name. Each: label, bars [{from, to, label, kind}],
// points [{at, label}].
function lanesOf() {
  const end = timeSpan()[1], lanes = new Map();
  const lane = (group, label) => {
    const key = group + '/' + label;
    if (!lanes.has(key)) lanes.set(key, {label, bars: [], points: []});
    return lanes.get(key);
  };
  const bar = (from, to, label, kind) => ({from: from / 1000, to: missing(to) ? end : to / 1000, label, kind});
  for (const f of data.faults.filter(f => !missing(f.injected_ms)))
    lane('fault', f.id).bars.push(bar(f.injected_ms, f.healed_ms, f.fault, 'fault'));
  for (const row of data.rto.filter(r => r.measured_ms > 0 && !missing(r.first_error_ms)))
    lane('outage', row.operation).bars.push(bar(row.first_error_ms, row.recovered_ms, 'out ' + outage(row), row.verdict));
  for (const [component, changes] of rolesByComponent())
    changes.forEach((c, i) => lane('role', component).bars.push(bar(c.t_ms, changes[i + 1]?.t_ms, c.role || 'gone',
      c.role === '' ? 'gone' : LEADS.has(c.role) ? 'lead' : 'follow')));
  for (const alert of (data.page.alerts || []).filter(a => !missing(a.began_ms)))
    lane('alert', alert.alert).bars.push(bar(alert.began_ms, alert.ended_ms, alert.about || alert.alert, 'alert'));
  for (const step of data.runbook.filter(s => !missing(s.begun_ms))) {
    const row = lane('step', step.step);
    row.bars.push(bar(step.begun_ms, step.ended_ms, step.outcome, 'step'));
    for (const a of step.approvals) row.points.push({at: a.at_ms / 1000, label: 'approved by ' + a.person});
  }
  return [...lanes.values()];
}

// Of those that led, or changed after steady; the others only follow.
function rolesByComponent() {
  const components = new Map();
  for (const change of data.roles)
    components.set(change.component, [...(components.get(change.component) || []), change]);
  return [...components].filter(([, changes]) => changes.some(c => c.t_ms > 0 || LEADS.has(c.role)));
}

class Timeline {
  constructor(root) {
    this.root = root;
    [this.first, this.last] = timeSpan();
    this.from = this.first;
    this.to = this.last;
    this.operation = 0;
    this.charts = [];
    this.x = Array.from({length: data.page.course.steps}, (_, i) => (data.page.course.from_ms + i * data.page.course.step_ms) / 1000);
    this.bands = bandsOf();
    this.lanes = lanesOf();
    this.boxes = el('div.boxes');
    put(root, this.controls(), this.boxes);
    root.addEventListener('keydown', e => this.key(e));
    this.build();
  }

  controls() {
    const button = (text, label, act) => {
      const b = el('button', {type: 'button', 'aria-label': label, title: label}, text);
      b.addEventListener('click', act);
      return b;
    };
    this.where = el('output', {'aria-live': 'polite'});
    const choice = el('select', {'aria-label': 'Operation that the charts show'},
      data.page.course.operations.map((o, i) => el('option', {value: i}, o.operation === 'all' ? 'all operations' : o.operation)));
    choice.addEventListener('change', () => { this.operation = Number(choice.value); this.build(); });
    return el('div.controls', {role: 'group', 'aria-label': 'Time axis'},
      choice, button('+', 'Zoom in', () => this.zoom(0.5)), button(MINUS, 'Zoom out', () => this.zoom(2)),
      button('◀', 'Earlier', () => this.move(-0.25)), button('▶', 'Later', () => this.move(0.25)),
      button('whole run', 'Show the whole run', () => this.show(this.first, this.last)), this.where);
  }

  key(event) {
    const act = {'+': () => this.zoom(0.5), '=': () => this.zoom(0.5), '-': () => this.zoom(2),
      ArrowLeft: () => this.move(-0.25), ArrowRight: () => this.move(0.25),
      0: () => this.show(this.first, this.last)}[event.key];
    if (!act || event.target.tagName === 'SELECT' || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act();
  }

  zoom(factor) {
    const middle = (this.from + this.to) / 2, half = (this.to - this.from) / 2 * factor;
    this.show(middle - half, middle + half);
  }
  move(part) {
    const by = Math.max(this.first - this.from, Math.min(this.last - this.to, (this.to - this.from) * part));
    this.show(this.from + by, this.to + by);
  }

  show(from, to) {
    this.from = Math.max(this.first, from);
    this.to = Math.min(this.last, Math.max(to, this.from + 0.5));
    this.following = true; // charts tell of their own changes too
    for (const chart of this.charts) chart.setScale('x', {min: this.from, max: this.to});
    this.following = false;
    this.drawLanes();
    this.where.textContent = `${signed(this.from.toFixed(1))} s to ${signed(this.to.toFixed(1))} s`;
  }

  build() {
    for (const chart of this.charts) chart.destroy();
    this.charts = [];
    this.boxes.replaceChildren();
    this.width = Math.max(260, this.boxes.clientWidth || 700);
    this.gutter = this.width < 560 ? 60 : 120;
    this.lanesBox = el('div.chart');
    this.boxes.append(this.lanesBox);
    const course = data.page.course, kind = course.operations[this.operation];
    const each = (values, scale) => values.map(v => missing(v) ? null : v * scale);
    const rate = values => each(values, 1000 / course.step_ms);
    this.chart('Load: attempts a second', [['ok', rate(kind.ok), '--one'], ['rejected', rate(kind.rejected), '--two', [6, 4]]]);
    this.chart('Errors: attempts a second without a good answer', [['failed or unanswered', rate(kind.unanswered), '--bad']]);
    this.chart('Latency p99, ms, logarithmic', [['from the intended send', kind.intended_p99_ms.map(positive), '--one'],
      ['service alone', kind.service_p99_ms.map(positive), '--two', [6, 4]]], {distribution: 3});
    this.lagCharts(course);
    if (course.idle_percent.length) this.chart('Machine: % of the processors', [
      ['idle', course.idle_percent, '--one'], ['somebody waited', course.pressure_percent, '--two', [6, 4]]], {gaps: true});
    this.show(this.from, this.to);
  }

  lagCharts(course) {
    const dashes = [[], [6, 4], [2, 3], [10, 3, 2, 3]];
    const whats = [...new Set(course.lags.map(l => l.what))];
    for (const what of whats) {
      const lags = course.lags.filter(l => l.what === what && l.values.some(v => v > 0)).slice(0, 8);
      if (lags.length) this.chart('Behind: ' + what, lags.map((l, i) =>
        [l.node, l.values, ['--one', '--two', '--three', '--four'][i % 4], dashes[Math.floor(i / 2) % 4]]), {gaps: true});
    }
  }

  chart(title, series, {distribution, gaps = false} = {}) {
    const box = el('div.chart', {role: 'img', 'aria-label': title}, el('h4', {}, title));
    this.boxes.append(box);
    const ink = css('--ink'), grid = css('--grid');
    const axis = {stroke: ink, grid: {stroke: grid, width: 1}, ticks: {stroke: grid, width: 1}, font: '11px system-ui, sans-serif'};
    const options = {
      width: this.width, height: 130, padding: [6, 8, 0, 0],
      cursor: {sync: {key: 'run'}, drag: {x: true, y: false}, y: false},
      scales: {x: {time: false}, y: distribution ? {distr: distribution} : {range: (u, min, max) => [0, Math.max(max, 1) * 1.05]}},
      axes: [{...axis, size: 26, values: (u, ticks) => ticks.map(t => signed(String(t)) + ' s')},
        {...axis, size: this.gutter, values: (u, ticks) => ticks.map(t => missing(t) ? '' : String(t))}],
      series: [{label: 'at', value: (u, v) => missing(v) ? '–' : signed(v.toFixed(1)) + ' s'},
        ...series.map(([label, , colour, dash]) => ({label: clean(label), stroke: css(colour), width: 1.5, dash,
          points: {show: false}, spanGaps: gaps, value: (u, v) => missing(v) ? '–' : String(Math.round(v * 10) / 10)}))],
      hooks: {drawClear: [u => this.drawBands(u)],
        setScale: [(u, scale) => { if (scale === 'x' && !this.following && u.status) this.show(u.scales.x.min, u.scales.x.max); }]},
    };
    this.charts.push(new uPlot(options, [this.x, ...series.map(s => s[1])], box));
  }

  drawBands(u) {
    const {ctx, bbox} = u;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    for (const band of this.bands) {
      const from = u.valToPos(band.from, 'x', true), to = u.valToPos(band.to, 'x', true);
      ctx.fillStyle = css('--band');
      ctx.fillRect(from, bbox.top, Math.max(2, to - from), bbox.height);
      ctx.fillStyle = css('--band-edge');
      ctx.fillRect(from, bbox.top, 1.5, bbox.height);
    }
    ctx.restore();
  }

  drawLanes() {
    const height = 20, width = this.width, plot = width - this.gutter - 8;
    const x = t => this.gutter + (t - this.from) / (this.to - this.from) * plot;
    const fits = (text, room) => text.length * 6.2 < room ? text : room > 30 ? text.slice(0, Math.floor(room / 6.2) - 1) + '…' : '';
    const drawing = svg('svg', {width, height: this.lanes.length * height + 4, role: 'img',
      'aria-label': 'Faults, outages, roles, alerts and steps over time; the tables below tell the same'});
    this.lanes.forEach((lane, i) => {
      const top = i * height + 2;
      put(drawing, svg('text', {x: this.gutter - 6, y: top + 13, class: 'lane', 'text-anchor': 'end'},
        svg('title', {}, lane.label), fits(clean(lane.label), this.gutter - 8)));
      for (const bar of lane.bars) {
        const from = Math.max(this.gutter, x(bar.from)), to = Math.min(width - 8, x(bar.to));
        if (to < this.gutter || from > width - 8) continue;
        const room = Math.max(2, to - from);
        put(drawing, svg('rect', {x: from, y: top + 1, width: room, height: height - 4, rx: 2, class: 'bar-' + bar.kind},
          svg('title', {}, `${lane.label}: ${bar.label}, ${bar.from.toFixed(1)} s to ${bar.to.toFixed(1)} s`)),
        svg('text', {x: from + 4, y: top + 13, class: 'in-' + bar.kind}, fits(clean(bar.label), room - 6)));
      }
      for (const point of lane.points)
        if (point.at >= this.from && point.at <= this.to)
          put(drawing, svg('circle', {cx: x(point.at), cy: top + 9, r: 5, class: 'point'}, svg('title', {}, point.label)));
    });
    this.lanesBox.replaceChildren(el('h4', {}, 'What was broken, out, leading, alarming, decided'), drawing);
  }
}

const positive = value => missing(value) || value <= 0 ? null : value;
