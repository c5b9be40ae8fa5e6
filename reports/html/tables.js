// Tables: columns are [head, cell(row)], '#' before a head means figures, aligned to the right.
function table(caption, columns, rows, empty) {
  if (!rows.length) return el('p.quiet', {}, empty || 'None.');
  const head = el('tr', {}, columns.map(([name]) =>
    el(name.startsWith('#') ? 'th.number' : 'th', {scope: 'col'}, name.replace(/^#/, ''))));
  const body = rows.map(row => el('tr', {}, columns.map(([name, cell], i) => {
    const content = cell(row);
    const attributes = i === 0 ? {scope: 'row'} : {};
    return el((i === 0 ? 'th' : 'td') + (name.startsWith('#') ? '.number' : ''), attributes, content);
  })));
  return el('div.wide', {tabindex: 0, role: 'region', 'aria-label': caption},
    el('table', {}, el('caption', {}, caption), el('thead', {}, head), el('tbody', {}, body)));
}

const leftOut = (count, where) => count > 0 ? el('p.quiet', {}, `And ${number(count)} more, in ${where}.`) : null;

function faultTable() {
  return table('Faults, with the evidence of their effect', [
    ['fault', f => [mark(f.verdict), ' ', f.id]],
    ['what', f => f.fault],
    ['on', f => f.target],
    ['#injected', f => at(f.injected_ms)],
    ['#effective', f => at(f.effective_ms)],
    ['#healed', f => at(f.healed_ms)],
    ['evidence', f => [f.error ? el('strong', {}, f.error + '. ') : '',
      Object.entries(f.evidence).map(([k, v]) => k + ' ' + v).join(' · ')]],
  ], data.faults, 'Nothing was broken.');
}

const BY_VERDICT = {fail: 0, inconclusive: 1, pass: 2, not_applicable: 3};
const worstFirst = (a, b) => BY_VERDICT[a.verdict] - BY_VERDICT[b.verdict] || (b.measured_ms || 0) - (a.measured_ms || 0);

function recoveryTable() {
  const phase = name => row => ms(row.phases[name]);
  return table('Outage by operation and fault, against its target, and the way back by phase', [
    ['operation', r => [mark(r.verdict), ' ', r.operation]],
    ['after', r => r.fault],
    ['#target', r => ms(r.target_ms)],
    ['#outage', r => [outage(r), r.outages > 1 ? ` (${number(r.outages)}×)` : '', r.unsure ? el('small', {}, ' ' + r.unsure) : '']],
    ['#seen to within', r => ms(r.resolution_ms)],
    ['share of target', targetBar],
    ['#detect', phase('detect_ms')],
    ['#elect', phase('elect_ms')],
    ['#promote', phase('promote_ms')],
    ['#reconnect', phase('reconnect_ms')],
    ['#drained at', r => at(r.drained_ms)],
    ['#attempts', r => number(r.attempts)],
  ], data.rto.filter(r => !missing(r.target_ms) || r.outages > 0).sort(worstFirst), 'No operation has a target or was out.');
}

function targetBar(row) {
  if (missing(row.target_ms) || missing(row.measured_ms)) return '–';
  const part = row.target_ms > 0 ? row.measured_ms / row.target_ms : 1;
  const bar = el('span.bar.' + row.verdict, {'aria-hidden': 'true'}, el('i'));
  bar.firstChild.style.width = Math.min(100, part * 100) + '%';
  return [bar, ' ' + Math.round(part * 100) + '%'];
}

function lossTable() {
  const rows = [table('What was acknowledged and is not in the final books', [
    ['store', r => [mark(r.verdict), ' ', r.store]],
    ['#target', r => ms(r.target_ms)],
    ['#lag at the fault', r => ms(r.lag_at_fault_ms)],
    ['#looked up', r => number(r.examined)],
    ['#lost', r => number(r.lost_count)],
    ['#holes', r => number(r.holes)],
    ['#span', r => ms(r.lost_ms)],
    ['#money', r => lostMoney(r.lost_money)],
  ], data.rpo, 'Not measured.')];
  for (const row of data.rpo.filter(r => r.lost_keys.length)) {
    rows.push(el('details', {},
      el('summary', {}, `The ${number(row.lost_count)} lost of ${row.store}, one by one`),
      lostList(row), leftOut(row.lost_keys_left_out, 'report.json')));
  }
  return rows;
}

function lostList(row) {
  const stories = new Map(data.page.stories.map(story => [story.key, story]));
  return table('Lost of ' + row.store, [
    ['operation', key => key],
    ['what', key => stories.get(key)?.operation || '–'],
    ['player', key => stories.get(key)?.player || '–'],
    ['#money', key => stories.get(key)?.money || '–'],
  ], row.lost_keys);
}

const BOOKS = [['clients, acknowledged', 'clients_acked'], ['clients, at least', 'clients_lower'],
  ['clients, at most', 'clients_upper'], ['ledger', 'ledger'], ['events', 'events'],
  ['reporting', 'reporting'], ['providers', 'providers']];

function revenueTables() {
  if (!data.pnl.length) return el('p.quiet', {}, 'Not measured: no book of revenue was there.');
  const differences = data.page.differences;
  return [
    table('Gross gaming revenue by each book', [
      ['book', b => b[0]],
      ...data.pnl.map(p => ['#' + p.currency, b => minor(p.sources[b[1]], p.exponent)]),
    ], BOOKS.filter(b => data.pnl.some(p => !missing(p.sources[b[1]])))),
    table('From gross to net, by the ledger', [
      ['', l => l[0]],
      ...data.pnl.map(p => ['#' + p.currency, l => minor(p[l[1]], p.exponent)]),
    ], [['bets', 'bets_minor'], ['wins', 'wins_minor'], ['gross', 'ggr_minor'], ['bonuses', 'bonuses_minor'],
      ['jackpots', 'jackpots_minor'], ['fees', 'fees_minor'], ['chargebacks', 'chargebacks_minor'],
      ['net', 'ngr_minor']]),
    el('h3', {}, 'Differences, entry by entry'),
    table('Transactions of revenue that the books tell differently', [
      ['transaction', r => r.tx], ['operation', r => r.key || '–'], ['kind', r => r.kind],
      ['#ledger', r => r.ledger || '–'], ['#events', r => r.events || '–'], ['#reporting', r => r.reporting || '–'],
    ], differences.rows, 'None: the books that are there agree on every entry.'),
    leftOut(differences.count - differences.rows.length, 'the books'),
  ];
}

function levelTable() {
  const value = (row, v) => missing(v) ? '–' : /_p\d+$/.test(row.name) ? ms(v) : share(v);
  return table('Service levels by phase', [
    ['level', r => [mark(r.verdict), ' ', r.name]],
    ['phase', r => r.phase],
    ['#target', r => value(r, r.target)],
    ['#measured', r => value(r, r.measured)],
    ['#95% sure between', r => value(r, r.interval[0]) + ' and ' + value(r, r.interval[1])],
    ['#operations', r => number(r.attempts)],
  ], data.slo, 'None has a target.');
}

function loadTable() {
  const of = name => row => decimal(row[name], 1);
  return table('Operations and their latency in milliseconds, from the intended send', [
    ['operation', r => r.operation], ['#ok', r => number(r.ok)], ['#rejected', r => number(r.rejected)],
    ['#failed', r => number(r.failed)], ['#unanswered', r => number(r.unknown)],
    ['#p50', of('p50_ms')], ['#p95', of('p95_ms')], ['#p99', of('p99_ms')], ['#max', of('max_ms')],
    ['#service p99', of('service_p99_ms')],
  ], data.load.operations, 'Nothing was sent.');
}

function machineTables() {
  return [table('What the machine had to spare', [
    ['phase', r => r.phase], ['#idle', r => share(r.idle)], ['#somebody waited', r => share(r.pressure)],
    ['#stolen', r => share(r.stolen)], ['#late', r => ms(r.late_ms)],
  ], data.machine, 'Nobody looked.'),
  table('Demand: what the platform was asked to do', [
    ['phase', r => r.phase], ['#attempts an operation', r => decimal(r.attempts_per_operation, 2)],
    ['#retries', r => number(r.retries)], ['#sent again', r => number(r.sent_again)],
    ['#roles moved', r => number(r.roles_moved)], ['#nodes gone', r => number(r.nodes_gone)],
    ['#queue', r => decimal(r.queue, 0)],
  ], data.demand, 'Not measured.')];
}

function stepTable() {
  return table('Steps of runbooks, and who approved them', [
    ['step', s => [mark(s.verdict), ' ', s.step]], ['what', s => s.title], ['executor', s => s.executor],
    ['approved by', s => s.approvals.map(a => a.person + (a.test_key ? ' (test key)' : '')).join(', ') || '–'],
    ['#begun', s => at(s.begun_ms)], ['#waited', s => ms(s.waited_ms)], ['#took', s => ms(s.took_ms)],
    ['#deadline', s => ms(s.deadline_ms)],
    ['outcome', s => s.outcome + (s.error ? ': ' + s.error : '') + (s.refused.length ? '; refused: ' + s.refused.join('; ') : '')],
  ], data.runbook);
}

function eventTable() {
  return table('Everything that happened, on one clock', [
    ['#at', e => at(e.t_ms)], ['who', e => e.source], ['what', e => e.event], ['detail', e => e.detail],
  ], data.events);
}

// A witness as a sequence: a column for each party, an arrow for each thing that one told another.
function sequence(story) {
  const parties = [];
  for (const [, from, to] of story.sayings)
    for (const party of [from, to]) if (!parties.includes(party)) parties.push(party);
  const rows = story.sayings.map(([t, from, to, what]) => {
    const a = parties.indexOf(from), b = parties.indexOf(to);
    const first = Math.min(a, b), span = Math.abs(a - b) + 1;
    const row = el('tr', {}, el('th.number', {scope: 'row'}, signed((t / 1000).toFixed(3)) + ' s'));
    for (let i = 0; i < first; ++i) row.append(el('td.line'));
    const arrow = el('div.arrow.' + (a <= b ? 'there' : 'back'), {},
      el('span.unseen', {}, `${from} to ${to}: `), what);
    arrow.style.width = span > 1 ? ((span - 1) / span * 100) + '%' : '100%';
    row.append(el('td.said', {colspan: span}, arrow));
    for (let i = first + span; i < parties.length; ++i) row.append(el('td.line'));
    return row;
  });
  const title = `${story.key}: ${story.operation} of ${story.money} by player ${story.player}`;
  return el('div.wide', {tabindex: 0, role: 'region', 'aria-label': title},
    el('table.sequence', {}, el('caption', {}, title),
      el('thead', {}, el('tr', {}, el('th.number', {scope: 'col'}, 'at'), parties.map(p => el('th', {scope: 'col'}, p)))),
      el('tbody', {}, rows)),
    leftOut(story.left_out, 'the history and the books'));
}
